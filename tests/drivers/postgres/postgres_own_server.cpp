// Runs initdb and pg_ctl in a temporary folder.

#include "drivers/postgres/postgres_own_server.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace rowan::test {
namespace {

namespace fs = std::filesystem;

std::string output_of(const std::string& command) {
  std::string out;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return out;
  char part[256];
  while (std::fgets(part, sizeof part, pipe) != nullptr) out += part;
  ::pclose(pipe);
  while (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

// Debian keeps initdb and pg_ctl out of the path.
std::string program(const std::string& name) {
  static const std::string folder = output_of(
      "dirname \"$(ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -1)\" "
      "2>/dev/null");
  return folder.empty() || folder == "." ? name : folder + "/" + name;
}

}  // namespace

void run_as_server_user(const std::string& command) {
  std::string full = command + " >/dev/null 2>&1";
  if (::geteuid() == 0) {
    full =
        "setpriv --reuid=postgres --regid=postgres --init-groups env -C / LC_ALL=C.UTF-8 sh -c '" +
        full + "'";
  }
  if (std::system(full.c_str()) != 0)
    throw std::runtime_error("this failed, and the test needs a server of its own: " + command);
}

int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(socket, reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(socket);
  return ntohs(address.sin_port);
}

void wait_for_port(int port) {
  for (int i = 0; i < 500; ++i) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    const int result = ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::close(socket);
    if (result == 0) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  throw std::runtime_error("nobody listens on port " + std::to_string(port));
}

OwnServer::OwnServer(std::string settings) : settings_(std::move(settings)), port_(free_port()) {
  std::string name = (fs::temp_directory_path() / "rowan-postgres-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  folder_ = name;
  fs::permissions(folder_, fs::perms::all);
  run_as_server_user(program("initdb") + " -D " + folder_ +
                     "/data -A trust -U postgres --no-sync -E UTF8 --locale=C.UTF-8");
  start();
}

OwnServer::~OwnServer() {
  try {
    if (is_running_) stop();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void OwnServer::start() {
  run_as_server_user(program("pg_ctl") + " -D " + folder_ + "/data -w -t 30 -l " + folder_ +
                     "/log -o \"-p " + std::to_string(port_) +
                     " -c listen_addresses=127.0.0.1 -c unix_socket_directories=" + folder_ +
                     " -c fsync=off -c full_page_writes=off " + settings_ + "\" start");
  is_running_ = true;
}

void OwnServer::stop() {
  run_as_server_user(program("pg_ctl") + " -D " + folder_ + "/data -w -m fast stop");
  is_running_ = false;
}

void OwnServer::set_access_rules(std::string_view rules) {
  std::ofstream(folder_ + "/data/pg_hba.conf") << rules;
}

void OwnServer::make_certificates() {
  const std::string data = folder_ + "/data/";
  const std::string quiet = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 ";
  run_as_server_user(quiet + "-subj /CN=authority -keyout " + data + "ca.key -out " + data +
                     "ca.crt");
  run_as_server_user(quiet + "-subj /CN=other -keyout " + data + "other.key -out " + data +
                     "other.crt");
  run_as_server_user("openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout " + data +
                     "server.key -out " + data + "server.csr");
  run_as_server_user("openssl x509 -req -days 2 -in " + data + "server.csr -CA " + data +
                     "ca.crt -CAkey " + data + "ca.key -CAcreateserial -out " + data +
                     "server.crt");
  run_as_server_user("chmod 600 " + data + "server.key");
  run_as_server_user("cp " + data + "ca.crt " + data + "other.crt " + folder_);
}

std::string OwnServer::url(std::string_view host) const {
  return "postgresql://postgres@" + std::string(host) + ":" + std::to_string(port_) + "/postgres";
}

}  // namespace rowan::test
