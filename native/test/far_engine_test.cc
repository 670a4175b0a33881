// A core whose engine is in another process: calls wait for it on whatever thread they are made, and
// a job gets its id there.
#include <string>

#include "store_support.h"

using baton::StoreKind;
using test::Engine;
using test::ManualStore;
using test::Script;

namespace {

const char kId[] = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
const char kOther[] = "3f2504e0-4f89-41d3-9a0c-0305e82c3302";

baton::CoreOptions Far() {
  baton::CoreOptions options = Engine::Durable();
  options.far_engine = true;
  return options;
}

// What the thread of a far engine does while this one, which is the loop's, waits in `call`.
template <typename Call, typename Serve>
auto ServedBy(Serve&& serve, Call&& call) {
  std::thread seat(serve);
  const auto answer = call();
  seat.join();
  return answer;
}

}  // namespace

TEST("a job has the id that a far engine gives it, whether it can be saved or not") {
  for (const bool serializable : {true, false}) {
    ManualStore store(Far());
    Engine& engine = *store.engine;
    Script script({BATON_STEP_SUCCESS});
    script.serializable = serializable;
    baton::Entry entry;
    const auto commit = [&] {
      const auto taken = store.Take();
      CHECK_EQ(taken.size(), size_t{1});
      CHECK(taken[0]->kind == StoreKind::kSubmit);
      CHECK(!taken[0]->may_wait);  // on the loop nobody does
      entry = Engine::EntryFor(taken[0]->rows.front());
      CHECK(entry.id != kId);
      CHECK(engine.core().MarkCommitted(taken[0]->ticket, {kId}));
    };
    CHECK_EQ(ServedBy(commit, [&] { return script.Submit(engine.host()); }), kId);
    entry.id = kId;
    CHECK(engine.core().Admit(entry));
    // Nothing of the plugin's is called before the engine knows that the run has begun.
    const auto begins = engine.Next<baton::RunBegins>();
    CHECK_EQ(begins.id, kId);
    const std::string before = script.trace();
    CHECK(before.find("step") == std::string::npos);
    CHECK(engine.core().Answer(begins.ticket, BATON_OK));
    const auto ended = engine.Next<baton::Ended>();
    CHECK_EQ(ended.id, kId);
    CHECK(ended.outcome.kind == baton::OutcomeKind::kSuccess);
    CHECK_EQ(ended.sample.state.has_value(), serializable);
    CHECK(engine.core().Finalize(kId));
    CHECK_EQ(engine.Next<baton::Finalized>().id, kId);
    engine.core().Forget(kId);
    CHECK_EQ(script.finalized(), 1);
    engine.CloseWell();
  }
}

TEST("an asynchronous submit has that id, too") {
  ManualStore store(Far());
  Engine& engine = *store.engine;
  const baton_host* h = engine.host();
  Script script({BATON_STEP_SUCCESS});
  struct Done {
    test::Signal called;
    std::string id;
  } done;
  const auto on_done = [](void* data, baton_job, baton_status status, const char* id) {
    CHECK_EQ(status, BATON_OK);
    static_cast<Done*>(data)->id = id;
    static_cast<Done*>(data)->called.Set();
  };
  CHECK_EQ(h->submit_job_async(h, script.Create(h), nullptr, on_done, &done), BATON_OK);
  const auto taken = store.Take();
  CHECK(engine.core().MarkCommitted(taken[0]->ticket, {kId}));
  done.called.Await();
  CHECK_EQ(done.id, kId);
  engine.CloseWell();
  CHECK_EQ(script.finalized(), 1);
}

