// Every cell of the handle table of the C ABI.
#include "handle_table.h"
#include "payload.h"
#include "support.h"

using test::Engine;
using test::Script;

TEST("a live handle of another instance is not yours") {
  Engine engine;
  baton::Instance* other = engine.core().AddInstance("other");
  Script script({BATON_STEP_SUCCESS});
  char id[BATON_ID_SIZE];
  const baton_job job = script.Create(engine.host());
  CHECK_EQ(other->host()->submit_job(other->host(), job, nullptr, id), BATON_ERROR_NOT_YOURS);
  CHECK_EQ(other->host()->free_job(other->host(), job), BATON_ERROR_NOT_YOURS);
  CHECK_EQ(engine.host()->free_job(engine.host(), job), BATON_OK);
  engine.CloseWell();
}

TEST("a handle of another host in the same process is not yours either") {
  Engine one, two;
  Script script({BATON_STEP_SUCCESS});
  const baton_job job = script.Create(one.host());
  CHECK_EQ(two.host()->free_job(two.host(), job), BATON_ERROR_NOT_YOURS);
  CHECK_EQ(one.host()->free_job(one.host(), job), BATON_OK);
  one.CloseWell();
  two.CloseWell();
}

TEST("while a thread submits a job it is busy for all others") {
  Engine engine;
  Script script({BATON_STEP_SUCCESS});
  const baton_job job = script.Create(engine.host());
  char id[BATON_ID_SIZE];
  script.on_serialize = [&] {
    std::thread([&] {
      char other_id[BATON_ID_SIZE];
      CHECK_EQ(engine.host()->submit_job(engine.host(), job, nullptr, other_id), BATON_ERROR_BUSY);
      CHECK_EQ(engine.host()->free_job(engine.host(), job), BATON_ERROR_BUSY);
    }).join();
  };
  CHECK_EQ(engine.host()->submit_job(engine.host(), job, nullptr, id), BATON_OK);
  script.on_serialize = nullptr;
  engine.CloseWell();
}

TEST(
    "a submitted job cannot be submitted or freed as long as it has a payload, and is stale "
    "after") {
  Engine engine;
  Script script({BATON_STEP_SUCCESS});
  const baton_job job = script.Create(engine.host());
  char id[BATON_ID_SIZE];
  CHECK_EQ(engine.host()->submit_job(engine.host(), job, nullptr, id), BATON_OK);
  CHECK_EQ(engine.host()->submit_job(engine.host(), job, nullptr, id),
           BATON_ERROR_ALREADY_SUBMITTED);
  CHECK_EQ(engine.host()->free_job(engine.host(), job), BATON_ERROR_ALREADY_SUBMITTED);
  CHECK(engine.core().Finalize(id));
  engine.Next<baton::Finalized>();
  CHECK_EQ(engine.host()->submit_job(engine.host(), job, nullptr, id), BATON_ERROR_STALE_HANDLE);
  CHECK_EQ(engine.host()->free_job(engine.host(), job), BATON_ERROR_STALE_HANDLE);
  engine.CloseWell();
  CHECK_EQ(script.finalized(), 1);
}

TEST("a freed, forged or garbage handle is stale, zero is no argument") {
  Engine engine;
  Script script({BATON_STEP_SUCCESS});
  char id[BATON_ID_SIZE];
  const baton_job job = script.Create(engine.host());
  CHECK_EQ(engine.host()->free_job(engine.host(), job), BATON_OK);
  for (const uint64_t bits :
       {job.bits, job.bits + 1, job.bits + (uint64_t{1} << 32), ~uint64_t{0}, uint64_t{1}}) {
    CHECK_EQ(engine.host()->free_job(engine.host(), {bits}), BATON_ERROR_STALE_HANDLE);
    CHECK_EQ(engine.host()->submit_job(engine.host(), {bits}, nullptr, id),
             BATON_ERROR_STALE_HANDLE);
  }
  CHECK_EQ(engine.host()->free_job(engine.host(), {0}), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(engine.host()->submit_job(engine.host(), {0}, nullptr, id),
           BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(engine.host()->free_job(nullptr, job), BATON_ERROR_INVALID_ARGUMENT);
  engine.CloseWell();
  CHECK_EQ(script.finalized(), 1);
}

TEST("a slot is used again late, and never gives out a value twice") {
  Engine engine;
  Script script({BATON_STEP_SUCCESS});
  const baton_job_desc desc = script.desc();
  const auto payload = [&] {
    return std::make_shared<baton::Payload>(engine.plugin(), desc, engine.plugin()->KindOf("t"));
  };
  constexpr uint32_t kNumber = 3;
  baton::HandlePart table(kNumber, /*late_reuse=*/4, /*first_generation=*/UINT32_MAX - 1);
  std::vector<uint64_t> seen;
  for (int i = 0; i < 40; i++) {
    auto one = payload();
    const baton_job job = table.Insert(one);
    for (const uint64_t bits : seen) CHECK(bits != job.bits);
    seen.push_back(job.bits);
    CHECK_EQ(baton::HandlePart::NumberIn(job), kNumber);
    CHECK(i > 4 || (job.bits & UINT32_MAX) / baton::HandlePart::kParts == static_cast<uint64_t>(i));
    table.Remove(job);
    std::shared_ptr<baton::Payload> none;
    CHECK_EQ(table.Free(job, engine.plugin(), &none), BATON_ERROR_STALE_HANDLE);
    one->Forget();
  }
  // Each slot had two generations left, then it was retired.
  std::map<uint64_t, int> uses;
  for (const uint64_t bits : seen) CHECK(++uses[bits & UINT32_MAX] <= 2);
  engine.CloseWell();
}

TEST("a thread's handles stand in all parts, a stretch in each, and closing finalizes them all") {
  Engine engine;
  constexpr int kJobs = 64 * baton::HandlePart::kParts;
  Script script({BATON_STEP_SUCCESS});
  std::map<uint32_t, int> in_part;
  uint32_t last = baton::HandlePart::kParts;
  int stretches = 0;
  for (int i = 0; i < kJobs; i++) {
    const uint32_t part = baton::HandlePart::NumberIn(script.Create(engine.host()));
    in_part[part]++;
    stretches += part != last;
    last = part;
  }
  for (const auto& [part, count] : in_part) CHECK_EQ(count, 64);
  CHECK_EQ(in_part.size(), size_t{baton::HandlePart::kParts});
  CHECK(stretches <= static_cast<int>(baton::HandlePart::kParts) + 1);
  engine.CloseWell();
  CHECK_EQ(script.finalized(), kJobs);
  CHECK_EQ(baton::HandleTable::Process().Count(engine.plugin()), size_t{0});
}

TEST("threads that create jobs at a time do so in parts of their own") {
  Engine engine;
  std::map<uint32_t, int> in_part;
  for (uint32_t i = 0; i < baton::HandlePart::kParts; i++) {
    std::thread([&] {
      Script script({BATON_STEP_SUCCESS});
      const baton_job job = script.Create(engine.host());
      in_part[baton::HandlePart::NumberIn(job)]++;
      CHECK_EQ(engine.host()->free_job(engine.host(), job), BATON_OK);
    }).join();
  }
  CHECK_EQ(in_part.size(), size_t{baton::HandlePart::kParts});
  engine.CloseWell();
}

CHECK_MAIN
