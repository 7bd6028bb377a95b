// The code of docs/guide/transactions.md: blocks, savepoints, versions and locks.

#include <rowan/drivers.hpp>

#include <guide/expect.hpp>

#include <cstdint>
#include <iostream>
#include <stdexcept>
#include <string>

using guide::expect;
using guide::expect_throws;
using rowan::f;

// [version]
namespace bank {

struct Account {
  std::int64_t id{};
  std::string owner;
  std::int64_t cents = 0;
  std::int64_t version{};  // 1 after the insert, one more after each update
};

}  // namespace bank

template <>
inline constexpr auto rowan::mapping<bank::Account> =
    rowan::entity<bank::Account>(rowan::primary_key<&bank::Account::id>,
                                 rowan::property<&bank::Account::owner>.unique(),
                                 rowan::property<&bank::Account::cents>,
                                 rowan::property<&bank::Account::version>.version());
// [/version]

using namespace bank;

namespace {

void transfer(rowan::Orm& orm) {
  auto em = orm.em().fork();
  // [transactional]
  em.transactional([](rowan::EntityManager& tx) {
    Account& ada = tx.find_one_or_fail<Account>(f<&Account::owner> == "Ada");
    Account& bob = tx.find_one_or_fail<Account>(f<&Account::owner> == "Bob");
    ada.cents -= 500;
    bob.cents += 500;
  });  // flushed and committed here
  // [/transactional]
  expect(em.find_one_or_fail<Account>(f<&Account::owner> == "Bob").cents == 500, "committed");

  // [result]
  const std::int64_t id = em.transactional([](rowan::EntityManager& tx) {
    Account& carol = tx.create<Account>({.owner = "Carol"});
    tx.flush();
    return carol.id;
  });
  // [/result]
  expect(em.find_one<Account>(id) != nullptr, "a block may return a value");
}

void roll_back(rowan::Orm& orm) {
  auto em = orm.em().fork();
  Account& ada = em.find_one_or_fail<Account>(f<&Account::owner> == "Ada");
  // [rollback]
  try {
    em.transactional([&](rowan::EntityManager& tx) {
      tx.create<Account>({.owner = "Dave"});
      ada.cents -= 100;
      tx.flush();
      throw std::runtime_error("second thoughts");
    });
  } catch (const std::runtime_error&) {
  }
  // the database is as before, Dave is forgotten; ada.cents is as you left it, still to be written
  // [/rollback]
  expect(em.count<Account>(f<&Account::owner> == "Dave") == 0,
         "what the block created is forgotten");
  em.refresh(ada);
}

void nest(rowan::Orm& orm) {
  auto em = orm.em().fork();
  // [nested]
  em.transactional([](rowan::EntityManager& outer) {
    outer.create<Account>({.owner = "Erin"});
    try {
      outer.transactional([](rowan::EntityManager& inner) {  // a savepoint
        inner.create<Account>({.owner = "Frank"});
        throw std::runtime_error("only this is taken back");
      });
    } catch (const std::runtime_error&) {
    }
  });  // Erin is committed
  // [/nested]
  expect(em.count<Account>(f<&Account::owner>.in({"Erin", "Frank"})) == 1, "the outer survives");

  // [propagation]
  em.transactional([](rowan::EntityManager& tx) { tx.create<Account>({.owner = "Grace"}); },
                   {.propagation = rowan::Propagation::required});
  // [/propagation]
  expect_throws<rowan::TransactionStateError>("mandatory needs one", [&] {
    em.transactional([](rowan::EntityManager&) {}, {.propagation = rowan::Propagation::mandatory});
  });
}

void by_hand(rowan::Orm& orm) {
  auto em = orm.em().fork();
  // [begin]
  em.begin();
  try {
    em.create<Account>({.owner = "Heidi"});
    em.commit();  // flushes first
  } catch (...) {
    em.rollback();  // what was flushed is pending again
    throw;
  }
  // [/begin]
  expect(!em.is_in_transaction() && em.count<Account>(f<&Account::owner> == "Heidi") == 1, "begin");
}

void versions(rowan::Orm& orm) {
  auto here = orm.em().fork();
  auto there = orm.em().fork();
  // [optimistic]
  Account& mine = here.find_one_or_fail<Account>(f<&Account::owner> == "Ada");
  Account& yours = there.find_one_or_fail<Account>(f<&Account::owner> == "Ada");
  yours.cents += 1;
  there.flush();  // update ... set cents = ?, version = ? where id = ? and version = ?

  mine.cents += 2;
  try {
    here.flush();
  } catch (const rowan::OptimisticLockError&) {
    here.refresh(mine);  // take what is there, decide again
    mine.cents += 2;
    here.flush();
  }
  // [/optimistic]
  expect(mine.version == yours.version + 1, "versions count the updates");

  const std::int64_t seen_version = mine.version - 1;
  // [seen]
  try {
    here.lock(mine, rowan::LockMode::optimistic, seen_version);  // the version a form was made of
  } catch (const rowan::OptimisticLockError& error) {
    std::cout << error.what() << '\n';
  }
  // [/seen]
}

void locks(rowan::Orm& orm) {
  auto em = orm.em().fork();
  // [pessimistic]
  em.transactional([](rowan::EntityManager& tx) {
    Account& ada = tx.find_one_or_fail<Account>(f<&Account::owner> == "Ada",
                                                {.lock_mode = rowan::LockMode::pessimistic_write});
    ada.cents -= 1;
  });
  // [/pessimistic]
  expect_throws<rowan::TransactionStateError>("a lock needs a transaction", [&] {
    (void)em.find<Account>({}, {.lock_mode = rowan::LockMode::pessimistic_write});
  });
}

void try_again(rowan::Orm& orm) {
  auto em = orm.em().fork();
  // [retry]
  const std::int64_t left = em.transactional(
      [](rowan::EntityManager& attempt) {
        Account& ada = attempt.find_one_or_fail<Account>(f<&Account::owner> == "Ada");
        ada.cents -= 100;
        return ada.cents;
      },
      {.retries = 3});
  // [/retry]
  std::cout << "Ada has " << left << " left\n";
}

}  // namespace

int main() {
  rowan::Orm orm{{
      .driver = rowan::driver_from_url("sqlite::memory:"),
      .entities = rowan::entities<Account>(),
  }};
  orm.schema().create();
  orm.em().fork().transactional([](rowan::EntityManager& em) {
    em.create<Account>({.owner = "Ada", .cents = 1000});
    em.create<Account>({.owner = "Bob"});
  });
  transfer(orm);
  roll_back(orm);
  nest(orm);
  by_hand(orm);
  versions(orm);
  try_again(orm);
  locks(orm);
}
