#include "recycling.h"

#include <algorithm>
#include <vector>

#include "mutex.h"

namespace baton {
namespace {

// A checker of memory or of threads must see who gives back what: there all comes from the heap,
// unless it is this file itself that is checked.
#ifndef BATON_RECYCLES
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define BATON_RECYCLES 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define BATON_RECYCLES 0
#endif
#endif
#endif
#ifndef BATON_RECYCLES
#define BATON_RECYCLES 1
#endif

constexpr size_t kGrain = 64;        // sizes are rounded up to this
constexpr size_t kSizes = 16;        // larger blocks come from the heap
constexpr int kBatch = 32;           // blocks that are traded at once
constexpr size_t kMaxBatches = 128;  // of one size that wait to be used again

struct Block {
  Block* next;
};

// The batches of one size that no thread keeps.
class Market {
 public:
  // Null if there are none.
  Block* Buy() {
    MutexLock lock(&mutex_);
    if (batches_.empty()) return nullptr;
    Block* batch = batches_.back();
    batches_.pop_back();
    return batch;
  }
  // False if there are enough.
  bool Sell(Block* batch) noexcept {
    MutexLock lock(&mutex_);
    if (batches_.size() == kMaxBatches) return false;
    batches_.push_back(batch);
    return true;
  }
  Market() { batches_.reserve(kMaxBatches); }

 private:
  Mutex mutex_;
  std::vector<Block*> batches_ GUARDED_BY(mutex_);
};

Market& MarketOf(size_t index) {
  static Market* const markets = new Market[kSizes];  // leaked on purpose: threads may end late
  return markets[index];
}

void Free(Block* blocks) noexcept {
  while (blocks != nullptr) ::operator delete(std::exchange(blocks, blocks->next));
}

// What one thread keeps, by size. Without a constructor or destructor, so that it costs nothing to
// reach, and can be reached to the thread's very end.
struct Stock {
  Block* first;
  int count;
};
thread_local Stock stocks[kSizes];
thread_local bool has_left;  // the thread ends: it keeps nothing any more

// Empties the stocks when the thread ends.
struct Leaver {
  ~Leaver() {
    has_left = true;
    for (Stock& stock : stocks) {
      Free(stock.first);
      stock = {};
    }
  }
  void Arm() {}  // whoever calls this has it destroyed when the thread ends
};
thread_local Leaver leaver;

// Asks the processor for the block that is taken next. Mostly another processor has written to it last, and
// this one would wait for it, a line of the cache at a time.
void Prefetch([[maybe_unused]] Block* block, [[maybe_unused]] size_t index) {
#if defined(__GNUC__)
  constexpr size_t kMostLines = 4;  // what is larger stays with one thread
  const size_t lines = std::min(index + 1, kMostLines);
  for (size_t i = 0; i < lines; i++)
    __builtin_prefetch(reinterpret_cast<char*>(block) + i * kCacheLine, 1);
#endif
}

void* Refill(size_t index) {
  leaver.Arm();
  Stock& stock = stocks[index];
  Block* const batch = has_left ? nullptr : MarketOf(index).Buy();
  if (batch == nullptr) return ::operator new((index + 1) * kGrain);
  stock = {batch->next, kBatch - 1};
  return batch;
}

void SellBatch(size_t index) noexcept {
  leaver.Arm();
  Stock& stock = stocks[index];
  Block* const batch = stock.first;
  Block* last = batch;
  for (int i = 1; i < kBatch; i++) last = last->next;
  stock.first = std::exchange(last->next, nullptr);
  stock.count -= kBatch;
  if (!MarketOf(index).Sell(batch)) Free(batch);
}

}  // namespace

void* TakeBlock(size_t size) {
  const size_t index = (size - 1) / kGrain;
  if (BATON_RECYCLES == 0 || index >= kSizes) return ::operator new(size);
  Stock& stock = stocks[index];
  if (stock.first == nullptr) return Refill(index);
  stock.count--;
  Block* const block = std::exchange(stock.first, stock.first->next);
  if (stock.first != nullptr) Prefetch(stock.first, index);
  return block;
}

void GiveBlock(void* block, size_t size) noexcept {
  const size_t index = (size - 1) / kGrain;
  if (BATON_RECYCLES == 0 || index >= kSizes || has_left) return ::operator delete(block);
  Stock& stock = stocks[index];
  if (stock.first == nullptr) leaver.Arm();
  stock.first = new (block) Block{stock.first};
  if (++stock.count == 2 * kBatch) SellBatch(index);
}

}  // namespace baton
