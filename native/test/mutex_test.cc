// The small mutex: one thread at a time, also if whoever holds it does not run for a while.
#include "mutex.h"

#include <chrono>
#include <thread>
#include <vector>

#include "check.h"

namespace {

struct Counter {
  baton::SmallMutex mutex;
  int inside GUARDED_BY(mutex) = 0;
  int together GUARDED_BY(mutex) = 0;  // how often two were
  int count GUARDED_BY(mutex) = 0;
};

void Count(Counter* counter, int rounds) {
  for (int round = 0; round < rounds; round++) {
    baton::MutexLock lock(&counter->mutex);
    if (++counter->inside != 1) counter->together++;
    counter->count++;
    // Now and then others find it taken for so long that they sleep.
    if (round % 1000 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    counter->inside--;
  }
}

}  // namespace

TEST("a small mutex lets one thread in at a time, and all of them in the end") {
  constexpr int kThreads = 4;
  constexpr int kRounds = 5000;
  Counter counter;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; i++) threads.emplace_back(Count, &counter, kRounds);
  for (std::thread& thread : threads) thread.join();
  baton::MutexLock lock(&counter.mutex);
  CHECK_EQ(counter.together, 0);
  CHECK_EQ(counter.count, kThreads * kRounds);
}

CHECK_MAIN
