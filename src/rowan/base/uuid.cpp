// Random UUIDs, and those that are ordered by time.

#include <rowan/base/uuid.hpp>

#include <rowan/base/error.hpp>

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <chrono>

namespace rowan {

namespace {

// Raised in the child of a fork, which must not hand out the bytes that its parent still has.
std::atomic<unsigned> fork_count{0};

void watch_forks() {
  static const int registered =
      pthread_atfork(nullptr, nullptr, [] { fork_count.fetch_add(1, std::memory_order_relaxed); });
  if (registered != 0) throw Error(ErrorKind::validation, "Cannot watch for forks");
}

/// Keeps random bytes of the operating system, for it gives 256 in the time of 16.
class RandomBytes final {
 public:
  void fill(Uuid::Bytes& bytes) {
    const unsigned forks = fork_count.load(std::memory_order_relaxed);
    if (left_ < bytes.size() || forks != forks_) refill(forks);
    left_ -= bytes.size();
    std::memcpy(bytes.data(), buffer_ + left_, bytes.size());
    // What was handed out is not kept.
    std::memset(buffer_ + left_, 0, bytes.size());
  }

 private:
  void refill(unsigned forks) {
    watch_forks();
    if (getentropy(buffer_, sizeof buffer_) != 0) {
      throw Error(ErrorKind::validation, "The operating system gives no random bytes");
    }
    left_ = sizeof buffer_;
    forks_ = forks;
  }

  unsigned char buffer_[256] = {};  // the most that getentropy() gives at once
  std::size_t left_ = 0;
  unsigned forks_ = 0;
};

Uuid::Bytes random_bytes() {
  thread_local RandomBytes source;
  Uuid::Bytes bytes;
  source.fill(bytes);
  return bytes;
}

void mark(Uuid::Bytes& bytes, int version) {
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | (version << 4));
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
}

/// Returns milliseconds in the upper 52 bits and 4096ths of one below, more than any time before.
std::uint64_t next_tick() {
  static std::atomic<std::uint64_t> last{0};
  using std::chrono::microseconds;
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  const auto us =
      static_cast<std::uint64_t>(std::chrono::duration_cast<microseconds>(since_epoch).count());
  const std::uint64_t clock = (us / 1000) << 12 | (us % 1000) * 4096 / 1000;
  std::uint64_t before = last.load(std::memory_order_relaxed);
  std::uint64_t tick = 0;
  do {
    tick = clock > before ? clock : before + 1;
  } while (!last.compare_exchange_weak(before, tick, std::memory_order_relaxed));
  return tick;
}

}  // namespace

Uuid Uuid::random() {
  Bytes bytes = random_bytes();
  mark(bytes, 4);
  return Uuid(bytes);
}

Uuid Uuid::v7() {
  Bytes bytes = random_bytes();
  const std::uint64_t tick = next_tick();
  const std::uint64_t milliseconds = tick >> 12;
  for (int i = 0; i < 6; ++i) {
    bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(milliseconds >> (40 - 8 * i));
  }
  bytes[6] = static_cast<std::uint8_t>((tick >> 8) & 0x0F);
  bytes[7] = static_cast<std::uint8_t>(tick);
  mark(bytes, 7);
  return Uuid(bytes);
}

void Uuid::refuse() {
  throw ValidationError("A UUID is 8-4-4-4-12 hexadecimal digits, and this text is not");
}

}  // namespace rowan
