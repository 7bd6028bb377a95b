// The unit of one request: finds, creates, removes and flushes entities.

#pragma once

#include <rowan/declare/entity_builder.hpp>
#include <rowan/declare/tags.hpp>
#include <rowan/model/collection.hpp>
#include <rowan/model/ref.hpp>
#include <rowan/orm/cancel_handle.hpp>
#include <rowan/orm/fwd.hpp>
#include <rowan/orm/request_context.hpp>
#include <rowan/orm/retry_loop.hpp>
#include <rowan/orm/transaction_options.hpp>
#include <rowan/orm/transaction_scope.hpp>
#include <rowan/query/filter.hpp>
#include <rowan/query/find_options.hpp>
#include <rowan/query/query_builder.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace rowan {

struct CreateOptions {
  bool persist = true;  ///< false: waits for persist(), or for a persisted object that refers to it
};

/// What a new manager is told.
struct ForkOptions {
  std::optional<FlushMode> flush_mode{};  ///< of its queries; the ORM's where not given
};

/// What a manager has done since it was forked.
struct Statistics {
  std::uint64_t statements = 0;  ///< sent, begin and commit left out
  std::uint64_t rows = 0;        ///< read
  std::uint64_t managed = 0;     ///< objects now
  std::uint64_t flushes = 0;     ///< that wrote something
};

/// Knows every object that it loaded or created, and writes what changed.
///
/// Entities live in the manager: references stay good until clear(), detach() or the manager's end. A manager made by
/// fork() serves one unit of work, then goes; the ORM's own (Orm::em()) only forks, or leads to the request's inside a
/// RequestContext. Thread safety: none; one thread or fiber at a time.
class EntityManager final : private query::QueryExecutor {
 public:
  EntityManager(EntityManager&& other) noexcept;
  EntityManager& operator=(EntityManager&& other) noexcept;
  ~EntityManager();

  /// Returns a manager with an identity map of its own. Cost: nothing is allocated until it is used.
  [[nodiscard]] EntityManager fork(const ForkOptions& options = {}) const;

  /// Takes a new entity; the next flush inserts it. Returns the managed object.
  /// Errors: ValidationError where a reference leads to an object of another manager, or the key is managed already.
  template <class T>
  T& create(T entity, CreateOptions options = {}) & {
    return *static_cast<T*>(do_create(meta_of<T>(), &entity, options));
  }
  /// Takes an entity with its key as the database has it: clean until it is changed. Returns the managed object, an
  /// earlier one of that key unchanged.
  template <class T>
  T& merge(T entity) & {
    return *static_cast<T*>(do_merge(meta_of<T>(), &entity));
  }
  /// Marks an object of this manager for insertion, or cancels its removal.
  template <class T>
  T& persist(T& entity) & {
    do_persist(meta_of<T>(), &entity);
    return entity;
  }
  /// Marks an object for deletion by the next flush.
  template <class T>
  void remove(T& entity) {
    do_remove(meta_of<T>(), &entity);
  }
  template <class T>
  void remove(const Ref<T>& reference) {
    do_remove(meta_of<T>(), reference.target());
  }
  /// Moves an object out of the manager, which forgets it: references keep keys only, collections are unloaded.
  template <class T>
  [[nodiscard]] T detach(T& entity) {
    union Room {
      Room() {}
      ~Room() {}
      T value;
    } room;
    do_detach(meta_of<T>(), &entity, &room.value);
    T out = std::move(room.value);
    room.value.~T();
    return out;
  }
  /// Makes the next flush write a member even if it looks unchanged.
  template <class T, auto Member>
  void mark_changed(T& entity, Path<Member>) {
    do_mark_changed(meta_of<T>(), &entity, &declare::member_tag<Member>);
  }
  /// Tells whether the object lives in this manager and stands for a row, or will.
  template <class T>
  [[nodiscard]] bool is_managed(const T& entity) const {
    return do_is_managed(&entity);
  }

