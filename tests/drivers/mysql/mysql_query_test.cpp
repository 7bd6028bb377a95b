// Statements that MySQL wants written in a way of its own.

#include "mysql_server.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace trees {

struct Node {
  std::int64_t id{};
  std::string name;
  std::optional<std::int32_t> rank{};
  rowan::OptionalRef<Node> parent{};
  rowan::Collection<Node> children{};
};

}  // namespace trees

template <>
inline constexpr auto rowan::mapping<trees::Node> =
    rowan::entity<trees::Node>(rowan::primary_key<&trees::Node::id>,
                               rowan::property<&trees::Node::name>,
                               rowan::property<&trees::Node::rank>,
                               rowan::many_to_one<&trees::Node::parent>,
                               rowan::one_to_many<&trees::Node::children, &trees::Node::parent>);

namespace rowan::test {
namespace {

using trees::Node;

class MysqlQueries : public ConformanceOf<Node> {
 protected:
  /// A root with the children 1 to 4, of which the odd have a rank.
  MysqlQueries() {
    auto em = orm.em().fork();
    Node& root = em.create<Node>({.name = "root"});
    for (int i = 1; i <= 4; ++i) {
      Node child{.name = "child " + std::to_string(i)};
      if (i % 2 != 0) child.rank = i;
      child.parent = root;
      em.create<Node>(std::move(child));
    }
    em.flush();
    (void)statements();
  }
  std::vector<std::string> names(const FindOptions<Node>& options, const Filter<Node>& where = {}) {
    auto em = orm.em().fork();
    std::vector<std::string> out;
    for (const Node& node : em.find<Node>(where, options)) out.push_back(node.name);
    return out;
  }
};

TEST_F(MysqlQueries, search_only_what_has_an_index_for_it) {
  auto em = orm.em().fork();
  const std::string message =
      message_of<ValidationError>([&] { (void)em.count<Node>(f<&Node::name>.matches("root")); });
  EXPECT_THAT(message, ::testing::HasSubstr("Node.name"));
  EXPECT_THAT(message, ::testing::HasSubstr(".full_text()"));
}

TEST_F(MysqlQueries, rows_of_one_flush_may_refer_to_each_other_down_to_any_depth) {
  auto em = orm.em().fork();
  Node* above = nullptr;
  for (int i = 0; i < 5; ++i) {
    Node node{.name = "deep " + std::to_string(i)};
    if (above != nullptr) node.parent = *above;
    above = &em.create<Node>(std::move(node));
    // A row beside, which shares its statement with others of no parent.
    em.create<Node>({.name = "beside " + std::to_string(i)});
  }
  (void)statements();
  em.flush();
  EXPECT_EQ(count_of("insert"), 5u);
  const auto rows = orm.em().fork().execute_rows(
      "select count(*) from node as n join node as p on p.id = n.parent_id where n.name like 'deep "
      "%' "
      "and p.name = concat('deep ', substr(n.name, 6) - 1)");
  EXPECT_EQ(rows.at(0).at(0).integer(), 4);
}

TEST_F(MysqlQueries, a_bulk_update_may_read_its_own_table) {
  auto em = orm.em().fork();
  EXPECT_EQ(em.update<Node>()
                .set(f<&Node::rank>, 7)
                .where(f<&Node::parent, &Node::name> == "root")
                .execute(),
            4u);
  EXPECT_EQ(em.update<Node>()
                .set(f<&Node::rank>, 8)
                .where(f<&Node::children, &Node::name> == "child 2")
                .execute(),
            1u);
  EXPECT_EQ(em.count<Node>(f<&Node::rank> == 8), 1u);
}

TEST_F(MysqlQueries, a_bulk_removal_may_read_its_own_table) {
  auto em = orm.em().fork();
  EXPECT_EQ(em.remove_where<Node>().where(f<&Node::parent, &Node::name> == "root").execute(), 4u);
  EXPECT_EQ(em.remove_where<Node>().where(f<&Node::name> == "root").execute(), 1u);
}

TEST_F(MysqlQueries, a_bulk_change_by_a_plain_condition_needs_no_subquery) {
  auto em = orm.em().fork();
  EXPECT_EQ(em.update<Node>().set(f<&Node::rank>, 1).where(f<&Node::name> == "child 1").execute(),
            1u);
  for (const std::string& sql : statements())
    EXPECT_EQ(sql.find("select"), std::string::npos) << sql;
}

TEST_F(MysqlQueries, nulls_go_where_they_are_sent) {
  EXPECT_EQ(names({.order_by = {f<&Node::rank>.asc().nulls_last(), f<&Node::id>.asc()}}).front(),
            "child 1");
  EXPECT_EQ(names({.order_by = {f<&Node::rank>.desc().nulls_first(), f<&Node::id>.asc()}}).front(),
            "root");
}

TEST_F(MysqlQueries, an_offset_needs_no_limit) {
  EXPECT_EQ(names({.order_by = {f<&Node::id>.asc()}, .offset = 3}),
            (std::vector<std::string>{"child 3", "child 4"}));
}

TEST_F(MysqlQueries, pages_with_collections_hold_whole_objects) {
  auto em = orm.em().fork();
  const auto found = em.find<Node>({}, {.populate = {f<&Node::children>},
                                        .order_by = {f<&Node::id>.asc()},
                                        .limit = 2,
                                        .strategy = LoadStrategy::joined});
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].children.size(), 4u);
}

TEST_F(MysqlQueries, cursors_do_not_disturb_each_other) {
  auto em = orm.em().fork();
  for (Node& node : em.find<Node>({})) {
    node.children.init();
    EXPECT_EQ(node.children.size(), node.name == "root" ? 4u : 0u);
  }
}

TEST_F(MysqlQueries, a_procedure_gives_its_first_result) {
  auto em = orm.em().fork();
  em.execute("drop procedure if exists two_results");
  em.execute("create procedure two_results() begin select 1, 'one'; select 2; end");
  const auto rows = em.execute_rows("call two_results()");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0][1].text(), "one");
  EXPECT_EQ(em.execute_rows("select 3").at(0).at(0).integer(), 3);
  em.execute("drop procedure two_results");
}

TEST_F(MysqlQueries, native_text_follows_a_change_of_the_table) {
  auto em = orm.em().fork();
  EXPECT_EQ(em.execute_rows("select * from node where id = ?", {Value::of_integer(0)}).size(), 0u);
  em.execute("alter table node add column extra int not null default 5");
  const auto rows = em.execute_rows("select * from node where name = ?", {Value::of_text("root")});
  EXPECT_EQ(rows.at(0).back().integer(), 5);
  em.execute("alter table node drop column extra");
}

}  // namespace
}  // namespace rowan::test
