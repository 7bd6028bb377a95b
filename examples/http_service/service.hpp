// The HTTP interface to the posts: what is served, and the request context around each request.

#pragma once

#include <http_service/post.hpp>

#include <httplib.h>

namespace http_service {

/// Returns a handler that runs `handler` in a request context of its own, so that `orm.em()` in it is the request's
/// manager, and that answers errors as JSON with a fitting status.
///
/// Lifetime: `orm` outlives the handler. Thread safety: as httplib calls it, from many threads at once.
[[nodiscard]] httplib::Server::Handler in_request(rowan::Orm& orm,
                                                  httplib::Server::Handler handler);

/// Serves GET and POST /posts, and GET, PATCH and DELETE /posts/ID.
void serve_posts(httplib::Server& server, rowan::Orm& orm);

}  // namespace http_service
