// Jobs written with baton.hpp, in the real core: who owns them, and what a step tells.
#include "hpp.h"

using baton::OutcomeKind;
using test::Engine;
using test::Orders;
using test::RunSubmitted;
using test::StoreThread;
using test::Tell;
using test::Told;

TEST("a submitted job is the host's, which destroys it once") {
  Orders orders;
  Engine engine;
  const sdk::Host host(engine.host());
  sdk::StopReason stopped = sdk::StopReason::kNone;
  orders.stop = [&](sdk::StopReason reason) { stopped = reason; };
  const auto submitted = host.submit(Tell(&orders));
  CHECK(submitted.ok());
  CHECK(submitted.job == nullptr);
  CHECK_EQ(submitted.id.str().size(), 36u);
  const baton::Ended ended = RunSubmitted(&engine);
  CHECK_EQ(ended.id, submitted.id.str());
  CHECK(ended.outcome.kind == OutcomeKind::kSuccess);
  CHECK(stopped == sdk::StopReason::kSuccess);
  CHECK_EQ(ended.sample.progress, 0.5);
  CHECK_EQ(*ended.sample.state, "state");
  CHECK_EQ(orders.destroyed, 0);
  engine.CloseWell();
  CHECK_EQ(orders.destroyed, 1);
}

TEST("a refused submit gives the job back, the same one, as often as it is refused") {
  Orders orders;
  baton::CoreOptions options = Engine::Memory();
  options.limit_jobs = 1;
  Engine engine(options);
  const sdk::Host host(engine.host());
  sdk::Options at_once;
  at_once.no_wait = true;
  CHECK(host.submit(Tell(&orders), at_once).ok());
  std::unique_ptr<Told> job = Tell(&orders);
  const Told* const same = job.get();
  const auto refused = [&](baton_status why) {
    auto submitted = host.submit(std::move(job), at_once);
    CHECK(submitted.status == why);
    CHECK(submitted.id.empty());
    CHECK(submitted.job.get() == same);
    job = std::move(submitted.job);
  };
  refused(BATON_ERROR_QUEUE_FULL);
  refused(BATON_ERROR_QUEUE_FULL);
  orders.serialize = []() -> std::optional<std::string> { throw std::runtime_error("no state"); };
  refused(BATON_ERROR_BAD_STATE_DATA);
  CHECK_EQ(test::NextLine(&engine), "serialize: no state");
  orders.content = [] { return "no object"; };
  refused(BATON_ERROR_INVALID_JSON);
  at_once.max_attempts = -1;
  refused(BATON_ERROR_INVALID_ARGUMENT);
  engine.core().BeginClose();
  refused(BATON_ERROR_CLOSING);
  CHECK_EQ(orders.destroyed, 0);
  engine.CloseWell();
  CHECK_EQ(orders.destroyed, 1);  // the first
  job.reset();
  CHECK_EQ(orders.destroyed, 2);
}

TEST("a submit that the store refuses gives the job back, and it can be submitted again") {
  Orders orders;
  std::atomic<bool> refuses{true};
  StoreThread store([&](const baton::StoreRequest& request) {
    return refuses && request.kind == baton::StoreKind::kSubmit
               ? baton_status{BATON_ERROR_STORE_FAILED}
               : baton_status{BATON_OK};
  });
  baton::CoreOptions options = Engine::Durable();
  options.wake_store = store.waker();
  Engine engine(options);
  store.Start(&engine.core());
  const sdk::Host host(engine.host());
  auto submitted = host.submit(Tell(&orders));
  CHECK(submitted.status == BATON_ERROR_STORE_FAILED);
  CHECK(submitted.job != nullptr);
  refuses = false;
  submitted = host.submit(std::move(submitted.job));
  CHECK(submitted.ok());
  CHECK(submitted.job == nullptr);
  CHECK(RunSubmitted(&engine).outcome.kind == OutcomeKind::kSuccess);
  CHECK_EQ(orders.destroyed, 0);
  engine.CloseWell();
  CHECK_EQ(orders.destroyed, 1);
  store.Join();
}

