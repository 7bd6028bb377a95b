// Chapter 7: many threads share the ORM, and each request has a manager of its own.

#include <blog/chapters.hpp>
#include <blog/entities.hpp>

#include <functional>
#include <future>
#include <iostream>
#include <string>
#include <vector>

using rowan::f;

namespace blog {
namespace {

// [request]
/// Answers one request; deep inside a program, orm.em() is the manager of the running request.
std::string greet(rowan::Orm& orm, const std::string& email) {
  User* user = orm.em().find_one<User>(f<&User::email> == email);
  return user == nullptr ? "Who is " + email + "?" : "Hello, " + user->name.value_or(email) + ".";
}

std::string serve(rowan::Orm& orm, const std::string& email) {
  std::string answer;
  rowan::RequestContext::run(orm.em(), [&] { answer = greet(orm, email); });
  return answer;
}
// [/request]

}  // namespace

void requests(rowan::Orm& orm) {
  std::cout << "Requests\n";

  // [threads]
  std::vector<std::future<std::string>> answers;
  for (const char* email : {"alice@example.com", "bob@example.com", "eve@example.com"}) {
    answers.push_back(std::async(std::launch::async, serve, std::ref(orm), email));
  }
  for (auto& answer : answers) std::cout << "  " << answer.get() << '\n';
  // [/threads]

  // [global]
  try {
    (void)orm.em().count<User>();
  } catch (const rowan::ValidationError& error) {  // outside of a request
    std::cout << "  " << error.what() << '\n';
  }
  // [/global]
}

}  // namespace blog
