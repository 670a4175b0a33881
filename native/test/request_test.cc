// Requests of a run that has begun: pause, cancel, recall, and a pause that is taken back.
#include "run_control.h"
#include "stop_reason.h"
#include "support.h"

using baton::Ended;
using baton::OutcomeKind;
using baton::RequestKind;
using test::Engine;
using test::Script;

TEST("a pause and a cancel are honoured when the step continues, cancel over pause") {
  Engine engine;
  const auto end = [&](std::vector<RequestKind> requests, int32_t result,
                       int32_t expected_should_stop) {
    test::Signal stepping, go;
    Script script;
    script.steps = {[&](const baton_run* run) {
      stepping.Set();
      go.Await();
      CHECK_EQ(run->should_stop(run), expected_should_stop);
      return result;
    }};
    const std::string id = script.Submit(engine.host());
    engine.core().Admit(Engine::EntryFor(engine.Next<baton::Submitted>().row));
    stepping.Await();
    for (const RequestKind kind : requests)
      CHECK(engine.core().Request(id, kind) == baton::RequestAnswer::kBegun);
    go.Set();
    const Ended ended = engine.Next<Ended>();
    engine.core().Finalize(id);
    engine.Next<baton::Finalized>();
    return ended.stop_reason;
  };
  CHECK_EQ(end({RequestKind::kPause}, BATON_STEP_CONTINUE, BATON_STOP_PAUSED), BATON_STOP_PAUSED);
  CHECK_EQ(end({RequestKind::kPause}, BATON_STEP_RETRY, BATON_STOP_PAUSED), BATON_STOP_PAUSED);
  CHECK_EQ(end({RequestKind::kPause}, BATON_STEP_SUCCESS, BATON_STOP_PAUSED), BATON_STOP_SUCCESS);
  CHECK_EQ(end({RequestKind::kCancel}, BATON_STEP_CONTINUE, BATON_STOP_CANCELED),
           BATON_STOP_CANCELED);
  CHECK_EQ(end({RequestKind::kCancel}, BATON_STEP_FAILURE, BATON_STOP_CANCELED),
           BATON_STOP_FAILURE);
  CHECK_EQ(
      end({RequestKind::kCancel, RequestKind::kPause}, BATON_STEP_CONTINUE, BATON_STOP_CANCELED),
      BATON_STOP_CANCELED);
  CHECK_EQ(
      end({RequestKind::kPause, RequestKind::kCancel}, BATON_STEP_CONTINUE, BATON_STOP_CANCELED),
      BATON_STOP_CANCELED);
  CHECK_EQ(end({RequestKind::kRecall}, BATON_STEP_SUCCESS, 0), BATON_STOP_SUCCESS);
  engine.CloseWell();
}

TEST("a pause can be taken back until it is honoured, and not after") {
  baton::RunControl control(baton::Offered{});
  CHECK(!control.TakeBackPause());
  control.Raise(baton::RunControl::kPause);
  CHECK(control.TakeBackPause());
  CHECK_EQ(control.DecideIfAsked(), 0);
  control.Raise(baton::RunControl::kPause);
  CHECK_EQ(control.DecideIfAsked(), BATON_STOP_PAUSED);
  CHECK(!control.TakeBackPause());
}

TEST("a run whose pause is taken back goes on stepping") {
  Engine engine;
  test::Signal stepping, go;
  Script script;
  script.steps = {[&](const baton_run*) {
                    stepping.Set();
                    go.Await();
                    return BATON_STEP_CONTINUE;
                  },
                  [](const baton_run*) { return BATON_STEP_SUCCESS; }};
  const std::string id = script.Submit(engine.host());
  engine.core().Admit(Engine::EntryFor(engine.Next<baton::Submitted>().row));
  stepping.Await();
  engine.core().Request(id, RequestKind::kPause);
  CHECK(engine.core().TakeBack(id));
  go.Set();
  CHECK_EQ(engine.Next<Ended>().stop_reason, BATON_STOP_SUCCESS);
  engine.CloseWell();
}

TEST("the stop reason is a function of outcome, request and attempts") {
  const auto reason = [](OutcomeKind kind, bool retryable, int32_t requested, bool left) {
    return baton::StopReason({kind, {}, retryable, {}}, requested, left);
  };
  const int32_t none = 0, pause = BATON_STOP_PAUSED, cancel = BATON_STOP_CANCELED,
                closing = BATON_STOP_CLOSING;
  for (const int32_t requested : {none, pause, cancel, closing}) {
    CHECK_EQ(reason(OutcomeKind::kSuccess, false, requested, true), BATON_STOP_SUCCESS);
    CHECK_EQ(reason(OutcomeKind::kFailure, false, requested, true), BATON_STOP_FAILURE);
    const bool closes = requested == closing;  // costs no attempt
    CHECK_EQ(reason(OutcomeKind::kFailure, true, requested, false),
             closes ? closing : BATON_STOP_FAILURE);
    CHECK_EQ(reason(OutcomeKind::kContinue, false, requested, true), requested);
    const int32_t again = requested == none ? BATON_STOP_RETRY : requested;
    CHECK_EQ(reason(OutcomeKind::kRetry, false, requested, false), again);
    CHECK_EQ(reason(OutcomeKind::kFailure, true, requested, true), again);
    const auto late = [&](bool left) {
      return baton::StopReason({OutcomeKind::kFailure, {}, true, {}, true}, requested, left);
    };
    const baton::Outcome again_later = {OutcomeKind::kFailure, {}, true, {}};
    const bool gives_way = requested == pause;  // what comes of the closing costs no attempt
    CHECK_EQ(baton::RequestAtEnd(again_later, requested, true), gives_way ? closing : requested);
    CHECK_EQ(baton::RequestAtEnd(again_later, requested, false), requested);
    CHECK_EQ(baton::RequestAtEnd({OutcomeKind::kRetry, {}, false, {}}, requested, true), requested);
    CHECK_EQ(late(true), again);
    CHECK_EQ(late(false), closes ? closing : BATON_STOP_TIMED_OUT);
  }
}

CHECK_MAIN
