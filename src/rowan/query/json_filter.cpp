// Reads JSON filters into condition trees, refusing what the metadata does not know.

#include <rowan/query/json_filter.hpp>

#include <rowan/base/error.hpp>
#include <rowan/base/text.hpp>
#include <rowan/query/binder.hpp>
#include <rowan/query/condition.hpp>
#include <rowan/query/json_operand.hpp>
#include <rowan/query/path_intern.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rowan::query {

using metadata::EntityMeta;
using metadata::MemberTag;
using metadata::PropertyMeta;

namespace {

using Steps = std::vector<const MemberTag*>;

// Paths are kept for ever, and filters may come from outside: there must not be too many.
constexpr std::size_t max_steps = 8;

struct OperatorName {
  std::string_view name;
  Op op;
};
constexpr std::array comparisons = {
    OperatorName{"$eq", Op::eq},
    OperatorName{"$ne", Op::ne},
    OperatorName{"$gt", Op::gt},
    OperatorName{"$gte", Op::gte},
    OperatorName{"$lt", Op::lt},
    OperatorName{"$lte", Op::lte},
    OperatorName{"$in", Op::in},
    OperatorName{"$nin", Op::nin},
    OperatorName{"$like", Op::like},
    OperatorName{"$ilike", Op::ilike},
    OperatorName{"$fulltext", Op::full_text},
    OperatorName{"$contains", Op::contains},
    OperatorName{"$contained", Op::contained},
    OperatorName{"$overlap", Op::overlap},
    OperatorName{"$hasKey", Op::has_key},
    OperatorName{"$hasKeys", Op::has_keys},
    OperatorName{"$hasSomeKeys", Op::has_some_keys},
};
constexpr std::array<std::string_view, 26> all_operators = {
    "$eq",     "$ne",      "$gt",          "$gte",      "$lt",       "$lte",       "$in",
    "$nin",    "$like",    "$ilike",       "$fulltext", "$contains", "$contained", "$overlap",
    "$hasKey", "$hasKeys", "$hasSomeKeys", "$re",       "$exists",   "$and",       "$or",
    "$not",    "$some",    "$none",        "$every",    "$size"};

bool is_text_operator(Op op) { return op == Op::like || op == Op::ilike || op == Op::full_text; }

Op comparison_of(std::string_view key) {
  for (const OperatorName& known : comparisons) {
    if (known.name == key) return known.op;
  }
  return Op::none;
}

bool is_collection_operator(std::string_view key) {
  return key == "$some" || key == "$none" || key == "$every" || key == "$size";
}

// Reads one filter over one root; collection operators start another reader over their target.
class JsonReader {
 public:
  JsonReader(const EntityMeta& root, Condition& out) : root_(root), out_(out) {}

  void read_object(const EntityMeta& entity, const Steps& prefix, const json& object) {
    const std::vector<std::string> keys = object.keys();
    if (keys.size() != 1) open(Op::and_, keys.size(), entity);
    for (std::size_t i = 0; i < keys.size(); ++i) read_key(entity, prefix, keys[i], object[i]);
  }

 private:
  static std::string place(const EntityMeta& entity, std::string_view key) {
    return entity.name + "." + std::string(key);
  }

  [[noreturn]] static void refuse(const EntityMeta& entity,
                                  std::string_view key,
                                  const std::string& why) {
    throw ValidationError("JSON filter: " + place(entity, key) + ": " + why);
  }

  void open(Op op, std::size_t children, const EntityMeta& entity) {
    if (children > std::numeric_limits<std::uint16_t>::max()) {
      throw ValidationError("JSON filter over " + entity.name + ": " + std::to_string(children) +
                            " conditions side by side are too many: use $in for lists of values");
    }
    Node& node = out_.nodes.emplace_back();
    node.op = op;
    node.children = static_cast<std::uint16_t>(children);
  }

  Node& add_leaf(Op op, const Steps& steps) {
    Node& node = out_.nodes.emplace_back();
    node.op = op;
    node.path = intern_path(root_.tag, steps);
    return node;
  }

