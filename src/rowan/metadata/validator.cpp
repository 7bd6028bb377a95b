// The checks over mapped classes, each mistake with its remedy.

#include <rowan/metadata/validator.hpp>

#include <rowan/base/text.hpp>

#include <utility>

namespace rowan::metadata {
namespace {

constexpr std::size_t most_columns = 256;  // IndexSet

class Checks {
 public:
  explicit Checks(std::span<const EntityMeta> entities) : entities_(entities) {}

  std::vector<std::string> run() {
    if (entities_.empty()) {
      complain(
          "no entities were given to the ORM: name the mapped classes in rowan::entities<...>()");
    }
    for (const EntityMeta& entity : entities_) {
      check_class(entity);
      check_keys(entity);
      check_columns(entity);
      check_versions(entity);
      check_indexes(entity);
      check_members(entity);
      for (const PropertyMeta& property : entity.properties) {
        check_defaults(entity, property);
        if (property.is_relation()) check_relation(entity, property);
      }
    }
    check_tables();
    check_shared_inverse_sides();
    return std::move(mistakes_);
  }

 private:
  void complain(std::string mistake) { mistakes_.push_back(std::move(mistake)); }

  static std::string name_of(const EntityMeta& entity, const PropertyMeta& property) {
    return entity.name + "." + property.name;
  }

  /// Returns the class in "rowan::Ref<blog::User>".
  static std::string target_name(const PropertyMeta& property) {
    const std::size_t first = property.cpp_type.find('<') + 1;
    return property.cpp_type.substr(first, property.cpp_type.rfind('>') - first);
  }

  /// Returns the entity that a property lies in.
  const EntityMeta* entity_of(const PropertyMeta& property) const {
    for (const EntityMeta& entity : entities_) {
      const PropertyMeta* first = entity.properties.data();
      if (&property >= first && &property < first + entity.properties.size()) return &entity;
    }
    return nullptr;
  }

  void check_class(const EntityMeta& entity) {
    for (const EntityMeta& other : entities_) {
      if (&other == &entity) break;
      if (other.tag == entity.tag) {
        complain(entity.name +
                 " was given to the ORM twice: name it once in rowan::entities<...>()");
        return;
      }
    }
    if (entity.columns.size() > most_columns) {
      complain(entity.name + " has " + std::to_string(entity.columns.size()) +
               " columns, and 256 are the most: move some to a class of its own with a one_to_one");
    }
  }

  void check_keys(const EntityMeta& entity) {
    std::string names;
    std::size_t count = 0;
    for (const PropertyMeta& property : entity.properties) {
      if (!property.is_primary_key) continue;
      names += (count++ > 0 ? ", " : "") + property.name;
      if (property.is_nullable) {
        complain(
            name_of(entity, property) +
            " is the primary key and an optional: a key is never null, so take the plain type");
      }
      if (property.type == ValueType::real || property.type == ValueType::json ||
          property.type == ValueType::boolean) {
        complain(name_of(entity, property) + " is a primary key of type " +
                 std::string(to_string(property.type)) +
                 ", which cannot tell rows apart: use an integer, a text or a rowan::Uuid");
      }
    }
    if (count == 0) {
      complain(entity.name + " has no primary key: map one member with rowan::primary_key<&" +
               entity.name + "::...>");
    }
    if (count > 1) {
      complain(
          entity.name + " has " + std::to_string(count) + " primary keys (" + names +
          "): keep one and name the others in .unique<...>() of the entity; composite keys are "
          "not supported yet");
    }
  }

  void check_columns(const EntityMeta& entity) {
    for (std::size_t i = 0; i < entity.columns.size(); ++i) {
      const std::string column = base::ascii_lower(entity.columns[i]->column_name);
      for (std::size_t j = 0; j < i; ++j) {
        if (entity.columns[i]->tag == entity.columns[j]->tag) continue;
        if (column != base::ascii_lower(entity.columns[j]->column_name)) continue;
        complain(name_of(entity, *entity.columns[j]) + " and " +
                 name_of(entity, *entity.columns[i]) + " share the column '" +
                 entity.columns[i]->column_name +
                 "': give one of them another with .column(\"...\")");
      }
    }
  }

