// A host, or a plugin, that closes while its jobs on the loop wait or run.
#include "loop_support.h"

using baton::Ended;
using test::Admit;
using test::Endless;
using test::Engine;
using test::kForever;
using test::OnLoop;
using test::Script;
using test::Signal;

TEST("closing does what is left in place, at every stage of a job") {
  for (const bool of_instance : {false, true}) {
    for (const int64_t timeout_ms : {kForever, int64_t{0}}) {
      baton::CoreOptions options = Engine::Memory();
      options.slots = 1;
      Engine engine(options);
      int steps = 0;
      OnLoop created, waiting, running, begun;
      created.Create(engine.host());
      waiting.Submit(engine.host());
      engine.Next<baton::Submitted>();
      running.steps = {Endless(&steps)};
      Admit(&engine, &running);
      while (steps == 0) engine.core().RunLoopTasks(0);
      begun.Submit(engine.host());
      CHECK(engine.core().Admit(Engine::EntryFor(engine.Next<baton::Submitted>().row)));
      engine.core().SetSlots(2);  // it has a slot, and no turn yet
      const int before = steps;
      if (of_instance) CHECK(engine.core().CloseInstance(engine.plugin(), timeout_ms));
      CHECK(engine.core().FinishClose(timeout_ms));
      engine.CloseWell();
      CHECK_EQ(steps, before);
      CHECK_EQ(created.trace(), "finalize");
      CHECK_EQ(waiting.trace(), "stop:7 finalize");
      CHECK_EQ(begun.trace(), "stop:7 finalize");
      CHECK(running.trace().rfind("step stop:7 finalize") == running.trace().size() - 20);
    }
  }
}

TEST("closing waits for what a pool thread still gives to the loop") {
  Engine engine;
  Signal stepping;
  OnLoop on_loop;
  Script on_pool;
  std::string id;
  on_pool.steps = {[&](const baton_run* run) {
    stepping.Set();
    while (run->should_stop(run) == 0) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));  // longer than the engine looks
    return BATON_STEP_CONTINUE;
  }};
  Admit(&engine, &on_pool);
  stepping.Await();
  on_loop.Submit(engine.host());
  engine.CloseWell();
  CHECK_EQ(on_loop.trace(), "stop:7 finalize");
}

TEST("one plugin closes while the jobs of another one go on on the loop") {
  Engine engine;
  baton::Instance* other = engine.core().AddInstance("other");
  int mine = 0, theirs = 0;
  OnLoop stays, goes;
  stays.steps = {Endless(&mine)};
  goes.steps = {Endless(&theirs)};
  const baton::StoredRow row = Admit(&engine, &stays);
  goes.Submit(other->host());
  CHECK(engine.core().Admit(Engine::EntryFor(engine.Next<baton::Submitted>().row)));
  while (mine == 0 || theirs == 0) engine.core().RunLoopTasks(0);
  CHECK(engine.core().CloseInstance(other, kForever));
  CHECK_EQ(goes.finalized(), 1);
  CHECK_EQ(stays.finalized(), 0);
  const int before = mine;
  while (mine == before) CHECK(engine.core().RunLoopTasks(0));
  engine.core().Request(row.id, baton::RequestKind::kPause);
  while (engine.Next<Ended>().id != row.id) {
  }
  engine.CloseWell();
}

TEST("a step that closes the host does not wait for itself, and is finalized when it returns") {
  Engine engine;
  OnLoop script, beside;
  beside.Submit(engine.host());
  engine.Next<baton::Submitted>();
  baton::Clock::duration took{};
  script.steps = {[&](const baton_run* run) {
    const auto began = baton::Clock::now();
    CHECK(!engine.core().FinishClose(kForever));
    took = baton::Clock::now() - began;
    CHECK_EQ(beside.trace(), "stop:7 finalize");
    CHECK_EQ(run->should_stop(run), BATON_STOP_CLOSING);
    const baton::Counts counts = engine.core().counts();
    CHECK(counts.Balanced());
    CHECK_EQ(counts.owed, 1u);
    return BATON_STEP_CONTINUE;
  }};
  Admit(&engine, &script);
  CHECK_EQ(engine.Next<Ended>().stop_reason, BATON_STOP_CLOSING);
  CHECK(took < std::chrono::seconds(10));
  engine.core().FinishClose(0);
  CHECK_EQ(script.trace(), "step stop:7 finalize");
  const baton::Counts counts = engine.core().counts();
  CHECK(counts.Balanced());
  CHECK_EQ(counts.owed + counts.live, 0u);
}

CHECK_MAIN
