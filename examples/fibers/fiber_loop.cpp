// Suspends fibers in the reactor of Boost.Asio and resumes them.

#include <fibers/fiber_loop.hpp>

#define BOOST_COROUTINES_NO_DEPRECATION_WARNING
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/spawn.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cxxabi.h>

#include <cstring>
#include <utility>

namespace fibers {

namespace asio = boost::asio;

namespace {

constexpr std::size_t stack_bytes = 256 * 1024;

// [fiber]
/// What belongs to one fiber.
struct Fiber {
  asio::yield_context yield;
  rowan::orm::ContextFrame* request = nullptr;
};
thread_local Fiber* running = nullptr;
// [/fiber]

// [exceptions]
/// What the C++ runtime keeps for each thread about the exceptions that are handled or pass now, as the Itanium ABI
/// lays it out. A fiber may be suspended while it rolls a transaction back, and takes its own along.
struct ExceptionState {
  void* caught = nullptr;
  unsigned int uncaught = 0;
};

ExceptionState exchange_exceptions(const ExceptionState& fresh) {
  void* of_thread = abi::__cxa_get_globals();
  ExceptionState before;
  std::memcpy(&before, of_thread, sizeof before);
  std::memcpy(of_thread, &fresh, sizeof fresh);
  return before;
}
// [/exceptions]

void set_limit(asio::steady_timer& timer, rowan::WaitHook::Timeout timeout) {
  if (timeout) {
    timer.expires_after(*timeout);
  } else {
    timer.expires_at(asio::steady_timer::time_point::max());
  }
}

/// A socket that is waited for; it stays the client library's.
struct SocketWait {
  SocketWait(asio::io_context& loop, int socket) : descriptor(loop, socket), timer(loop) {}
  asio::posix::stream_descriptor descriptor;
  asio::steady_timer timer;
  bool is_ready = false;
};

}  // namespace

// [suspend]
/// Calls `start`, which leads back to the loop, and returns when the loop resumes this fiber.
template <class Start>
void FiberLoop::suspend(Start start) {
  ++suspensions_;
  Fiber* self = std::exchange(running, nullptr);
  const ExceptionState own = exchange_exceptions({});
  start(self->yield);
  exchange_exceptions(own);
  running = self;
}

bool FiberLoop::wait_socket(int socket, rowan::SocketEvent events, Timeout timeout) {
  if (running == nullptr) return of_thread_.wait_socket(socket, events, timeout);
  const auto wait = std::make_shared<SocketWait>(loop_, socket);
  set_limit(wait->timer, timeout);
  const auto on_ready = [wait](const boost::system::error_code& error) {
    if (error == asio::error::operation_aborted) return;
    wait->is_ready = true;
    wait->timer.cancel();  // which resumes the fiber
  };
  using Descriptor = asio::posix::stream_descriptor;
  if (events != rowan::SocketEvent::writable)
    wait->descriptor.async_wait(Descriptor::wait_read, on_ready);
  if (events != rowan::SocketEvent::readable)
    wait->descriptor.async_wait(Descriptor::wait_write, on_ready);
  suspend([&](const asio::yield_context& yield) {
    boost::system::error_code ended;
    wait->timer.async_wait(yield[ended]);
  });
  wait->descriptor.release();
  return wait->is_ready;
}
// [/suspend]

void FiberLoop::sleep(std::chrono::milliseconds duration) {
  if (running == nullptr) return of_thread_.sleep(duration);
  asio::steady_timer timer(loop_, duration);
  suspend([&](const asio::yield_context& yield) {
    boost::system::error_code ended;
    timer.async_wait(yield[ended]);
  });
}

// [waiter]
/// Where a fiber waits for another, such as for a connection that it has.
class FiberLoop::FiberWaiter final : public rowan::WaitHook::Waiter {
 public:
  explicit FiberWaiter(FiberLoop& fibers)
      : fibers_(fibers), state_(std::make_shared<State>(fibers.loop_)) {}

  bool wait(Timeout timeout) override {
    if (!state_->is_notified) {
      set_limit(state_->timer, timeout);
      fibers_.suspend([&](const asio::yield_context& yield) {
        boost::system::error_code ended;
        state_->timer.async_wait(yield[ended]);
      });
    }
    return std::exchange(state_->is_notified, false);
  }
  void notify() noexcept override {
    asio::post(fibers_.loop_, [state = state_] {
      state->is_notified = true;
      state->timer.cancel();
    });
  }

 private:
  struct State {
    explicit State(asio::io_context& loop) : timer(loop) {}
    asio::steady_timer timer;
    bool is_notified = false;
  };
  FiberLoop& fibers_;
  std::shared_ptr<State> state_;
};
// [/waiter]

std::unique_ptr<rowan::WaitHook::Waiter> FiberLoop::make_waiter() {
  if (running == nullptr) return of_thread_.make_waiter();
  return std::make_unique<FiberWaiter>(*this);
}

const void* FiberLoop::current() noexcept {
  return running != nullptr ? static_cast<const void*>(running) : of_thread_.current();
}

rowan::orm::ContextFrame*& FiberLoop::request_of_running_fiber() {
  thread_local rowan::orm::ContextFrame* of_thread = nullptr;
  return running != nullptr ? running->request : of_thread;
}

FiberLoop::FiberLoop() : of_thread_(rowan::wait_hook()) {}

void FiberLoop::spawn(std::function<void()> body) {
  auto fiber_body = [this, body = std::move(body)](asio::yield_context yield) {
    Fiber fiber{std::move(yield)};
    running = &fiber;
    try {
      body();
    } catch (const boost::coroutines::detail::forced_unwind&) {
      throw;  // the loop goes, and all stacks with it
    } catch (...) {
      if (failure_ == nullptr) failure_ = std::current_exception();
    }
    running = nullptr;
  };
  // Spawned from a fiber it would begin at once, inside of that one.
  asio::post(loop_, [this, fiber_body = std::move(fiber_body)]() mutable {
    asio::spawn(loop_, std::move(fiber_body), boost::coroutines::attributes(stack_bytes));
  });
}

void FiberLoop::run() {
  loop_.restart();
  loop_.run();
  if (failure_ != nullptr) std::rethrow_exception(std::exchange(failure_, nullptr));
}

}  // namespace fibers
