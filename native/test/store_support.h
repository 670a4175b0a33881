// The store's side of a durable engine, by hand: the test takes requests and answers them.
#ifndef BATON_TEST_STORE_SUPPORT_H_
#define BATON_TEST_STORE_SUPPORT_H_

#include <memory>

#include "support.h"

namespace test {

struct ManualStore {
  explicit ManualStore(baton::CoreOptions options = Engine::Durable()) {
    options.wake_store = [this] {
      std::lock_guard<std::mutex> lock(mutex);
      woken = true;
      changed.notify_all();
    };
    engine = std::make_unique<Engine>(options);
  }
  // Waits until there is something to take.
  baton::StoreQueue::Requests Take() {
    for (;;) {
      auto taken = engine->core().TakeStoreRequests();
      if (!taken.empty()) return taken;
      std::unique_lock<std::mutex> lock(mutex);
      changed.wait(lock, [&] { return woken; });
      woken = false;
    }
  }

  std::mutex mutex;
  std::condition_variable changed;
  bool woken = false;
  std::unique_ptr<Engine> engine;
};

}  // namespace test

#endif  // BATON_TEST_STORE_SUPPORT_H_
