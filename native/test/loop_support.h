// What the tests of jobs on the loop share: scripts that may run there only, and who revives them.
#ifndef BATON_TEST_LOOP_SUPPORT_H_
#define BATON_TEST_LOOP_SUPPORT_H_

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support.h"

namespace test {

inline constexpr int64_t kForever = 60000;

// A script all of whose callbacks must come on this thread.
struct OnLoop : Script {
  explicit OnLoop(std::vector<int32_t> results = {BATON_STEP_SUCCESS})
      : Script(std::move(results)) {
    flags = BATON_JOB_ON_LOOP;
    only_on = std::this_thread::get_id();
  }
};

inline baton::StoredRow Admit(Engine* engine, Script* script) {
  script->Submit(engine->host());
  const baton::StoredRow row = engine->Next<baton::Submitted>().row;
  CHECK(engine->core().Admit(Engine::EntryFor(row)));
  return row;
}

// Steps that go on until they are told to stop by others.
inline Script::StepFunction Endless(int* count) {
  return [count](const baton_run*) {
    (*count)++;
    return BATON_STEP_CONTINUE;
  };
}

// What `revive` of a test is told to do.
struct Reviver {
  const baton_host* host;
  Script* script;
  uint32_t wrong_flags;
  std::thread::id thread;
  static baton_status BATON_CALL Revive(void* data, const char* type, const void*, size_t,
                                        baton_job* job) {
    Reviver* self = static_cast<Reviver*>(data);
    self->thread = std::this_thread::get_id();
    baton_job_desc desc = self->script->desc(type);
    desc.flags = self->wrong_flags;
    CHECK_EQ(self->host->create_job(self->host, &desc, job), BATON_ERROR_INVALID_ARGUMENT);
    *job = self->script->Create(self->host, type);
    return BATON_OK;
  }
};

}  // namespace test

#endif  // BATON_TEST_LOOP_SUPPORT_H_
