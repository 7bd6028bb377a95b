// The answer to a commit gets lost: nobody knows whether it was done, and nothing is written twice.

#include "conformance.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace lost_answers {

struct Order {
  std::int64_t id{};
  std::int32_t amount = 0;
};

}  // namespace lost_answers

template <>
inline constexpr auto rowan::mapping<lost_answers::Order> =
    rowan::entity<lost_answers::Order>(rowan::primary_key<&lost_answers::Order::id>,
                                       rowan::property<&lost_answers::Order::amount>)
        .table("lost_order");

namespace rowan::test {
namespace {

using lost_answers::Order;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

/// Stands between the program and its server. Once armed, it hands the next commit on, waits until the server has
/// answered, and hangs up in place of passing the answer back.
class Proxy final {
 public:
  explicit Proxy(std::uint16_t server) : server_(server) {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 8) != 0 ||
        ::getsockname(listener_, generic, &size) != 0)
      throw std::runtime_error("no port to listen on");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;
  ~Proxy() {
    is_over_ = true;
    thread_.join();
    for (const auto& [client, server] : pairs_) {
      ::close(client);
      ::close(server);
    }
    ::close(listener_);
  }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  void arm() noexcept { is_armed_ = true; }

 private:
  void run() {
    while (!is_over_) {
      std::vector<pollfd> polled{{listener_, POLLIN, 0}};
      for (const auto& [client, server] : pairs_) {
        polled.push_back({client, POLLIN, 0});
        polled.push_back({server, POLLIN, 0});
      }
      if (::poll(polled.data(), polled.size(), 20) <= 0) continue;
      const std::vector<std::pair<int, int>> pairs = pairs_;
      if (polled[0].revents != 0) accept_one();
      for (std::size_t i = 0; i < pairs.size(); ++i) {
        const auto [client, server] = pairs[i];
        if (polled[2 * i + 1].revents != 0 && !pass(client, server, true)) continue;
        if (polled[2 * i + 2].revents != 0) pass(server, client, false);
      }
    }
  }
  void accept_one() {
    const int client = ::accept(listener_, nullptr, nullptr);
    const int server = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = loopback(server_);
    if (::connect(server, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("the server does not answer");
    pairs_.emplace_back(client, server);
  }
  /// Returns false where the pair is gone.
  bool pass(int from, int to, bool is_from_client) {
    std::array<char, 65536> bytes{};
    const ssize_t size = ::recv(from, bytes.data(), bytes.size(), 0);
    if (size <= 0) return hang_up(from);
    const std::string_view text(bytes.data(), static_cast<std::size_t>(size));
    if (is_from_client && is_armed_ && text.find("commit") != std::string_view::npos) {
      is_armed_ = false;
      (void)!::send(to, bytes.data(), text.size(), MSG_NOSIGNAL);
      // The first bytes of the answer may belong to what was sent before the commit; the rest follows at once.
      pollfd answer{to, POLLIN, 0};
      while (::poll(&answer, 1, 300) > 0 && ::recv(to, bytes.data(), bytes.size(), 0) > 0) {
      }
      return hang_up(from);
    }
    return ::send(to, bytes.data(), text.size(), MSG_NOSIGNAL) >= 0 || hang_up(from);
  }
  bool hang_up(int either) {
    std::erase_if(pairs_, [&](const auto& pair) {
      if (pair.first != either && pair.second != either) return false;
      ::close(pair.first);
      ::close(pair.second);
      return true;
    });
    return false;
  }

  std::uint16_t server_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  std::vector<std::pair<int, int>> pairs_;
  std::atomic<bool> is_armed_ = false;
  std::atomic<bool> is_over_ = false;
  std::thread thread_;
};

class LostAnswers : public ConformanceOf<Order> {
 protected:
  static bool has_server() { return !database_url().starts_with("sqlite"); }
  /// Returns where the port stands in the run's URL.
  static std::pair<std::size_t, std::size_t> place_of_port() {
    const std::string& url = database_url();
    const std::size_t start = url.find(':', url.find('@')) + 1;
    return {start, url.find('/', start) - start};
  }
  static std::uint16_t port() {
    const auto [start, size] = place_of_port();
    return static_cast<std::uint16_t>(std::stoi(database_url().substr(start, size)));
  }
  static std::string url_through(const Proxy& proxy) {
    std::string url = database_url();
    const auto [start, size] = place_of_port();
    url.replace(start, size, std::to_string(proxy.port()));
    // What is encrypted the proxy cannot read.
    const bool has_options = url.find('?') != std::string::npos;
    const bool is_postgres = url.starts_with("postgres");
    return url + (has_options ? "&" : "?") +
           (is_postgres ? "sslmode=disable" : "ssl-mode=disabled");
  }
  std::size_t rows() { return orm.em().fork().count<Order>(); }
};

TEST_F(LostAnswers, of_a_flush_are_told_apart_and_nothing_is_written_twice) {
  if (!has_server()) GTEST_SKIP() << "this database lacks a connection that can be lost";
  Proxy proxy(port());
  Orm through(Config{.driver = driver_from_url(url_through(proxy)), .entities = entities<Order>()});
  auto em = through.em().fork();
  ASSERT_EQ(em.count<Order>(), 0u);
  em.create<Order>({.amount = 1});
  em.create<Order>({.amount = 2});
  proxy.arm();
  EXPECT_THROW(em.flush(), CommitUnknownError);
  EXPECT_EQ(rows(), 2u);
  EXPECT_THROW(em.flush(), TransactionStateError);
  EXPECT_EQ(rows(), 2u);
  em.clear();
  EXPECT_EQ(em.find<Order>({}).size(), 2u);
  em.create<Order>({.amount = 3});
  em.flush();
  EXPECT_EQ(rows(), 3u);
}

TEST_F(LostAnswers, of_a_block_are_not_tried_again) {
  if (!has_server()) GTEST_SKIP() << "this database lacks a connection that can be lost";
  Proxy proxy(port());
  Orm through(Config{.driver = driver_from_url(url_through(proxy)), .entities = entities<Order>()});
  int attempts = 0;
  EXPECT_THROW(through.em().fork().transactional(
                   [&](EntityManager& tx) {
                     ++attempts;
                     tx.create<Order>({.amount = 1});
                     tx.flush();
                     proxy.arm();
                   },
                   {.retries = 3}),
               CommitUnknownError);
  EXPECT_EQ(attempts, 1);
  EXPECT_EQ(rows(), 1u);
}

TEST_F(LostAnswers, of_a_transaction_by_hand_leave_it_to_be_rolled_back) {
  if (!has_server()) GTEST_SKIP() << "this database lacks a connection that can be lost";
  Proxy proxy(port());
  Orm through(Config{.driver = driver_from_url(url_through(proxy)), .entities = entities<Order>()});
  auto em = through.em().fork();
  em.begin();
  em.create<Order>({.amount = 1});
  em.flush();
  proxy.arm();
  EXPECT_THROW(em.commit(), CommitUnknownError);
  em.rollback();
  EXPECT_EQ(rows(), 1u);
  EXPECT_THROW(em.flush(), TransactionStateError);
  EXPECT_EQ(rows(), 1u);
}

}  // namespace
}  // namespace rowan::test
