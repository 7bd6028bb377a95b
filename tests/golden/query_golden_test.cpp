// What each dialect makes of filters, orders, pages, queries of rows, bulk changes and locks.

#include "golden.hpp"

#include <conformance/query_bookshop.hpp>
#include <rowan/metadata/naming_strategy.hpp>
#include <rowan/query/binder.hpp>
#include <rowan/query/query_builder.hpp>

#include <numeric>

namespace shelves {

/// What the bookshop does not have: an array and a JSON document.
struct Shelf {
  std::int64_t id{};
  std::vector<std::string> words;
  rowan::json document;
};

}  // namespace shelves

template <>
inline constexpr auto rowan::mapping<shelves::Shelf> =
    rowan::entity<shelves::Shelf>(rowan::primary_key<&shelves::Shelf::id>,
                                  rowan::property<&shelves::Shelf::words>,
                                  rowan::property<&shelves::Shelf::document>);

namespace rowan::golden {
namespace {

using shelves::Shelf;

using namespace bookshop;  // NOLINT: the entities that all of this is about
using query::BoundMutation;

const metadata::Registry& registry() {
  static const metadata::Registry the_registry(
      entities<Publisher, Writer, Passport, Tag, Book, Review, Shelf>(), underscore_naming());
  return the_registry;
}

template <class T>
const metadata::EntityMeta& meta() {
  return registry().get(&declare::type_tag<T>, "T");
}

/// Returns the text of a find that reads the key alone, and the keys of what it joins.
template <class T>
Render find(const Filter<T>& where,
            const FindOptions<T>& options = {},
            std::vector<const char*> joined = {}) {
  return [=](backend::Driver& driver) {
    static constexpr std::uint16_t key_column[] = {0};
    const query::FindSpec spec = options.erased();
    std::vector<query::FindBinding::Join> joins;
    for (const char* name : joined)
      joins.push_back({{meta<T>().find(std::string_view(name))}, key_column});
    query::FindBinding find;
    find.root = &meta<T>();
    find.where = &where.condition();
    find.order_by = {spec.order_by.begin(), spec.order_by.end()};
    find.has_limit = spec.limit.has_value();
    find.has_offset = spec.offset.has_value();
    find.columns = key_column;
    find.joins = joins;
    find.lock = spec.lock_mode;
    return driver.prepare(query::bind_find(registry(), find))->text();
  };
}

template <class T>
Render count(const Filter<T>& where) {
  return [=](backend::Driver& driver) {
    query::FindBinding find;
    find.root = &meta<T>();
    find.where = &where.condition();
    find.count = true;
    return driver.prepare(query::bind_find(registry(), find))->text();
  };
}

/// Binds what a builder hands over, for one driver.
class Binder final : public query::QueryExecutor {
 public:
  explicit Binder(backend::Driver* driver) : driver_(driver) {}
  void select(const query::Select& select, query::RowSink&) override {
    text = driver_->prepare(query::bind_select(registry(), select))->text();
  }
  std::uint64_t change(BoundMutation::Kind kind, const query::Mutation& mutation) override {
    text = driver_->text_of(query::bind_mutation(registry(), kind, mutation));
    return 0;
  }
  template <class T>
  query::SelectQuery<T> query() {
    return query::SelectQuery<T>(*this);
  }
  template <class T>
  query::UpdateQuery<T> update() {
    return query::UpdateQuery<T>(*this);
  }
  template <class T>
  query::DeleteQuery<T> remove_where() {
    return query::DeleteQuery<T>(*this);
  }
  template <class T>
  query::InsertQuery<T> insert() {
    return query::InsertQuery<T>(*this);
  }
  std::string text;

