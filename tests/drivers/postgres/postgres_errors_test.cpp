// The server's errors as Rowan's, with names and without values.

#include "drivers/postgres/postgres_test.hpp"

#include <rowan/drivers/postgres/postgres_driver.hpp>

#include <optional>

namespace faults {

struct Parent {
  std::int64_t id{};
  std::string email;
};

struct Child {
  std::int64_t id{};
  rowan::Ref<Parent> parent;
  std::int64_t age{};
};

}  // namespace faults

template <>
inline constexpr auto rowan::mapping<faults::Parent> =
    rowan::entity<faults::Parent>(rowan::primary_key<&faults::Parent::id>,
                                  rowan::property<&faults::Parent::email>.unique().hidden())
        .table("pg_fault_parent");

template <>
inline constexpr auto rowan::mapping<faults::Child> =
    rowan::entity<faults::Child>(rowan::primary_key<&faults::Child::id>,
                                 rowan::many_to_one<&faults::Child::parent>,
                                 rowan::property<&faults::Child::age>.check("age >= 0"))
        .table("pg_fault_child");

namespace rowan::test {
namespace {

using faults::Child;
using faults::Parent;

class PostgresErrors : public ::testing::Test {
 protected:
  PostgresErrors() : orm(make_orm<Parent, Child>(server_url())), em(orm.em().fork()) {
    orm.schema().refresh();
  }
  ~PostgresErrors() override { orm.schema().drop(); }

  template <class Expected>
  Expected error_of(std::string_view sql) {
    try {
      em.execute(sql);
    } catch (const Expected& error) {
      return error;
    }
    throw std::runtime_error("no such error");
  }

