// The output of another program, as a stream.

#pragma once

#include <sys/types.h>

#include <array>
#include <istream>
#include <streambuf>
#include <string>
#include <vector>

namespace apt_catalog {

/// Reads from a file descriptor, which it closes at its end.
class DescriptorBuffer final : public std::streambuf {
 public:
  explicit DescriptorBuffer(int descriptor) noexcept : descriptor_(descriptor) {}
  DescriptorBuffer(const DescriptorBuffer&) = delete;
  DescriptorBuffer& operator=(const DescriptorBuffer&) = delete;
  ~DescriptorBuffer() override;

 protected:
  int_type underflow() override;

 private:
  int descriptor_;
  std::array<char, 65536> buffer_{};
};

/// Runs a program and reads what it writes to its standard output.
class CommandStream final {
 public:
  /// Requires: the first argument is the path of the program. No shell is involved.
  /// Errors: std::system_error where the program cannot be started.
  explicit CommandStream(const std::vector<std::string>& arguments);
  CommandStream(const CommandStream&) = delete;
  CommandStream& operator=(const CommandStream&) = delete;
  ~CommandStream();

  [[nodiscard]] std::istream& output() noexcept { return stream_; }
  /// Waits for the end of the program and tells whether it succeeded.
  [[nodiscard]] bool wait();

 private:
  struct Process {
    pid_t id = -1;
    int output = -1;
  };
  static Process start(const std::vector<std::string>& arguments);

  Process process_;
  DescriptorBuffer buffer_;
  std::istream stream_;
};

}  // namespace apt_catalog
