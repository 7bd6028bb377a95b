// What one entity manager knows and has not written yet.

#pragma once

#include <rowan/backend/cancel_point.hpp>
#include <rowan/backend/driver.hpp>
#include <rowan/base/arena.hpp>
#include <rowan/model/collection.hpp>
#include <rowan/model/item_list.hpp>
#include <rowan/model/ref.hpp>
#include <rowan/orm/orm_state.hpp>
#include <rowan/orm/type_store.hpp>
#include <rowan/orm/undo_log.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace rowan::orm {

/// Where a block of a transaction began, so that what it did can be forgotten.
struct TransactionMark {
  UndoLog::Mark undo;
  std::vector<std::uint32_t> next_order;  ///< by entity id
  std::vector<void*> removed;
  std::uint64_t clears = 0;
};

/// A session for one statement or, inside a transaction, the transaction's.
class Lease {
 public:
  /// `point` may be null.
  Lease(backend::Session& borrowed, backend::CancelPoint* point) noexcept
      : session_(&borrowed), point_(point) {
    if (point_ != nullptr) point_->enter(*session_);
  }
  Lease(std::unique_ptr<backend::Session> own, backend::CancelPoint* point) noexcept
      : own_(std::move(own)), session_(own_.get()), point_(point) {
    if (point_ != nullptr) point_->enter(*session_);
  }
  Lease(Lease&& other) noexcept
      : own_(std::move(other.own_)),
        session_(other.session_),
        point_(std::exchange(other.point_, nullptr)) {}
  Lease& operator=(Lease&&) = delete;
  ~Lease() {
    if (point_ != nullptr) point_->leave();
  }
  backend::Session& operator*() const noexcept { return *session_; }
  backend::Session* operator->() const noexcept { return session_; }

 private:
  std::unique_ptr<backend::Session> own_;
  backend::Session* session_;
  backend::CancelPoint* point_;
};

/// The objects of one entity manager, their database view, and the work that a flush will do.
///
/// Invariants:
///  1. Every managed object lies in a slot of one of the stores; its address never changes.
///  2. Snapshots and key cells are the database's view; they change only when a whole flush has succeeded.
/// Thread safety: none.
class UnitOfWork final : public model::RelationHost {
 public:
  explicit UnitOfWork(OrmState& state);
  ~UnitOfWork() override;

  [[nodiscard]] OrmState& state() noexcept { return *state_; }
  [[nodiscard]] base::Arena& arena() noexcept { return arena_; }
  [[nodiscard]] base::Arena& scratch() noexcept { return scratch_; }
  [[nodiscard]] TypeStore& store(const metadata::EntityMeta& entity);
  [[nodiscard]] TypeStore* find_store(std::uint16_t entity) noexcept {
    return stores_[entity].get();
  }
  [[nodiscard]] std::size_t entity_count() const noexcept { return stores_.size(); }

  void* acquire_chunk();
  void release_chunk(void* chunk) noexcept;

  /// Tells whether the address is that of an object in a slot of this unit; reads no byte of the object.
  [[nodiscard]] bool owns(const void* object) const noexcept;
  /// Refuses an object that is not this unit's, or is no longer managed.
  void require_managed(const void* object,
                       const metadata::EntityMeta& entity,
                       std::string_view call) const;
  /// Refuses a target that is not this unit's, or is no longer managed; null is none.
  void check_target(const metadata::EntityMeta& entity,
                    const metadata::PropertyMeta& property,
                    void* target) const;

  /// Makes references that keep a key only, those of an object that was detached, lead to this manager's slots.
  void adopt_keys(const metadata::EntityMeta& entity, void* from);
  void* create(const metadata::EntityMeta& entity, void* from, bool persist);
  void* merge(const metadata::EntityMeta& entity, void* from);
  void persist(void* object);
  /// Marks an object for deletion, and what goes along with it.
  void remove(void* object);
  /// Removes what a relation with orphan_removal() lost, until keep_orphan() is told that it has an owner again.
  void remove_orphan(void* object);
  void keep_orphan(void* object);
  /// Moves the object's value out into fresh memory at `into` and forgets it.
  void detach(void* object, void* into);
  /// Forgets an object that was created and not inserted.
  void forget_new(void* object);
  /// Ends the management of an object whose row is gone, and takes it out of loaded collections.
  void drop(void* object);
  /// Ends the management of an object; it stays readable.
  void forget(void* object);
  void mark_changed(void* object, std::uint16_t column);
  void clear() noexcept;

  /// Forgets the session, the counters and all objects: ready for another manager.
  void recycle() noexcept;

  // RelationHost
  void assign(model::RefBase& reference, void* target) override;
  void load(void* object) override;
  [[noreturn]] void refuse_unloaded(const void* object) override;
  [[noreturn]] void refuse_unloaded(const model::CollectionBase& collection) override;
  void load(model::CollectionBase& collection,
            bool reload,
            const query::FindSpec* options,
            const query::Condition* where) override;
  std::size_t count(model::CollectionBase& collection, const query::Condition* where) override;
  bool add(model::CollectionBase& collection, void* item) override;
  bool remove(model::CollectionBase& collection, void* item) override;
  void set(model::CollectionBase& collection, void* const* items, std::size_t count) override;

