// A whole plugin written with baton.hpp: BATON_PLUGIN, its routes, and how long a handler lives.
#include "hpp.h"

using test::Engine;

namespace {

// What a handler holds; destroyed with it.
std::weak_ptr<int> held;
std::function<void(sdk::Host)> on_start;
int stops = 0;

void Start(sdk::Host host) {
  if (on_start) on_start(host);
  auto token = std::make_shared<int>(1);
  held = token;
  host.register_route(
          "POST", "/echo/{name}",
          [host, token](const sdk::Request& request, sdk::Response& response) -> sdk::Status {
            if (request.query("throw")) throw std::runtime_error("no echo");
            CHECK_EQ(std::string(request.method()), "POST");
            CHECK_EQ(std::string(request.path()), "/echo/a%20b");
            CHECK(!request.group("other"));
            CHECK(!request.header("other"));
            host.log(sdk::Level::kInfo, "answers " + std::string(*request.header("accept")));
            return response.send_json(201, "{\"name\":" + sdk::json_quote(*request.group("name")) +
                                               ",\"body\":" + sdk::json_quote(request.body()) +
                                               "}");
          })
      .or_throw("cannot register");
}

void Stop() { stops++; }

// Starts this file's plugin as the host does, in a new instance.
struct Started {
  explicit Started(const char* name) : instance(engine.core().AddInstance(name)) {
    status = baton_plugin_query()->start(instance->host());
  }
  // As the host: first nothing runs any more, then `stop`.
  void CloseAndStop() {
    CHECK(engine.core().CloseInstance(instance, 60000));
    baton_plugin_query()->stop();
  }
  Engine engine;
  baton::Instance* instance;
  baton_status status;
};

}  // namespace

BATON_PLUGIN("hpp", "1.2.3", Start, Stop);

TEST("the query symbol says what the plugin is") {
  const baton_plugin* plugin = baton_plugin_query();
  CHECK(plugin == baton_plugin_query());
  CHECK_EQ(plugin->struct_size, sizeof *plugin);
  CHECK_EQ(plugin->abi_major, uint32_t{BATON_ABI_MAJOR});
  CHECK_EQ(plugin->abi_minor, uint32_t{BATON_ABI_MINOR});
  CHECK_EQ(std::string(plugin->name), "hpp");
  CHECK_EQ(std::string(plugin->version), "1.2.3");
}

TEST("a route is answered by its handler, which dies when the plugin is stopped, and not before") {
  stops = 0;
  Started plugin("hpp");
  CHECK_EQ(plugin.status, BATON_OK);
  uint64_t ticket = 0;
  CHECK_EQ(plugin.engine.core().StartRequest(
               {"POST", "/echo/a%20b", {}, {{"accept", "all"}}, "\"\n"}, &ticket),
           BATON_OK);
  const auto head = plugin.engine.Next<baton::ResponseHead>();
  CHECK_EQ(head.http_status, 201);
  CHECK_EQ(head.headers.at(0).first, "content-type");
  CHECK_EQ(head.headers.at(0).second, "application/json");
  CHECK_EQ(plugin.engine.Next<baton::ResponseChunk>().bytes,
           "{\"name\":\"a b\",\"body\":\"\\\"\\u000a\"}");
  CHECK_EQ(plugin.engine.Next<baton::ResponseEnd>().status, BATON_OK);
  CHECK_EQ(test::NextLine(&plugin.engine), "answers all");
  CHECK_EQ(plugin.engine.core().StartRequest({"POST", "/echo/x", {{"throw", ""}}, {}, ""}, &ticket),
           BATON_OK);
  CHECK_EQ(plugin.engine.Next<baton::ResponseEnd>().status, BATON_ERROR_INTERNAL);
  CHECK_EQ(test::NextLine(&plugin.engine), "/echo/x: no echo");
  CHECK(!held.expired());
  plugin.CloseAndStop();
  CHECK_EQ(stops, 1);
  CHECK(held.expired());
  plugin.engine.CloseWell();
}

TEST("one image serves two hosts of one thread: handlers live until both are stopped") {
  Started first("hpp"), second("hpp");
  const std::weak_ptr<int> of_second = held;
  first.CloseAndStop();
  CHECK(!of_second.expired());
  second.CloseAndStop();
  CHECK(of_second.expired());
}

TEST("of hosts of two threads each takes its own handlers along") {
  Started first("hpp");
  const std::weak_ptr<int> of_first = held;
  std::thread([&] {
    Started second("hpp");
    const std::weak_ptr<int> of_second = held;
    second.CloseAndStop();
    CHECK(of_second.expired());
    CHECK(!of_first.expired());
  }).join();
  first.CloseAndStop();
  CHECK(of_first.expired());
}

TEST("what escapes start refuses the plugin with its status, and a line says why") {
  for (const bool as_error : {true, false}) {
    on_start = [as_error](sdk::Host) {
      if (as_error) sdk::Status(BATON_ERROR_NAME_TAKEN).or_throw("cannot begin");
      throw std::runtime_error("bad day");
    };
    Started refused("hpp");
    on_start = nullptr;
    CHECK_EQ(refused.status, as_error ? BATON_ERROR_NAME_TAKEN : BATON_ERROR_INTERNAL);
    CHECK_EQ(test::NextLine(&refused.engine),
             as_error ? "start: cannot begin: NAME_TAKEN" : "start: bad day");
  }
  // Stop is not called for it; so the next one that is stopped is the last of its thread.
  Started good("hpp");
  good.CloseAndStop();
  CHECK(held.expired());
}

TEST("a handler that the host refuses is destroyed at once, one of an addon when it says so") {
  Started plugin("hpp");
  const sdk::Host host(plugin.engine.host());
  auto token = std::make_shared<int>(2);
  const std::weak_ptr<int> watched = token;
  const auto handler = [token](const sdk::Request&, sdk::Response&) {};
  token.reset();
  const auto count = [&] { return watched.use_count(); };
  CHECK_EQ(count(), 1);
  CHECK(host.register_route("get", "/a", handler) == BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(count(), 1);
  CHECK(host.register_route("GET", "/a", handler).ok());
  CHECK_EQ(count(), 2);
  CHECK(plugin.engine.core().CloseInstance(plugin.engine.plugin(), 60000));
  host.forget();
  CHECK_EQ(count(), 1);
  plugin.CloseAndStop();
}

CHECK_MAIN
