// A storm: threads that create, submit, free, cancel and pause at random, a store that sometimes
// refuses, steps that do the same, an engine that admits, and a closing in the middle of it all.
// Whatever happens, every payload is finalized exactly once. BATON_SEED repeats a storm,
// BATON_ROUNDS makes it longer.
#include <random>

#include "support.h"

using test::Engine;
using test::StoreThread;

namespace {

struct Storm;

// A payload in memory of its own, so that a checker sees a wrong finalize.
struct Drop {
  Storm* storm;
  int steps_left;
  bool serializable;
  uint32_t random;
};

struct Storm {
  std::atomic<uint64_t> created{0}, finalized{0}, stepping{0};
  std::vector<const baton_host*> hosts;

  baton_job_desc Describe(Drop* drop) {
    baton_job_desc desc = {};
    desc.struct_size = sizeof desc;
    desc.type = "storm.drop";
    desc.payload = drop;
    desc.step = [](void* payload, const baton_run* run) -> int32_t {
      Drop* self = static_cast<Drop*>(payload);
      self->random = self->random * 1664525u + 1013904223u;
      const uint32_t dice = self->random >> 16;
      run->set_progress(run, dice % 10, 10);
      if (dice % 64 == 0) self->storm->SubmitOne(self->storm->hosts[dice / 64 % 2], dice, nullptr);
      if (dice % 61 == 0) return 77;
      if (dice % 59 == 0) throw std::runtime_error("storm");
      if (dice % 17 == 0) return BATON_STEP_RETRY;
      return --self->steps_left > 0 ? BATON_STEP_CONTINUE : BATON_STEP_SUCCESS;
    };
    desc.stop = [](void* payload, int32_t) { static_cast<Drop*>(payload)->random++; };
    desc.reset = [](void* payload) -> baton_status {
      static_cast<Drop*>(payload)->steps_left = 3;
      return BATON_OK;
    };
    desc.get_serialized = [](void* payload, const baton_sink* sink) -> baton_status {
      const Drop* self = static_cast<Drop*>(payload);
      return self->serializable ? sink->write(sink, &self->steps_left, sizeof self->steps_left)
                                : BATON_ERROR_UNSUPPORTED;
    };
    desc.finalize = [](void* payload) {
      Drop* self = static_cast<Drop*>(payload);
      self->storm->finalized++;
      delete self;
    };
    return desc;
  }

  baton_job CreateOne(const baton_host* host, uint32_t random) {
    Drop* drop = new Drop{this, static_cast<int>(random % 20) + 1, random % 3 != 0, random};
    const baton_job_desc desc = Describe(drop);
    baton_job job = {0};
    const baton_status status = host->create_job(host, &desc, &job);
    if (status == BATON_OK) {
      created++;
    } else {
      CHECK_EQ(status, BATON_ERROR_CLOSING);
      delete drop;
    }
    return job;
  }

  void SubmitOne(const baton_host* host, uint32_t random, std::vector<std::string>* ids) {
    const baton_job job = CreateOne(host, random);
    if (job.bits == 0) return;
    char id[BATON_ID_SIZE];
    const baton_status status = host->submit_job(host, job, nullptr, id);
    if (status == BATON_OK) {
      if (ids != nullptr) ids->push_back(id);
    } else if (random % 8 != 0) {  // else it is left to the closing
      const baton_status freed = host->free_job(host, job);
      CHECK(freed == BATON_OK ||
            freed == BATON_ERROR_STALE_HANDLE);  // the closing may have been quicker
    }
  }

  void Thread(uint32_t seed, int rounds) {
    std::mt19937 random(seed);
    std::vector<std::string> ids;
    std::vector<baton_job> jobs;
    for (int round = 0; round < rounds; round++) {
      const baton_host* host = hosts[random() % hosts.size()];
      switch (random() % 8) {
        case 0:
          jobs.push_back(CreateOne(host, random()));
          break;
        case 1:
          // Any of the handles so far, for any host: yours, not yours, stale.
          if (!jobs.empty()) host->free_job(host, jobs[random() % jobs.size()]);
          break;
        case 2: {
          char id[BATON_ID_SIZE];
          if (!jobs.empty()) host->submit_job(host, jobs[random() % jobs.size()], nullptr, id);
          break;
        }
        case 3:
          host->free_job(host, {random() | uint64_t{random()} << 32});
          break;
        case 4:
          if (!ids.empty()) host->cancel_job(host, ids[random() % ids.size()].c_str());
          break;
        case 5:
          if (!ids.empty()) host->pause_job(host, ids[random() % ids.size()].c_str());
          break;
        default:
          SubmitOne(host, random(), &ids);
      }
    }
  }
};

// The least an engine does: admits what is submitted, retries a little, finalizes what ends.
struct Driver {
  Engine* engine;
  std::mt19937 random;
  std::map<std::string, baton::StoredRow> rows;