  void read_key(const EntityMeta& entity,
                const Steps& prefix,
                const std::string& key,
                const json& value) {
    if (key == "$and" || key == "$or") return read_group(entity, prefix, key, value);
    if (key == "$not") {
      if (!value.is_object())
        refuse(entity, key, "takes an object, not " + std::string(value.kind_name()));
      open(Op::not_, 1, entity);
      return read_object(entity, prefix, value);
    }
    if (is_collection_operator(key)) {
      refuse(entity, key,
             "collection operators can be used only inside a collection property context: put it "
             "below a to-many property");
    }
    if (key.starts_with('$')) refuse_operator(entity, key);
    const std::size_t dot = key.find('.');
    const std::string name = key.substr(0, dot);
    const PropertyMeta& property = property_of(entity, name);
    if (prefix.size() == max_steps) {
      refuse(entity, key, "a path of more than " + std::to_string(max_steps) + " steps");
    }
    Steps steps = prefix;
    steps.push_back(property.tag);
    if (dot == std::string::npos) return read_property(entity, property, steps, value);
    if (!property.is_relation()) {
      refuse(entity, key, "'" + name + "' is no relation, nothing can follow its dot");
    }
    const std::string rest = key.substr(dot + 1);
    if (rest.empty() || rest.starts_with('$'))
      refuse(entity, key, "a dot is followed by a property's name");
    read_key(*property.target, steps, rest, value);
  }

  [[noreturn]] static void refuse_operator(const EntityMeta& entity, std::string_view key) {
    if (comparison_of(key) != Op::none || key == "$re" || key == "$exists") {
      refuse(entity, key,
             "a comparison stands below a property, as in {\"property\": {\"" + std::string(key) +
                 "\": ...}}");
    }
    const std::string_view near =
        base::closest_match(key, std::span<const std::string_view>(all_operators));
    refuse(entity, key,
           "there is no such operator" +
               (near.empty() ? std::string() : ", did you mean '" + std::string(near) + "'?"));
  }

  static const PropertyMeta& property_of(const EntityMeta& entity, const std::string& name) {
    const PropertyMeta* property = entity.find(std::string_view(name));
    if (property != nullptr && property->is_persistent) return *property;
    if (property != nullptr)
      refuse(entity, name, "the property is not persistent, no column holds it");
    std::vector<std::string> names;
    for (const PropertyMeta& each : entity.properties) {
      if (each.is_persistent) names.push_back(each.name);
    }
    std::string message = "Trying to query by not existing property " + entity.name + "." + name;
    const std::string_view near = base::closest_match(name, std::span<const std::string>(names));
    if (!near.empty()) {
      message += ", did you mean '" + std::string(near) + "'?";
    } else {
      message += ": it has " + base::join(std::span<const std::string>(names), ", ");
    }
    throw ValidationError(std::move(message));
  }

  void read_group(const EntityMeta& entity,
                  const Steps& prefix,
                  const std::string& key,
                  const json& value) {
    if (!value.is_array())
      refuse(entity, key, "takes an array of objects, not " + std::string(value.kind_name()));
    open(key == "$and" ? Op::and_ : Op::or_, value.size(), entity);
    for (std::size_t i = 0; i < value.size(); ++i) {
      const json element = value[i];
      if (!element.is_object())
        refuse(entity, key,
               "takes an array of objects, and one of them is " + std::string(element.kind_name()));
      read_object(entity, prefix, element);
    }
  }

  void read_property(const EntityMeta& entity,
                     const PropertyMeta& property,
                     const Steps& steps,
                     const json& value) {
    if (property.is_to_many()) return read_collection(entity, property, steps, value);
    if (!value.is_object())
      return compare(entity, property, steps, value.is_array() ? Op::in : Op::eq, value);
    if (!property.is_relation()) return read_operators(entity, property, steps, value);
    const std::vector<std::string> keys = value.keys();
    if (keys.size() != 1) open(Op::and_, keys.size(), entity);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (is_own_operator(keys[i])) {
        read_operator(entity, property, steps, keys[i], value[i]);
      } else {
        read_key(*property.target, steps, keys[i], value[i]);
      }
    }
  }

