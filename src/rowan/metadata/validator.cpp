// The checks over mapped classes, each mistake with its remedy.

#include <rowan/metadata/validator.hpp>

#include <rowan/base/decimal.hpp>
#include <rowan/base/error.hpp>
#include <rowan/base/json.hpp>
#include <rowan/base/text.hpp>
#include <rowan/base/time.hpp>
#include <rowan/base/uuid.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

namespace rowan::metadata {
namespace {

constexpr std::size_t most_columns = 256;  // IndexSet
constexpr std::size_t longest_name_bytes =
    63;  // PostgreSQL cuts the rest, MySQL refuses two bytes later

/// Tells whether the default's text can be read as a value of the type.
bool is_text_of(const PropertyMeta& property) {
  const std::string& text = property.default_value.text;
  switch (property.type) {
    case ValueType::uuid: {
      Uuid uuid;
      return Uuid::try_parse(text, uuid);
    }
    case ValueType::decimal: {
      Decimal decimal;
      return Decimal::try_parse(text, decimal);
    }
    case ValueType::timestamp: {
      Timestamp time;
      return parse_timestamp(text, time);
    }
    case ValueType::date: {
      std::chrono::sys_days date;
      return parse_date(text, date);
    }
    case ValueType::json:
      try {
        static_cast<void>(json::parse(text));
        return true;
      } catch (const ValidationError&) {
        return false;
      }
    default: break;
  }
  if (!property.is_enum_text) return true;
  const auto& names = property.enum_names;
  return std::find(names.begin(), names.end(), text) != names.end();
}

/// Tells whether an integer of the member's width can hold the number.
bool fits_width(const PropertyMeta& property) {
  const std::int64_t number = property.default_value.integer;
  if (property.default_value.is_too_large) return false;
  if (property.is_unsigned && number < 0) return false;
  if (property.byte_width >= 8) return true;
  const int bits = property.byte_width * 8 - (property.is_unsigned ? 0 : 1);
  const std::int64_t limit = std::int64_t{1} << bits;
  return number < limit && number >= (property.is_unsigned ? 0 : -limit);
}

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
      check_names(entity);
      for (const PropertyMeta& property : entity.properties) {
        check_defaults(entity, property);
        check_sizes(entity, property);
        if (property.is_relation()) check_relation(entity, property);
      }
    }
    check_tables();
    check_constraint_names();
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
          property.type == ValueType::boolean || property.type == ValueType::decimal) {
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
    if (fits && kind == Kind::text && !is_text_of(property)) {
      complain("the default_value() of " + name_of(entity, property) + ", " +
               base::quoted(property.default_value.text) + ", is no " +
               (property.is_enum_text ? "enumerator of its type"
                                      : std::string(to_string(property.type))) +
               ": give one that is, or SQL with default_raw(\"...\")");
      return;
    }
    if (fits && property.type == ValueType::integer && !fits_width(property)) {
      complain("the default_value() of " + name_of(entity, property) +
               " is a number that its type, " + property.cpp_type +
               ", cannot hold: give a smaller one");
      return;
    }
    if (fits) return;
    complain("the default_value() of " + name_of(entity, property) + " does not fit its type, " +
             std::string(to_string(property.type)) +
             ": give one of that type, or SQL with default_raw(\"...\")");
  }

  void check_sizes(const EntityMeta& entity, const PropertyMeta& property) {
    const std::string name = name_of(entity, property);
    if (property.has_length && property.length == 0)
      complain(name + " has length(0), which no value but the empty one fits: give the most " +
               "characters or bytes that it may have");
    if (property.has_precision && (property.precision == 0 || property.scale > property.precision))
      complain(name + " has precision(" + std::to_string(property.precision) + ", " +
               std::to_string(property.scale) +
               "): the digits in all come first, and those after the point are some of them");
    if (property.has_length && property.is_text)
      complain(name + " has both length() and text(): the first sets a limit and the second " +
               "takes it away, so keep one");
    if (property.is_enum_text && property.enum_names.empty() && !property.is_relation())
      complain(name + " is an enum without enumerators that can be seen (those between -128 and " +
               "256 are), so it cannot be stored by name: take enum_as_text() away");
    if (property.is_relation()) return;
    for (const EntityMeta& other : entities_) {
      const bool is_it = property.cpp_type == other.full_name ||
                         property.cpp_type == "std::optional<" + other.full_name + ">";
      if (!is_it || other.full_name.empty()) continue;
      complain(name + " is mapped as a value, but its type is the entity " + other.name +
               ": make it a rowan::Ref<" + other.name + "> and map it with many_to_one");
    }
  }

  void check_name(const std::string& name, const std::string& what, std::string_view remedy) {
    if (name.size() <= longest_name_bytes) return;
    complain(what + " is called '" + name + "', " + std::to_string(name.size()) +
             " bytes, and databases take 63: give a shorter name with " + std::string(remedy));
  }

  void check_names(const EntityMeta& entity) {
    check_name(entity.table, "the table of " + entity.name, ".table(\"...\")");
    for (const PropertyMeta& property : entity.properties) {
      const std::string name = name_of(entity, property);
      if (property.column >= 0) {
        check_name(property.column_name, "the column of " + name, ".column(\"...\")");
        if (property.is_unique)
          check_name(property.unique_name, "the unique constraint of " + name, ".unique(\"...\")");
        if (property.is_indexed)
          check_name(property.index_name, "the index of " + name, ".index(\"...\")");
      }
      if (property.kind != PropertyKind::many_to_many || !property.is_owner) continue;
      check_name(property.pivot_table, "the pivot table of " + name, ".pivot_table(\"...\")");
      check_name(property.join_column, "a pivot column of " + name,
                 ".pivot_columns(\"...\", \"...\")");
      check_name(property.inverse_join_column, "a pivot column of " + name,
                 ".pivot_columns(\"...\", \"...\")");
    }
    for (const IndexMeta& index : entity.indexes)
      check_name(index.name, "an index of " + entity.name, ".index<...>(\"...\")");
    for (const CheckMeta& check : entity.checks)
      check_name(check.name, "a check of " + entity.name, ".check(\"...\", \"...\")");
  }

  struct ConstraintName {
    std::string name;
    std::string whose;
    std::string_view kind;
  };

  /// Index names are one space for all tables in some databases, check names in others.
  void check_constraint_names() {
    std::vector<ConstraintName> names;
    for (const EntityMeta& entity : entities_) {
      const bool is_repeated = std::any_of(entities_.data(), &entity, [&](const EntityMeta& other) {
        return other.tag == entity.tag;
      });
      if (is_repeated) continue;  // told already
      for (const PropertyMeta* property : entity.columns) {
        const std::string whose = name_of(entity, *property);
        if (property->is_primary_key) continue;
        if (property->is_unique)
          names.push_back({property->unique_name, whose, "index"});
        else if (property->is_indexed)
          names.push_back({property->index_name, whose, "index"});
      }
      for (const IndexMeta& index : entity.indexes)
        names.push_back({index.name, entity.name, "index"});
      for (const CheckMeta& check : entity.checks)
        names.push_back({check.name, entity.name, "check"});
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (names[i].kind != names[j].kind ||
            base::ascii_lower(names[i].name) != base::ascii_lower(names[j].name))
          continue;
        complain(names[j].whose + " and " + names[i].whose + " both have " +
                 (names[i].kind == "index" ? "an index or unique constraint" : "a check") +
                 " called '" + names[i].name + "': give one of them another name");
        break;
      }
    }
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
