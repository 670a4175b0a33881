// submit_jobs: all or none, in one request of the store, with one status for each.
#include <array>

#include "store_support.h"

using test::Engine;
using test::ManualStore;
using test::Script;

namespace {

// So many jobs, and what submit_jobs says of them.
struct Batch {
  explicit Batch(size_t count) : scripts(count), jobs(count), statuses(count, -1), ids(count) {
    for (auto& script : scripts) {
      script = std::make_unique<Script>(std::vector<int32_t>{BATON_STEP_SUCCESS});
    }
  }
  void Create(const baton_host* host) {
    for (size_t i = 0; i < jobs.size(); i++) jobs[i] = scripts[i]->Create(host);
  }
  baton_status Submit(const baton_host* host, const baton_submit_options* options = nullptr) {
    return host->submit_jobs(host, jobs.data(), jobs.size(), options,
                             reinterpret_cast<char(*)[BATON_ID_SIZE]>(ids.data()), statuses.data());
  }
  void FreeAll(const baton_host* host) {
    for (const baton_job job : jobs) CHECK_EQ(host->free_job(host, job), BATON_OK);
  }
  std::string id(size_t i) { return ids[i].data(); }

  std::vector<std::unique_ptr<Script>> scripts;
  std::vector<baton_job> jobs;
  std::vector<baton_status> statuses;
  std::vector<std::array<char, BATON_ID_SIZE>> ids;
};

using Statuses = std::vector<baton_status>;
#define CHECK_STATUSES(batch, ...) CHECK((batch).statuses == (Statuses{__VA_ARGS__}))

// Submits on a thread of its own.
struct Submitting {
  Submitting(const baton_host* host, Batch* batch)
      : thread([this, host, batch] { status = batch->Submit(host); }) {}
  baton_status Await() {
    thread.join();
    return status;
  }
  baton_status status = -1;
  std::thread thread;
};

}  // namespace

TEST("each status stands at its place, in whichever part of the table its handle is") {
  Engine engine;
  Batch batch(300);
  batch.Create(engine.host());
  Statuses expected(batch.jobs.size(), BATON_OK);
  for (const size_t freed : {0, 10, 63, 64, 130, 299}) {
    CHECK_EQ(engine.host()->free_job(engine.host(), batch.jobs[freed]), BATON_OK);
    expected[freed] = BATON_ERROR_STALE_HANDLE;
  }
  CHECK_EQ(batch.Submit(engine.host()), BATON_ERROR_STALE_HANDLE);
  CHECK(batch.statuses == expected);
  for (size_t i = 0; i < expected.size(); i++) {
    if (expected[i] == BATON_OK)
      CHECK_EQ(engine.host()->free_job(engine.host(), batch.jobs[i]), BATON_OK);
  }
  for (const auto& script : batch.scripts) CHECK_EQ(script->finalized(), 1);
  engine.CloseWell();
}

TEST("jobs of a memory store are heard of in their order, next to each other") {
  Engine engine;
  Batch batch(50);
  batch.Create(engine.host());
  std::atomic<bool> over{false};
  std::thread beside([&] {
    while (!over) {
      Script other({BATON_STEP_SUCCESS});
      CHECK_EQ(engine.host()->free_job(engine.host(), other.Create(engine.host())), BATON_OK);
    }
  });
  baton_submit_options options = {};
  options.struct_size = sizeof options;
  options.priority = 7;
  CHECK_EQ(batch.Submit(engine.host(), &options), BATON_OK);
  over = true;
  beside.join();
  int64_t sequence = 0;
  for (size_t i = 0; i < 50; i++) {
    const baton::StoredRow row = engine.Next<baton::Submitted>().row;
    CHECK_EQ(row.id, batch.id(i));
    CHECK_EQ(row.priority, 7);
    if (i > 0) CHECK_EQ(row.sequence, sequence + 1);
    sequence = row.sequence;
    CHECK_EQ(batch.statuses[i], BATON_OK);
    CHECK_EQ(engine.host()->free_job(engine.host(), batch.jobs[i]), BATON_ERROR_ALREADY_SUBMITTED);
  }
  engine.CloseWell();
  for (const auto& script : batch.scripts) CHECK_EQ(script->trace(), "stop:7 finalize");
}

TEST("jobs that can be saved, and those that cannot, are one request of the store") {
  ManualStore store;
  Engine& engine = *store.engine;
  Batch batch(3);
  batch.scripts[1]->serializable = false;
  batch.Create(engine.host());
  Submitting submitting(engine.host(), &batch);
  const auto taken = store.Take();
  CHECK_EQ(taken.size(), 1u);
  CHECK_EQ(taken[0]->rows.size(), 3u);
  CHECK(!taken[0]->rows[1].submitted_state.has_value());
  CHECK(engine.Pending().empty());
  CHECK_EQ(engine.host()->free_job(engine.host(), batch.jobs[2]), BATON_ERROR_BUSY);
  CHECK(engine.core().MarkCommitted(taken[0]->ticket));
  CHECK_EQ(submitting.Await(), BATON_OK);
  for (size_t i = 0; i < 3; i++) {
    const baton::StoredRow row = engine.Next<baton::Submitted>().row;
    CHECK_EQ(row.id, batch.id(i));
    CHECK_EQ(row.sequence, taken[0]->rows[i].sequence);
  }
  engine.CloseWell();
}