  Orm orm;
  EntityManager em;
};

TEST_F(PostgresErrors, constraints_name_themselves_and_their_columns_and_no_value) {
  em.execute("insert into pg_fault_parent (email) values ('secret@x')");
  const auto error = error_of<UniqueConstraintViolation>(
      "insert into pg_fault_parent (email) select email from pg_fault_parent");
  EXPECT_EQ(error.sqlstate(), "23505");
  EXPECT_NE(error.message().find("email"), std::string::npos) << error.message();
  EXPECT_NE(error.message().find("unique"), std::string::npos) << error.message();
  EXPECT_EQ(error.message().find("secret"), std::string::npos) << error.message();
}

TEST_F(PostgresErrors, have_a_class_for_each_constraint) {
  EXPECT_EQ(error_of<ForeignKeyConstraintViolation>(
                "insert into pg_fault_child (parent_id, age) values (99, 1)")
                .sqlstate(),
            "23503");
  EXPECT_EQ(
      error_of<NotNullConstraintViolation>("insert into pg_fault_parent (email) values (null)")
          .sqlstate(),
      "23502");
  em.execute("insert into pg_fault_parent (id, email) values (7, 'x')");
  const auto check = error_of<CheckConstraintViolation>(
      "insert into pg_fault_child (parent_id, age) values (7, -1)");
  EXPECT_NE(check.message().find("check()"), std::string::npos);
}

TEST_F(PostgresErrors, have_a_class_for_what_is_not_there) {
  EXPECT_EQ(error_of<TableNotFoundError>("select * from nowhere").sqlstate(), "42P01");
  EXPECT_EQ(error_of<ColumnNotFoundError>("select nothing from pg_fault_parent").sqlstate(),
            "42703");
  const auto syntax = error_of<SyntaxError>("selec 1");
  EXPECT_EQ(syntax.sqlstate(), "42601");
  EXPECT_EQ(syntax.statement(), "selec 1");
  EXPECT_THROW(em.execute("select 1; select 2"), SyntaxError);
}

TEST_F(PostgresErrors, of_values_do_not_repeat_them) {
  const auto error =
      error_of<DataError>("select ('secret' || id)::integer from (values (1)) as v(id)");
  EXPECT_EQ(error.sqlstate(), "22P02");
  EXPECT_EQ(error.message().substr(0, error.message().find("(in:")).find("secret"),
            std::string::npos)
      << error.message();
  // A value with quotes of its own.
  const auto quoted = error_of<DataError>("select (chr(34) || 'secret' || chr(34))::integer");
  EXPECT_EQ(quoted.message().substr(0, quoted.message().find("(in:")).find("secret"),
            std::string::npos)
      << quoted.message();
}

TEST_F(PostgresErrors, have_a_class_for_values_that_do_not_fit) {
  const auto state_of = [&](std::string_view sql) { return error_of<DataError>(sql).sqlstate(); };
  EXPECT_EQ(state_of("select ('9' || repeat('9', 30))::bigint"), "22003");
  EXPECT_EQ(state_of("select ('x' || 1)::date"), "22007");
  EXPECT_EQ(state_of("select ('2024-02-3' || 1)::date"), "22008");
  EXPECT_EQ(state_of("select ('{' || 1)::jsonb"), "22P02");
  EXPECT_EQ(state_of("select ('{\"a\":\"\\u00' || '00\"}')::jsonb ->> 'a'"), "22P05");
  EXPECT_EQ(state_of("select convert_from('\\xff'::bytea, 'UTF8')"), "22021");
  EXPECT_EQ(state_of("select 'a' ~ ('(' || 'b')"), "2201B");
  EXPECT_EQ(state_of("select jsonb_path_query('[1]', 'strict $.a')"), "2203A");
  // What an expression computes is no value that somebody gave.
  EXPECT_NE(error_of<DriverError>("select 1 / 0").kind(), ErrorKind::data);
}

TEST_F(PostgresErrors, that_a_program_raises_keep_their_code) {
  const auto raised = [&](std::string_view code) {
    return "do $$ begin raise exception 'told' using errcode = '" + std::string(code) + "'; end $$";
  };
  EXPECT_TRUE(error_of<SerializationFailure>(raised("40001")).is_retryable());
  EXPECT_TRUE(error_of<DeadlockError>(raised("40P01")).is_retryable());
  EXPECT_TRUE(error_of<LockWaitTimeoutError>(raised("55P03")).is_retryable());
  EXPECT_THROW(em.execute(raised("57014")), QueryCanceledError);
  EXPECT_THROW(em.execute(raised("53100")), StorageError);
  EXPECT_EQ(error_of<DriverError>(raised("P0001")).sqlstate(), "P0001");
  EXPECT_EQ(number_of(em, "select 1"), 1);
}

TEST_F(PostgresErrors, at_the_commit_are_told_as_those_of_a_statement) {
  em.begin();
  em.execute("set constraints all deferred");
  em.execute("insert into pg_fault_child (parent_id, age) values (99, 1)");
  EXPECT_THROW(em.commit(), ForeignKeyConstraintViolation);
  if (em.is_in_transaction()) em.rollback();
  EXPECT_EQ(number_of(em, "select count(*) from pg_fault_child"), 0);
}

TEST(PostgresConnecting, tells_what_is_wrong_and_no_password) {
  const auto message_of = [](const std::string& url) {
    Orm orm = make_orm<Parent, Child>(url);
    try {
      auto em = orm.em().fork();
      em.execute("select 1");
    } catch (const ConnectionError& error) {
      return error.message();
    }
    return std::string("connected");
  };
  const std::string closed =
      message_of("postgresql://someone:topsecret@127.0.0.1:1/db?connect_timeout=2");
  EXPECT_NE(closed.find("127.0.0.1"), std::string::npos) << closed;
  EXPECT_EQ(closed.find("topsecret"), std::string::npos) << closed;
  const std::string missing = message_of(server_url_with("dbname=rowan_is_not_here"));
  EXPECT_NE(missing.find("rowan_is_not_here"), std::string::npos) << missing;
  EXPECT_NE(missing.find("create the database"), std::string::npos) << missing;
  const std::string insecure = message_of(server_url_with("sslmode=verify-full"));
  EXPECT_NE(insecure.find("sslmode"), std::string::npos) << insecure;
}

}  // namespace
}  // namespace rowan::test
