// Adding decimal numbers by groups of digits.

#include <rowan/base/decimal_sum.hpp>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace rowan::base {

namespace {

constexpr std::size_t digits = 9;
constexpr std::int64_t limit = 1'000'000'000;
// So many groups that are each below the limit have a sum of 64 bits, whose carry is one group.
constexpr std::uint32_t most_uncarried = 500'000'000;

std::int64_t group_of(std::string_view text) noexcept {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// Brings a group between 0 and the limit, and returns what goes to the next.
std::int64_t carry_of(std::int64_t& group) noexcept {
  std::int64_t over = group / limit;
  group %= limit;
  if (group < 0) {
    group += limit;
    --over;
  }
  return over;
}

void append_group(std::string& out, std::int64_t group) {
  const std::string text = std::to_string(group);
  out.append(digits - text.size(), '0');
  out += text;
}

}  // namespace

void DecimalSum::add(const Decimal& number) {
  std::string_view text = number.text();
  const std::int64_t sign = text.starts_with('-') ? -1 : 1;
  if (sign < 0) text.remove_prefix(1);
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string_view whole = text.substr(0, point);
  std::string_view fraction = text.substr(std::min(point + 1, text.size()));

  scale_ = std::max(scale_, fraction.size());
  whole_.resize(std::max(whole_.size(), whole.size() / digits + 1));
  fraction_.resize(std::max(fraction_.size(), (fraction.size() + digits - 1) / digits));
  for (std::size_t i = 0; !whole.empty(); ++i) {
    const std::size_t start = whole.size() - std::min(whole.size(), digits);
    whole_[i] += sign * group_of(whole.substr(start));
    whole = whole.substr(0, start);
  }
  for (std::size_t i = 0; !fraction.empty(); ++i) {
    std::string group(fraction.substr(0, digits));
    group.resize(digits, '0');
    fraction_[i] += sign * group_of(group);
    fraction.remove_prefix(std::min(fraction.size(), digits));
  }
  if (++uncarried_ == most_uncarried) carry();
}

// The highest group keeps the sign of all.
void DecimalSum::carry() {
  std::int64_t over = 0;
  for (std::size_t i = fraction_.size(); i-- > 0;) over = carry_of(fraction_[i] += over);
  for (std::int64_t& group : whole_) over = carry_of(group += over);
  if (over != 0) whole_.push_back(over);
  uncarried_ = 0;
}

std::string DecimalSum::text() const {
  DecimalSum sum = *this;
  sum.carry();
  const bool is_negative = !sum.whole_.empty() && sum.whole_.back() < 0;
  if (is_negative) {
    for (std::int64_t& group : sum.whole_) group = -group;
    for (std::int64_t& group : sum.fraction_) group = -group;
    sum.carry();
  }
  std::string whole;
  for (std::size_t i = sum.whole_.size(); i-- > 0;) append_group(whole, sum.whole_[i]);
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size()));
  std::string fraction;
  for (const std::int64_t group : sum.fraction_) append_group(fraction, group);
  fraction.resize(scale_);
  std::string out = is_negative ? "-" : "";
  out += whole.empty() ? "0" : whole;
  if (scale_ > 0) (out += '.') += fraction;
  return out;
}

}  // namespace rowan::base
