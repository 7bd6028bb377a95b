// The values of the rows that both sides write, so that both do the same work.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace benchmarks {

inline constexpr std::size_t books_per_author = 10;
inline constexpr std::size_t tag_count = 100;
inline constexpr std::size_t tags_per_book = 5;
inline constexpr std::size_t page_rows = 20;

// Authors, books and tags are counted from 0; generated keys start at 1.

[[nodiscard]] std::string author_name(std::size_t index);
[[nodiscard]] std::string author_email(std::size_t index);
[[nodiscard]] std::optional<std::int32_t> author_age(std::size_t index) noexcept;
/// Returns microseconds since the epoch.
[[nodiscard]] std::int64_t author_created_at(std::size_t index) noexcept;
/// Returns a day as YYYY-MM-DD.
[[nodiscard]] std::string author_born(std::size_t index);
[[nodiscard]] std::string book_title(std::size_t index);
[[nodiscard]] double book_price(std::size_t index) noexcept;
[[nodiscard]] std::string tag_name(std::size_t index);

/// Returns the name that the update of `round` gives, different from one round to the next.
[[nodiscard]] std::string changed_name(std::size_t index, std::size_t round);
/// Returns the age that the update of `round` gives, different from author_age() and from one
/// round to the next.
[[nodiscard]] std::int32_t changed_age(std::size_t index, std::size_t round) noexcept;

/// Returns which tag, from 0, is the book's tag number `position`.
[[nodiscard]] std::size_t tag_of_book(std::size_t book, std::size_t position) noexcept;

/// Returns the age that page query `query` asks for.
[[nodiscard]] std::int32_t page_age(std::size_t query) noexcept;
/// Returns the key after which page query `query` starts.
[[nodiscard]] std::int64_t page_after(std::size_t query, std::size_t n) noexcept;

}  // namespace benchmarks