 private:
  backend::Driver* driver_;
};

template <class Body>
Render run(Body body) {
  return [=](backend::Driver& driver) {
    Binder em(&driver);
    (void)body(em);
    return em.text;
  };
}

#define ROWAN_GOLDEN(area, name, ...) \
  TEST(Golden_##area, name) { check(#area, #name, #__VA_ARGS__, __VA_ARGS__); }
/// The same for what is said of `em`.
#define ROWAN_GOLDEN_EM(area, name, ...)                                            \
  TEST(Golden_##area, name) {                                                       \
    check(#area, #name, #__VA_ARGS__, run([](Binder& em) { return __VA_ARGS__; })); \
  }

ROWAN_GOLDEN(filter,
             comparisons,
             find<Book>(f<&Book::pages> == 1 && f<&Book::pages> != 2 && f<&Book::rating> < 3 &&
                        f<&Book::rating> <= 4 && f<&Book::title> > "a" && f<&Book::title> >= "b"))
ROWAN_GOLDEN(filter,
             types,
             find<Book>(f<&Book::is_published> == true && f<&Book::price> > Decimal("1.5") &&
                        f<&Book::added_at> < Timestamp() &&
                        f<&Book::printed> == std::chrono::sys_days() &&
                        f<&Book::format> == Format::audio))
ROWAN_GOLDEN(filter, enum_by_name, find<Writer>(f<&Writer::mood> == Mood::wild))
ROWAN_GOLDEN(filter,
             logic,
             find<Book>((f<&Book::pages> == 1 || f<&Book::pages> == 2) &&
                        !(f<&Book::title> == "a" && f<&Book::rating> > 1)))
ROWAN_GOLDEN(filter, nulls, find<Book>(f<&Book::blurb> == nullptr || f<&Book::editor> != nullptr))
ROWAN_GOLDEN(filter, like, find<Book>(f<&Book::title>.like("a%_")))
ROWAN_GOLDEN(filter,
             arrays_and_documents,
             find<Shelf>(f<&Shelf::words>.contains({"a", "b"}) ||
                         f<&Shelf::words>.contained_in({"a"}) || f<&Shelf::words>.overlaps({"a"}) ||
                         f<&Shelf::document>.contains(json::parse(R"({"a": 1})")) ||
                         f<&Shelf::document>.contained_in(json::array())))
ROWAN_GOLDEN(filter,
             keys_of_documents,
             find<Shelf>(f<&Shelf::document>.has_key("a") ||
                         f<&Shelf::document>.has_keys({"a", "b"}) ||
                         f<&Shelf::document>.has_some_keys({"a", "b"})))
ROWAN_GOLDEN(filter,
             lists,
             find<Book>(f<&Book::pages>.in({1, 2, 3}) && f<&Book::title>.nin({"a", "b"})))
ROWAN_GOLDEN(filter, empty_list, find<Book>(f<&Book::pages>.in(std::vector<int>())))
ROWAN_GOLDEN(filter, no_filter, find<Book>({}))
ROWAN_GOLDEN(filter, long_list, find<Book>(f<&Book::pages>.in(std::vector<int>(3000, 1))))
ROWAN_GOLDEN(filter,
             long_list_negated,
             find<Book>(f<&Book::title>.nin(std::vector<std::string>(3000, "a"))))
ROWAN_GOLDEN(filter, key, find<Tag>(Uuid()))
ROWAN_GOLDEN(filter, two_members, find<Book>(f<&Book::title> == f<&Book::blurb>))
ROWAN_GOLDEN(filter, raw, find<Book>(sql_filter<Book>("{pages} > ? and {writer.name} = ?", 1, "a")))
ROWAN_GOLDEN(filter, count, count<Book>(f<&Book::tags, &Tag::name> == "a"))

ROWAN_GOLDEN(join, required_reference, find<Book>(f<&Book::writer, &Writer::name> == "a"))
ROWAN_GOLDEN(join, optional_reference, find<Book>(f<&Book::editor, &Writer::name> == "a"))
ROWAN_GOLDEN(join,
             required_reference_in_or,
             find<Book>(f<&Book::writer, &Writer::name> == "a" || f<&Book::pages> == 1))
ROWAN_GOLDEN(join, two_steps, find<Book>(f<&Book::writer, &Writer::teacher, &Writer::name> == "a"))
ROWAN_GOLDEN(join, key_of_a_reference, find<Book>(f<&Book::writer, &Writer::id> == 1))
ROWAN_GOLDEN(join,
             other_side_of_one_to_one,
             find<Writer>(f<&Writer::passport, &Passport::number> == "a"))
ROWAN_GOLDEN(join,
             populated_reference_and_collection,
             find<Book>(f<&Book::pages> > 1, {}, {"writer", "tags"}))

ROWAN_GOLDEN(collection, path, find<Writer>(f<&Writer::books, &Book::pages> > 1))
ROWAN_GOLDEN(collection,
             path_twice,
             find<Writer>(f<&Writer::books, &Book::pages> > 1 &&
                          f<&Writer::books, &Book::rating> > 2))
ROWAN_GOLDEN(collection, path_of_many_to_many, find<Tag>(f<&Tag::books, &Book::pages> > 1))
ROWAN_GOLDEN(collection,
             path_negated,
             find<Writer>(f<&Writer::books, &Book::pages> > 1 &&
                          !(f<&Writer::books, &Book::pages> > 2)))
ROWAN_GOLDEN(collection, some, find<Writer>(f<&Writer::books>.some(f<&Book::pages> > 1)))
ROWAN_GOLDEN(collection, none, find<Book>(f<&Book::tags>.none(f<&Tag::name> == "a")))
ROWAN_GOLDEN(collection, every, find<Writer>(f<&Writer::books>.every(f<&Book::pages> > 1)))
ROWAN_GOLDEN(collection,
             every_of_what_may_be_null,
             find<Writer>(f<&Writer::books>.every(f<&Book::blurb> == "a")))
ROWAN_GOLDEN(collection, is_empty, find<Book>(f<&Book::reviews>.is_empty()))
ROWAN_GOLDEN(collection, size, find<Book>(f<&Book::tags>.size() >= 2))
ROWAN_GOLDEN(collection,
             nested,
             find<Writer>(f<&Writer::books>.some(f<&Book::reviews>.none(f<&Review::stars> < 3))))

ROWAN_GOLDEN(order,
             nulls,
             find<Book>({},
                        {.order_by = {f<&Book::blurb>.asc().nulls_last(), f<&Book::pages>.desc(),
                                      f<&Book::editor, &Writer::name>.desc().nulls_first()}}))
ROWAN_GOLDEN(order, decimals, find<Book>({}, {.order_by = {f<&Book::price>}}))
ROWAN_GOLDEN(order,
             through_a_collection,
             find<Writer>({}, {.order_by = {f<&Writer::books, &Book::pages>.desc()}}))

ROWAN_GOLDEN(page, limit, find<Book>({}, {.order_by = {f<&Book::id>}, .limit = 2}))
ROWAN_GOLDEN(page,
             limit_and_offset,
             find<Book>({}, {.order_by = {f<&Book::id>}, .limit = 2, .offset = 4}))
ROWAN_GOLDEN(page, offset, find<Book>({}, {.order_by = {f<&Book::id>}, .offset = 4}))
ROWAN_GOLDEN(page,
             filter_through_a_collection,
             find<Book>(f<&Book::tags, &Tag::name> == "a",
                        {.order_by = {f<&Book::id>}, .limit = 2}))

ROWAN_GOLDEN(lock, write, find<Book>(1, {.lock_mode = LockMode::pessimistic_write}))
ROWAN_GOLDEN(lock, read, find<Book>(1, {.lock_mode = LockMode::pessimistic_read}))
ROWAN_GOLDEN(lock,
             write_skipping,
             find<Book>(1, {.lock_mode = LockMode::pessimistic_partial_write}))
ROWAN_GOLDEN(lock, write_or_fail, find<Book>(1, {.lock_mode = LockMode::pessimistic_write_or_fail}))
ROWAN_GOLDEN(lock, read_skipping, find<Book>(1, {.lock_mode = LockMode::pessimistic_partial_read}))
ROWAN_GOLDEN(lock, read_or_fail, find<Book>(1, {.lock_mode = LockMode::pessimistic_read_or_fail}))
ROWAN_GOLDEN(lock,
             of_a_join,
             find<Book>(f<&Book::editor, &Writer::name> == "a",
                        {.lock_mode = LockMode::pessimistic_write}))

ROWAN_GOLDEN_EM(rows,
                columns,
                em.query<Book>()
                    .select(f<&Book::title>, f<&Book::writer, &Writer::name>)
                    .where(f<&Book::is_published> == true)
                    .order_by(f<&Book::added_at>.desc())
                    .limit(20)
                    .rows())
ROWAN_GOLDEN_EM(rows,
                groups,
                em.query<Book>()
                    .select(f<&Book::writer, &Writer::name>,
                            rowan::count(),
                            sum(f<&Book::pages>),
                            avg(f<&Book::rating>),
                            min(f<&Book::title>),
                            max(f<&Book::price>))
                    .group_by(f<&Book::writer, &Writer::name>)
                    .having((rowan::count() > 1 && sum(f<&Book::pages>) < 9) ||
                            !(count_distinct(f<&Book::title>) == 2))
                    .order_by(rowan::count().desc())
                    .rows())
ROWAN_GOLDEN_EM(rows,
                sum_of_decimals,
                em.query<Book>()
                    .select(sum(f<&Book::price>), avg(f<&Book::price>))
                    .group_by(f<&Book::writer, &Writer::name>)
                    .having(sum(f<&Book::price>) > Decimal("1.5") && avg(f<&Book::price>) < 2.0)
                    .order_by(sum(f<&Book::price>).desc())
                    .rows())
ROWAN_GOLDEN_EM(rows, distinct, em.query<Book>().select(f<&Book::pages>).distinct().rows())
ROWAN_GOLDEN_EM(rows,
                joined,
                em.query<Book>()
                    .join(f<&Book::tags>)
                    .select(f<&Book::title>, joined(f<&Book::tags, &Tag::name>))
                    .order_by(joined(f<&Book::tags, &Tag::name>).desc())
                    .rows())
ROWAN_GOLDEN_EM(rows,
                left_joined,
                em.query<Writer>()
                    .left_join(f<&Writer::books>)
                    .select(f<&Writer::name>, rowan::count(f<&Writer::books, &Book::id>))
                    .group_by(f<&Writer::name>)
                    .rows())
ROWAN_GOLDEN_EM(rows,
                raw,
                em.query<Book>()
                    .select(raw<std::int64_t>("{pages} * ?", 2))
                    .where(f<&Book::pages> > 1)
                    .order_by(raw<std::int64_t>("abs({pages} - ?)", 3).desc())
                    .limit(1)
                    .rows())

ROWAN_GOLDEN_EM(subquery,
                in,
                em.query<Writer>()
                    .select(f<&Writer::id>)
                    .where(f<&Writer::id>.in(
                        em.query<Book>().select(f<&Book::editor, &Writer::id>).as_subquery()))
                    .rows())
ROWAN_GOLDEN_EM(subquery,
                not_in,
                em.query<Writer>()
                    .select(f<&Writer::id>)
                    .where(f<&Writer::id>.nin(em.query<Book>()
                                                  .select(f<&Book::editor, &Writer::id>)
                                                  .where(f<&Book::pages> > 1)
                                                  .as_subquery()))
                    .rows())
ROWAN_GOLDEN_EM(subquery,
                with_a_limit,
                em.query<Writer>()
                    .select(f<&Writer::id>)
                    .where(f<&Writer::id>.in(em.query<Book>()
                                                 .select(f<&Book::writer, &Writer::id>)
                                                 .order_by(f<&Book::pages>)
                                                 .limit(3)
                                                 .as_subquery()))
                    .rows())

ROWAN_GOLDEN_EM(change,
                update,
                em.update<Book>()
                    .set(f<&Book::is_published>, false)
                    .set(f<&Book::blurb>, nullptr)
                    .set_raw(f<&Book::pages>, "{pages} + ?", 1)
                    .where(f<&Book::pages> > 1)
                    .execute())
ROWAN_GOLDEN_EM(change, update_all, em.update<Book>().set(f<&Book::pages>, 1).execute())
ROWAN_GOLDEN_EM(change,
                update_through_a_relation,
                em.update<Book>()
                    .set(f<&Book::pages>, 1)
                    .where(f<&Book::writer, &Writer::name> == "a")
                    .execute())
ROWAN_GOLDEN_EM(change,
                update_by_its_own_table,
                em.update<Writer>()
                    .set(f<&Writer::born>, 1)
                    .where(f<&Writer::teacher, &Writer::name> == "a")
                    .execute())
ROWAN_GOLDEN_EM(change, remove, em.remove_where<Review>().where(f<&Review::stars> < 2).execute())
ROWAN_GOLDEN_EM(change,
                remove_by_a_collection,
                em.remove_where<Tag>().where(f<&Tag::books>.is_empty()).execute())
ROWAN_GOLDEN_EM(change,
                insert,
                em.insert<Publisher>()
                    .values(f<&Publisher::name>, "a", f<&Publisher::country>, nullptr)
                    .values(f<&Publisher::name>, "b", f<&Publisher::country>, "c")
                    .execute())
ROWAN_GOLDEN_EM(
    change,
    insert_or_ignore,
    em.insert<Publisher>().values(f<&Publisher::name>, "a").ignore_conflicts().execute())
ROWAN_GOLDEN_EM(change,
                insert_or_merge,
                em.insert<Publisher>()
                    .values(f<&Publisher::name>, "a", f<&Publisher::country>, "b")
                    .on_conflict(f<&Publisher::name>)
                    .merge()
                    .execute())

}  // namespace
}  // namespace rowan::golden
