// A storm: plugins on several threads that create, submit, free, cancel and unload at random, payloads
// that check what is done to them, a store that refuses and dies, an engine that admits, and a closing
// in the middle of it all. Whatever happens, created == finalized + live + owed, every payload is
// finalized exactly once, and every answer is one that the ownership table allows.
//
// BATON_SEED is the first storm's seed, the next one is one more; BATON_SECONDS goes on for so long;
// BATON_THREADS is how many plugins there are, BATON_OPERATIONS how many calls each of them makes.
// Each thread has random numbers of its own: only how they meet differs when a storm is repeated.
#include "storm_engine.h"
#include "storm_plugin.h"

using storm::World;
using test::Engine;
using test::StoreThread;

namespace {

int64_t Number(const char* name, int64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr || *text == '\0' ? otherwise : std::atoll(text);
}

baton::CoreOptions OptionsOf(storm::Random& random) {
  baton::CoreOptions options = random() % 3 == 0 ? Engine::Memory() : Engine::Durable();
  options.slots = 1 + static_cast<int>(random() % 3);
  options.limit_jobs = 50;
  options.submit_timeout_ms = 50;
  options.tick_ms = 1;
  options.checkpoint_ms = 1;
  return options;
}

// Ends what a closing has left alone, as far as it can be.
void ReleaseSteps(World* world) {
  world->released = true;
  while (world->core().counts().owed > 0) std::this_thread::yield();
}

void CheckEnd(World* world) {
  const baton::Counts counts = world->core().counts();
  CHECK(counts.Balanced());
  CHECK_EQ(counts.created, world->created.load());
  // Counted by the host after finalize has returned, by the payload inside of it.
  CHECK_EQ(counts.finalized, world->finalized.load());
  CHECK_EQ(world->undone.load(), 0);
  if (world->left_alone) return;
  CHECK_EQ(counts.live, 0u);
  CHECK_EQ(counts.owed, 0u);
}

// What a store says, and what it has taken when it dies.
struct Store {
  World* world = nullptr;
  storm::Random random;

  baton_status Answer(const baton::StoreRequest&) {
    return random() % 13 == 0 ? BATON_ERROR_STORE_FAILED : BATON_OK;
  }
  bool Dies() {
    if (random() % 97 != 0) return false;
    baton::Core& core = world->core();
    core.StoreDied();
    // What was answered STORE_FAILED while a store had it is removed: nobody may have heard OK.
    for (const std::string& id : core.DoubtfulIds()) CHECK(!world->Answered(id));
    core.StoreOpened();
    return true;
  }
};

void RunStorm(uint32_t seed, int threads_count, int operations) {
  storm::Random random(seed);
  baton::CoreOptions options = OptionsOf(random);
  Store answers{nullptr, storm::Random(random())};
  StoreThread store([&](const baton::StoreRequest& request) { return answers.Answer(request); },
                    [&] { return answers.Dies(); });
  options.wake_store = store.waker();
  Engine engine(options);
  auto world = std::make_unique<World>(&engine, seed);
  answers.world = world.get();
  world->AddLoad(engine.plugin());
  storm::RegisterType(world.get(), world->AnyLoad(random));
  store.Start(&engine.core());
  std::atomic<int> running{threads_count};
  std::vector<std::thread> threads;
  for (int i = 0; i < threads_count; i++) {
    const uint32_t thread_seed = random();
    threads.emplace_back([&, thread_seed, i] {
      storm::PlayPlugin(world.get(), thread_seed, ("storm" + std::to_string(i)).c_str(),
                        operations);
      running--;
    });
  }
  storm::Driver driver(&engine.core(), !options.durable, random());
  // One in four ends when all is said, the others in the middle of it.
  const uint64_t enough =
      random() % 4 == 0 ? UINT64_MAX : random() % static_cast<uint32_t>(operations * 2);
  const auto deadline = baton::DeadlineIn(20000);
  while (running > 0 && world->created < enough && baton::Clock::now() < deadline) {
    driver.Turn();
    std::this_thread::yield();
    CHECK(engine.core().counts().Balanced());
  }
  world->CloseLoads();
  if (random() % 2 == 0) engine.core().BeginClose();
  if (random() % 3 != 0) world->released = true;
  if (!engine.core().FinishClose(world->released ? 60000 : 20)) world->left_alone = true;
  CHECK(engine.core().counts().Balanced());
  ReleaseSteps(world.get());
  for (std::thread& thread : threads) thread.join();
  store.Join();
  // The last finalize of what was left alone may be about to be counted.
  const auto soon = baton::DeadlineIn(5000);
  while (engine.core().counts().finalized != world->finalized && baton::Clock::now() < soon)
    std::this_thread::yield();
  CheckEnd(world.get());
  if (world->left_alone) world.release();  // what still runs may look at it
}

}  // namespace

TEST("in a storm every payload is finalized exactly once, and every answer is legal") {
  std::random_device source;
  const uint32_t first = static_cast<uint32_t>(Number("BATON_SEED", source() % 1000000 + 1));
  const int64_t seconds = Number("BATON_SECONDS", 0);
  const int threads = static_cast<int>(Number("BATON_THREADS", 4));
  const int operations = static_cast<int>(Number("BATON_OPERATIONS", 300));
  const auto end = baton::DeadlineIn(seconds * 1000);
  const int at_least = seconds > 0 ? 1 : 12;
  for (int i = 0; i < at_least || (seconds > 0 && baton::Clock::now() < end); i++) {
    alarm(120);
    // Said before it begins: a storm that ends the process has named itself.
    std::printf("BATON_SEED=%u\n", first + static_cast<uint32_t>(i));
    std::fflush(stdout);
    RunStorm(first + static_cast<uint32_t>(i), threads, operations);
  }
}

CHECK_MAIN