  void check_versions(const EntityMeta& entity) {
    std::string names;
    std::size_t count = 0;
    for (const PropertyMeta& property : entity.properties) {
      if (!property.is_version) continue;
      names += (count++ > 0 ? ", " : "") + property.name;
      const bool fits =
          property.type == ValueType::integer || property.type == ValueType::timestamp;
      if (!fits || property.is_nullable) {
        complain("the version " + name_of(entity, property) + " is " +
                 (property.is_nullable ? "an optional"
                                       : "of type " + std::string(to_string(property.type))) +
                 ": a version is a plain integer or a rowan::Timestamp");
      }
    }
    if (count > 1) {
      complain(entity.name + " has " + std::to_string(count) + " versions (" + names +
               "): keep version() on one of them");
    }
  }

  void check_indexes(const EntityMeta& entity) {
    for (const IndexMeta& index : entity.indexes) {
      const std::string what = entity.name +
                               (index.is_unique ? " has a unique constraint" : " has an index") +
                               (index.name.empty() ? "" : " '" + index.name + "'");
      if (index.properties.size() != index.tags.size()) {
        complain(what + " over a member that is not mapped: map it, or leave it out of the index");
      }
      for (const std::uint16_t i : index.properties) {
        const PropertyMeta& property = entity.properties[i];
        if (property.column >= 0) continue;
        complain(what + " over " + name_of(entity, property) +
                 ", which has no column: an index takes values and owning references only");
      }
    }
    for (const CheckMeta& check : entity.checks) {
      if (check.expression.empty()) {
        complain(entity.name + " has an empty check: write the SQL condition that rows must meet");
      }
    }
  }

  void check_members(const EntityMeta& entity) {
    for (const PropertyMeta& property : entity.properties) {
      for (const PropertyMeta& other : entity.properties) {
        if (&other == &property) break;
        if (other.tag != nullptr && other.tag == property.tag) {
          complain(name_of(entity, property) + " is mapped twice: keep one of the two");
          break;
        }
        if (other.name == property.name) {
          complain(entity.name + " has two members called '" + property.name +
                   "', which a path could not tell apart: rename one of them");
          break;
        }
      }
    }
  }

  void check_defaults(const EntityMeta& entity, const PropertyMeta& property) {
    using Kind = DefaultValue::Kind;
    const Kind kind = property.default_value.kind;
    if (kind == Kind::none || kind == Kind::raw) return;
    bool fits = false;
    switch (property.type) {
      case ValueType::boolean: fits = kind == Kind::boolean; break;
      case ValueType::integer: fits = kind == Kind::integer; break;
      case ValueType::real: fits = kind == Kind::integer || kind == Kind::real; break;
      case ValueType::decimal: fits = kind != Kind::boolean; break;
      default: fits = kind == Kind::text; break;
    }
    if (property.is_relation()) fits = false;
    if (fits) return;
    complain("the default_value() of " + name_of(entity, property) + " does not fit its type, " +
             std::string(to_string(property.type)) +
             ": give one of that type, or SQL with default_raw(\"...\")");
  }

  void check_relation(const EntityMeta& entity, const PropertyMeta& property) {
    const std::string name = name_of(entity, property);
    if (property.target == nullptr) {
      complain("the target of " + name + ", " + target_name(property) +
               ", was not given to the ORM: name it in rowan::entities<...>() too");
    } else if (!property.is_owner) {
      check_mapped_by(entity, property);
    }
    if (property.orphan_removal && property.kind != PropertyKind::one_to_many &&
        property.kind != PropertyKind::one_to_one) {
      complain(name +
               " has orphan_removal(), which only one_to_many and one_to_one can have, whose " +
               "targets have one owner each: use cascade_remove(), or take it away");
    }
    if (property.on_delete == ReferentialAction::set_null && property.is_to_one() &&
        property.is_owner && !property.is_nullable) {
      complain(name +
               " is required, so on_delete(set_null) cannot empty it: make it an OptionalRef, " +
               "or choose another action");
    }
    check_two_owners(entity, property);
  }

