// Construction of an ORM, and what its managers share.

#include <rowan/orm/orm.hpp>

#include <rowan/base/error.hpp>
#include <rowan/base/log.hpp>
#include <rowan/orm/commit_order.hpp>
#include <rowan/orm/orm_state.hpp>
#include <rowan/orm/unit_of_work.hpp>

namespace rowan {

namespace orm {

OrmState::OrmState(std::shared_ptr<backend::Driver> the_driver,
                   std::vector<metadata::EntityMeta> entities,
                   const NamingStrategy& naming)
    : driver(std::move(the_driver)),
      registry(std::move(entities), naming),
      insert_order(commit_order(registry)),
      plans(registry.entities().size()) {}

OrmState::~OrmState() { delete spare_unit_.load(); }

std::unique_ptr<UnitOfWork> OrmState::take_unit() {
  if (UnitOfWork* spare = spare_unit_.exchange(nullptr, std::memory_order_acquire))
    return std::unique_ptr<UnitOfWork>(spare);
  {
    const std::lock_guard lock(mutex_);
    if (!free_units_.empty()) {
      auto unit = std::move(free_units_.back());
      free_units_.pop_back();
      return unit;
    }
  }
  return std::make_unique<UnitOfWork>(*this);
}

void OrmState::give_back(std::unique_ptr<UnitOfWork> unit) noexcept {
  constexpr std::size_t kept = 64;
  unit->recycle();
  UnitOfWork* none = nullptr;
  if (spare_unit_.compare_exchange_strong(none, unit.get(), std::memory_order_acq_rel)) {
    static_cast<void>(unit.release());
    return;
  }
  const std::lock_guard lock(mutex_);
  if (free_units_.size() < kept) free_units_.push_back(std::move(unit));
}

}  // namespace orm

namespace {

std::shared_ptr<orm::OrmState> make_state(Config& config) {
  if (config.driver == nullptr) {
    throw ValidationError(
        "No driver specified: give Config::driver one, for example "
        "rowan::driver_from_url(\"sqlite::memory:\")");
  }
  const NamingStrategy& naming =
      config.naming_strategy != nullptr ? *config.naming_strategy : underscore_naming();
  auto state =
      std::make_shared<orm::OrmState>(std::move(config.driver), std::move(config.entities), naming);
  state->logger = std::move(config.logger);
  if (state->logger == nullptr && config.debug) state->logger = make_console_logger({});
  state->slow_query_threshold = config.slow_query_threshold;
  state->load_strategy = config.load_strategy;
  state->flush_mode = config.flush_mode;
  state->allow_global_context = config.allow_global_context;
  return state;
}

}  // namespace

Orm::Orm(Config config)
    : state_(make_state(config)),
      schema_(state_->driver->schema_manager(state_->registry)),
      global_(state_, true) {
  schema_->set_observer(
      {nullptr, state_->logger.get(), state_->slow_query_threshold, LogNamespace::schema});
}

Orm::~Orm() = default;

backend::Driver& Orm::driver() noexcept { return *state_->driver; }

void Orm::close() { state_->driver->close(); }

}  // namespace rowan
