// The lane: jobs that the native core admits by itself, and of which the engine hears when it asks.
#include <algorithm>

#include "lane_support.h"

using baton::Ended;
using baton::LaneBusy;
using baton::Lived;
using baton::OutcomeKind;
using baton::RequestAnswer;
using baton::RequestKind;
using baton::Started;
using baton::Submitted;
using test::Engine;
using test::Kinds;
using test::Script;
using test::WithSlots;

namespace {

// Waits until nothing of the lane waits or runs, without hearing of any of it.
void AwaitQuiet(Engine* engine) {
  while (engine->core().LaneIsBusy()) std::this_thread::yield();
}

std::deque<baton::Message>& Told(Engine* engine) {
  engine->core().TellAll();
  return engine->Pending();
}

int32_t StateOf(Engine* engine, const std::string& id) {
  baton_job_info info = {};
  info.struct_size = sizeof info;
  const baton_status status = engine->host()->job_info(engine->host(), id.c_str(), &info);
  return status == BATON_OK ? info.state : -status;
}

void IgnoreEvent(void*, const baton_event*) {}

}  // namespace

TEST("while the lane is closed, as it is to begin with, every job waits for the engine") {
  Engine engine;
  Script script({BATON_STEP_SUCCESS});
  script.Submit(engine.host());
  CHECK_EQ(Kinds(Told(&engine)), "submitted");
  CHECK(!engine.core().LaneIsBusy());
  CHECK_EQ(script.trace(), "");
  engine.CloseWell();
}

TEST("a job that came by the lane runs, and its whole life is told when it is asked for") {
  Engine engine;
  engine.core().OpenLane(true, 0);
  Script script({BATON_STEP_CONTINUE, BATON_STEP_SUCCESS});
  script.content = "{\"a\":1}";
  const std::string id = script.Submit(engine.host());
  AwaitQuiet(&engine);
  CHECK_EQ(Kinds(engine.Pending()), "busy");
  engine.Next<LaneBusy>();
  CHECK_EQ(StateOf(&engine, id), BATON_STATE_SUCCESS);
  CHECK_EQ(Kinds(Told(&engine)), "lived");
  const Lived lived = engine.Next<Lived>();
  CHECK_EQ(lived.row.id, id);
  CHECK_EQ(lived.row.sequence, 1);
  CHECK_EQ(*lived.sample.content, "{\"a\":1}");
  CHECK(lived.ended_at_ms >= lived.row.created_at_ms);
  CHECK_EQ(Kinds(Told(&engine)), "");
  engine.CloseWell();
  CHECK_EQ(script.trace(), "step step stop:1 finalize");
}

TEST(
    "if there is no room in the lane the engine hears of all, and they take room until it says "
    "more") {
  Engine engine(WithSlots(0));
  engine.core().OpenLane(true, 0, 2);
  Script script({BATON_STEP_SUCCESS});
  for (int i = 0; i < 2; i++) script.Submit(engine.host());
  CHECK_EQ(Kinds(engine.Pending()), "busy");
  script.Submit(engine.host());
  CHECK_EQ(Kinds(engine.Pending()), "busy admitted admitted submitted");
  engine.Pending().clear();
  // That one has its place now, and two more may wait.
  engine.core().OpenLane(true, 1, 2);
  script.Submit(engine.host());
  CHECK_EQ(Kinds(Told(&engine)), "admitted");
  engine.Pending().clear();
  for (int i = 0; i < 2; i++) script.Submit(engine.host());
  CHECK_EQ(Kinds(engine.Pending()), "admitted submitted");
  engine.CloseWell();
}

TEST("a job without a state takes no room in the lane, since its payload cannot be made again") {
  Engine engine(WithSlots(0));
  engine.core().OpenLane(true, 0, 1);
  Script lasting({BATON_STEP_SUCCESS});
  Script passing({BATON_STEP_SUCCESS});
  passing.serializable = false;
  lasting.Submit(engine.host());
  for (int i = 0; i < 3; i++) passing.Submit(engine.host());
  CHECK_EQ(Kinds(engine.Pending()), "busy");
  lasting.Submit(engine.host());
  CHECK_EQ(Kinds(engine.Pending()), "busy admitted admitted admitted admitted submitted");
  engine.Pending().clear();
  // Told or not, what has no state takes none.
  engine.core().OpenLane(true, 1, 1);
  passing.Submit(engine.host());
  lasting.Submit(engine.host());
  CHECK_EQ(Kinds(Told(&engine)), "admitted admitted");
  engine.CloseWell();
}

