// Steps that take too long: they are told, judged when they return, and left alone if they do not.
#include <chrono>
#include <random>

#include "support.h"

using baton::Ended;
using baton::OutcomeKind;
using baton::StepReturned;
using test::Engine;
using test::Script;
using test::Signal;

namespace {

constexpr int64_t kLong = 60000;

baton::CoreOptions WithGrace(int64_t grace_ms, int slots = 1) {
  baton::CoreOptions options = Engine::Memory();
  options.slots = slots;
  options.step_grace_ms = grace_ms;
  options.ready_limit = 1000;
  return options;
}

std::string Submit(Engine* engine, Script* script, int64_t timeout_ms, int32_t max_attempts = 1) {
  baton_submit_options options = {};
  options.struct_size = sizeof options;
  options.step_timeout_ms = timeout_ms;
  options.max_attempts = max_attempts;
  return script->Submit(engine->host(), &options);
}

baton::Entry Admit(Engine* engine, Script* script, int64_t timeout_ms, int32_t max_attempts = 1) {
  Submit(engine, script, timeout_ms, max_attempts);
  baton::Entry entry = Engine::EntryFor(engine->Next<baton::Submitted>().row);
  CHECK(engine->core().Admit(entry));
  return entry;
}

void Sleep(int64_t ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

// Goes on until its time is over, and answers then.
Script::StepFunction Obeys(int32_t result) {
  return [result](const baton_run* run) {
    while (run->should_stop(run) == 0) Sleep(1);
    CHECK_EQ(run->should_stop(run), BATON_STOP_TIMED_OUT);
    return result;
  };
}

// Returns only when it is let go, whatever it is told.
struct Stuck : Script {
  explicit Stuck(int32_t result = BATON_STEP_CONTINUE) {
    steps = {[this, result](const baton_run* run) {
      stepping.Set();
      go.Await();
      if (late) late(run);
      return result;
    }};
  }
  Signal stepping, go;
  std::function<void(const baton_run*)> late;
};

void CheckTimedOut(const Ended& ended, OutcomeKind kind, int64_t timeout_ms) {
  CHECK(ended.outcome.kind == kind);
  CHECK_EQ(ended.outcome.error.code, "STEP_TIMED_OUT");
  CHECK_EQ(ended.outcome.error.message,
           "The step took longer than " + std::to_string(timeout_ms) + " ms");
}

}  // namespace

TEST("a step whose time is over is told, and is a failure that can be tried again") {
  Engine engine(WithGrace(kLong));
  Script script;
  script.steps = {Obeys(BATON_STEP_CONTINUE), Obeys(BATON_STEP_RETRY)};
  baton::Entry entry = Admit(&engine, &script, 10, 2);
  Ended ended = engine.Next<Ended>();
  CheckTimedOut(ended, OutcomeKind::kFailure, 10);
  CHECK(ended.outcome.retryable);
  CHECK_EQ(ended.stop_reason, BATON_STOP_RETRY);
  CHECK(ended.runtime_ms >= 9);
  entry.attempts = 1;
  CHECK(engine.core().Admit(entry));
  ended = engine.Next<Ended>();
  CheckTimedOut(ended, OutcomeKind::kFailure, 10);
  CHECK_EQ(ended.stop_reason, BATON_STOP_TIMED_OUT);
  engine.CloseWell();
  CHECK_EQ(script.trace(), "step stop:5 step stop:6 finalize");
}

TEST("what a late step has finished stays finished") {
  Engine engine(WithGrace(kLong));
  Script done, failed;
  done.steps = {Obeys(BATON_STEP_SUCCESS)};
  failed.steps = {Obeys(BATON_STEP_FAILURE)};
  Admit(&engine, &done, 10);
  CHECK(engine.Next<Ended>().outcome.kind == OutcomeKind::kSuccess);
  Admit(&engine, &failed, 10, 5);
  const Ended ended = engine.Next<Ended>();
  CHECK_EQ(ended.outcome.error.code, "STEP_FAILED");
  CHECK_EQ(ended.stop_reason, BATON_STOP_FAILURE);
  engine.CloseWell();
}

TEST("a late step honours what it is asked as long as it may be tried again") {
  Engine engine(WithGrace(kLong));
  for (const bool may : {true, false}) {
    Stuck script;
    const std::string id = Admit(&engine, &script, 10, may ? 2 : 1).id;
    script.stepping.Await();
    engine.core().Request(id, baton::RequestKind::kPause);
    Sleep(11);
    script.go.Set();
    const Ended ended = engine.Next<Ended>();
    CheckTimedOut(ended, OutcomeKind::kFailure, 10);
    CHECK_EQ(ended.stop_reason, may ? BATON_STOP_PAUSED : BATON_STOP_TIMED_OUT);
    CHECK(engine.core().Finalize(id));
    engine.Next<baton::Finalized>();
  }
  engine.CloseWell();
}

TEST("each step has all of its time, whatever the run takes") {
  Engine engine(WithGrace(0));
  Script script;
  for (int i = 0; i < 10; i++) {
    script.steps.push_back([i](const baton_run* run) {
      Sleep(100);
      CHECK_EQ(run->should_stop(run), 0);
      return i < 9 ? BATON_STEP_CONTINUE : BATON_STEP_SUCCESS;
    });
  }
  Admit(&engine, &script, 800);
  CHECK(engine.Next<Ended>().outcome.kind == OutcomeKind::kSuccess);
  engine.CloseWell();
}

TEST("a step that does not return is left alone after its grace, and another gets its slot") {
  Engine engine(WithGrace(20));
  Stuck stuck;
  Script next({BATON_STEP_SUCCESS});
  const std::string id = Admit(&engine, &stuck, 10, 5).id;
  stuck.stepping.Await();
  const std::string next_id = Admit(&engine, &next, 0).id;
  Ended ended = engine.Next<Ended>();
  CHECK_EQ(ended.id, id);
  CheckTimedOut(ended, OutcomeKind::kDetached, 10);
  CHECK_EQ(ended.stop_reason, 0);
  CHECK(ended.has_payload);
  CHECK(ended.runtime_ms >= 29);
  CHECK_EQ(engine.Next<Ended>().id, next_id);
  baton::Counts counts = engine.core().counts();
  CHECK(counts.Balanced());
  CHECK_EQ(counts.owed, 1u);
  CHECK(engine.core().Finalize(id));
  CHECK_EQ(stuck.trace(), "step");
  stuck.go.Set();
  CHECK_EQ(engine.Next<StepReturned>().id, id);
  CHECK_EQ(engine.Next<baton::Finalized>().id, id);
  CHECK_EQ(stuck.trace(), "step stop:6 finalize");
  engine.CloseWell();
}

TEST("a job that was left alone changes nothing any more, and can begin anew when it returned") {
  Engine engine(WithGrace(5));
  Stuck stuck;
  stuck.late = [](const baton_run* run) {
    CHECK_EQ(run->should_stop(run), BATON_STOP_TIMED_OUT);
    CHECK_EQ(run->set_progress(run, 1, 2), BATON_ERROR_WRONG_STATE);
    CHECK_EQ(run->set_content(run, "{}", 2), BATON_ERROR_WRONG_STATE);
    CHECK_EQ(run->checkpoint(run, "x", 1), BATON_ERROR_WRONG_STATE);
    CHECK_EQ(run->put_output(run, "key", "text/plain", "x", 1), BATON_ERROR_WRONG_STATE);
    CHECK_EQ(run->open_output(run, "key", "text/plain"), BATON_ERROR_WRONG_STATE);
    CHECK_EQ(run->retry_after(run, 5), BATON_ERROR_WRONG_STATE);
    CHECK_EQ(run->fail(run, "TOO_LATE", "late", 0), BATON_ERROR_WRONG_STATE);
    CHECK_EQ(run->log(run, BATON_LOG_INFO, "late"), BATON_OK);
  };
  stuck.steps.push_back([](const baton_run*) { return BATON_STEP_SUCCESS; });
  baton::Entry entry = Admit(&engine, &stuck, 5);
  CHECK(engine.Next<Ended>().outcome.kind == OutcomeKind::kDetached);
  stuck.go.Set();
  engine.Next<StepReturned>();
  CHECK_EQ(engine.core().counts().owed, 0u);
  CHECK_EQ(engine.core().counts().live, 1u);
  stuck.late = nullptr;
  entry.reset = true;
  entry.step_timeout_ms = kLong;
  stuck.steps.erase(stuck.steps.begin());
  CHECK(engine.core().Admit(entry));
  CHECK(engine.Next<Ended>().outcome.kind == OutcomeKind::kSuccess);
  engine.CloseWell();
  CHECK_EQ(stuck.trace(), "step stop:6 reset step stop:1 finalize");
}

TEST("as many steps as there are threads are left alone, and others run all the same") {
  Engine engine(WithGrace(5, 80));
  std::deque<Stuck> stuck(70);
  for (Stuck& script : stuck) Admit(&engine, &script, 5);
  for (size_t i = 0; i < stuck.size(); i++)
    CHECK(engine.Next<Ended>().outcome.kind == OutcomeKind::kDetached);
  Script next({BATON_STEP_SUCCESS});
  Admit(&engine, &next, 0);
  CHECK(engine.Next<Ended>().outcome.kind == OutcomeKind::kSuccess);
  for (Stuck& script : stuck) script.go.Set();
  for (size_t i = 0; i < stuck.size(); i++) engine.Next<StepReturned>();
  engine.CloseWell();
  for (Stuck& script : stuck) CHECK_EQ(script.trace(), "step stop:6 finalize");
}

TEST("a step on the loop is judged when it returns: nobody could be told before") {
  Engine engine(WithGrace(0));
  Script script;
  script.flags = BATON_JOB_ON_LOOP;
  script.only_on = std::this_thread::get_id();
  script.steps = {[](const baton_run* run) {
    while (run->should_stop(run) == 0) Sleep(1);
    CHECK_EQ(run->should_stop(run), BATON_STOP_TIMED_OUT);
    Sleep(20);  // longer than its grace
    return BATON_STEP_CONTINUE;
  }};
  Admit(&engine, &script, 10);
  const Ended ended = engine.Next<Ended>();
  CheckTimedOut(ended, OutcomeKind::kFailure, 10);
  CHECK_EQ(ended.stop_reason, BATON_STOP_TIMED_OUT);
  engine.CloseWell();
}

TEST("the engine hears of a job of the lane whose step takes too long") {
  Engine engine(WithGrace(10));
  engine.core().OpenLane(true, 0);
  Stuck stuck;
  Script late, next({BATON_STEP_SUCCESS});
  late.steps = {Obeys(BATON_STEP_CONTINUE)};
  const std::string stuck_id = Submit(&engine, &stuck, 10);
  const std::string late_id = Submit(&engine, &late, 10);
  Submit(&engine, &next, kLong);
  CHECK_EQ(engine.Next<baton::Submitted>().row.id, stuck_id);
  Ended ended = engine.Next<Ended>();
  CHECK_EQ(ended.id, stuck_id);
  CheckTimedOut(ended, OutcomeKind::kDetached, 10);
  const baton::StoredRow row = engine.Next<baton::Submitted>().row;
  CHECK_EQ(row.id, late_id);
  CHECK_EQ(row.step_timeout_ms, 10);
  // Its grace may be over before it has seen that its time is: both are an end of it.
  ended = engine.Next<Ended>();
  CHECK_EQ(ended.id, late_id);
  CHECK_EQ(ended.outcome.error.code, "STEP_TIMED_OUT");
  const int left_alone = ended.outcome.kind == OutcomeKind::kDetached ? 2 : 1;
  stuck.go.Set();
  // A closing would say so if one of them had not returned yet.
  for (int i = 0; i < left_alone; i++) engine.Next<StepReturned>();
  while (next.finalized() == 0) Sleep(1);
  engine.core().TellAll();
  CHECK_EQ(engine.Next<baton::Lived>().row.step_timeout_ms, kLong);
  engine.CloseWell();
}

TEST("while the host closes no time runs out") {
  Engine engine(WithGrace(0));
  Stuck stuck;
  Admit(&engine, &stuck, 50);
  stuck.stepping.Await();
  engine.core().BeginClose();
  Sleep(70);
  stuck.late = [](const baton_run* run) { CHECK_EQ(run->should_stop(run), BATON_STOP_CLOSING); };
  stuck.go.Set();
  const Ended ended = engine.Next<Ended>();
  CHECK(ended.outcome.kind == OutcomeKind::kContinue);
  CHECK_EQ(ended.stop_reason, BATON_STOP_CLOSING);
  engine.CloseWell();
}

TEST("closing waits for the others of a plugin, and not for the step that was left alone") {
  Engine engine(WithGrace(5, 2));
  Stuck stuck;
  Script waiting({BATON_STEP_SUCCESS});
  Admit(&engine, &stuck, 5);
  engine.Next<Ended>();
  waiting.Submit(engine.host());
  CHECK(!engine.core().CloseInstance(engine.plugin(), kLong));
  CHECK_EQ(waiting.trace(), "stop:7 finalize");
  CHECK_EQ(engine.core().counts().owed, 1u);
  CHECK_EQ(engine.core().counts().live, 0u);
  stuck.go.Set();
  while (stuck.finalized() == 0) Sleep(1);
  CHECK(engine.core().FinishClose(kLong));
  CHECK_EQ(stuck.trace(), "step stop:6 finalize");
}

TEST("a closing host lets a step alone that was left alone, and lets its payload go later") {
  Stuck stuck;
  {
    Engine engine(WithGrace(5));
    Admit(&engine, &stuck, 5);
    engine.Next<Ended>();
    engine.core().BeginClose();
    CHECK(engine.core().Quiet());
    CHECK(!engine.core().FinishClose(10));
    const baton::Counts counts = engine.core().counts();
    CHECK(counts.Balanced());
    CHECK_EQ(counts.owed, 1u);
    CHECK_EQ(stuck.trace(), "step");
  }
  stuck.go.Set();
  while (stuck.finalized() == 0) Sleep(1);  // the whole callback: the script is on this stack
  CHECK_EQ(stuck.trace(), "step stop:6 finalize");
}

TEST("whoever is left alone at the last moment ends once, and tells of its return after that") {
  Engine engine(WithGrace(1, 8));
  std::minstd_rand random(7);
  std::deque<Script> scripts;
  std::map<std::string, int> ends;  // 1: it has ended, 2: detached, 3: and it has returned
  constexpr int kJobs = 400;
  for (int i = 0; i < kJobs; i++) {
    const int64_t us = 500 + random() % 2500;
    scripts.emplace_back();
    scripts.back().steps = {[us](const baton_run*) {
      std::this_thread::sleep_for(std::chrono::microseconds(us));
      return BATON_STEP_SUCCESS;
    }};
    Admit(&engine, &scripts.back(), 1);
  }
  int open = kJobs;
  while (open > 0) {
    const baton::Message message = engine.NextOfAny();
    if (const auto* ended = std::get_if<Ended>(&message)) {
      const bool detached = ended->outcome.kind == OutcomeKind::kDetached;
      CHECK_EQ(std::exchange(ends[ended->id], detached ? 2 : 1), 0);
      if (!detached) open--;
    } else if (const auto* returned = std::get_if<StepReturned>(&message)) {
      CHECK_EQ(std::exchange(ends[returned->id], 3), 2);
      open--;
    }
  }
  engine.CloseWell();
  for (Script& script : scripts) CHECK_EQ(script.finalized(), 1);
}

CHECK_MAIN
