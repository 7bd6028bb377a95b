// Random work, failures and rollbacks in any order: in the end the database has what memory has.

#include "fault_world.hpp"

#include <rowan/base/error.hpp>
#include <rowan/model/slot.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace rowan::test {
namespace {

using namespace library;

/// One run: what it does is decided by its seed.
class RandomWork {
 public:
  explicit RandomWork(unsigned seed) : random_(seed), em_(world_.em) {
    tags_ = {world_.tags[0], world_.tags[1]};
    books_ = {world_.book, world_.other_book};
    publishers_ = {world_.publisher};
    magazines_ = {world_.magazine};
    world_.author->favourite_book = nullptr;
    em_.flush();
  }

  void run() {
    for (int i = 0; i < 25; ++i) step();
    if (em_.is_in_transaction()) leave_transaction();
    let_go_of_forgotten();
    world_.faults->reset();
    em_.flush();
    world_.faults->reset();
    em_.flush();
    EXPECT_EQ(world_.faults->calls, 0u) << "nothing is left to write";
    compare();
  }

 private:
  using Step = void (RandomWork::*)();

  int pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }
  template <class T>
  static bool is_live(const T& object) {
    return model::header_of(&object).life <= model::SlotHeader::managed;
  }
  template <class T>
  T* any(std::vector<T*>& of) {
    std::vector<T*> live;
    for (T* each : of) {
      if (is_live(*each)) live.push_back(each);
    }
    return live.empty() ? nullptr
                        : live[static_cast<std::size_t>(pick(static_cast<int>(live.size())))];
  }

  void step() {
    static constexpr Step steps[] = {&RandomWork::create_tag,
                                     &RandomWork::create_tag,
                                     &RandomWork::swap_names,
                                     &RandomWork::remove_tag,
                                     &RandomWork::create_book,
                                     &RandomWork::remove_book,
                                     &RandomWork::change_pairs,
                                     &RandomWork::change_pairs,
                                     &RandomWork::set_pairs,
                                     &RandomWork::create_magazine,
                                     &RandomWork::move_magazine,
                                     &RandomWork::remove_publisher,
                                     &RandomWork::flush,
                                     &RandomWork::flush,
                                     &RandomWork::block,
                                     &RandomWork::block,
                                     &RandomWork::enter_transaction,
                                     &RandomWork::leave_transaction,
                                     &RandomWork::change_account,
                                     &RandomWork::find};
    const int chosen = pick(static_cast<int>(std::size(steps)));
    (this->*steps[static_cast<std::size_t>(chosen)])();
  }

  void create_tag() {
    tags_.push_back(&em_.create<Tag>({.name = "tag" + std::to_string(next_name_++)}));
  }
  void swap_names() {
    Tag* a = any(tags_);
    Tag* b = any(tags_);
    if (a != nullptr && a != b) std::swap(a->name, b->name);
  }
  void remove_tag() {
    if (Tag* tag = any(tags_)) {
      em_.remove(*tag);
      if (pick(3) == 0) em_.persist(*tag);
    }
  }
  void create_book() {
    books_.push_back(&em_.create<Book>({.title = "b", .author = *world_.author}));
  }
  void remove_book() {
    if (Book* book = any(books_)) em_.remove(*book);
  }
  void change_pairs() {
    Book* book = any(books_);
    Tag* tag = any(tags_);
    if (book == nullptr || tag == nullptr) return;
    if (pick(2) == 0) {
      book->tags.add(*tag);
    } else {
      book->tags.remove(*tag);
    }
  }
  void set_pairs() {
    Book* book = any(books_);
    Tag* one = any(tags_);
    Tag* two = any(tags_);
    if (book != nullptr && one != nullptr) book->tags.set({*one, *two});
  }
  void create_magazine() {
    publishers_.push_back(&em_.create<Publisher>({.name = "p"}));
    magazines_.push_back(&em_.create<Magazine>({.name = "m", .publisher = *publishers_.back()}));
  }
  void move_magazine() {
    Magazine* magazine = any(magazines_);
    if (magazine == nullptr) return;
    if (Publisher* publisher = pick(3) == 0 ? nullptr : any(publishers_)) {
      magazine->publisher = *publisher;
    } else {
      magazine->publisher = nullptr;
    }
  }
  void remove_publisher() {
    if (Publisher* publisher = any(publishers_)) em_.remove(*publisher);
  }
  void change_account() { ++world_.account->balance; }
  void find() { (void)em_.find<Book>(f<&Book::tags, &Tag::name> == "tag1"); }

