// subscribe: what a listener hears, in which order, how much waits for it, and when it ends.
#include <atomic>
#include <numeric>

#include "rest_support.h"

using baton::Event;
using test::Engine;
using test::Signal;

namespace {

// A listener that keeps what it hears, and can be held.
struct Listener {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> ids;
  std::vector<uint32_t> missed;
  std::vector<baton_job_info> jobs;
  std::vector<int32_t> kinds, froms;
  std::atomic<int> inside{0};
  bool held = false;

  void Await(size_t count) {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [&] { return ids.size() >= count; });
  }
  void Hold(bool hold) {
    std::lock_guard<std::mutex> lock(mutex);
    held = hold;
    changed.notify_all();
  }

  baton_status Subscribe(const baton_host* host, uint32_t mask) {
    return host->subscribe(host, mask, Hear, this);
  }

  static void BATON_CALL Hear(void* data, const baton_event* event) {
    Listener* self = static_cast<Listener*>(data);
    CHECK_EQ(self->inside.fetch_add(1), 0);
    CHECK_EQ(event->struct_size, sizeof(baton_event));
    CHECK_EQ(event->job->struct_size, sizeof(baton_job_info));
    {
      std::unique_lock<std::mutex> lock(self->mutex);
      self->ids.push_back(event->job->id);
      self->missed.push_back(event->missed);
      self->jobs.push_back(*event->job);
      self->kinds.push_back(event->kind);
      self->froms.push_back(event->from);
      self->changed.notify_all();
      self->changed.wait(lock, [&] { return !self->held; });
    }
    self->inside--;
  }
};

baton::JobInfo Job(int number) {
  baton::JobInfo job;
  job.id = std::to_string(number);
  job.type = "some.type";
  job.progress = 0.25;
  job.error = {"CODE", "words"};
  return job;
}

// Events number `first` to `last` - 1, as CHANGED from pending.
std::vector<Event> Changes(int first, int last) {
  std::vector<Event> events;
  for (int i = first; i < last; i++)
    events.push_back({BATON_EVENT_CHANGED, BATON_STATE_PENDING, Job(i)});
  return events;
}

baton::EventsWanted Wanted(Engine* engine) { return engine->Next<baton::EventsWanted>(); }

}  // namespace

TEST("a listener hears the kinds it asked for, in order, with all that is known of the job") {
  Engine engine;
  Listener listener;
  CHECK_EQ(listener.Subscribe(engine.host(), BATON_EVENT_CHANGED | BATON_EVENT_FORGOTTEN),
           BATON_OK);
  const baton::EventsWanted wanted = Wanted(&engine);
  CHECK_EQ(wanted.mask, uint32_t{BATON_EVENT_CHANGED | BATON_EVENT_FORGOTTEN});
  std::vector<Event> events = {{BATON_EVENT_SUBMITTED, 0, Job(1)},
                               {BATON_EVENT_CHANGED, BATON_STATE_PENDING, Job(2)},
                               {BATON_EVENT_PROGRESSED, 0, Job(3)},
                               {BATON_EVENT_FORGOTTEN, 0, Job(4)}};
  engine.core().TellEvents(wanted.generation, std::move(events));
  engine.core().TellEvents(wanted.generation, Changes(5, 1000));
  listener.Await(997);
  engine.CloseWell();
  CHECK_EQ(listener.ids[0], "2");
  CHECK_EQ(listener.froms[0], BATON_STATE_PENDING);
  CHECK_EQ(std::string(listener.jobs[0].type), "some.type");
  CHECK_EQ(listener.jobs[0].progress, 0.25);
  CHECK_EQ(std::string(listener.jobs[0].error_message), "words");
  CHECK_EQ(listener.kinds[1], BATON_EVENT_FORGOTTEN);
  for (size_t i = 1; i < listener.ids.size(); i++) CHECK_EQ(listener.ids[i], std::to_string(i + 3));
  CHECK_EQ(std::accumulate(listener.missed.begin(), listener.missed.end(), 0u), 0u);
}

TEST("the engine is told the sum of all masks, and what came before a subscription is not for it") {
  Engine engine;
  Listener first, second;
  CHECK_EQ(first.Subscribe(engine.host(), BATON_EVENT_CHANGED), BATON_OK);
  const baton::EventsWanted one = Wanted(&engine);
  CHECK_EQ(one.mask, uint32_t{BATON_EVENT_CHANGED});
  baton::Instance* other = engine.core().AddInstance("other");
  CHECK_EQ(second.Subscribe(other->host(), BATON_EVENT_CHANGED | BATON_EVENT_SUBMITTED), BATON_OK);
  const baton::EventsWanted both = Wanted(&engine);
  CHECK_EQ(both.mask, uint32_t{BATON_EVENT_CHANGED | BATON_EVENT_SUBMITTED});
  engine.core().TellEvents(one.generation, Changes(1, 2));
  engine.core().TellEvents(both.generation, Changes(2, 3));
  first.Await(2);
  second.Await(1);
  CHECK_EQ(second.ids[0], "2");
  CHECK(engine.core().CloseInstance(other, 60000));
  CHECK_EQ(Wanted(&engine).mask, uint32_t{BATON_EVENT_CHANGED});
  engine.core().TellEvents(both.generation + 1, Changes(3, 4));
  first.Await(3);
  CHECK_EQ(second.ids.size(), 1u);
  CHECK_EQ(second.Subscribe(other->host(), BATON_EVENT_CHANGED), BATON_ERROR_CLOSING);
  engine.CloseWell();
}

