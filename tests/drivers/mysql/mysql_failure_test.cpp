// What the server's errors become: a type that tells what happened, and a message that holds no value.

#include "mysql_server.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace failures {

struct Owner {
  std::int64_t id{};
  std::string email;
  std::int32_t age = 20;
  std::int8_t small = 0;
  rowan::Timestamp born{};
};

struct Pet {
  std::int64_t id{};
  std::string name;
  rowan::Ref<Owner> owner;
};

struct Missing {
  std::int64_t id{};
};

}  // namespace failures

template <>
inline constexpr auto rowan::mapping<failures::Owner> = rowan::entity<failures::Owner>(
    rowan::primary_key<&failures::Owner::id>,
    rowan::property<&failures::Owner::email>.unique("owner_email_once").length(40),
    rowan::property<&failures::Owner::age>.check("age >= 18"),
    rowan::property<&failures::Owner::small>,
    rowan::property<&failures::Owner::born>);

template <>
inline constexpr auto rowan::mapping<failures::Pet> =
    rowan::entity<failures::Pet>(rowan::primary_key<&failures::Pet::id>,
                                 rowan::property<&failures::Pet::name>,
                                 rowan::many_to_one<&failures::Pet::owner>);

template <>
inline constexpr auto rowan::mapping<failures::Missing> =
    rowan::entity<failures::Missing>(rowan::primary_key<&failures::Missing::id>);

namespace rowan::test {
namespace {

using failures::Missing;
using failures::Owner;
using failures::Pet;
using ::testing::HasSubstr;
using ::testing::Not;

class MysqlFailures : public ConformanceOf<Owner, Pet> {
 protected:
  template <class Expected>
  std::string message_of_insert(Owner owner) {
    auto em = orm.em().fork();
    em.create<Owner>(std::move(owner));
    return message_of<Expected>([&] { em.flush(); });
  }
};

TEST_F(MysqlFailures, a_unique_value_twice_names_the_constraint_and_not_the_value) {
  auto em = orm.em().fork();
  em.create<Owner>({.email = "secret's for key 'x'"});
  em.flush();
  const std::string message =
      message_of_insert<UniqueConstraintViolation>({.email = "secret's for key 'x'"});
  EXPECT_THAT(message, HasSubstr("owner_email_once"));
  EXPECT_THAT(message, Not(HasSubstr("secret")));
}

TEST_F(MysqlFailures, a_reference_to_nothing_names_the_constraint) {
  auto em = orm.em().fork();
  const std::string message = message_of<ForeignKeyConstraintViolation>(
      [&] { em.execute("insert into pet (name, owner_id) values ('x', 999)"); });
  EXPECT_THAT(message, HasSubstr("pet_owner_id_foreign"));
}

TEST_F(MysqlFailures, a_row_that_is_referred_to_stays) {
  auto em = orm.em().fork();
  Owner& owner = em.create<Owner>({.email = "a"});
  em.create<Pet>({.name = "p", .owner = owner});
  em.flush();
  EXPECT_THROW(orm.em().fork().execute("delete from owner"), ForeignKeyConstraintViolation);
}

TEST_F(MysqlFailures, a_missing_value_is_told) {
  auto em = orm.em().fork();
  EXPECT_THROW(em.execute("insert into pet (name, owner_id) values (null, 1)"),
               NotNullConstraintViolation);
  EXPECT_THROW(em.execute("insert into pet (owner_id) values (1)"), NotNullConstraintViolation);
}

TEST_F(MysqlFailures, a_check_names_itself) {
  const std::string message =
      message_of_insert<CheckConstraintViolation>({.email = "a", .age = 17});
  EXPECT_THAT(message, HasSubstr("owner_age_check"));
}

TEST_F(MysqlFailures, values_that_do_not_fit_are_data_errors_without_the_value) {
  const std::string message = message_of_insert<DataError>({.email = std::string(41, 's')});
  EXPECT_THAT(message, HasSubstr("email"));
  EXPECT_THAT(message, Not(HasSubstr("sss")));
  EXPECT_THAT(message_of_insert<DataError>({.email = "invalid \xff\xfe"}),
              Not(HasSubstr("invalid \xff")));
  auto em = orm.em().fork();
  EXPECT_THROW(
      em.execute("insert into owner (email, age, small, born) values ('a', 20, ?, '2020-01-01')",
                 {Value::of_integer(1000)}),
      DataError);
  const std::string date = message_of<DataError>([&] {
    em.execute("insert into owner (email, age, small, born) values ('a', 20, 1, ?)",
               {Value::of_text("no-date-at-all")});
  });
  EXPECT_THAT(date, Not(HasSubstr("no-date-at-all")));
}

TEST_F(MysqlFailures, unknown_tables_columns_and_words_are_told_apart) {
  auto em = orm.em().fork();
  EXPECT_THROW(em.execute("select * from no_such_table"), TableNotFoundError);
  EXPECT_THROW(em.execute("select no_such_column from owner"), ColumnNotFoundError);
  EXPECT_THROW(em.execute("selekt 1"), SyntaxError);
  EXPECT_THROW(em.execute("select 1; select 2"), SyntaxError);
}

TEST_F(MysqlFailures, a_failed_statement_carries_text_code_and_state) {
  auto em = orm.em().fork();
  try {
    em.execute("select * from no_such_table");
    FAIL();
  } catch (const DriverError& error) {
    EXPECT_EQ(error.statement(), "select * from no_such_table");
    EXPECT_EQ(error.native_code(), 1146);
    EXPECT_EQ(error.sqlstate(), "42S02");
  }
}

TEST_F(MysqlFailures, a_failed_flush_loses_nothing) {
  auto em = orm.em().fork();
  Owner& good = em.create<Owner>({.email = "good"});
  Owner& bad = em.create<Owner>({.email = std::string(41, 'b')});
  EXPECT_THROW(em.flush(), DataError);
  EXPECT_EQ(good.id, 0);
  EXPECT_EQ(orm.em().fork().count<Owner>(), 0u);
  bad.email = "mended";
  em.flush();
  EXPECT_EQ(orm.em().fork().count<Owner>(), 2u);
}

TEST_F(MysqlFailures, a_read_only_transaction_refuses_writes) {
  auto em = orm.em().fork();
  EXPECT_THROW(em.transactional([](EntityManager& tx) { tx.create<Owner>({.email = "a"}); },
                                {.read_only = true}),
               ReadOnlyError);
  em.clear();
  em.create<Owner>({.email = "b"});
  em.flush();
}

TEST_F(MysqlFailures, codes_that_a_test_cannot_provoke_are_sorted_by_state) {
  auto em = orm.em().fork();
  // What Group Replication and Galera report at the commit, raised by hand.
  EXPECT_THROW(
      em.execute(
          "signal sqlstate '40001' set message_text = 'certification failed', mysql_errno = 3101"),
      SerializationFailure);
  EXPECT_THROW(em.execute("signal sqlstate '40001' set message_text = 'x', mysql_errno = 1213"),
               DeadlockError);
  EXPECT_THROW(
      em.execute("signal sqlstate 'HY000' set message_text = 'Got error 149', mysql_errno = 1180"),
      DeadlockError);
}

}  // namespace
}  // namespace rowan::test
