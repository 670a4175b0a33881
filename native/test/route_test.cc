// Routes: patterns, the answer in three kinds of messages, bounds, and clients that go away.
#include "support.h"

using test::Engine;
using test::Signal;

namespace {

std::string Match(const char* pattern, const char* path) {
  const auto parsed = baton::RoutePattern::Parse(pattern);
  if (!parsed.has_value()) return "bad pattern";
  baton::Pairs groups;
  if (!parsed->Match(path, &groups)) return "no";
  std::string text = "yes";
  for (const auto& [name, value] : groups) text += " " + name + "=" + value;
  return text;
}

using Handler = std::function<baton_status(const baton_request*, baton_response*)>;

baton_status BATON_CALL CallHandler(void* data, const baton_request* request,
                                    baton_response* response) {
  return (*static_cast<Handler*>(data))(request, response);
}

baton_status Register(Engine* engine, const char* method, const char* pattern, Handler* handler) {
  return engine->host()->register_route(engine->host(), method, pattern, CallHandler, handler);
}

uint64_t Start(Engine* engine, const std::string& method, const std::string& path) {
  uint64_t ticket = 0;
  CHECK_EQ(engine->core().StartRequest({method, path, {{"q", "1"}}, {{"accept", "*/*"}}, "body"},
                                       &ticket),
           BATON_OK);
  return ticket;
}

}  // namespace

TEST("patterns match literals, single segments and the rest, decoded") {
  CHECK_EQ(Match("/a/b", "/a/b"), "yes");
  CHECK_EQ(Match("/a/b", "/a/%62"), "yes");
  CHECK_EQ(Match("/a/b", "/a/b/"), "no");
  CHECK_EQ(Match("/a/{id}", "/a/x%20y"), "yes id=x y");
  CHECK_EQ(Match("/a/{id}", "/a/"), "no");
  CHECK_EQ(Match("/a/{id}", "/a/x/y"), "no");
  CHECK_EQ(Match("/a/{id}/f/{rest*}", "/a/1/f/x/y%2Fz"), "yes id=1 rest=x/y/z");
  CHECK_EQ(Match("/a/{rest*}", "/a/"), "yes rest=");
  CHECK_EQ(Match("/a/{rest*}", "/a"), "no");
  CHECK_EQ(Match("/a/{id}", "/a/%00"), "no");
  CHECK_EQ(Match("/a/{id}", "/a/%ff"), "no");
  CHECK_EQ(Match("/a/{id}", "/a/%f"), "no");
  for (const char* bad :
       {"", "a", "/", "//a", "/a/", "/a b", "/a?b", "/\xc3\xbc", "/\xff", "/{}", "/{*}", "/{a",
        "/x{a}", "/{a*}/b", "/{a}/{a}", "/{a{b}}", "/{a b}", "/{1}", "/{\xc3\xbc}"}) {
    CHECK_EQ(Match(bad, "/"), "bad pattern");
  }
}

