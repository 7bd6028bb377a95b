// A class that knows nothing of its mapping, which stands in mapping_far_mapping.hpp.

#pragma once

#include <rowan/model/collection.hpp>
#include <rowan/model/ref.hpp>

#include <cstdint>
#include <string>

namespace forms {

struct FarBook;

struct FarShelf {
  std::int64_t id{};
  std::string name{};
  rowan::Collection<FarBook> books{};
};
struct FarBook {
  std::int64_t id{};
  std::string title{};
  rowan::Ref<FarShelf> shelf;
};

}  // namespace forms
