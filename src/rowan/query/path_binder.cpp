// Resolves paths step by step.

#include <rowan/query/path_binder.hpp>

#include <rowan/base/error.hpp>
#include <rowan/base/text.hpp>

#include <limits>
#include <span>

namespace rowan::query {

using metadata::EntityMeta;
using metadata::MemberTag;
using metadata::PropertyMeta;

const EntityMeta& entity_of(const metadata::Registry& registry, const metadata::TypeTag* tag) {
  if (const EntityMeta* entity = registry.find(tag)) return *entity;
  throw ValidationError(
      "a query asks a class that was not given to the ORM: name it in rowan::entities<...>()");
}

const PropertyMeta& property_of(const metadata::Registry& registry,
                                const EntityMeta& entity,
                                const MemberTag* member,
                                std::string_view verb) {
  const PropertyMeta* property = entity.find(member);
  if (property != nullptr && (property->is_persistent || property->is_relation())) return *property;
  std::string message = "Trying to " + std::string(verb) + " by not existing property: ";
  if (property != nullptr) {
    throw ValidationError(message + entity.name + "." + property->name +
                          " is not persistent, no column holds it");
  }
  for (const EntityMeta& other : registry.entities()) {
    if (const PropertyMeta* elsewhere = other.find(member)) {
      throw ValidationError(message + other.name + "." + elsewhere->name + " is no property of " +
                            entity.name);
    }
  }
  throw ValidationError(message + "a path names a member of " + entity.name +
                        " that its mapping leaves out; " + entity.name + " has " + [&] {
                          std::vector<std::string> names;
                          for (const PropertyMeta& each : entity.properties)
                            names.push_back(each.name);
                          return base::join(std::span<const std::string>(names), ", ");
                        }());
}

int PathBinder::find_source(std::uint16_t parent, const PropertyMeta& relation) const {
  for (std::size_t i = 1; i < select_.sources.size(); ++i) {
    const BoundSource& source = select_.sources[i];
    const bool is_private = i < is_private_.size() && is_private_[i];
    if (!is_private && source.parent == parent && source.relation == &relation)
      return static_cast<int>(i);
  }
  return -1;
}

std::uint16_t PathBinder::add_source(std::uint16_t parent,
                                     const PropertyMeta& relation,
                                     JoinKind kind,
                                     bool is_shared) {
  if (select_.sources.size() >= std::numeric_limits<std::uint16_t>::max()) {
    throw ValidationError("a query over " + root().name + " joins too many relations: split it");
  }
  select_.sources.push_back({relation.target, kind, parent, &relation});
  is_private_.resize(select_.sources.size(), false);
  is_private_.back() = !is_shared;
  is_named_.resize(select_.sources.size(), false);
  return static_cast<std::uint16_t>(select_.sources.size() - 1);
}

std::uint16_t PathBinder::source_of(std::uint16_t parent,
                                    const PropertyMeta& relation,
                                    bool is_required) {
  if (const int found = find_source(parent, relation); found >= 0)
    return static_cast<std::uint16_t>(found);
  const bool has_parent = select_.sources[parent].kind != JoinKind::left;
  // A reference that is never empty has its target whatever is asked; a collection may have no item.
  const bool is_certain =
      relation.is_to_many() ? is_required : relation.is_owner && !relation.is_nullable;
  return add_source(parent, relation, has_parent && is_certain ? JoinKind::inner : JoinKind::left,
                    true);
}

std::uint16_t PathBinder::join(std::uint16_t parent, const PropertyMeta& relation, bool is_left) {
  if (const int found = find_source(parent, relation); found >= 0)
    return static_cast<std::uint16_t>(found);
  const std::uint16_t source =
      add_source(parent, relation, is_left ? JoinKind::left : JoinKind::inner, true);
  is_named_[source] = true;
  return source;
}

std::uint16_t PathBinder::add_populate(std::uint16_t parent,
                                       const PropertyMeta& relation,
                                       bool is_inner) {
  const bool has_parent = select_.sources[parent].kind != JoinKind::left;
  const bool is_certain = relation.is_to_one() && relation.is_owner && !relation.is_nullable;
  const JoinKind kind = has_parent && (is_inner || is_certain) ? JoinKind::inner : JoinKind::left;
  return add_source(parent, relation, kind, relation.is_to_one());
}

PathBinder::End PathBinder::end_of(const PathInfo& path, bool is_required, std::string_view verb) {
  std::uint16_t source = 0;
  const EntityMeta* entity = &root();
  for (std::size_t i = 0; i < path.count; ++i) {
    const PropertyMeta& property = property_of(registry_, *entity, path.steps[i], verb);
    const bool is_last = i + 1 == path.count;
    if (is_last && property.is_to_many()) return {{source, &property}, true};
    if (is_last && (!property.is_relation() || property.is_owner))
      return {{source, &property}, false};
    if (is_last) {  // the inverse of a one-to-one: known by the key of its row
      const std::uint16_t target = source_of(source, property, is_required);
      return {{target, property.target->primary_key}, false};
    }
    if (!property.is_relation()) {
      throw ValidationError("Trying to " + std::string(verb) + " by " + entity->name + "." +
                            property.name +
                            ", which is no relation: nothing can follow it in a path");
    }
    const bool is_key_next =
        i + 2 == path.count && property.target->primary_key->tag == path.steps[i + 1];
    if (is_key_next && property.is_to_one() && property.is_owner)
      return {{source, &property}, false};
    source = source_of(source, property, is_required);
    entity = property.target;
  }
  throw ValidationError("an empty path over " + root().name);
}

BoundColumn PathBinder::column_of(const PathInfo& path, bool is_required, std::string_view verb) {
  const End end = end_of(path, is_required, verb);
  if (end.is_collection) {
    throw ValidationError("Trying to " + std::string(verb) + " by " +
                          select_.sources[end.column.source].entity->name + "." +
                          end.column.property->name +
                          ", which is a collection: name a property of its items");
  }
  return end.column;
}

bool PathBinder::passes_collection(const PathInfo& path) const {
  int source = 0;
  const EntityMeta* entity = &root();
  for (std::size_t i = 0; i + 1 < path.count; ++i) {
    const PropertyMeta* property = entity->find(path.steps[i]);
    if (property == nullptr || property->target == nullptr)
      return false;  // refused when it is bound
    if (source >= 0) source = find_source(static_cast<std::uint16_t>(source), *property);
    const auto at = static_cast<std::size_t>(source);
    if (property->is_to_many() && (source < 0 || at >= is_named_.size() || !is_named_[at]))
      return true;
    entity = property->target;
  }
  return false;
}

BoundColumn PathBinder::column_of_name(std::string_view name) {
  std::uint16_t source = 0;
  const EntityMeta* entity = &root();
  std::size_t from = 0;
  while (true) {
    const std::size_t dot = name.find('.', from);
    const std::string_view part =
        name.substr(from, dot == std::string_view::npos ? dot : dot - from);
    const PropertyMeta* property = entity->find(part);
    if (property == nullptr || property->is_to_many()) {
      throw ValidationError("raw SQL over " + root().name + ": {" + std::string(name) + "}: '" +
                            std::string(part) + "' is no column of " + entity->name);
    }
    if (dot == std::string_view::npos) return {source, property};
    if (!property->is_to_one()) {
      throw ValidationError("raw SQL over " + root().name + ": {" + std::string(name) + "}: '" +
                            std::string(part) + "' is no reference, nothing can follow its dot");
    }
    source = source_of(source, *property, false);
    entity = property->target;
    from = dot + 1;
  }
}

std::string PathBinder::bind_raw(std::string_view text,
                                 std::uint32_t values,
                                 std::vector<BoundColumn>& columns) {
  std::string out;
  std::uint32_t marks = 0;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"' || c == '`') {
      quote = c;
    } else if (c == '?') {
      ++marks;
    } else if (c == '{') {
      const std::size_t end = text.find('}', i);
      if (end == std::string_view::npos)
        throw ValidationError("raw SQL over " + root().name + ": a '{' is not closed");
      out += "{" + std::to_string(columns.size()) + "}";
      columns.push_back(column_of_name(text.substr(i + 1, end - i - 1)));
      i = end;
      continue;
    }
    out += c;
  }
  if (marks != values) {
    throw ValidationError("raw SQL over " + root().name + " has " + std::to_string(marks) +
                          " question marks and " + std::to_string(values) +
                          " values: give one for each");
  }
  return out;
}

}  // namespace rowan::query
