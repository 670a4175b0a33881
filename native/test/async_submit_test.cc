// submit_job_async: waits for nothing, and `done` comes exactly once, whatever happens.
#include "store_support.h"

using test::Engine;
using test::ManualStore;
using test::Script;
using test::Signal;

namespace {

// What `done` was told.
struct Done {
  static void BATON_CALL Call(void* data, baton_job job, baton_status status, const char* id) {
    Done* self = static_cast<Done*>(data);
    self->thread = std::this_thread::get_id();
    self->status = status;
    CHECK_EQ(id != nullptr, status == BATON_OK);
    if (id != nullptr) self->id = id;
    if (self->then) self->then(job);
    CHECK_EQ(self->calls.fetch_add(1), 0);
    self->called.Set();
  }
  std::function<void(baton_job)> then;
  std::atomic<int> calls{0};
  baton_status status = -1;
  std::string id;
  std::thread::id thread;
  Signal called;
};

baton_status SubmitAsync(Engine* engine, baton_job job, Done* done) {
  return engine->host()->submit_job_async(engine->host(), job, nullptr, Done::Call, done);
}

}  // namespace

TEST("where no store is waited for, done comes all the same, on another thread") {
  Engine engine;
  Script script({BATON_STEP_SUCCESS});
  Done done;
  CHECK_EQ(SubmitAsync(&engine, script.Create(engine.host()), &done), BATON_OK);
  done.called.Await();
  CHECK_EQ(done.status, BATON_OK);
  CHECK(done.thread != std::this_thread::get_id());
  CHECK_EQ(engine.Next<baton::Submitted>().row.id, done.id);
  engine.CloseWell();
}

TEST("until done the handle is busy; then it is as after submit_job") {
  baton::CoreOptions options = Engine::Durable();
  options.limit_jobs = 1;
  ManualStore store(options);
  Engine& engine = *store.engine;
  const baton_host* h = engine.host();
  for (const baton_status answer : {BATON_ERROR_STORE_FAILED, BATON_OK}) {
    Script script({BATON_STEP_SUCCESS});
    Done done;
    const baton_job job = script.Create(h);
    CHECK_EQ(SubmitAsync(&engine, job, &done), BATON_OK);
    CHECK_EQ(h->free_job(h, job), BATON_ERROR_BUSY);
    CHECK_EQ(SubmitAsync(&engine, job, &done), BATON_ERROR_BUSY);
    const auto taken = store.Take();
    CHECK(engine.Pending().empty());
    CHECK_EQ(done.calls.load(), 0);
    done.then = [&](baton_job told) {
      CHECK_EQ(told.bits, job.bits);
      CHECK_EQ(h->free_job(h, told), answer == BATON_OK ? BATON_ERROR_ALREADY_SUBMITTED : BATON_OK);
    };
    if (answer == BATON_OK) {
      engine.core().MarkCommitted(taken[0]->ticket);
    } else {
      engine.core().Refuse(taken[0]->ticket, answer);
    }
    done.called.Await();
    CHECK_EQ(done.status, answer);
    if (answer == BATON_OK) {
      CHECK_EQ(engine.Next<baton::Submitted>().row.id, done.id);
      engine.core().Forget(done.id);
      engine.Next<baton::Finalized>();
    }
    CHECK_EQ(script.finalized(), 1);
  }
  engine.CloseWell();
}

TEST("what needs no waiting is refused at once, and done is not called") {
  baton::CoreOptions options = Engine::Memory();
  options.limit_jobs = 1;
  Engine engine(options);
  const baton_host* h = engine.host();
  Script script({BATON_STEP_SUCCESS}), full({BATON_STEP_SUCCESS});
  Done done;
  const baton_job job = script.Create(h);
  CHECK_EQ(h->submit_job_async(h, job, nullptr, nullptr, &done), BATON_ERROR_INVALID_ARGUMENT);
  script.content = "[]";
  CHECK_EQ(SubmitAsync(&engine, job, &done), BATON_ERROR_INVALID_JSON);
  script.content = "{}";
  CHECK_EQ(SubmitAsync(&engine, {77}, &done), BATON_ERROR_STALE_HANDLE);
  full.Submit(h);
  std::thread([&] { CHECK_EQ(SubmitAsync(&engine, job, &done), BATON_ERROR_QUEUE_FULL); }).join();
  CHECK_EQ(h->free_job(h, job), BATON_OK);
  engine.CloseWell();
  CHECK_EQ(done.calls.load(), 0);
}

