// One thread, several fibers: none may stop the others, nor wait for what only another can do.

#include "conformance/conformance.hpp"
#include "fibers/fiber_loop.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace fiber_tests {

struct Note {
  std::int64_t id{};
  std::int32_t number = 0;
};

}  // namespace fiber_tests

template <>
inline constexpr auto rowan::mapping<fiber_tests::Note> = rowan::entity<fiber_tests::Note>(
    rowan::primary_key<&fiber_tests::Note::id>, rowan::property<&fiber_tests::Note::number>);

namespace rowan::test {
namespace {

using fiber_tests::Note;
using namespace std::chrono_literals;

bool is_postgres() { return database_url().starts_with("postgres"); }

/// Takes minutes. On MySQL a sleep alone would end in a result.
std::string slow_statement() {
  if (is_postgres()) return "select pg_sleep(600)";
  return "select count(*) from information_schema.columns as a, information_schema.columns as b "
         "where sleep(0.01) = 0 and a.column_name <> b.column_name";
}

/// Returns the run's URL with parameters added.
std::string url_with(std::string_view parameters) {
  const std::string& url = database_url();
  return url + (url.find('?') == std::string::npos ? "?" : "&") + std::string(parameters);
}

/// Runs fibers on this thread, with the hook installed while it lives.
class Fibers : public ::testing::Test {
 protected:
  Fibers() { set_wait_hook(loop); }
  ~Fibers() override { set_wait_hook(nullptr); }

  std::shared_ptr<fibers::FiberLoop> loop = std::make_shared<fibers::FiberLoop>();
};

TEST_F(Fibers, cancel_a_statement_of_another_on_the_same_thread) {
  const std::string url = url_with(is_postgres() ? "pool_size=4" : "pool-size=4");
  bool has_ended = false;
  loop->spawn([&] {
    Orm orm(Config{.driver = driver_from_url(url), .entities = entities<Note>()});
    auto em = orm.em().fork();
    EXPECT_EQ(em.execute_rows("select 1").size(), 1u);
    const CancelHandle handle = em.cancel_handle();
    bool is_over = false;
    loop->spawn([&] {
      // Again and again: a cancel may come before its statement has begun, or after another one has ended.
      while (!is_over) {
        handle.cancel();
        loop->sleep(5ms);
      }
      has_ended = true;
    });
    for (int i = 0; i < 5; ++i) EXPECT_THROW(em.execute(slow_statement()), QueryCanceledError);
    is_over = true;
    while (!has_ended) loop->sleep(5ms);
    EXPECT_EQ(em.execute_rows("select 1").size(), 1u);
  });
  loop->run();
  EXPECT_TRUE(has_ended);
}

TEST_F(Fibers, hold_as_many_transactions_at_once_as_there_are_connections) {
  constexpr int connections = 10;
  constexpr int units = 200;
  const std::string size = std::to_string(connections);
  const std::string url = url_with((is_postgres() ? "pool_size=" : "pool-size=") + size);
  int now = 0;
  int most = 0;
  int done = 0;
  std::unique_ptr<Orm> orm;
  const auto work = [&] {
    orm->em().fork().transactional([&](EntityManager& tx) {
      most = std::max(most, ++now);
      EXPECT_EQ(tx.execute_rows("select 1").size(), 1u);
      // The first ones wait for each other, so that all have to be open at once.
      while (most < connections) loop->sleep(1ms);
      --now;
    });
    ++done;
  };
  loop->spawn([&] {
    orm =
        std::make_unique<Orm>(Config{.driver = driver_from_url(url), .entities = entities<Note>()});
    for (int i = 0; i < units; ++i) loop->spawn(work);
    while (done < units) loop->sleep(1ms);
    orm.reset();
  });
  loop->run();
  EXPECT_EQ(most, connections);
  EXPECT_EQ(done, units);
}

/// Listens on loopback and greets like MySQL with TLS, then falls silent; or says nothing at all.
class SilentServer final {
 public:
  explicit SilentServer(bool greets) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listener_, 8) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("no port to listen on");
    port_ = ntohs(address.sin_port);
    greets_ = greets;
  }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;
  ~SilentServer() {
    if (accepted_ >= 0) ::close(accepted_);
    ::close(listener_);
  }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// Takes the first who comes, if there is one.
  void serve() {
    if (accepted_ >= 0) return;
    accepted_ = ::accept(listener_, nullptr, nullptr);
    if (accepted_ < 0 || !greets_) return;
    const std::string greeting = greeting_packet();
    EXPECT_EQ(::send(accepted_, greeting.data(), greeting.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(greeting.size()));
  }

 private:
  // "Protocol::HandshakeV10" of MySQL's documentation of its protocol.
  [[nodiscard]] std::string greeting_packet() const {
    using namespace std::string_literals;
    const std::string version = database_url().starts_with("mariadb") ? "10.11.0-MariaDB" : "9.0.0";
    std::string body = "\x0a"s + version + "\0"s + "\x01\0\0\0"s + "abcdefgh"s + "\0"s;
    // Protocol 4.1, secure connections, TLS; plugins of authentication in the upper half.
    body += "\x01\x8a"s + "\x2d"s + "\x02\0"s + "\x08\0"s + "\x15"s + std::string(10, '\0');
    body += "ijklmnopqrst\0mysql_native_password\0"s;
    const auto size = static_cast<char>(body.size());
    return std::string{size, '\0', '\0', '\0'} + body;
  }

  int listener_ = -1;
  int accepted_ = -1;
  std::uint16_t port_ = 0;
  bool greets_ = false;
};

TEST_F(Fibers, go_on_while_one_waits_for_a_server_that_says_nothing) {
  SilentServer server(!is_postgres());
  const std::string address = "u:p@127.0.0.1:" + std::to_string(server.port()) + "/d?";
  const std::string url = is_postgres()
                              ? "postgresql://" + address + "connect_timeout=2"
                              : database_url().substr(0, database_url().find(':')) + "://" +
                                    address + "ssl-mode=required&connect-timeout=2000";
  bool is_over = false;
  int turns = 0;
  loop->spawn([&] {
    Orm orm(Config{.driver = driver_from_url(url), .entities = entities<Note>()});
    auto em = orm.em().fork();
    EXPECT_THROW((void)em.count<Note>(), ConnectionError);
    is_over = true;
  });
  loop->spawn([&] {
    while (!is_over) {
      server.serve();
      ++turns;
      loop->sleep(10ms);
    }
  });
  loop->run();
  // Some two hundred where nothing blocks; one or two where the thread does.
  EXPECT_GT(turns, 10);
}

}  // namespace
}  // namespace rowan::test
