// Jobs with BATON_JOB_ON_LOOP: every callback on the loop thread, in turns with everything else.
#include "loop_support.h"

using baton::Ended;
using baton::OutcomeKind;
using test::Admit;
using test::Endless;
using test::Engine;
using test::kForever;
using test::OnLoop;
using test::Reviver;
using test::Script;

TEST("every callback of such a job comes on the loop thread") {
  Engine engine;
  OnLoop script({BATON_STEP_CONTINUE, BATON_STEP_RETRY, BATON_STEP_FAILURE, BATON_STEP_SUCCESS});
  const baton::StoredRow row = Admit(&engine, &script);
  CHECK_EQ(engine.Next<Ended>().stop_reason, BATON_STOP_RETRY);
  baton::Entry entry = Engine::EntryFor(row);
  CHECK(engine.core().Admit(entry));
  CHECK_EQ(engine.Next<Ended>().stop_reason, BATON_STOP_FAILURE);
  entry.reset = true;
  CHECK(engine.core().Admit(entry));
  while (engine.Next<Ended>().outcome.kind != OutcomeKind::kRetry) {
  }
  CHECK(engine.core().Stop(row.id, BATON_STOP_CANCELED));
  engine.Next<baton::Stopped>();
  CHECK(engine.core().Finalize(row.id));
  engine.Next<baton::Finalized>();
  engine.CloseWell();
  CHECK_EQ(script.trace(), "step step stop:5 step stop:3 reset step step stop:5 stop:4 finalize");
}

TEST("it is created, submitted and freed there only") {
  Engine engine;
  const baton_host* h = engine.host();
  OnLoop script;
  const baton_job job = script.Create(h);
  std::thread([&] {
    const baton_job_desc desc = script.desc();
    baton_job other = {0};
    char ids[1][BATON_ID_SIZE];
    CHECK_EQ(h->create_job(h, &desc, &other), BATON_ERROR_WRONG_THREAD);
    CHECK_EQ(h->submit_job(h, job, nullptr, ids[0]), BATON_ERROR_WRONG_THREAD);
    CHECK_EQ(h->submit_jobs(h, &job, 1, nullptr, ids, nullptr), BATON_ERROR_WRONG_THREAD);
    const baton_submit_done done = [](void*, baton_job, baton_status, const char*) {};
    CHECK_EQ(h->submit_job_async(h, job, nullptr, done, nullptr), BATON_ERROR_WRONG_THREAD);
    CHECK_EQ(h->free_job(h, job), BATON_ERROR_WRONG_THREAD);
    CHECK_EQ(h->register_type(h, "elsewhere", BATON_JOB_ON_LOOP, Reviver::Revive, nullptr),
             BATON_OK);
  }).join();
  CHECK_EQ(h->free_job(h, job), BATON_OK);
  engine.CloseWell();
}

TEST("a loop that nobody works on, or that is not the engine's, has none") {
  baton::CoreOptions options = Engine::Memory();
  baton::Core idle(options);
  const auto refused = [](const baton_host* h) {
    OnLoop script;
    const baton_job_desc desc = script.desc();
    baton_job job = {0};
    CHECK_EQ(h->create_job(h, &desc, &job), BATON_ERROR_UNSUPPORTED);
    CHECK_EQ(h->register_type(h, "t", BATON_JOB_ON_LOOP, Reviver::Revive, nullptr),
             BATON_ERROR_UNSUPPORTED);
  };
  refused(idle.AddInstance("here")->host());
  CHECK(idle.FinishClose(kForever));
  Engine engine;
  std::thread([&] { refused(engine.core().AddInstance("elsewhere")->host()); }).join();
  engine.CloseWell();
}

TEST("in its callbacks calls are made in place, and nothing waits") {
  baton::CoreOptions options = Engine::Memory();
  options.limit_jobs = 1;
  Engine engine(options);
  const baton_host* h = engine.host();
  OnLoop script;
  Script other({BATON_STEP_SUCCESS});
  script.steps = {[&](const baton_run*) {
    char id[BATON_ID_SIZE];
    baton_job_info info = {};
    info.struct_size = sizeof info;
    const baton_job job = other.Create(h);
    CHECK_EQ(h->submit_job(h, job, nullptr, id), BATON_ERROR_QUEUE_FULL);
    CHECK_EQ(h->free_job(h, job), BATON_OK);
    CHECK_EQ(h->wait_job(h, "3f2504e0-4f89-41d3-9a0c-0305e82c3301", 0, &info),
             BATON_ERROR_WRONG_THREAD);
    return BATON_STEP_SUCCESS;
  }};
  Admit(&engine, &script);
  CHECK(engine.core().RequestRoom(1));  // what it had has been given back: it has begun
  CHECK(engine.Next<Ended>().outcome.kind == OutcomeKind::kSuccess);
  engine.CloseWell();
}

