// Keeps statements by plan number and by text, within bounds.

#include <rowan/sql/prepared_connection.hpp>

#include <algorithm>

namespace rowan::sql {

CachedStatement& PreparedConnection::take_anew(const SqlPlan& plan) {
  while (plans_.size() <= plan.number()) plans_.push_back(std::make_unique<CachedStatement>());
  CachedStatement& kept = *plans_[plan.number()];
  if (kept.is_in_use) return take_once(plan.statement().text);
  kept.statement.reset();
  kept.serial = 0;
  kept.statement = connection_->prepare(plan.statement().text);
  if (const RepeatedColumns repeated = plan.repeated(); repeated.columns > 0)
    kept.statement->skip_repeated(repeated.columns, repeated.key);
  kept.serial = plan.serial();
  kept.is_in_use = true;
  return kept;
}

CachedStatement* PreparedConnection::find(const std::string& key) {
  const auto found = texts_.find(key);
  if (found == texts_.end()) return nullptr;
  CachedStatement& kept = *found->second;
  if (kept.is_in_use) return &take_once(kept.statement->text());
  kept.is_in_use = true;
  return &kept;
}

CachedStatement& PreparedConnection::add(const std::string& key, std::string_view text) {
  if (texts_.size() >= kept_texts) {
    std::erase_if(texts_, [](const auto& each) { return !each.second->is_in_use; });
  }
  auto fresh = std::make_unique<CachedStatement>();
  fresh->statement = connection_->prepare(text);
  fresh->is_in_use = true;
  return *texts_.insert_or_assign(key, std::move(fresh)).first->second;
}

CachedStatement& PreparedConnection::take(const std::string& text) {
  CachedStatement* kept = find(text);
  return kept != nullptr ? *kept : add(text, text);
}

CachedStatement& PreparedConnection::take_once(std::string_view text) {
  auto fresh = std::make_unique<CachedStatement>();
  fresh->statement = connection_->prepare(text);
  fresh->is_in_use = true;
  fresh->is_spare = true;
  spare_.push_back(std::move(fresh));
  return *spare_.back();
}

void PreparedConnection::release(CachedStatement& used) noexcept {
  used.statement->reset();
  used.is_in_use = false;
  if (!used.is_spare) return;
  std::erase_if(spare_, [&](const auto& each) { return each.get() == &used; });
}

}  // namespace rowan::sql
