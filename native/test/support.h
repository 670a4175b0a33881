// What the tests share: an engine that awaits messages, a store thread, and a job that does what it
// is told.
#ifndef BATON_TEST_SUPPORT_H_
#define BATON_TEST_SUPPORT_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "check.h"
#include "core.h"

namespace test {

// An event that can be awaited.
class Signal {
 public:
  void Set() {
    std::lock_guard<std::mutex> lock(mutex_);
    set_ = true;
    changed_.notify_all();
  }
  void Await() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return set_; });
  }
  bool IsSet() {
    std::lock_guard<std::mutex> lock(mutex_);
    return set_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

// A Core whose inbox is awaited on the test's own thread, which is the engine's. It works on loop
// tasks whenever it waits.
class Engine {
 public:
  explicit Engine(baton::CoreOptions options = Memory());
  ~Engine();

  static baton::CoreOptions Memory();   // two slots, memory store
  static baton::CoreOptions Durable();  // two slots, a durable store
  baton::Core& core() { return *core_; }
  const baton_host* host() { return plugin_->host(); }
  baton::Instance* plugin() { return plugin_; }

  // Awaits the next message of one kind. Others stay, in order.
  template <typename T>
  T Next() {
    for (;;) {
      for (auto at = pending_.begin(); at != pending_.end(); ++at) {
        if (!std::holds_alternative<T>(*at)) continue;
        T found = std::move(std::get<T>(*at));
        pending_.erase(at);
        return found;
      }
      AwaitMore();
    }
  }
  // Awaits a message of any kind.
  baton::Message NextOfAny();
  // How often the core has woken the engine's thread for its inbox.
  int64_t wakes();
  // All that is there now.
  std::deque<baton::Message>& Pending();

  // An entry for a job that was submitted.
  static baton::Entry EntryFor(const baton::StoredRow& row);
  // Closes, with time enough, and checks that nothing is lost: created == finalized + live + owed,
  // and nothing lives.
  void CloseWell();

 private:
  struct Waker;
  void AwaitMore();

  std::shared_ptr<Waker> waker_;
  std::unique_ptr<baton::Core> core_;
  baton::Instance* plugin_;
  std::deque<baton::Message> pending_;
};

// A thread that commits everything, or answers as `answer` says. It asks `dies` after it has taken
// something: true means that it was told of a death of the store, and answers none of it.
class StoreThread {
 public:
  using AnswerFunction = std::function<baton_status(const baton::StoreRequest&)>;
  explicit StoreThread(AnswerFunction answer = nullptr, std::function<bool()> dies = nullptr)
      : answer_(std::move(answer)), dies_(std::move(dies)) {}
  ~StoreThread() { Join(); }
  std::function<void()> waker();
  void Start(baton::Core* core);
  void Join();

 private:
  void Loop();
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    bool woken = false;
    bool ended = false;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
  AnswerFunction answer_;
  std::function<bool()> dies_;
  baton::Core* core_ = nullptr;
  std::thread thread_;
};

// A job that does what its script says and records what was called on it.
class Script {
 public:
  using StepFunction = std::function<int32_t(const baton_run*)>;
  Script() = default;
  explicit Script(std::vector<int32_t> results);

  // Step number n does this (the last one is repeated).
  std::vector<StepFunction> steps;
  std::string content = "{}";
  baton_status content_status = BATON_OK;
  std::string state = "state";
  baton_status state_status = BATON_OK;
  baton_status reset_status = BATON_OK;
  double progress = 0.5;
  bool with_reset = true;
  bool with_getters = true;
  bool serializable = true;
  uint32_t flags = 0;
  // Every callback must be made on this thread, if it is set.
  std::thread::id only_on;
  bool traces_getters = false;
  std::function<void()> on_stop;
  std::function<void()> on_finalize;
  std::function<void()> on_serialize;

  baton_job_desc desc(const char* type = "test.script");
  baton_job Create(const baton_host* host, const char* type = "test.script");
  // Creates and submits; returns the id.
  std::string Submit(const baton_host* host, const baton_submit_options* options = nullptr);

  // "step step stop:1 finalize"
  std::string trace();
  int finalized();

 private:
  void Record(const std::string& word);
  void CheckThread();
  static int32_t BATON_CALL Step(void* payload, const baton_run* run);
  static void BATON_CALL Stop(void* payload, int32_t reason);
  static baton_status BATON_CALL Reset(void* payload);
  static double BATON_CALL GetProgress(void* payload);
  static baton_status BATON_CALL GetContent(void* payload, const baton_sink* sink);
  static baton_status BATON_CALL GetSerialized(void* payload, const baton_sink* sink);
  static void BATON_CALL Finalize(void* payload);

  std::mutex mutex_;
  std::string trace_;
  size_t at_ = 0;
  int finalized_ = 0;
};

}  // namespace test

#endif  // BATON_TEST_SUPPORT_H_
