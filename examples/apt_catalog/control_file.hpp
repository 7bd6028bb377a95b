// Reads Debian control files: stanzas of fields, parted by blank lines.

#pragma once

#include <cstddef>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace apt_catalog {

/// Returns the text without the blanks and line ends around it.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

/// One paragraph of a control file.
struct Stanza {
  std::size_t line = 0;  ///< of its first field, from 1
  std::vector<std::pair<std::string, std::string>> fields;

  /// Returns the value of a field, whatever the case of its name; empty where it is absent.
  ///
  /// The lines of a value are joined by '\n', without the blank that begins a continuation line.
  [[nodiscard]] std::string_view value(std::string_view name) const noexcept;
};

/// What is wrong with an input, and where.
struct Problem {
  std::size_t line = 0;
  std::string text;
};

/// Reads one stanza after the other.
///
/// A malformed stanza is left out and becomes a problem, reading goes on after the next blank line.
/// Lines that begin with '#' are comments.
class ControlFileReader final {
 public:
  /// Lifetime: `input` outlives the reader.
  explicit ControlFileReader(std::istream& input) : input_(input) {}

  /// Returns the next good stanza; empty at the end of the input.
  [[nodiscard]] std::optional<Stanza> next();

  [[nodiscard]] const std::vector<Problem>& problems() const noexcept { return problems_; }

 private:
  bool read_line();
  [[nodiscard]] std::string add_line(Stanza& stanza) const;
  void skip_stanza();

  std::istream& input_;
  std::string line_;
  std::size_t line_number_ = 0;
  std::vector<Problem> problems_;
};

}  // namespace apt_catalog
