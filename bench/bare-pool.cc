// The peer of native-jobs.ts: bare-pool <threads> <jobs> allocates, queues, runs and frees so many
// jobs on so many threads, and says how many nanoseconds that took. A queue of std::function under
// a mutex and a condition variable, filled from one thread, and nothing else: no ids, no records,
// no states.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace {

class Pool {
 public:
  explicit Pool(int threads) {
    for (int i = 0; i < threads; i++) threads_.emplace_back([this] { Loop(); });
  }

  ~Pool() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      closed_ = true;
    }
    work_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  void Post(std::function<void()> task) {
    const std::lock_guard<std::mutex> lock(mutex_);
    tasks_.push_back(std::move(task));
    work_.notify_one();
  }

 private:
  void Loop() {
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
      work_.wait(lock, [this] { return closed_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      const std::function<void()> task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable work_;
  std::deque<std::function<void()>> tasks_;
  bool closed_ = false;
  std::vector<std::thread> threads_;
};

struct Payload {
  int64_t number;
};

// What the step of native-jobs.c does; not inlined, as a plugin's is not.
__attribute__((noinline)) bool Step(Payload* payload) { return payload->number >= 0; }

class Countdown {
 public:
  explicit Countdown(int64_t open) : open_(open) {}

  void One() {
    if (--open_ > 0) return;
    const std::lock_guard<std::mutex> lock(mutex_);
    ended_at_ = std::chrono::steady_clock::now();
    is_over_ = true;
    over_.notify_one();
  }

  std::chrono::steady_clock::time_point Await() {
    std::unique_lock<std::mutex> lock(mutex_);
    over_.wait(lock, [this] { return is_over_; });
    return ended_at_;
  }

 private:
  std::atomic<int64_t> open_;
  std::mutex mutex_;
  std::condition_variable over_;
  std::chrono::steady_clock::time_point ended_at_;
  bool is_over_ = false;
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 2;
  const int64_t jobs = std::atoll(arguments[2]);
  Countdown countdown(jobs);
  Pool pool(std::atoi(arguments[1]));
  const auto began_at = std::chrono::steady_clock::now();
  for (int64_t number = 0; number < jobs; number++) {
    auto* payload = static_cast<Payload*>(std::malloc(sizeof(Payload)));
    if (payload == nullptr) return 1;
    payload->number = number;
    pool.Post([payload, &countdown] {
      const bool is_done = Step(payload);
      std::free(payload);
      if (is_done) countdown.One();
    });
  }
  const auto took = countdown.Await() - began_at;
  const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(took).count();
  std::printf("%lld\n", static_cast<long long>(ns));
  return 0;
}