  void check_mapped_by(const EntityMeta& entity, const PropertyMeta& property) {
    const std::string name = name_of(entity, property);
    const PropertyMeta* owner = property.inverse;
    if (owner == nullptr) {
      complain(name + " is mapped by a member of " + property.target->name + " that " +
               property.target->name + " does not map: map that member, or name another one");
      return;
    }
    const std::string owner_name = name_of(*property.target, *owner);
    const PropertyKind wanted =
        property.kind == PropertyKind::one_to_many ? PropertyKind::many_to_one : property.kind;
    if (owner->kind != wanted || !owner->is_owner) {
      constexpr const char* names[] = {"property", "many_to_one", "one_to_one", "one_to_many",
                                       "many_to_many"};
      complain(name + " is mapped by " + owner_name + ", which is " +
               (owner->kind != wanted ? "no " : "not the owning side of a ") +
               names[static_cast<std::size_t>(wanted)] + ": name the owning side of this relation");
      return;
    }
    if (owner->target != &entity) {
      complain(name + " is mapped by " + owner_name + ", which refers to " +
               (owner->target != nullptr ? owner->target->name : "an unknown class") +
               " instead of " + entity.name + ": name the member that refers back");
    }
  }

  /// Of two one-to-one relations between the same two classes that do not know each other, one is meant as inverse.
  void check_two_owners(const EntityMeta& entity, const PropertyMeta& property) {
    const auto is_lonely_owner = [](const PropertyMeta& each) {
      return each.kind == PropertyKind::one_to_one && each.is_owner && each.inverse == nullptr;
    };
    if (!is_lonely_owner(property) || property.target == nullptr ||
        property.target->id <= entity.id)
      return;
    for (const PropertyMeta* other : property.target->to_one) {
      if (!is_lonely_owner(*other) || other->target != &entity) continue;
      complain("both " + name_of(entity, property) + " and " + name_of(*property.target, *other) +
               " are owning sides of a one_to_one: use .mapped_by<&...>() on one of them");
    }
  }

  struct Table {
    std::string name;
    std::string whose;
    const void* tag;  ///< of the class, or the property that a pivot is for
    bool is_pivot;
  };

  void check_tables() {
    std::vector<Table> tables;
    for (const EntityMeta& entity : entities_) {
      tables.push_back({base::ascii_lower(entity.table), entity.full_name, entity.tag, false});
    }
    for (const EntityMeta& entity : entities_) {
      for (const PropertyMeta* property : entity.to_many) {
        if (property->kind != PropertyKind::many_to_many || !property->is_owner) continue;
        tables.push_back(
            {base::ascii_lower(property->pivot_table), name_of(entity, *property), property, true});
        if (!property->join_column.empty() &&
            property->join_column == property->inverse_join_column) {
          complain(name_of(entity, *property) + " has the pivot column '" + property->join_column +
                   "' twice: give two names with .pivot_columns(\"...\", \"...\")");
        }
      }
    }
    for (std::size_t i = 0; i < tables.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (tables[i].name != tables[j].name || tables[i].tag == tables[j].tag) continue;
        complain(
            tables[j].whose + " and " + tables[i].whose + " share the table '" + tables[i].name +
            "': " +
            (tables[i].is_pivot && tables[j].is_pivot
                 ? "if they are one relation, use .mapped_by<&...>() on one side; if not, give "
                   "one another .pivot_table(\"...\")"
             : tables[i].is_pivot ? "give the relation another .pivot_table(\"...\")"
                                  : "give one of them another with .table(\"...\")"));
      }
    }
  }

  void check_shared_inverse_sides() {
    for (const EntityMeta& entity : entities_) {
      for (const PropertyMeta& property : entity.properties) {
        if (property.is_owner || property.inverse == nullptr) continue;
        const PropertyMeta* first = property.inverse->inverse;
        if (first == &property || first == nullptr || entity_of(*first) != &entity) continue;
        complain(name_of(entity, *first) + " and " + name_of(entity, property) +
                 " are both mapped by " + name_of(*property.target, *property.inverse) +
                 ": keep one of the two");
      }
    }
  }

  std::span<const EntityMeta> entities_;
  std::vector<std::string> mistakes_;
};

}  // namespace

std::vector<std::string> find_mistakes(std::span<const EntityMeta> entities) {
  return Checks(entities).run();
}

}  // namespace rowan::metadata
