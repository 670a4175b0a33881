// Jobs made from content: on threads of their own, by no creator that makes others, and no job is lost
// whatever becomes of its wish.
#include "creation.h"

#include "request_pool.h"
#include "rest_support.h"

#ifdef __GLIBC__
#include <pthread.h>
#endif

using baton::RequestPool;
using baton::ResponseEnd;
using test::Call;
using test::Engine;
using test::Handler;
using test::Register;
using test::Script;
using test::Signal;

namespace {

constexpr int64_t kForever = 60000;
constexpr char kType[] = "test.made";

// A type, and a creator that does what `create` says.
class Maker {
 public:
  using Create = std::function<baton_status(const baton_sink* why, baton_job* job)>;

  // `create` is called with null for `why` where a job is revived.
  Maker(const baton_host* host, Create create, uint32_t flags = 0) : create_(std::move(create)) {
    CHECK_EQ(host->register_type(host, kType, flags, Revive, this), BATON_OK);
    CHECK_EQ(host->register_creator(host, kType, Make, this), BATON_OK);
  }

 private:
  static baton_status BATON_CALL Make(void* data, const char*, const char*, size_t,
                                      const baton_sink* why, baton_job* job) {
    return static_cast<Maker*>(data)->create_(why, job);
  }
  static baton_status BATON_CALL Revive(void* data, const char*, const void*, size_t,
                                        baton_job* job) {
    return static_cast<Maker*>(data)->create_(nullptr, job);
  }

