// Two peers of native-jobs.ts: bare-pool <pool> <kind> <threads> <jobs> allocates, queues, runs and
// frees so many jobs on so many threads, twice, and says how many nanoseconds the second time took. The pool is filled
// from one thread, and nothing else is done: no ids, no records, no states. The pools: "plain", a queue
// of std::function under a mutex and a condition variable; "baton", the one in which the host runs native
// steps. The kinds are those of native-jobs.c: "bare" jobs are a number; "full" ones
// are asked for content and state before they are queued and after their step, by the getter of
// native-jobs.c, and both are kept with the job until it is freed, as whoever shows and saves them must.
#include <atomic>
#include <chrono>
#include <cinttypes>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "step_pool.h"

namespace {

class PlainPool {
 public:
  explicit PlainPool(int threads) {
    for (int i = 0; i < threads; i++) threads_.emplace_back([this] { Loop(); });
  }

  ~PlainPool() {
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

class BatonPool {
 public:
  explicit BatonPool(int threads) : pool_(std::make_shared<baton::StepPool>(threads)) {
    pool_->Start(pool_);
    StartThreads(threads);
  }

  ~BatonPool() {
    pool_->Close();
    pool_->AwaitEnd(baton::DeadlineIn(-1));
  }

  template <typename Task>
  void Post(Task&& task) {
    pool_->PostRun(std::forward<Task>(task));
  }

 private:
  // It starts its threads when there is work for them: so many tasks that wait for each other.
  void StartThreads(int threads) {
    const auto missing = std::make_shared<std::atomic<int>>(threads);
    const auto meet = [missing] {
      --*missing;
      while (*missing > 0) std::this_thread::yield();
    };
    for (int i = 0; i < threads; i++) Post(meet);
    while (*missing > 0) std::this_thread::yield();
  }

  const std::shared_ptr<baton::StepPool> pool_;
};

struct Payload {
  int64_t number;
};

// What the callbacks of native-jobs.c do; not inlined, as a plugin's are not.
__attribute__((noinline)) bool Step(Payload* payload) { return payload->number >= 0; }

__attribute__((noinline)) std::string SayNumber(const Payload& payload) {
  char text[64];
  const int size = std::snprintf(text, sizeof text, "{\"number\":%" PRId64 "}", payload.number);
  return std::string(text, static_cast<size_t>(size));
}

// A job with a content and a state.
struct FullJob {
  explicit FullJob(Payload* its_payload) : payload(its_payload) { Ask(); }
  ~FullJob() { std::free(payload); }
  FullJob(const FullJob&) = delete;
  FullJob& operator=(const FullJob&) = delete;
  void Ask() {
    content = SayNumber(*payload);
    state = SayNumber(*payload);
  }

  Payload* const payload;
  std::string content;
  std::string state;
};

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

template <typename Pool>
void PostBare(Pool* pool, Payload* payload, Countdown* countdown) {
  pool->Post([payload, countdown] {
    const bool is_done = Step(payload);
    std::free(payload);
    if (is_done) countdown->One();
  });
}

template <typename Pool>
void PostFull(Pool* pool, Payload* payload, Countdown* countdown) {
  auto job = std::make_unique<FullJob>(payload);
  pool->Post([job = job.release(), countdown] {
    const bool is_done = Step(job->payload);
    job->Ask();
    delete job;
    if (is_done) countdown->One();
  });
}

// Nanoseconds for so many jobs; none: there was no memory for them.
template <typename Pool>
std::optional<int64_t> Run(Pool* pool, bool is_full, int64_t jobs) {
  Countdown countdown(jobs);
  const auto began_at = std::chrono::steady_clock::now();
  for (int64_t number = 0; number < jobs; number++) {
    auto* payload = static_cast<Payload*>(std::malloc(sizeof(Payload)));
    if (payload == nullptr) return std::nullopt;
    payload->number = number;
    (is_full ? PostFull<Pool> : PostBare<Pool>)(pool, payload, &countdown);
  }
  const auto took = countdown.Await() - began_at;
  return std::chrono::duration_cast<std::chrono::nanoseconds>(took).count();
}

// The same, of a pool that has run as many before.
template <typename Pool>
std::optional<int64_t> Measure(bool is_full, int threads, int64_t jobs) {
  Pool pool(threads);
  if (!Run(&pool, is_full, jobs).has_value()) return std::nullopt;
  return Run(&pool, is_full, jobs);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) return 2;
  const bool is_plain = std::strcmp(arguments[1], "plain") == 0;
  const bool is_full = std::strcmp(arguments[2], "full") == 0;
  const auto measure = is_plain ? Measure<PlainPool> : Measure<BatonPool>;
  const auto took = measure(is_full, std::atoi(arguments[3]), std::atoll(arguments[4]));
  if (!took.has_value()) return 1;
  std::printf("%" PRId64 "\n", *took);
  return 0;
}
