// Checks one value of a JSON filter against the property that it is compared with.

#include <rowan/query/json_operand.hpp>

#include <rowan/base/decimal.hpp>
#include <rowan/base/error.hpp>
#include <rowan/base/text.hpp>
#include <rowan/base/time.hpp>
#include <rowan/base/uuid.hpp>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rowan::query {

using metadata::EntityMeta;
using metadata::PropertyMeta;

namespace {

std::string_view form_of(ValueType type) {
  switch (type) {
    case ValueType::boolean: return "true or false";
    case ValueType::integer: return "a whole number of 64 bits";
    case ValueType::real: return "a number";
    case ValueType::text: return "a string";
    case ValueType::timestamp: return "a string such as \"2026-11-24T10:15:30Z\"";
    case ValueType::date: return "a string such as \"2026-11-24\"";
    case ValueType::uuid: return "a string of 36 characters, a UUID";
    case ValueType::decimal: return "a number, or a string that holds one";
    default: return "nothing that JSON can say: compare it with null only";
  }
}

std::optional<Value> integer_of(const json& value) {
  if (!value.is_number()) return std::nullopt;
  try {
    return Value::of_integer(value.as_int64());
  } catch (const ValidationError&) {
    return std::nullopt;  // a fraction, or too large
  }
}

std::optional<Value> timestamp_of(const json& value) {
  Timestamp time;
  if (!value.is_string() || !parse_timestamp(value.as_string(), time)) return std::nullopt;
  return Value::of_integer(time.time_since_epoch().count(), ValueType::timestamp);
}

std::optional<Value> date_of(const json& value) {
  std::chrono::sys_days date;
  if (!value.is_string() || !parse_date(value.as_string(), date)) return std::nullopt;
  return Value::of_integer(date.time_since_epoch().count(), ValueType::date);
}

std::optional<Value> uuid_of(const json& value) {
  Uuid uuid;
  if (!value.is_string() || !Uuid::try_parse(value.as_string(), uuid)) return std::nullopt;
  return Value(value::Cell::of_bytes({reinterpret_cast<const char*>(uuid.bytes().data()), 16},
                                     ValueType::uuid));
}

std::optional<Value> decimal_of(const json& value) {
  Decimal number;
  if (!value.is_string() && !value.is_number()) return std::nullopt;
  if (!Decimal::try_parse(value.is_string() ? value.as_string() : value.dump(), number))
    return std::nullopt;
  return Value::of_text(number.to_string(), ValueType::decimal);
}

std::optional<Value> convert(ValueType type, const json& value) {
  switch (type) {
    case ValueType::boolean:
      if (!value.is_boolean()) return std::nullopt;
      return Value::of_integer(value.as_bool() ? 1 : 0, ValueType::boolean);
    case ValueType::integer: return integer_of(value);
    case ValueType::real:
      if (!value.is_number()) return std::nullopt;
      return Value::of_real(value.as_double());
    case ValueType::text:
      if (!value.is_string()) return std::nullopt;
      return Value::of_text(value.as_string());
    case ValueType::timestamp: return timestamp_of(value);
    case ValueType::date: return date_of(value);
    case ValueType::uuid: return uuid_of(value);
    case ValueType::decimal: return decimal_of(value);
    default: return std::nullopt;
  }
}

// Enums kept as text are compared by name.
void check_enum(const EntityMeta& entity, const PropertyMeta& property, const json& value) {
  if (!property.is_enum_text || property.type != ValueType::text || property.enum_names.empty())
    return;
  const std::string name = value.as_string();
  for (const std::string& known : property.enum_names) {
    if (known == name) return;
  }
  const std::string given = property.is_hidden ? "the text" : base::quoted(name);
  throw ValidationError("JSON filter: " + entity.name + "." + property.name + ": " + given +
                        " is none of its values: " +
                        base::join(std::span<const std::string>(property.enum_names), ", "));
}

// A number that no value of the member equals is a mistake of the filter.
void check_range(const EntityMeta& entity,
                 const PropertyMeta& property,
                 const json& value,
                 const Value& converted) {
  const PropertyMeta& held = property.is_relation() ? *property.target->primary_key : property;
  const unsigned bits = 8U * held.byte_width;
  bool fits = true;
  if (held.type == ValueType::real) {
    fits = std::isfinite(converted.real()) &&
           (bits > 32 || std::abs(converted.real()) <= std::numeric_limits<float>::max());
  } else if (held.type == ValueType::integer) {
    const std::int64_t number = converted.integer();
    const std::int64_t half = bits < 64 ? std::int64_t{1} << (bits - 1) : 0;
    if (held.is_unsigned) {
      fits = number >= 0 && (bits >= 64 || number < 2 * half);
    } else {
      fits = bits >= 64 || (number >= -half && number < half);
    }
  }
  if (fits) return;
  throw ValidationError("JSON filter: " + entity.name + "." + property.name + " is " +
                        (held.is_unsigned ? "an unsigned number of " : "a number of ") +
                        std::to_string(bits) + " bits, and " +
                        (property.is_hidden ? "the given one" : value.dump()) +
                        " is out of its range");
}

class WholeReader {
 public:
  WholeReader(const EntityMeta& entity, const PropertyMeta& property, Op op)
      : entity_(entity), property_(property), op_(op) {}