  const Create create_;
};

baton::WishedJob Wish() {
  baton::WishedJob wish;
  wish.plugin = "test";
  wish.type = kType;
  wish.content = "{}";
  return wish;
}

uint64_t Start(baton::Core* core) {
  uint64_t ticket = 0;
  CHECK_EQ(core->StartCreation(Wish(), &ticket), BATON_OK);
  return ticket;
}

// The end of one answer, whatever others do meanwhile; the test fails if it does not come.
ResponseEnd EndOf(Engine* engine, uint64_t ticket) {
  const auto deadline = baton::DeadlineIn(20000);
  while (baton::Clock::now() < deadline) {
    engine->core().RunLoopTasks(1);
    for (const baton::Message& message : engine->Pending()) {
      const ResponseEnd* end = std::get_if<ResponseEnd>(&message);
      if (end != nullptr && end->ticket == ticket) return *end;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  CHECK(!"an answer came in time");
  return {};
}

// What `create` leaves pending on the loop is an exception of JavaScript.
struct Border : baton::LoopBorder {
  bool Around(const baton::Instance*, const std::function<void()>& callback,
              std::string* what) override {
    callback();
    if (pending.empty()) return false;
    what->swap(pending);
    pending.clear();
    return true;
  }
  bool IsDying() override { return false; }
  std::string pending;
};

}  // namespace

TEST("requests on all of their threads, and all that may wait, keep no job from being made") {
  Engine engine;
  Script script;
  Maker maker(engine.host(), [&](const baton_sink*, baton_job* job) {
    *job = script.Create(engine.host(), kType);
    return BATON_OK;
  });
  Signal go;
  Handler handler = [&](const baton_request*, baton_response*) {
    go.Await();
    return BATON_OK;
  };
  CHECK_EQ(Register(&engine, "GET", "/slow", &handler), BATON_OK);
  uint64_t ticket = 0;
  for (size_t i = 0; i < RequestPool::kThreads + RequestPool::kMaxWaiting; i++) {
    baton_status status = BATON_ERROR_QUEUE_FULL;
    while (status == BATON_ERROR_QUEUE_FULL) {  // until the threads have taken theirs
      status = engine.core().StartRequest({"GET", "/slow", {}, {}, ""}, &ticket);
    }
    CHECK_EQ(status, BATON_OK);
  }
  CHECK_EQ(EndOf(&engine, Start(&engine.core())).status, BATON_OK);
  CHECK_EQ(engine.Next<baton::Submitted>().row.type, kType);
  go.Set();
  CHECK_EQ(EndOf(&engine, ticket).status, BATON_OK);
  engine.CloseWell();
}

TEST("creators on all of their threads keep no request waiting; closing answers those that wait") {
  Engine engine;
  Signal go;
  std::atomic<int> begun{0};
  Maker maker(engine.host(), [&](const baton_sink*, baton_job*) {
    begun++;
    go.Await();
    return BATON_ERROR_INVALID_ARGUMENT;
  });
  Handler handler = [](const baton_request*, baton_response*) { return BATON_OK; };
  CHECK_EQ(Register(&engine, "GET", "/quick", &handler), BATON_OK);
  std::vector<uint64_t> making, waiting;
  for (int i = 0; i < RequestPool::kCreateThreads; i++) making.push_back(Start(&engine.core()));
  while (begun < RequestPool::kCreateThreads) std::this_thread::yield();
  for (size_t i = 0; i < RequestPool::kMaxWaiting; i++) waiting.push_back(Start(&engine.core()));
  uint64_t ticket = 0;
  CHECK_EQ(engine.core().StartCreation(Wish(), &ticket), BATON_ERROR_QUEUE_FULL);
  CHECK_EQ(engine.core().StartRequest({"GET", "/quick", {}, {}, ""}, &ticket), BATON_OK);
  CHECK_EQ(EndOf(&engine, ticket).status, BATON_OK);
  CHECK_EQ(begun.load(), RequestPool::kCreateThreads);
  engine.core().BeginClose();
  for (const uint64_t one : waiting) CHECK_EQ(EndOf(&engine, one).status, BATON_ERROR_CLOSING);
  CHECK_EQ(engine.core().StartCreation(Wish(), &ticket), BATON_ERROR_CLOSING);
  go.Set();
  for (const uint64_t one : making) EndOf(&engine, one);
  CHECK_EQ(begun.load(), RequestPool::kCreateThreads);
  engine.CloseWell();
}

TEST("what a creator asks the host says whence it comes, also through the route of a plugin") {
  Engine engine;
  const auto ask = [&](const char* path) {
    Call call;
    call.headers = {{"x-mine", "1"}};
    CHECK_EQ(call.Make(engine.host(), "POST", path), BATON_OK);
    return call.http_status == 400 ? BATON_ERROR_INVALID_ARGUMENT : BATON_ERROR_INTERNAL;
  };
  Handler handler = [&](const baton_request*, baton_response* response) {
    const baton_status status = ask("/jobs");
    response->set_status(response, status == BATON_ERROR_INVALID_ARGUMENT ? 400 : 500);
    return BATON_OK;
  };
  CHECK_EQ(Register(&engine, "POST", "/through", &handler), BATON_OK);
  const char* path = "/jobs";
  Maker maker(engine.host(), [&](const baton_sink*, baton_job*) { return ask(path); });
  const auto caller_of_next = [&] {
    const auto called = engine.Next<baton::RestCalled>();
    CHECK(engine.core().AnswerRest(called.ticket, BATON_OK, {400, ""}));
    return called.headers.back();
  };
  const std::pair<std::string, std::string> from_creator = {"baton-caller", "create"};
  for (const char* each : {"/jobs", "/through"}) {
    path = each;
    const uint64_t ticket = Start(&engine.core());
    CHECK(caller_of_next() == from_creator);
    CHECK_EQ(EndOf(&engine, ticket).status, BATON_ERROR_INVALID_ARGUMENT);
  }
  // Also through a route that the engine has asked, as it does for a plugin in another process; of
  // nobody else.
  for (const baton::Pairs& headers : {baton::Pairs{from_creator}, baton::Pairs{}}) {
    uint64_t ticket = 0;
    CHECK_EQ(engine.core().StartRequest({"POST", "/through", {}, headers, ""}, &ticket), BATON_OK);
    CHECK_EQ(caller_of_next() == from_creator, !headers.empty());
    CHECK_EQ(EndOf(&engine, ticket).status, BATON_OK);
  }
  engine.CloseWell();
}

TEST("a creator cannot wait for another job, nor can a route that it asks") {
  Engine engine;
  const auto wait = [&](const char* id) {
    baton_job_info info = {};
    info.struct_size = sizeof info;
    return engine.host()->wait_job(engine.host(), id, 0, &info);
  };
  const char* const id = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
  std::atomic<baton_status> waited{BATON_OK};
  Maker maker(engine.host(), [&](const baton_sink*, baton_job*) {
    waited = wait(id);
    return BATON_ERROR_INVALID_ARGUMENT;
  });
  EndOf(&engine, Start(&engine.core()));
  CHECK_EQ(waited.load(), BATON_ERROR_WRONG_THREAD);
  Handler handler = [&](const baton_request*, baton_response*) {
    waited = wait(id);
    return BATON_OK;
  };
  CHECK_EQ(Register(&engine, "GET", "/wait", &handler), BATON_OK);
  for (const char* caller : {"create", "job"}) {
    waited = BATON_OK;
    uint64_t ticket = 0;
    const baton::Pairs headers = {{"baton-caller", caller}};
    CHECK_EQ(engine.core().StartRequest({"GET", "/wait", {}, headers, ""}, &ticket), BATON_OK);
    EndOf(&engine, ticket);
    CHECK_EQ(waited.load(), BATON_ERROR_WRONG_THREAD);
  }
  engine.CloseWell();
}

TEST("after the closing has begun no job is made on the loop") {
  for (const bool of_instance : {false, true}) {
    Signal posted;
    baton::CoreOptions options = Engine::Memory();
    options.wake_loop = [&] { posted.Set(); };
    baton::Core core(options);
    baton::Instance* const plugin = core.AddInstance("test");
    std::atomic<int> made{0};
    Maker maker(
        plugin->host(),
        [&](const baton_sink*, baton_job*) {
          made++;
          return BATON_ERROR_INVALID_ARGUMENT;
        },
        BATON_JOB_ON_LOOP);
    const uint64_t ticket = Start(&core);
    posted.Await();
    if (of_instance) CHECK(core.CloseInstance(plugin, kForever));
    CHECK(core.FinishClose(kForever));
    CHECK_EQ(made.load(), 0);
    // The thread that waited for the loop says so once it is out of the plugin.
    const auto deadline = baton::DeadlineIn(20000);
    for (bool ended = false; !ended;) {
      CHECK(baton::Clock::now() < deadline);
      for (const baton::Message& message : core.Drain()) {
        const ResponseEnd* end = std::get_if<ResponseEnd>(&message);
        if (end == nullptr) continue;
        CHECK_EQ(end->ticket, ticket);
        CHECK_EQ(end->status, BATON_ERROR_CLOSING);
        ended = true;
      }
      std::this_thread::yield();
    }
  }
}

#ifdef __GLIBC__

namespace {

// From here on no thread can be made in this process: its stack would have no room.
class NoMoreThreads {
 public:
  NoMoreThreads() {
    CHECK_EQ(pthread_getattr_default_np(&before_), 0);
    pthread_attr_t huge;
    CHECK_EQ(pthread_attr_init(&huge), 0);
    CHECK_EQ(pthread_attr_setstacksize(&huge, size_t{1} << 50), 0);
    CHECK_EQ(pthread_setattr_default_np(&huge), 0);
    pthread_attr_destroy(&huge);
  }
  ~NoMoreThreads() {
    pthread_setattr_default_np(&before_);
    pthread_attr_destroy(&before_);
  }

 private:
  pthread_attr_t before_;
};

}  // namespace

TEST("a job that cannot be submitted on the loop for want of a thread is freed, and answered") {
  test::StoreThread store;
  baton::CoreOptions options = Engine::Durable();
  options.wake_store = store.waker();
  Engine engine(options);
  store.Start(&engine.core());
  Script script;
  script.flags = BATON_JOB_ON_LOOP;
  std::unique_ptr<NoMoreThreads> want;
  Maker maker(
      engine.host(),
      [&](const baton_sink*, baton_job* job) {
        *job = script.Create(engine.host(), kType);
        want = std::make_unique<NoMoreThreads>();
        return BATON_OK;
      },
      BATON_JOB_ON_LOOP);
  CHECK_EQ(EndOf(&engine, Start(&engine.core())).status, BATON_ERROR_INTERNAL);
  want.reset();
  CHECK_EQ(script.finalized(), 1);
  engine.CloseWell();
  store.Join();
}

#endif

TEST("a job is freed if what made it leaves an exception, in create as in revive") {
  const auto border = std::make_shared<Border>();
  baton::CoreOptions options = Engine::Memory();
  options.loop_border = border;
  Engine engine(options);
  Script script;
  script.flags = BATON_JOB_ON_LOOP;
  Maker maker(
      engine.host(),
      [&](const baton_sink*, baton_job* job) {
        *job = script.Create(engine.host(), kType);
        border->pending = "boom";
        return BATON_OK;
      },
      BATON_JOB_ON_LOOP);
  const ResponseEnd end = EndOf(&engine, Start(&engine.core()));
  CHECK_EQ(end.status, BATON_ERROR_INTERNAL);
  CHECK_EQ(end.why, "create threw: boom");
  CHECK_EQ(script.finalized(), 1);
  baton::Entry entry;
  entry.id = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
  entry.plugin = "test";
  entry.type = kType;
  entry.state = "state";
  CHECK(engine.core().Admit(entry));
  CHECK_EQ(engine.Next<baton::Ended>().outcome.error.message, "revive threw: boom");
  CHECK_EQ(script.finalized(), 2);
  engine.CloseWell();
}

TEST("a refusal is told in the words of the plugin, cut where they are too long") {
  Engine engine;
  std::string words;
  Maker maker(engine.host(), [&](const baton_sink* why, baton_job*) {
    const baton_status heard = words.size() <= 65536 ? BATON_OK : BATON_ERROR_TOO_LARGE;
    CHECK_EQ(why->write(why, words.data(), 10), BATON_OK);
    CHECK_EQ(why->write(why, words.data() + 10, words.size() - 10), heard);
    return BATON_ERROR_INVALID_ARGUMENT;
  });
  for (const size_t size : {20, 2000, 65536, 65537, 1000000}) {
    words = std::string(size, 'x');
    const ResponseEnd end = EndOf(&engine, Start(&engine.core()));
    CHECK_EQ(end.status, BATON_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(end.why, std::string(std::min<size_t>(size, BATON_MESSAGE_SIZE - 1), 'x'));
  }
  engine.CloseWell();
}

CHECK_MAIN