  void with_faults(const std::function<void()>& call) {
    if (pick(2) == 0) world_.faults->reset(static_cast<std::size_t>(pick(12)));
    try {
      call();
    } catch (const DriverError&) {
    } catch (const TransactionStateError&) {
    } catch (const ValidationError&) {
    } catch (const std::runtime_error&) {
    }
    world_.faults->reset();
    let_go_of_forgotten();
  }
  // What a failed block created is forgotten; a reference to it is the user's to mend.
  void let_go_of_forgotten() {
    for (Magazine* magazine : magazines_) {
      void* target = magazine->publisher.target();
      if (is_live(*magazine) && target != nullptr &&
          model::header_of(target).life == model::SlotHeader::detached)
        magazine->publisher = nullptr;
    }
  }
  void flush() {
    with_faults([&] { em_.flush(); });
  }
  void block() {
    if (depth_ > 2) return;
    const bool throws = pick(3) == 0;
    const Propagation propagation = pick(4) == 0 ? Propagation::required : Propagation::nested;
    ++depth_;
    with_faults([&] {
      em_.transactional(
          [&](EntityManager&) {
            for (int i = pick(6); i > 0; --i) step();
            if (throws) throw std::runtime_error("no");
          },
          {.propagation = propagation});
    });
    --depth_;
  }
  void enter_transaction() {
    if (depth_ == 0 && !em_.is_in_transaction()) em_.begin();
  }
  void leave_transaction() {
    if (depth_ > 0 || !em_.is_in_transaction()) return;
    if (pick(2) == 0) with_faults([&] { em_.commit(); });
    if (em_.is_in_transaction()) em_.rollback();
  }

  template <class T, class Compare>
  void compare(std::vector<T*>& objects, EntityManager& fresh, Compare same) {
    std::size_t live = 0;
    for (T* object : objects) {
      if (!is_live(*object)) continue;
      ++live;
      T* row = fresh.find_one<T>(object->id);
      ASSERT_NE(row, nullptr) << "an object without its row";
      same(*object, *row);
    }
    EXPECT_EQ(fresh.count<T>(), live) << "rows without their object";
  }
  void compare() {
    auto fresh = world_.orm.em().fork();
    compare(tags_, fresh, [](const Tag& a, const Tag& b) { EXPECT_EQ(a.name, b.name); });
    compare(publishers_, fresh, [](const Publisher&, const Publisher&) {});
    compare(magazines_, fresh, [](const Magazine& a, const Magazine& b) {
      ASSERT_EQ(a.publisher.empty(), b.publisher.empty());
      if (a.publisher) {
        EXPECT_EQ(a.publisher->id, b.publisher.load().id);
        EXPECT_TRUE(a.publisher->magazines.contains(a));
      }
    });
    compare(books_, fresh, [](const Book& a, Book& b) {
      b.tags.init();
      std::multiset<std::int64_t> ours;
      std::multiset<std::int64_t> theirs;
      for (const Tag& tag : a.tags) ours.insert(tag.id);
      for (const Tag& tag : b.tags) theirs.insert(tag.id);
      EXPECT_EQ(ours, theirs);
    });
    EXPECT_EQ(fresh.find_one_or_fail<Account>(world_.account->id).balance, world_.account->balance);
    EXPECT_EQ(fresh.find_one_or_fail<Account>(world_.account->id).version, world_.account->version);
  }

  FaultWorld world_;
  std::minstd_rand random_;
  EntityManager& em_;
  std::vector<Tag*> tags_;
  std::vector<Book*> books_;
  std::vector<Publisher*> publishers_;
  std::vector<Magazine*> magazines_;
  int next_name_ = 0;
  int depth_ = 0;
};

TEST(RandomWork, ends_with_the_database_as_memory_is) {
  // 410 and 1348 were failures once.
  std::vector<unsigned> seeds{410, 1348};
  for (unsigned seed = 1; seed <= 100; ++seed) seeds.push_back(seed);
  for (const unsigned seed : seeds) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomWork work(seed);
    try {
      work.run();
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace rowan::test