TEST("a job that cannot even be created comes back, and so does none at all") {
  Orders orders;
  {
    auto nowhere = sdk::Host().submit(Tell(&orders));
    CHECK(nowhere.status == BATON_ERROR_INVALID_ARGUMENT);
    CHECK(nowhere.job != nullptr);
    // Before it is created, a job's host refuses everything.
    CHECK(nowhere.job->host().log(sdk::Level::kInfo, "x") == BATON_ERROR_INVALID_ARGUMENT);
  }
  CHECK_EQ(orders.destroyed, 1);
  Engine engine;
  const auto none = sdk::Host(engine.host()).submit(std::unique_ptr<Told>());
  CHECK(none.status == BATON_ERROR_INVALID_ARGUMENT);
  CHECK(none.job == nullptr);
  engine.CloseWell();
}

TEST("a handle destroys its job unless it was submitted") {
  Orders orders;
  Engine engine;
  const sdk::Host host(engine.host());
  {
    auto created = host.create(Tell(&orders));
    CHECK(created.ok());
    CHECK(created.job == nullptr);
    sdk::Handle moved = std::move(created.handle);
    CHECK(!created.handle);
    CHECK(static_cast<bool>(moved));
  }
  CHECK_EQ(orders.destroyed, 1);
  {
    sdk::Handle handle = host.create(Tell(&orders)).handle;
    const sdk::Result<sdk::Id> submitted = handle.submit();
    CHECK(submitted.ok());
    CHECK(!handle);
    CHECK_EQ(RunSubmitted(&engine).id, submitted->str());
  }
  CHECK_EQ(orders.destroyed, 1);
  sdk::Handle first = host.create(Tell(&orders)).handle;
  first = host.create(Tell(&orders)).handle;
  CHECK_EQ(orders.destroyed, 2);
  CHECK(first.free().ok());
  CHECK(first.free().ok());  // empty: nothing to do
  CHECK_EQ(orders.destroyed, 3);
  sdk::Handle last = host.create(Tell(&orders)).handle;
  engine.core().BeginClose();
  CHECK(last.submit().status == BATON_ERROR_CLOSING);
  CHECK(static_cast<bool>(last));
  engine.CloseWell();  // finalizes what was never submitted
  CHECK_EQ(orders.destroyed, 5);
  CHECK(last.free() == BATON_ERROR_STALE_HANDLE);
  CHECK(!last);
}

TEST("a step tells how it ended, and why") {
  Orders orders;
  Engine engine;
  const sdk::Host host(engine.host());
  const auto end = [&](std::function<sdk::Step(sdk::Run&)> step) {
    orders.step = std::move(step);
    CHECK(host.submit(Tell(&orders)).ok());
    return RunSubmitted(&engine).outcome;
  };
  baton::Outcome outcome =
      end([](sdk::Run&) { return sdk::Step::failure("REMOTE_REFUSED", "it said no", true); });
  CHECK(outcome.kind == OutcomeKind::kFailure);
  CHECK_EQ(outcome.error.code, "REMOTE_REFUSED");
  CHECK_EQ(outcome.error.message, "it said no");
  CHECK(outcome.retryable);
  outcome = end([](sdk::Run&) { return sdk::Step::failure("not a code", "it said no"); });
  CHECK_EQ(outcome.error.code, "STEP_FAILED");
  CHECK_EQ(outcome.error.message, "it said no");
  CHECK(!outcome.retryable);
  CHECK(test::NextLine(&engine).find("not UPPER_SNAKE") != std::string::npos);
  CHECK_EQ(test::NextLine(&engine), "not a code");
  outcome = end([](sdk::Run&) { return sdk::Step::retry(sdk::Milliseconds(70)); });
  CHECK(outcome.kind == OutcomeKind::kRetry);
  CHECK_EQ(*outcome.retry_after_ms, 70);
  CHECK(!end([](sdk::Run&) { return sdk::Step::retry(); }).retry_after_ms.has_value());
  int steps = 0;
  CHECK(end([&](sdk::Run&) {
          return ++steps < 5 ? sdk::Step::again() : sdk::Step::success();
        }).kind == OutcomeKind::kSuccess);
  CHECK_EQ(steps, 5);
  engine.CloseWell();
  CHECK_EQ(orders.destroyed, orders.made);
}

