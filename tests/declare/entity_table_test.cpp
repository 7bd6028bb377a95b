// The functions of one class: rows into objects, objects into cells, and what changed between.

#include <rowan/declare/entity_table.hpp>

#include <rowan/base/error.hpp>

#include "declare/blog.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <memory>
#include <vector>

namespace rowan::declare {
namespace {

using metadata::EntityFunctions;

/// Keeps an object for each key, as the unit of work does.
class FakeResolver final : public ReferenceResolver {
 public:
  void* resolve(std::uint16_t property, const Cell& key) override {
    last_property = property;
    auto& object = users[key.integer];
    if (object == nullptr) {
      object = std::make_unique<blog::User>();
      object->id = key.integer;
    }
    return object.get();
  }
  Cell key_of(std::uint16_t property, const void* target) override {
    last_property = property;
    return Cell::of_integer(static_cast<const blog::User*>(target)->id);
  }
  [[noreturn]] void refuse(std::uint16_t property, const Cell& cell) override {
    throw ValidationError("property " + std::to_string(property) + " refuses " +
                          std::string(to_string(cell.type)));
  }

  std::map<std::int64_t, std::unique_ptr<blog::User>> users;
  std::uint16_t last_property = 0;
};

// Columns of Post: 0 id, 1 created_at, 2 title, 3 points, 4 author, 5 editor.
class PostTable : public testing::Test {
 protected:
  PostTable() : room_((table_.snapshot_size + 7) / 8) { snapshot_ = room_.data(); }

  std::vector<Cell> a_row() {
    return {Cell::of_integer(7),     Cell::of_integer(1, ValueType::timestamp),
            Cell::of_bytes("title"), Cell::of_real(1.5),
            Cell::of_integer(3),     Cell::of_null()};
  }
  void hydrate() {
    const std::vector<Cell> row = a_row();
    table_.hydrate(&post_, snapshot_, row.data(), arena_, resolver_);
  }
  std::vector<std::uint16_t> changed() {
    IndexSet set;
    table_.changed_columns(&post_, snapshot_, set);
    std::vector<std::uint16_t> out;
    for (std::uint16_t i = 0; i < 256; ++i) {
      if (set.has(i)) out.push_back(i);
    }
    return out;
  }
  using Columns = std::vector<std::uint16_t>;

