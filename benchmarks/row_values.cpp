// Deterministic row values, made without streams so that building them costs little.

#include <benchmarks/row_values.hpp>

#include <charconv>
#include <string_view>

namespace benchmarks {
namespace {

std::string with_number(std::string_view before, std::size_t number, std::string_view after = {}) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  std::string text;
  text.reserve(before.size() + static_cast<std::size_t>(end - digits) + after.size());
  text.append(before).append(digits, end).append(after);
  return text;
}

void put_two_digits(char* place, std::size_t number) {
  place[0] = static_cast<char>('0' + number / 10);
  place[1] = static_cast<char>('0' + number % 10);
}

}  // namespace

std::string author_name(std::size_t index) { return with_number("Author ", index); }

std::string author_email(std::size_t index) { return with_number("author", index, "@example.com"); }

std::optional<std::int32_t> author_age(std::size_t index) noexcept {
  if (index % 11 == 0) return std::nullopt;
  return static_cast<std::int32_t>(18 + index % 50);
}

std::int64_t author_created_at(std::size_t index) noexcept {
  return 1'700'000'000'000'000 + static_cast<std::int64_t>(index) * 1'000'003;
}

std::string author_born(std::size_t index) {
  std::string day = "1900-00-00";
  put_two_digits(&day[2], 50 + index % 50);
  put_two_digits(&day[5], 1 + index % 12);
  put_two_digits(&day[8], 1 + index % 28);
  return day;
}

std::string book_title(std::size_t index) { return with_number("The book number ", index); }

double book_price(std::size_t index) noexcept {
  return 5.0 + static_cast<double>(index % 100) * 0.25;
}

std::string tag_name(std::size_t index) { return with_number("tag", index); }

std::string changed_name(std::size_t index, std::size_t round) {
  return with_number(round % 2 == 0 ? "Writer " : "Poet ", index);
}

std::int32_t changed_age(std::size_t index, std::size_t round) noexcept {
  return static_cast<std::int32_t>(70 + (index + round) % 20);
}

std::size_t tag_of_book(std::size_t book, std::size_t position) noexcept {
  return (book * 7 + position * 13) % tag_count;
}

std::int32_t page_age(std::size_t query) noexcept {
  return static_cast<std::int32_t>(18 + query % 50);
}

std::int64_t page_after(std::size_t query, std::size_t n) noexcept {
  return static_cast<std::int64_t>(query * 7919 % (n * 8 / 10 + 1));
}

}  // namespace benchmarks
