// Topological sort of the mapped classes over their foreign keys.

#include <rowan/orm/commit_order.hpp>

namespace rowan::orm {

namespace {

class Sort {
 public:
  explicit Sort(const metadata::Registry& registry)
      : registry_(registry), marks_(registry.entities().size()) {}

  std::vector<std::uint16_t> run() {
    for (const metadata::EntityMeta& entity : registry_.entities()) visit(entity);
    return std::move(order_);
  }

 private:
  enum class Mark : std::uint8_t { unseen, open, done };

  // Required references are followed first: where an optional one closes a cycle, it is the edge that gives way.
  void visit(const metadata::EntityMeta& entity) {
    if (marks_[entity.id] != Mark::unseen) return;
    marks_[entity.id] = Mark::open;
    for (const bool nullable : {false, true}) {
      for (const metadata::PropertyMeta* property : entity.to_one) {
        if (!property->is_owner || property->is_nullable != nullable || property->target == nullptr)
          continue;
        if (nullable && requires_path(*property->target, entity)) continue;
        visit(*property->target);
      }
    }
    marks_[entity.id] = Mark::done;
    order_.push_back(entity.id);
  }

  // Tells whether `from` leads to `to` over required references.
  [[nodiscard]] bool requires_path(const metadata::EntityMeta& from,
                                   const metadata::EntityMeta& to) const {
    std::vector<bool> seen(marks_.size());
    std::vector<const metadata::EntityMeta*> open{&from};
    while (!open.empty()) {
      const metadata::EntityMeta& at = *open.back();
      open.pop_back();
      if (&at == &to) return true;
      if (seen[at.id]) continue;
      seen[at.id] = true;
      for (const metadata::PropertyMeta* property : at.to_one) {
        if (property->is_owner && !property->is_nullable && property->target != nullptr)
          open.push_back(property->target);
      }
    }
    return false;
  }

  const metadata::Registry& registry_;
  std::vector<Mark> marks_;
  std::vector<std::uint16_t> order_;
};

}  // namespace

std::vector<std::uint16_t> commit_order(const metadata::Registry& registry) {
  return Sort(registry).run();
}

}  // namespace rowan::orm
