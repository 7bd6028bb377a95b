// Reads a body property by property, each by a rule of its own.

#include <http_service/post_json.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace http_service {
namespace {

using rowan::json;

[[noreturn]] void refuse(std::string_view name, std::string_view wanted) {
  throw RequestError(400, std::string(name) + " must be " + std::string(wanted));
}

std::string text_of(std::string_view name, const json& value, std::size_t longest) {
  if (!value.is_string()) refuse(name, "text, not " + std::string(value.kind_name()));
  std::string text = value.as_string();
  const auto characters = static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xC0) != 0x80; }));
  if (characters == 0 || characters > longest) {
    refuse(name, "1 to " + std::to_string(longest) + " characters long");
  }
  if (text.find('\0') != std::string::npos) refuse(name, "free of zero characters");
  return text;
}

// [fields]
struct Field {
  std::string_view name;
  bool is_required;
  void (*set)(Post& post, const json& value);
};

constexpr std::array<Field, 4> fields{{
    {"slug", true,
     [](Post& post, const json& value) { post.slug = text_of("slug", value, longest_slug); }},
    {"title", true,
     [](Post& post, const json& value) { post.title = text_of("title", value, longest_title); }},
    {"content", false,
     [](Post& post, const json& value) {
       if (value.is_null()) {
         post.content.reset();
       } else {
         post.content = text_of("content", value, 100'000);
       }
     }},
    {"published", false,
     [](Post& post, const json& value) {
       if (!value.is_boolean()) refuse("published", "true or false");
       post.published = value.as_bool();
     }},
}};
// [/fields]

void set_members(Post& post, const json& body) {
  for (const std::string& name : body.keys()) {
    if (name == "version") continue;
    const auto* field =
        std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.name == name; });
    if (field == fields.end()) {
      throw RequestError(400, "there is no property '" + name +
                                  "'; a post has slug, title, content, published and version");
    }
    field->set(post, body[name]);
  }
}

void check_object(const json& body) {
  if (!body.is_object()) throw RequestError(400, "the body must be a JSON object");
}

}  // namespace

json to_json(const Post& post) {
  // As RFC 3339 has it.
  char time[32];
  std::string created_at(time, rowan::format_timestamp(post.created_at, time));
  created_at[created_at.find(' ')] = 'T';
  created_at += 'Z';
  return json::object({{"id", post.id},
                       {"slug", post.slug},
                       {"title", post.title},
                       {"content", post.content ? json(*post.content) : json()},
                       {"published", post.published},
                       {"version", post.version},
                       {"created_at", created_at}});
}

Post post_from(const json& body) {
  check_object(body);
  for (const Field& field : fields) {
    if (field.is_required && !body.contains(field.name)) {
      throw RequestError(400, std::string(field.name) + " is missing");
    }
  }
  if (body.contains("version")) throw RequestError(400, "a new post has no version yet");
  Post post{.slug = "", .title = ""};
  set_members(post, body);
  return post;
}

void change(Post& post, const json& body) {
  check_object(body);
  Post changed = post;
  set_members(changed, body);
  post = std::move(changed);
}

std::int64_t version_in(const json& body) {
  check_object(body);
  if (!body["version"].is_integer()) {
    throw RequestError(400, "version must be the number that the post had when it was read");
  }
  return body["version"].as_int64();
}

}  // namespace http_service