TEST("of lives only as many are kept as the engine's history holds, the last ones") {
  for (const size_t history : {size_t{0}, size_t{2}}) {
    baton::CoreOptions options = WithSlots(1);
    options.history = history;
    Engine engine(options);
    engine.core().OpenLane(true, 0);
    std::vector<std::unique_ptr<Script>> scripts;
    std::vector<std::string> ids;
    for (int i = 0; i < 5; i++) {
      scripts.push_back(std::make_unique<Script>(std::vector<int32_t>{BATON_STEP_SUCCESS}));
      ids.push_back(scripts.back()->Submit(engine.host()));
    }
    AwaitQuiet(&engine);
    engine.core().TellAll();
    engine.Next<LaneBusy>();
    CHECK_EQ(engine.Pending().size(), history);
    for (size_t i = 0; i < history; i++)
      CHECK_EQ(engine.Next<Lived>().row.id, ids[ids.size() - history + i]);
    engine.CloseWell();
    for (const auto& script : scripts) CHECK_EQ(script->finalized(), 1);
  }
}

TEST("a job that is given up before it is finalized is told of no more, and a closing finds it") {
  for (const size_t history : {size_t{0}, size_t{1}}) {
    baton::CoreOptions options = WithSlots(1);
    options.history = history;
    Engine engine(options);
    engine.core().OpenLane(true, 0);
    test::Signal begun, go_on;
    Script slow({BATON_STEP_SUCCESS}), first({BATON_STEP_SUCCESS}), second({BATON_STEP_SUCCESS});
    slow.on_finalize = [&] {
      begun.Set();
      go_on.Await();
    };
    slow.Submit(engine.host());
    begun.Await();
    // Its slot is free.
    first.Submit(engine.host());
    second.Submit(engine.host());
    AwaitQuiet(&engine);
    while (first.finalized() + second.finalized() < 2) std::this_thread::yield();
    CHECK_EQ(Kinds(Told(&engine)), history == 0 ? "busy" : "busy lived");
    CHECK(!engine.core().CloseInstance(engine.plugin(), 0));
    CHECK(engine.core().counts().owed >= 1u);
    go_on.Set();
    engine.CloseWell();
    CHECK_EQ(slow.trace(), "step stop:1 finalize");
    for (const baton::Message& message : engine.Pending())
      CHECK(!std::holds_alternative<baton::Finalized>(message));
  }
}

TEST("an end that is not a success is told at once, with all that was before it") {
  Engine engine(WithSlots(1));
  engine.core().OpenLane(true, 0);
  Script good({BATON_STEP_SUCCESS});
  Script bad({BATON_STEP_FAILURE});
  Script again({BATON_STEP_RETRY});
  good.Submit(engine.host());
  const std::string failed = bad.Submit(engine.host());
  again.Submit(engine.host());
  AwaitQuiet(&engine);
  CHECK_EQ(Kinds(engine.Pending()), "busy admitted started lived ended admitted started ended");
  CHECK_EQ(engine.Next<Submitted>().row.id, failed);
  CHECK(engine.Next<Ended>().outcome.kind == OutcomeKind::kFailure);
  CHECK(engine.Next<Ended>().outcome.kind == OutcomeKind::kRetry);
  engine.CloseWell();
}

