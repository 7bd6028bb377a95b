// Posts as JSON, and JSON of strangers as posts.

#pragma once

#include <http_service/post.hpp>

#include <stdexcept>
#include <string>

namespace http_service {

/// What is wrong with a request, for the one who sent it.
class RequestError : public std::runtime_error {
 public:
  RequestError(int status, const std::string& message)
      : std::runtime_error(message), status_(status) {}
  [[nodiscard]] int status() const noexcept { return status_; }

 private:
  int status_;
};

[[nodiscard]] rowan::json to_json(const Post& post);
/// Returns a new post. Errors: RequestError for a property that is unknown, missing, or of the wrong type.
[[nodiscard]] Post post_from(const rowan::json& body);
/// Changes what the body names, and leaves "version" to version_in(). Errors: as post_from(); the post is unchanged.
void change(Post& post, const rowan::json& body);
/// Returns the version that the sender has seen. Errors: RequestError where the body does not say.
[[nodiscard]] std::int64_t version_in(const rowan::json& body);

}  // namespace http_service
