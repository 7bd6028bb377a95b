// Reading and comparing decimal numbers as text.

#include <rowan/base/decimal.hpp>

#include <rowan/base/error.hpp>

namespace rowan {

namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

std::size_t count_digits(std::string_view text) noexcept {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  return count;
}

/// A number of canonical text in its parts; of the fraction without final zeros.
struct Parts {
  explicit Parts(std::string_view text) noexcept {
    negative = text.front() == '-';
    if (negative) text.remove_prefix(1);
    const std::size_t point = text.find('.');
    whole = text.substr(0, point);
    if (point == text.npos) return;
    fraction = text.substr(point + 1);
    while (!fraction.empty() && fraction.back() == '0') fraction.remove_suffix(1);
  }

  bool negative = false;
  std::string_view whole{};
  std::string_view fraction{};
};

template <class P>
int compare_magnitudes(const P& left, const P& right) noexcept {
  if (left.whole.size() != right.whole.size())
    return left.whole.size() < right.whole.size() ? -1 : 1;
  if (const int order = left.whole.compare(right.whole); order != 0) return order;
  return left.fraction.compare(right.fraction);
}

/// Reads text that a person or another program wrote; `is_number` is false where it is none.
struct LooseParts {
  explicit LooseParts(std::string_view text) noexcept {
    negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    whole = text.substr(0, count_digits(text));
    text.remove_prefix(whole.size());
    if (text.starts_with('.')) {
      fraction = text.substr(1, count_digits(text.substr(1)));
      text.remove_prefix(1 + fraction.size());
    }
    is_number = text.empty() && whole.size() + fraction.size() > 0;
    while (whole.starts_with('0')) whole.remove_prefix(1);
    while (fraction.ends_with('0')) fraction.remove_suffix(1);
    negative = negative && whole.size() + fraction.size() > 0;
  }

  bool is_number = false;
  bool negative = false;
  std::string_view whole{};
  std::string_view fraction{};
};

std::uint64_t hash_of(std::string_view text, std::uint64_t hash) noexcept {
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;  // FNV-1a
  return hash;
}

}  // namespace

int base::compare_decimal_texts(std::string_view left, std::string_view right) noexcept {
  const LooseParts a(left);
  const LooseParts b(right);
  if (!a.is_number || !b.is_number) {
    if (a.is_number != b.is_number) return a.is_number ? -1 : 1;
    return left.compare(right);
  }
  if (a.negative != b.negative) return a.negative ? -1 : 1;
  return a.negative ? compare_magnitudes(b, a) : compare_magnitudes(a, b);
}

bool Decimal::try_parse(std::string_view text, Decimal& result) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);

  std::string_view whole = text.substr(0, count_digits(text));
  text.remove_prefix(whole.size());
  std::string_view fraction;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = text.substr(0, count_digits(text));
    if (fraction.empty()) return false;
    text.remove_prefix(fraction.size());
  }
  if (!text.empty() || (whole.empty() && fraction.empty())) return false;

  while (whole.starts_with('0')) whole.remove_prefix(1);
  const bool is_zero = whole.empty() && fraction.find_first_not_of('0') == fraction.npos;
  std::string canonical;
  canonical.reserve(whole.size() + fraction.size() + 3);
  if (negative && !is_zero) canonical += '-';
  canonical += whole.empty() ? std::string_view("0") : whole;
  if (!fraction.empty()) (canonical += '.') += fraction;
  result.text_ = std::move(canonical);
  return true;
}

Decimal::Decimal(std::string_view text) {
  // The text itself may be a value that does not belong into a message.
  if (!try_parse(text, *this)) {
    throw ValidationError(
        "A decimal is digits with an optional sign and point, and this text is not");
  }
}

void Decimal::assign_signed(std::int64_t value) { text_ = std::to_string(value); }
void Decimal::assign_unsigned(std::uint64_t value) { text_ = std::to_string(value); }

std::size_t Decimal::scale() const noexcept {
  const std::size_t point = text_.find('.');
  return point == text_.npos ? 0 : text_.size() - point - 1;
}

int Decimal::compare(const Decimal& other) const noexcept {
  const Parts left(text_);
  const Parts right(other.text_);
  if (left.negative != right.negative) return left.negative ? -1 : 1;
  const int order = compare_magnitudes(left, right);
  return left.negative ? -order : order;
}

std::size_t Decimal::hash() const noexcept {
  const Parts parts(text_);
  std::uint64_t hash = parts.negative ? 0xCBF29CE484222326u : 0xCBF29CE484222325u;
  hash = hash_of(parts.whole, hash);
  if (!parts.fraction.empty()) hash = hash_of(parts.fraction, hash_of(".", hash));
  return static_cast<std::size_t>(hash);
}

}  // namespace rowan