TEST("what waits or runs when it is told goes on as if the engine had admitted it") {
  Engine engine(WithSlots(1));
  engine.core().OpenLane(true, 0);
  test::Signal begun, go_on;
  Script running, waiting({BATON_STEP_SUCCESS}), removed({BATON_STEP_SUCCESS});
  running.steps = {[&](const baton_run*) {
    begun.Set();
    go_on.Await();
    return BATON_STEP_SUCCESS;
  }};
  const std::string first = running.Submit(engine.host());
  begun.Await();
  const std::string second = waiting.Submit(engine.host());
  const std::string third = removed.Submit(engine.host());
  CHECK_EQ(StateOf(&engine, first), BATON_STATE_RUNNING);
  CHECK_EQ(StateOf(&engine, second), BATON_STATE_PENDING);
  CHECK(engine.core().Request(third, RequestKind::kCancel) == RequestAnswer::kAbsent);
  CHECK_EQ(Kinds(Told(&engine)), "busy admitted started admitted admitted");
  CHECK(engine.core().Request(third, RequestKind::kCancel) == RequestAnswer::kRemoved);
  CHECK(engine.core().Request(first, RequestKind::kPause) == RequestAnswer::kBegun);
  CHECK_EQ(engine.core().LowestEntry()->id, second);
  engine.Pending().clear();
  go_on.Set();
  CHECK_EQ(engine.Next<Ended>().id, first);
  CHECK_EQ(engine.Next<Started>().id, second);
  CHECK_EQ(engine.Next<Ended>().id, second);
  CHECK(!engine.core().LaneIsBusy());
  engine.CloseWell();
  CHECK_EQ(removed.trace(), "stop:7 finalize");
}

TEST("the lane and what the engine admits run in one order") {
  Engine engine(WithSlots(0));
  const int32_t priorities[] = {0, 7, 3, 0};
  std::vector<std::unique_ptr<Script>> scripts;
  std::mutex mutex;
  std::string order;
  for (int i = 0; i < 4; i++) {
    scripts.push_back(std::make_unique<Script>());
    scripts.back()->steps = {[&, i](const baton_run*) {
      std::lock_guard<std::mutex> lock(mutex);
      order += std::to_string(i);
      return BATON_STEP_SUCCESS;
    }};
    engine.core().OpenLane(i % 2 == 1, static_cast<uint64_t>((i + 1) / 2));
    baton_submit_options options = {};
    options.struct_size = sizeof options;
    options.priority = priorities[i];
    scripts.back()->Submit(engine.host(), &options);
    if (i % 2 == 1) continue;
    Submitted submitted = engine.Next<Submitted>();
    while (submitted.admitted) submitted = engine.Next<Submitted>();
    CHECK(engine.core().Admit(Engine::EntryFor(submitted.row)));
  }
  engine.core().OpenLane(true, 2);
  engine.core().SetSlots(1);
  AwaitQuiet(&engine);
  engine.CloseWell();
  CHECK_EQ(order, "1203");
}

TEST("what came by the lane does not fill the list for the engine, nor is it recalled unheard") {
  baton::CoreOptions options = WithSlots(0);
  options.ready_limit = 1;
  Engine engine(options);
  engine.core().OpenLane(true, 0);
  Script first({BATON_STEP_SUCCESS}), second({BATON_STEP_SUCCESS}), own({BATON_STEP_SUCCESS});
  first.Submit(engine.host());
  second.Submit(engine.host());
  engine.core().TellAll();
  CHECK_EQ(engine.Next<Submitted>().admitted, true);
  CHECK_EQ(engine.Next<Submitted>().admitted, true);
  engine.core().OpenLane(false, 0);
  own.Submit(engine.host());
  const baton::Entry entry = Engine::EntryFor(engine.Next<Submitted>().row);
  CHECK(engine.core().Admit(entry));
  CHECK(engine.core().Request(entry.id, RequestKind::kRecall) == RequestAnswer::kRemoved);
  CHECK(engine.core().Admit(entry));
  baton::Entry other;
  other.id = "other";
  other.sequence = 9;
  CHECK(!engine.core().Admit(other));
  engine.core().SetSlots(1);
  for (int i = 0; i < 3; i++) engine.Next<Ended>();
  CHECK(engine.core().Admit(other));
  engine.CloseWell();
}

TEST("nothing takes the lane while the engine has not given an earlier job its place") {
  Engine engine(WithSlots(0));
  Script posted({BATON_STEP_SUCCESS}), behind({BATON_STEP_SUCCESS}), last({BATON_STEP_SUCCESS});
  posted.Submit(engine.host());
  engine.core().OpenLane(true, 0);
  behind.Submit(engine.host());
  engine.core().OpenLane(true, 2);
  last.Submit(engine.host());
  CHECK_EQ(Kinds(Told(&engine)), "submitted submitted busy admitted");
  engine.CloseWell();
}