  // Those without options stand by themselves, so that a call does not make and unmake options for nothing.
  template <class T>
  [[nodiscard]] EntityList<T> find(const Filter<T>& where) & {
    return EntityList<T>(do_find(meta_of<T>(), where.condition(), query::no_options()));
  }
  template <class T>
  [[nodiscard]] EntityList<T> find(const Filter<T>& where, const FindOptions<T>& options) & {
    return EntityList<T>(do_find(meta_of<T>(), where.condition(), options.erased()));
  }
  /// Returns the object, null where no row matches. By key: from the identity map where it is loaded.
  template <class T>
  [[nodiscard]] T* find_one(const Filter<T>& where) & {
    return static_cast<T*>(do_find_one(meta_of<T>(), where.condition(), false));
  }
  template <class T>
  [[nodiscard]] T* find_one(const Filter<T>& where, const FindOptions<T>& options) & {
    return static_cast<T*>(do_find_one(meta_of<T>(), where.condition(), options.erased(), false));
  }
  /// The same by a whole number as the key, which needs no filter.
  template <class T, std::integral Key>
  requires(query::is_key<Key>()) [[nodiscard]] T* find_one(Key key) & {
    return static_cast<T*>(do_find_by_key(meta_of<T>(), query::key_cell(key)));
  }
  /// Errors: NotFoundError where no row matches; with `strict`, ValidationError where several do.
  template <class T>
  T& find_one_or_fail(const Filter<T>& where) & {
    return *static_cast<T*>(do_find_one(meta_of<T>(), where.condition(), true));
  }
  template <class T>
  T& find_one_or_fail(const Filter<T>& where, const FindOptions<T>& options) & {
    return *static_cast<T*>(do_find_one(meta_of<T>(), where.condition(), options.erased(), true));
  }
  template <class T, std::integral Key>
  requires(query::is_key<Key>()) T& find_one_or_fail(Key key) & {
    const value::Cell cell = query::key_cell(key);
    if (void* found = do_find_by_key(meta_of<T>(), cell)) return *static_cast<T*>(found);
    fail_find(meta_of<T>(), cell);
  }
  /// Returns one page and the number of all rows that match.
  template <class T>
  [[nodiscard]] std::pair<EntityList<T>, std::size_t> find_and_count(
      const Filter<T>& where, const FindOptions<T>& options = {}) & {
    auto found = find<T>(where, options);
    return {std::move(found), do_count(meta_of<T>(), where.condition())};
  }
  /// Finds one, or inserts it at once (that row alone, the rest stays pending) and returns it managed and clean; true
  /// where it was made. Another program that inserts it meanwhile is no error: its row is found.
  /// Errors: ValidationError where `entity` refers to an object that is not flushed; UniqueConstraintViolation where
  /// another unique value is taken.
  template <class T>
  std::pair<T&, bool> find_or_create(const Filter<T>& where, T entity) & {
    bool created = false;
    void* object = do_find_or_create(meta_of<T>(), where.condition(), &entity, created);
    return {*static_cast<T*>(object), created};
  }
  template <class T>
  [[nodiscard]] std::size_t count(const Filter<T>& where = {}) {
    return do_count(meta_of<T>(), where.condition());
  }
  /// Returns a reference to the row of this key without asking the database.
  template <class T, class Key>
  [[nodiscard]] Ref<T> get_reference(const Key& key) & {
    Ref<T> reference;
    reference.bind(do_get_reference(meta_of<T>(), Filter<T>(key).condition()));
    return reference;
  }
  /// Loads relations of objects that are loaded already.
  template <class T>
  void populate(const EntityList<T>& entities, PathList<T> paths, FindOptions<T> options = {}) {
    options.populate = std::move(paths);
    do_populate(meta_of<T>(), entities.items(), options.erased());
  }
  template <class T>
  requires(!model::is_entity_list<T>) void populate(T& entity,
                                                    PathList<T> paths,
                                                    FindOptions<T> options = {}) {
    options.populate = std::move(paths);
    do_populate(meta_of<T>(), {&entity}, options.erased());
  }
  /// Reads the row again over local changes, and over those of what `options` populate; false, and the object is
  /// detached, where the row is gone. Errors: ValidationError for an object that is not flushed or is to be removed.
  template <class T>
  bool refresh(T& entity, const FindOptions<T>& options = {}) {
    return do_refresh(meta_of<T>(), &entity, options.erased());
  }
  template <class T>
  void refresh_or_fail(T& entity, const FindOptions<T>& options = {}) {
    if (!refresh(entity, options)) fail_refresh(meta_of<T>());
  }
  /// Locks a row, or compares its version. Errors: TransactionStateError outside a transaction (pessimistic modes);
  /// OptimisticLockError where the version differs.
  template <class T>
  void lock(T& entity, LockMode mode, std::optional<std::int64_t> version = {}) {
    do_lock(meta_of<T>(), &entity, mode, version);
  }

  /// Writes everything that changed in one transaction. Exception safety: strong, all of it is pending again.
  void flush();
  /// Forgets every object and everything pending. References to entities are dead after it.
  void clear();

  /// Runs `body(em)` in a transaction, flushes and commits; an exception rolls back and leaves through here. With
  /// `retries`, a block that lost against another unit of work runs again, each time on an empty fork. Returns what the
  /// body returns; a reference to an entity of a retried block would be dead: return its key.
  template <class Body>
  auto transactional(Body&& body, const TransactionOptions& options = {})
      -> decltype(body(std::declval<EntityManager&>())) {
    if (options.retries <= 0) return run_block(body, options);
    for (orm::RetryLoop loop(*this, options);;) {
      EntityManager attempt = fork();
      try {
        return attempt.run_block(body, loop.attempt());
      } catch (const Error&) {
        loop.next();
      }
    }
  }
  void begin(const TransactionOptions& options = {});
  /// Flushes, then commits. Where that fails the transaction is still open: mend the cause, or rollback().
  /// Errors: TransactionStateError where no transaction is open, in a transactional() block, or after a joined block
  /// failed.
  void commit();
  /// Takes the transaction back; what it had flushed is pending again. Errors: TransactionStateError where no
  /// transaction is open, and in a transactional() block.
  void rollback();
  [[nodiscard]] bool is_in_transaction() const noexcept;

