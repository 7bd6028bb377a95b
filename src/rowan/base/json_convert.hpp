// Conversions between rowan::json and the types of JSON for Modern C++, for programs that use it.

#pragma once

#include <rowan/base/error.hpp>
#include <rowan/base/json.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

// Templates, so that this header includes no JSON library and that the program's version of it
// need not be the one Rowan was compiled with.

namespace rowan {

/// Returns `value` as a `nlohmann::json` or `nlohmann::ordered_json`, whichever is asked for.
///
/// Requires: the program includes <nlohmann/json.hpp>.
/// Cost: a copy of the whole tree.
template <class Nlohmann>
[[nodiscard]] Nlohmann to_nlohmann(const json& value) {
  if (value.is_object()) {
    Nlohmann object = Nlohmann::object();
    const std::vector<std::string> keys = value.keys();
    for (std::size_t i = 0; i < keys.size(); ++i) object[keys[i]] = to_nlohmann<Nlohmann>(value[i]);
    return object;
  }
  if (value.is_array()) {
    Nlohmann array = Nlohmann::array();
    for (std::size_t i = 0; i < value.size(); ++i) array.push_back(to_nlohmann<Nlohmann>(value[i]));
    return array;
  }
  if (value.is_string()) return Nlohmann(value.as_string());
  if (value.is_boolean()) return Nlohmann(value.as_bool());
  if (value.is_integer()) {
    if (value.as_double() < 0) return Nlohmann(value.as_int64());
    return Nlohmann(value.as_uint64());
  }
  if (value.is_number()) return Nlohmann(value.as_double());
  return Nlohmann(nullptr);
}

/// Returns a copy of a `nlohmann::json` or `nlohmann::ordered_json`.
///
/// Errors: throws ValidationError for what JSON text cannot hold: binary and discarded values,
/// infinities, NaN, and text that is not valid UTF-8.
/// Cost: a copy of the whole tree.
template <class Nlohmann>
[[nodiscard]] json from_nlohmann(const Nlohmann& value) {
  if (value.is_object()) {
    json object = json::object();
    for (auto it = value.begin(); it != value.end(); ++it) {
      object.set(it.key(), from_nlohmann(it.value()));
    }
    return object;
  }
  if (value.is_array()) {
    json array = json::array();
    for (const auto& element : value) array.push_back(from_nlohmann(element));
    return array;
  }
  if (value.is_string()) return json(value.template get<std::string>());
  if (value.is_boolean()) return json(value.template get<bool>());
  if (value.is_number_unsigned()) return json(value.template get<std::uint64_t>());
  if (value.is_number_integer()) return json(value.template get<std::int64_t>());
  if (value.is_number()) return json(value.template get<double>());
  if (value.is_null()) return json();
  throw ValidationError("A binary or discarded value is not JSON");
}

}  // namespace rowan