  const EntityFunctions& table_ = entity_functions<blog::Post>();
  std::vector<std::uint64_t> room_;
  void* snapshot_;
  base::Arena arena_;
  FakeResolver resolver_;
  blog::Post post_;
};

TEST_F(PostTable, knows_the_size_of_things) {
  EXPECT_EQ(table_.size, sizeof(blog::Post));
  EXPECT_EQ(table_.alignment, alignof(blog::Post));
  EXPECT_EQ(table_.snapshot_size, 8u + 8 + 16 + 8 + 8 + 8);
  EXPECT_EQ(entity_functions<blog::User>().snapshot_size, 56u)
      << "id, created_at, two texts; role, wanted with its flag and nothing for visits and posts";
}

TEST_F(PostTable, constructs_moves_and_destroys) {
  alignas(blog::Post) std::byte first[sizeof(blog::Post)];
  alignas(blog::Post) std::byte second[sizeof(blog::Post)];
  table_.construct(first);
  reinterpret_cast<blog::Post*>(first)->title = std::string(100, 'x');
  table_.move_construct(second, first);
  EXPECT_EQ(reinterpret_cast<blog::Post*>(second)->title, std::string(100, 'x'));
  table_.destroy(first);
  table_.destroy(second);
}

TEST_F(PostTable, hydrates_members_references_and_snapshot) {
  hydrate();

  EXPECT_EQ(post_.id, 7);
  EXPECT_EQ(post_.title, "title");
  EXPECT_EQ(post_.score, 1.5);
  EXPECT_EQ(post_.author.target(), resolver_.users[3].get());
  EXPECT_TRUE(post_.editor.empty());
  EXPECT_EQ(resolver_.last_property, 4);
  EXPECT_FALSE(table_.is_changed(&post_, snapshot_));
}

TEST_F(PostTable, refuses_what_does_not_fit) {
  std::vector<Cell> row = a_row();
  row[2] = Cell::of_integer(1);
  EXPECT_THROW(table_.hydrate(&post_, snapshot_, row.data(), arena_, resolver_), ValidationError);
  row = a_row();
  row[4] = Cell::of_null();
  EXPECT_THROW(table_.hydrate(&post_, snapshot_, row.data(), arena_, resolver_), ValidationError)
      << "a Ref is never empty";
}

TEST_F(PostTable, sees_every_changed_column) {
  hydrate();
  post_.title = "other";
  blog::User editor;
  post_.editor = editor;

  EXPECT_TRUE(table_.is_changed(&post_, snapshot_));
  EXPECT_EQ(changed(), (Columns{2, 5}));
  post_.title = "title";
  post_.editor = nullptr;
  EXPECT_FALSE(table_.is_changed(&post_, snapshot_));
}

TEST_F(PostTable, takes_a_snapshot_of_all_columns_or_of_one) {
  hydrate();
  post_.title = "other";
  post_.score = 2;
  table_.snapshot_column(&post_, snapshot_, 2, arena_);
  EXPECT_EQ(changed(), (Columns{3}));
  table_.take_snapshot(&post_, snapshot_, arena_);
  EXPECT_EQ(changed(), (Columns{}));
}

TEST_F(PostTable, encodes_columns_in_any_order) {
  hydrate();
  post_.title = "new";
  const std::uint16_t columns[] = {5, 2, 0, 4};
  Cell now[4];
  Cell before[4];
  table_.encode(&post_, columns, 4, now, arena_, resolver_);
  table_.encode_snapshot(snapshot_, columns, 4, before, arena_, resolver_);

  EXPECT_TRUE(now[0].is_null());
  EXPECT_EQ(now[1].bytes(), "new");
  EXPECT_EQ(now[1].data, post_.title.data());
  EXPECT_EQ(before[1].bytes(), "title");
  EXPECT_EQ(now[2], Cell::of_integer(7));
  EXPECT_EQ(now[3], Cell::of_integer(3));
  EXPECT_EQ(before[3], Cell::of_integer(3));
}

TEST_F(PostTable, hydrates_some_columns_and_snapshots_the_rest_as_they_are) {
  const std::uint16_t columns[] = {2, 0};
  const Cell row[] = {Cell::of_bytes("some"), Cell::of_integer(9)};
  table_.hydrate_some(&post_, snapshot_, row, columns, 2, arena_, resolver_);

  EXPECT_EQ(post_.id, 9);
  EXPECT_EQ(post_.title, "some");
  EXPECT_FALSE(table_.is_changed(&post_, snapshot_));
}

TEST_F(PostTable, merging_keeps_what_was_changed_here) {
  hydrate();
  post_.title = "mine";
  const std::uint16_t columns[] = {2, 3, 4};
  const Cell row[] = {Cell::of_bytes("theirs"), Cell::of_real(9), Cell::of_integer(4)};
  table_.merge(&post_, snapshot_, row, columns, 3, MergeMode::keep_local, arena_, resolver_);

  EXPECT_EQ(post_.title, "mine");
  EXPECT_EQ(post_.score, 9);
  EXPECT_EQ(post_.author.target(), resolver_.users[4].get());
  EXPECT_EQ(changed(), (Columns{2}));
  Cell before;
  table_.encode_snapshot(snapshot_, columns, 1, &before, arena_, resolver_);
  EXPECT_EQ(before.bytes(), "theirs");
}

TEST_F(PostTable, refreshing_overwrites) {
  hydrate();
  post_.title = "mine";
  const std::uint16_t columns[] = {2};
  const Cell row[] = {Cell::of_bytes("theirs")};
  table_.merge(&post_, snapshot_, row, columns, 1, MergeMode::overwrite, arena_, resolver_);

  EXPECT_EQ(post_.title, "theirs");
  EXPECT_FALSE(table_.is_changed(&post_, snapshot_));
}

TEST_F(PostTable, merging_never_overwrites_with_null_but_refreshing_does) {
  std::vector<Cell> row = a_row();
  row[5] = Cell::of_integer(3);
  table_.hydrate(&post_, snapshot_, row.data(), arena_, resolver_);
  const std::uint16_t columns[] = {5};
  const Cell null[] = {Cell::of_null()};
  table_.merge(&post_, snapshot_, null, columns, 1, MergeMode::keep_local, arena_, resolver_);
  EXPECT_FALSE(post_.editor.empty());
  EXPECT_FALSE(table_.is_changed(&post_, snapshot_));
  table_.merge(&post_, snapshot_, null, columns, 1, MergeMode::overwrite, arena_, resolver_);
  EXPECT_TRUE(post_.editor.empty());
}

TEST_F(PostTable, decodes_into_the_member_alone) {
  hydrate();
  table_.decode(&post_, 0, Cell::of_integer(8), resolver_);

  EXPECT_EQ(post_.id, 8);
  EXPECT_EQ(changed(), (Columns{0}));
}

TEST_F(PostTable, tells_what_is_unset) {
  EXPECT_TRUE(table_.is_unset(&post_, 0));
  EXPECT_TRUE(table_.is_unset(&post_, 4));
  hydrate();
  EXPECT_FALSE(table_.is_unset(&post_, 0));
  EXPECT_FALSE(table_.is_unset(&post_, 4));
  EXPECT_TRUE(table_.is_unset(&post_, 5));
}

TEST_F(PostTable, has_a_valid_snapshot_in_zeros) {
  EXPECT_FALSE(table_.is_changed(&post_, snapshot_));
  post_.title = "x";
  EXPECT_EQ(changed(), (Columns{2}));
}

}  // namespace
}  // namespace rowan::declare