  template <class T>
  [[nodiscard]] query::SelectQuery<T> query() {
    return query::SelectQuery<T>(executor());
  }
  template <class T>
  [[nodiscard]] auto update() {
    return query::UpdateQuery<T>(executor());
  }
  template <class T>
  [[nodiscard]] auto remove_where() {
    return query::DeleteQuery<T>(executor());
  }
  template <class T>
  [[nodiscard]] auto insert() {
    return query::InsertQuery<T>(executor());
  }
  /// Returns what ends the manager's running statement from another thread.
  /// Cost: from now on a lock with each statement of this manager.
  [[nodiscard]] CancelHandle cancel_handle();
  /// Runs native text in the running transaction, or by itself; returns the rows affected.
  std::uint64_t execute(std::string_view sql, std::initializer_list<Value> values = {});
  /// Runs native text and returns its rows.
  [[nodiscard]] std::vector<std::vector<Value>> execute_rows(
      std::string_view sql, std::initializer_list<Value> values = {});

  [[nodiscard]] Statistics statistics() const noexcept;
  /// Says when pending work is written before a query, from now on.
  void set_flush_mode(FlushMode mode);
  /// Returns a text of what is managed, what changed, and what a flush would write; sends nothing.
  [[nodiscard]] std::string debug_view();

 private:
  friend class Orm;
  friend class RequestContext;
  friend class orm::TransactionScope;
  EntityManager(std::shared_ptr<orm::OrmState> state, bool is_global) noexcept;

  template <class T>
  const metadata::EntityMeta& meta_of() const {
    static_assert(declare::is_mapped<T>,
                  "this class has no mapping: specialise rowan::mapping<T> beside it, or give the "
                  "class a static "
                  "consteval mapping(), before the first query");
    return entity_meta(&declare::type_tag<T>, declare::pretty_class<T>());
  }
  /// `pretty` is the name as declare::pretty_class() has it, for the message where there is none.
  const metadata::EntityMeta& entity_meta(const metadata::TypeTag* tag, const char* pretty) const;
  [[nodiscard]] const orm::OrmState* state() const noexcept { return state_.get(); }
  orm::UnitOfWork& unit();
  query::QueryExecutor& executor() { return *this; }

  template <class Body>
  auto run_block(Body& body, const TransactionOptions& options) -> decltype(body(*this)) {
    using Result = decltype(body(*this));
    orm::TransactionScope scope(*this, options);
    if constexpr (std::is_void_v<Result>) {
      scope.run([&] { body(*this); });
    } else if constexpr (std::is_reference_v<Result>) {
      std::remove_reference_t<Result>* result = nullptr;
      scope.run([&] {
        auto&& made = body(*this);
        result = std::addressof(made);
      });
      return static_cast<Result>(*result);
    } else {
      std::optional<Result> result;
      scope.run([&] { result.emplace(body(*this)); });
      return *std::move(result);
    }
  }

  void* do_create(const metadata::EntityMeta&, void* from, CreateOptions);
  void* do_merge(const metadata::EntityMeta&, void* from);
  void do_persist(const metadata::EntityMeta&, void* object);
  void do_remove(const metadata::EntityMeta&, void* object);
  void do_detach(const metadata::EntityMeta&, void* object, void* into);
  void do_mark_changed(const metadata::EntityMeta&,
                       void* object,
                       const metadata::MemberTag* member);
  bool do_is_managed(const void* object) const;
  std::vector<void*> do_find(const metadata::EntityMeta&,
                             const query::Condition&,
                             const query::FindSpec&);
  void* do_find_by_key(const metadata::EntityMeta&, const value::Cell& key);
  void* do_find_one(const metadata::EntityMeta&, const query::Condition&, bool or_fail);
  void* do_find_one(const metadata::EntityMeta&,
                    const query::Condition&,
                    query::FindSpec,
                    bool or_fail);
  void* do_find_or_create(const metadata::EntityMeta&,
                          const query::Condition&,
                          void* from,
                          bool& created);
  static void require_flushed_references(orm::UnitOfWork&, const metadata::EntityMeta&, void* from);
  std::size_t do_count(const metadata::EntityMeta&, const query::Condition&);
  void* do_get_reference(const metadata::EntityMeta&, const query::Condition& key);
  void do_populate(const metadata::EntityMeta&,
                   const std::vector<void*>& objects,
                   const query::FindSpec&);
  bool do_refresh(const metadata::EntityMeta&, void* object, query::FindSpec);
  void do_lock(const metadata::EntityMeta&,
               void* object,
               LockMode,
               std::optional<std::int64_t> version);
  [[noreturn]] static void fail_find(const metadata::EntityMeta&, const value::Cell& key);
  [[noreturn]] static void fail_refresh(const metadata::EntityMeta&);

  void select(const query::Select& select, query::RowSink& sink) override;
  std::uint64_t change(query::BoundMutation::Kind kind, const query::Mutation& mutation) override;

  std::shared_ptr<orm::OrmState> state_;
  std::unique_ptr<orm::UnitOfWork> unit_;
  bool is_global_ = false;
  std::optional<FlushMode> flush_mode_;  ///< from ForkOptions, for the unit to come
};

}  // namespace rowan
