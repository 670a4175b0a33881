// The store queue: queued, taken, committed or refused; nobody is told before; what dies is
// answered.
#include "store_support.h"
#include "support.h"

using baton::StoreKind;
using test::Engine;
using test::ManualStore;
using test::Script;
using test::StoreThread;

namespace {

// A durable engine with its store thread.
struct Durable {
  explicit Durable(StoreThread::AnswerFunction answer = nullptr,
                   baton::CoreOptions options = Engine::Durable())
      : store(std::move(answer)) {
    options.wake_store = store.waker();
    engine = std::make_unique<Engine>(options);
    store.Start(&engine->core());
  }
  ~Durable() { store.Join(); }
  StoreThread store;
  std::unique_ptr<Engine> engine;
};

// Submits on another thread; Await gives what submit_job answered.
struct Submitting {
  Submitting(Engine* engine, Script* script)
      : job(script->Create(engine->host())), thread([this, engine] {
          char id[BATON_ID_SIZE];
          status = engine->host()->submit_job(engine->host(), job, nullptr, id);
        }) {}
  baton_status Await() {
    thread.join();
    return status;
  }
  baton_job job;
  baton_status status = -1;
  std::thread thread;
};

}  // namespace

TEST("a serializable job is heard of only after its commit, before the caller is answered") {
  ManualStore manual;
  Script script({BATON_STEP_SUCCESS});
  Submitting submitting(manual.engine.get(), &script);
  const auto taken = manual.Take();
  CHECK_EQ(taken.size(), 1u);
  CHECK(taken[0]->kind == StoreKind::kSubmit);
  CHECK_EQ(*taken[0]->rows[0].submitted_state, "state");
  CHECK_EQ(*taken[0]->rows[0].submitted_state, "state");
  CHECK(manual.engine->Pending().empty());
  CHECK(manual.engine->core().MarkCommitted(taken[0]->ticket));
  CHECK(!manual.engine->core().MarkCommitted(taken[0]->ticket));
  CHECK_EQ(manual.engine->Pending().size(), 1u);
  CHECK_EQ(submitting.Await(), BATON_OK);
  CHECK_EQ(manual.engine->Next<baton::Submitted>().row.sequence, taken[0]->rows[0].sequence);
  manual.engine->CloseWell();
}

TEST("a refused submit is not heard of and leaves the handle good") {
  bool refuse = true;
  Durable durable(
      [&](const baton::StoreRequest&) { return refuse ? BATON_ERROR_STORE_FAILED : BATON_OK; });
  Engine& engine = *durable.engine;
  Script script({BATON_STEP_SUCCESS});
  const baton_job job = script.Create(engine.host());
  char id[BATON_ID_SIZE];
  CHECK_EQ(engine.host()->submit_job(engine.host(), job, nullptr, id), BATON_ERROR_STORE_FAILED);
  CHECK(engine.Pending().empty());
  refuse = false;
  CHECK_EQ(engine.host()->submit_job(engine.host(), job, nullptr, id), BATON_OK);
  CHECK_EQ(engine.Next<baton::Submitted>().row.id, id);
  engine.CloseWell();
}

TEST(
    "a submit that the store does not begin in time is withdrawn, one that it has begun is "
    "awaited") {
  baton::CoreOptions options = Engine::Durable();
  options.submit_timeout_ms = 300;  // the second one is begun sooner than that
  ManualStore manual(options);
  Engine& engine = *manual.engine;
  Script script({BATON_STEP_SUCCESS});
  Submitting early(&engine, &script);
  CHECK_EQ(early.Await(), BATON_ERROR_TIMED_OUT);
  CHECK(engine.core().TakeStoreRequests().empty());
  CHECK_EQ(engine.host()->free_job(engine.host(), early.job), BATON_OK);
  Script other({BATON_STEP_SUCCESS});
  Submitting late(&engine, &other);
  const auto taken = manual.Take();
  std::this_thread::sleep_for(
      std::chrono::milliseconds(400));  // not to synchronise: longer than the time-out
  CHECK(engine.core().MarkCommitted(taken[0]->ticket));
  CHECK_EQ(late.Await(), BATON_OK);
  engine.CloseWell();
}

TEST("sequence, queue and commits have one order, over many threads") {
  Durable durable;
  Engine& engine = *durable.engine;
  std::vector<std::thread> threads;
  std::vector<std::unique_ptr<Script>> scripts(200);
  for (auto& script : scripts) {
    script = std::make_unique<Script>(std::vector<int32_t>{BATON_STEP_SUCCESS});
  }
  for (int t = 0; t < 4; t++) {
    threads.emplace_back([&, t] {
      for (int i = t; i < 200; i += 4) scripts[static_cast<size_t>(i)]->Submit(engine.host());
    });
  }
  int64_t last = 0;
  for (int i = 0; i < 200; i++) {
    const int64_t sequence = engine.Next<baton::Submitted>().row.sequence;
    CHECK(sequence > last);
    last = sequence;
  }
  for (std::thread& thread : threads) thread.join();
  engine.CloseWell();
}

