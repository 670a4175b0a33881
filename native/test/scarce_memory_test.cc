// Whichever piece of memory a call does not get: it says so and has done nothing, or has done all of it.
#include <cstdlib>
#include <new>

#include "handle_table.h"
#include "payload.h"
#include "store_support.h"

using test::Engine;
using test::Script;
using test::Signal;

namespace {

// So many more pieces are asked for on this thread until one is refused; 0: none is.
thread_local int until_refused = 0;

}  // namespace

void* operator new(size_t size) {
  const bool is_refused = until_refused > 0 && --until_refused == 0;
  void* const block = is_refused ? nullptr : std::malloc(size);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}
void* operator new(size_t size, const std::nothrow_t&) noexcept { return std::malloc(size); }
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, size_t) noexcept { std::free(block); }

namespace {

// Calls `call`, which is refused the `count`th piece of memory. True: it did not ask for so many.
template <typename Call>
bool HasEnough(int count, Call&& call) {
  until_refused = count;
  call();
  const bool has_enough = until_refused > 0;
  until_refused = 0;
  return has_enough;
}

// Makes a call again and again: it is refused its first piece of memory, then its second, until it needs
// no more. Each of the others must answer NO_MEMORY, and leave things as `check` wants them. Returns the
// last answer.
baton_status Sweep(
    const std::function<baton_status()>& call, const std::function<void()>& check = [] {}) {
  for (int count = 1;; count++) {
    CHECK(count < 1000);
    baton_status status = -1;
    if (HasEnough(count, [&] { status = call(); })) return status;
    CHECK_EQ(status, BATON_ERROR_NO_MEMORY);
    check();
  }
}

// A job that takes no memory itself.
struct Plain {
  static baton_status BATON_CALL Write(void*, const baton_sink* sink) {
    return sink->write(sink, "{\"long enough for the heap\":1}", 30);
  }
  baton_job Create(const baton_host* host, uint32_t flags = 0) {
    baton_job_desc desc = {};
    desc.struct_size = sizeof desc;
    desc.type = "test.plain";
    desc.flags = flags;
    desc.payload = this;
    desc.step = [](void*, const baton_run*) -> int32_t { return BATON_STEP_SUCCESS; };
    desc.get_content = Write;
    desc.get_serialized = Write;
    desc.finalize = [](void* self) { static_cast<Plain*>(self)->finalized++; };
    baton_job job = {0};
    status = host->create_job(host, &desc, &job);
    return job;
  }
  std::atomic<int> finalized{0};
  baton_status status = -1;
};

baton_submit_options Wishes() {
  baton_submit_options options = {};
  options.struct_size = sizeof options;
  options.flags = BATON_SUBMIT_NO_WAIT;
  options.key = "a key that is long enough for the heap";
  return options;
}

// A host with a store that keeps everything, and room for so many jobs.
struct Stored {
  explicit Stored(int64_t room) {
    baton::CoreOptions options = Engine::Durable();
    options.limit_jobs = room;
    options.wake_store = store.waker();
    engine = std::make_unique<Engine>(options);
    store.Start(&engine->core());
  }
  ~Stored() {
    engine->CloseWell();
    store.Join();
  }
  const baton_host* host() { return engine->host(); }

  test::StoreThread store;
  std::unique_ptr<Engine> engine;
};

struct Border : baton::LoopBorder {
  bool Around(const baton::Instance*, const std::function<void()>& callback,
              std::string* what) override {
    callback();
    if (leaves) *what = "a sentence that is long enough for the heap";
    return leaves;
  }
  bool IsDying() override { return false; }
  bool leaves = false;
};

}  // namespace

TEST("a submit leaves its job with the plugin, and room for it") {
  Plain plain;
  {
    Stored stored(1);
    const baton_host* h = stored.host();
    const baton_submit_options options = Wishes();
    const baton_job job = plain.Create(h);
    char id[BATON_ID_SIZE] = "";
    const auto submit = [&] { return h->submit_job(h, job, &options, id); };
    CHECK_EQ(Sweep(submit, [&] { CHECK_EQ(plain.finalized.load(), 0); }), BATON_OK);
    CHECK_EQ(stored.engine->Next<baton::Submitted>().row.id, id);
  }
  CHECK_EQ(plain.finalized.load(), 1);
}