TEST("a request that the store does not begin in time ends as timed out") {
  baton::CoreOptions options = Engine::Durable();
  options.submit_timeout_ms = 300;  // the store is asked sooner than that
  ManualStore store(options);
  Engine& engine = *store.engine;
  for (int round = 0; round < 3; round++) {
    Script script({BATON_STEP_SUCCESS}), taken_in_time({BATON_STEP_SUCCESS});
    Done done, late;
    CHECK_EQ(SubmitAsync(&engine, taken_in_time.Create(engine.host()), &late), BATON_OK);
    const auto taken = store.Take();
    const baton_job job = script.Create(engine.host());
    CHECK_EQ(SubmitAsync(&engine, job, &done), BATON_OK);
    done.called.Await();
    CHECK_EQ(done.status, BATON_ERROR_TIMED_OUT);
    CHECK(engine.core().TakeStoreRequests().empty());
    CHECK_EQ(engine.host()->free_job(engine.host(), job), BATON_OK);
    CHECK_EQ(late.calls.load(), 0);
    CHECK(engine.core().MarkCommitted(taken[0]->ticket));
    late.called.Await();
    CHECK_EQ(late.status, BATON_OK);
    engine.core().Forget(late.id);
    engine.Next<baton::Finalized>();
  }
  engine.CloseWell();
}

TEST("closing ends what is queued, waits for what is taken, and finalizes what nobody freed") {
  for (const bool of_instance : {false, true}) {
    ManualStore store;
    Engine& engine = *store.engine;
    const baton_host* h = engine.host();
    Script taken_one({BATON_STEP_SUCCESS}), left({BATON_STEP_SUCCESS}), freed({BATON_STEP_SUCCESS});
    Done of_taken, of_left, of_freed;
    of_freed.then = [&](baton_job job) { CHECK_EQ(h->free_job(h, job), BATON_OK); };
    CHECK_EQ(SubmitAsync(&engine, taken_one.Create(h), &of_taken), BATON_OK);
    const auto taken = store.Take();
    CHECK_EQ(SubmitAsync(&engine, left.Create(h), &of_left), BATON_OK);
    CHECK_EQ(SubmitAsync(&engine, freed.Create(h), &of_freed), BATON_OK);
    std::thread answers([&] {
      of_left.called.Await();
      CHECK(engine.core().MarkCommitted(taken[0]->ticket));
    });
    if (of_instance) CHECK(engine.core().CloseInstance(engine.plugin(), 60000));
    engine.CloseWell();
    answers.join();
    CHECK_EQ(of_taken.status, BATON_OK);
    CHECK_EQ(of_left.status, BATON_ERROR_CLOSING);
    CHECK_EQ(of_freed.status, BATON_ERROR_CLOSING);
    CHECK_EQ(taken_one.trace(), "stop:7 finalize");
    CHECK_EQ(left.trace(), "finalize");
    CHECK_EQ(freed.trace(), "finalize");
  }
}

TEST("a store that dies refuses what it has and what waits for it") {
  ManualStore store;
  Engine& engine = *store.engine;
  Script one({BATON_STEP_SUCCESS}), two({BATON_STEP_SUCCESS}), three({BATON_STEP_SUCCESS});
  Done first, second, third;
  CHECK_EQ(SubmitAsync(&engine, one.Create(engine.host()), &first), BATON_OK);
  store.Take();
  CHECK_EQ(SubmitAsync(&engine, two.Create(engine.host()), &second), BATON_OK);
  engine.core().StoreDied();
  for (Done* done : {&first, &second}) {
    done->called.Await();
    CHECK_EQ(done->status, BATON_ERROR_STORE_FAILED);
  }
  CHECK_EQ(SubmitAsync(&engine, three.Create(engine.host()), &third), BATON_ERROR_STORE_FAILED);
  engine.CloseWell();
  CHECK_EQ(third.calls.load(), 0);
  CHECK_EQ(one.finalized() + two.finalized() + three.finalized(), 3);
}

