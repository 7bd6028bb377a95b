// One flush: the statements in order, and what memory learns when all of them have succeeded.

#pragma once

#include <rowan/orm/change_set.hpp>
#include <rowan/orm/collection_writes.hpp>
#include <rowan/orm/unit_of_work.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace rowan::orm {

/// Writes all pending changes of a unit of work, in the running transaction or one of its own.
///
/// Exception safety: strong. Until every statement has succeeded no key, version or snapshot is changed; after a
/// failure the same work is still pending.
class Flush {
 public:
  /// Who puts the database right where a flush inside of a running transaction fails.
  enum class OnFailure : std::uint8_t {
    keeps_transaction,  ///< the flush, by a savepoint: the transaction can go on
    caller_rolls_back,
  };

  explicit Flush(UnitOfWork& unit) : unit_(unit) {}
  void run(OnFailure on_failure = OnFailure::keeps_transaction);
  /// Inserts one object that was created without being persisted, alone; everything else stays pending.
  void run_only(void* object);
  /// Sends to `session` what run() would, and leaves everything as it was. Errors: as run().
  void rehearse(backend::Session& session);

 private:
  struct Returned {
    void* object;
    std::uint16_t column;
    Value value;
  };
  void execute(OnFailure on_failure);
  [[nodiscard]] bool has_work() const noexcept;
  void write(backend::Session& session);
  void assign_keys(backend::Session& session);
  void insert(backend::Session& session, const metadata::EntityMeta& entity);
  void insert_rows(backend::Session& session,
                   const metadata::EntityMeta& entity,
                   const metadata::IndexSet& omitted,
                   std::vector<void*>& objects);
  /// Returns what the version of an inserted row is where the object has none.
  value::Cell first_version(const metadata::EntityMeta& entity);
  void update(backend::Session& session, const UpdateGroup& group);
  void write_leaving(backend::Session& session);
  void park_unique_values(backend::Session& session);
  void write_late(backend::Session& session);
  void remove(backend::Session& session,
              const metadata::EntityMeta& entity,
              std::vector<void*>& objects);
  void require_fitting();
  [[nodiscard]] Value value_in(void* object, std::uint16_t column);
  void remember();
  void apply_inserts();
  void apply_updates();
  void apply_removals();
  void apply();
  /// Sets a member to what the database has, and notes what it was.
  void learn(void* object, std::uint16_t column, const value::Cell& cell);
  /// Gives back all that the passes changed in memory.
  void undo() noexcept;

  friend class InsertRows;
  UnitOfWork& unit_;
  ChangeSets sets_;
  bool is_single_ = false;                  ///< run_only()
  bool is_rehearsal_ = false;               ///< rehearse(): nothing can match
  std::size_t made_values_ = 0;             ///< the first of `returned_`, which the database made
  std::optional<std::int64_t> first_time_;  ///< of versions that are points in time
  std::vector<void*> keyed_;                ///< objects that got a pending key in this run
  std::vector<Returned> returned_;          ///< what the database made
};

}  // namespace rowan::orm