  /// Lends a session: the transaction's, or one for this call.
  /// Errors: TransactionStateError where the transaction has ended by itself and waits for rollback().
  [[nodiscard]] Lease lease(backend::Access access);
  [[nodiscard]] backend::Observer observer() noexcept;
  /// Commits, and keeps in mind where nobody knows whether that was done.
  /// Errors: those of the database; CommitUnknownError.
  void commit(backend::Session& session);
  /// Refuses to write what may be in the database already.
  void require_known_outcome() const;

  /// Attaches references and collections of an object in its slot and makes raw references slot references.
  void attach_relations(const metadata::EntityMeta& entity, void* object, bool is_new);
  [[nodiscard]] static const metadata::EntityMeta& entity_of(const void* object) noexcept {
    return static_cast<TypeStore*>(model::chunk_of(object).store)->entity();
  }
  [[nodiscard]] static TypeStore& store_of(const void* object) noexcept {
    return *static_cast<TypeStore*>(model::chunk_of(object).store);
  }
  [[nodiscard]] static model::RefBase& ref_at(void* object,
                                              const metadata::PropertyMeta& property) noexcept {
    return *reinterpret_cast<model::RefBase*>(static_cast<char*>(object) + property.offset);
  }
  [[nodiscard]] static model::CollectionBase& collection_at(
      void* object, const metadata::PropertyMeta& property) noexcept {
    return *reinterpret_cast<model::CollectionBase*>(static_cast<char*>(object) + property.offset);
  }
  /// Returns how the object is named in messages: `User[5]`.
  [[nodiscard]] static std::string name_of(const void* object);
  void queue(model::CollectionBase& collection);

  /// Returns when pending work is written before a query: as the query says, the transaction, the manager, the ORM.
  [[nodiscard]] FlushMode flush_mode_for(std::optional<FlushMode> of_query) const noexcept;
  /// Refuses a second thread or fiber, in debug builds.
  void require_own_thread() {
#ifndef NDEBUG
    check_thread();
#endif
  }
  /// Lets the next call decide which thread or fiber this unit belongs to.
  void leave_thread() noexcept { place_ = nullptr; }

  [[nodiscard]] TransactionMark mark_transaction();
  /// Tells whether the objects of the mark are still there: not after a clear().
  [[nodiscard]] bool is_current(const TransactionMark& mark) const noexcept {
    return mark.clears == clears_;
  }
  /// Makes what was flushed since the mark pending again, as before it.
  void take_back(const TransactionMark& mark);
  /// Forgets what was created or removed since the mark and is not flushed.
  void forget_since(const TransactionMark& mark);

  model::ItemList removed;  ///< waiting to be deleted, in order of remove()
  std::unordered_map<void*, std::vector<EmptiedReference>>
      emptied_by_removal;  ///< by the removed object, to be filled again when the removal is cancelled
  /// Owning many-to-many collections that changed, and any that was replaced before it was loaded.
  std::vector<model::CollectionBase*> changed_collections;
  std::unordered_map<void*, metadata::IndexSet> forced;  ///< mark_changed()
  std::unique_ptr<backend::Session> transaction;         ///< while one is open
  int transaction_depth = 0;
  int block_depth = 0;            ///< transactional() blocks of the transaction that are open
  bool is_rollback_only = false;  ///< a joined block failed
  /// The database took the transaction back, or its commit failed.
  bool has_ended_by_itself = false;
  bool is_outcome_unknown =
      false;  ///< of a commit; what is pending since may have been written by it
  std::optional<FlushMode> flush_mode;                 ///< of the manager
  std::optional<FlushMode> transaction_flush_mode;     ///< of the running transaction
  std::shared_ptr<backend::CancelPoint> cancel_point;  ///< once somebody asked for it
  UndoLog undo;             ///< of the flushes of the running transaction
  UndoLog::Mark undo_base;  ///< where that transaction began, others may be set aside
  backend::StatementCounters counters;
  std::uint64_t flushes = 0;
  std::size_t unpersisted = 0;  ///< created with persist = false and not reached yet
  bool is_flushing = false;

 private:
  void check_thread();
  /// Cancels a removal.
  void revive(void* object);
  void remove_one(void* object, std::vector<void*>& along);
  void empty_references(void* removed_object,
                        const metadata::PropertyMeta& property,
                        const model::ItemList& items);
  void require_key_is_free(const metadata::EntityMeta& entity,
                           TypeStore& store,
                           const value::Cell& key);

  OrmState* state_;
  std::vector<std::unique_ptr<TypeStore>> stores_;
  std::unordered_set<std::uintptr_t> chunks_;
  std::unordered_set<const void*> orphans_;  ///< removed by remove_orphan()
  base::Arena arena_;
  base::Arena scratch_;
  std::uint64_t clears_ = 0;
  const void* place_ = nullptr;  ///< of the thread or fiber that works with this unit
};

}  // namespace rowan::orm
