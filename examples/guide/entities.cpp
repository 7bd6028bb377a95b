// The code of docs/guide/entities.md: structs and classes, and how they are mapped.

#include <rowan/drivers.hpp>

#include <blog/entities.hpp>
#include <guide/expect.hpp>

#include <cstdint>
#include <iostream>
#include <optional>
#include <string>
#include <utility>

using guide::expect;
using rowan::f;

// [struct]
namespace shop {

enum class Size : std::uint8_t { small, medium, large };

struct Product {
  rowan::Uuid id{};
  std::string name;                          // no initializer: create() must be given it
  std::optional<std::string> description{};  // may be null
  rowan::Decimal price;
  std::int32_t stock = 0;
  Size size = Size::medium;
  rowan::json attributes{};
  rowan::Timestamp created_at = rowan::now();
  rowan::Timestamp updated_at = rowan::now();
  int views_today = 0;
};

}  // namespace shop
// [/struct]

// [mapping]
template <>
inline constexpr auto rowan::mapping<shop::Product> =
    rowan::entity<shop::Product>(rowan::primary_key<&shop::Product::id>.on_create(rowan::Uuid::v7),
                                 rowan::property<&shop::Product::name>.length(200),
                                 rowan::property<&shop::Product::description>.text(),
                                 rowan::property<&shop::Product::price>.precision(10, 2),
                                 rowan::property<&shop::Product::stock>.check("stock >= 0"),
                                 rowan::property<&shop::Product::size>.enum_as_text(),
                                 rowan::property<&shop::Product::attributes>,
                                 rowan::property<&shop::Product::created_at>.column("created"),
                                 rowan::property<&shop::Product::updated_at>.on_update(rowan::now),
                                 rowan::property<&shop::Product::views_today>.not_persistent())
        .table("products")
        .unique<&shop::Product::name, &shop::Product::size>()
        .index<&shop::Product::created_at>();
// [/mapping]

// [keys]
namespace shop {

struct Customer {
  std::int64_t id{};  // left at 0: the database gives the next number
  std::string name;
};

struct Country {
  std::string code;  // the program gives it: "de", "pl"
  std::string name;
};

}  // namespace shop

template <>
inline constexpr auto rowan::mapping<shop::Customer> = rowan::entity<shop::Customer>(
    rowan::primary_key<&shop::Customer::id>, rowan::property<&shop::Customer::name>);

template <>
inline constexpr auto rowan::mapping<shop::Country> = rowan::entity<shop::Country>(
    rowan::primary_key<&shop::Country::code>.length(2), rowan::property<&shop::Country::name>);
// [/keys]

// [defaults]
namespace shop {

struct Parcel {
  std::int64_t id{};
  int priority = 3;            // what create() gives an object
  std::optional<int> shelf{};  // default_value(): empty becomes the database's default
  std::string label{};         // default_raw(): unset becomes what the SQL says, and is read back
  std::string code{};          // on_create(): unset becomes what the function returns
  rowan::Timestamp changed_at{};  // on_update(): set whenever a changed object is written
};

inline std::string new_code() { return "P-" + rowan::Uuid::random().to_string(); }

}  // namespace shop

template <>
inline constexpr auto rowan::mapping<shop::Parcel> = rowan::entity<shop::Parcel>(
    rowan::primary_key<&shop::Parcel::id>,
    rowan::property<&shop::Parcel::priority>,
    rowan::property<&shop::Parcel::shelf>.default_value(1),
    rowan::property<&shop::Parcel::label>.default_raw("('parcel ' || hex(randomblob(4)))"),
    rowan::property<&shop::Parcel::code>.on_create(shop::new_code),
    rowan::property<&shop::Parcel::changed_at>.on_create(rowan::now).on_update(rowan::now));
// [/defaults]

// [codec]
namespace shop {

struct Money {
  std::int64_t cents = 0;
};

}  // namespace shop

template <>
struct rowan::Codec<shop::Money> {
  using Stored = std::int64_t;  // any type that Rowan knows
  static Stored encode(const shop::Money& money) { return money.cents; }
  static shop::Money decode(const Stored& cents) { return {cents}; }
};
// [/codec]

// [class]
namespace shop {

class Account {
 private:
  std::int64_t id_{};
  std::string owner_;
  Money balance_{};

