// A JSON document as a value, without the cost of a JSON library's header.

#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace rowan {

struct JsonMember;

/// A JSON value: null, boolean, number, text, array or object.
///
/// Copies share one tree until one of them is changed, and reading a part of a document shares the
/// tree of the whole, so `doc["a"]["b"]` copies nothing. set(), push_back() and erase() want a
/// variable: what operator[] returns is a value of its own, and to change it would change nothing.
///
/// Invariants:
///  1. Texts and keys are valid UTF-8, numbers are finite: dump() cannot fail.
///  2. The keys of an object differ, and keep the order in which they came.
///
/// Thread safety: as of an int. Copies that share a tree may be used from several threads at once.
class json final {
 public:
  json() noexcept = default;
  json(std::nullptr_t) noexcept {}
  /// Errors: throws ValidationError when `text` is not valid UTF-8.
  json(std::string_view text);
  json(const std::string& text) : json(std::string_view(text)) {}
  json(const char* text) : json(std::string_view(text)) {}
  /// Takes a boolean or an integer. Characters are refused: they could be meant as either.
  template <class Integer>
  requires(std::is_integral_v<Integer> && !std::is_same_v<Integer, char> &&
           !std::is_same_v<Integer, wchar_t> && !std::is_same_v<Integer, char8_t> &&
           !std::is_same_v<Integer, char16_t> && !std::is_same_v<Integer, char32_t>)
      json(Integer value) {
    if constexpr (std::is_same_v<Integer, bool>) {
      assign_bool(value);
    } else if constexpr (std::is_signed_v<Integer>) {
      assign_signed(value);
    } else {
      assign_unsigned(value);
    }
  }
  /// Errors: throws ValidationError for infinities and NaN, which JSON does not have.
  json(double value);

  json(const json& other) noexcept;
  json(json&& other) noexcept : document_(other.document_), node_(other.node_) {
    other.document_ = nullptr;
    other.node_ = nullptr;
  }
  json& operator=(const json& other) & noexcept {
    json copy(other);
    swap(copy);
    return *this;
  }
  json& operator=(json&& other) & noexcept {
    json taken(static_cast<json&&>(other));
    swap(taken);
    return *this;
  }
  /// Refuses `doc["a"] = 1`, which would change nothing.
  template <class V>
  void operator=(const V&) && {  // NOLINT(misc-unconventional-assign-operator)
    static_assert(
        sizeof(V) == 0,
        "what operator[] of rowan::json returns is a value of its own, so assigning to it "
        "changes nothing: call set(\"key\", value) on the document");
  }
  ~json() {
    if (document_ != nullptr) release();
  }

  /// Returns the document that `text` holds.
  ///
  /// An integer that fits neither a signed nor an unsigned one of 64 bits becomes a double.
  /// Errors: throws ValidationError, which names line and column, for anything but one JSON value:
  /// also for a key that occurs twice in its object, and for nesting deeper than 200.
  [[nodiscard]] static json parse(std::string_view text);

  [[nodiscard]] static json array();
  [[nodiscard]] static json array(std::initializer_list<json> elements);
  [[nodiscard]] static json object();
  /// Returns an object: `json::object({{"name", "Ada"}, {"age", 36}})`.
  ///
  /// Errors: throws ValidationError for a key given twice, or that is not valid UTF-8.
  [[nodiscard]] static json object(std::initializer_list<JsonMember> members);

  /// Returns the document as text, on one line, or with `indent` spaces for each level.
  [[nodiscard]] std::string dump(int indent = -1) const;

  [[nodiscard]] bool is_null() const noexcept { return node_ == nullptr; }
  [[nodiscard]] bool is_boolean() const noexcept;
  /// Tells whether the number was written without fraction and exponent.
  [[nodiscard]] bool is_integer() const noexcept;
  [[nodiscard]] bool is_number() const noexcept;
  [[nodiscard]] bool is_string() const noexcept;
  [[nodiscard]] bool is_array() const noexcept;
  [[nodiscard]] bool is_object() const noexcept;
  /// Returns "null", "boolean", "number", "string", "array" or "object".
  [[nodiscard]] std::string_view kind_name() const noexcept;

