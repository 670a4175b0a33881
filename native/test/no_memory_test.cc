// A submit that fails for want of memory takes nothing: neither the job nor room for it.
#include <cstdlib>
#include <new>

#include "store_support.h"

using test::Engine;
using test::ManualStore;
using test::Script;

namespace {

// On this thread blocks of about this size cannot be had; 0: all can.
thread_local size_t wanting = 0;

}  // namespace

void* operator new(size_t size) {
  const bool is_wanting = wanting != 0 && size >= wanting && size < wanting + 64;
  void* const block = is_wanting ? nullptr : std::malloc(size);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, size_t) noexcept { std::free(block); }

TEST("a submit that gets no memory leaves the job with the plugin, and its room to others") {
  baton::CoreOptions options = Engine::Durable();
  options.limit_jobs = 1;
  ManualStore store(options);
  const baton_host* h = store.engine->host();
  Script script({BATON_STEP_SUCCESS});
  const baton_job job = script.Create(h);
  const auto done = [](void*, baton_job, baton_status, const char*) { CHECK(!"done is called"); };
  baton_submit_options no_wait = {};
  no_wait.struct_size = sizeof no_wait;
  no_wait.flags = BATON_SUBMIT_NO_WAIT;
  for (int i = 0; i < 2; i++) {
    char id[BATON_ID_SIZE] = "";
    wanting = sizeof(baton::StoreRequest);
    const baton_status later = h->submit_job_async(h, job, nullptr, done, nullptr);
    const baton_status now = h->submit_job(h, job, &no_wait, id);
    wanting = 0;
    CHECK_EQ(later, BATON_ERROR_NO_MEMORY);
    CHECK_EQ(now, BATON_ERROR_NO_MEMORY);
  }
  CHECK_EQ(h->free_job(h, job), BATON_OK);
  CHECK_EQ(script.finalized(), 1);
  store.engine->CloseWell();
}

CHECK_MAIN