TEST("a call about a job is told after the job, however soon that is over and given up") {
  baton::CoreOptions options = WithSlots(1);
  options.history = 0;
  Engine engine(options);
  engine.core().OpenLane(true, 0);
  test::Signal begun, go_on;
  Script script;
  script.steps = {[&](const baton_run*) {
    begun.Set();
    go_on.Await();
    return BATON_STEP_SUCCESS;
  }};
  const std::string id = script.Submit(engine.host());
  begun.Await();
  baton_status status = BATON_OK;
  baton_job_info info = {};
  info.struct_size = sizeof info;
  std::thread waiting(
      [&] { status = engine.host()->wait_job(engine.host(), id.c_str(), -1, &info); });
  const uint64_t ticket = engine.Next<baton::Called>().ticket;
  go_on.Set();
  engine.Next<Ended>();
  CHECK_EQ(Kinds(engine.Pending()), "busy admitted started");
  engine.core().Answer(ticket, BATON_ERROR_TIMED_OUT);
  waiting.join();
  CHECK_EQ(status, BATON_ERROR_TIMED_OUT);
  engine.CloseWell();
}

TEST("closing the lane tells everything, and so does a subscription, before it is told itself") {
  Engine engine(WithSlots(0));
  engine.core().OpenLane(true, 0);
  Script first({BATON_STEP_SUCCESS}), second({BATON_STEP_SUCCESS}), third({BATON_STEP_SUCCESS});
  first.Submit(engine.host());
  engine.core().OpenLane(false, 0);
  CHECK_EQ(Kinds(engine.Pending()), "busy admitted");
  engine.core().OpenLane(true, 0);
  second.Submit(engine.host());
  CHECK_EQ(engine.host()->subscribe(engine.host(), BATON_EVENT_CHANGED, IgnoreEvent, nullptr),
           BATON_OK);
  third.Submit(engine.host());
  CHECK_EQ(Kinds(engine.Pending()), "busy admitted admitted wanted submitted");
  engine.CloseWell();
}

TEST("lives are told before a slot that the engine gives back") {
  Engine engine(WithSlots(2));
  baton::Entry other;
  other.id = "other";
  other.native = false;
  CHECK(engine.core().Admit(std::move(other)));
  engine.core().OpenLane(true, 0);
  Script script({BATON_STEP_SUCCESS});
  script.Submit(engine.host());
  AwaitQuiet(&engine);
  CHECK(engine.core().Release("other"));
  CHECK_EQ(Kinds(engine.Pending()), "granted busy lived");
  engine.CloseWell();
}

TEST("what a run says is told after the run itself") {
  Engine engine(WithSlots(1));
  engine.core().OpenLane(true, 0);
  Script script;
  script.steps = {[](const baton_run* run) {
    CHECK_EQ(run->log(run, BATON_LOG_INFO, "hello"), BATON_OK);
    CHECK_EQ(run->checkpoint(run, "later", 5), BATON_OK);
    return BATON_STEP_SUCCESS;
  }};
  script.Submit(engine.host());
  engine.Next<Ended>();
  CHECK_EQ(Kinds(engine.Pending()), "busy admitted started logged sampled");
  engine.CloseWell();
}

TEST("a job of the lane gives its room back when it begins") {
  baton::CoreOptions options = WithSlots(0);
  options.limit_jobs = 1;
  Engine engine(options);
  engine.core().OpenLane(true, 0);
  Script first({BATON_STEP_SUCCESS}), second({BATON_STEP_SUCCESS});
  first.Submit(engine.host());
  const baton_job job = second.Create(engine.host());
  baton_submit_options no_wait = {};
  no_wait.struct_size = sizeof no_wait;
  no_wait.flags = BATON_SUBMIT_NO_WAIT;
  char id[BATON_ID_SIZE];
  CHECK_EQ(engine.host()->submit_job(engine.host(), job, &no_wait, id), BATON_ERROR_QUEUE_FULL);
  engine.core().SetSlots(1);
  AwaitQuiet(&engine);
  CHECK_EQ(engine.host()->submit_job(engine.host(), job, &no_wait, id), BATON_OK);
  AwaitQuiet(&engine);
  engine.CloseWell();
}

CHECK_MAIN
