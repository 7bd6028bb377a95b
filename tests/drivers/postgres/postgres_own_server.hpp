// A PostgreSQL server that a test starts, restarts and stops.

#pragma once

#include <string>
#include <string_view>

namespace rowan::test {

/// A server on loopback with a folder of its own; ended with this object.
///
/// Errors: std::runtime_error where PostgreSQL's programs are missing or fail.
class OwnServer final {
 public:
  /// `settings` are further options of the server, as `-c name=value`.
  explicit OwnServer(std::string settings = {});
  OwnServer(const OwnServer&) = delete;
  OwnServer& operator=(const OwnServer&) = delete;
  ~OwnServer();

  void start();
  void stop();
  /// Replaces the rules of who may connect how.
  void set_access_rules(std::string_view rules);
  /// Puts a certificate of a new authority, for "localhost", where the server finds it.
  void make_certificates();

  [[nodiscard]] int port() const noexcept { return port_; }
  [[nodiscard]] const std::string& folder() const noexcept { return folder_; }
  [[nodiscard]] std::string url(std::string_view host = "127.0.0.1") const;

 private:
  std::string folder_;
  std::string settings_;
  int port_ = 0;
  bool is_running_ = false;
};

/// Runs a shell command as the user that servers run as; throws where it fails.
void run_as_server_user(const std::string& command);

/// Waits until somebody listens on a port of loopback; throws where nobody does within ten seconds.
void wait_for_port(int port);

/// Returns a port of loopback that nobody has now.
[[nodiscard]] int free_port();

}  // namespace rowan::test
