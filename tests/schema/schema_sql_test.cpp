// The SQL of a schema that uses every option, as it stands in schema_sqlite.sql.

#include <rowan/drivers/sqlite/sqlite_driver.hpp>
#include <rowan/rowan.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

namespace shop {

using rowan::ReferentialAction;

enum class Colour : std::uint8_t { red, green };
enum class Size : std::int16_t { small = -1, large = 5 };

struct Money {
  std::int64_t cents = 0;
};

struct Label;
struct Product;

struct Maker {
  rowan::Uuid id{};
  std::string name;
  rowan::OptionalRef<Product> best{};  // tables that refer to each other
  rowan::Collection<Product> products{};
};

struct Product {
  std::int64_t id{};
  std::string name;
  std::string description{};
  std::optional<std::string> nick{};
  bool is_sold = true;
  std::int8_t tiny = 0;
  std::uint16_t medium = 0;
  std::uint64_t large = 0;
  float weight = 0;
  std::optional<double> score{};
  rowan::Decimal price{};
  std::vector<std::byte> image{};
  std::chrono::sys_days since{};
  rowan::Timestamp created{};
  std::chrono::sys_time<std::chrono::milliseconds> seen{};
  rowan::Uuid token{};
  rowan::json extra{};
  Colour colour = Colour::red;
  std::optional<Size> size{};
  Money cost{};
  std::int32_t version = 0;
  std::int32_t memory = 0;
  rowan::Ref<Maker> maker;
  rowan::OptionalRef<Product> successor{};  // a table that refers to itself
  rowan::OptionalRef<Label> main{};
  rowan::Collection<Label> labels{};
  rowan::Collection<Product> similar{};
};

struct Label {
  std::string code;
  rowan::Collection<Product> products{};
};

}  // namespace shop

template <>
struct rowan::Codec<shop::Money> {
  using Stored = std::int64_t;
  static Stored encode(const shop::Money& money) { return money.cents; }
  static shop::Money decode(const Stored& cents) { return {cents}; }
};

template <>
inline constexpr auto rowan::mapping<shop::Maker> = rowan::entity<shop::Maker>(
    rowan::primary_key<&shop::Maker::id>.on_create(rowan::Uuid::v7),
    rowan::property<&shop::Maker::name>.unique().length(80).comment("as on the box"),
    rowan::many_to_one<&shop::Maker::best>,
    rowan::one_to_many<&shop::Maker::products, &shop::Product::maker>.cascade_all());

template <>
inline constexpr auto rowan::mapping<shop::Product> =
    rowan::entity<shop::Product>(
        rowan::primary_key<&shop::Product::id>,
        rowan::property<&shop::Product::name>.length(120).index("product_by_name"),
        rowan::property<&shop::Product::description>.text().default_value("it's new"),
        rowan::property<&shop::Product::nick>.hidden(),
        rowan::property<&shop::Product::is_sold>.default_value(true),
        rowan::property<&shop::Product::tiny>.default_value(-5).check("tiny < 100"),
        rowan::property<&shop::Product::medium>.column("middle"),
        rowan::property<&shop::Product::large>,
        rowan::property<&shop::Product::weight>.default_value(0.5),
        rowan::property<&shop::Product::score>,
        rowan::property<&shop::Product::price>.precision(12, 2).default_value("1.50"),
        rowan::property<&shop::Product::image>,
        rowan::property<&shop::Product::since>.default_value("2024-02-29"),
        rowan::property<&shop::Product::created>.default_raw("current_timestamp"),
        rowan::property<&shop::Product::seen>.default_value("1970-01-01 00:00:01.5"),
        rowan::property<&shop::Product::token>.default_value(
            "11111111-2222-4333-8444-555555555555"),
        rowan::property<&shop::Product::extra>.default_value("{}"),
        rowan::property<&shop::Product::colour>.enum_as_text().default_value(shop::Colour::green),
        rowan::property<&shop::Product::size>.default_value(shop::Size::large),
        rowan::property<&shop::Product::cost>.column_type("bigint").default_raw("1 + 1"),
        rowan::property<&shop::Product::version>.version(),
        rowan::property<&shop::Product::memory>.not_persistent(),
        rowan::many_to_one<&shop::Product::maker>.on_delete(shop::ReferentialAction::cascade),
        rowan::one_to_one<&shop::Product::successor>.on_update_rule(
            shop::ReferentialAction::no_action),
        rowan::many_to_one<&shop::Product::main>.column("label").on_delete(
            shop::ReferentialAction::restrict_),
        rowan::many_to_many<&shop::Product::labels>.pivot_table("labelling").pivot_columns("p", "l"),
        rowan::many_to_many<&shop::Product::similar>.fixed_order())
        .table("products")
        .unique<&shop::Product::name, &shop::Product::maker>()
        .unique<&shop::Product::token>("one_token")
        .index<&shop::Product::created, &shop::Product::since>()
        .check("price <> ''")
        .check("tiny <= middle or tiny < 0", "product_sizes");

