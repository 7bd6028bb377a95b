// Codec and Convert: C++ values to cells and back, and what does not fit.

#include <rowan/value/codec.hpp>

#include <rowan/value/cell_text.hpp>

#include <rowan/base/error.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

namespace {

enum class Level : std::int8_t { low = -1, high = 1 };

struct Money {
  std::int64_t cents = 0;
  friend bool operator==(const Money&, const Money&) = default;
};

struct Path {
  std::string text;
  friend bool operator==(const Path&, const Path&) = default;
};

struct Opaque {};

}  // namespace

template <>
struct rowan::Codec<Money> {
  using Stored = std::int64_t;
  static Stored encode(const Money& money) { return money.cents; }
  static Money decode(const Stored& cents) { return {cents}; }
};

template <>
struct rowan::Codec<Path> {
  using Stored = std::string;
  static Stored encode(const Path& path) { return "/" + path.text; }
  static Path decode(const Stored& text) { return {text.substr(1)}; }
};

namespace rowan::value {
namespace {

using std::chrono::sys_days;
using std::chrono::sys_seconds;

static_assert(!Mappable<Opaque> && !Mappable<char> && !Mappable<int*> &&
              !Mappable<std::vector<Opaque>>);
static_assert(Mappable<std::vector<int>> && is_list<std::vector<int>>);
static_assert(!Mappable<std::optional<std::optional<int>>>);
static_assert(Mappable<std::chrono::system_clock::time_point> && Mappable<unsigned short>);
static_assert(std::is_same_v<WithoutOptional<std::optional<int>>, int> &&
              is_optional<std::optional<int>>);

template <class T>
std::optional<T> decoded(const Cell& cell) {
  T out{};
  if (!Convert<T>::from_cell(cell, out)) return std::nullopt;
  return out;
}

/// Tells whether `v`, which is not T{}, goes through cell and snapshot and comes back.
template <class T>
void expect_round_trip(const T& v, ValueType type) {
  base::Arena arena;
  const Cell cell = Convert<T>::to_cell(v, arena);
  EXPECT_EQ(cell.type, type);
  EXPECT_EQ(Convert<T>::type, type);
  EXPECT_EQ(decoded<T>(cell), v);

  using Snapshot = typename Convert<T>::Snapshot;
  static_assert(std::is_trivially_copyable_v<Snapshot>);
  Snapshot snapshot;
  std::memset(static_cast<void*>(&snapshot), 0, sizeof snapshot);
  EXPECT_TRUE(Convert<T>::same(T{}, snapshot)) << "zeros are the snapshot of T{}";
  EXPECT_FALSE(Convert<T>::same(v, snapshot));
  Convert<T>::store(v, snapshot, arena);
  EXPECT_TRUE(Convert<T>::same(v, snapshot));
  EXPECT_FALSE(Convert<T>::same(T{}, snapshot));
  EXPECT_EQ(Convert<T>::snapshot_cell(snapshot, arena), cell);
  EXPECT_TRUE(Convert<T>::is_unset(T{}));
  EXPECT_FALSE(Convert<T>::is_unset(v));
}

TEST(Codec, takes_every_type_there_and_back) {
  expect_round_trip(true, ValueType::boolean);
  expect_round_trip<std::int8_t>(-128, ValueType::integer);
  expect_round_trip<std::uint32_t>(4'294'967'295u, ValueType::integer);
  expect_round_trip<std::int64_t>(std::numeric_limits<std::int64_t>::min(), ValueType::integer);
  expect_round_trip(Level::low, ValueType::integer);
  expect_round_trip(1.5f, ValueType::real);
  expect_round_trip(-0.1, ValueType::real);
  expect_round_trip(std::string("a\0b", 3), ValueType::text);
  expect_round_trip(std::vector{std::byte{0}, std::byte{255}}, ValueType::blob);
  expect_round_trip(Timestamp(std::chrono::microseconds(1)), ValueType::timestamp);
  expect_round_trip(sys_seconds(std::chrono::seconds(-5)), ValueType::timestamp);
  expect_round_trip(sys_days(std::chrono::days(-1)), ValueType::date);
  expect_round_trip(Uuid::v7(), ValueType::uuid);
  expect_round_trip(Decimal("-12.50"), ValueType::decimal);
  expect_round_trip(json::object({{"a", json::array({1, 2})}}), ValueType::json);
  expect_round_trip(Money{99}, ValueType::integer);
  expect_round_trip(std::optional<Money>(Money{0}), ValueType::integer);
  expect_round_trip(std::optional<std::string>(""), ValueType::text);
  expect_round_trip(std::optional<bool>(false), ValueType::boolean);
  expect_round_trip(std::optional<Uuid>(Uuid::v7()), ValueType::uuid);
}

TEST(Codec, keeps_the_stored_text_of_a_type_of_the_program_alive) {
  base::Arena scratch;
  const Cell cell =
      Convert<Path>::to_cell(Path{"a rather long path that no small string holds"}, scratch);

  EXPECT_EQ(cell.bytes(), "/a rather long path that no small string holds");
  EXPECT_EQ(decoded<Path>(cell), Path{"a rather long path that no small string holds"});
}

TEST(Codec, views_text_where_it_lies) {
  base::Arena scratch;
  const std::string text = "here";

  EXPECT_EQ(Convert<std::string>::to_cell(text, scratch).data, text.data());
}

TEST(Codec, refuses_numbers_that_do_not_fit) {
  EXPECT_FALSE(decoded<std::int8_t>(Cell::of_integer(128)));
  EXPECT_FALSE(decoded<std::int8_t>(Cell::of_integer(-129)));
  EXPECT_FALSE(decoded<std::uint64_t>(Cell::of_integer(-1)));
  EXPECT_FALSE(decoded<Level>(Cell::of_integer(1000)));
  EXPECT_FALSE(decoded<bool>(Cell::of_integer(2)));
  EXPECT_FALSE(decoded<float>(Cell::of_real(1e300)));
  EXPECT_FALSE(decoded<std::int64_t>(Cell::of_real(9223372036854775808.0)));
  EXPECT_FALSE(decoded<int>(Cell::of_real(1.5)));
  EXPECT_FALSE(decoded<int>(Cell::of_real(std::nan(""))));
}

TEST(Codec, refuses_the_wrong_kind_and_null) {
  EXPECT_FALSE(decoded<int>(Cell::of_bytes("1")));
  EXPECT_FALSE(decoded<bool>(Cell::of_bytes("true")));
  EXPECT_FALSE(decoded<double>(Cell::of_bytes("1.5")));
  EXPECT_FALSE(decoded<std::string>(Cell::of_integer(1)));
  EXPECT_FALSE(decoded<std::vector<std::byte>>(Cell::of_bytes("x")));
  EXPECT_FALSE(decoded<std::string>(Cell::of_null()));
  EXPECT_FALSE(decoded<int>(Cell::of_null()));
  EXPECT_FALSE(decoded<json>(Cell::of_null()));
  EXPECT_FALSE(decoded<Timestamp>(Cell::of_bytes("tomorrow")));
  EXPECT_FALSE(decoded<Uuid>(Cell::of_bytes("1234")));
  EXPECT_FALSE(decoded<Decimal>(Cell::of_real(std::numeric_limits<double>::infinity())));
  EXPECT_FALSE(decoded<json>(Cell::of_bytes("{")));
}

TEST(Codec, reads_what_databases_send_instead) {
  EXPECT_EQ(decoded<bool>(Cell::of_integer(1)), true);
  EXPECT_EQ(decoded<double>(Cell::of_integer(3)), 3.0);
  EXPECT_EQ(decoded<double>(Cell::of_bytes("2.5", ValueType::decimal)), 2.5);
  EXPECT_EQ(decoded<int>(Cell::of_bytes("42.000", ValueType::decimal)), 42);
  EXPECT_EQ(decoded<int>(Cell::of_real(7.0)), 7);
  EXPECT_EQ(decoded<Timestamp>(Cell::of_bytes("1970-01-01 00:00:01.5")),
            Timestamp(std::chrono::microseconds(1'500'000)));
  EXPECT_EQ(decoded<sys_days>(Cell::of_bytes("1970-01-02")), sys_days(std::chrono::days(1)));
  EXPECT_EQ(decoded<sys_days>(Cell::of_integer(86'400'000'000, ValueType::timestamp)),
            sys_days(std::chrono::days(1)));
  EXPECT_EQ(decoded<Decimal>(Cell::of_integer(5)), Decimal(5));
  EXPECT_EQ(decoded<Decimal>(Cell::of_real(0.25)), Decimal("0.25"));
  EXPECT_EQ(decoded<json>(Cell::of_bytes("[1]")), json::array({1}));
  const Uuid uuid = Uuid::random();
  const std::string text = uuid.to_string();
  EXPECT_EQ(decoded<Uuid>(Cell::of_bytes(text)), uuid);
  base::Arena scratch;
  Cell blob = Convert<Uuid>::to_cell(uuid, scratch);
  EXPECT_EQ(decoded<std::string>(blob), text);
  blob.type = ValueType::blob;
  EXPECT_EQ(decoded<Uuid>(blob), uuid);
}

TEST(Codec, does_not_drop_the_time_of_a_day_read_as_a_date) {
  EXPECT_FALSE(decoded<sys_days>(Cell::of_integer(1, ValueType::timestamp)));
}

TEST(Codec, refuses_a_time_that_overflows_a_finer_clock) {
  using Fine = std::chrono::sys_time<std::chrono::nanoseconds>;
  EXPECT_TRUE(decoded<Fine>(Cell::of_integer(1'000, ValueType::timestamp)));
  EXPECT_FALSE(decoded<Fine>(
      Cell::of_integer(std::numeric_limits<std::int64_t>::max() / 2, ValueType::timestamp)));
}

TEST(Codec, says_when_an_unsigned_integer_is_too_large) {
  base::Arena scratch;
  EXPECT_THROW(
      (void)Convert<std::uint64_t>::to_cell(std::numeric_limits<std::uint64_t>::max(), scratch),
      ValidationError);
}

TEST(Codec, an_optional_keeps_its_state_where_the_cell_does_not_fit) {
  std::optional<int> none;
  EXPECT_FALSE(Convert<std::optional<int>>::from_cell(Cell::of_bytes("x"), none));
  EXPECT_FALSE(none.has_value());
  std::optional<int> some = 5;
  EXPECT_TRUE(Convert<std::optional<int>>::from_cell(Cell::of_null(), some));
  EXPECT_FALSE(some.has_value());
}

TEST(Codec, compares_decimals_and_documents_by_value) {
  base::Arena arena;
  Convert<Decimal>::Snapshot decimal;
  Convert<Decimal>::store(Decimal("1.5"), decimal, arena);
  EXPECT_TRUE(Convert<Decimal>::same(Decimal("1.50"), decimal));
  EXPECT_FALSE(Convert<Decimal>::same(Decimal("1.51"), decimal));

  Convert<json>::Snapshot document;
  Convert<json>::store(json::parse(R"({"a":1,"b":2})"), document, arena);
  EXPECT_TRUE(Convert<json>::same(json::parse(R"({"b":2,"a":1.0})"), document));
  EXPECT_FALSE(Convert<json>::same(json::parse(R"({"a":1,"b":3})"), document));
}

TEST(Codec, a_nan_is_not_changed_for_ever) {
  base::Arena arena;
  double snapshot = 0;
  const double nan = std::nan("");
  Convert<double>::store(nan, snapshot, arena);
  EXPECT_TRUE(Convert<double>::same(nan, snapshot));
}

TEST(Codec, makes_a_value_that_owns_its_bytes) {
  const Value value = to_value(std::string("owned"));
  EXPECT_EQ(value.text(), "owned");
  EXPECT_TRUE(to_value(std::optional<int>()).is_null());
}

TEST(AsType, reads_keys_in_the_forms_that_databases_have) {
  char room[16];
  const std::string text = "00112233-4455-6677-8899-aabbccddeeff";
  const Uuid uuid = Uuid::parse(text);
  const Cell bytes =
      Cell::of_bytes({reinterpret_cast<const char*>(uuid.bytes().data()), 16}, ValueType::blob);
  const Cell expected = Cell::of_bytes(bytes.bytes(), ValueType::uuid);
  EXPECT_EQ(as_type(bytes, ValueType::uuid, room), expected);
  EXPECT_EQ(as_type(Cell::of_bytes(text), ValueType::uuid, room), expected);
  EXPECT_EQ(as_type(Cell::of_bytes("1970-01-03"), ValueType::date, room),
            Cell::of_integer(2, ValueType::date));
  EXPECT_EQ(as_type(Cell::of_integer(5), ValueType::timestamp, room),
            Cell::of_integer(5, ValueType::timestamp));
  EXPECT_EQ(as_type(Cell::of_bytes("7", ValueType::decimal), ValueType::integer, room),
            Cell::of_integer(7));
  EXPECT_EQ(as_type(Cell::of_bytes("x", ValueType::blob), ValueType::text, room),
            Cell::of_bytes("x"));
}

TEST(AsType, leaves_what_it_cannot_read) {
  char room[16];
  const Cell nonsense = Cell::of_bytes("nonsense");
  EXPECT_EQ(as_type(nonsense, ValueType::uuid, room), nonsense);
  EXPECT_EQ(as_type(nonsense, ValueType::date, room), nonsense);
  EXPECT_EQ(as_type(nonsense, ValueType::integer, room), nonsense);
  EXPECT_TRUE(as_type(Cell::of_null(), ValueType::integer, room).is_null());
}

TEST(Convert, refuses_points_in_time_that_microseconds_do_not_reach) {
  using std::chrono::sys_time;
  base::Arena scratch;
  using Seconds = sys_time<std::chrono::seconds>;
  using Hours = sys_time<std::chrono::hours>;
  using Real = sys_time<std::chrono::duration<double>>;
  EXPECT_THROW(Convert<Seconds>::to_cell(Seconds::max(), scratch), ValidationError);
  EXPECT_THROW(Convert<Seconds>::to_cell(Seconds::min(), scratch), ValidationError);
  EXPECT_THROW(Convert<Hours>::to_cell(Hours::max(), scratch), ValidationError);
  EXPECT_THROW(Convert<Real>::to_cell(Real(std::chrono::duration<double>(1e300)), scratch),
               ValidationError);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(Convert<Real>::to_cell(Real(std::chrono::duration<double>(nan)), scratch),
               ValidationError);
  EXPECT_EQ(Convert<Real>::to_cell(Real(std::chrono::duration<double>(1.5)), scratch).integer,
            1'500'000);
  EXPECT_EQ(Convert<Seconds>::to_cell(Seconds(std::chrono::seconds(-2)), scratch).integer,
            -2'000'000);
}

TEST(CellText, is_what_people_read) {
  EXPECT_EQ(to_text(Cell::of_null()), "null");
  EXPECT_EQ(to_text(Cell::of_integer(1, ValueType::boolean)), "true");
  EXPECT_EQ(to_text(Cell::of_integer(-7)), "-7");
  EXPECT_EQ(to_text(Cell::of_real(0.5)), "0.5");
  EXPECT_EQ(to_text(Cell::of_bytes("it's\n")), "\"it's\\n\"");
  EXPECT_EQ(to_text(Cell::of_bytes("abc", ValueType::blob)), "<3 bytes>");
  EXPECT_EQ(to_text(Cell::of_bytes("1.50", ValueType::decimal)), "1.50");
  EXPECT_EQ(to_text(Cell::of_integer(1'500'000, ValueType::timestamp)),
            "\"1970-01-01 00:00:01.5\"");
  EXPECT_EQ(to_text(Cell::of_integer(1, ValueType::date)), "\"1970-01-02\"");
  EXPECT_EQ(to_text(Cell::of_integer(INT64_MAX, ValueType::timestamp)), "9223372036854775807")
      << "a year that ISO text cannot tell";
  EXPECT_LT(to_text(Cell::of_bytes(std::string(10'000, 'x'))).size(), 200u);
}

}  // namespace
}  // namespace rowan::value
