// Runs the Chinook tests over the database that `--url=URL` names, into which its SQL file has been loaded.

#include "chinook/chinook.hpp"

#include <rowan/drivers.hpp>
#include <rowan/metadata/naming_strategy.hpp>

#include <charconv>
#include <cmath>
#include <iostream>
#include <memory>

namespace rowan::test {
namespace {

std::string& database_url() {
  static std::string url;
  return url;
}

/// Chinook's names: `invoice_line` on PostgreSQL, `InvoiceLine` elsewhere. Members are spelled as on PostgreSQL.
class ChinookNaming final : public NamingStrategy {
 public:
  explicit ChinookNaming(bool is_pascal) : is_pascal_(is_pascal) {}

  /// Returns a name in words with underscores as this database spells it.
  [[nodiscard]] std::string spell(std::string_view name) const {
    if (!is_pascal_) return std::string(name);
    std::string out;
    bool begins_word = true;
    for (const char letter : name) {
      const bool is_small = letter >= 'a' && letter <= 'z';
      if (letter != '_') {
        out += begins_word && is_small ? static_cast<char>(letter - 'a' + 'A') : letter;
      }
      begins_word = letter == '_';
    }
    return out;
  }

  std::string table_name(std::string_view class_name) const override {
    return is_pascal_ ? std::string(class_name) : underscore_naming().table_name(class_name);
  }
  std::string column_name(std::string_view property) const override { return spell(property); }
  std::string join_column(std::string_view property, std::string_view) const override {
    return spell(property == "reports_to" ? std::string(property) : std::string(property) + "_id");
  }
  std::string pivot_table(std::string_view, std::string_view) const override {
    return spell("playlist_track");
  }
  std::string pivot_column(std::string_view, std::string_view key_column) const override {
    return std::string(key_column);
  }
  std::string index_name(std::string_view table,
                         std::span<const std::string> columns,
                         std::string_view suffix) const override {
    return underscore_naming().index_name(table, columns, suffix);
  }

 private:
  bool is_pascal_;
};

bool is_over(std::string_view scheme) { return database_url().starts_with(scheme); }

const ChinookNaming& naming() {
  static const ChinookNaming chosen(!is_over("postgres"));
  return chosen;
}

std::vector<metadata::EntityMeta> classes() {
  using namespace chinook;
  auto made = entities<Artist, Album, Genre, MediaType, Track, Playlist, Employee, Customer,
                       Invoice, InvoiceLine>();
  if (!is_over("sqlite:")) return made;
  // Chinook's times are text in SQLite, which has no type for them.
  for (metadata::EntityMeta& entity : made) {
    for (metadata::PropertyMeta& property : entity.properties) {
      if (property.type == ValueType::timestamp) property.column_type = "text";
    }
  }
  return made;
}

Orm& chinook_orm() {
  static Orm orm(Config{.driver = driver_from_url(database_url()),
                        .entities = classes(),
                        .naming_strategy = &naming()});
  return orm;
}

/// Returns the text with each `{name}` as this database spells it.
std::string spelled(std::string_view sql) {
  std::string out;
  while (!sql.empty()) {
    const std::size_t open = sql.find('{');
    out += sql.substr(0, open);
    if (open == std::string_view::npos) break;
    const std::size_t close = sql.find('}', open);
    out += naming().spell(sql.substr(open + 1, close - open - 1));
    sql.remove_prefix(close + 1);
  }
  return out;
}

std::optional<double> number_in(const std::string& text) {
  double out = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, out);
  if (error != std::errc() || stop != end) return std::nullopt;
  return out;
}

bool is_same(const std::string& left, const std::string& right) {
  if (left == right) return true;
  const auto a = number_in(left);
  const auto b = number_in(right);
  return a && b && std::abs(*a - *b) < 0.005;
}

bool is_same(const TextRow& left, const TextRow& right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](const std::string& a, const std::string& b) { return is_same(a, b); });
}

}  // namespace

std::string cell(std::int64_t number) { return std::to_string(number); }
std::string cell(double number) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, number).ptr};
}
std::string cell(const std::string& text) { return text; }
std::string cell(const Decimal& number) { return number.to_string(); }
std::string cell(Timestamp time) {
  char text[32];
  return {text, format_timestamp(time, text)};
}
std::string cell(const Value& value) {
  switch (value.type()) {
    case ValueType::null: return "NULL";
    case ValueType::boolean:
    case ValueType::integer: return cell(value.integer());
    case ValueType::real: return cell(value.real());
    case ValueType::timestamp: return cell(Timestamp(std::chrono::microseconds(value.integer())));
    default: return value.text();
  }
}

Chinook::Chinook() : em(chinook_orm().em().fork()) {}

void Chinook::expect_same(const TextRows& found,
                          std::string_view sql,
                          std::initializer_list<Value> values) {
  const std::string text = spelled(sql);
  TextRows expected;
  for (const std::vector<Value>& values_of_row : em.execute_rows(text, values)) {
    TextRow& into = expected.emplace_back();
    for (const Value& value : values_of_row) into.push_back(cell(value));
  }
  ASSERT_FALSE(expected.empty()) << "no row would prove nothing: " << text;
  EXPECT_EQ(found.size(), expected.size()) << text;
  for (std::size_t i = 0; i < std::min(found.size(), expected.size()); ++i) {
    ASSERT_TRUE(is_same(found[i], expected[i]))
        << "row " << i << " of: " << text << "\n  Rowan: " << ::testing::PrintToString(found[i])
        << "\n  SQL:   " << ::testing::PrintToString(expected[i]);
  }
}

}  // namespace rowan::test

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (!argument.starts_with("--url=")) {
      std::cerr << "unknown argument: " << argument << '\n';
      return 2;
    }
    rowan::test::database_url() = argument.substr(6);
  }
  if (rowan::test::database_url().empty()) {
    std::cerr << "usage: rowan_chinook --url=URL\n";
    return 2;
  }
  return RUN_ALL_TESTS();
}
