// A host, or a plugin, that closes while jobs of the lane wait or run.
#include "lane_support.h"

using baton::Ended;
using baton::OutcomeKind;
using baton::Submitted;
using test::Engine;
using test::Kinds;
using test::Script;
using test::WithSlots;

TEST("a host that closes is told of what waits, which stands in no list any more") {
  Engine engine(WithSlots(1));
  engine.core().OpenLane(true, 0);
  test::Signal begun;
  Script running, waiting({BATON_STEP_SUCCESS});
  running.steps = {[&](const baton_run* run) {
    begun.Set();
    while (run->should_stop(run) == 0) std::this_thread::yield();
    return BATON_STEP_CONTINUE;
  }};
  running.Submit(engine.host());
  begun.Await();
  waiting.Submit(engine.host());
  engine.core().BeginClose();
  CHECK_EQ(engine.Next<Ended>().stop_reason, BATON_STOP_CLOSING);
  CHECK_EQ(Kinds(engine.Pending()), "busy admitted started submitted");
  engine.CloseWell();
  CHECK_EQ(running.finalized(), 1);
  CHECK_EQ(waiting.trace(), "stop:7 finalize");
}

TEST("a plugin that closes has its jobs of the lane finalized, and they are told as nobody's") {
  Engine engine(WithSlots(0));
  baton::Instance* other = engine.core().AddInstance("other");
  engine.core().OpenLane(true, 0);
  Script script({BATON_STEP_SUCCESS});
  script.Submit(other->host());
  CHECK(engine.core().CloseInstance(other, 10000));
  CHECK_EQ(script.finalized(), 1);
  engine.core().SetSlots(1);
  CHECK(engine.Next<Ended>().outcome.kind == OutcomeKind::kNotMine);
  CHECK(engine.Next<Submitted>().admitted);
  engine.CloseWell();
}

CHECK_MAIN