TEST("a submit that failed leaves a handle that can be freed") {
  Plain plain;
  int created = 0;
  Stored stored(1);
  const baton_host* h = stored.host();
  const baton_submit_options options = Wishes();
  baton_job job = {0};
  const auto create = [&] {
    job = plain.Create(h);
    created++;
  };
  const auto free = [&] {
    CHECK_EQ(h->free_job(h, job), BATON_OK);
    CHECK_EQ(plain.finalized.load(), created);
    create();
  };
  char id[BATON_ID_SIZE] = "";
  create();
  CHECK_EQ(Sweep([&] { return h->submit_job(h, job, &options, id); }, free), BATON_OK);
}

TEST("a batch leaves all of its jobs with the plugin") {
  constexpr size_t kJobs = 3;
  Plain plain[kJobs];
  {
    Stored stored(kJobs);
    const baton_host* h = stored.host();
    const baton_submit_options options = Wishes();
    baton_job jobs[kJobs];
    for (size_t i = 0; i < kJobs; i++) jobs[i] = plain[i].Create(h);
    char ids[kJobs][BATON_ID_SIZE];
    baton_status statuses[kJobs];
    const auto check = [&] {
      for (const Plain& each : plain) CHECK_EQ(each.finalized.load(), 0);
    };
    const auto submit = [&] { return h->submit_jobs(h, jobs, kJobs, &options, ids, statuses); };
    CHECK_EQ(Sweep(submit, check), BATON_OK);
  }
  for (const Plain& each : plain) CHECK_EQ(each.finalized.load(), 1);
}

TEST("an asynchronous submit leaves its job with the plugin, and is not done") {
  Plain plain;
  {
    Stored stored(1);
    const baton_host* h = stored.host();
    const baton_submit_options options = Wishes();
    const baton_job job = plain.Create(h);
    struct Done {
      std::atomic<int> calls{0};
      Signal called;
    } done;
    const auto tell = [](void* data, baton_job, baton_status status, const char*) {
      CHECK_EQ(status, BATON_OK);
      static_cast<Done*>(data)->calls++;
      static_cast<Done*>(data)->called.Set();
    };
    const auto check = [&] { CHECK_EQ(done.calls.load(), 0); };
    const auto submit = [&] { return h->submit_job_async(h, job, &options, tell, &done); };
    CHECK_EQ(Sweep(submit, check), BATON_OK);
    done.called.Await();
    stored.engine->Next<baton::Submitted>();
    CHECK_EQ(done.calls.load(), 1);
  }
  CHECK_EQ(plain.finalized.load(), 1);
}

TEST("what could not be created is nobody's, and does not count") {
  Plain plain;
  Engine engine;
  int created = 0;
  const auto check = [&] {
    CHECK_EQ(engine.core().counts().created, static_cast<uint64_t>(created));
  };
  const auto create = [&] {
    plain.Create(engine.host());
    return plain.status;
  };
  // More than the parts of the table have memory for at once.
  for (; created < 2000; created++) CHECK_EQ(Sweep(create, check), BATON_OK);
  engine.CloseWell();
  CHECK_EQ(plain.finalized.load(), created);
}

TEST("to free a job takes no memory") {
  Plain plain;
  Engine engine;
  const baton_host* h = engine.host();
  std::vector<baton_job> jobs;
  for (int i = 0; i < 5000; i++) jobs.push_back(plain.Create(h));
  int freed = 0;
  for (const baton_job job : jobs) {
    CHECK(HasEnough(1, [&] { CHECK_EQ(h->free_job(h, job), BATON_OK); }));
    CHECK_EQ(plain.finalized.load(), ++freed);
  }
  engine.CloseWell();
}

TEST("a job on the loop is freed whole, also where its border finds no memory") {
  baton::CoreOptions options = Engine::Memory();
  const auto border = std::make_shared<Border>();
  options.loop_border = border;
  Engine engine(options);
  const baton_host* h = engine.host();
  for (const bool leaves : {false, true}) {
    for (int count = 1;; count++) {
      Plain plain;
      const baton_job job = plain.Create(h, BATON_JOB_ON_LOOP);
      border->leaves = leaves;
      const bool has_enough = HasEnough(count, [&] { CHECK_EQ(h->free_job(h, job), BATON_OK); });
      border->leaves = false;
      CHECK_EQ(plain.finalized.load(), 1);
      CHECK_EQ(engine.core().counts().live, 0u);
      if (has_enough) break;
    }
  }
  engine.CloseWell();
}