TEST("a run takes progress, content, log and checkpoints, and wakes a sleeper that should stop") {
  Orders orders;
  Engine engine;
  const sdk::Host host(engine.host());
  sdk::Id id;
  test::Signal sleeps;
  orders.step = [&](sdk::Run& run) {
    CHECK(run.set_progress(1, 4).ok());
    CHECK(run.set_progress(5, 4) == BATON_ERROR_INVALID_ARGUMENT);
    CHECK(run.set_content("{\"a\":1}").ok());
    CHECK(run.set_content("[]") == BATON_ERROR_INVALID_JSON);
    CHECK(run.log(sdk::Level::kWarning, std::string("careful")).ok());
    CHECK(run.checkpoint("here").ok());
    CHECK(run.sleep_for(sdk::Milliseconds(1)));
    CHECK(!run.should_stop());
    sleeps.Set();
    CHECK(!run.sleep_for(sdk::Milliseconds(60000)));
    CHECK(run.should_stop());
    CHECK(run.stop_reason() == sdk::StopReason::kPaused);
    return sdk::Step::again();
  };
  CHECK(host.submit(Tell(&orders)).ok());
  baton::Entry entry = Engine::EntryFor(engine.Next<test::CoreSubmitted>().row);
  CHECK(engine.core().Admit(entry));
  sleeps.Await();
  engine.core().Request(entry.id, baton::RequestKind::kPause);
  const baton::Ended ended = engine.Next<baton::Ended>();
  CHECK_EQ(ended.stop_reason, BATON_STOP_PAUSED);
  CHECK_EQ(ended.sample.progress, 0.25);
  CHECK_EQ(*ended.sample.content, "{\"a\":1}");
  const baton::Logged logged = engine.Next<baton::Logged>();
  CHECK_EQ(logged.text, "careful");
  CHECK_EQ(logged.id, entry.id);
  engine.CloseWell();
}

TEST("a run takes parts of the progress, and on an older host says that it cannot") {
  Orders orders;
  Engine engine;
  orders.step = [](sdk::Run& run) {
    const auto read = run.add_child("Read", 3);
    CHECK(read.ok());
    const auto sort = run.add_child(std::string("Sort"), 1, *read);
    CHECK(run.set_child_progress(*sort, 1, 2).ok());
    CHECK(!run.child_canceled(*sort));
    CHECK(run.finish_child(*read).ok());
    CHECK(run.finish_child(*read, sdk::StopReason::kFailure) == BATON_ERROR_WRONG_STATE);
    baton_run old = *run.raw();
    old.struct_size = offsetof(baton_run, add_child);
    sdk::Run older(&old);
    CHECK(older.add_child("Read").status == BATON_ERROR_UNSUPPORTED);
    CHECK(older.set_child_progress(1, 1, 1) == BATON_ERROR_UNSUPPORTED);
    CHECK(older.finish_child(1) == BATON_ERROR_UNSUPPORTED);
    CHECK(!older.child_canceled(1));
    return sdk::Step::success();
  };
  CHECK(sdk::Host(engine.host()).submit(Tell(&orders)).ok());
  const baton::Ended ended = RunSubmitted(&engine);
  CHECK(ended.outcome.kind == OutcomeKind::kSuccess);
  CHECK(ended.sample.tree != nullptr);
  CHECK_EQ(ended.sample.tree->children.size(), 2u);
  CHECK_EQ(ended.sample.tree->children[1].outcome, BATON_STOP_SUCCESS);
  engine.CloseWell();
}

TEST("of jobs that many threads submit while the host closes, each is destroyed once") {
  Orders orders;
  std::atomic<int> accepted{0}, returned{0}, lost{0};
  {
    baton::CoreOptions options = Engine::Memory();
    options.limit_jobs = 50;
    Engine engine(options);
    const sdk::Host host(engine.host());
    test::Signal enough;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        sdk::Options at_once;
        at_once.no_wait = true;
        for (int n = 0; n < 200; ++n) {
          auto submitted = host.submit(Tell(&orders), at_once);
          (submitted.ok() ? accepted : submitted.job != nullptr ? returned : lost)++;
          if (n == 100) enough.Set();
        }
      });
    }
    enough.Await();
    engine.core().CloseInstance(engine.plugin(), 60000);
    for (std::thread& thread : threads) thread.join();
    engine.CloseWell();
  }
  CHECK_EQ(accepted + returned + lost, 800);
  CHECK(accepted > 0);
  CHECK(returned > 0);
  CHECK_EQ(orders.made, 800);
  CHECK_EQ(orders.destroyed, 800);
}

CHECK_MAIN
