#include "c_host.h"

#include "support.h"

namespace {

test::Engine* engine = nullptr;
const baton_plugin* started = nullptr;

}  // namespace

baton_status c_host_open(const baton_plugin* plugin) {
  engine = new test::Engine();
  started = plugin;
  return plugin->start(engine->host());
}

const baton_host* c_host_table(void) { return engine->host(); }

int32_t c_host_run_one(void) {
  const baton::StoredRow row = engine->Next<baton::Submitted>().row;
  CHECK(engine->core().Admit(test::Engine::EntryFor(row)));
  const int32_t reason = engine->Next<baton::Ended>().stop_reason;
  CHECK(engine->core().Finalize(row.id));
  engine->Next<baton::Finalized>();
  return reason;
}

int c_host_close(void) {
  const bool well = engine->core().FinishClose(60000);
  const baton::Counts counts = engine->core().counts();
  started->stop();
  delete engine;
  return well && counts.Balanced() && counts.live == 0 && counts.owed == 0;
}
