// JSON values on top of JSON for Modern C++: sharing, strict parsing and comparison by value.

#include <rowan/base/json.hpp>

#include <rowan/base/error.hpp>
#include <rowan/base/text.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <iterator>
#include <optional>
#include <unordered_set>
#include <utility>

namespace rowan {

namespace {

using Node = nlohmann::ordered_json;

constexpr std::size_t max_depth = 200;
// Up to here a look through the members is faster than a hash table.
constexpr std::size_t few_members = 16;

const Node* find_member(const Node::object_t& members, std::string_view key) noexcept {
  for (const auto& [name, value] : members) {
    if (name == key) return &value;
  }
  return nullptr;
}

/// Returns the member at a position; the library's own [] takes keys only.
const Node::object_t::value_type& nth(const Node::object_t& members, std::size_t index) noexcept {
  return *(members.begin() + static_cast<std::ptrdiff_t>(index));
}

std::string_view name_of_kind(const Node* node) noexcept {
  if (node == nullptr) return "null";
  return node->type_name();
}

[[noreturn]] void refuse_kind(const Node* node, std::string_view wanted) {
  throw ValidationError(
      fmt::format("This JSON value is not {}, its kind is {}", wanted, name_of_kind(node)));
}

void check_utf8(std::string_view text, std::string_view what) {
  if (!base::is_valid_utf8(text)) throw ValidationError(fmt::format("{} is not valid UTF-8", what));
}

// --- numbers

bool is_negative_integer(const Node& node) noexcept {
  return node.is_number_integer() && !node.is_number_unsigned() &&
         *node.get_ptr<const Node::number_integer_t*>() < 0;
}

/// Returns the bits of an integer node that is not negative.
std::uint64_t magnitude(const Node& node) noexcept {
  if (node.is_number_unsigned()) return *node.get_ptr<const Node::number_unsigned_t*>();
  return static_cast<std::uint64_t>(*node.get_ptr<const Node::number_integer_t*>());
}

std::optional<std::int64_t> exact_int64(double value) noexcept {
  constexpr double limit = 9223372036854775808.0;  // 2^63
  if (value < -limit || value >= limit || std::trunc(value) != value) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

std::optional<std::uint64_t> exact_uint64(double value) noexcept {
  constexpr double limit = 18446744073709551616.0;  // 2^64
  if (value < 0 || value >= limit || std::trunc(value) != value) return std::nullopt;
  return static_cast<std::uint64_t>(value);
}

std::optional<std::int64_t> to_int64(const Node& node) noexcept {
  if (node.is_number_float()) return exact_int64(*node.get_ptr<const Node::number_float_t*>());
  if (is_negative_integer(node)) return *node.get_ptr<const Node::number_integer_t*>();
  const std::uint64_t value = magnitude(node);
  if (value > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

std::optional<std::uint64_t> to_uint64(const Node& node) noexcept {
  if (node.is_number_float()) return exact_uint64(*node.get_ptr<const Node::number_float_t*>());
  if (is_negative_integer(node)) return std::nullopt;
  return magnitude(node);
}

bool equal_numbers(const Node& left, const Node& right) noexcept {
  if (left.is_number_float() && right.is_number_float()) {
    return *left.get_ptr<const Node::number_float_t*>() ==
           *right.get_ptr<const Node::number_float_t*>();
  }
  // At least one is an integer, so equal ones both fit into one of these.
  if (const auto value = to_int64(left)) return value == to_int64(right);
  if (const auto value = to_uint64(left)) return value == to_uint64(right);
  return false;
}

// --- comparison

bool equal_nodes(const Node& left, const Node& right) noexcept;

bool equal_objects(const Node::object_t& left, const Node::object_t& right) noexcept {
  if (left.size() != right.size()) return false;
  // Mostly the order is the same too; from the first difference on, both sides are sorted by key.
  std::size_t same = 0;
  for (; same < left.size() && nth(left, same).first == nth(right, same).first; ++same) {
    if (!equal_nodes(nth(left, same).second, nth(right, same).second)) return false;
  }
  if (same == left.size()) return true;
  using Member = const Node::object_t::value_type*;
  const auto by_key = [](Member a, Member b) { return a->first < b->first; };
  std::vector<Member> lefts;
  std::vector<Member> rights;
  for (std::size_t i = same; i < left.size(); ++i) {
    lefts.push_back(&nth(left, i));
    rights.push_back(&nth(right, i));
  }
  std::sort(lefts.begin(), lefts.end(), by_key);
  std::sort(rights.begin(), rights.end(), by_key);
  return std::equal(lefts.begin(), lefts.end(), rights.begin(), [](Member a, Member b) {
    return a->first == b->first && equal_nodes(a->second, b->second);
  });
}

bool equal_nodes(const Node& left, const Node& right) noexcept {
  if (left.is_number() && right.is_number()) return equal_numbers(left, right);
  if (left.type() != right.type()) return false;
  switch (left.type()) {
    case Node::value_t::object:
      return equal_objects(*left.get_ptr<const Node::object_t*>(),
                           *right.get_ptr<const Node::object_t*>());
    case Node::value_t::array: {
      const auto& lefts = *left.get_ptr<const Node::array_t*>();
      const auto& rights = *right.get_ptr<const Node::array_t*>();
      return std::equal(lefts.begin(), lefts.end(), rights.begin(), rights.end(), equal_nodes);
    }
    case Node::value_t::string:
      return *left.get_ptr<const Node::string_t*>() == *right.get_ptr<const Node::string_t*>();
    case Node::value_t::boolean:
      return *left.get_ptr<const Node::boolean_t*>() == *right.get_ptr<const Node::boolean_t*>();
    default: return true;  // null
  }
}

// --- parsing

/// Reads characters and leaves word of how far the parser, which has copies of it, has come.
struct CountingIterator {
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  reference operator*() const noexcept { return *at; }
  CountingIterator& operator++() noexcept {
    *furthest = ++at;
    return *this;
  }
  CountingIterator operator++(int) noexcept {
    CountingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountingIterator& other) const noexcept { return at == other.at; }
  bool operator!=(const CountingIterator& other) const noexcept { return at != other.at; }

  const char* at;
  const char** furthest;
};

/// Builds the tree, and refuses what the library's own builder lets pass: keys that occur twice,
/// and nesting without end.
class TreeBuilder final {
 public:
  TreeBuilder(std::string_view text, Node& root)
      : text_(text), furthest_(text.data()), root_(root) {}

  void run() {
    const CountingIterator first{text_.data(), &furthest_};
    const CountingIterator last{text_.data() + text_.size(), &furthest_};
    Node::sax_parse(first, last, this);
  }

  // What the library calls; each answers whether to go on.
  bool null() { return add(Node(nullptr)); }
  bool boolean(bool value) { return add(Node(value)); }
  bool number_integer(std::int64_t value) { return add(Node(value)); }
  bool number_unsigned(std::uint64_t value) { return add(Node(value)); }
  bool number_float(double value, const std::string&) { return add(Node(value)); }
  bool string(std::string& value) { return add(Node(std::move(value))); }
  bool binary(Node::binary_t&) { return false; }
  bool start_object(std::size_t) { return open(Node::object()); }
  bool start_array(std::size_t) { return open(Node::array()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(std::string& key) {
    Frame& frame = open_.back();
    auto& members = *frame.node->get_ptr<Node::object_t*>();
    if (is_taken(frame, members, key)) {
      refuse(read() - 1, fmt::format("the key {} occurs twice in its object", base::quoted(key)));
    }
    members.emplace_back(std::move(key), nullptr);
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const Node::exception& error) {
    // The library counts the character it stopped at, and quotes from the text, which may be secret.
    std::string_view reason = error.what();
    if (error.id == 406) {
      reason = "the number is too large";
    } else {
      if (const auto at = reason.find(": "); at != reason.npos) reason.remove_prefix(at + 2);
      reason = reason.substr(0, reason.find("; last read: '"));
    }
    refuse(position == 0 ? 0 : position - 1, reason);
  }

 private:
  struct Frame {
    Node* node;
    std::unordered_set<std::string> keys{};  // empty while the object has few members
  };

  static bool is_taken(Frame& frame, const Node::object_t& members, const std::string& key) {
    if (members.size() < few_members) return find_member(members, key) != nullptr;
    if (frame.keys.empty()) {
      for (const auto& [name, value] : members) frame.keys.insert(name);
    }
    return !frame.keys.insert(key).second;
  }

  Node& place(Node&& node) {
    if (open_.empty()) return root_ = std::move(node);
    Node& parent = *open_.back().node;
    if (parent.is_object()) {
      return parent.get_ptr<Node::object_t*>()->back().second = std::move(node);
    }
    return parent.get_ptr<Node::array_t*>()->emplace_back(std::move(node));
  }

  bool add(Node&& node) {
    place(std::move(node));
    return true;
  }

  bool open(Node&& node) {
    if (open_.size() == max_depth) {
      refuse(read() - 1, fmt::format("it is nested deeper than {}", max_depth));
    }
    open_.push_back({&place(std::move(node))});
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  [[nodiscard]] std::size_t read() const noexcept {
    return static_cast<std::size_t>(furthest_ - text_.data());
  }

  [[noreturn]] void refuse(std::size_t offset, std::string_view reason) const {
    const std::string_view before = text_.substr(0, offset);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const auto last_line_end = before.rfind('\n');
    const auto column = offset - (last_line_end == before.npos ? 0 : last_line_end + 1) + 1;
    throw ValidationError(
        fmt::format("JSON text is wrong at line {}, column {}: {}", line, column, reason));
  }

  std::string_view text_;
  const char* furthest_;
  Node& root_;
  std::vector<Frame> open_;
};

}  // namespace

struct json::Document {
  explicit Document(Node node) : root(std::move(node)) {}

  std::atomic<std::uint32_t> users{1};
  Node root;
};

struct json::Access {
  static const Node* node(const json& value) noexcept {
    return static_cast<const Node*>(value.node_);
  }

  static json make(Node root) {
    json result;
    if (root.is_null()) return result;
    result.document_ = new Document(std::move(root));
    result.node_ = &result.document_->root;
    return result;
  }

  /// Returns a part of the document of `whole`, which shares it.
  static json share(const json& whole, const Node* part) noexcept {
    json result;
    if (part == nullptr || part->is_null()) return result;
    whole.document_->users.fetch_add(1, std::memory_order_relaxed);
    result.document_ = whole.document_;
    result.node_ = part;
    return result;
  }

  static bool is_sole_user(const json& value) noexcept {
    return value.document_->users.load(std::memory_order_acquire) == 1;
  }

  /// Returns the value's node for changing it: an `empty` one where it is null, a copy where the
  /// tree is shared.
  static Node& mutable_node(json& value, Node&& empty) {
    if (value.node_ == nullptr) {
      value = make(std::move(empty));
    } else if (!is_sole_user(value)) {
      value = make(*node(value));
    }
    // The node is part of a tree that was not made const and that nobody else sees.
    return *const_cast<Node*>(node(value));
  }

  /// Takes the tree out of `value`, without a copy where it is all its own.
  static Node take(json&& value) {
    if (value.node_ == nullptr) return Node(nullptr);
    if (is_sole_user(value) && value.node_ == &value.document_->root) {
      return std::move(value.document_->root);
    }
    return *node(value);
  }
};

json::json(std::string_view text) {
  check_utf8(text, "A text for JSON");
  *this = Access::make(Node(text));
}

json::json(double value) {
  if (!std::isfinite(value)) throw ValidationError("JSON has no infinities and no NaN");
  *this = Access::make(Node(value));
}

json::json(const json& other) noexcept : document_(other.document_), node_(other.node_) {
  if (document_ != nullptr) document_->users.fetch_add(1, std::memory_order_relaxed);
}

void json::assign_bool(bool value) { *this = Access::make(Node(value)); }
void json::assign_signed(std::int64_t value) { *this = Access::make(Node(value)); }
void json::assign_unsigned(std::uint64_t value) { *this = Access::make(Node(value)); }

void json::release() noexcept {
  if (document_->users.fetch_sub(1, std::memory_order_acq_rel) == 1) delete document_;
}

json json::parse(std::string_view text) {
  if (text.data() == nullptr) text = "";
  Node root;
  TreeBuilder(text, root).run();
  return Access::make(std::move(root));
}

json json::array() { return Access::make(Node::array()); }

json json::array(std::initializer_list<json> elements) {
  json result = array();
  for (const json& element : elements) result.push_back(element);
  return result;
}

json json::object() { return Access::make(Node::object()); }

json json::object(std::initializer_list<JsonMember> members) {
  json result = object();
  for (const JsonMember& member : members) {
    if (result.contains(member.key)) {
      throw ValidationError(fmt::format("The key {} is given twice", base::quoted(member.key)));
    }
    result.set(member.key, member.value);
  }
  return result;
}

std::string json::dump(int indent) const {
  if (node_ == nullptr) return "null";
  return Access::node(*this)->dump(indent);
}

bool json::is_boolean() const noexcept { return node_ && Access::node(*this)->is_boolean(); }
bool json::is_integer() const noexcept { return node_ && Access::node(*this)->is_number_integer(); }
bool json::is_number() const noexcept { return node_ && Access::node(*this)->is_number(); }
bool json::is_string() const noexcept { return node_ && Access::node(*this)->is_string(); }
bool json::is_array() const noexcept { return node_ && Access::node(*this)->is_array(); }
bool json::is_object() const noexcept { return node_ && Access::node(*this)->is_object(); }

std::string_view json::kind_name() const noexcept { return name_of_kind(Access::node(*this)); }

bool json::as_bool() const {
  if (!is_boolean()) refuse_kind(Access::node(*this), "a boolean");
  return *Access::node(*this)->get_ptr<const Node::boolean_t*>();
}

std::int64_t json::as_int64() const {
  if (!is_number()) refuse_kind(Access::node(*this), "an integer");
  if (const auto value = to_int64(*Access::node(*this))) return *value;
  throw ValidationError("This JSON number is not an integer of 64 bits");
}

std::uint64_t json::as_uint64() const {
  if (!is_number()) refuse_kind(Access::node(*this), "an integer");
  if (const auto value = to_uint64(*Access::node(*this))) return *value;
  throw ValidationError("This JSON number is not an unsigned integer of 64 bits");
}

double json::as_double() const {
  if (!is_number()) refuse_kind(Access::node(*this), "a number");
  return Access::node(*this)->get<double>();
}

std::string json::as_string() const {
  if (!is_string()) refuse_kind(Access::node(*this), "a string");
  return *Access::node(*this)->get_ptr<const Node::string_t*>();
}

std::size_t json::size() const noexcept {
  return node_ == nullptr ? 0 : Access::node(*this)->size();
}

bool json::contains(std::string_view key) const noexcept {
  if (!is_object()) return false;
  return find_member(*Access::node(*this)->get_ptr<const Node::object_t*>(), key) != nullptr;
}

std::vector<std::string> json::keys() const {
  std::vector<std::string> result;
  if (is_null()) return result;
  if (!is_object()) refuse_kind(Access::node(*this), "an object");
  const auto& members = *Access::node(*this)->get_ptr<const Node::object_t*>();
  result.reserve(members.size());
  for (const auto& [name, value] : members) result.push_back(name);
  return result;
}

json json::operator[](std::string_view key) const {
  if (is_null()) return json();
  if (!is_object()) refuse_kind(Access::node(*this), "an object");
  const auto& members = *Access::node(*this)->get_ptr<const Node::object_t*>();
  return Access::share(*this, find_member(members, key));
}

json json::find_element(std::size_t index) const {
  if (is_null()) return json();
  if (is_array()) {
    const auto& elements = *Access::node(*this)->get_ptr<const Node::array_t*>();
    return Access::share(*this, index < elements.size() ? &elements[index] : nullptr);
  }
  if (!is_object()) refuse_kind(Access::node(*this), "an array");
  const auto& members = *Access::node(*this)->get_ptr<const Node::object_t*>();
  return Access::share(*this, index < members.size() ? &nth(members, index).second : nullptr);
}

json json::at(std::string_view key) const {
  if (is_object() && !contains(key)) {
    throw ValidationError(fmt::format("This JSON object has no key {}", base::quoted(key)));
  }
  if (!is_object()) refuse_kind(Access::node(*this), "an object");
  return (*this)[key];
}

json json::get_element(std::size_t index) const {
  if (is_null()) refuse_kind(nullptr, "an array");
  json element = find_element(index);
  if (index >= size()) {
    throw ValidationError(
        fmt::format("This JSON {} has no element {}, its size is {}", kind_name(), index, size()));
  }
  return element;
}

json& json::set(std::string_view key, json value) & {
  if (!is_null() && !is_object()) refuse_kind(Access::node(*this), "an object");
  check_utf8(key, "A key for JSON");
  auto& members = *Access::mutable_node(*this, Node::object()).get_ptr<Node::object_t*>();
  // The tree is not const and has no other user, as mutable_node() has made sure.
  if (auto* member = const_cast<Node*>(find_member(members, key))) {
    *member = Access::take(std::move(value));
  } else {
    members.emplace_back(std::string(key), Access::take(std::move(value)));
  }
  return *this;
}

json& json::push_back(json value) & {
  if (!is_null() && !is_array()) refuse_kind(Access::node(*this), "an array");
  auto& elements = *Access::mutable_node(*this, Node::array()).get_ptr<Node::array_t*>();
  elements.push_back(Access::take(std::move(value)));
  return *this;
}

bool json::erase(std::string_view key) & {
  if (is_null()) return false;
  if (!is_object()) refuse_kind(Access::node(*this), "an object");
  if (!contains(key)) return false;
  auto& members = *Access::mutable_node(*this, Node::object()).get_ptr<Node::object_t*>();
  members.erase(std::find_if(members.begin(), members.end(),
                             [key](const auto& member) { return member.first == key; }));
  return true;
}

bool json::is_equal(const json& other) const noexcept {
  if (node_ == nullptr || other.node_ == nullptr) return node_ == other.node_;
  return equal_nodes(*Access::node(*this), *Access::node(other));
}

}  // namespace rowan
