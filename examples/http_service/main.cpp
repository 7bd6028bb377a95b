// A web service over posts: JSON in and out, a request context around each request.
//
// Usage: http_service [URL [PORT]]. Without a URL the database is SQLite's http_service.db; it listens on loopback.

#include <rowan/drivers.hpp>

#include <http_service/service.hpp>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>

namespace {

httplib::Server* running = nullptr;

// The first run makes the tables.
void ensure_schema(rowan::Orm& orm) {
  try {
    (void)orm.em().fork().count<http_service::Post>();
  } catch (const rowan::TableNotFoundError&) {
    orm.schema().create();
  }
}

}  // namespace

// [main]
int main(int argc, char** argv) {
  const std::string url = argc > 1 ? argv[1] : "sqlite:http_service.db";
  const int port = argc > 2 ? std::atoi(argv[2]) : 8080;
  if (argc > 3 || url.empty() || url.front() == '-' || port <= 0) {
    std::cerr
        << "usage: http_service [URL [PORT]]    for example: http_service sqlite:posts.db 8080\n";
    return 2;
  }
  try {
    rowan::Orm orm{{
        .driver = rowan::driver_from_url(url),
        .entities = rowan::entities<http_service::Post>(),
    }};
    ensure_schema(orm);
    httplib::Server server;
    server.set_payload_max_length(1024 * 1024);
    http_service::serve_posts(server, orm);
    running = &server;
    std::signal(SIGINT, [](int) { running->stop(); });
    std::signal(SIGTERM, [](int) { running->stop(); });
    std::cout << "http://127.0.0.1:" << port << "/posts\n" << std::flush;
    if (!server.listen("127.0.0.1", port)) {
      std::cerr << "http_service: port " << port << " is taken\n";
      return EXIT_FAILURE;
    }
  } catch (const rowan::Error& error) {
    std::cerr << "http_service: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
// [/main]
