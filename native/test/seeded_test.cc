// Bugs on purpose, one behind each flag, to prove that the checkers see them. Without a flag this
// test passes.
#include <atomic>
#include <thread>

#include "handle_table.h"
#include "payload.h"
#include "support.h"

using test::Engine;

namespace {

int finalized = 0;

baton_job_desc Describe(void* payload) {
  baton_job_desc desc = {};
  desc.struct_size = sizeof desc;
  desc.type = "seeded";
  desc.payload = payload;
  desc.step = [](void*, const baton_run*) -> int32_t { return BATON_STEP_SUCCESS; };
  desc.get_progress = [](void* memory) { return *static_cast<char*>(memory) / 8.0; };
  desc.finalize = [](void* memory) {
    finalized++;
#ifndef SEED_LEAK
    std::free(memory);
#else
    (void)memory;
#endif
  };
  return desc;
}

}  // namespace

TEST("a payload is freed, once, and not touched after") {
  Engine engine;
  void* memory = std::calloc(64, 1);
  const baton_job_desc desc = Describe(memory);
  baton_job job = {0};
  CHECK_EQ(engine.host()->create_job(engine.host(), &desc, &job), BATON_OK);
  std::shared_ptr<baton::Payload> payload;
  CHECK_EQ(baton::HandleTable::Process().Free(job, engine.plugin(), &payload), BATON_OK);
  payload->Finalize();
  payload->Finalize();  // of no effect
  CHECK_EQ(finalized, 1);
#ifdef SEED_USE_AFTER_FREE
  static_cast<volatile char*>(memory)[0] = 1;
#endif
  memory = nullptr;
  engine.CloseWell();
}

TEST("two threads share nothing without a lock") {
#ifdef SEED_RACE
  volatile int shared = 0;
#else
  std::atomic<int> shared{0};
#endif
  std::thread other([&] { shared = shared + 1; });
  shared = shared + 1;
  other.join();
  CHECK(shared >= 1);
}

CHECK_MAIN