TEST("a job that is not serializable is answered at once and its record is only passed on") {
  ManualStore manual;
  Engine& engine = *manual.engine;
  Script script({BATON_STEP_SUCCESS});
  script.serializable = false;
  script.Submit(engine.host());
  const baton::StoredRow row = engine.Next<baton::Submitted>().row;
  CHECK(!row.submitted_state.has_value());
  const auto taken = manual.Take();
  CHECK(taken[0]->kind == StoreKind::kRecord);
  CHECK_EQ(taken[0]->rows[0].id, row.id);
  CHECK_EQ(taken[0]->rows[0].sequence, row.sequence);
  CHECK(engine.core().MarkCommitted(taken[0]->ticket));
  engine.CloseWell();
}

TEST("a job that lives on although the store died with its record is not in doubt") {
  ManualStore manual;
  Engine& engine = *manual.engine;
  Script script({BATON_STEP_SUCCESS});
  script.serializable = false;
  script.Submit(engine.host());
  CHECK(manual.Take()[0]->kind == StoreKind::kRecord);
  engine.core().StoreDied();
  CHECK(engine.core().DoubtfulIds().empty());
  engine.core().StoreOpened();
  engine.CloseWell();
}

TEST(
    "when the store dies, what is marked is OK and all else failed, until another one has opened") {
  ManualStore manual;
  Engine& engine = *manual.engine;
  Script one({BATON_STEP_SUCCESS}), two({BATON_STEP_SUCCESS}), three({BATON_STEP_SUCCESS});
  Submitting first(&engine, &one);
  auto taken = manual.Take();
  Submitting second(&engine, &two);
  auto more = manual.Take();
  Submitting third(&engine, &three);
  CHECK(engine.core().MarkCommitted(taken[0]->ticket));
  engine.core().StoreDied();
  CHECK(!engine.core().MarkCommitted(more[0]->ticket));
  CHECK_EQ(first.Await(), BATON_OK);
  CHECK_EQ(second.Await(), BATON_ERROR_STORE_FAILED);
  CHECK_EQ(third.Await(), BATON_ERROR_STORE_FAILED);
  const std::vector<std::string> doubtful = engine.core().DoubtfulIds();
  CHECK_EQ(doubtful.size(), 1u);
  CHECK_EQ(doubtful[0], more[0]->rows[0].id);
  char id[BATON_ID_SIZE];
  CHECK_EQ(engine.host()->submit_job(engine.host(), second.job, nullptr, id),
           BATON_ERROR_STORE_FAILED);
  engine.core().StoreOpened();
  CHECK(engine.core().DoubtfulIds().empty());
  StoreThread store;
  Submitting again(&engine, &one);
  engine.core().MarkCommitted(manual.Take()[0]->ticket);
  CHECK_EQ(again.Await(), BATON_OK);
  CHECK_EQ(engine.host()->free_job(engine.host(), second.job), BATON_OK);
  CHECK_EQ(engine.host()->free_job(engine.host(), third.job), BATON_OK);
  engine.CloseWell();
}

TEST(
    "a checkpoint of a step is committed when it returns, those between steps come by themselves") {
  std::atomic<int> explicit_ones{0}, automatic{0};
  test::Signal enough;
  Durable durable([&](const baton::StoreRequest& request) {
    if (request.kind == StoreKind::kCheckpoint) {
      if (request.checkpoint.current_state == "mine") explicit_ones++;
      if (request.checkpoint.current_state == "state" && ++automatic == 2) enough.Set();
    }
    return BATON_OK;
  });
  Engine& engine = *durable.engine;
  Script script;
  script.steps = {
      [&](const baton_run* run) {
        CHECK_EQ(run->checkpoint(run, "mine", 4), BATON_OK);
        CHECK_EQ(explicit_ones.load(), 1);
        const std::string large(BATON_MAX_STATE_SIZE + 1, 'x');
        CHECK_EQ(run->checkpoint(run, large.data(), large.size()), BATON_ERROR_TOO_LARGE);
        return BATON_STEP_CONTINUE;
      },
      [&](const baton_run*) { return enough.IsSet() ? BATON_STEP_SUCCESS : BATON_STEP_CONTINUE; }};
  script.Submit(engine.host());
  engine.core().Admit(Engine::EntryFor(engine.Next<baton::Submitted>().row));
  CHECK(engine.Next<baton::Ended>().outcome.kind == baton::OutcomeKind::kSuccess);
  engine.CloseWell();
}