 public:
  Account() = default;  // for rows that are loaded
  explicit Account(std::string name) : owner_(std::move(name)) {}

  void deposit(Money amount) { balance_.cents += amount.cents; }
  [[nodiscard]] Money balance() const { return balance_; }

  // The paths that queries outside of the class may use.
  static constexpr auto id = rowan::f<&Account::id_>;
  static constexpr auto owner = rowan::f<&Account::owner_>;

  static consteval auto mapping() {
    return rowan::entity<Account>(rowan::primary_key<&Account::id_>,
                                  rowan::property<&Account::owner_>.unique(),
                                  rowan::property<&Account::balance_>);
  }
};

}  // namespace shop
// [/class]

// [base]
namespace shop {

struct Dated {
  rowan::Timestamp created_at = rowan::now();
};

struct Invoice : Dated {
  std::int64_t id{};
  Money total{};

  static consteval auto mapping() {
    return rowan::entity<Invoice>(rowan::primary_key<&Invoice::id>,
                                  rowan::property<&Invoice::total>,
                                  rowan::property<&Dated::created_at>);
  }
};

}  // namespace shop
// [/base]

namespace {

using namespace shop;

void products(rowan::Orm& orm) {
  auto em = orm.em().fork();
  // [create]
  Product& tea = em.create<Product>({
      .name = "Tea",
      .price = rowan::Decimal("4.50"),
      .size = Size::large,
      .attributes = rowan::json::parse(R"({"origin": "Assam"})"),
  });
  em.flush();
  // [/create]
  expect(!tea.id.is_nil() && tea.id.version() == 7, "on_create gives the key");

  auto other = orm.em().fork();
  Product& again = other.find_one_or_fail<Product>(tea.id);
  expect(again.price == rowan::Decimal("4.50"), "decimals are exact");
  expect(again.size == Size::large && !again.description, "enums and nulls come back");
  expect(again.attributes["origin"].as_string() == "Assam", "JSON comes back");
  expect(again.created_at == tea.created_at, "times come back to the microsecond");
}

void keys(rowan::Orm& orm) {
  auto em = orm.em().fork();
  Customer& ada = em.create<Customer>({.name = "Ada"});
  em.create<Country>({.code = "pl", .name = "Poland"});
  em.flush();
  expect(ada.id != 0, "the database gives the key");
  expect(em.find_one_or_fail<Country>("pl").name == "Poland", "a key may be a text");
}

void defaults(rowan::Orm& orm) {
  auto em = orm.em().fork();
  Parcel& parcel = em.create<Parcel>({});
  expect(parcel.code.starts_with("P-"), "on_create runs in create()");
  em.flush();
  expect(parcel.priority == 3 && parcel.shelf == 1, "initializer and default_value");
  expect(parcel.label.starts_with("parcel "), "default_raw is read back");
}

void classes(rowan::Orm& orm) {
  auto em = orm.em().fork();
  // [use_class]
  Account& account = em.create<Account>(Account("Ada"));
  account.deposit({500});
  em.flush();
  expect(em.find_one_or_fail<Account>(Account::owner == "Ada").balance().cents == 500, "found");
  // [/use_class]

  Invoice invoice;
  invoice.total = Money{1200};
  em.create<Invoice>(std::move(invoice));
  em.flush();
  // [use_base]
  const rowan::Filter<Dated> recent =
      f<&Dated::created_at> > rowan::now() - std::chrono::hours(24);  // for every class with dates
  auto invoices = em.find<Invoice>(recent && f<&Invoice::total> >= Money{1000});
  // [/use_base]
  expect(invoices.size() == 1, "a filter over a base serves");
}

void mistakes() {
  // [mistakes]
  try {
    rowan::Orm orm{{
        .driver = rowan::driver_from_url("sqlite::memory:"),
        .entities = rowan::entities<blog::Post>(),  // and where are User and Tag?
    }};
  } catch (const rowan::MetadataError& error) {
    std::cout << error.what() << '\n';  // names both, with the remedy
  }
  // [/mistakes]
}

}  // namespace

int main() {
  rowan::Orm orm{{
      .driver = rowan::driver_from_url("sqlite::memory:"),
      .entities = rowan::entities<Product, Customer, Country, Parcel, Account, Invoice>(),
  }};
  orm.schema().create();
  products(orm);
  keys(orm);
  defaults(orm);
  classes(orm);
  mistakes();
}
