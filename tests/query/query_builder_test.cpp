// The typed builders: what they hand to their executor, and what they make of its rows.

#include <query/query_entities.hpp>
#include <rowan/query/binder.hpp>
#include <rowan/query/printer.hpp>
#include <rowan/query/query_builder.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace rowan::query::testing {
namespace {

using value::Cell;

/// Remembers what was asked, and answers with the rows given.
class FakeExecutor final : public QueryExecutor {
 public:
  void select(const Select& select, RowSink& sink) override {
    asked = to_string(bind_select(registry(), select));
    for (const std::vector<Cell>& row : rows) sink.row(row);
  }
  std::uint64_t change(BoundMutation::Kind kind, const Mutation& mutation) override {
    changed = bind_mutation(registry(), kind, mutation);
    values = values_of(mutation);
    return 3;
  }
  std::vector<std::vector<Cell>> rows;
  std::string asked;
  BoundMutation changed;
  std::vector<Value> values;
};

TEST(SelectQuery, JoinsByItselfAndReadsTuples) {
  FakeExecutor db;
  db.rows = {{Cell::of_bytes("Emma"), Cell::of_bytes("Jane")},
             {Cell::of_bytes("Persuasion"), Cell()}};
  const auto rows = SelectQuery<Book>(db)
                        .select(f<&Book::title>, f<&Book::editor, &Author::name>)
                        .where(f<&Book::is_published> == true)
                        .where(f<&Book::id> > 1)
                        .order_by(f<&Book::created_at>.desc())
                        .limit(20)
                        .rows();
  EXPECT_EQ(db.asked,
            "select t0.title, t1.name from Book t0 left join Author t1 on t0.editor where "
            "and(eq(t0.is_published, ?0), gt(t0.id, ?1)) order by t0.created_at desc limit ?2");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(std::get<0>(rows[0]), "Emma");
  EXPECT_EQ(std::get<1>(rows[0]), "Jane");
  EXPECT_EQ(std::get<1>(rows[1]), std::nullopt);
}

TEST(SelectQuery, GroupsAndComparesAggregates) {
  FakeExecutor db;
  db.rows = {{Cell::of_integer(1), Cell::of_integer(2), Cell()}};
  const auto rows =
      SelectQuery<Book>(db)
          .select(f<&Book::author, &Author::id>, count(f<&Book::id>), max(f<&Book::rating>))
          .group_by(f<&Book::author, &Author::id>)
          .having(count(f<&Book::id>) > 1)
          .order_by(count().desc())
          .rows();
  EXPECT_EQ(db.asked,
            "select t0.author, count(t0.id), max(t0.rating) from Book t0 group by t0.author having "
            "gt(count(t0.id), ?0) order by count(*) desc");
  EXPECT_EQ(std::get<1>(rows.at(0)), 2);
  EXPECT_EQ(std::get<2>(rows.at(0)), std::nullopt);
}

TEST(SelectQuery, TakesACollectionThatIsJoinedByName) {
  FakeExecutor db;
  (void)SelectQuery<Book>(db)
      .select(joined(f<&Book::tags, &Tag::name>))
      .join(f<&Book::tags>)
      .where(f<&Book::tags, &Tag::name>.like("n%"))
      .rows();
  EXPECT_EQ(db.asked, "select t1.name from Book t0 join Tag t1 on t0.tags where like(t1.name, ?0)");
  EXPECT_THROW((void)SelectQuery<Book>(db).select(joined(f<&Book::tags, &Tag::name>)).rows(),
               ValidationError);
}

TEST(SelectQuery, OrdersByACollectionThatIsJoinedByName) {
  FakeExecutor db;
  const auto name = joined(f<&Book::tags, &Tag::name>);
  (void)SelectQuery<Book>(db).select(name).join(f<&Book::tags>).order_by(name.desc()).rows();
  EXPECT_EQ(db.asked, "select t1.name from Book t0 join Tag t1 on t0.tags order by t1.name desc");
  // Without the join it would be the order by the first of each book's tags.
  EXPECT_THROW((void)SelectQuery<Book>(db).select(f<&Book::title>).order_by(name).rows(),
               ValidationError);
}

TEST(SelectQuery, NestsSubqueriesWithTheirValues) {
  FakeExecutor db;
  const auto authors = SelectQuery<Author>(db)
                           .select(f<&Author::id>)
                           .where(f<&Author::born> > 1800)
                           .limit(9)
                           .as_subquery();
  const auto query =
      SelectQuery<Book>(db)
          .select(f<&Book::id>)
          .where(f<&Book::id> > 1 && f<&Book::author, &Author::id>.in(authors) && f<&Book::id> < 5);
  (void)query.rows();
  EXPECT_EQ(db.asked,
            "select t0.id from Book t0 where and(gt(t0.id, ?0), in(t0.author, (select s1_0.id from "
            "Author s1_0 where gt(s1_0.born, ?1) limit ?2)), lt(t0.id, ?3))");
  EXPECT_THAT(values_of(query.erased()),
              ::testing::ElementsAre(Value::of_integer(1), Value::of_integer(1800),
                                     Value::of_integer(9), Value::of_integer(5)));
}

TEST(SelectQuery, CountsWhateverTheLimit) {
  FakeExecutor db;
  db.rows = {{Cell::of_integer(42)}};
  EXPECT_EQ(SelectQuery<Book>(db).select(f<&Book::id>).limit(3).count(), 42u);
  EXPECT_EQ(db.asked, "select count(*) from Book t0");
}

TEST(SelectQuery, FillsStructsAndEnums) {
  struct Row {
    std::string name;
    Mood mood;
  };
  FakeExecutor db;
  db.rows = {{Cell::of_bytes("Ada"), Cell::of_bytes("wild")}};
  const auto rows =
      SelectQuery<Author>(db).select(f<&Author::name>, f<&Author::mood>).rows_as<Row>();
  EXPECT_EQ(rows.at(0).mood, Mood::wild);
}

TEST(SelectQuery, RefusesANullThatItsTypeCannotTake) {
  FakeExecutor db;
  db.rows = {{Cell()}};
  EXPECT_THROW((void)SelectQuery<Book>(db).select(f<&Book::id>).one(), ValidationError);
}

TEST(UpdateQuery, NumbersAssignmentsBeforeTheCondition) {
  FakeExecutor db;
  const auto affected = UpdateQuery<Book>(db)
                            .set(f<&Book::is_published>, false)
                            .set(f<&Book::blurb>, nullptr)
                            .set_raw(f<&Book::rating>, "{rating} + ?", 0.5)
                            .where(f<&Book::id> == 1)
                            .execute();
  EXPECT_EQ(affected, 3u);
  ASSERT_EQ(db.changed.assignments.size(), 3u);
  EXPECT_EQ(db.changed.assignments[2].raw, "{0} + ?");
  EXPECT_EQ(db.changed.assignments[2].value, 2u);
  EXPECT_EQ(db.changed.assignments[2].raw_columns.at(0).property->name, "rating");
  EXPECT_EQ(to_string(*db.changed.filter), "select t0.id from Book t0 where eq(t0.id, ?3)");
  ASSERT_EQ(db.values.size(), 4u);
  EXPECT_TRUE(db.values[1].is_null());
}

TEST(DeleteQuery, PicksKeysWhereItsConditionJoins) {
  FakeExecutor db;
  DeleteQuery<Book>(db).where(f<&Book::author, &Author::name> == "Ada").execute();
  EXPECT_EQ(to_string(*db.changed.filter),
            "select t0.id from Book t0 key in (select distinct s1_0.id from Book s1_0 join Author "
            "s1_1 on "
            "s1_0.author where eq(s1_1.name, ?0))");
}

TEST(DeleteQuery, ChangesEveryRowWithoutAFilter) {
  FakeExecutor db;
  DeleteQuery<Book>(db).execute();
  EXPECT_EQ(db.changed.filter, nullptr);
  EXPECT_EQ(db.changed.kind, BoundMutation::Kind::remove);
}

TEST(InsertQuery, WritesRowsOfTheSameMembers) {
  FakeExecutor db;
  InsertQuery<Author> insert(db);
  insert.values(f<&Author::name>, "Ada", f<&Author::mood>, Mood::wild)
      .values(f<&Author::name>, "Bob", f<&Author::mood>, Mood::calm);
  EXPECT_THROW(insert.values(f<&Author::name>, "Eve"), ValidationError);
  insert.ignore_conflicts().execute();
  EXPECT_EQ(db.changed.row_count, 2u);
  EXPECT_TRUE(db.changed.ignore_conflicts);
  EXPECT_THAT(db.values, ::testing::ElementsAre(Value::of_text("Ada"), Value::of_text("wild"),
                                                Value::of_text("Bob"), Value::of_text("calm")));
}

TEST(BindSelect, RefusesAClassThatTheOrmWasNotGiven) {
  FakeExecutor db;
  EXPECT_THROW((void)SelectQuery<Stranger>(db).select(f<&Stranger::id>).rows(), ValidationError);
}

}  // namespace
}  // namespace rowan::query::testing
