// A walk over the nodes of a condition in preorder, values along with them.

#include <rowan/orm/narrowing.hpp>

#include <rowan/query/path_intern.hpp>

#include <algorithm>
#include <utility>

namespace rowan::orm {

using metadata::EntityMeta;
using query::Condition;
using query::Node;
using query::Op;
using query::PathInfo;

namespace {

bool leads_through(const PathInfo& path, Steps steps) {
  return path.count >= steps.size() && std::equal(steps.begin(), steps.end(), path.steps);
}

/// Returns the rest of a path behind `steps`, null where it does not lead through them and on.
const PathInfo* behind(const PathInfo* path, Steps steps, const EntityMeta& target) {
  if (path == nullptr || !leads_through(*path, steps) || path->count == steps.size())
    return nullptr;
  return query::intern_path(target.tag,
                            Steps(path->steps + steps.size(), path->count - steps.size()));
}

class Narrowing {
 public:
  Narrowing(const Condition& where, Steps steps, const EntityMeta& target)
      : where_(where), steps_(steps), target_(target) {}

  Condition run() {
    if (!where_.nodes.empty()) take_parts();
    return std::move(result_);
  }

 private:
  void take_parts() {
    const Node& node = where_.nodes[node_];
    if (node.op != Op::and_) return take_part();
    ++node_;
    for (std::uint16_t i = 0; i < node.children; ++i) take_parts();
  }

  void take_part() {
    Condition part;
    if (copy(part)) result_ = query::combine(Op::and_, std::move(result_), std::move(part));
  }

  /// Goes past one tree; returns whether all of it was taken into `out`.
  bool copy(Condition& out) {
    const Node node = where_.nodes[node_++];
    const std::size_t first_value = value_;
    value_ += node.value_count;
    const bool is_own_items = node.op == Op::some && node.path != nullptr &&
                              node.path->count == steps_.size() &&
                              leads_through(*node.path, steps_);
    if (is_own_items) return copy_items(node, out);
    Node moved = node;
    bool is_taken = true;
    if (node.op == Op::and_ || node.op == Op::or_ || node.op == Op::not_) {
      out.nodes.push_back(moved);
    } else {
      moved.path = behind(node.path, steps_, target_);
      if (node.other != nullptr) moved.other = behind(node.other, steps_, target_);
      is_taken = moved.path != nullptr && (node.other == nullptr || moved.other != nullptr);
      add(moved, out);
      for (std::size_t i = 0; i < node.value_count; ++i)
        out.values.push_back(where_.values[first_value + i]);
    }
    if (node.op == Op::some || node.op == Op::none_of || node.op == Op::every) {
      for (std::uint16_t i = 0; i < node.children; ++i) copy_as_it_is(out);
      return is_taken;
    }
    for (std::uint16_t i = 0; i < node.children; ++i) is_taken = copy(out) && is_taken;
    return is_taken;
  }

  /// The inner condition of some() is over the items already.
  bool copy_items(const Node& some, Condition& out) {
    for (std::uint16_t i = 0; i < some.children; ++i) copy_as_it_is(out);
    return some.children > 0;
  }

  void copy_as_it_is(Condition& out) {
    const Node node = where_.nodes[node_++];
    add(node, out);
    for (std::size_t i = 0; i < node.value_count; ++i)
      out.values.push_back(where_.values[value_++]);
    for (std::uint16_t i = 0; i < node.children; ++i) copy_as_it_is(out);
  }

  /// Adds a node along with the text or the subquery that it refers to.
  void add(Node node, Condition& out) {
    if (node.op == Op::raw) {
      const std::string& text = where_.texts[node.extra];
      node.extra = static_cast<std::uint32_t>(out.texts.size());
      out.texts.push_back(text);
    } else if (node.op == Op::in_select) {
      const std::shared_ptr<const query::Select>& select = where_.selects[node.extra];
      node.extra = static_cast<std::uint32_t>(out.selects.size());
      out.selects.push_back(select);
    }
    out.nodes.push_back(node);
  }

  const Condition& where_;
  Steps steps_;
  const EntityMeta& target_;
  std::size_t node_ = 0;
  std::size_t value_ = 0;
  Condition result_;
};

}  // namespace

Condition narrow(const Condition& where, Steps steps, const EntityMeta& target) {
  return Narrowing(where, steps, target).run();
}

base::SmallVector<query::OrderTerm, 2> narrow(std::span<const query::OrderTerm> order,
                                              Steps steps,
                                              const EntityMeta& target) {
  base::SmallVector<query::OrderTerm, 2> out;
  for (query::OrderTerm term : order) {
    term.path = behind(term.path, steps, target);
    if (term.path != nullptr) out.push_back(term);
  }
  return out;
}

}  // namespace rowan::orm
