// Where a mapping may stand and what a class may look like; names by strategy.

#include "mapping_far_mapping.hpp"

#include "fresh_reader.hpp"

#include <rowan/metadata/naming_strategy.hpp>

#include <gmock/gmock.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace forms {

struct Stamped {
  rowan::Timestamp created_at = rowan::now();
};
struct Named {
  std::string name{};
};

/// Two bases, one after the other in memory, and members of its own.
struct Machine : Stamped, Named {
  std::int64_t id{};
  std::int32_t weight = 0;

  static consteval auto mapping() {
    return rowan::entity<Machine>(
               rowan::primary_key<&Machine::id>, rowan::property<&Machine::weight>,
               rowan::property<&Stamped::created_at>, rowan::property<&Named::name>)
        .table("forms_machine");
  }
};

/// Private members, no default for a user, a virtual function, and state that is no member of the mapping.
class Account {
 public:
  Account() = default;
  explicit Account(std::string name) : owner_(std::move(name)) {}
  virtual ~Account() = default;
  Account(Account&&) = default;
  Account& operator=(Account&&) = default;

  void deposit(std::int64_t cents) { m_balance += cents; }
  [[nodiscard]] std::int64_t balance() const { return m_balance; }
  [[nodiscard]] const std::string& owner_name() const { return owner_; }
  [[nodiscard]] std::int64_t key() const { return id_; }
  [[nodiscard]] virtual std::string kind() const { return "account"; }

 private:
  std::int64_t id_{};
  std::string owner_;
  std::int64_t m_balance = 0;
  std::unique_ptr<int> cache_;
  rowan::OptionalRef<Account> parent_{};

 public:
  static constexpr auto owner = rowan::f<&Account::owner_>;
  static constexpr auto parent = rowan::f<&Account::parent_>;
  static constexpr auto parent_owner = rowan::f<&Account::parent_, &Account::owner_>;
  void put_under(Account& other) { parent_ = other; }

  static consteval auto mapping() {
    return rowan::entity<Account>(
               rowan::primary_key<&Account::id_>, rowan::property<&Account::owner_>,
               rowan::property<&Account::m_balance>, rowan::many_to_one<&Account::parent_>)
        .table("forms_account");
  }
};

struct HTTPLogEntry {
  std::int64_t entryId{};
  std::string requestURL{};
  rowan::OptionalRef<HTTPLogEntry> causedBy{};
  rowan::Collection<HTTPLogEntry> relatedEntries{};

  static consteval auto mapping() {
    return rowan::entity<HTTPLogEntry>(
        rowan::primary_key<&HTTPLogEntry::entryId>,
        rowan::property<&HTTPLogEntry::requestURL>.unique().check("1 = 1").length(100),
        rowan::many_to_one<&HTTPLogEntry::causedBy>,
        rowan::many_to_many<&HTTPLogEntry::relatedEntries>);
  }
};

/// The user's own: everything with a prefix, constraints by kind first.
class Prefixed final : public rowan::NamingStrategy {
 public:
  std::string table_name(std::string_view name) const override {
    return "app_" + std::string(name);
  }
  std::string column_name(std::string_view name) const override { return "c_" + std::string(name); }
  std::string join_column(std::string_view name, std::string_view key) const override {
    return "r_" + std::string(name) + "_" + std::string(key);
  }
  // Short: PostgreSQL has names of 63 bytes, MySQL of 64.
  std::string pivot_table(std::string_view, std::string_view name) const override {
    return "p_" + std::string(name);
  }
  std::string pivot_column(std::string_view table, std::string_view key) const override {
    return "k_" + std::string(table) + "_" + std::string(key);
  }
  std::string index_name(std::string_view table,
                         std::span<const std::string> columns,
                         std::string_view suffix) const override {
    std::string out = std::string(suffix) + "__" + std::string(table);
    for (const std::string& column : columns) out += "__" + column;
    return out;
  }
};

}  // namespace forms

