// Begin, end and failure of transactional blocks: savepoints, joined and separate transactions.

#include <rowan/orm/transaction_scope.hpp>

#include <rowan/base/error.hpp>
#include <rowan/orm/entity_manager.hpp>
#include <rowan/orm/flush.hpp>
#include <rowan/orm/unit_of_work.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace rowan {

namespace orm {

namespace {

constexpr const char* none_is_open =
    "An open transaction is required for this operation: call begin() first";
constexpr const char* rolls_back_only =
    "the transaction can only be rolled back: a block that had joined it failed, and its exception "
    "was caught";

void require_no_block(const UnitOfWork& unit, std::string_view call) {
  if (unit.block_depth == 0) return;
  throw TransactionStateError("em." + std::string(call) +
                              "() was called inside a transactional() block, which ends its "
                              "transaction itself: return from it, or leave it by an exception");
}

}  // namespace

void open_transaction(UnitOfWork& unit, const TransactionOptions& options) {
  auto session = unit.state().driver->session(
      options.read_only ? backend::Access::read_transaction : backend::Access::write,
      unit.observer());
  session->begin({options.isolation, options.read_only, !options.read_only});
  unit.transaction = std::move(session);
  unit.transaction_depth = 1;
  unit.is_rollback_only = false;
  unit.has_ended_by_itself = false;
  unit.transaction_flush_mode = options.flush_mode;
  unit.undo_base = unit.undo.mark();
}

void close_transaction(UnitOfWork& unit) noexcept {
  unit.transaction.reset();
  unit.transaction_depth = 0;
  unit.is_rollback_only = false;
  unit.has_ended_by_itself = false;
  unit.transaction_flush_mode.reset();
  unit.undo.forget_since(unit.undo_base);
}

/// What a block finds and leaves as it was.
struct OuterTransaction {
  std::unique_ptr<backend::Session> session{};  ///< set aside
  int depth = 0;
  int block_depth = 0;
  bool is_rollback_only = false;
  bool has_ended_by_itself = false;
  std::optional<FlushMode> flush_mode{};
  UndoLog::Mark undo_base{};
};

struct TransactionScope::State {
  enum class Kind : std::uint8_t { outermost, savepoint, joined, plain, separate, suspended };
  UnitOfWork* unit;
  Kind kind = Kind::plain;
  orm::TransactionMark mark;
  std::string savepoint;
  OuterTransaction outer;