  Value read(const json& value) const {
    const bool asks_keys = op_ == Op::has_key || op_ == Op::has_keys || op_ == Op::has_some_keys;
    check_property(asks_keys);
    if (op_ == Op::has_key) {
      if (!value.is_string()) refuse("takes a string, not " + std::string(value.kind_name()));
      return Value::of_text(value.as_string());
    }
    if (asks_keys) {
      check_elements(value, ValueType::text);
    } else if (is_array()) {
      check_elements(value, property_.item_type);
    } else if (value.is_null()) {
      refuse("takes a JSON document, not null: for null use $eq");
    }
    return Value::of_text(value.dump(), ValueType::json);
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    throw ValidationError("JSON filter: " + entity_.name + "." + property_.name + ": " +
                          std::string(containment_name(op_)) + " " + why);
  }

  [[nodiscard]] bool is_array() const { return property_.item_type != ValueType::null; }

  void check_property(bool asks_keys) const {
    const bool is_document =
        property_.type == ValueType::json && !is_array() && !property_.is_relation();
    if (asks_keys && is_array())
      refuse("asks a JSON document, and this is an array: use $contains or $overlap");
    if (op_ == Op::overlap && is_document)
      refuse("compares arrays, and this is a JSON document: use $contains or $hasSomeKeys");
    if (is_document || is_array()) return;
    const std::string what = property_.is_relation()
                                 ? "a reference"
                                 : "of type " + std::string(to_string(property_.type));
    refuse(std::string(asks_keys            ? "asks a JSON document"
                       : op_ == Op::overlap ? "compares arrays"
                                            : "compares arrays and JSON documents") +
           ", and this is " + what + ": use $eq or $in");
  }

  void check_elements(const json& value, ValueType type) const {
    if (!value.is_array())
      refuse("takes an array, not " + std::string(value.kind_name()) + ": put it into brackets");
    PropertyMeta element = property_;
    element.type = type;
    for (std::size_t i = 0; i < value.size(); ++i) {
      const json each = value[i];
      const std::optional<Value> converted = convert(type, each);
      if (!converted)
        refuse("takes an array of which each element is " + std::string(form_of(type)) + ", not " +
               std::string(each.kind_name()));
      check_range(entity_, element, each, *converted);
    }
  }

  const EntityMeta& entity_;
  const PropertyMeta& property_;
  const Op op_;
};

}  // namespace

Value whole_operand(const EntityMeta& entity,
                    const PropertyMeta& property,
                    Op op,
                    const json& value) {
  return WholeReader(entity, property, op).read(value);
}

Value json_operand(const EntityMeta& entity, const PropertyMeta& property, const json& value) {
  std::optional<Value> converted = convert(property.type, value);
  if (!converted) {
    const std::string of_key =
        property.is_relation() ? " (the key of " + property.target->name + ")" : std::string();
    throw ValidationError("JSON filter: " + entity.name + "." + property.name + " is of type " +
                          std::string(to_string(property.type)) + of_key +
                          " and is compared with " + std::string(form_of(property.type)) +
                          ", not with " + std::string(value.kind_name()));
  }
  check_range(entity, property, value, *converted);
  const PropertyMeta& held = property.is_relation() ? *property.target->primary_key : property;
  if (held.type == ValueType::real && held.byte_width == sizeof(float))
    converted = Value::of_real(static_cast<float>(converted->real()));
  if (value.is_string()) check_enum(entity, property, value);
  return *std::move(converted);
}

}  // namespace rowan::query