TEST("who takes what is live takes it, or leaves it in the table") {
  Engine engine;
  Script script({BATON_STEP_SUCCESS});
  const baton_job_desc desc = script.desc();
  constexpr size_t kPayloads = 20;
  baton::HandlePart part(3);
  for (size_t i = 0; i < kPayloads; i++)
    part.Insert(std::make_shared<baton::Payload>(engine.plugin(), desc,
                                                 engine.plugin()->KindOf("test.script")));
  std::vector<std::shared_ptr<baton::Payload>> taken;
  for (bool is_all = false; !is_all;) {
    const size_t before = taken.size();
    bool threw = false;
    HasEnough(1, [&] {
      try {
        CHECK(part.TakeLive(engine.plugin(), baton::DeadlineIn(0), &taken));
      } catch (const std::bad_alloc&) {
        threw = true;
      }
    });
    CHECK_EQ(part.Count(engine.plugin()) + taken.size(), kPayloads);
    taken.reserve(before + 7);
    is_all = !threw;
  }
  for (const auto& payload : taken) payload->Finalize();
  engine.CloseWell();
  CHECK_EQ(script.finalized(), static_cast<int>(kPayloads));
}

TEST("a call that could not be made is not waited for") {
  Engine engine;
  const baton_host* h = engine.host();
  const char id[] = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
  baton_status status = -1;
  std::thread caller([&] { status = Sweep([&] { return h->cancel_job(h, id); }); });
  const baton::Called called = engine.Next<baton::Called>();
  CHECK(called.ticket > 1);
  for (uint64_t ticket = 1; ticket < called.ticket; ticket++)
    CHECK(!engine.core().Answer(ticket, BATON_OK));
  CHECK(engine.core().Answer(called.ticket, BATON_ERROR_NOT_FOUND));
  caller.join();
  CHECK_EQ(status, BATON_ERROR_NOT_FOUND);
  engine.CloseWell();
}

TEST("what could not be registered is not there") {
  Engine engine;
  const baton_host* h = engine.host();
  const baton_revive revive = [](void*, const char*, const void*, size_t, baton_job*) {
    return baton_status{BATON_ERROR_NOT_MINE};
  };
  const baton_create create = [](void*, const char*, const char*, size_t, const baton_sink*,
                                 baton_job*) { return baton_status{BATON_ERROR_INTERNAL}; };
  const baton_handler handler = [](void*, const baton_request*, baton_response*) {
    return baton_status{BATON_OK};
  };
  // That the engine cannot be told of it is one way to fail.
  const auto read = [&] { engine.Pending().clear(); };
  CHECK_EQ(Sweep([&] { return h->register_type(h, "test.t", 0, revive, nullptr); }, read),
           BATON_OK);
  read();
  CHECK_EQ(Sweep([&] { return h->register_creator(h, "test.t", create, nullptr); }, read),
           BATON_OK);
  read();
  CHECK_EQ(Sweep([&] { return h->register_route(h, "GET", "/there", handler, nullptr); }, read),
           BATON_OK);
  engine.CloseWell();
}

TEST("a listener that could not be subscribed is told nothing") {
  Engine engine;
  const baton_host* h = engine.host();
  struct Heard {
    std::atomic<int> calls{0};
    Signal called;
  } heard;
  const auto listener = [](void* data, const baton_event*) {
    static_cast<Heard*>(data)->calls++;
    static_cast<Heard*>(data)->called.Set();
  };
  const auto read = [&] { engine.Pending().clear(); };
  const auto subscribe = [&] { return h->subscribe(h, BATON_EVENT_SUBMITTED, listener, &heard); };
  CHECK_EQ(Sweep(subscribe, read), BATON_OK);
  const uint64_t generation = engine.Next<baton::EventsWanted>().generation;
  baton::Event event;
  event.kind = BATON_EVENT_SUBMITTED;
  engine.core().TellEvents(generation, {event});
  heard.called.Await();
  engine.CloseWell();
  CHECK_EQ(heard.calls.load(), 1);
}

CHECK_MAIN
