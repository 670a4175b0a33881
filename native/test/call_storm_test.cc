// A storm of calls: the plugin of test/native/plugins/storm.c calls every function of baton.h from
// inside every callback and from two threads of its own, over an engine that admits, cancels,
// pauses, revives, tells events and answers requests at random, and then closes.
// BATON_SEED repeats what the engine does, BATON_ROUNDS makes it longer.
#include <random>

#include "support.h"
// After the standard headers, and in this program only: it is C.
#include "../../test/native/plugins/storm.c"

using test::Engine;
using test::StoreThread;

namespace {

struct Driver {
  Engine* engine;
  std::mt19937 random;
  std::map<std::string, baton::StoredRow> rows;
  uint64_t generation = 0;

  bool OneIn(uint32_t n) { return random() % n == 0; }

  void Tell(const std::string& id) {
    baton::Event event;
    event.kind = 1 << (random() % 4);
    event.job.id = id;
    engine->core().TellEvents(generation, std::vector<baton::Event>(1 + random() % 3, event));
  }

  // It waits; its run gives the room back when it begins.
  bool Admit(const baton::Entry& entry) {
    engine->core().GiveRoom(-1);
    if (engine->core().Admit(entry)) return true;
    engine->core().GiveRoom(1);
    return false;
  }

  void Submitted(const baton::StoredRow& row) {
    baton::Core& core = engine->core();
    core.GiveRoom(1);
    if (OneIn(8)) {
      core.Stop(row.id, BATON_STOP_CANCELED);
      core.Finalize(row.id);
    } else if (Admit(Engine::EntryFor(row))) {
      rows[row.id] = row;
    } else {
      core.Forget(row.id);
    }
    Tell(row.id);
  }

  void Called(const baton::Called& called) {
    baton::Core& core = engine->core();
    if (called.kind == baton::CallKind::kWait && OneIn(2)) return;  // it times out
    if (called.kind == baton::CallKind::kCancel || called.kind == baton::CallKind::kPause) {
      const auto kind = called.kind == baton::CallKind::kCancel ? baton::RequestKind::kCancel
                                                                : baton::RequestKind::kPause;
      if (core.Request(called.id, kind) == baton::RequestAnswer::kRemoved) {
        core.GiveRoom(1);
        core.Forget(called.id);
      }
    }
    baton::JobInfo info;
    info.id = called.id;
    core.Answer(called.ticket, OneIn(4) ? BATON_ERROR_NOT_FOUND : BATON_OK, &info);
  }

  void Ended(const std::string& id) {
    baton::Core& core = engine->core();
    baton::Entry entry = Engine::EntryFor(rows[id]);
    const uint32_t next = random() % 4;
    if (next == 0) core.Finalize(id);  // and another payload is revived
    entry.reset = next == 1;
    if (next > 1 || !Admit(entry)) core.Forget(id);
    Tell(id);
  }

  void Handle(baton::Message& message) {
    if (auto* submitted = std::get_if<baton::Submitted>(&message)) Submitted(submitted->row);
    if (auto* called = std::get_if<baton::Called>(&message)) Called(*called);
    if (auto* ended = std::get_if<baton::Ended>(&message)) Ended(ended->id);
    if (auto* wanted = std::get_if<baton::EventsWanted>(&message)) generation = wanted->generation;
    if (auto* asked = std::get_if<baton::RestCalled>(&message))
      engine->core().AnswerRest(asked->ticket, OneIn(9) ? BATON_ERROR_TOO_LARGE : BATON_OK,
                                {200, "answer"});
  }

  void Turn() {
    for (baton::Message& message : engine->core().Drain()) Handle(message);
    uint64_t ticket = 0;
    if (OneIn(16)) engine->core().StartRequest({"GET", "/storm/leaf", {}, {}, ""}, &ticket);
    if (OneIn(16) && ticket > 0) engine->core().AbortRequest(ticket);
    engine->core().metrics();
    engine->core().ErrorText("storm", "N1");
    CHECK(engine->core().counts().Balanced());
    std::this_thread::yield();
  }
};

void RunStorm(uint32_t seed, int jobs) {
  std::printf("seed %u\n", seed);
  std::mt19937 random(seed);
  baton::CoreOptions options = random() % 2 == 0 ? Engine::Memory() : Engine::Durable();
  options.slots = 1 + static_cast<int>(random() % 3);
  options.limit_jobs = 40;
  options.submit_timeout_ms = 50;
  options.tick_ms = 1;
  options.sample_ms = 1;
  options.checkpoint_ms = 1;
  options.config = "{\"storm\":{\"jobs\":" + std::to_string(jobs) + "}}";
  std::atomic<uint32_t> answers{seed};
  StoreThread store([&](const baton::StoreRequest&) {
    return answers++ % 13 == 0 ? BATON_ERROR_STORE_FAILED : BATON_OK;
  });
  options.wake_store = store.waker();
  Engine engine(options);
  store.Start(&engine.core());
  CHECK_EQ(plugin_start(engine.host()), BATON_OK);
  Driver driver{&engine, std::mt19937(random()), {}};
  const int enough = static_cast<int>(random() % static_cast<uint32_t>(jobs));
  // Not every try makes a job: the plugin may have used up its number before there are enough.
  const auto goes_on = [&] { return add(&storm.created, 0) < enough && add(&storm.left, 0) > 0; };
  for (int turn = 0; turn < 300 || goes_on(); turn++) driver.Turn();
  engine.CloseWell();
  plugin_stop();
  store.Join();
  const baton::Counts counts = engine.core().counts();
  CHECK(counts.Balanced());
  CHECK_EQ(counts.created, static_cast<uint64_t>(add(&storm.created, 0)));
  CHECK_EQ(counts.finalized, static_cast<uint64_t>(add(&storm.finalized, 0)));
}

int Number(const char* name, int otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::atoi(text);
}

}  // namespace

TEST("whatever is called from wherever, nobody waits for ever and nothing is lost") {
  const int jobs = Number("BATON_ROUNDS", 80);
  const int seed = Number("BATON_SEED", 0);
  if (seed != 0) return RunStorm(static_cast<uint32_t>(seed), jobs);
  std::random_device source;
  for (int storms = 0; storms < 8; storms++) RunStorm(source() % 1000000 + 1, jobs);
}

CHECK_MAIN
