// What a plugin's own threads still call while the plugin closes.
#include "instance.h"
#include "route_table.h"
#include "support.h"
#include "type_table.h"

using test::Engine;
using test::Script;
using test::Signal;

TEST("who asks for room while its plugin closes is told so, and does not wait for it") {
  baton::CoreOptions options = Engine::Memory();
  options.limit_jobs = 1;
  options.submit_timeout_ms = 3000;
  Engine engine(options);
  const baton_host* h = engine.host();
  Signal stepping, closing, go;
  Script running, waiting({BATON_STEP_SUCCESS}), late({BATON_STEP_SUCCESS});
  running.steps = {[&](const baton_run* run) {
    stepping.Set();
    while (run->should_stop(run) == 0) std::this_thread::yield();
    closing.Set();
    go.Await();
    return BATON_STEP_CONTINUE;
  }};
  running.Submit(h);
  CHECK(engine.core().Admit(Engine::EntryFor(engine.Next<baton::Submitted>().row)));
  stepping.Await();
  waiting.Submit(h);
  const baton_job job = late.Create(h);
  baton_status submitted = BATON_OK, freed = -1;
  std::thread plugin([&] {
    closing.Await();
    char id[BATON_ID_SIZE];
    submitted = h->submit_job(h, job, nullptr, id);
    freed = h->free_job(h, job);
    go.Set();
  });
  CHECK(engine.core().CloseInstance(engine.plugin(), 60000));
  plugin.join();
  CHECK_EQ(submitted, BATON_ERROR_CLOSING);
  CHECK_EQ(freed, BATON_OK);
  CHECK_EQ(late.trace(), "finalize");
  engine.CloseWell();
}

// Whoever loads the plugin again would find the names taken, by what is never called any more.
TEST("what is registered behind the back of a closing does not stay") {
  Engine engine;
  baton::Instance* closed = engine.core().AddInstance("again");
  baton::Instance* again = engine.core().AddInstance("again");
  const baton_revive revive = [](void*, const char*, const void*, size_t, baton_job*) {
    return baton_status{BATON_ERROR_NOT_MINE};
  };
  const baton_handler handler = [](void*, const baton_request*, baton_response*) {
    return baton_status{BATON_OK};
  };
  baton::TypeTable types;
  baton::RouteTable routes;
  const auto register_both = [&](baton::Instance* instance) {
    const baton_status type =
        types.Register("again", "t", {instance, 0, revive, nullptr, nullptr, nullptr}, nullptr);
    const baton_status route = routes.Register("GET", "/t", {instance, handler, nullptr}, nullptr);
    CHECK_EQ(type, route);
    return type;
  };
  // The call has looked whether the plugin closes; then it did.
  closed->BeginClose();
  types.RemoveAll(closed);
  routes.RemoveAll(closed);
  CHECK_EQ(register_both(closed), BATON_ERROR_CLOSING);
  CHECK_EQ(register_both(again), BATON_OK);
  engine.CloseWell();
}

CHECK_MAIN