TEST("where none can be saved, a durable store is not waited for") {
  ManualStore store;
  Engine& engine = *store.engine;
  Batch batch(2);
  for (const auto& script : batch.scripts) script->serializable = false;
  batch.Create(engine.host());
  CHECK_EQ(batch.Submit(engine.host()), BATON_OK);
  const auto taken = store.Take();
  CHECK(taken[0]->kind == baton::StoreKind::kRecord);
  CHECK_EQ(taken[0]->rows.size(), 2u);
  CHECK_EQ(taken[0]->rows[1].sequence, engine.Next<baton::Submitted>().row.sequence + 1);
  CHECK(engine.core().MarkCommitted(taken[0]->ticket));
  engine.CloseWell();
}

TEST("what the store refuses is nobody's but the plugin's, all of it, and takes no room") {
  baton::CoreOptions options = Engine::Durable();
  options.limit_jobs = 3;
  options.submit_timeout_ms = 20000;
  ManualStore store(options);
  Engine& engine = *store.engine;
  Batch batch(3);
  batch.Create(engine.host());
  Submitting submitting(engine.host(), &batch);
  CHECK(engine.core().Refuse(store.Take()[0]->ticket));
  CHECK_EQ(submitting.Await(), BATON_ERROR_STORE_FAILED);
  CHECK_STATUSES(batch, BATON_OK, BATON_OK, BATON_OK);
  CHECK(engine.Pending().empty());
  Submitting again(engine.host(), &batch);
  CHECK(engine.core().MarkCommitted(store.Take()[0]->ticket));
  CHECK_EQ(again.Await(), BATON_OK);
  engine.CloseWell();
}

TEST("one bad handle refuses all, and each job has its own answer") {
  Engine engine;
  baton::Instance* other = engine.core().AddInstance("other");
  Batch batch(4);
  batch.Create(engine.host());
  const baton_job good = batch.jobs[3];
  Script foreign({BATON_STEP_SUCCESS});
  batch.jobs[1] = foreign.Create(other->host());
  CHECK_EQ(engine.host()->free_job(engine.host(), batch.jobs[2]), BATON_OK);
  batch.jobs[3] = batch.jobs[0];  // twice
  CHECK_EQ(batch.Submit(engine.host()), BATON_ERROR_NOT_YOURS);
  CHECK_STATUSES(batch, BATON_OK, BATON_ERROR_NOT_YOURS, BATON_ERROR_STALE_HANDLE,
                 BATON_ERROR_BUSY);
  CHECK_EQ(batch.ids[0][0], '\0');
  CHECK(engine.Pending().empty());
  CHECK_EQ(engine.host()->free_job(engine.host(), batch.jobs[0]), BATON_OK);
  CHECK_EQ(engine.host()->free_job(engine.host(), good), BATON_OK);
  CHECK_EQ(other->host()->free_job(other->host(), batch.jobs[1]), BATON_OK);
  engine.CloseWell();
}

TEST("one bad getter refuses all") {
  Engine engine;
  Batch batch(3);
  batch.scripts[1]->content = "[]";
  batch.scripts[2]->state_status = BATON_ERROR_INTERNAL;
  batch.Create(engine.host());
  CHECK_EQ(batch.Submit(engine.host()), BATON_ERROR_INVALID_JSON);
  CHECK_STATUSES(batch, BATON_OK, BATON_ERROR_INVALID_JSON, BATON_ERROR_BAD_STATE_DATA);
  batch.FreeAll(engine.host());
  engine.CloseWell();
}

TEST("room is taken for all or none") {
  baton::CoreOptions options = Engine::Memory();
  options.limit_jobs = 3;
  Engine engine(options);
  Batch four(4), three(3), one(1);
  for (Batch* batch : {&four, &three, &one}) batch->Create(engine.host());
  CHECK_EQ(four.Submit(engine.host()), BATON_ERROR_QUEUE_FULL);
  CHECK_EQ(three.Submit(engine.host()), BATON_OK);
  CHECK_EQ(one.Submit(engine.host()), BATON_ERROR_QUEUE_FULL);
  Submitting waiting(engine.host(), &one);
  engine.core().GiveRoom(1);
  CHECK_EQ(waiting.Await(), BATON_OK);
  four.FreeAll(engine.host());
  engine.CloseWell();
}

