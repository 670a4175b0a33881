// Exceptions that escape from a plugin's callbacks: they end the job, or nothing, never the host.
#include <stdexcept>

#include "support.h"

using test::Engine;
using test::Script;

namespace {

const auto kThrow = [] { throw std::runtime_error("escaped"); };

}  // namespace

TEST("an exception out of stop or finalize is swallowed, and the payload counted as finalized") {
  Engine engine;
  Script script({BATON_STEP_SUCCESS});
  script.on_stop = kThrow;
  script.on_finalize = kThrow;
  script.Submit(engine.host());
  const baton::StoredRow row = engine.Next<baton::Submitted>().row;
  CHECK(engine.core().Admit(Engine::EntryFor(row)));
  CHECK_EQ(engine.Next<baton::Ended>().stop_reason, BATON_STOP_SUCCESS);
  CHECK(engine.core().Finalize(row.id));
  engine.Next<baton::Finalized>();
  CHECK_EQ(engine.core().counts().finalized, 1u);
  engine.CloseWell();
  CHECK_EQ(script.trace(), "step stop:1 finalize");
}

TEST("an exception out of finalize in free_job still frees the handle") {
  Engine engine;
  Script script({BATON_STEP_SUCCESS});
  script.on_finalize = kThrow;
  const baton_job job = script.Create(engine.host());
  CHECK_EQ(engine.host()->free_job(engine.host(), job), BATON_OK);
  CHECK_EQ(engine.host()->free_job(engine.host(), job), BATON_ERROR_STALE_HANDLE);
  engine.CloseWell();
}

TEST("an exception out of a getter after the last step fails that job") {
  Engine engine;
  Script script({BATON_STEP_SUCCESS});
  script.Submit(engine.host());
  script.on_serialize = kThrow;
  CHECK(engine.core().Admit(Engine::EntryFor(engine.Next<baton::Submitted>().row)));
  const baton::Ended ended = engine.Next<baton::Ended>();
  CHECK(ended.outcome.kind == baton::OutcomeKind::kFailure);
  CHECK_EQ(ended.outcome.error.code, "BAD_STATE_DATA");
  engine.CloseWell();
}

TEST("an exception out of revive fails the job, and what is not an exception's text does no harm") {
  Engine engine;
  const auto revive = [](void*, const char*, const void*, size_t, baton_job*) -> baton_status {
    throw 7;
  };
  CHECK_EQ(engine.host()->register_type(engine.host(), "test.throws", 0, revive, nullptr),
           BATON_OK);
  baton::Entry entry;
  entry.id = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
  entry.sequence = 1;
  entry.plugin = "test";
  entry.type = "test.throws";
  entry.state = "state";
  CHECK(engine.core().Admit(entry));
  CHECK_EQ(engine.Next<baton::Ended>().outcome.error.code, "CANNOT_REVIVE");
  engine.CloseWell();
}

CHECK_MAIN
