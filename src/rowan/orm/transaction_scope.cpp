// Begin, end and failure of transactional blocks: savepoints, joined and separate transactions.

#include <rowan/orm/transaction_scope.hpp>

#include <rowan/base/error.hpp>
#include <rowan/orm/entity_manager.hpp>
#include <rowan/orm/flush.hpp>
#include <rowan/orm/unit_of_work.hpp>

#include <utility>

namespace rowan {

namespace orm {

void open_transaction(UnitOfWork& unit, const TransactionOptions& options) {
  auto session = unit.state().driver->session(
      options.read_only ? backend::Access::read_transaction : backend::Access::write,
      unit.observer());
  session->begin({options.isolation, options.read_only, !options.read_only});
  unit.transaction = std::move(session);
  unit.transaction_depth = 1;
  unit.is_rollback_only = false;
}

void close_transaction(UnitOfWork& unit) noexcept {
  unit.transaction.reset();
  unit.transaction_depth = 0;
  unit.undo.clear();
}

struct TransactionScope::State {
  enum class Kind : std::uint8_t { outermost, savepoint, joined, plain, separate, suspended };
  UnitOfWork* unit;
  Kind kind = Kind::plain;
  orm::TransactionMark mark;
  std::string savepoint;
  std::unique_ptr<backend::Session> outer;  ///< set aside
  int outer_depth = 0;
};

TransactionScope::TransactionScope(EntityManager& em, const TransactionOptions& options)
    : state_(std::make_unique<State>()) {
  UnitOfWork& unit = em.unit();
  state_->unit = &unit;
  const bool is_open = unit.transaction != nullptr;
  using Kind = State::Kind;
  switch (options.propagation) {
    case Propagation::nested: state_->kind = is_open ? Kind::savepoint : Kind::outermost; break;
    case Propagation::required: state_->kind = is_open ? Kind::joined : Kind::outermost; break;
    case Propagation::requires_new:
      state_->kind = is_open ? Kind::separate : Kind::outermost;
      break;
    case Propagation::supports: state_->kind = is_open ? Kind::joined : Kind::plain; break;
    case Propagation::not_supported: state_->kind = is_open ? Kind::suspended : Kind::plain; break;
    case Propagation::mandatory:
      if (!is_open)
        throw TransactionStateError(
            "No existing transaction found for transaction marked with propagation \"mandatory\"");
      state_->kind = Kind::joined;
      break;
    case Propagation::never:
      if (is_open)
        throw TransactionStateError(
            "Existing transaction found for transaction marked with propagation \"never\"");
      state_->kind = Kind::plain;
      break;
  }
  const bool leaves_outer = state_->kind == Kind::separate || state_->kind == Kind::suspended;
  // What waited before belongs to the outer block (U-35).
  if (state_->kind == Kind::savepoint || leaves_outer) Flush(unit).run();
  if (state_->kind == Kind::savepoint) {
    state_->savepoint = "trx" + std::to_string(unit.transaction_depth);
    unit.transaction->savepoint(state_->savepoint);
    ++unit.transaction_depth;
  }
  state_->mark = unit.mark_transaction();
  if (state_->kind == Kind::outermost) open_transaction(unit, options);
  if (leaves_outer) {
    state_->outer = std::move(unit.transaction);
    state_->outer_depth = std::exchange(unit.transaction_depth, 0);
    if (state_->kind == Kind::suspended) return;
    try {
      open_transaction(unit, options);
    } catch (...) {
      unit.transaction = std::move(state_->outer);
      unit.transaction_depth = state_->outer_depth;
      throw;
    }
  }
}

TransactionScope::~TransactionScope() = default;

void TransactionScope::finish() {
  UnitOfWork& unit = *state_->unit;
  using Kind = State::Kind;
  if (state_->kind == Kind::joined) return;
  if (state_->kind == Kind::outermost && unit.is_rollback_only) {
    throw TransactionStateError(
        "the transaction can only be rolled back: a block that had joined it failed, and its "
        "exception was caught");
  }
  Flush(unit).run();
  if (state_->kind == Kind::savepoint) {
    unit.transaction->release_savepoint(state_->savepoint);
    --unit.transaction_depth;
  } else if (state_->kind == Kind::outermost || state_->kind == Kind::separate) {
    unit.transaction->commit();
    if (state_->kind == Kind::outermost) {
      close_transaction(unit);
    } else {
      unit.undo.forget_since(state_->mark.undo);  // a rollback of the outer one takes back its own
    }
  }
  if (state_->outer != nullptr) {
    unit.transaction = std::move(state_->outer);
    unit.transaction_depth = state_->outer_depth;
  }
}

void TransactionScope::fail() noexcept {
  UnitOfWork& unit = *state_->unit;
  using Kind = State::Kind;
  if (state_->kind == Kind::plain) return;
  if (state_->kind == Kind::joined) {
    unit.is_rollback_only = true;
    return;
  }
  if (state_->kind == Kind::savepoint) {
    unit.transaction->rollback_to_savepoint(state_->savepoint);
    --unit.transaction_depth;
  } else if (unit.transaction != nullptr && state_->kind != Kind::suspended) {
    unit.transaction->rollback();
  }
  if (state_->kind != Kind::suspended) {
    unit.undo.take_back(unit, state_->mark.undo);
    unit.forget_since(state_->mark);
  }
  if (state_->kind == Kind::outermost) close_transaction(unit);
  if (state_->outer != nullptr) {
    unit.transaction = std::move(state_->outer);
    unit.transaction_depth = state_->outer_depth;
  }
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
  if (unit.transaction == nullptr)
    throw TransactionStateError(
        "An open transaction is required for this operation: call begin() first");
  Flush(unit).run();
  unit.transaction->commit();
  close_transaction(unit);
}

void EntityManager::rollback() {
  UnitOfWork& unit = this->unit();
  if (unit.transaction == nullptr)
    throw TransactionStateError(
        "An open transaction is required for this operation: call begin() first");
  unit.transaction->rollback();
  unit.undo.take_back(unit, {});
  close_transaction(unit);
}

}  // namespace rowan
