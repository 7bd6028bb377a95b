// PostgreSQL's placeholders, column types and native texts.

#include <rowan/drivers/postgres/postgres_dialect.hpp>

#include <gtest/gtest.h>

#include <string>

namespace rowan::drivers::postgres {
namespace {

std::string placeholder(const metadata::PropertyMeta& property, bool is_array) {
  sql::Parameter parameter;
  parameter.property = &property;
  parameter.is_array = is_array;
  std::string out;
  PostgresDialect().write_placeholder(out, 0, parameter);
  return out;
}

metadata::PropertyMeta property_of(ValueType type) {
  metadata::PropertyMeta property;
  property.type = type;
  return property;
}

TEST(PostgresDialect, integers_are_compared_as_bigint_and_written_by_their_width) {
  metadata::PropertyMeta property = property_of(ValueType::integer);
  property.byte_width = 2;
  EXPECT_EQ(placeholder(property, false), "$1::bigint");
  EXPECT_EQ(placeholder(property, true), "$1::smallint[]");
  property.is_unsigned = true;
  EXPECT_EQ(placeholder(property, true), "$1::integer[]");
  EXPECT_EQ(PostgresDialect().column_type(property), "integer");
}

TEST(PostgresDialect, types_of_the_users_own_are_inferred_or_lose_their_length) {
  metadata::PropertyMeta property = property_of(ValueType::text);
  property.column_type = "varchar(10)";
  EXPECT_EQ(placeholder(property, false), "$1");
  EXPECT_EQ(placeholder(property, true), "$1::varchar[]");
  property.column_type = "char(3)";
  EXPECT_EQ(placeholder(property, true), "$1::bpchar[]");
  property.column_type = "bigserial";
  EXPECT_EQ(placeholder(property, true), "$1::bigint[]");
  property.column_type = "timestamp(3) with time zone";
  EXPECT_EQ(placeholder(property, true), "$1::timestamp with time zone[]");
}

TEST(PostgresDialect, native_texts_number_their_placeholders) {
  const PostgresDialect dialect;
  EXPECT_EQ(dialect.native_text("a = ? and b = '?' and \"?\" = ?"),
            "a = $1 and b = '?' and \"?\" = $2");
  EXPECT_EQ(dialect.native_text("a = $1 and b ? 'x'"), "a = $1 and b ? 'x'");
  EXPECT_EQ(dialect.native_text("b ?? 'x' and a = ?"), "b ? 'x' and a = $1");
}

}  // namespace
}  // namespace rowan::drivers::postgres
