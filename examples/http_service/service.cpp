// The routes, and what becomes of errors.

#include <http_service/post_json.hpp>
#include <http_service/service.hpp>

#include <charconv>
#include <iostream>
#include <utility>

namespace http_service {
namespace {

using httplib::Request;
using httplib::Response;
using rowan::f;
using rowan::json;

void answer(Response& response, int status, const json& body) {
  response.status = status;
  response.set_content(body.dump(), "application/json");
}

void answer_error(Response& response, int status, std::string_view message) {
  answer(response, status, json::object({{"error", message}}));
}

// [errors]
/// Answers the error that is being handled. What a client cannot mend is told to the log, and not to the client.
void answer_current_error(Response& response) {
  try {
    throw;
  } catch (const RequestError& error) {
    answer_error(response, error.status(), error.what());
  } catch (const rowan::NotFoundError&) {
    answer_error(response, 404, "there is no such post");
  } catch (
      const rowan::ValidationError& error) {  // a body that is no JSON, a filter that does not fit
    answer_error(response, 400, error.what());
  } catch (const rowan::UniqueConstraintViolation&) {
    answer_error(response, 409, "another post has this slug");
  } catch (const rowan::OptimisticLockError&) {
    answer_error(response, 409, "the post has been changed since: read it again");
  } catch (const rowan::Error& error) {
    std::cerr << error.what() << '\n';
    const bool may_work_later =
        error.is_retryable() || error.kind() == rowan::ErrorKind::connection;
    answer_error(response, may_work_later ? 503 : 500, "the database did not do it");
  }
}
// [/errors]

template <class Number>
Number number_of(std::string_view name, const std::string& text, Number least, Number most) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || number < least || number > most) {
    throw RequestError(400, std::string(name) + " must be a number from " + std::to_string(least) +
                                " to " + std::to_string(most));
  }
  return number;
}

std::int64_t parameter(const Request& request,
                       const std::string& name,
                       std::int64_t otherwise,
                       std::int64_t most) {
  if (!request.has_param(name.c_str())) return otherwise;
  return number_of<std::int64_t>(name, request.get_param_value(name.c_str()), 0, most);
}

/// Returns the post that the path names, of the request's manager.
Post& post_of(rowan::Orm& orm, const Request& request) {
  const std::string text = request.matches[1];
  std::int64_t id = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc()) throw RequestError(404, "there is no such post");
  return orm.em().find_one_or_fail<Post>(id);
}

// [list]
/// GET /posts?limit=20&offset=0&filter={"published": true}
void list(rowan::Orm& orm, const Request& request, Response& response) {
  rowan::Filter<Post> where;
  if (request.has_param("filter")) where = json::parse(request.get_param_value("filter"));
  auto [page, total] = orm.em().find_and_count<Post>(
      where, {.order_by = {f<&Post::id>},
              .limit = parameter(request, "limit", 20, 100),
              .offset = parameter(request, "offset", 0, 1'000'000'000)});
  json posts = json::array();
  for (const Post& post : page) posts.push_back(to_json(post));
  answer(response, 200, json::object({{"total", total}, {"posts", posts}}));
}
// [/list]

void show(rowan::Orm& orm, const Request& request, Response& response) {
  answer(response, 200, to_json(post_of(orm, request)));
}

// [create]
void create(rowan::Orm& orm, const Request& request, Response& response) {
  Post& post = orm.em().create<Post>(post_from(json::parse(request.body)));
  orm.em().flush();
  response.set_header("Location", "/posts/" + std::to_string(post.id));
  answer(response, 201, to_json(post));
}
// [/create]

// [change]
void change_post(rowan::Orm& orm, const Request& request, Response& response) {
  const json body = json::parse(request.body);
  Post& post = post_of(orm, request);
  // What the client had read must be what is there; the flush asks the same once more, in its statement.
  orm.em().lock(post, rowan::LockMode::optimistic, version_in(body));
  change(post, body);
  orm.em().flush();
  answer(response, 200, to_json(post));
}
// [/change]

void remove(rowan::Orm& orm, const Request& request, Response& response) {
  orm.em().remove(post_of(orm, request));
  orm.em().flush();
  response.status = 204;
}

}  // namespace

// [middleware]
httplib::Server::Handler in_request(rowan::Orm& orm, httplib::Server::Handler handler) {
  return [&orm, handler = std::move(handler)](const Request& request, Response& response) {
    try {
      rowan::RequestContext::run(orm.em(), [&] { handler(request, response); });
    } catch (const std::exception&) {
      answer_current_error(response);
    }
  };
}
// [/middleware]

// [routes]
void serve_posts(httplib::Server& server, rowan::Orm& orm) {
  const auto route = [&orm](auto* action) {
    return in_request(orm, [&orm, action](const Request& request, Response& response) {
      action(orm, request, response);
    });
  };
  server.Get("/posts", route(list));
  server.Post("/posts", route(create));
  server.Get(R"(/posts/(\d+))", route(show));
  server.Patch(R"(/posts/(\d+))", route(change_post));
  server.Delete(R"(/posts/(\d+))", route(remove));
}
// [/routes]

}  // namespace http_service