TEST("what a far engine refuses is the plugin's, and it is told why") {
  ManualStore store(Far());
  Engine& engine = *store.engine;
  const baton_host* h = engine.host();
  Script script({BATON_STEP_SUCCESS});
  const baton_job job = script.Create(h);
  char id[BATON_ID_SIZE] = "";
  const auto refuse = [&] {
    const auto taken = store.Take();
    CHECK(engine.core().Refuse(taken[0]->ticket, BATON_ERROR_QUEUE_FULL));
  };
  CHECK_EQ(ServedBy(refuse, [&] { return h->submit_job(h, job, nullptr, id); }),
           BATON_ERROR_QUEUE_FULL);
  CHECK_EQ(h->free_job(h, job), BATON_OK);
  CHECK_EQ(script.finalized(), 1);
  engine.CloseWell();
}

TEST("a call on the loop waits for a far engine, as one of a job that is known here does") {
  ManualStore store(Far());
  Engine& engine = *store.engine;
  const baton_host* h = engine.host();
  Script script({BATON_STEP_SUCCESS});
  const auto commit = [&] { engine.core().MarkCommitted(store.Take()[0]->ticket, {kId}); };
  ServedBy(commit, [&] { return script.Submit(h); });
  baton_job_info info = {};
  info.struct_size = sizeof info;
  const auto tell = [&] {
    const auto called = engine.Next<baton::Called>();
    CHECK(called.kind == baton::CallKind::kInfo);
    baton::JobInfo known;
    known.id = called.id;
    known.state = BATON_STATE_PAUSED;
    CHECK(engine.core().Answer(called.ticket, BATON_OK, &known));
  };
  CHECK_EQ(ServedBy(tell, [&] { return h->job_info(h, kId, &info); }), BATON_OK);
  CHECK_EQ(info.state, BATON_STATE_PAUSED);
  engine.CloseWell();
}

TEST("a route is the plugin's only if a far engine agrees") {
  Engine engine(Far());
  const baton_host* h = engine.host();
  const auto handler = [](void*, const baton_request*, baton_response*) -> baton_status {
    return BATON_OK;
  };
  const auto add = [&] { return h->register_route(h, "GET", "/far/{x}", handler, nullptr); };
  const auto answer = [&](baton_status status) {
    return [&engine, status] {
      const auto asked = engine.Next<baton::RouteAsked>();
      CHECK_EQ(asked.method + " " + asked.pattern, "GET /far/{x}");
      CHECK(engine.core().Answer(asked.ticket, status));
    };
  };
  CHECK_EQ(ServedBy(answer(BATON_ERROR_NAME_TAKEN), add), BATON_ERROR_NAME_TAKEN);
  CHECK_EQ(ServedBy(answer(BATON_OK), add), BATON_OK);
  CHECK_EQ(add(), BATON_ERROR_NAME_TAKEN);  // this much is known here
  engine.CloseWell();
}

TEST("a batch is one request of a far engine, and each job has the id that it is given") {
  ManualStore store(Far());
  Engine& engine = *store.engine;
  const baton_host* h = engine.host();
  Script scripts[2];
  const baton_job jobs[] = {scripts[0].Create(h), scripts[1].Create(h)};
  char ids[2][BATON_ID_SIZE];
  const auto submit = [&] { return h->submit_jobs(h, jobs, 2, nullptr, ids, nullptr); };
  const auto refuse = [&] {
    engine.core().Refuse(store.Take()[0]->ticket, BATON_ERROR_QUEUE_FULL);
  };
  CHECK_EQ(ServedBy(refuse, submit), BATON_ERROR_QUEUE_FULL);
  const auto commit = [&] {
    const auto taken = store.Take();
    CHECK_EQ(taken.size(), size_t{1});
    CHECK_EQ(taken[0]->rows.size(), size_t{2});
    CHECK(engine.core().MarkCommitted(taken[0]->ticket, {kId, kOther}));
  };
  CHECK_EQ(ServedBy(commit, submit), BATON_OK);
  CHECK_EQ(std::string(ids[0]), kId);
  CHECK_EQ(std::string(ids[1]), kOther);
  for (const baton_job job : jobs) CHECK_EQ(h->free_job(h, job), BATON_ERROR_ALREADY_SUBMITTED);
  engine.CloseWell();
}