  void Handle(baton::Message& message) {
    baton::Core& core = engine->core();
    if (auto* submitted = std::get_if<baton::Submitted>(&message)) {
      core.GiveRoom(1);
      if (random() % 16 == 0) {
        core.Stop(submitted->row.id, BATON_STOP_CANCELED);
        core.Finalize(submitted->row.id);
      } else if (core.Admit(Engine::EntryFor(submitted->row))) {
        rows[submitted->row.id] = submitted->row;
      } else {
        core.Forget(submitted->row.id);
      }
    } else if (auto* called = std::get_if<baton::Called>(&message)) {
      const auto kind = called->kind == baton::CallKind::kCancel ? baton::RequestKind::kCancel
                                                                 : baton::RequestKind::kPause;
      if (core.Request(called->id, kind) == baton::RequestAnswer::kRemoved) core.Forget(called->id);
      core.Answer(called->ticket, BATON_OK);
    } else if (auto* ended = std::get_if<baton::Ended>(&message)) {
      baton::Entry entry = Engine::EntryFor(rows[ended->id]);
      entry.reset = random() % 2 == 0;
      if (random() % 4 != 0 || !core.Admit(entry)) core.Finalize(ended->id);
    }
  }
};

void RunStorm(uint32_t seed, int rounds) {
  std::printf("seed %u\n", seed);
  std::mt19937 random(seed);
  baton::CoreOptions options = random() % 4 == 0 ? Engine::Memory() : Engine::Durable();
  options.slots = 1 + static_cast<int>(random() % 3);
  options.limit_jobs = 50;
  options.submit_timeout_ms = 50;
  options.tick_ms = 1;
  options.checkpoint_ms = 1;
  std::atomic<uint32_t> answers{seed};
  StoreThread store([&](const baton::StoreRequest&) {
    return answers++ % 13 == 0 ? BATON_ERROR_STORE_FAILED : BATON_OK;
  });
  options.wake_store = store.waker();
  Storm storm;
  Engine engine(options);
  store.Start(&engine.core());
  storm.hosts = {engine.host(), engine.core().AddInstance("second")->host()};
  std::atomic<int> running{4};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; i++) {
    const uint32_t thread_seed = random();
    threads.emplace_back([&, thread_seed] {
      storm.Thread(thread_seed, rounds);
      running--;
    });
  }
  Driver driver{&engine, std::mt19937(random()), {}};
  const uint64_t enough =
      random() % 4 == 0 ? UINT64_MAX : random() % static_cast<uint32_t>(rounds * 2);
  while (running > 0 && storm.created < enough) {
    for (baton::Message& message : engine.core().Drain()) driver.Handle(message);
    std::this_thread::yield();
    CHECK(engine.core().counts().Balanced());
  }
  engine.CloseWell();
  for (std::thread& thread : threads) thread.join();
  store.Join();
  const baton::Counts counts = engine.core().counts();
  CHECK(counts.Balanced());
  CHECK_EQ(counts.live, 0u);
  CHECK_EQ(counts.created, storm.created.load());
  CHECK_EQ(counts.finalized, storm.finalized.load());
}

int Number(const char* name, int otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::atoi(text);
}

}  // namespace

TEST("in a storm every payload is finalized exactly once") {
  const int rounds = Number("BATON_ROUNDS", 300);
  const int seed = Number("BATON_SEED", 0);
  if (seed != 0) return RunStorm(static_cast<uint32_t>(seed), rounds);
  std::random_device source;
  for (int storm = 0; storm < Number("BATON_STORMS", 12); storm++)
    RunStorm(source() % 1000000 + 1, rounds);
}

CHECK_MAIN