TEST("several take turns, and every turn is short") {
  Engine engine;
  int first = 0, second = 0;
  OnLoop one, two;
  one.steps = {Endless(&first)};
  two.steps = {Endless(&second)};
  const baton::StoredRow row_one = Admit(&engine, &one), row_two = Admit(&engine, &two);
  while (first < 100 || second < 100) {
    const int before = first;
    CHECK(engine.core().RunLoopTasks(0));  // at least one step, and it comes back
    CHECK(before == 0 || first > 0);
  }
  engine.core().Request(row_one.id, baton::RequestKind::kPause);
  const Ended paused = engine.Next<Ended>();
  CHECK_EQ(paused.id, row_one.id);
  CHECK_EQ(paused.stop_reason, BATON_STOP_PAUSED);
  engine.core().Request(row_two.id, baton::RequestKind::kCancel);
  CHECK_EQ(engine.Next<Ended>().stop_reason, BATON_STOP_CANCELED);
  CHECK(!engine.core().RunLoopTasks(1000));
  engine.CloseWell();
}

TEST("between its turns its getters are asked, and its time counts steps only") {
  Engine engine;
  int count = 0;
  OnLoop script;
  script.steps = {Endless(&count)};
  const baton::StoredRow row = Admit(&engine, &script);
  CHECK_EQ(engine.Next<baton::Sampled>().id, row.id);
  engine.core().Request(row.id, baton::RequestKind::kPause);
  CHECK_EQ(engine.Next<Ended>().stop_reason, BATON_STOP_PAUSED);
  count = 0;
  CHECK(engine.core().Admit(Engine::EntryFor(row)));
  while (count == 0) engine.core().RunLoopTasks(0);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));  // not to synchronise: time between
  engine.core().Request(row.id, baton::RequestKind::kPause);
  CHECK(engine.Next<Ended>().runtime_ms < 200);
  engine.CloseWell();
}

namespace {

// Says after each callback that an exception of JavaScript is pending, if there is one.
struct Border : baton::LoopBorder {
  bool Around(const baton::Instance*, const std::function<void()>& callback,
              std::string* what) override {
    around++;
    callback();
    if (pending.empty()) return false;
    what->swap(pending);
    pending.clear();
    return true;
  }
  bool IsDying() override { return dying; }
  int around = 0;
  bool dying = false;
  std::string pending;
};

}  // namespace

TEST("an exception of JavaScript that a callback leaves is that callback's error") {
  const auto border = std::make_shared<Border>();
  baton::CoreOptions options = Engine::Memory();
  options.loop_border = border;
  Engine engine(options);
  const auto end = [&](Script::StepFunction step) {
    OnLoop script;
    script.steps = {std::move(step)};
    const baton::StoredRow row = Admit(&engine, &script);
    const Ended ended = engine.Next<Ended>();
    engine.core().Forget(row.id);
    engine.Next<baton::Finalized>();
    return ended.outcome.error.code + ": " + ended.outcome.error.message;
  };
  for (const int32_t result : {BATON_STEP_SUCCESS, BATON_STEP_CONTINUE, BATON_STEP_FAILURE}) {
    CHECK_EQ(end([&](const baton_run*) {
               border->pending = "boom";
               return result;
             }),
             "STEP_THREW: boom");
  }
  CHECK_EQ(end([&](const baton_run* run) {
             border->pending = "boom";
             run->fail(run, "MINE", "my own words", 0);
             return BATON_STEP_FAILURE;
           }),
           "MINE: my own words");
  CHECK_EQ(end([&](const baton_run*) -> int32_t { throw std::runtime_error("of C++"); }),
           "STEP_THREW: of C++");
  OnLoop script;
  script.on_stop = [&] { border->pending = "in stop"; };
  const baton::StoredRow row = Admit(&engine, &script);
  CHECK(engine.Next<Ended>().outcome.kind == OutcomeKind::kSuccess);
  CHECK_EQ(engine.Next<baton::Logged>().text, "stop of a job of type test.script threw: in stop");
  border->dying = true;
  OnLoop cut;
  cut.steps = {[&](const baton_run*) {
    border->pending = "terminated";
    return BATON_STEP_FAILURE;
  }};
  Admit(&engine, &cut);
  CHECK_EQ(engine.Next<Ended>().stop_reason, BATON_STOP_CLOSING);
  border->dying = false;
  // A job of the pool is none of the border's business.
  const int before = border->around;
  Script on_pool({BATON_STEP_SUCCESS});
  Admit(&engine, &on_pool);
  engine.Next<Ended>();
  CHECK_EQ(border->around, before);
  engine.CloseWell();
}

CHECK_MAIN