TEST("a job that is not serializable cannot make checkpoints") {
  Durable durable;
  Engine& engine = *durable.engine;
  Script script;
  script.serializable = false;
  script.steps = {[](const baton_run* run) {
    CHECK_EQ(run->checkpoint(run, "x", 1), BATON_ERROR_UNSUPPORTED);
    return BATON_STEP_SUCCESS;
  }};
  script.Submit(engine.host());
  engine.core().Admit(Engine::EntryFor(engine.Next<baton::Submitted>().row));
  CHECK(engine.Next<baton::Ended>().outcome.kind == baton::OutcomeKind::kSuccess);
  engine.CloseWell();
}

TEST("what the engine itself wrote is no message to it when it is committed or refused") {
  ManualStore manual;
  Engine& engine = *manual.engine;
  int64_t first = 0;
  CHECK_EQ(engine.core().PutUpdate("{}"), BATON_OK);
  CHECK_EQ(engine.core().PutNew("{}", 1, &first), BATON_OK);
  CHECK_EQ(first, 1);
  const auto taken = manual.Take();
  CHECK_EQ(taken.size(), 2u);
  CHECK(engine.core().MarkCommitted(taken.at(0)->ticket));
  CHECK(engine.core().Refuse(taken.at(1)->ticket));
  CHECK(engine.core().Drain().empty());
  engine.CloseWell();
}

TEST("what is put with new rows gets its sequences as it is queued, beside native submits") {
  ManualStore manual;
  Engine& engine = *manual.engine;
  Script script;
  constexpr int kRounds = 300;
  std::atomic<bool> over{false};
  std::atomic<bool> submits{true};
  // Each is refused; what matters is how they were queued.
  std::thread native([&] {
    while (!over.load()) {
      const baton_job job = script.Create(engine.host());
      char id[BATON_ID_SIZE];
      CHECK_EQ(engine.host()->submit_job(engine.host(), job, nullptr, id),
               BATON_ERROR_STORE_FAILED);
      engine.host()->free_job(engine.host(), job);
    }
    submits.store(false);
  });
  int64_t last = 0;
  int found = 0;
  const auto look = [&] {
    for (const auto& request : engine.core().TakeStoreRequests()) {
      const bool is_new = request->kind == StoreKind::kUpdate;
      const int64_t first = is_new ? request->first_sequence : request->rows.front().sequence;
      CHECK(first > last);
      last = is_new ? first + 1 : first;
      found += is_new;
      CHECK(engine.core().Refuse(request->ticket));
    }
  };
  for (int i = 0; i < kRounds; i++) {
    int64_t first = 0;
    CHECK_EQ(engine.core().PutNew("{}", 2, &first), BATON_OK);
    CHECK(first > 0);
    if (i % 10 == 0) look();
  }
  over.store(true);
  while (submits.load()) look();
  native.join();
  look();
  CHECK_EQ(found, kRounds);
  engine.CloseWell();
}

TEST(
    "a full queue is QUEUE_FULL at once on the loop thread and in a callback, and awaited "
    "elsewhere") {
  baton::CoreOptions options = Engine::Memory();
  options.limit_jobs = 1;
  options.submit_timeout_ms = 60000;
  Engine engine(options);
  Script one({BATON_STEP_SUCCESS}), two({BATON_STEP_SUCCESS});
  one.Submit(engine.host());
  const baton_job job = two.Create(engine.host());
  char id[BATON_ID_SIZE];
  CHECK_EQ(engine.host()->submit_job(engine.host(), job, nullptr, id), BATON_ERROR_QUEUE_FULL);
  baton_submit_options no_wait = {};
  no_wait.struct_size = sizeof no_wait;
  no_wait.flags = BATON_SUBMIT_NO_WAIT;
  std::thread([&] {
    char other[BATON_ID_SIZE];
    CHECK_EQ(engine.host()->submit_job(engine.host(), job, &no_wait, other),
             BATON_ERROR_QUEUE_FULL);
  }).join();
  CHECK(!engine.core().RequestRoom(7));
  CHECK(!engine.core().RequestRoom(8));
  CHECK(engine.core().WithdrawRoom(8));
  engine.core().GiveRoom(1);
  CHECK_EQ(engine.Next<baton::RoomGiven>().ticket, 7u);
  CHECK(!engine.core().WithdrawRoom(7));
  std::thread waiting([&] {
    char other[BATON_ID_SIZE];
    CHECK_EQ(engine.host()->submit_job(engine.host(), job, nullptr, other), BATON_OK);
  });
  engine.core().GiveRoom(1);
  waiting.join();
  engine.CloseWell();
}

CHECK_MAIN
