// What a mapping says of one member, as plain constants.

#pragma once

#include <rowan/metadata/entity_meta.hpp>

#include <cstdint>
#include <string_view>

namespace rowan {

using metadata::ReferentialAction;

}  // namespace rowan

namespace rowan::declare {

/// The options of a property or relation. Texts are literals of the mapping and live as long as the program.
struct PropertyOptions {
  std::string_view column{};
  std::string_view column_type{};
  std::string_view native_enum{};
  std::string_view check{};
  std::string_view comment{};
  std::string_view unique_name{};
  std::string_view index_name{};
  std::string_view search_language{};
  std::string_view pivot_table{};
  std::string_view join_column{};
  std::string_view inverse_join_column{};
  std::string_view default_text{};
  std::int64_t default_integer = 0;
  double default_real = 0;
  metadata::DefaultValue::Kind default_kind = metadata::DefaultValue::Kind::none;
  std::uint32_t length = 0;
  std::uint32_t precision = 0;
  std::uint32_t scale = 0;
  std::uint8_t cascade = metadata::cascade_persist;
  ReferentialAction on_delete = ReferentialAction::unset;
  ReferentialAction on_update_rule = ReferentialAction::unset;
  bool default_is_too_large = false;  ///< for a signed integer of 64 bits
  bool has_length = false;
  bool has_precision = false;
  bool is_unique = false;
  bool is_indexed = false;
  bool is_text = false;
  bool is_searched = false;
  bool is_hidden = false;
  bool is_version = false;
  bool is_concurrency_check = false;
  bool orphan_removal = false;
  bool fixed_order = false;
};

/// Stands where no function was given.
struct NoFunction {};

}  // namespace rowan::declare
