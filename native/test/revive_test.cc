// What comes before the first step: reset of a resubmitted job, revive of one without a payload.
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

}  // namespace

TEST("resubmitting a payload with reset calls it before the first step of the new run") {
  Engine engine;
  Script script({BATON_STEP_FAILURE, BATON_STEP_SUCCESS});
  script.steps = {[](const baton_run*) { return BATON_STEP_FAILURE; }};
  const Ended failed = RunOnce(&engine, &script);
  CHECK(failed.has_payload);
  script.steps = {[](const baton_run*) { return BATON_STEP_SUCCESS; }};
  baton::Entry entry;
  entry.id = failed.id;
  entry.sequence = engine.core().NextSequence();
  entry.plugin = "test";
  entry.type = "test.script";
  entry.reset = true;
  CHECK(engine.core().Admit(entry));
  CHECK(engine.Next<Ended>().outcome.kind == OutcomeKind::kSuccess);
  CHECK_EQ(script.trace(), "step stop:3 reset step stop:1");
  engine.CloseWell();
}

TEST("a reset that fails ends the run with RESET_FAILED") {
  Engine engine;
  Script script({BATON_STEP_FAILURE});
  script.reset_status = BATON_ERROR_INTERNAL;
  baton::Entry entry;
  entry.id = RunOnce(&engine, &script).id;
  entry.sequence = 9;
  entry.reset = true;
  CHECK(engine.core().Admit(entry));
  const Ended ended = engine.Next<Ended>();
  CHECK_EQ(ended.outcome.error.code, "RESET_FAILED");
  CHECK_EQ(script.trace(), "step stop:3 reset stop:3");
  engine.CloseWell();
}

namespace {

struct Reviver {
  const baton_host* host;
  Script script{{BATON_STEP_SUCCESS}};
  baton_status status = BATON_OK;
  bool creates = true;
  std::string as = "test.revived";
  baton_job made = {0};
  std::vector<std::string> states = {};  // what it was given

  static baton_status BATON_CALL Call(void* data, const char*, const void* state, size_t size,
                                      baton_job* job_out) {
    Reviver* self = static_cast<Reviver*>(data);
    self->states.emplace_back(static_cast<const char*>(state), size);
    if (self->status != BATON_OK) return self->status;
    if (self->creates) self->made = self->script.Create(self->host, self->as.c_str());
    *job_out = self->made;
    return BATON_OK;
  }
};

baton::Entry RevivedEntry(Engine* engine, const char* type = "test.revived") {
  static int number = 100000;
  baton::Entry entry;
  entry.id = "3f2504e0-4f89-41d3-9a0c-0305e8" + std::to_string(number++);
  entry.sequence = engine->core().NextSequence();
  entry.plugin = "test";
  entry.type = type;
  entry.state = "s";
  return entry;
}

}  // namespace

TEST("without reset, a resubmit finalizes the payload and revives the state it is given") {
  Engine engine;
  Reviver reviver{engine.host()};
  reviver.as = "test.script";
  CHECK_EQ(engine.host()->register_type(engine.host(), "test.script", 0, Reviver::Call, &reviver),
           BATON_OK);
  Script first({BATON_STEP_FAILURE});
  first.with_reset = false;
  reviver.script.with_reset = false;
  const Ended failed = RunOnce(&engine, &first);
  baton::Entry entry = RevivedEntry(&engine, "test.script");
  entry.id = failed.id;
  entry.reset = true;
  CHECK(engine.core().Admit(entry));
  CHECK(engine.Next<Ended>().outcome.kind == OutcomeKind::kSuccess);
  CHECK_EQ(first.trace(), "step stop:3 finalize");
  CHECK_EQ(reviver.script.trace(), "step stop:1");
  engine.CloseWell();
}

TEST("what was revived and cannot be reset any more starts over from what was submitted") {
  Engine engine;
  Reviver reviver{engine.host()};
  reviver.as = "test.script";
  CHECK_EQ(engine.host()->register_type(engine.host(), "test.script", 0, Reviver::Call, &reviver),
           BATON_OK);
  reviver.script.with_reset = false;
  baton::Entry entry = RevivedEntry(&engine, "test.script");
  entry.reset = true;
  entry.state = "last";
  entry.submitted_state = "first";
  CHECK(engine.core().Admit(entry));
  CHECK(engine.Next<Ended>().outcome.kind == OutcomeKind::kSuccess);
  CHECK(reviver.states == (std::vector<std::string>{"last", "first"}));
  // The first of the two was never stepped.
  CHECK_EQ(reviver.script.trace(), "finalize step stop:1");
  engine.CloseWell();
}

TEST("a job nobody knows is not mine, a failing or cheating revive is CANNOT_REVIVE") {
  Engine engine;
  CHECK(engine.core().Admit(RevivedEntry(&engine, "test.unknown")));
  Ended ended = engine.Next<Ended>();
  CHECK(ended.outcome.kind == OutcomeKind::kNotMine);
  CHECK_EQ(ended.stop_reason, 0);
  CHECK(!ended.has_payload);
  Reviver reviver{engine.host()};
  CHECK_EQ(engine.host()->register_type(engine.host(), "test.revived", 0, Reviver::Call, &reviver),
           BATON_OK);
  CHECK_EQ(engine.host()->register_type(engine.host(), "test.revived", 0, Reviver::Call, &reviver),
           BATON_ERROR_NAME_TAKEN);
  const auto code = [&] {
    CHECK(engine.core().Admit(RevivedEntry(&engine)));
    const Ended end = engine.Next<Ended>();
    CHECK(!end.has_payload);
    return end.outcome.error.code;
  };
  reviver.status = BATON_ERROR_NOT_MINE;
  CHECK_EQ(code(), "");
  reviver.status = BATON_ERROR_INVALID_JSON;
  CHECK_EQ(code(), "CANNOT_REVIVE");
  reviver.status = BATON_OK;
  reviver.creates = false;
  CHECK_EQ(code(), "CANNOT_REVIVE");
  reviver.creates = true;
  reviver.as = "test.other";
  CHECK_EQ(code(), "CANNOT_REVIVE");
  CHECK_EQ(reviver.script.finalized(), 1);
  engine.CloseWell();
}

CHECK_MAIN