TEST("10,000 events wait for a slow listener, and it is told how many it missed") {
  Engine engine;
  Listener slow;
  CHECK_EQ(slow.Subscribe(engine.host(), BATON_EVENT_CHANGED), BATON_OK);
  const uint64_t generation = Wanted(&engine).generation;
  slow.Hold(true);
  engine.core().TellEvents(generation, Changes(0, 1));
  slow.Await(1);
  constexpr int kMost = baton::EventDesk::kMaxWaiting;
  engine.core().TellEvents(generation, Changes(1, kMost + 8));
  slow.Hold(false);
  slow.Await(kMost + 1);
  engine.core().TellEvents(generation, Changes(kMost + 8, kMost + 10));
  slow.Await(kMost + 3);
  engine.CloseWell();
  CHECK_EQ(slow.ids[kMost], std::to_string(kMost));
  CHECK_EQ(slow.missed[kMost], 0u);
  CHECK_EQ(slow.ids[kMost + 1], std::to_string(kMost + 8));
  CHECK_EQ(slow.missed[kMost + 1], 7u);
  CHECK_EQ(slow.missed[kMost + 2], 0u);
}

TEST("listeners that never return keep no request from being answered") {
  Engine engine;
  std::vector<std::unique_ptr<Listener>> stuck;
  uint64_t generation = 0;
  for (int i = 0; i < 20; i++) {
    stuck.push_back(std::make_unique<Listener>());
    CHECK_EQ(stuck.back()->Subscribe(engine.host(), BATON_EVENT_CHANGED), BATON_OK);
    stuck.back()->Hold(true);
    generation = Wanted(&engine).generation;
  }
  engine.core().TellEvents(generation, Changes(0, 5000));
  for (int i = 0; i < baton::RequestPool::kTaskThreads; i++)
    stuck[static_cast<size_t>(i)]->Await(1);
  test::Handler handler = [](const baton_request*, baton_response*) { return BATON_OK; };
  CHECK_EQ(test::Register(&engine, "GET", "/x", &handler), BATON_OK);
  for (int i = 0; i < 50; i++) {
    uint64_t ticket = 0;
    CHECK_EQ(engine.core().StartRequest({"GET", "/x", {}, {}, ""}, &ticket), BATON_OK);
    CHECK_EQ(engine.Next<baton::ResponseEnd>().status, BATON_OK);
  }
  for (auto& listener : stuck) listener->Hold(false);
  for (auto& listener : stuck) listener->Await(5000);
  engine.CloseWell();
}

TEST("requests that never end keep no listener from hearing") {
  Engine engine;
  Signal go_on;
  test::Handler waits = [&](const baton_request*, baton_response*) {
    go_on.Await();
    return BATON_OK;
  };
  CHECK_EQ(test::Register(&engine, "GET", "/x", &waits), BATON_OK);
  for (int i = 0; i < 2 * baton::RequestPool::kThreads; i++) {
    uint64_t ticket = 0;
    CHECK_EQ(engine.core().StartRequest({"GET", "/x", {}, {}, ""}, &ticket), BATON_OK);
  }
  Listener listener;
  CHECK_EQ(listener.Subscribe(engine.host(), BATON_EVENT_CHANGED), BATON_OK);
  engine.core().TellEvents(Wanted(&engine).generation, Changes(0, 1000));
  listener.Await(1000);
  go_on.Set();
  engine.CloseWell();
}

TEST("nothing is told once the instance, or the host, begins to close") {
  for (const bool whole : {false, true}) {
    Engine engine;
    baton::Instance* other = engine.core().AddInstance("other");
    Listener listener;
    CHECK_EQ(listener.Subscribe(other->host(), BATON_EVENT_CHANGED), BATON_OK);
    const uint64_t generation = Wanted(&engine).generation;
    listener.Hold(true);
    engine.core().TellEvents(generation, Changes(0, 100));
    listener.Await(1);
    if (whole) {
      engine.core().BeginClose();
      engine.core().TellEvents(generation, Changes(100, 200));
      listener.Hold(false);
    } else {
      // It waits for the listener that is being called.
      CHECK(!engine.core().CloseInstance(other, 30));
      engine.core().TellEvents(generation, Changes(100, 200));
      listener.Hold(false);
    }
    engine.CloseWell();
    CHECK(other->AwaitIdle(baton::DeadlineIn(60000)));
    CHECK_EQ(listener.ids.size(), 1u);
  }
}

TEST("a listener may call the host, and the bounds and arguments are checked") {
  Engine engine;
  const baton_host* host = engine.host();
  struct Caller {
    const baton_host* host;
    Signal heard;
  } caller{host, {}};
  const auto call = [](void* data, const baton_event*) {
    Caller* self = static_cast<Caller*>(data);
    CHECK_EQ(self->host->set_metric(self->host, "heard", 1), BATON_OK);
    self->heard.Set();
  };
  CHECK_EQ(host->subscribe(host, BATON_EVENT_CHANGED, call, &caller), BATON_OK);
  engine.core().TellEvents(Wanted(&engine).generation, Changes(0, 1));
  caller.heard.Await();
  CHECK_EQ(host->subscribe(host, 0, call, &caller), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(host->subscribe(host, BATON_EVENT_CHANGED, nullptr, &caller),
           BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(host->subscribe(host, 16 | BATON_EVENT_CHANGED, call, &caller), BATON_ERROR_UNSUPPORTED);
  CHECK_EQ(host->subscribe(nullptr, BATON_EVENT_CHANGED, call, &caller),
           BATON_ERROR_INVALID_ARGUMENT);
  for (size_t i = 1; i < baton::EventDesk::kMaxSubscriptions; i++)
    CHECK_EQ(host->subscribe(host, BATON_EVENT_FORGOTTEN, call, &caller), BATON_OK);
  CHECK_EQ(host->subscribe(host, BATON_EVENT_FORGOTTEN, call, &caller), BATON_ERROR_TOO_LARGE);
  engine.CloseWell();
}

CHECK_MAIN
