// Ends a program of the guide where the guide promises what is not so.

#pragma once

#include <cstdlib>
#include <iostream>
#include <string_view>

namespace guide {

/// Ends the program with a failure unless `holds`.
inline void expect(bool holds, std::string_view promise) {
  if (holds) return;
  std::cerr << "the guide is wrong: " << promise << '\n';
  std::exit(EXIT_FAILURE);
}

/// Ends the program with a failure unless `body` throws an `Error`.
template <class Error, class Body>
void expect_throws(std::string_view promise, Body body) {
  try {
    body();
  } catch (const Error&) {
    return;
  }
  expect(false, promise);
}

}  // namespace guide
