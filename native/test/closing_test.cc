// Closing: every waiter is answered, every payload finalized, and a host can be opened again.
#include "store_support.h"
#include "support.h"

using baton::Ended;
using test::Engine;
using test::ManualStore;
using test::Script;
using test::Signal;

namespace {

const char kId[] = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";

}  // namespace

TEST(
    "closing answers those that wait for the engine, for room and for a store that has not begun") {
  baton::CoreOptions options = Engine::Durable();
  options.limit_jobs = 1;
  options.submit_timeout_ms = 60000;
  Signal queued;
  options.wake_store = [&] { queued.Set(); };
  Engine engine(options);
  const baton_host* h = engine.host();
  Script in_store({BATON_STEP_SUCCESS}), no_room({BATON_STEP_SUCCESS});
  const auto submit = [&](baton_job job) {
    char id[BATON_ID_SIZE];
    CHECK_EQ(h->submit_job(h, job, nullptr, id), BATON_ERROR_CLOSING);
    CHECK_EQ(h->submit_job(h, job, nullptr, id), BATON_ERROR_CLOSING);
    CHECK_EQ(h->free_job(h, job), BATON_OK);  // still good, even now
  };
  const baton_job first_job = in_store.Create(h), second_job = no_room.Create(h);
  std::thread first([&] { submit(first_job); });
  queued.Await();
  std::thread second([&] { submit(second_job); });
  baton_job_info info = {};
  info.struct_size = sizeof info;
  std::thread third([&] { CHECK_EQ(h->wait_job(h, kId, -1, &info), BATON_ERROR_CLOSING); });
  std::thread fourth([&] { CHECK_EQ(h->cancel_job(h, kId), BATON_ERROR_CLOSING); });
  engine.Next<baton::Called>();
  engine.Next<baton::Called>();
  engine.core().BeginClose();
  engine.core().BeginClose();
  first.join();
  second.join();
  third.join();
  fourth.join();
  engine.CloseWell();
  CHECK_EQ(in_store.trace(), "finalize");
  CHECK_EQ(no_room.trace(), "finalize");
  CHECK_EQ(h->cancel_job(h, kId), BATON_ERROR_CLOSING);
}

TEST("a submit that the store has taken is answered by the store, and its job finalized") {
  Signal queued;
  baton::CoreOptions options = Engine::Durable();
  options.wake_store = [&] { queued.Set(); };
  Engine engine(options);
  Script script({BATON_STEP_SUCCESS});
  std::thread submits([&] { script.Submit(engine.host()); });
  queued.Await();
  const auto taken = engine.core().TakeStoreRequests();
  engine.core().BeginClose();
  while (!engine.core().Quiet()) std::this_thread::yield();  // nothing of this job was found yet
  CHECK(engine.core().MarkCommitted(taken[0]->ticket));
  submits.join();
  engine.CloseWell();
  CHECK_EQ(engine.Next<baton::Submitted>().row.id, taken[0]->rows[0].id);
  CHECK_EQ(script.trace(), "stop:7 finalize");
}

TEST("a running step hears of the closing, is stopped for it and finalized") {
  Engine engine;
  Signal stepping;
  Script script, waiting({BATON_STEP_SUCCESS}), done({BATON_STEP_SUCCESS});
  script.steps = {[&](const baton_run* run) {
    stepping.Set();
    while (run->should_stop(run) == 0) std::this_thread::yield();
    CHECK_EQ(run->should_stop(run), BATON_STOP_CLOSING);
    return BATON_STEP_CONTINUE;
  }};
  done.Submit(engine.host());
  engine.core().Admit(Engine::EntryFor(engine.Next<baton::Submitted>().row));
  engine.Next<baton::Ended>();
  script.Submit(engine.host());
  engine.core().Admit(Engine::EntryFor(engine.Next<baton::Submitted>().row));
  waiting.Submit(engine.host());
  stepping.Await();
  engine.core().BeginClose();
  const baton::Ended ended = engine.Next<baton::Ended>();
  CHECK(ended.outcome.kind == baton::OutcomeKind::kContinue);
  CHECK_EQ(ended.stop_reason, BATON_STOP_CLOSING);
  CHECK_EQ(*ended.sample.state, "state");
  engine.CloseWell();
  for (int i = 0; i < 3; i++) engine.Next<baton::Finalized>();
  CHECK(engine.core().Quiet());
  CHECK_EQ(script.trace(), "step stop:7 finalize");
  CHECK_EQ(waiting.trace(), "stop:7 finalize");
  CHECK_EQ(done.trace(), "step stop:1 finalize");
}

TEST("a running step may still save itself while the host awaits it, and nothing else is taken") {
  baton::CoreOptions options = Engine::Durable();
  test::StoreThread store;
  options.wake_store = store.waker();
  Engine engine(options);
  store.Start(&engine.core());
  const baton_host* h = engine.host();
  Script script, other({BATON_STEP_SUCCESS});
  const baton_job late = other.Create(h);
  Signal stepping, saved, go;
  std::vector<baton_status> answered;
  script.steps = {[&](const baton_run* run) {
    stepping.Set();
    while (run->should_stop(run) == 0) std::this_thread::yield();
    char id[BATON_ID_SIZE];
    answered.push_back(run->checkpoint(run, "at the end", 10));
    answered.push_back(h->submit_job(h, late, nullptr, id));
    saved.Set();
    go.Await();
    answered.push_back(run->checkpoint(run, "too late", 8));
    return BATON_STEP_CONTINUE;
  }};
  script.Submit(h);
  engine.core().Admit(Engine::EntryFor(engine.Next<baton::Submitted>().row));
  stepping.Await();
  engine.core().BeginClose();
  saved.Await();
  CHECK(!engine.core().FinishClose(0));
  go.Set();
  engine.Next<Ended>();
  CHECK(answered ==
        (std::vector<baton_status>{BATON_OK, BATON_ERROR_CLOSING, BATON_ERROR_CLOSING}));
  while (script.finalized() == 0) std::this_thread::yield();
  store.Join();
}

