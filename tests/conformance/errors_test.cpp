// What a database refuses comes back as a typed error that names the place, and leaves everything usable.

#include "conformance.hpp"

#include <gmock/gmock.h>

#include <cstdint>
#include <functional>
#include <string>

namespace errors {

struct Owner {
  std::int64_t id{};
  std::string email{};
  std::string pin{};
};
struct Pet {
  std::int64_t id{};
  std::string name{};
  std::int32_t age = 1;
  rowan::Ref<Owner> owner;
};

/// Its table is older than the class: there is no column `extra`.
struct Old {
  std::int64_t id{};
  std::string name{};
  std::string extra{};
};
/// Its table has another key than the class says.
struct Rekeyed {
  std::int64_t id{};
  std::string name{};
};
/// Has no table at all.
struct Absent {
  std::int64_t id{};
  std::string name{};
};

}  // namespace errors

template <>
inline constexpr auto rowan::mapping<errors::Owner> =
    rowan::entity<errors::Owner>(rowan::primary_key<&errors::Owner::id>,
                                 rowan::property<&errors::Owner::email>.unique().length(80),
                                 rowan::property<&errors::Owner::pin>.unique().hidden().length(80))
        .table("errors_owner");
template <>
inline constexpr auto rowan::mapping<errors::Pet> =
    rowan::entity<errors::Pet>(rowan::primary_key<&errors::Pet::id>,
                               rowan::property<&errors::Pet::name>,
                               rowan::property<&errors::Pet::age>.check("age > 0"),
                               rowan::many_to_one<&errors::Pet::owner>)
        .table("errors_pet");
template <>
inline constexpr auto rowan::mapping<errors::Old> =
    rowan::entity<errors::Old>(rowan::primary_key<&errors::Old::id>,
                               rowan::property<&errors::Old::name>,
                               rowan::property<&errors::Old::extra>)
        .table("errors_old");
template <>
inline constexpr auto rowan::mapping<errors::Rekeyed> =
    rowan::entity<errors::Rekeyed>(rowan::primary_key<&errors::Rekeyed::id>,
                                   rowan::property<&errors::Rekeyed::name>)
        .table("errors_rekeyed");
template <>
inline constexpr auto rowan::mapping<errors::Absent> =
    rowan::entity<errors::Absent>(rowan::primary_key<&errors::Absent::id>,
                                  rowan::property<&errors::Absent::name>)
        .table("errors_absent");