TEST("a run that a closing far engine has not heard of calls nothing of the plugin's") {
  ManualStore store(Far());
  Engine& engine = *store.engine;
  Script script({BATON_STEP_SUCCESS});
  baton::Entry entry;
  const auto commit = [&] {
    const auto taken = store.Take();
    entry = Engine::EntryFor(taken[0]->rows.front());
    engine.core().MarkCommitted(taken[0]->ticket, {kId});
  };
  ServedBy(commit, [&] { return script.Submit(engine.host()); });
  entry.id = kId;
  CHECK(engine.core().Admit(entry));
  engine.Next<baton::RunBegins>();
  engine.core().BeginClose();
  const auto ended = engine.Next<baton::Ended>();
  CHECK(ended.outcome.kind == baton::OutcomeKind::kContinue);
  CHECK_EQ(ended.stop_reason, 0);
  engine.CloseWell();
  CHECK(script.trace().find("step") == std::string::npos);
}

TEST("a property is a far engine's, and what it has committed is read here") {
  ManualStore store(Far());
  Engine& engine = *store.engine;
  const baton_host* h = engine.host();
  std::string read;
  const auto write = [](const baton_sink* sink, const void* bytes, size_t size) -> baton_status {
    static_cast<std::string*>(sink->context)->assign(static_cast<const char*>(bytes), size);
    return BATON_OK;
  };
  const baton_sink sink = {sizeof sink, 0, &read, write};
  const auto set = [&] { return h->set_property(h, "name", "x", 1); };
  const auto refuse = [&] {
    engine.core().Refuse(store.Take()[0]->ticket, BATON_ERROR_STORE_FAILED);
  };
  CHECK_EQ(ServedBy(refuse, set), BATON_ERROR_STORE_FAILED);
  CHECK_EQ(h->get_property(h, "name", &sink), BATON_ERROR_NOT_FOUND);
  const auto commit = [&] {
    const auto taken = store.Take();
    CHECK(taken[0]->kind == StoreKind::kProperty);
    CHECK(engine.core().MarkCommitted(taken[0]->ticket));
  };
  CHECK_EQ(ServedBy(commit, set), BATON_OK);
  CHECK_EQ(h->get_property(h, "name", &sink), BATON_OK);
  CHECK_EQ(read, "x");
  engine.CloseWell();
}

TEST("gauges and error texts are told to a far engine, the gauges once until it reads them") {
  Engine engine(Far());
  const baton_host* h = engine.host();
  for (int value = 0; value < 3; value++) CHECK_EQ(h->set_metric(h, "gauge", value), BATON_OK);
  CHECK_EQ(h->register_error(h, "NO_BREAD", 0, "bake some"), BATON_OK);
  engine.Next<baton::MetricsChanged>();
  const auto error = engine.Next<baton::ErrorRegistered>();
  CHECK_EQ(error.code + " " + error.text, "NO_BREAD bake some");
  CHECK(engine.Pending().empty());
  CHECK_EQ(engine.core().metrics().front().value, 2.0);
  CHECK_EQ(h->set_metric(h, "gauge", 7), BATON_OK);
  engine.Next<baton::MetricsChanged>();
  engine.CloseWell();
}

TEST("a far engine that is gone has all who wait answered, from its own thread") {
  ManualStore store(Far());
  Engine& engine = *store.engine;
  const baton_host* h = engine.host();
  baton_job_info info = {};
  info.struct_size = sizeof info;
  baton_status status = BATON_OK;
  std::thread waiting([&] { status = h->wait_job(h, kId, -1, &info); });
  engine.Next<baton::Called>();
  std::thread seat([&] { engine.core().BeginClose(); });
  seat.join();
  waiting.join();
  CHECK_EQ(status, BATON_ERROR_CLOSING);
  engine.CloseWell();
}

CHECK_MAIN
