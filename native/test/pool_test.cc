// What becomes of the tasks of a host that is short of threads: of the one for what needs no slot, or
// of any at all.
#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include "support.h"

using baton::Ended;
using baton::OutcomeKind;
using test::Engine;
using test::Script;
using test::Signal;
using test::StoreThread;

namespace {

bool Soon(const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!holds() && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return holds();
}

baton_status BATON_CALL ReviveScript(void* data, const char* type, const void*, size_t,
                                     baton_job* job_out) {
  const auto* const of = static_cast<std::pair<const baton_host*, Script*>*>(data);
  *job_out = of->second->Create(of->first, type);
  return BATON_OK;
}

}  // namespace

TEST("a run that follows a slow finalize of its job keeps no other job's stop waiting") {
  Engine engine;
  Script first({BATON_STEP_FAILURE}), again, waiting({BATON_STEP_SUCCESS});
  std::pair<const baton_host*, Script*> reviving(engine.host(), &again);
  CHECK_EQ(engine.host()->register_type(engine.host(), "test.script", 0, ReviveScript, &reviving),
           BATON_OK);
  Signal finalizing, finalize, stepping, step;
  first.on_finalize = [&] {
    finalizing.Set();
    finalize.Await();
  };
  again.steps = {[&](const baton_run*) {
    stepping.Set();
    step.Await();
    return BATON_STEP_SUCCESS;
  }};
  first.Submit(engine.host());
  baton::Entry entry = Engine::EntryFor(engine.Next<baton::Submitted>().row);
  entry.state = "s";
  CHECK(engine.core().Finalize(entry.id));
  finalizing.Await();
  CHECK(engine.core().Admit(entry));
  finalize.Set();
  stepping.Await();
  CHECK(engine.core().Stop(waiting.Submit(engine.host()), BATON_STOP_CANCELED));
  const bool stopped = Soon([&] { return waiting.trace() == "stop:4"; });
  step.Set();
  CHECK(stopped);
  CHECK(engine.Next<Ended>().outcome.kind == OutcomeKind::kSuccess);
  engine.CloseWell();
}

// The checkers have a pthread_create of their own.
#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define BATON_TEST_CHECKED 1
#endif
#endif
#ifndef BATON_TEST_CHECKED

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>

namespace {
std::atomic<bool> no_threads{false};
}  // namespace

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*start)(void*), void* argument) {
  if (no_threads) return EAGAIN;
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const Create create = reinterpret_cast<Create>(dlsym(RTLD_NEXT, "pthread_create"));
  return create(thread, attributes, start, argument);
}

TEST("a run for which no thread can be started waits for the next one that can") {
  Engine engine;
  Script first({BATON_STEP_SUCCESS}), second({BATON_STEP_SUCCESS});
  first.Submit(engine.host());
  second.Submit(engine.host());
  baton::Entry entry = Engine::EntryFor(engine.Next<baton::Submitted>().row);
  no_threads = true;
  CHECK(engine.core().Admit(entry));
  no_threads = false;
  entry = Engine::EntryFor(engine.Next<baton::Submitted>().row);
  CHECK(engine.core().Admit(entry));
  CHECK(Soon([&] { return first.trace() == "step stop:1" && second.trace() == "step stop:1"; }));
  engine.CloseWell();
}

TEST("an asynchronous submit that no thread can watch over leaves the job with the plugin") {
  baton::CoreOptions options = Engine::Durable();
  StoreThread store;
  options.wake_store = store.waker();
  Engine engine(options);
  store.Start(&engine.core());
  const baton_host* host = engine.host();
  Signal done;
  const auto tell = [](void* data, baton_job, baton_status, const char*) {
    static_cast<Signal*>(data)->Set();
  };
  // With a thread for `done`, and none yet for what expires.
  Script other({BATON_STEP_SUCCESS}), script({BATON_STEP_SUCCESS});
  other.serializable = false;
  CHECK_EQ(host->submit_job_async(host, other.Create(host), nullptr, tell, &done), BATON_OK);
  done.Await();
  engine.Next<baton::Submitted>();
  const baton_job job = script.Create(host);
  no_threads = true;
  CHECK_EQ(host->submit_job_async(host, job, nullptr, tell, &done), BATON_ERROR_INTERNAL);
  no_threads = false;
  CHECK_EQ(host->free_job(host, job), BATON_OK);
  CHECK_EQ(script.finalized(), 1);
  // What the store had of it would have come before this.
  Script last({BATON_STEP_SUCCESS});
  const std::string id = last.Submit(host);
  CHECK_EQ(engine.Next<baton::Submitted>().row.id, id);
  engine.CloseWell();
  store.Join();
}

#endif
#endif

CHECK_MAIN