TEST("who needs more room than is left waits, and does not keep back for ever who needs less") {
  baton::CoreOptions options = Engine::Memory();
  options.limit_jobs = 3;
  options.submit_timeout_ms = 30;
  Engine engine(options);
  Batch two(2), more(2), one(1);
  for (Batch* batch : {&two, &more, &one}) batch->Create(engine.host());
  CHECK_EQ(two.Submit(engine.host()), BATON_OK);
  Submitting first(engine.host(), &more);
  CHECK_EQ(first.Await(), BATON_ERROR_QUEUE_FULL);
  Submitting second(engine.host(), &one);
  CHECK_EQ(second.Await(), BATON_OK);
  more.FreeAll(engine.host());
  engine.CloseWell();
}

TEST("arguments are looked at before anything else") {
  Engine engine;
  const baton_host* h = engine.host();
  Batch batch(2);
  batch.Create(h);
  char ids[2][BATON_ID_SIZE];
  CHECK_EQ(h->submit_jobs(h, nullptr, 2, nullptr, ids, nullptr), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(h->submit_jobs(h, batch.jobs.data(), 2, nullptr, nullptr, batch.statuses.data()),
           BATON_ERROR_INVALID_ARGUMENT);
  CHECK_STATUSES(batch, BATON_OK, BATON_OK);
  CHECK_EQ(h->submit_jobs(h, batch.jobs.data(), BATON_MAX_BATCH + 1, nullptr, ids, nullptr),
           BATON_ERROR_TOO_LARGE);
  // Nobody has so many: nothing may be written there.
  CHECK_EQ(h->submit_jobs(h, batch.jobs.data(), SIZE_MAX, nullptr, ids, batch.statuses.data()),
           BATON_ERROR_TOO_LARGE);
  CHECK_EQ(h->submit_jobs(h, batch.jobs.data(), 0, nullptr, ids, nullptr), BATON_OK);
  CHECK_EQ(h->submit_jobs(h, nullptr, 0, nullptr, nullptr, nullptr), BATON_OK);
  baton_submit_options options = {};
  options.struct_size = sizeof options;
  options.flags = 4;
  CHECK_EQ(batch.Submit(h, &options), BATON_ERROR_UNSUPPORTED);
  CHECK_EQ(h->submit_jobs(h, batch.jobs.data(), 2, nullptr, ids, nullptr), BATON_OK);
  engine.CloseWell();
}

TEST("a store that dies with a batch has none of it, and the next one removes all of it") {
  ManualStore store;
  Engine& engine = *store.engine;
  Batch batch(3);
  batch.Create(engine.host());
  Submitting submitting(engine.host(), &batch);
  const auto taken = store.Take();
  engine.core().StoreDied();
  CHECK(!engine.core().MarkCommitted(taken[0]->ticket));
  CHECK_EQ(submitting.Await(), BATON_ERROR_STORE_FAILED);
  const std::vector<std::string> doubtful = engine.core().DoubtfulIds();
  CHECK_EQ(doubtful.size(), 3u);
  for (size_t i = 0; i < 3; i++) CHECK_EQ(doubtful[i], taken[0]->rows[i].id);
  engine.core().StoreOpened();
  Submitting again(engine.host(), &batch);
  CHECK(engine.core().MarkCommitted(store.Take()[0]->ticket));
  CHECK_EQ(again.Await(), BATON_OK);
  engine.CloseWell();
}

TEST("a batch that the store does not begin in time is withdrawn") {
  baton::CoreOptions options = Engine::Durable();
  options.submit_timeout_ms = 30;
  ManualStore store(options);
  Batch batch(2);
  batch.Create(store.engine->host());
  CHECK_EQ(batch.Submit(store.engine->host()), BATON_ERROR_TIMED_OUT);
  CHECK(store.engine->core().TakeStoreRequests().empty());
  batch.FreeAll(store.engine->host());
  store.engine->CloseWell();
}

TEST("closing refuses a batch that is queued, and finalizes one that was taken") {
  for (const bool is_taken : {false, true}) {
    ManualStore store;
    Engine& engine = *store.engine;
    Batch batch(3);
    batch.Create(engine.host());
    Submitting submitting(engine.host(), &batch);
    {
      std::unique_lock<std::mutex> lock(store.mutex);
      store.changed.wait(lock, [&] { return store.woken; });
    }
    baton::StoreQueue::Requests taken;
    if (is_taken) taken = store.Take();
    engine.core().BeginClose();
    if (is_taken) CHECK(engine.core().MarkCommitted(taken[0]->ticket));
    CHECK_EQ(submitting.Await(), is_taken ? BATON_OK : BATON_ERROR_CLOSING);
    engine.CloseWell();
    for (const auto& script : batch.scripts)
      CHECK_EQ(script->trace(), is_taken ? "stop:7 finalize" : "finalize");
  }
}

CHECK_MAIN
