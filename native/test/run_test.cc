// The run loop: what a step returns and pushes, what stop is told, what the getters may not do.
#include <cmath>
#include <cstdint>

#include "support.h"

using baton::Ended;
using baton::OutcomeKind;
using baton::RequestKind;
using test::Engine;
using test::Script;

namespace {

// Submits, admits, and awaits the end of the run.
Ended RunOnce(Engine* engine, Script* script, int32_t max_attempts = 1, int32_t attempts = 0) {
  script->Submit(engine->host());
  baton::Entry entry = Engine::EntryFor(engine->Next<baton::Submitted>().row);
  entry.max_attempts = max_attempts;
  entry.attempts = attempts;
  CHECK(engine->core().Admit(entry));
  return engine->Next<Ended>();
}

Ended RunStep(Engine* engine, Script* script, Script::StepFunction step) {
  script->steps = {std::move(step)};
  return RunOnce(engine, script);
}

}  // namespace

TEST("steps follow each other until one says success, and the end carries the last copy") {
  Engine engine;
  Script script({BATON_STEP_CONTINUE, BATON_STEP_CONTINUE, BATON_STEP_SUCCESS});
  script.progress = 0.75;
  script.content = "{\"a\":1}";
  const Ended ended = RunOnce(&engine, &script);
  CHECK(ended.outcome.kind == OutcomeKind::kSuccess);
  CHECK_EQ(ended.stop_reason, BATON_STOP_SUCCESS);
  CHECK_EQ(ended.sample.progress, 0.75);
  CHECK_EQ(*ended.sample.content, "{\"a\":1}");
  CHECK_EQ(*ended.sample.state, "state");
  CHECK_EQ(script.trace(), "step step step stop:1");
  engine.CloseWell();
  CHECK_EQ(script.trace(), "step step step stop:1 finalize");
}

TEST("a failure says why, and stops as a retry only while there are attempts left") {
  Engine engine;
  const auto fail = [](int32_t retryable) {
    return [retryable](const baton_run* run) {
      CHECK_EQ(run->fail(run, "lower case", "no", 0), BATON_ERROR_INVALID_ARGUMENT);
      CHECK_EQ(run->fail(run, "REMOTE_REFUSED", "it said no", retryable), BATON_OK);
      return BATON_STEP_FAILURE;
    };
  };
  const auto end = [&](int32_t retryable, int32_t max_attempts, int32_t attempts) {
    Script script;
    script.steps = {fail(retryable)};
    const Ended ended = RunOnce(&engine, &script, max_attempts, attempts);
    CHECK(ended.outcome.kind == OutcomeKind::kFailure);
    CHECK_EQ(ended.outcome.error.code, "REMOTE_REFUSED");
    CHECK_EQ(ended.outcome.error.message, "it said no");
    CHECK_EQ(ended.outcome.retryable, retryable != 0);
    engine.core().Finalize(ended.id);
    engine.Next<baton::Finalized>();
    return ended.stop_reason;
  };
  CHECK_EQ(end(0, 3, 0), BATON_STOP_FAILURE);
  CHECK_EQ(end(1, 3, 0), BATON_STOP_RETRY);
  CHECK_EQ(end(1, 3, 1), BATON_STOP_RETRY);
  CHECK_EQ(end(1, 3, 2), BATON_STOP_FAILURE);
  CHECK_EQ(end(1, 0, 0), BATON_STOP_FAILURE);
  engine.CloseWell();
}