TEST("the most specific route answers, and a taken name is refused") {
  Engine engine;
  std::string called;
  const auto named = [&](const char* name) {
    return Handler([&called, name](const baton_request*, baton_response*) {
      called = name;
      return BATON_OK;
    });
  };
  Handler rest = named("rest"), one = named("one"), literal = named("literal");
  CHECK_EQ(Register(&engine, "GET", "/a/{all*}", &rest), BATON_OK);
  CHECK_EQ(Register(&engine, "GET", "/a/{id}", &one), BATON_OK);
  CHECK_EQ(Register(&engine, "GET", "/a/b", &literal), BATON_OK);
  CHECK_EQ(Register(&engine, "GET", "/a/{other}", &one), BATON_ERROR_NAME_TAKEN);
  CHECK_EQ(Register(&engine, "get", "/z", &one), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(Register(&engine, "GET", "z", &one), BATON_ERROR_INVALID_ARGUMENT);
  for (const char* served_by_nobody : {"HEAD", "PATCH", "OPTIONS", "CONNECT", "XYZ"})
    CHECK_EQ(Register(&engine, served_by_nobody, "/z", &one), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(engine.core().ReserveRoute("GET", "/jobs"), BATON_OK);
  CHECK_EQ(Register(&engine, "GET", "/jobs", &one), BATON_ERROR_NAME_TAKEN);
  CHECK_EQ(Register(&engine, "POST", "/jobs", &one), BATON_OK);
  CHECK_EQ(engine.Next<baton::RouteRegistered>().pattern, "/a/{all*}");
  for (const auto& [path, name] : {std::pair<const char*, const char*>{"/a/b", "literal"},
                                   {"/a/c", "one"},
                                   {"/a/c/d", "rest"}}) {
    Start(&engine, "GET", path);
    engine.Next<baton::ResponseEnd>();
    CHECK_EQ(called, name);
  }
  uint64_t ticket = 0;
  CHECK_EQ(engine.core().StartRequest({"GET", "/jobs", {}, {}, ""}, &ticket),
           BATON_ERROR_NOT_FOUND);
  CHECK_EQ(engine.core().StartRequest({"PUT", "/a/b", {}, {}, ""}, &ticket), BATON_ERROR_NOT_FOUND);
  engine.CloseWell();
}

TEST("what is below a path of the host's own is nobody's, however it is asked for") {
  Engine engine;
  Handler handler = [](const baton_request*, baton_response*) { return BATON_OK; };
  engine.core().ReservePath("jobs");
  for (const char* pattern : {"/jobs", "/jobs/{id}", "/jobs/{id}/x", "/jobs/{rest*}", "/jobs/a"})
    CHECK_EQ(Register(&engine, "GET", pattern, &handler), BATON_ERROR_NAME_TAKEN);
  CHECK_EQ(Register(&engine, "GET", "/{any*}", &handler), BATON_OK);
  CHECK_EQ(Register(&engine, "GET", "/{any}/{id}", &handler), BATON_OK);
  const auto asked = [&](const char* path) {
    uint64_t ticket = 0;
    return engine.core().StartRequest({"GET", path, {}, {}, ""}, &ticket);
  };
  for (const char* path : {"/jobs", "/jobs/1", "/%6aobs/1", "/jobs/1/x"})
    CHECK_EQ(asked(path), BATON_ERROR_NOT_FOUND);
  CHECK_EQ(asked("/jobsearch/1"), BATON_OK);
  engine.Next<baton::ResponseEnd>();
  engine.CloseWell();
}

TEST("a handler sees the whole request and answers with head, chunks and end") {
  Engine engine;
  Handler handler = [](const baton_request* request, baton_response* response) {
    CHECK_EQ(std::string(request->method), "POST");
    CHECK_EQ(std::string(request->path), "/hello/a%20b");
    CHECK_EQ(request->group_count, 1u);
    CHECK_EQ(std::string(request->groups[0].value), "a b");
    CHECK_EQ(std::string(request->query[0].name), "q");
    CHECK_EQ(std::string(request->headers[0].value), "*/*");
    CHECK_EQ(std::string(static_cast<const char*>(request->body), request->body_size), "body");
    CHECK_EQ(response->set_status(response, 99), BATON_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(response->set_status(response, 201), BATON_OK);
    CHECK_EQ(response->set_header(response, "x y", "z"), BATON_ERROR_INVALID_ARGUMENT);
    for (const char* bad : {"a\r\nb: c", "\xff", "\xc3", "\xc3\x28", "\xe2\x98\x83", "\xc0\x80"})
      CHECK_EQ(response->set_header(response, "x", bad), BATON_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(response->set_header(response, "x-latin", "caf\xc3\xa9"), BATON_OK);
    CHECK_EQ(response->set_header(response, "x-test", "1"), BATON_OK);
    CHECK_EQ(response->write(response, "hi", 2), BATON_OK);
    CHECK_EQ(response->set_status(response, 200), BATON_ERROR_WRONG_STATE);
    CHECK_EQ(response->set_header(response, "x", "y"), BATON_ERROR_WRONG_STATE);
    return BATON_OK;
  };
  CHECK_EQ(Register(&engine, "POST", "/hello/{id}", &handler), BATON_OK);
  const uint64_t ticket = Start(&engine, "POST", "/hello/a%20b");
  const baton::ResponseHead head = engine.Next<baton::ResponseHead>();
  CHECK_EQ(head.ticket, ticket);
  CHECK_EQ(head.http_status, 201);
  CHECK_EQ(head.headers.size(), 2u);
  CHECK_EQ(engine.Next<baton::ResponseChunk>().bytes, "hi");
  CHECK_EQ(engine.Next<baton::ResponseEnd>().status, BATON_OK);
  engine.CloseWell();
}

TEST("an error or an exception without a head is told as such") {
  Engine engine;
  Handler fails = [](const baton_request*, baton_response*) { return BATON_ERROR_NOT_FOUND; };
  Handler throws = [](const baton_request*, baton_response*) -> baton_status { throw 1; };
  CHECK_EQ(Register(&engine, "GET", "/fails", &fails), BATON_OK);
  CHECK_EQ(Register(&engine, "GET", "/throws", &throws), BATON_OK);
  Start(&engine, "GET", "/fails");
  CHECK_EQ(engine.Next<baton::ResponseEnd>().status, BATON_ERROR_NOT_FOUND);
  Start(&engine, "GET", "/throws");
  CHECK_EQ(engine.Next<baton::ResponseEnd>().status, BATON_ERROR_INTERNAL);
  for (const baton::Message& message : engine.Pending())
    CHECK(!std::holds_alternative<baton::ResponseHead>(message));
  engine.CloseWell();
}

TEST("a long answer waits for the client, within 1 MiB, and fails when the client goes away") {
  Engine engine;
  baton_status last = -1;
  Handler handler = [&](const baton_request*, baton_response* response) {
    const std::string large(4 * 1048576, 'x');
    const baton_status status = response->write(response, large.data(), large.size());
    CHECK_EQ(status, BATON_OK);
    return last = response->write(response, large.data(), large.size());
  };
  CHECK_EQ(Register(&engine, "GET", "/large", &handler), BATON_OK);
  const uint64_t ticket = Start(&engine, "GET", "/large");
  size_t received = 0, most = 0, acknowledged = 0;
  while (received < 4 * 1048576) {
    received += engine.Next<baton::ResponseChunk>().bytes.size();
    most = std::max(most, received - acknowledged);
    if (received - acknowledged == baton::Response::kMaxOnTheWay) {
      engine.core().AckResponse(ticket, received - acknowledged);
      acknowledged = received;
    }
  }
  CHECK_EQ(most, baton::Response::kMaxOnTheWay);
  engine.core().AbortRequest(ticket);
  CHECK_EQ(engine.Next<baton::ResponseEnd>().status, BATON_ERROR_CLOSING);
  CHECK_EQ(last, BATON_ERROR_CLOSING);
  engine.CloseWell();
}

TEST("no more than 1 MiB is on its way to a client that does not read") {
  Engine engine;
  Handler handler = [](const baton_request*, baton_response* response) {
    const std::string large(64 * 1048576, 'x');
    return response->write(response, large.data(), large.size());
  };
  CHECK_EQ(Register(&engine, "GET", "/large", &handler), BATON_OK);
  const uint64_t ticket = Start(&engine, "GET", "/large");
  size_t received = 0;
  while (received < baton::Response::kMaxOnTheWay) {
    received += engine.Next<baton::ResponseChunk>().bytes.size();
  }
  engine.core().AbortRequest(ticket);
  CHECK_EQ(engine.Next<baton::ResponseEnd>().status, BATON_ERROR_CLOSING);
  for (const baton::Message& message : engine.Pending()) {
    CHECK(!std::holds_alternative<baton::ResponseChunk>(message));
  }
  engine.CloseWell();
}

TEST("eight requests are handled at a time, 64 wait, more are refused; closing answers all") {
  Engine engine;
  Signal go;
  std::atomic<int> handled{0};
  Handler handler = [&](const baton_request*, baton_response*) {
    handled++;
    go.Await();
    return BATON_OK;
  };
  CHECK_EQ(Register(&engine, "GET", "/slow", &handler), BATON_OK);
  for (int i = 0; i < 8; i++) Start(&engine, "GET", "/slow");
  while (handled < 8) std::this_thread::yield();
  for (int i = 0; i < 64; i++) Start(&engine, "GET", "/slow");
  uint64_t ticket = 0;
  CHECK_EQ(engine.core().StartRequest({"GET", "/slow", {}, {}, ""}, &ticket),
           BATON_ERROR_QUEUE_FULL);
  engine.core().BeginClose();
  for (int i = 0; i < 64; i++)
    CHECK_EQ(engine.Next<baton::ResponseEnd>().status, BATON_ERROR_CLOSING);
  CHECK_EQ(engine.core().StartRequest({"GET", "/slow", {}, {}, ""}, &ticket), BATON_ERROR_CLOSING);
  go.Set();
  for (int i = 0; i < 8; i++) CHECK_EQ(engine.Next<baton::ResponseEnd>().status, BATON_OK);
  CHECK_EQ(handled.load(), 8);
  engine.CloseWell();
}

CHECK_MAIN
