// The code of docs/guide/thread-safety.md: one ORM, many threads, a manager for each request.

#include <rowan/drivers.hpp>

#include <blog/entities.hpp>
#include <guide/expect.hpp>

#include <string>
#include <thread>
#include <vector>

using namespace blog;
using guide::expect;
using guide::expect_throws;
using rowan::f;

namespace {

void threads(rowan::Orm& orm) {
  // [threads]
  std::vector<std::thread> workers;
  for (int n = 0; n < 4; ++n) {
    workers.emplace_back([&orm, n] {  // the Orm is shared,
      auto em = orm.em().fork();      // the manager is this thread's own
      em.create<User>({.email = "worker" + std::to_string(n) + "@example.com"});
      em.flush();
    });
  }
  for (std::thread& worker : workers) worker.join();
  // [/threads]
  expect(orm.em().fork().count<User>() == 4, "every thread wrote");
}

// [request]
/// Stands deep inside a program, and is handed no manager.
std::string name_of(rowan::Orm& orm, const std::string& email) {
  User* user = orm.em().find_one<User>(f<&User::email> == email);  // the request's own manager
  return user == nullptr ? "nobody" : user->name.value_or(email);
}

std::string serve(rowan::Orm& orm, const std::string& email) {
  std::string answer;
  rowan::RequestContext::run(orm.em(), [&] { answer = name_of(orm, email); });
  return answer;  // the manager of the request is gone, and its objects with it
}
// [/request]

// [fibers]
/// What a scheduler of fibers keeps for each of them.
struct Fiber {
  rowan::orm::ContextFrame* context = nullptr;
};
thread_local Fiber* running = nullptr;

/// Returns where the running fiber keeps its request; threads outside of fibers have a place too.
rowan::orm::ContextFrame*& request_of_running_fiber() {
  thread_local Fiber none;
  return (running != nullptr ? running : &none)->context;
}
// [/fibers]

}  // namespace

int main() {
  // [set_storage]
  rowan::RequestContext::set_storage(request_of_running_fiber);  // once, before the first request
  // [/set_storage]
  rowan::Orm orm{{
      .driver = rowan::driver_from_url("sqlite::memory:"),
      .entities = rowan::entities<User, Post, Tag>(),
  }};
  orm.schema().create();
  threads(orm);
  expect(serve(orm, "worker1@example.com") == "worker1@example.com", "a request finds its manager");
  expect_throws<rowan::ValidationError>("the global manager only forks",
                                        [&] { (void)orm.em().count<User>(); });
}
