// Drives the service from several clients at once, and finds that no request knows of another.
//
// Usage: http_service_tests --url=URL, whose tables of the service are made anew.

#include <rowan/drivers.hpp>

#include <http_service/service.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <functional>
#include <iostream>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace http_service {

std::string& database_url() {
  static std::string url;
  return url;
}

namespace {

using rowan::f;
using rowan::json;

constexpr int clients = 6;

struct Answer {
  int status = 0;
  json body{};
};

/// One client with a connection of its own that stays open.
class Client {
 public:
  explicit Client(int port) : http_("127.0.0.1", port) {
    http_.set_keep_alive(true);
    http_.set_read_timeout(60);
  }

  Answer get(const std::string& path) { return read(http_.Get(path)); }
  Answer get(const std::string& path, const httplib::Params& parameters) {
    return read(http_.Get(path, parameters, httplib::Headers{}));
  }
  Answer post(const std::string& path, std::string_view body) {
    return read(http_.Post(path, std::string(body), "application/json"));
  }
  Answer patch(const std::string& path, std::string_view body) {
    return read(http_.Patch(path, std::string(body), "application/json"));
  }
  Answer remove(const std::string& path) { return read(http_.Delete(path)); }

 private:
  static Answer read(const httplib::Result& result) {
    if (!result) {
      ADD_FAILURE() << "no answer: " << httplib::to_string(result.error());
      return {};
    }
    return {result->status, result->body.empty() ? json() : json::parse(result->body)};
  }

  httplib::Client http_;
};

class Service : public ::testing::Test {
 protected:
  Service()
      : orm({.driver = rowan::driver_from_url(database_url()),
             .entities = rowan::entities<Post>()}) {
    orm.schema().refresh();
    serve_posts(server, orm);
  }
  ~Service() override {
    server.stop();
    if (listener.joinable()) listener.join();
    orm.schema().drop();
  }