TEST("from many threads, with a store that refuses some and a closing in the middle") {
  test::StoreThread store([n = 0](const baton::StoreRequest&) mutable {
    return ++n % 5 == 0 ? BATON_ERROR_STORE_FAILED : BATON_OK;
  });
  baton::CoreOptions options = Engine::Durable();
  options.wake_store = store.waker();
  Engine engine(options);
  store.Start(&engine.core());
  struct One {
    Script script{{BATON_STEP_SUCCESS}};
    Done done;
    baton_status status = -1;
  };
  std::vector<std::unique_ptr<One>> all(800);
  for (auto& one : all) one = std::make_unique<One>();
  std::vector<std::thread> threads;
  for (size_t t = 0; t < 4; t++) {
    threads.emplace_back([&, t] {
      for (size_t i = t; i < all.size(); i += 4) {
        const baton_job_desc desc = all[i]->script.desc();
        baton_job job = {0};
        if (engine.host()->create_job(engine.host(), &desc, &job) != BATON_OK) return;
        all[i]->status = SubmitAsync(&engine, job, &all[i]->done);
      }
    });
  }
  for (int i = 0; i < 100; i++) engine.Next<baton::Submitted>();
  engine.CloseWell();
  for (std::thread& thread : threads) thread.join();
  store.Join();
  for (const auto& one : all) CHECK_EQ(one->done.calls.load(), one->status == BATON_OK ? 1 : 0);
}

TEST("done does not wait for routes that block") {
  Engine engine;
  const baton_host* h = engine.host();
  struct Block {
    Signal release;
    std::atomic<int> waiting{0};
  } block;
  const baton_handler handler = [](void* data, const baton_request*,
                                   baton_response*) -> baton_status {
    static_cast<Block*>(data)->waiting++;
    static_cast<Block*>(data)->release.Await();
    return BATON_OK;
  };
  CHECK_EQ(h->register_route(h, "GET", "/block", handler, &block), BATON_OK);
  for (int i = 0; i < baton::RequestPool::kThreads + 4; i++) {
    uint64_t ticket = 0;
    CHECK_EQ(engine.core().StartRequest({"GET", "/block", {}, {}, {}}, &ticket), BATON_OK);
  }
  while (block.waiting < baton::RequestPool::kThreads) std::this_thread::yield();
  Script script({BATON_STEP_SUCCESS});
  Done done;
  CHECK_EQ(SubmitAsync(&engine, script.Create(h), &done), BATON_OK);
  done.called.Await();
  CHECK_EQ(block.waiting.load(), baton::RequestPool::kThreads);
  block.release.Set();
  for (int i = 0; i < baton::RequestPool::kThreads + 4; i++) engine.Next<baton::ResponseEnd>();
  engine.CloseWell();
}

TEST("of a job on the loop, done comes on the loop thread, also when it closes") {
  for (const bool closes : {false, true}) {
    ManualStore store;
    Engine& engine = *store.engine;
    Script script({BATON_STEP_SUCCESS});
    script.flags = BATON_JOB_ON_LOOP;
    script.only_on = std::this_thread::get_id();
    Done done;
    CHECK_EQ(SubmitAsync(&engine, script.Create(engine.host()), &done), BATON_OK);
    const auto taken = store.Take();
    std::thread([&] { CHECK(engine.core().MarkCommitted(taken[0]->ticket)); }).join();
    CHECK_EQ(done.calls.load(), 0);
    if (!closes) CHECK(!engine.core().RunLoopTasks(1000));
    engine.CloseWell();
    CHECK_EQ(done.calls.load(), 1);
    CHECK_EQ(done.status, BATON_OK);
    CHECK(done.thread == std::this_thread::get_id());
    CHECK_EQ(script.trace(), "stop:7 finalize");
  }
}

TEST("what comes for the loop when all is over is done by no other thread") {
  baton::CoreOptions options = Engine::Durable();
  options.wake_loop = [] {};
  auto core = std::make_unique<baton::Core>(options);
  const baton_host* h = core->AddInstance("test")->host();
  Script script({BATON_STEP_SUCCESS});
  script.flags = BATON_JOB_ON_LOOP;
  script.only_on = std::this_thread::get_id();
  Done done;
  const baton_job job = script.Create(h);
  CHECK_EQ(h->submit_job_async(h, job, nullptr, Done::Call, &done), BATON_OK);
  const auto taken = core->TakeStoreRequests();
  CHECK(!core->FinishClose(0));
  // The store's thread is the last that holds the core.
  std::thread([&] {
    CHECK(core->Refuse(taken[0]->ticket));
    core.reset();
  }).join();
  CHECK_EQ(done.calls.load(), 0);
}

CHECK_MAIN