  static Kind kind_for(Propagation propagation, bool is_open);
  void begin(const TransactionOptions& options);
  void end() noexcept;
};

TransactionScope::State::Kind TransactionScope::State::kind_for(Propagation propagation,
                                                                bool is_open) {
  switch (propagation) {
    case Propagation::nested: return is_open ? Kind::savepoint : Kind::outermost;
    case Propagation::required: return is_open ? Kind::joined : Kind::outermost;
    case Propagation::requires_new: return is_open ? Kind::separate : Kind::outermost;
    case Propagation::supports: return is_open ? Kind::joined : Kind::plain;
    case Propagation::not_supported: return is_open ? Kind::suspended : Kind::plain;
    case Propagation::mandatory:
      if (is_open) return Kind::joined;
      throw TransactionStateError(
          "No existing transaction found for transaction marked with propagation \"mandatory\"");
    case Propagation::never:
      if (!is_open) return Kind::plain;
      throw TransactionStateError(
          "Existing transaction found for transaction marked with propagation \"never\"");
  }
  throw ValidationError("Unsupported transaction propagation type: " +
                        std::to_string(static_cast<int>(propagation)));
}

void TransactionScope::State::begin(const TransactionOptions& options) {
  outer.block_depth = unit->block_depth;
  outer.flush_mode = unit->transaction_flush_mode;
  if (kind == Kind::joined) {
    ++unit->block_depth;
    return;
  }
  const bool is_inside = kind != Kind::outermost && kind != Kind::plain;
  if (is_inside) Flush(*unit).run();  // what waited belongs to the outer block (U-35)
  mark = unit->mark_transaction();
  if (kind == Kind::plain) return;
  outer.depth = unit->transaction_depth;
  outer.is_rollback_only = unit->is_rollback_only;
  outer.has_ended_by_itself = unit->has_ended_by_itself;
  outer.undo_base = unit->undo_base;
  if (kind == Kind::outermost) {
    open_transaction(*unit, options);
  } else if (kind == Kind::savepoint) {
    savepoint = "trx" + std::to_string(unit->transaction_depth);
    unit->lease(backend::Access::write)->savepoint(savepoint);
    ++unit->transaction_depth;
    unit->is_rollback_only = false;
    if (options.flush_mode) unit->transaction_flush_mode = options.flush_mode;
  } else {
    outer.session = std::move(unit->transaction);
    unit->transaction_depth = 0;
    unit->is_rollback_only = false;
    unit->block_depth = 0;
    unit->undo_base = unit->undo.mark();
    if (kind == Kind::suspended) return;
    try {
      open_transaction(*unit, options);
    } catch (...) {
      end();
      throw;
    }
  }
  ++unit->block_depth;
}

// Gives the outer transaction its place back.
void TransactionScope::State::end() noexcept {
  unit->block_depth = outer.block_depth;
  if (kind == Kind::outermost) return close_transaction(*unit);
  unit->transaction_flush_mode = outer.flush_mode;
  if (kind == Kind::plain || kind == Kind::joined) return;
  unit->transaction_depth = outer.depth;
  unit->is_rollback_only = outer.is_rollback_only;
  if (outer.session == nullptr) return;
  unit->undo.forget_since(unit->undo_base);
  unit->undo_base = unit->is_current(mark) ? outer.undo_base : UndoLog::Mark{};
  unit->transaction = std::move(outer.session);
  unit->has_ended_by_itself = outer.has_ended_by_itself;
}

TransactionScope::TransactionScope(EntityManager& em, const TransactionOptions& options)
    : state_(std::make_unique<State>()) {
  UnitOfWork& unit = em.unit();
  state_->unit = &unit;
  state_->kind = State::kind_for(options.propagation, unit.transaction != nullptr);
  state_->begin(options);
}

TransactionScope::~TransactionScope() = default;

void TransactionScope::finish() {
  UnitOfWork& unit = *state_->unit;
  using Kind = State::Kind;
  if (state_->kind == Kind::joined) return state_->end();
  if (state_->kind == Kind::plain || state_->kind == Kind::suspended) {
    if (state_->kind == Kind::suspended && unit.transaction != nullptr) {
      throw TransactionStateError(
          "a block that had suspended the transaction left one of its own open: commit it or roll "
          "it back inside of the block");
    }
    Flush(unit).run();
    return state_->end();
  }
  if (unit.is_rollback_only) throw TransactionStateError(rolls_back_only);
  Flush(unit).run(Flush::OnFailure::caller_rolls_back);
  {
    // Refused where the transaction has ended by itself: some databases commit nothing without a word.
    const Lease lease = unit.lease(backend::Access::write);
    if (state_->kind == Kind::savepoint) {
      lease->release_savepoint(state_->savepoint);
    } else {
      unit.commit(*lease);
    }
  }
  state_->end();
}

void TransactionScope::fail(bool ends_transaction) noexcept {
  UnitOfWork& unit = *state_->unit;
  using Kind = State::Kind;
  switch (state_->kind) {
    case Kind::plain: unit.forget_since(state_->mark); break;
    case Kind::joined: unit.is_rollback_only = true; break;
    case Kind::savepoint:
      unit.transaction->rollback_to_savepoint(state_->savepoint);
      unit.take_back(state_->mark);
      unit.forget_since(state_->mark);
      // With the savepoint the whole transaction may be gone.
      if (ends_transaction) unit.has_ended_by_itself = true;
      break;
    case Kind::outermost:
    case Kind::separate:
      unit.transaction->rollback();
      unit.take_back(state_->mark);
      unit.forget_since(state_->mark);
      break;
    case Kind::suspended:
      if (unit.transaction != nullptr) {
        unit.transaction->rollback();
        unit.take_back(state_->mark);
      }
      unit.forget_since(state_->mark);
      break;
  }
  state_->end();
}

}  // namespace orm

using orm::close_transaction;
using orm::Flush;
using orm::open_transaction;
using orm::UnitOfWork;

void EntityManager::begin(const TransactionOptions& options) {
  UnitOfWork& unit = this->unit();
  if (unit.transaction != nullptr)
    throw TransactionStateError(
        "a transaction is open already: commit or roll it back first, or nest with "
        "transactional()");
  open_transaction(unit, options);
}

void EntityManager::commit() {
  UnitOfWork& unit = this->unit();
  orm::require_no_block(unit, "commit");
  if (unit.transaction == nullptr) throw TransactionStateError(orm::none_is_open);
  if (unit.is_rollback_only) throw TransactionStateError(orm::rolls_back_only);
  Flush(unit).run();
  try {
    const orm::Lease lease = unit.lease(backend::Access::write);
    unit.commit(*lease);
  } catch (...) {
    // Some databases have rolled back by now, others have not: rollback() ends it for both.
    unit.has_ended_by_itself = true;
    throw;
  }
  close_transaction(unit);
}

void EntityManager::rollback() {
  UnitOfWork& unit = this->unit();
  orm::require_no_block(unit, "rollback");
  if (unit.transaction == nullptr) throw TransactionStateError(orm::none_is_open);
  unit.transaction->rollback();
  unit.undo.take_back(unit, unit.undo_base);
  close_transaction(unit);
}

}  // namespace rowan