TEST("a retry carries its delay, or none") {
  Engine engine;
  Script with, without({BATON_STEP_RETRY});
  Ended ended = RunStep(&engine, &with, [](const baton_run* run) {
    CHECK_EQ(run->retry_after(run, -1), BATON_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(run->retry_after(run, 1500), BATON_OK);
    return BATON_STEP_RETRY;
  });
  CHECK(ended.outcome.kind == OutcomeKind::kRetry);
  CHECK_EQ(*ended.outcome.retry_after_ms, 1500);
  CHECK_EQ(ended.stop_reason, BATON_STOP_RETRY);
  ended = RunOnce(&engine, &without);
  CHECK(!ended.outcome.retry_after_ms.has_value());
  engine.CloseWell();
}

TEST("a retry comes within a hundred years, so that its time is a date") {
  Engine engine;
  Script script;
  const Ended ended = RunStep(&engine, &script, [](const baton_run* run) {
    CHECK_EQ(run->retry_after(run, INT64_MAX), BATON_OK);
    return BATON_STEP_RETRY;
  });
  CHECK_EQ(*ended.outcome.retry_after_ms, 3155760000000);
  engine.CloseWell();
}

TEST("an unknown step value, an exception and a silent failure fail the job, not the host") {
  Engine engine;
  Script junk({42}), silent({BATON_STEP_FAILURE}), throws, zero({0});
  CHECK_EQ(RunOnce(&engine, &junk).outcome.error.code, "BAD_STEP_RESULT");
  CHECK_EQ(RunOnce(&engine, &zero).outcome.error.code, "BAD_STEP_RESULT");
  CHECK_EQ(RunOnce(&engine, &silent).outcome.error.code, "STEP_FAILED");
  const Ended ended = RunStep(
      &engine, &throws, [](const baton_run*) -> int32_t { throw std::runtime_error("oops"); });
  CHECK_EQ(ended.outcome.error.code, "STEP_THREW");
  CHECK_EQ(ended.outcome.error.message, "oops");
  CHECK_EQ(ended.stop_reason, BATON_STOP_FAILURE);
  Script odd;
  CHECK_EQ(RunStep(&engine, &odd, [](const baton_run*) -> int32_t { throw 1; }).outcome.error.code,
           "STEP_THREW");
  Script long_winded;
  const std::string text = RunStep(&engine, &long_winded, [](const baton_run*) -> int32_t {
                             throw std::runtime_error("\xff" + std::string(1 << 20, 'x'));
                           }).outcome.error.message;
  CHECK_EQ(text.size(), size_t{64 * 1024});
  CHECK_EQ(text.substr(0, 2), "?x");
  engine.CloseWell();
}

TEST("what is pushed during a step wins over the getter after it") {
  Engine engine;
  Script script;
  const Ended ended = RunStep(&engine, &script, [](const baton_run* run) {
    CHECK_EQ(run->set_progress(run, 1, 0), BATON_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(run->set_progress(run, 5, 4), BATON_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(run->set_progress(run, 1, 4), BATON_OK);
    // One by the other would be no number, which no store takes.
    CHECK_EQ(run->set_progress(run, INFINITY, INFINITY), BATON_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(run->set_progress(run, 1, INFINITY), BATON_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(run->set_progress(run, NAN, 1), BATON_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(run->set_content(run, "[1]", 3), BATON_ERROR_INVALID_JSON);
    CHECK_EQ(run->set_content(run, "{\"b\":2}", 7), BATON_OK);
    return BATON_STEP_SUCCESS;
  });
  CHECK_EQ(ended.sample.progress, 0.25);
  CHECK_EQ(*ended.sample.content, "{\"b\":2}");
  engine.CloseWell();
}

TEST("progress, content and log lines pushed inside a step are heard while it still runs") {
  Engine engine;
  test::Signal heard;
  Script script;
  script.steps = {[&](const baton_run* run) {
    CHECK_EQ(run->log(run, BATON_LOG_INFO, "hello"), BATON_OK);
    CHECK_EQ(run->log(run, 9, "hello"), BATON_ERROR_INVALID_ARGUMENT);
    for (double done = 0; !heard.IsSet(); done = done < 50 ? done + 1 : 0)
      run->set_progress(run, done, 100);
    return BATON_STEP_SUCCESS;
  }};
  const std::string id = script.Submit(engine.host());
  engine.core().Admit(Engine::EntryFor(engine.Next<baton::Submitted>().row));
  const baton::Logged logged = engine.Next<baton::Logged>();
  CHECK_EQ(logged.id, id);
  CHECK_EQ(logged.text, "hello");
  engine.Next<baton::Sampled>();
  baton_job_info info = {};
  info.struct_size = sizeof info;
  CHECK_EQ(engine.host()->job_info(engine.host(), id.c_str(), &info), BATON_OK);
  CHECK_EQ(info.state, BATON_STATE_RUNNING);
  CHECK(info.progress <= 0.5);
  CHECK_EQ(std::string(info.id), id);
  CHECK_EQ(std::string(info.type), "test.script");
  heard.Set();
  engine.Next<Ended>();
  engine.CloseWell();
}

TEST("between short steps the getters are asked only when the ticker says so") {
  Engine engine;
  int steps = 0;
  Script script;
  script.traces_getters = true;
  test::Signal heard;
  script.steps = {[&](const baton_run*) {
    steps++;
    return heard.IsSet() && steps >= 1000 ? BATON_STEP_SUCCESS : BATON_STEP_CONTINUE;
  }};
  script.Submit(engine.host());
  engine.core().Admit(Engine::EntryFor(engine.Next<baton::Submitted>().row));
  engine.Next<baton::Sampled>();
  heard.Set();
  engine.Next<Ended>();
  // A getter never stands between step and stop, nor after finalize.
  const std::string trace = script.trace();
  int asked = 0;
  for (size_t at = 0; (at = trace.find("progress", at)) != std::string::npos; at++) asked++;
  CHECK(asked < steps / 2);
  CHECK(trace.find("progress content state step") == 0);
  CHECK(trace.size() > 30 &&
        trace.rfind("step stop:1 progress content state") == trace.size() - 34);
  engine.CloseWell();
}

TEST("content that is not an object, or state above the limit, fails the job while it runs") {
  Engine engine;
  const auto code = [&](const std::function<void(Script*)>& spoil, int32_t result) {
    Script script;
    script.steps = {[&](const baton_run*) {
      spoil(&script);
      return result;
    }};
    const Ended ended = RunOnce(&engine, &script);
    engine.core().Finalize(ended.id);
    engine.Next<baton::Finalized>();
    CHECK(ended.outcome.kind == OutcomeKind::kFailure);
    return ended.outcome.error.code;
  };
  const auto array = [](Script* s) { s->content = "[]"; };
  CHECK_EQ(code(array, BATON_STEP_CONTINUE), "BAD_CONTENT");  // seen by the ticker, between steps
  CHECK_EQ(code(array, BATON_STEP_SUCCESS), "BAD_CONTENT");   // seen after stop
  CHECK_EQ(code([](Script* s) { s->content = std::string(BATON_MAX_CONTENT_SIZE + 1, ' '); },
                BATON_STEP_SUCCESS),
           "TOO_LARGE");
  CHECK_EQ(code([](Script* s) { s->content_status = BATON_ERROR_INTERNAL; }, BATON_STEP_SUCCESS),
           "BAD_STATE_DATA");
  CHECK_EQ(code([](Script* s) { s->state.resize(BATON_MAX_STATE_SIZE + 1); }, BATON_STEP_SUCCESS),
           "TOO_LARGE");
  CHECK_EQ(code([](Script* s) { s->state_status = BATON_ERROR_INTERNAL; }, BATON_STEP_SUCCESS),
           "BAD_STATE_DATA");
  // What failed already stays that failure.
  CHECK_EQ(code(array, BATON_STEP_FAILURE), "STEP_FAILED");
  engine.CloseWell();
}

TEST("a canceled waiting job is stopped without a step, on another thread") {
  Engine engine;
  Script script({BATON_STEP_SUCCESS});
  std::thread::id where;
  script.on_stop = [&] { where = std::this_thread::get_id(); };
  const std::string id = script.Submit(engine.host());
  CHECK(engine.core().Stop(id, BATON_STOP_CANCELED));
  CHECK_EQ(engine.Next<baton::Stopped>().reason, BATON_STOP_CANCELED);
  CHECK(where != std::this_thread::get_id());
  engine.CloseWell();
  CHECK_EQ(script.trace(), "stop:4 finalize");
}

TEST("what was requested before a run has heard of its own beginning stays requested") {
  Engine engine;
  engine.core().SetSlots(0);
  Script script;
  int32_t state = -1, requested = -1;
  script.steps = {[&](const baton_run*) {
    baton_job_info info = {};
    info.struct_size = sizeof info;
    const std::string id = script.content;
    CHECK_EQ(engine.host()->job_info(engine.host(), id.c_str(), &info), BATON_OK);
    state = info.state;
    requested = info.requested;
    return BATON_STEP_SUCCESS;
  }};
  script.with_getters = false;
  script.content = script.Submit(engine.host());
  CHECK(engine.core().Admit(Engine::EntryFor(engine.Next<baton::Submitted>().row)));
  // The engine, which was quicker than the thread that begins the run.
  baton::JobInfo info;
  info.id = script.content;
  info.state = BATON_STATE_RUNNING;
  info.requested = BATON_STOP_PAUSED;
  engine.core().Publish(info);
  engine.core().SetSlots(1);
  CHECK(engine.Next<Ended>().outcome.kind == OutcomeKind::kSuccess);
  CHECK_EQ(state, BATON_STATE_RUNNING);
  CHECK_EQ(requested, BATON_STOP_PAUSED);
  engine.CloseWell();
}

TEST("steps may create, submit, ask and free; only waiting for a job is refused in them") {
  Engine engine;
  Script child({BATON_STEP_SUCCESS}), script;
  std::string child_id;
  const Ended ended = RunStep(&engine, &script, [&](const baton_run*) {
    const baton_host* host = engine.host();
    char id[BATON_ID_SIZE];
    CHECK_EQ(host->submit_job(host, child.Create(host), nullptr, id), BATON_OK);
    child_id = id;
    baton_job_info info = {};
    info.struct_size = sizeof info;
    CHECK_EQ(host->job_info(host, id, &info), BATON_OK);
    CHECK_EQ(info.state, BATON_STATE_PENDING);
    CHECK_EQ(host->wait_job(host, id, 0, &info), BATON_ERROR_WRONG_THREAD);
    return BATON_STEP_SUCCESS;
  });
  CHECK(ended.outcome.kind == OutcomeKind::kSuccess);
  CHECK_EQ(engine.Next<baton::Submitted>().row.id, child_id);
  engine.CloseWell();
  CHECK_EQ(child.trace(), "stop:7 finalize");
}

CHECK_MAIN
