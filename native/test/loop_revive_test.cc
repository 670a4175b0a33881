// Jobs on the loop that are revived there, or move to it and from it.
#include "loop_support.h"

using baton::Ended;
using baton::OutcomeKind;
using test::Admit;
using test::Engine;
using test::OnLoop;
using test::Reviver;
using test::Script;

TEST("a type with the flag is revived on the loop, into jobs with the flag, any other is not") {
  for (const uint32_t flags : {uint32_t{BATON_JOB_ON_LOOP}, uint32_t{0}}) {
    Engine engine;
    Script script({BATON_STEP_SUCCESS});
    script.flags = flags;
    Reviver reviver{engine.host(), &script, flags ^ BATON_JOB_ON_LOOP, {}};
    CHECK_EQ(engine.host()->register_type(engine.host(), "test.script", flags, Reviver::Revive,
                                          &reviver),
             BATON_OK);
    baton::Entry entry;
    entry.id = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
    entry.plugin = "test";
    entry.type = "test.script";
    entry.state = "state";
    CHECK(engine.core().Admit(entry));
    CHECK(engine.Next<Ended>().outcome.kind == OutcomeKind::kSuccess);
    CHECK_EQ(reviver.thread == std::this_thread::get_id(), flags != 0);
    engine.CloseWell();
    CHECK_EQ(script.trace(), "step stop:1 finalize");
  }
}

TEST("revive may not hand over a job that it made elsewhere with other flags") {
  Engine engine;
  OnLoop script;
  struct Early {
    baton_job job;
  } early{script.Create(engine.host())};
  const baton_revive revive = [](void* data, const char*, const void*, size_t, baton_job* job) {
    *job = static_cast<Early*>(data)->job;
    return baton_status{BATON_OK};
  };
  CHECK_EQ(engine.host()->register_type(engine.host(), "test.script", 0, revive, &early), BATON_OK);
  baton::Entry entry;
  entry.id = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
  entry.plugin = "test";
  entry.type = "test.script";
  entry.state = "state";
  CHECK(engine.core().Admit(entry));
  CHECK_EQ(engine.Next<Ended>().outcome.error.code, "CANNOT_REVIVE");
  CHECK_EQ(engine.host()->free_job(engine.host(), early.job), BATON_OK);
  engine.CloseWell();
}

TEST("a job moves to the loop, and from it, where its type is revived elsewhere") {
  for (const bool to_loop : {true, false}) {
    Engine engine;
    OnLoop on_loop;
    Script on_pool({BATON_STEP_SUCCESS});
    Script* first = to_loop ? &on_pool : &on_loop;
    Script* then = to_loop ? static_cast<Script*>(&on_loop) : &on_pool;
    first->steps = {[](const baton_run*) { return BATON_STEP_FAILURE; }};
    first->with_reset = false;
    Reviver reviver{engine.host(), then, first->flags, {}};
    CHECK_EQ(engine.host()->register_type(engine.host(), "test.script", then->flags,
                                          Reviver::Revive, &reviver),
             BATON_OK);
    baton::Entry entry = Engine::EntryFor(Admit(&engine, first));
    engine.Next<Ended>();
    entry.reset = true;
    CHECK(engine.core().Admit(entry));
    CHECK(engine.Next<Ended>().outcome.kind == OutcomeKind::kSuccess);
    CHECK_EQ(reviver.thread == std::this_thread::get_id(), to_loop);
    engine.CloseWell();
    CHECK_EQ(first->trace(), "step stop:3 finalize");
    CHECK_EQ(then->trace(), "step stop:1 finalize");
  }
}

CHECK_MAIN