  static bool is_own_operator(std::string_view key) {
    return comparison_of(key) != Op::none || key == "$exists";
  }

  void read_operators(const EntityMeta& entity,
                      const PropertyMeta& property,
                      const Steps& steps,
                      const json& object) {
    const std::vector<std::string> keys = object.keys();
    if (keys.empty())
      refuse(entity, property.name, "an empty object says nothing: give a value or an operator");
    if (keys.size() > 1) open(Op::and_, keys.size(), entity);
    for (std::size_t i = 0; i < keys.size(); ++i)
      read_operator(entity, property, steps, keys[i], object[i]);
  }

  void read_operator(const EntityMeta& entity,
                     const PropertyMeta& property,
                     const Steps& steps,
                     const std::string& key,
                     const json& value) {
    if (const Op op = comparison_of(key); op != Op::none)
      return compare(entity, property, steps, op, value, key);
    if (key == "$exists") {
      if (!value.is_boolean())
        refuse(entity, property.name,
               "$exists takes a boolean, not " + std::string(value.kind_name()));
      add_leaf(value.as_bool() ? Op::is_not_null : Op::is_null, steps);
      return;
    }
    if (key == "$not") {
      if (!value.is_object()) refuse(entity, property.name, "$not takes an object of operators");
      open(Op::not_, 1, entity);
      return read_operators(entity, property, steps, value);
    }
    if (key == "$and" || key == "$or") {
      refuse(entity, property.name,
             "using group operators ($and/$or) inside scalar properties is not allowed, move the "
             "operator above");
    }
    if (key == "$re")
      refuse(entity, property.name, "this build has no regular expressions in filters: use $like");
    if (is_collection_operator(key)) {
      refuse(entity, property.name,
             "collection operators can be used only inside a collection property context, but " +
                 key + " was used for '" + property.name + "'");
    }
    if (key.starts_with('$')) {
      const std::string_view near =
          base::closest_match(key, std::span<const std::string_view>(all_operators));
      refuse(entity, property.name,
             "there is no operator '" + key + "'" +
                 (near.empty() ? std::string() : ", did you mean '" + std::string(near) + "'?"));
    }
    const std::string with_dollar = "$" + key;
    const bool is_meant =
        std::find(all_operators.begin(), all_operators.end(), with_dollar) != all_operators.end();
    refuse(entity, property.name,
           "it is a plain value and has no '" + key + "': " +
               (is_meant ? "did you mean '" + with_dollar + "'?"
                         : "nested objects lead through relations"));
  }

  void compare(const EntityMeta& entity,
               const PropertyMeta& property,
               const Steps& steps,
               Op op,
               const json& value,
               const std::string& key = {}) {
    if (op == Op::in || op == Op::nin) return read_list(entity, property, steps, op, value, key);
    if (is_containment(op)) {
      out_.values.push_back(whole_operand(entity, property, op, value));
      add_leaf(op, steps).value_count = 1;
      return;
    }
    if (value.is_null()) {
      if (op != Op::eq && op != Op::ne)
        refuse(entity, property.name, key + " takes a value: null has no order");
      add_leaf(op == Op::eq ? Op::is_null : Op::is_not_null, steps);
      return;
    }
    if (value.is_array() && op == Op::eq)
      return read_list(entity, property, steps, Op::in, value, key);
    if (value.is_array() && op == Op::ne)
      return read_list(entity, property, steps, Op::nin, value, key);
    check_operator(entity, property, op, key);
    Value operand = json_operand(entity, property, value);
    const bool is_pattern = op == Op::like || op == Op::ilike;
    out_.values.push_back(is_pattern ? pattern_value(operand.text()) : std::move(operand));
    add_leaf(op, steps).value_count = 1;
  }

