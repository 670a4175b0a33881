// call_rest: native routes on the asking thread, all else by the engine, and what is refused.
#include "rest_support.h"

using test::Call;
using test::Engine;
using test::Handler;
using test::Register;
using test::Script;
using test::Signal;

namespace {

// Calls on a thread of its own, since the test's own is the engine's.
baton_status OnThread(const std::function<baton_status()>& call) {
  baton_status status = BATON_ERROR_INTERNAL;
  std::thread([&] { status = call(); }).join();
  return status;
}

}  // namespace

TEST("a native route is answered on the calling thread, into the caller's sink") {
  Engine engine;
  std::thread::id handled_on;
  Handler handler = [&](const baton_request* request, baton_response* response) {
    handled_on = std::this_thread::get_id();
    CHECK_EQ(std::string(request->method), "POST");
    CHECK_EQ(std::string(request->path), "/hello/a%20b/c");
    CHECK_EQ(std::string(request->groups[0].value), "a b");
    CHECK_EQ(request->query_count, 4u);
    CHECK_EQ(std::string(request->query[0].name), "q");
    CHECK_EQ(std::string(request->query[0].value), "1 2 3");
    CHECK_EQ(std::string(request->query[1].name), "q");
    CHECK_EQ(std::string(request->query[1].value), "%zz");
    CHECK_EQ(std::string(request->query[2].name), "empty");
    CHECK_EQ(std::string(request->query[2].value), "");
    CHECK_EQ(std::string(request->query[3].value), "?");
    CHECK_EQ(request->header_count, 2u);
    CHECK_EQ(std::string(request->headers[0].name), "accept");
    CHECK_EQ(std::string(request->headers[0].value), "a, b");
    CHECK_EQ(std::string(request->headers[1].name), "x-one");
    CHECK_EQ(std::string(static_cast<const char*>(request->body), request->body_size), "body");
    CHECK_EQ(response->set_status(response, 99), BATON_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(response->set_status(response, 201), BATON_OK);
    CHECK_EQ(response->set_header(response, "a b", "c"), BATON_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(response->set_header(response, "x-test", "1"), BATON_OK);
    CHECK_EQ(response->write(response, "he", 2), BATON_OK);
    CHECK_EQ(response->write(response, nullptr, 1), BATON_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(response->set_status(response, 200), BATON_ERROR_WRONG_STATE);
    CHECK_EQ(response->set_header(response, "x", "y"), BATON_ERROR_WRONG_STATE);
    return response->write(response, "llo", 3);
  };
  CHECK_EQ(Register(&engine, "POST", "/hello/{id}/c", &handler), BATON_OK);
  std::thread thread([&] {
    Call call;
    call.headers = {{"Accept", "a"}, {"x-one", "1"}, {"ACCEPT", "b"}, {"Content-Length", "9"}};
    call.body = "body";
    const char* path = "//hello/a%20b//c/?q=1+2%203&q=%zz&&empty&bad=%ff";
    CHECK_EQ(call.Make(engine.host(), "POST", path), BATON_OK);
    CHECK_EQ(call.http_status, 201);
    CHECK_EQ(call.answer, "hello");
    CHECK(handled_on == std::this_thread::get_id());
  });
  thread.join();
  for (const baton::Message& message : engine.Pending())
    CHECK(!std::holds_alternative<baton::RestCalled>(message));
  engine.CloseWell();
}

TEST("what is no native route is answered by the engine") {
  Engine engine;
  CHECK_EQ(engine.core().ReserveRoute("GET", "/jobs"), BATON_OK);
  Call call;
  call.headers = {{"X-A", "1"}};
  call.body = "b";
  std::thread thread([&] { CHECK_EQ(call.Make(engine.host(), "GET", "/jobs/?expand"), BATON_OK); });
  const baton::RestCalled called = engine.Next<baton::RestCalled>();
  CHECK_EQ(called.method, "GET");
  CHECK_EQ(called.target, "/jobs?expand");
  CHECK_EQ(called.headers[0].first, "x-a");
  CHECK_EQ(called.body, "b");
  CHECK_EQ(called.refused, BATON_OK);
  CHECK(engine.core().AnswerRest(called.ticket, BATON_OK, {404, "no"}));
  CHECK(!engine.core().AnswerRest(called.ticket, BATON_OK, {200, ""}));
  thread.join();
  CHECK_EQ(call.http_status, 404);
  CHECK_EQ(call.answer, "no");
  engine.CloseWell();
}

TEST("an error of the engine, or of the sink, is passed on and nothing is set") {
  Engine engine;
  const auto ask = [&](Call* call, baton_status status, const char* body) {
    baton_status answered = BATON_OK;
    std::thread thread([&] { answered = call->Make(engine.host(), "GET", "/x"); });
    engine.core().AnswerRest(engine.Next<baton::RestCalled>().ticket, status, {200, body});
    thread.join();
    return answered;
  };
  Call failed;
  CHECK_EQ(ask(&failed, BATON_ERROR_TOO_LARGE, ""), BATON_ERROR_TOO_LARGE);
  CHECK_EQ(failed.http_status, -1);
  Call full;
  full.sink_status = BATON_ERROR_QUEUE_FULL;
  CHECK_EQ(ask(&full, BATON_OK, "body"), BATON_ERROR_QUEUE_FULL);
  CHECK_EQ(full.http_status, -1);
  Call unwanted;
  unwanted.wants_body = false;
  CHECK_EQ(ask(&unwanted, BATON_OK, "body"), BATON_OK);
  CHECK_EQ(unwanted.http_status, 200);
  engine.CloseWell();
}

TEST("an error of the sink reaches the handler, and the caller even if the handler hides it") {
  Engine engine;
  Handler handler = [](const baton_request*, baton_response* response) {
    CHECK_EQ(response->write(response, "x", 1), BATON_ERROR_QUEUE_FULL);
    CHECK_EQ(response->write(response, "y", 1), BATON_ERROR_QUEUE_FULL);
    return BATON_OK;
  };
  CHECK_EQ(Register(&engine, "GET", "/x", &handler), BATON_OK);
  Call call;
  call.sink_status = BATON_ERROR_QUEUE_FULL;
  CHECK_EQ(OnThread([&] { return call.Make(engine.host(), "GET", "/x"); }), BATON_ERROR_QUEUE_FULL);
  CHECK_EQ(call.writes, 1);
  CHECK_EQ(call.http_status, -1);
  engine.CloseWell();
}

TEST("a refusal of a handler becomes the host's answer, one in the middle of its own does not") {
  Engine engine;
  Handler refuses = [](const baton_request*, baton_response* response) {
    response->set_status(response, 202);
    return BATON_ERROR_NOT_FOUND;
  };
  Handler throws = [](const baton_request*, baton_response*) -> baton_status { throw 1; };
  Handler breaks = [](const baton_request*, baton_response* response) {
    response->write(response, "x", 1);
    return BATON_ERROR_NOT_FOUND;
  };
  CHECK_EQ(Register(&engine, "GET", "/refuses", &refuses), BATON_OK);
  CHECK_EQ(Register(&engine, "GET", "/throws", &throws), BATON_OK);
  CHECK_EQ(Register(&engine, "GET", "/breaks", &breaks), BATON_OK);
  for (const auto& [path, status] :
       {std::pair<const char*, baton_status>{"/refuses", BATON_ERROR_NOT_FOUND},
        {"/throws", BATON_ERROR_INTERNAL}}) {
    Call call;
    std::thread thread([&] { CHECK_EQ(call.Make(engine.host(), "GET", path), BATON_OK); });
    const baton::RestCalled called = engine.Next<baton::RestCalled>();
    CHECK_EQ(called.target, path);
    CHECK_EQ(called.refused, status);
    CHECK_EQ(called.plugin, "test");
    engine.core().AnswerRest(called.ticket, BATON_OK, {404, "words"});
    thread.join();
    CHECK_EQ(call.http_status, 404);
    CHECK_EQ(call.answer, "words");
  }
  Call broken;
  CHECK_EQ(OnThread([&] { return broken.Make(engine.host(), "GET", "/breaks"); }),
           BATON_ERROR_INTERNAL);
  CHECK_EQ(broken.http_status, -1);
  CHECK_EQ(engine.Next<baton::Logged>().level, BATON_LOG_ERROR);
  engine.CloseWell();
}

TEST("HEAD is GET without the body, and 204 has none") {
  Engine engine;
  Handler handler = [](const baton_request* request, baton_response* response) {
    CHECK_EQ(std::string(request->method), "GET");
    if (request->query_count > 0) response->set_status(response, 204);
    return response->write(response, "body", 4);
  };
  CHECK_EQ(Register(&engine, "GET", "/x", &handler), BATON_OK);
  for (const auto& [method, path, status] :
       {std::tuple<const char*, const char*, int>{"HEAD", "/x", 200}, {"GET", "/x?q", 204}}) {
    Call call;
    CHECK_EQ(OnThread([&, m = method, p = path] { return call.Make(engine.host(), m, p); }),
             BATON_OK);
    CHECK_EQ(call.http_status, status);
    CHECK_EQ(call.writes, 0);
  }
  engine.CloseWell();
}

TEST("eight calls may stand inside of each other, the ninth is refused") {
  Engine engine;
  int depth = 0;
  baton_status deepest = BATON_OK;
  Handler handler = [&](const baton_request*, baton_response*) {
    depth++;
    Call inner;
    const baton_status status = inner.Make(engine.host(), "GET", "/again");
    if (depth == 8 && deepest == BATON_OK) deepest = status;
    return BATON_OK;
  };
  CHECK_EQ(Register(&engine, "GET", "/again", &handler), BATON_OK);
  Call call;
  CHECK_EQ(OnThread([&] {
             CHECK_EQ(call.Make(engine.host(), "GET", "/again"), BATON_OK);
             return call.Make(engine.host(), "GET", "/again");  // the depth was given back
           }),
           BATON_OK);
  CHECK_EQ(depth, 16);
  CHECK_EQ(deepest, BATON_ERROR_WRONG_STATE);
  engine.CloseWell();
}

TEST("what is no request is refused before anything happens") {
  Engine engine;
  const baton_host* host = engine.host();
  const std::string long_path = "/" + std::string(BATON_MAX_HEAD_SIZE, 'x');
  const std::string long_value(BATON_MAX_HEAD_SIZE, 'x');
  struct Wrong {
    const char* method;
    const char* path;
    Call call;
    baton_status status;
  };
  const auto with = [](const char* name, const char* value) {
    Call call;
    call.headers = {{name, value}};
    return call;
  };
  Call no_sink_function, large_body, null_headers, null_body, no_status, deaf;
  no_sink_function.has_write = false;
  large_body.body = std::string(BATON_MAX_BODY_SIZE + 1, 'x');
  null_headers.null_headers = true;
  null_body.null_body = true;
  no_status.wants_status = false;
  std::vector<Wrong> cases = {
      {nullptr, "/x", {}, BATON_ERROR_INVALID_ARGUMENT},
      {"", "/x", {}, BATON_ERROR_INVALID_ARGUMENT},
      {"get", "/x", {}, BATON_ERROR_INVALID_ARGUMENT},
      {"GETGETGETGETGETGET", "/x", {}, BATON_ERROR_TOO_LARGE},
      {"GET", nullptr, {}, BATON_ERROR_INVALID_ARGUMENT},
      {"GET", long_path.c_str(), {}, BATON_ERROR_TOO_LARGE},
      {"GET", "/x", with(nullptr, "x"), BATON_ERROR_INVALID_ARGUMENT},
      {"GET", "/x", with("x", nullptr), BATON_ERROR_INVALID_ARGUMENT},
      {"GET", "/x", with("a b", "x"), BATON_ERROR_INVALID_ARGUMENT},
      {"GET", "/x", with("x", "a\r\nb: c"), BATON_ERROR_INVALID_ARGUMENT},
      {"GET", "/x", with("x", "\xff"), BATON_ERROR_INVALID_ARGUMENT},
      {"GET", "/x", with("x", long_value.c_str()), BATON_ERROR_TOO_LARGE},
      {"GET", "/x", no_sink_function, BATON_ERROR_INVALID_ARGUMENT},
      {"GET", "/x", large_body, BATON_ERROR_TOO_LARGE},
      {"GET", "/x", null_headers, BATON_ERROR_INVALID_ARGUMENT},
      {"GET", "/x", null_body, BATON_ERROR_INVALID_ARGUMENT},
      {"GET", "/x", no_status, BATON_ERROR_INVALID_ARGUMENT},
      {"GET", "/x", deaf, BATON_ERROR_WRONG_THREAD},  // else all is well: this is the loop thread
  };
  for (const char* path : {"", "x", "/a b", "/a#b", "/\xc3\xa4", "/a\\b", "/a/../b", "/a/.", "/%2e",
                           "/a/%2E%2e/b", "/.%2e", "/a\tb", "http://a/b"}) {
    cases.push_back({"GET", path, {}, BATON_ERROR_INVALID_ARGUMENT});
  }
  for (Wrong& wrong : cases) {
    CHECK_EQ(wrong.call.Make(host, wrong.method, wrong.path), wrong.status);
    CHECK_EQ(wrong.call.http_status, -1);
  }
  CHECK_EQ(host->call_rest(nullptr, "GET", "/x", nullptr, 0, nullptr, 0, nullptr, nullptr),
           BATON_ERROR_INVALID_ARGUMENT);
  CHECK(engine.Pending().empty());
  engine.CloseWell();
}

TEST("closing answers CLOSING to whoever waits, and to a handler's writes") {
  Engine engine;
  Signal in_handler, go_on;
  Handler handler = [&](const baton_request*, baton_response* response) {
    in_handler.Set();
    go_on.Await();
    return response->write(response, "x", 1);
  };
  CHECK_EQ(Register(&engine, "GET", "/native", &handler), BATON_OK);
  Call by_engine, by_handler;
  std::thread first(
      [&] { CHECK_EQ(by_engine.Make(engine.host(), "GET", "/engine"), BATON_ERROR_CLOSING); });
  std::thread second(
      [&] { CHECK_EQ(by_handler.Make(engine.host(), "GET", "/native"), BATON_ERROR_CLOSING); });
  engine.Next<baton::RestCalled>();
  in_handler.Await();
  engine.core().BeginClose();
  first.join();
  // Its handler is a callback that the closing waits for.
  CHECK(!engine.plugin()->AwaitIdle(baton::DeadlineIn(20)));
  go_on.Set();
  second.join();
  CHECK_EQ(by_handler.writes, 0);
  engine.CloseWell();
  Call late;
  CHECK_EQ(OnThread([&] { return late.Make(engine.host(), "GET", "/native"); }),
           BATON_ERROR_CLOSING);
}

TEST("a refusal that comes when its caller's plugin has closed asks the engine nothing") {
  Engine engine;
  baton::Instance* other = engine.core().AddInstance("other");
  Signal in_handler, go_on, answered;
  Handler refuses = [&](const baton_request*, baton_response*) {
    in_handler.Set();
    go_on.Await();
    return BATON_ERROR_NOT_FOUND;
  };
  CHECK_EQ(Register(&engine, "GET", "/refuses", &refuses), BATON_OK);
  Call call;
  std::thread thread([&] {
    CHECK_EQ(call.Make(other->host(), "GET", "/refuses"), BATON_ERROR_CLOSING);
    answered.Set();
  });
  in_handler.Await();
  CHECK(engine.core().CloseInstance(other, 60000));
  go_on.Set();
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!answered.IsSet() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  CHECK(answered.IsSet());
  thread.join();
  engine.CloseWell();
}

// The engine answers nobody before all of them wait: so none of them needs a thread of another.
TEST("every thread of every kind may be in call_rest at once") {
  baton::CoreOptions options = Engine::Memory();
  options.slots = 3;
  Engine engine(options);
  const baton_host* host = engine.host();
  Handler leaf = [&](const baton_request*, baton_response* response) {
    Call call;
    CHECK_EQ(call.Make(host, "GET", "/engine"), BATON_OK);
    return response->write(response, call.answer.data(), call.answer.size());
  };
  Handler middle = [&](const baton_request*, baton_response* response) {
    Call call;
    CHECK_EQ(call.Make(host, "GET", "/leaf"), BATON_OK);
    return response->write(response, call.answer.data(), call.answer.size());
  };
  CHECK_EQ(Register(&engine, "GET", "/leaf", &leaf), BATON_OK);
  CHECK_EQ(Register(&engine, "GET", "/middle", &middle), BATON_OK);
  const auto ask = [&] {
    Call call;
    CHECK_EQ(call.Make(host, "GET", "/middle"), BATON_OK);
    CHECK_EQ(call.answer, "told");
  };
  Script script;
  script.steps = {[&](const baton_run*) {
    ask();
    return BATON_STEP_SUCCESS;
  }};
  Script scripts[3] = {};
  for (Script& one : scripts) {
    one.steps = script.steps;
    one.Submit(host);
    CHECK(engine.core().Admit(Engine::EntryFor(engine.Next<baton::Submitted>().row)));
  }
  for (int i = 0; i < baton::RequestPool::kThreads; i++) {
    uint64_t ticket = 0;
    CHECK_EQ(engine.core().StartRequest({"GET", "/middle", {}, {}, ""}, &ticket), BATON_OK);
  }
  std::vector<std::thread> own;
  for (int i = 0; i < 2; i++) own.emplace_back(ask);
  constexpr int kAll = 3 + baton::RequestPool::kThreads + 2;
  std::vector<uint64_t> waiting;
  while (waiting.size() < kAll) waiting.push_back(engine.Next<baton::RestCalled>().ticket);
  for (const uint64_t ticket : waiting)
    CHECK(engine.core().AnswerRest(ticket, BATON_OK, {200, "told"}));
  for (std::thread& thread : own) thread.join();
  for (int i = 0; i < baton::RequestPool::kThreads; i++)
    CHECK_EQ(engine.Next<baton::ResponseEnd>().status, BATON_OK);
  for (int i = 0; i < 3; i++)
    CHECK(engine.Next<baton::Ended>().outcome.kind == baton::OutcomeKind::kSuccess);
  engine.CloseWell();
}

CHECK_MAIN