  /// Begins to listen; routes of a test's own come before.
  int start() {
    const int port = server.bind_to_any_port("127.0.0.1");
    listener = std::thread([this] { server.listen_after_bind(); });
    while (!server.is_running()) std::this_thread::yield();
    return port;
  }
  Answer made(Client& client, const std::string& slug) {
    return client.post("/posts", R"({"slug": ")" + slug + R"(", "title": "Of )" + slug + "\"}");
  }
  /// Runs `work(client, number)` in as many threads as there are clients, all at once.
  static void at_once(int port, const std::function<void(Client&, int)>& work) {
    std::vector<std::thread> threads;
    for (int number = 0; number < clients; ++number) {
      threads.emplace_back([&, number] {
        Client client(port);
        work(client, number);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }

  rowan::Orm orm;
  httplib::Server server;
  std::thread listener;
};

std::string path_of(const Answer& answer) {
  return "/posts/" + std::to_string(answer.body["id"].as_int64());
}

TEST_F(Service, creates_shows_changes_and_deletes) {
  Client client(start());
  const Answer created = client.post(
      "/posts", R"({"slug": "first", "title": "Caf\u00e9", "content": "Text", "published": true})");
  ASSERT_EQ(created.status, 201) << created.body.dump();
  EXPECT_EQ(created.body["version"], json(1));

  const Answer shown = client.get(path_of(created));
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(shown.body["title"], json("Caf\xc3\xa9"));
  EXPECT_EQ(shown.body["content"], json("Text"));
  EXPECT_EQ(shown.body["published"], json(true));

  const Answer changed =
      client.patch(path_of(created), R"({"version": 1, "title": "Other", "content": null})");
  EXPECT_EQ(changed.status, 200) << changed.body.dump();
  const Answer again = client.get(path_of(created));
  EXPECT_EQ(again.body, changed.body);
  EXPECT_EQ(again.body["title"], json("Other"));
  EXPECT_TRUE(again.body["content"].is_null());
  EXPECT_EQ(again.body["published"], json(true)) << "what the body does not name stays";
  EXPECT_EQ(again.body["version"], json(2));

  EXPECT_EQ(client.remove(path_of(created)).status, 204);
  EXPECT_EQ(client.get(path_of(created)).status, 404);
}

TEST_F(Service, lists_pages_and_filters) {
  Client client(start());
  for (int i = 0; i < 7; ++i) {
    ASSERT_EQ(made(client, (i % 2 == 0 ? "even-" : "odd-") + std::to_string(i)).status, 201);
  }
  const Answer page = client.get("/posts?limit=3&offset=3");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.body["total"], json(7));
  ASSERT_EQ(page.body["posts"].size(), 3u);
  EXPECT_EQ(page.body["posts"][0]["slug"], json("odd-3"));

  const Answer odd = client.get("/posts", {{"filter", R"({"slug": {"$like": "odd-%"}})"}});
  EXPECT_EQ(odd.body["total"], json(3)) << odd.body.dump();
  // Values are bound: this is a slug that no post has, and no statement.
  const Answer none = client.get("/posts", {{"filter", R"({"slug": "x' or '1'='1"})"}});
  EXPECT_EQ(none.body["total"], json(0)) << none.body.dump();
}

TEST_F(Service, refuses_what_does_not_fit) {
  Client client(start());
  const Answer first = made(client, "first");
  ASSERT_EQ(first.status, 201);
  const std::string path = path_of(first);
  const struct {
    Answer answer;
    int status;
    const char* says;
  } cases[] = {
      {client.post("/posts", "{"), 400, "line 1"},
      {client.post("/posts", "[1]"), 400, "must be a JSON object"},
      {client.post("/posts", R"({"slug": "a", "titel": "b"})"), 400, "title is missing"},
      {client.post("/posts", R"({"slug": "a", "title": "b", "id": 7})"), 400, "no property 'id'"},
      {client.post("/posts", R"({"slug": "a", "title": 3})"), 400,
       "title must be text, not number"},
      {client.post("/posts", R"({"slug": "a", "title": null})"), 400,
       "title must be text, not null"},
      {client.post("/posts", R"({"slug": "a", "title": ""})"), 400, "1 to 200 characters"},
      {client.post("/posts", R"({"slug": "a", "title": ")" + std::string(201, 'x') + "\"}"), 400,
       "1 to 200 characters"},
      {client.post("/posts", R"({"slug": "a", "title": "b", "published": "yes"})"), 400,
       "true or false"},
      {client.post("/posts", "{\"slug\": \"a\", \"title\": \"\xff\"}"), 400, ""},
      {client.post("/posts", R"({"slug": "a", "title": "\u0000"})"), 400, "zero characters"},
      {client.post("/posts", R"({"slug": "first", "title": "b"})"), 409, "has this slug"},
      {client.patch(path, R"({"title": "b"})"), 400, "version must be"},
      {client.patch(path, R"({"version": 9, "title": "b"})"), 409, "read it again"},
      {client.patch(path, R"({"version": 1, "colour": "b"})"), 400, "no property 'colour'"},
      {client.patch("/posts/987654321", R"({"version": 1, "title": "b"})"), 404, "no such post"},
      {client.get("/posts/99999999999999999999999"), 404, "no such post"},
      {client.remove("/posts/987654321"), 404, "no such post"},
      {client.get("/posts?limit=1000"), 400, "limit must be"},
      {client.get("/posts?limit=x"), 400, "limit must be"},
      {client.get("/posts", {{"filter", R"({"colour": 1})"}}), 400, "colour"},
      {client.get("/posts", {{"filter", R"({"title": {"$gt": 1}})"}}), 400, "title"},
      {client.get("/nothing"), 404, ""},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(each.answer.status, each.status) << each.says << ": " << each.answer.body.dump();
    if (*each.says != '\0') {
      EXPECT_NE(each.answer.body["error"].dump().find(each.says), std::string::npos)
          << each.answer.body.dump();
    }
  }
  EXPECT_EQ(client.get(path).body, first.body) << "what was refused changed nothing";
  EXPECT_EQ(client.get("/posts").body["total"], json(1));
}

TEST_F(Service, each_request_has_an_identity_map_of_its_own) {
  struct Seen {
    const void* manager;
    const void* post;
    std::string title;
    std::uint64_t managed;
  };
  std::vector<Seen> seen(clients);
  std::barrier all(clients);
  // All requests hold the row's object at the same time, and each changes it.
  server.Get(R"(/meet/(\d+))",
             in_request(orm, [&](const httplib::Request& request, httplib::Response& response) {
               const std::string who = request.matches[1];
               Post& post = orm.em().find_one_or_fail<Post>(f<&Post::slug> == "shared");
               all.arrive_and_wait();
               post.title = "changed by " + who;
               all.arrive_and_wait();
               seen[std::stoul(who)] = {rowan::RequestContext::current(orm.em()), &post, post.title,
                                        orm.em().statistics().managed};
               all.arrive_and_wait();
               response.set_content("{}", "application/json");
             }));
  const int port = start();
  Client client(port);
  const Answer shared = made(client, "shared");
  at_once(port, [](Client& one, int number) {
    EXPECT_EQ(one.get("/meet/" + std::to_string(number)).status, 200);
  });

  std::set<const void*> managers;
  std::set<const void*> posts;
  for (int number = 0; number < clients; ++number) {
    const Seen& each = seen[static_cast<std::size_t>(number)];
    managers.insert(each.manager);
    posts.insert(each.post);
    EXPECT_EQ(each.title, "changed by " + std::to_string(number));
    EXPECT_EQ(each.managed, 1u);
  }
  EXPECT_EQ(managers.size(), static_cast<std::size_t>(clients));
  EXPECT_EQ(managers.count(nullptr), 0u);
  EXPECT_EQ(posts.size(), static_cast<std::size_t>(clients));
  EXPECT_EQ(client.get(path_of(shared)).body, shared.body) << "nobody flushed";
}

TEST_F(Service, loses_no_write_of_several_clients) {
  constexpr int changes = 8;
  const int port = start();
  Client client(port);
  const std::string path = path_of(made(client, "counter"));
  ASSERT_EQ(client.patch(path, R"({"version": 1, "content": "0"})").status, 200);
  std::atomic<int> conflicts = 0;
  at_once(port, [&](Client& one, int) {
    for (int done = 0; done < changes;) {
      const Answer read = one.get(path);
      ASSERT_EQ(read.status, 200);
      const int count = std::stoi(read.body["content"].as_string());
      const json body =
          json::object({{"version", read.body["version"]}, {"content", std::to_string(count + 1)}});
      const Answer written = one.patch(path, body.dump());
      if (written.status == 200) {
        EXPECT_EQ(written.body["content"], body["content"]);
        ++done;
      } else {
        // A database may find the collision itself and ask to try again.
        ASSERT_TRUE(written.status == 409 || written.status == 503) << written.body.dump();
        ++conflicts;
      }
    }
  });
  const Answer last = client.get(path);
  EXPECT_EQ(last.body["content"], json(std::to_string(clients * changes)));
  EXPECT_EQ(last.body["version"], json(2 + clients * changes)) << conflicts << " conflicts";
}

TEST_F(Service, no_client_sees_anothers_work) {
  constexpr int posts = 10;
  const int port = start();
  at_once(port, [&](Client& one, int number) {
    const std::string name = "client-" + std::to_string(number) + "-";
    for (int i = 0; i < posts; ++i) {
      const std::string slug = name + std::to_string(i);
      const Answer created = made(one, slug);
      ASSERT_EQ(created.status, 201) << created.body.dump();
      // A request that fails after it has begun to work leaves nothing behind for the next one on its thread.
      EXPECT_EQ(made(one, slug).status, 409);
      EXPECT_EQ(one.patch(path_of(created), R"({"version": 1, "slug": 5})").status, 400);
      const Answer shown = one.get(path_of(created));
      EXPECT_EQ(shown.body, created.body);
      EXPECT_EQ(shown.body["slug"], json(slug));
      if (i % 2 == 1) {
        EXPECT_EQ(one.remove(path_of(created)).status, 204);
      }
    }
    const json filter = json::object({{"slug", json::object({{"$like", name + "%"}})}});
    EXPECT_EQ(one.get("/posts", {{"filter", filter.dump()}}).body["total"], json(posts / 2));
  });
  Client client(port);
  EXPECT_EQ(client.get("/posts").body["total"], json(clients * posts / 2));
}

TEST_F(Service, pending_work_ends_with_its_request) {
  server.Get("/forget", in_request(orm, [&](const httplib::Request&, httplib::Response& response) {
               orm.em().create<Post>({.slug = "forgotten", .title = "Never flushed"});
               response.set_content("{}", "application/json");
             }));
  Client client(start());
  EXPECT_EQ(client.get("/forget").status, 200);
  ASSERT_EQ(made(client, "kept").status, 201);
  EXPECT_EQ(client.get("/posts").body["total"], json(1));
  EXPECT_THROW((void)orm.em().count<Post>(), rowan::ValidationError) << "outside of a request";
}

}  // namespace
}  // namespace http_service

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (!argument.starts_with("--url=")) {
      std::cerr << "unknown argument: " << argument << '\n';
      return 2;
    }
    http_service::database_url() = argument.substr(6);
  }
  if (http_service::database_url().empty()) {
    std::cerr << "usage: http_service_tests --url=URL\n";
    return 2;
  }
  return RUN_ALL_TESTS();
}