namespace rowan::test {
namespace {

using namespace forms;
using testing::HasSubstr;
using testing::Not;

using Forms = WithReader<Machine, Account, FarShelf, FarBook>;

TEST_F(Forms, a_mapping_in_another_header_serves) {
  auto em = orm.em().fork();
  FarShelf& shelf = em.create<FarShelf>({.name = "s"});
  em.create<FarBook>({.title = "b", .shelf = shelf});
  em.flush();
  auto other = orm.em().fork();
  const auto books = other.find<FarBook>(f<&FarBook::shelf, &FarShelf::name> == "s",
                                         {.populate = {f<&FarBook::shelf, &FarShelf::books>}});
  ASSERT_EQ(books.size(), 1u);
  EXPECT_EQ(books[0].shelf->books.size(), 1u);
}

TEST_F(Forms, members_of_bases_are_written_read_and_compared) {
  auto em = orm.em().fork();
  Machine fresh;
  fresh.name = "crane";
  fresh.weight = 7;
  Machine& machine = em.create<Machine>(std::move(fresh));
  em.flush();
  machine.name = "digger";
  em.flush();
  auto other = orm.em().fork();
  Machine& read = other.find_one_or_fail<Machine>(f<&Machine::name> == "digger");
  EXPECT_EQ(read.weight, 7);
  EXPECT_EQ(read.created_at, machine.created_at);
  EXPECT_EQ(other.count<Machine>(f<&Named::name> == "digger" && f<&Machine::weight> == 7), 1u);
  (void)statements();
  other.flush();
  EXPECT_TRUE(statements().empty());
}

TEST_F(Forms, a_class_with_private_members_is_mapped_in_itself) {
  auto em = orm.em().fork();
  Account& account = em.create<Account>(Account("Ada"));
  account.deposit(500);
  Account& child = em.create<Account>(Account("Bob"));
  child.put_under(account);
  em.flush();
  EXPECT_NE(account.key(), 0);
  auto other = orm.em().fork();
  Account& read = other.find_one_or_fail<Account>(Account::owner == "Ada");
  EXPECT_EQ(read.balance(), 500);
  EXPECT_EQ(read.kind(), "account");
  EXPECT_EQ(other.find_one_or_fail<Account>(Account::parent_owner == "Ada").owner_name(), "Bob");
  read.deposit(1);
  other.flush();
  EXPECT_EQ(reader().find_one_or_fail<Account>(Account::owner == "Ada").balance(), 501);
}

class Naming : public testing::Test {
 protected:
  static std::unique_ptr<Orm> open(const NamingStrategy& naming) {
    return std::make_unique<Orm>(Config{.driver = driver_from_url(database_url()),
                                        .entities = entities<HTTPLogEntry>(),
                                        .naming_strategy = &naming});
  }
  /// Writes, links, finds and removes, so that every name is used.
  static void work_with(Orm& orm) {
    orm.schema().refresh();
    auto em = orm.em().fork();
    HTTPLogEntry& first = em.create<HTTPLogEntry>({.requestURL = "/a"});
    HTTPLogEntry& second = em.create<HTTPLogEntry>({.requestURL = "/b", .causedBy = first});
    second.relatedEntries.add(first);
    em.flush();
    auto other = orm.em().fork();
    HTTPLogEntry& read = other.find_one_or_fail<HTTPLogEntry>(
        f<&HTTPLogEntry::causedBy, &HTTPLogEntry::requestURL> == "/a",
        {.populate = {f<&HTTPLogEntry::relatedEntries>}});
    EXPECT_EQ(read.relatedEntries.size(), 1u);
    read.requestURL = "/c";
    other.flush();
    other.remove(read);
    other.flush();
    EXPECT_EQ(orm.em().fork().count<HTTPLogEntry>(), 1u);
    orm.schema().drop();
  }
};

TEST_F(Naming, underscores_are_the_default) {
  const auto orm = open(underscore_naming());
  const std::string sql = orm->schema().create_sql();
  for (const char* name : {"http_log_entry", "entry_id", "request_url", "caused_by_entry_id",
                           "http_log_entry_related_entries", "http_log_entry_1_entry_id",
                           "http_log_entry_request_url_unique"})
    EXPECT_THAT(sql, HasSubstr(name));
  work_with(*orm);
}

TEST_F(Naming, names_may_stay_as_they_are) {
  const auto orm = open(verbatim_naming());
  const std::string sql = orm->schema().create_sql();
  for (const char* name :
       {"HTTPLogEntry", "entryId", "requestURL", "causedBy_entryId", "HTTPLogEntry_relatedEntries"})
    EXPECT_THAT(sql, HasSubstr(name));
  work_with(*orm);
}

TEST_F(Naming, every_name_may_come_from_a_strategy_of_the_program) {
  static const Prefixed naming;
  const auto orm = open(naming);
  const std::string sql = orm->schema().create_sql();
  for (const char* name :
       {"app_HTTPLogEntry", "c_entryId", "c_requestURL", "r_causedBy_c_entryId", "p_relatedEntries",
        "k_app_HTTPLogEntry_1_c_entryId", "unique__app_HTTPLogEntry__c_requestURL",
        "index__app_HTTPLogEntry__r_causedBy_c_entryId",
        "foreign__app_HTTPLogEntry__r_causedBy_c_entryId",
        "foreign__p_relatedEntries__k_app_HTTPLogEntry_1_c_entryId",
        "check__app_HTTPLogEntry__c_requestURL",
        "index__p_relatedEntries__k_app_HTTPLogEntry_2_c_entryId"})
    EXPECT_THAT(sql, HasSubstr(name));
  EXPECT_THAT(sql, Not(HasSubstr("_foreign")));
  work_with(*orm);
}

}  // namespace
}  // namespace rowan::test
