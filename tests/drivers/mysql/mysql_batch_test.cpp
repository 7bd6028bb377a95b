// A flush's batches: how many statements they are, and that each row gets its own values.

#include "mysql_server.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace batches {

struct Label;

struct Account {
  std::string code;
  std::string owner;
  std::optional<std::int32_t> limit{};
  std::int64_t version = 0;
  rowan::Collection<Label> labels{};
};

struct Label {
  std::int64_t id{};
  std::string name;
  rowan::Collection<Account> accounts{};
};

}  // namespace batches

template <>
inline constexpr auto rowan::mapping<batches::Account> =
    rowan::entity<batches::Account>(rowan::primary_key<&batches::Account::code>,
                                    rowan::property<&batches::Account::owner>,
                                    rowan::property<&batches::Account::limit>.concurrency_check(),
                                    rowan::property<&batches::Account::version>.version(),
                                    rowan::many_to_many<&batches::Account::labels>);

template <>
inline constexpr auto rowan::mapping<batches::Label> = rowan::entity<batches::Label>(
    rowan::primary_key<&batches::Label::id>,
    rowan::property<&batches::Label::name>.unique(),
    rowan::many_to_many<&batches::Label::accounts>.mapped_by<&batches::Account::labels>());

namespace rowan::test {
namespace {

using batches::Account;
using batches::Label;
using MysqlBatches = ConformanceOf<Account, Label>;

std::vector<Account*> create_accounts(EntityManager& em, int count) {
  std::vector<Account*> out;
  for (int i = 0; i < count; ++i) {
    Account account{.code = "code-" + std::to_string(i), .owner = "owner"};
    if (i % 2 == 0) account.limit = i;
    out.push_back(&em.create<Account>(std::move(account)));
  }
  em.flush();
  return out;
}

/// Changes what an update must change, and the owner.
void change(Account& account, std::string owner) {
  account.owner = std::move(owner);
  account.limit = account.limit ? std::optional<std::int32_t>() : 5;
}

TEST_F(MysqlBatches, updates_of_one_shape_are_one_statement_and_hit_their_own_rows) {
  auto em = orm.em().fork();
  const auto accounts = create_accounts(em, 80);
  (void)statements();
  for (Account* account : accounts) change(*account, "of " + account->code);
  em.flush();
  EXPECT_EQ(count_of("update"), 1u);
  auto other = orm.em().fork();
  for (const Account& found : other.find<Account>({})) {
    EXPECT_EQ(found.owner, "of " + found.code);
    EXPECT_EQ(found.version, 2);
  }
}

TEST_F(MysqlBatches, updates_of_many_numbers_share_few_texts) {
  auto em = orm.em().fork();
  const auto accounts = create_accounts(em, 20);
  std::set<std::string> texts;
  for (std::size_t count = 2; count <= 20; ++count) {
    for (std::size_t i = 0; i < count; ++i) change(*accounts[i], accounts[i]->owner + "+");
    (void)statements();
    em.flush();
    for (const std::string& sql : statements()) texts.insert(sql);
  }
  EXPECT_LE(texts.size(), 5u);
}

TEST_F(MysqlBatches, a_row_that_somebody_changed_fails_the_whole_batch) {
  auto em = orm.em().fork();
  const auto accounts = create_accounts(em, 6);
  auto other = orm.em().fork();
  change(other.find_one_or_fail<Account>(std::string("code-3")), "somebody");
  other.flush();
  for (Account* account : accounts) change(*account, "mine");
  EXPECT_THROW(em.flush(), OptimisticLockError);
  EXPECT_EQ(orm.em().fork().count<Account>(f<&Account::owner> == "mine"), 0u);
}

TEST_F(MysqlBatches, an_update_that_changes_nothing_in_a_row_still_matches_it) {
  auto em = orm.em().fork();
  create_accounts(em, 1);
  const auto matched =
      em.update<Account>().set(f<&Account::owner>, "owner").where(Filter<Account>{}).execute();
  EXPECT_EQ(matched, 1u);
}

TEST_F(MysqlBatches, checks_hold_for_null_too) {
  auto em = orm.em().fork();
  const auto accounts = create_accounts(em, 4);
  auto other = orm.em().fork();
  other.execute("update account set `limit` = 99 where code = 'code-1'");
  for (Account* account : accounts) change(*account, "mine");
  EXPECT_THROW(em.flush(), OptimisticLockError);
}

TEST_F(MysqlBatches, removals_with_checks_are_one_statement) {
  auto em = orm.em().fork();
  const auto accounts = create_accounts(em, 30);
  (void)statements();
  for (std::size_t i = 0; i < 20; ++i) em.remove(*accounts[i]);
  em.flush();
  EXPECT_EQ(count_of("delete"), 1u);
  EXPECT_EQ(orm.em().fork().count<Account>(), 10u);
}

TEST_F(MysqlBatches, removals_of_rows_that_changed_fail) {
  auto em = orm.em().fork();
  const auto accounts = create_accounts(em, 5);
  orm.em().fork().execute("update account set version = 9 where code = 'code-2'");
  for (Account* account : accounts) em.remove(*account);
  EXPECT_THROW(em.flush(), OptimisticLockError);
  EXPECT_EQ(orm.em().fork().count<Account>(), 5u);
}

TEST_F(MysqlBatches, pairs_of_a_collection_are_inserted_together) {
  auto em = orm.em().fork();
  const auto accounts = create_accounts(em, 3);
  std::vector<Label*> labels;
  for (int i = 0; i < 10; ++i)
    labels.push_back(&em.create<Label>({.name = "label " + std::to_string(i)}));
  em.flush();
  (void)statements();
  for (Account* account : accounts) {
    for (Label* label : labels) account->labels.add(*label);
  }
  em.flush();
  EXPECT_EQ(count_of("insert"), 1u);
  auto other = orm.em().fork();
  Label& found = other.find_one_or_fail<Label>(f<&Label::name> == "label 4");
  found.accounts.init();
  EXPECT_EQ(found.accounts.size(), 3u);
  found.accounts.remove(found.accounts[0]);
  other.flush();
  auto last = orm.em().fork();
  Label& again = last.find_one_or_fail<Label>(f<&Label::name> == "label 4");
  again.accounts.init();
  EXPECT_EQ(again.accounts.size(), 2u);
}

TEST_F(MysqlBatches, conflicts_that_are_ignored_are_not_counted) {
  auto em = orm.em().fork();
  const auto insert = [&](std::initializer_list<const char*> names) {
    auto query = em.insert<Label>();
    for (const char* name : names) query.values(f<&Label::name>, name);
    return query.ignore_conflicts().execute();
  };
  EXPECT_EQ(insert({"a"}), 1u);
  EXPECT_EQ(insert({"a"}), 0u);
  EXPECT_EQ(insert({"a", "b", "c"}), 2u);
  EXPECT_EQ(insert({"c", "b"}), 0u);
  EXPECT_EQ(insert({"d", "e"}), 2u);
  EXPECT_EQ(em.count<Label>(), 5u);
}

TEST_F(MysqlBatches, other_errors_are_not_ignored_with_conflicts) {
  auto em = orm.em().fork();
  EXPECT_THROW(em.insert<Label>()
                   .values(f<&Label::name>, std::string(300, 'x'))
                   .ignore_conflicts()
                   .execute(),
               DataError);
}

}  // namespace
}  // namespace rowan::test
