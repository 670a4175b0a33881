// Memory that threads pass on to each other, and callables that are kept in place.
#include "recycling.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <set>
#include <thread>
#include <vector>

#include "check.h"
#include "mutex.h"
#include "task.h"

namespace {

constexpr size_t kSizes[] = {1, 64, 65, 400, 1024, 5000};

// What is on its way from the threads that take blocks to those that give them back.
struct Passed {
  baton::Mutex mutex;
  std::vector<std::pair<char*, size_t>> blocks GUARDED_BY(mutex);
};

void Put(Passed* passed, char* block, size_t size) {
  baton::MutexLock lock(&passed->mutex);
  passed->blocks.emplace_back(block, size);
}

bool Get(Passed* passed, std::pair<char*, size_t>* block) {
  baton::MutexLock lock(&passed->mutex);
  if (passed->blocks.empty()) return false;
  *block = passed->blocks.back();
  passed->blocks.pop_back();
  return true;
}

bool IsFilledWithOneByte(const char* block, size_t size) {
  return std::all_of(block, block + size, [&](char byte) { return byte == block[0]; });
}

// All that is on the heap.
std::atomic<int> on_heap{0};

}  // namespace

void* operator new(size_t size) {
  void* const block = std::malloc(size);
  if (block == nullptr) throw std::bad_alloc();
  on_heap++;
  return block;
}

void operator delete(void* block) noexcept {
  if (block == nullptr) return;
  on_heap--;
  std::free(block);
}

void operator delete(void* block, size_t) noexcept { operator delete(block); }

TEST("a thread that ends keeps nothing, also if it has only given") {
  const auto give = [](const std::vector<void*>& blocks) {
    for (void* const block : blocks) baton::GiveBlock(block, 100);
  };
  std::vector<void*> blocks(10);
  // What is made once, by the first who takes.
  baton::GiveBlock(baton::TakeBlock(100), 100);
  const int before = on_heap;
  std::thread([&] {
    for (void*& block : blocks) block = baton::TakeBlock(100);
  }).join();
  CHECK_EQ(on_heap - before, 10);
  std::thread(give, blocks).join();
  CHECK_EQ(on_heap - before, 0);
}

TEST("no block is anybody else's before it is given back, whichever thread does that") {
  Passed passed;
  std::vector<std::thread> threads;
  for (int number = 0; number < 4; number++) {
    threads.emplace_back([&passed, number] {
      for (int round = 0; round < 3000; round++) {
        const size_t size = kSizes[static_cast<size_t>(round) % std::size(kSizes)];
        char* const block = static_cast<char*>(baton::TakeBlock(size));
        std::memset(block, number * 50 + round % 50, size);
        Put(&passed, block, size);
        std::pair<char*, size_t> other;
        // Two are left for others now and then, so that batches are traded.
        if (round % 3 == 0 || !Get(&passed, &other)) continue;
        CHECK(IsFilledWithOneByte(other.first, other.second));
        baton::GiveBlock(other.first, other.second);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<char*> left;
  std::pair<char*, size_t> block;
  while (Get(&passed, &block)) {
    CHECK(left.insert(block.first).second);
    CHECK(IsFilledWithOneByte(block.first, block.second));
    baton::GiveBlock(block.first, block.second);
  }
}

TEST("a task owns what it is made with, through every move, and lets it go once") {
  auto owned = std::make_shared<int>(3);
  {
    baton::Task<int(int)> task([owned](int more) { return *owned + more; });
    CHECK_EQ(owned.use_count(), 2);
    baton::Task<int(int)> other(std::move(task));
    CHECK(!task);
    CHECK_EQ(other(4), 7);
    task = std::move(other);
    CHECK_EQ(owned.use_count(), 2);
    CHECK_EQ(task(1), 4);
    task = baton::Task<int(int)>();
    CHECK_EQ(owned.use_count(), 1);
    task = [only = std::make_unique<int>(8)](int more) { return *only - more; };
    CHECK_EQ(task(1), 7);
  }
  CHECK_EQ(owned.use_count(), 1);
}

CHECK_MAIN
