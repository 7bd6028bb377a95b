// The two naming strategies: underscores, the default, and names as they are.

#include <rowan/metadata/naming_strategy.hpp>

#include <rowan/base/text.hpp>

#include <cstdint>

namespace rowan {
namespace {

// PostgreSQL cuts names after 63 bytes, and two that are cut to one would clash.
constexpr std::size_t longest_name_bytes = 63;

std::string shortened(std::string name) {
  if (name.size() <= longest_name_bytes) return name;
  std::uint32_t hash = 2166136261u;  // FNV-1a, 32 bits
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  name.resize(longest_name_bytes - 9);
  name += '_';
  for (int shift = 28; shift >= 0; shift -= 4) name += "0123456789abcdef"[(hash >> shift) & 15];
  return name;
}

std::string joined(std::string_view left, std::string_view right) {
  std::string out(left);
  out += '_';
  out += right;
  return out;
}

class UnderscoreNaming final : public NamingStrategy {
 public:
  std::string table_name(std::string_view class_name) const override {
    return base::snake_case(class_name);
  }
  std::string column_name(std::string_view property) const override {
    return base::snake_case(property);
  }
  std::string join_column(std::string_view property, std::string_view key_column) const override {
    return joined(base::snake_case(property), key_column);
  }
  std::string pivot_table(std::string_view owner_table, std::string_view property) const override {
    return joined(owner_table, base::snake_case(property));
  }
  std::string pivot_column(std::string_view table, std::string_view key_column) const override {
    return joined(table, key_column);
  }
  std::string index_name(std::string_view table,
                         std::span<const std::string> columns,
                         std::string_view suffix) const override {
    std::string name(table);
    for (const std::string& column : columns) name = joined(name, column);
    return shortened(joined(name, suffix));
  }
};

class VerbatimNaming final : public NamingStrategy {
 public:
  std::string table_name(std::string_view class_name) const override {
    return std::string(class_name);
  }
  std::string column_name(std::string_view property) const override {
    return std::string(property);
  }
  std::string join_column(std::string_view property, std::string_view key_column) const override {
    return joined(property, key_column);
  }
  std::string pivot_table(std::string_view owner_table, std::string_view property) const override {
    return joined(owner_table, property);
  }
  std::string pivot_column(std::string_view table, std::string_view key_column) const override {
    return joined(table, key_column);
  }
  std::string index_name(std::string_view table,
                         std::span<const std::string> columns,
                         std::string_view suffix) const override {
    return underscore_naming().index_name(table, columns, suffix);
  }
};

}  // namespace

const NamingStrategy& underscore_naming() noexcept {
  static const UnderscoreNaming naming;
  return naming;
}

const NamingStrategy& verbatim_naming() noexcept {
  static const VerbatimNaming naming;
  return naming;
}

}  // namespace rowan