  static void check_operator(const EntityMeta& entity,
                             const PropertyMeta& property,
                             Op op,
                             const std::string& key) {
    if (op == Op::eq || op == Op::ne) return;
    if (is_text_operator(op)) {
      if (property.type != ValueType::text || property.is_relation())
        refuse(entity, property.name,
               key + " compares text, and this is " + std::string(to_string(property.type)));
      return;
    }
    if (property.is_relation())
      refuse(entity, property.name,
             key + ": a reference has no order, compare a property of its target");
    if (property.type == ValueType::boolean)
      refuse(entity, property.name, key + ": a boolean has no order, use $eq or $ne");
  }

  void read_list(const EntityMeta& entity,
                 const PropertyMeta& property,
                 const Steps& steps,
                 Op op,
                 const json& value,
                 const std::string& key) {
    if (!value.is_array())
      refuse(entity, property.name, key + " takes an array, not " + std::string(value.kind_name()));
    Condition list = list_condition(op, intern_path(root_.tag, steps));
    for (std::size_t i = 0; i < value.size(); ++i) {
      const json element = value[i];
      if (element.is_null() || element.is_array() || element.is_object()) {
        refuse(entity, property.name,
               "a list holds plain values, and one of them is " + std::string(element.kind_name()) +
                   ": for null say {\"$or\": [...]}");
      }
      add_value(list, json_operand(entity, property, element));
    }
    pad_list(list);
    out_.nodes.push_back(list.nodes[0]);
    for (const Value& each : list.values) out_.values.push_back(each);
  }

  void read_collection(const EntityMeta& entity,
                       const PropertyMeta& property,
                       const Steps& steps,
                       const json& value) {
    const EntityMeta& target = *property.target;
    if (value.is_null()) {
      add_leaf(Op::none_of, steps);
      return;
    }
    if (!value.is_object()) {
      Steps key_steps = steps;
      key_steps.push_back(target.primary_key->tag);
      return compare(target, *target.primary_key, key_steps, value.is_array() ? Op::in : Op::eq,
                     value);
    }
    const std::vector<std::string> keys = value.keys();
    std::size_t operators = 0;
    for (const std::string& key : keys) operators += is_collection_operator(key) ? 1 : 0;
    if (operators == 0) return read_object(target, steps, value);
    if (operators != keys.size())
      refuse(entity, property.name,
             "mixing collection operators with other filters is not allowed");
    if (keys.size() > 1) open(Op::and_, keys.size(), entity);
    for (std::size_t i = 0; i < keys.size(); ++i)
      read_collection_operator(entity, property, steps, keys[i], value[i]);
  }

  void read_collection_operator(const EntityMeta& entity,
                                const PropertyMeta& property,
                                const Steps& steps,
                                const std::string& key,
                                const json& value) {
    if (key == "$size") return read_size(entity, property, steps, value);
    if (!value.is_object())
      refuse(entity, property.name,
             key + " takes an object over " + property.target->name + ", not " +
                 std::string(value.kind_name()));
    const Op op = key == "$some" ? Op::some : key == "$none" ? Op::none_of : Op::every;
    const bool has_child = !value.empty();
    if (op == Op::every && !has_child)
      refuse(entity, property.name, "$every takes conditions, and there is none");
    add_leaf(op, steps).children = has_child ? 1 : 0;
    if (has_child) JsonReader(*property.target, out_).read_object(*property.target, {}, value);
  }

  void read_size(const EntityMeta& entity,
                 const PropertyMeta& property,
                 const Steps& steps,
                 const json& value) {
    if (!value.is_object()) return add_size(entity, property, steps, Op::eq, value);
    const std::vector<std::string> keys = value.keys();
    if (keys.empty())
      refuse(entity, property.name, "$size takes a number or a comparison, and there is none");
    if (keys.size() > 1) open(Op::and_, keys.size(), entity);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const Op op = comparison_of(keys[i]);
      if (op == Op::none || op == Op::in || op == Op::nin || is_text_operator(op) ||
          is_containment(op)) {
        refuse(entity, property.name,
               "$size is compared by $eq, $ne, $gt, $gte, $lt or $lte, not by '" + keys[i] + "'");
      }
      add_size(entity, property, steps, op, value[i]);
    }
  }

  void add_size(const EntityMeta& entity,
                const PropertyMeta& property,
                const Steps& steps,
                Op comparison,
                const json& value) {
    if (!value.is_integer())
      refuse(entity, property.name,
             "$size is compared with a whole number, not with " + std::string(value.kind_name()));
    std::int64_t number = 0;
    try {
      number = value.as_int64();
    } catch (const ValidationError&) {
      refuse(entity, property.name, "$size is compared with a whole number of 64 bits");
    }
    out_.values.push_back(Value::of_integer(number));
    Node& node = add_leaf(Op::size, steps);
    node.inner = comparison;
    node.value_count = 1;
  }

  const EntityMeta& root_;
  Condition& out_;
};