TEST("nothing begins after closing has begun") {
  baton::CoreOptions options = Engine::Memory();
  options.slots = 0;
  Engine engine(options);
  Script script({BATON_STEP_SUCCESS});
  script.Submit(engine.host());
  const baton::StoredRow row = engine.Next<baton::Submitted>().row;
  CHECK(engine.core().Admit(Engine::EntryFor(row)));
  engine.core().BeginClose();
  engine.core().SetSlots(2);
  CHECK(!engine.core().Admit(Engine::EntryFor(row)));
  engine.CloseWell();
  CHECK_EQ(script.trace(), "stop:7 finalize");
}

TEST("payloads that finalize slowly, submit or free while closing, close all the same") {
  Engine engine;
  Script outer({BATON_STEP_SUCCESS}), inner({BATON_STEP_SUCCESS});
  const baton_host* h = engine.host();
  outer.on_finalize = [&] {
    const baton_job_desc desc = inner.desc();
    baton_job job = {0};
    CHECK_EQ(h->create_job(h, &desc, &job), BATON_ERROR_CLOSING);
    CHECK_EQ(h->free_job(h, {12345}), BATON_ERROR_STALE_HANDLE);
  };
  outer.Submit(h);
  engine.CloseWell();
  CHECK_EQ(outer.finalized(), 1);
  CHECK_EQ(inner.finalized(), 0);
}

TEST("a plugin instance closes alone while another one goes on") {
  Engine engine;
  baton::Instance* other = engine.core().AddInstance("other");
  Signal stepping;
  Script theirs, mine({BATON_STEP_SUCCESS});
  theirs.steps = {[&](const baton_run*) {
    stepping.Set();
    return BATON_STEP_CONTINUE;
  }};
  theirs.Submit(other->host());
  engine.core().Admit(Engine::EntryFor(engine.Next<baton::Submitted>().row));
  stepping.Await();
  CHECK(engine.core().CloseInstance(other, 60000));
  CHECK(engine.core().CloseInstance(other, 60000));
  CHECK_EQ(engine.Next<baton::Ended>().stop_reason, BATON_STOP_CLOSING);
  CHECK(theirs.trace().rfind("stop:7 finalize") != std::string::npos);
  mine.Submit(engine.host());
  engine.core().Admit(Engine::EntryFor(engine.Next<baton::Submitted>().row));
  CHECK_EQ(engine.Next<baton::Ended>().stop_reason, BATON_STOP_SUCCESS);
  engine.CloseWell();
}

TEST("hosts can be opened and closed again and again, also several at a time") {
  for (int round = 0; round < 20; round++) {
    Engine one, two(Engine::Memory());
    Script a({BATON_STEP_SUCCESS}), b({BATON_STEP_SUCCESS});
    a.Submit(one.host());
    b.Submit(two.host());
    one.core().Admit(Engine::EntryFor(one.Next<baton::Submitted>().row));
    two.core().Admit(Engine::EntryFor(two.Next<baton::Submitted>().row));
    two.CloseWell();
    one.CloseWell();
    CHECK_EQ(a.finalized() + b.finalized(), 2);
  }
}

TEST("a call on a host that is gone is answered CLOSING") {
  const baton_host* host = nullptr;
  {
    Engine engine;
    host = engine.host();
    engine.CloseWell();
  }
  Script script({BATON_STEP_SUCCESS});
  const baton_job_desc desc = script.desc();
  baton_job job = {0};
  char id[BATON_ID_SIZE];
  CHECK_EQ(host->create_job(host, &desc, &job), BATON_ERROR_CLOSING);
  CHECK_EQ(host->submit_job(host, {3}, nullptr, id), BATON_ERROR_CLOSING);
  CHECK_EQ(host->log(host, 1, "x"), BATON_ERROR_CLOSING);
  CHECK_EQ(host->register_type(host, "t", 0, nullptr, nullptr), BATON_ERROR_CLOSING);
}

TEST(
    "a closing whose time is over while the store has a submit says so, and the job stays whose it "
    "was") {
  ManualStore manual;
  Engine& engine = *manual.engine;
  const baton_host* h = engine.host();
  Script script;
  std::thread submitting([&] {
    const baton_job job = script.Create(h);
    char id[BATON_ID_SIZE];
    CHECK_EQ(h->submit_job(h, job, nullptr, id), BATON_ERROR_STORE_FAILED);
    CHECK_EQ(h->free_job(h, job), BATON_OK);
  });
  const auto taken = manual.Take();
  CHECK(!engine.core().CloseInstance(engine.plugin(), 20));
  CHECK_EQ(script.finalized(), 0);
  CHECK(engine.core().Refuse(taken.at(0)->ticket));
  submitting.join();
  CHECK_EQ(script.finalized(), 1);
  engine.CloseWell();
}

CHECK_MAIN