namespace rowan::test {
namespace {

using namespace errors;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Errors : public ConformanceOf<Owner, Pet> {
 protected:
  /// Runs what must fail with an `E`, checks what every driver error tells, and returns the database's part of it.
  template <class E>
  std::string failure_of(const std::function<void()>& work) {
    try {
      work();
    } catch (const E& error) {
      EXPECT_TRUE(error.native_code() != 0 || error.sqlstate().size() == 5);
      EXPECT_FALSE(error.statement().empty());
      EXPECT_THAT(error.message(), HasSubstr("(in: " + error.statement() + ")"));
      EXPECT_STREQ(error.what(), error.message().c_str());
      EXPECT_FALSE(error.poisons_connection());
      return error.message().substr(0, error.message().find(" (in: "));
    } catch (const Error& error) {
      ADD_FAILURE() << "another error: " << error.message();
      return {};
    }
    ADD_FAILURE() << "no error";
    return {};
  }

  Owner& owner(EntityManager& em, const std::string& email = "a@b", const std::string& pin = "0") {
    return em.create<Owner>({.email = email, .pin = pin});
  }
};

TEST_F(Errors, unique_violation_names_table_and_column) {
  auto em = orm.em().fork();
  owner(em);
  em.flush();
  Owner& twin = owner(em, "a@b", "1");
  const std::string message = failure_of<UniqueConstraintViolation>([&] { em.flush(); });
  EXPECT_THAT(message, HasSubstr("errors_owner"));
  EXPECT_THAT(message, HasSubstr("email"));
  twin.email = "c@d";
  em.flush();
  EXPECT_EQ(orm.em().fork().count<Owner>(), 2u);
}

TEST_F(Errors, a_hidden_value_is_in_no_message) {
  auto em = orm.em().fork();
  owner(em, "a@b", "topsecret");
  em.flush();
  Owner& twin = owner(em, "c@d", "topsecret");
  try {
    em.flush();
    FAIL();
  } catch (const UniqueConstraintViolation& error) {
    EXPECT_THAT(error.message(), Not(HasSubstr("topsecret")));
    EXPECT_THAT(error.statement(), Not(HasSubstr("topsecret")));
    EXPECT_THAT(error.message(), HasSubstr("pin"));
  }
  twin.pin = "other";
  em.flush();
}

TEST_F(Errors, foreign_key_violation_names_table_and_column) {
  auto em = orm.em().fork();
  Pet& pet = em.create<Pet>({.name = "x", .owner = em.get_reference<Owner>(999'999)});
  const std::string message = failure_of<ForeignKeyConstraintViolation>([&] { em.flush(); });
  EXPECT_THAT(message, HasSubstr("errors_pet"));
  EXPECT_THAT(message, HasSubstr("owner_id"));
  pet.owner = owner(em);
  em.flush();
  EXPECT_EQ(orm.em().fork().count<Pet>(), 1u);
}

TEST_F(Errors, removing_what_is_referred_to_names_the_referring_column) {
  auto em = orm.em().fork();
  em.create<Pet>({.name = "x", .owner = owner(em)});
  em.flush();
  auto other = orm.em().fork();
  Owner& seen = other.find<Owner>({})[0];
  other.remove(seen);
  const std::string message = failure_of<ForeignKeyConstraintViolation>([&] { other.flush(); });
  EXPECT_THAT(message, HasSubstr("errors_pet"));
  EXPECT_THAT(message, HasSubstr("owner_id"));
  other.persist(seen);
  other.flush();
  EXPECT_EQ(orm.em().fork().count<Owner>(), 1u);
}

TEST_F(Errors, not_null_violation_names_the_column) {
  auto em = orm.em().fork();
  Owner& someone = owner(em);
  em.flush();
  const std::string message = failure_of<NotNullConstraintViolation>([&] {
    em.execute("insert into errors_pet (name, age, owner_id) values (null, 1, " +
               std::to_string(someone.id) + ")");
  });
  EXPECT_THAT(message, HasSubstr("name"));
  em.create<Pet>({.name = "x", .owner = someone});
  em.flush();
}

TEST_F(Errors, check_violation_names_the_check) {
  auto em = orm.em().fork();
  Pet& pet = em.create<Pet>({.name = "x", .age = -1, .owner = owner(em)});
  const std::string message = failure_of<CheckConstraintViolation>([&] { em.flush(); });
  EXPECT_THAT(message, HasSubstr("errors_pet_age_check"));
  EXPECT_EQ(pet.id, 0);
  pet.age = 1;
  em.flush();
  EXPECT_EQ(orm.em().fork().count<Pet>(), 1u);
}

TEST_F(Errors, a_violation_leaves_nothing_of_the_flush_behind) {
  auto em = orm.em().fork();
  for (int i = 0; i < 10; ++i) owner(em, "o" + std::to_string(i), "p" + std::to_string(i));
  em.create<Pet>({.name = "x", .age = -1, .owner = owner(em)});
  EXPECT_THROW(em.flush(), CheckConstraintViolation);
  EXPECT_EQ(orm.em().fork().count<Owner>(), 0u);
  EXPECT_FALSE(em.is_in_transaction());
}

TEST_F(Errors, a_violation_ends_no_transaction_that_the_program_began) {
  ROWAN_REQUIRE(savepoints);
  auto em = orm.em().fork();
  em.transactional([&](EntityManager& tx) {
    owner(tx);
    tx.flush();
    EXPECT_THROW(tx.transactional([&](EntityManager& inner) { owner(inner, "a@b", "1"); }),
                 UniqueConstraintViolation);
    owner(tx, "c@d", "2");
  });
  EXPECT_EQ(orm.em().fork().count<Owner>(), 2u);
}

TEST_F(Errors, wrong_sql_is_a_syntax_error) {
  auto em = orm.em().fork();
  failure_of<SyntaxError>([&] { em.execute("selekt 1"); });
  failure_of<SyntaxError>([&] { (void)em.execute_rows("select from where"); });
  EXPECT_EQ(em.count<Owner>(), 0u);
}

TEST_F(Errors, a_value_that_looks_like_sql_is_a_value) {
  auto em = orm.em().fork();
  Owner& nasty = owner(em, "'); drop table errors_owner; --", "x' or '1'='1");
  em.flush();
  auto other = orm.em().fork();
  EXPECT_EQ(other.count<Owner>(f<&Owner::pin> == "x' or '1'='1"), 1u);
  EXPECT_EQ(other.count<Owner>(f<&Owner::pin> == "' or '1'='1"), 0u);
  EXPECT_EQ(other.find_one_or_fail<Owner>(nasty.id).email, "'); drop table errors_owner; --");
}

class OlderDatabase : public testing::Test {
 protected:
  OlderDatabase()
      : orm({.driver = driver_from_url(database_url()),
             .entities = entities<Old, Rekeyed, Absent>()}) {
    auto em = orm.em().fork();
    em.execute("drop table if exists errors_old");
    em.execute("drop table if exists errors_rekeyed");
    em.execute(
        "create table errors_old (id integer not null primary key, name varchar(40) not null)");
    em.execute("create table errors_rekeyed (number integer not null, name varchar(40) not null)");
    em.execute("insert into errors_old (id, name) values (1, 'x')");
    em.execute("insert into errors_rekeyed (number, name) values (1, 'x')");
  }
  ~OlderDatabase() override {
    auto em = orm.em().fork();
    em.execute("drop table errors_old");
    em.execute("drop table errors_rekeyed");
  }

  template <class E>
  void expect_error(const std::function<void(EntityManager&)>& work, const char* named) {
    auto em = orm.em().fork();
    try {
      work(em);
      ADD_FAILURE() << "no error";
    } catch (const E& error) {
      EXPECT_THAT(error.message(), HasSubstr(named));
    } catch (const Error& error) {
      ADD_FAILURE() << "another error: " << error.message();
    }
  }

  Orm orm;
};

TEST_F(OlderDatabase, a_column_that_is_not_there_is_named) {
  expect_error<ColumnNotFoundError>([](auto& em) { (void)em.template find<Old>({}); }, "extra");
  expect_error<ColumnNotFoundError>([](auto& em) { (void)em.template find_one<Old>(1); }, "extra");
  expect_error<ColumnNotFoundError>(
      [](auto& em) {
        em.template create<Old>({.id = 2, .name = "y"});
        em.flush();
      },
      "extra");
  expect_error<ColumnNotFoundError>(
      [](auto& em) { (void)em.template count<Old>(f<&Old::extra> == "x"); }, "extra");
  expect_error<ColumnNotFoundError>(
      [](auto& em) {
        Old& known = em.template merge<Old>({.id = 1, .name = "x", .extra = ""});
        known.extra = "changed";
        em.flush();
      },
      "extra");
  expect_error<ColumnNotFoundError>(
      [](auto& em) { em.template update<Old>().set(f<&Old::extra>, "x").execute(); }, "extra");
}

TEST_F(OlderDatabase, a_key_column_that_is_not_there_never_matches_in_silence) {
  expect_error<ColumnNotFoundError>(
      [](auto& em) {
        Rekeyed& known = em.template merge<Rekeyed>({.id = 1, .name = "x"});
        known.name = "changed";
        em.flush();
      },
      "id");
  expect_error<ColumnNotFoundError>(
      [](auto& em) {
        em.remove(em.template merge<Rekeyed>({.id = 1, .name = "x"}));
        em.flush();
      },
      "id");
}

TEST_F(OlderDatabase, a_table_that_is_not_there_is_named) {
  expect_error<TableNotFoundError>([](auto& em) { (void)em.template find<Absent>({}); },
                                   "errors_absent");
  expect_error<TableNotFoundError>(
      [](auto& em) {
        em.template create<Absent>({.id = 2, .name = "y"});
        em.flush();
      },
      "errors_absent");
}

TEST_F(OlderDatabase, a_flush_that_failed_for_a_column_succeeds_once_it_is_there) {
  auto em = orm.em().fork();
  em.create<Old>({.id = 2, .name = "y", .extra = "z"});
  EXPECT_THROW(em.flush(), ColumnNotFoundError);
  em.execute("alter table errors_old add column extra varchar(20)");
  em.flush();
  auto other = orm.em().fork();
  EXPECT_EQ(other.find_one_or_fail<Old>(2).extra, "z");
}

TEST(ClosedDatabase, every_use_is_a_connection_error_that_says_so) {
  Orm orm({.driver = driver_from_url(database_url()), .entities = entities<Owner, Pet>()});
  orm.schema().refresh();
  auto em = orm.em().fork();
  Owner& kept = em.create<Owner>({.email = "a@b", .pin = "1"});
  em.flush();
  kept.email = "c@d";
  orm.close();
  const auto expect_closed = [&](const std::function<void()>& work) {
    try {
      work();
      ADD_FAILURE() << "no error";
    } catch (const ConnectionError& error) {
      EXPECT_THAT(error.message(), HasSubstr("closed"));
      EXPECT_TRUE(error.poisons_connection());
    }
  };
  expect_closed([&] { em.flush(); });
  expect_closed([&] { (void)em.find<Owner>({}); });
  expect_closed([&] { (void)em.count<Owner>(); });
  expect_closed([&] { (void)em.execute("select 1"); });
  expect_closed([&] { em.begin(); });
  expect_closed([&] { em.transactional([](EntityManager&) {}); });
  expect_closed([&] { orm.schema().create(); });
  EXPECT_EQ(kept.email, "c@d");
  orm.close();
  Orm again({.driver = driver_from_url(database_url()), .entities = entities<Owner, Pet>()});
  again.schema().drop();
}

}  // namespace
}  // namespace rowan::test