// Copies a condition, reading its JSON parts over the entity that each stands below.
class Resolver {
 public:
  Resolver(const metadata::Registry& registry, const Condition& from)
      : registry_(registry), from_(from) {}

  Condition run(const EntityMeta& root) {
    while (at_ < from_.nodes.size()) copy(root);
    return std::move(out_);
  }

 private:
  void copy(const EntityMeta& root) {
    const Node node = from_.nodes[at_++];
    if (node.op == Op::json) {
      add(json_condition(registry_, root, json::parse(from_.texts[node.extra])));
      return;
    }
    if (node.op == Op::in_select) return copy_select(node);
    Node& copied = out_.nodes.emplace_back(node);
    if (node.op == Op::raw) {
      copied.extra = static_cast<std::uint32_t>(out_.texts.size());
      out_.texts.push_back(from_.texts[node.extra]);
    }
    for (std::uint32_t i = 0; i < node.value_count; ++i)
      out_.values.push_back(from_.values[value_++]);
    const bool asks_items = node.op == Op::some || node.op == Op::none_of || node.op == Op::every;
    const EntityMeta& below = asks_items ? target_of(root, *node.path) : root;
    for (std::uint16_t i = 0; i < node.children; ++i) copy(below);
  }

  void copy_select(Node node) {
    value_ += node.value_count;
    auto select =
        std::make_shared<const Select>(resolve_json(registry_, *from_.selects[node.extra]));
    std::vector<Value> values = values_of(*select);
    node.extra = static_cast<std::uint32_t>(out_.selects.size());
    node.value_count = static_cast<std::uint32_t>(values.size());
    out_.nodes.push_back(node);
    for (Value& value : values) out_.values.push_back(std::move(value));
    out_.selects.push_back(std::move(select));
  }

  void add(Condition part) {
    // One node for one node: what was empty holds for every row.
    if (part.nodes.empty()) part.nodes.emplace_back().op = Op::and_;
    for (const Node& node : part.nodes) out_.nodes.push_back(node);
    for (Value& value : part.values) out_.values.push_back(std::move(value));
  }

  static const EntityMeta& target_of(const EntityMeta& root, const PathInfo& path) {
    const EntityMeta* at = &root;
    for (std::size_t i = 0; i < path.count && at != nullptr; ++i) {
      const PropertyMeta* property = at->find(path.steps[i]);
      at = property == nullptr ? nullptr : property->target;
    }
    return at == nullptr ? root : *at;
  }

  const metadata::Registry& registry_;
  const Condition& from_;
  Condition out_;
  std::size_t at_ = 0;
  std::size_t value_ = 0;
};

}  // namespace

Condition json_condition(const metadata::Registry& /*registry*/,
                         const EntityMeta& root,
                         const json& filter) {
  if (!filter.is_object()) {
    throw ValidationError("JSON filter over " + root.name +
                          ": a filter is an object such as {\"property\": value}, not " +
                          std::string(filter.kind_name()));
  }
  Condition out;
  if (!filter.empty()) JsonReader(root, out).read_object(root, {}, filter);
  return out;
}

Condition resolve_json(const metadata::Registry& registry,
                       const EntityMeta& root,
                       const Condition& condition) {
  if (condition.json == nullptr) return condition;
  if (condition.nodes.empty()) return json_condition(registry, root, json::parse(*condition.json));
  return Resolver(registry, condition).run(root);
}

}  // namespace rowan::query
