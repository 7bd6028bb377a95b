// Serves many requests at once on one thread, or the same requests one after the other.
//
// Usage: fibers [--url URL] [--requests N] [--blocking]. The tables of the example in the database that the URL names
// are dropped and made anew.

#include <rowan/drivers.hpp>

#include <fibers/bookings.hpp>
#include <fibers/fiber_loop.hpp>

#include <CLI/CLI.hpp>

#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

namespace {

struct Options {
  std::string url = "sqlite::memory:";
  std::size_t requests = 200;
  std::size_t connections = 0;
  int expected_at_once = 0;
  bool is_blocking = false;
};

void add_options(CLI::App& app, Options& options) {
  app.add_option("--url", options.url, "The database")->capture_default_str();
  app.add_option("--requests", options.requests, "Requests to serve")->capture_default_str();
  app.add_option("--connections", options.connections, "Connections of the pool, at most");
  app.add_option("--expect-at-once", options.expected_at_once,
                 "Fail where fewer transactions than that were open at once");
  app.add_flag("--blocking", options.is_blocking, "Serve one request after the other");
}

std::string url_of(const Options& options) {
  if (options.connections == 0) return options.url;
  const bool has_parameters = options.url.find('?') != std::string::npos;
  return options.url + (has_parameters ? "&" : "?") +
         "pool_size=" + std::to_string(options.connections);
}

// [run]
void run_blocking(rowan::Orm& orm, std::size_t requests) {
  for (std::size_t n = 0; n < requests; ++n) bookings::serve(orm, n);
}

void run_on_fibers(rowan::Orm& orm, fibers::FiberLoop& loop, std::size_t requests) {
  for (std::size_t n = 0; n < requests; ++n) loop.spawn([&orm, n] { bookings::serve(orm, n); });
  loop.run();
}
// [/run]

int tell(rowan::Orm& orm, const fibers::FiberLoop& loop, const Options& options) {
  std::cout << options.requests << " requests on one thread: at most " << bookings::under_way().most
            << " under way, " << bookings::in_transaction().most
            << " in a transaction at once; suspended " << loop.suspensions() << " times\n";
  const std::string mistake = bookings::mistake(orm, options.requests);
  if (!mistake.empty()) {
    std::cerr << "fibers: " << mistake << '\n';
    return EXIT_FAILURE;
  }
  if (bookings::in_transaction().most < options.expected_at_once) {
    std::cerr << "fibers: " << options.expected_at_once << " transactions at once were expected\n";
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}

int run(const Options& options) {
  // [install]
  const auto loop = std::make_shared<fibers::FiberLoop>();
  rowan::set_wait_hook(loop);  // before the first connection
  rowan::RequestContext::set_storage(fibers::FiberLoop::request_of_running_fiber);
  rowan::Orm orm{{
      .driver = rowan::driver_from_url(url_of(options)),
      .entities = rowan::entities<bookings::Show, bookings::Booking>(),
  }};
  // [/install]
  bookings::prepare(orm);
  if (options.is_blocking) {
    run_blocking(orm, options.requests);
  } else {
    run_on_fibers(orm, *loop, options.requests);
  }
  return tell(orm, *loop, options);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Serves many requests at once on one thread"};
  Options options;
  add_options(app, options);
  CLI11_PARSE(app, argc, argv);
  try {
    return run(options);
  } catch (const std::exception& error) {
    std::cerr << "fibers: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