template <>
inline constexpr auto rowan::mapping<shop::Label> = rowan::entity<shop::Label>(
    rowan::primary_key<&shop::Label::code>.length(20),
    rowan::many_to_many<&shop::Label::products>.mapped_by<&shop::Product::labels>());

namespace rowan {
namespace {

class SchemaSql : public testing::Test {
 protected:
  Orm orm{Config{.driver = make_sqlite_driver({}),
                 .entities = entities<shop::Maker, shop::Product, shop::Label>()}};
};

TEST_F(SchemaSql, is_as_it_was_approved) {
  const std::string path = ROWAN_SOURCE_DIR "/tests/schema/schema_sqlite.sql";
  const std::string sql =
      "-- create\n" + orm.schema().create_sql() + "-- drop\n" + orm.schema().drop_sql();
  if (std::getenv("ROWAN_APPROVE") != nullptr) std::ofstream(path) << sql;
  std::ifstream file(path);
  const std::string approved{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(sql, approved) << "ROWAN_APPROVE=1 in the environment rewrites " << path;
}

TEST_F(SchemaSql, is_taken_by_the_database) {
  orm.schema().create();
  auto em = orm.em().fork();
  shop::Maker& maker = em.create<shop::Maker>({.name = "m"});
  shop::Product& product = em.create<shop::Product>({.name = "p", .maker = maker});
  product.labels.add(em.create<shop::Label>({.code = "l"}));
  maker.best = product;
  em.flush();
  EXPECT_EQ(em.count<shop::Product>(f<&shop::Product::maker, &shop::Maker::best> == product), 1u);
  // What another program leaves out gets the defaults, in the form that Rowan reads and filters.
  em.execute(
      "insert into products (name, nick, middle, large, image, maker_id, version) select 'other', "
      "null, 1, 2, "
      "x'00', id, 1 from maker");
  auto other = orm.em().fork();
  const shop::Product& read =
      other.find_one_or_fail<shop::Product>(f<&shop::Product::name> == "other");
  EXPECT_EQ(read.description, "it's new");
  EXPECT_TRUE(read.is_sold);
  EXPECT_EQ(read.tiny, -5);
  EXPECT_EQ(read.weight, 0.5f);
  EXPECT_EQ(read.price, Decimal("1.5"));
  EXPECT_EQ(read.since, std::chrono::sys_days(std::chrono::days(19782)));
  EXPECT_GT(read.created, Timestamp(std::chrono::sys_days(std::chrono::days(19782))));
  EXPECT_EQ(read.seen.time_since_epoch(), std::chrono::milliseconds(1500));
  EXPECT_EQ(read.token, Uuid::parse("11111111-2222-4333-8444-555555555555"));
  EXPECT_EQ(read.colour, shop::Colour::green);
  EXPECT_EQ(read.size, shop::Size::large);
  EXPECT_EQ(read.cost.cents, 2);
  EXPECT_EQ(other.count<shop::Product>(f<&shop::Product::token> == read.token), 1u);
  EXPECT_EQ(other.count<shop::Product>(f<&shop::Product::seen> == read.seen), 1u);
  orm.schema().drop();
  orm.schema().create();
}

TEST_F(SchemaSql, has_no_trace_of_what_is_not_persistent_or_of_the_other_side) {
  const std::string sql = orm.schema().create_sql();
  EXPECT_EQ(sql.find("memory"), std::string::npos);
  EXPECT_EQ(sql.find("label_products"), std::string::npos);
}

}  // namespace
}  // namespace rowan
