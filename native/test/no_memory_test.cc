// A submit that fails for want of memory takes nothing: neither the job nor room for it.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <new>

#include "inbox.h"
#include "owned_job.h"
#include "ready_list.h"
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

TEST("a sample that gets no memory has no seat, and takes none of another run's") {
  baton::Inbox inbox(nullptr);
  baton::Inbox::Seat a, b;
  bool threw = false;
  wanting = sizeof(baton::Message);
  try {
    inbox.PushQuietly({"a", {0.25, std::nullopt, std::nullopt, nullptr}, 0}, &a);
  } catch (const std::bad_alloc&) {
    threw = true;
  }
  wanting = 0;
  CHECK(threw);
  inbox.PushQuietly({"b", {0.5, "{}", std::nullopt, nullptr}, 0}, &b);
  inbox.PushQuietly({"a", {0.75, std::nullopt, std::nullopt, nullptr}, 0}, &a);
  const std::vector<baton::Message> messages = inbox.Drain();
  CHECK_EQ(messages.size(), 2u);
  const auto& first = std::get<baton::Sampled>(messages[0]);
  const auto& second = std::get<baton::Sampled>(messages[1]);
  CHECK_EQ(first.id, "b");
  CHECK_EQ(first.sample.content.value_or(""), "{}");
  CHECK_EQ(second.id, "a");
  CHECK(!second.sample.content.has_value());
}

// They have been taken: an engine that goes on would count on runs that never come.
TEST("a run that was given its slot and gets no memory ends the process") {
  baton::Inbox inbox(nullptr);
  baton::JobRegistry jobs;
  baton::CoreOptions options;
  options.slots = 1;
  const auto run = [](baton::Beginner&&) { throw std::bad_alloc(); };
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    std::set_terminate([] { std::_Exit(42); });
    try {
      baton::ReadyList ready(&inbox, &jobs, options, run);
      ready.Admit(baton::Entry());
    } catch (const std::bad_alloc&) {
      std::_Exit(1);
    }
    std::_Exit(0);
  }
  int status = 0;
  CHECK_EQ(waitpid(child, &status, 0), child);
  CHECK(WIFEXITED(status));
  CHECK_EQ(WEXITSTATUS(status), 42);
}

CHECK_MAIN