  /// Errors: each throws ValidationError when the value is of another kind.
  [[nodiscard]] bool as_bool() const;
  /// Takes 3 and 3.0.
  ///
  /// Errors: throws ValidationError for fractions too, and for what does not fit.
  [[nodiscard]] std::int64_t as_int64() const;
  /// Takes 3 and 3.0, as as_int64() does.
  [[nodiscard]] std::uint64_t as_uint64() const;
  /// Takes every number; beyond 2^53 an integer is rounded.
  [[nodiscard]] double as_double() const;
  /// Returns a copy of the text, so that it outlives the document.
  [[nodiscard]] std::string as_string() const;

  /// Returns the number of elements or members; 0 for null and 1 for any other single value.
  [[nodiscard]] std::size_t size() const noexcept;
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  /// Tells whether this is an object with that key, be its value null or not.
  [[nodiscard]] bool contains(std::string_view key) const noexcept;
  /// Returns the keys of an object in their order, and none for null.
  ///
  /// Errors: throws ValidationError when this is anything else.
  [[nodiscard]] std::vector<std::string> keys() const;

  /// Returns the member, or null where there is none, so that optional parts can be read in one go.
  ///
  /// Errors: throws ValidationError when this is neither an object nor null.
  /// Cost: no copy; compares with one key after the other.
  [[nodiscard]] json operator[](std::string_view key) const;
  /// Returns the element, or for an object the value of keys()[index]; null beyond the end.
  ///
  /// Errors: throws ValidationError when this is neither an array, nor an object, nor null.
  /// Cost: no copy, no search.
  template <class Index>
  requires(std::is_integral_v<Index> && !std::is_same_v<Index, bool>) [[nodiscard]] json operator[](
      Index index) const {
    return find_element(static_cast<std::size_t>(index));
  }
  /// Errors: as operator[], and throws ValidationError where there is no such member or element.
  [[nodiscard]] json at(std::string_view key) const;
  template <class Index>
  requires(std::is_integral_v<Index> && !std::is_same_v<Index, bool>) [[nodiscard]] json
      at(Index index) const {
    return get_element(static_cast<std::size_t>(index));
  }

  /// Gives the member a value: in its place where the key is there, at the end otherwise.
  ///
  /// A null becomes an object first.
  /// Errors: throws ValidationError when this is neither, or `key` is not valid UTF-8.
  /// Cost: copies the tree once if it is shared.
  json& set(std::string_view key, json value) &;
  /// Appends an element. A null becomes an array first.
  ///
  /// Errors: throws ValidationError when this is neither.
  /// Cost: copies the tree once if it is shared.
  json& push_back(json value) &;
  /// Removes the member and tells whether it was there.
  ///
  /// Errors: throws ValidationError when this is neither an object nor null.
  bool erase(std::string_view key) &;

  void swap(json& other) noexcept {
    Document* document = document_;
    const void* node = node_;
    document_ = other.document_;
    node_ = other.node_;
    other.document_ = document;
    other.node_ = node;
  }

  /// Compares by value: the order of an object's keys is of no account, and 1 equals 1.0.
  friend bool operator==(const json& left, const json& right) noexcept {
    return left.node_ == right.node_ || left.is_equal(right);
  }

 private:
  struct Document;  // a tree of the JSON library and the number of those that share it
  struct Access;    // all that knows the library's types, in json.cpp

  void assign_bool(bool value);
  void assign_signed(std::int64_t value);
  void assign_unsigned(std::uint64_t value);
  void release() noexcept;
  [[nodiscard]] json find_element(std::size_t index) const;
  [[nodiscard]] json get_element(std::size_t index) const;
  [[nodiscard]] bool is_equal(const json& other) const noexcept;

  // Both null for the JSON value null, wherever it stands in a document.
  Document* document_ = nullptr;
  const void* node_ = nullptr;
};

static_assert(sizeof(json) <= 24);

/// One member in the list that json::object() takes.
struct JsonMember {
  std::string_view key;
  json value;
};

}  // namespace rowan
