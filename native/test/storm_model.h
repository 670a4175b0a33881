// What a storm knows of plugins and handles while several threads use them at random, and which
// answers are legal then: the ownership table of the C ABI as an oracle. Any thread.
#ifndef BATON_TEST_STORM_MODEL_H_
#define BATON_TEST_STORM_MODEL_H_

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "support.h"

namespace storm {

using Random = std::mt19937;

// One load of a plugin. Loads are never forgotten, as a plugin may keep its host for ever.
struct Load {
  const baton_host* host = nullptr;
  baton::Instance* instance = nullptr;
  std::atomic<bool> closing{false};  // set before its unload, or the host's closing, begins
};

enum class Act { kFree, kSubmit };

// A handle, from its create until the storm is over.
class Handle {
 public:
  Handle(Load* load, bool fails, bool serializable)
      : load_(load), fails_(fails), serializable_(serializable) {}

  Load* load() const { return load_; }
  // Its getters fail in submit, always.
  bool fails() const { return fails_; }
  bool serializable() const { return serializable_; }
  baton_job job() const { return {bits_.load()}; }
  void set_job(baton_job job) { bits_ = job.bits; }

  // Frame a call that may take the payload. `End` knows what is legal; the call may be made through
  // another load's host. `Begin` may be ended on another thread, once.
  struct Call {
    Act act;
    Load* by;
    int level;
    int others;  // that were being made when it began
    int begun;   // calls so far
  };
  Call Begin(Act act, Load* by);
  void End(const Call& call, baton_status status);
  // The call was refused before it looked at the handle.
  void Abandon() { taking_--; }

  // The host took it without a submit: it is the result of `revive`.
  void TakenByRevive() { taken_++; }
  // Its finalize runs. Exactly once, and only for somebody who may let it go.
  void Finalized();

 private:
  bool Closing() const { return load_->closing; }
  // Somebody else may have taken it, or is just doing so.
  bool Contended(const Call& call) const {
    return taken_ > 0 || call.others > 0 || begun_ != call.begun || Closing();
  }
  void Raise(int level);
  void EndWell(const Call& call);
  void EndBadly(const Call& call, baton_status status);

  Load* const load_;
  const bool fails_;
  const bool serializable_;
  std::atomic<uint64_t> bits_{0};
  std::atomic<int> taking_{0};  // calls that are being made
  std::atomic<int> begun_{0};   // calls that were ever begun
  std::atomic<int> taken_{0};   // calls that took it; at most one
  std::atomic<int> level_{0};   // what was seen of it: 0 live, 1 submitted, 2 gone; only rises
  std::atomic<int> finalized_{0};
};

// All that the threads of one storm share.
class World {
 public:
  World(test::Engine* engine, uint32_t seed) : engine_(engine), seed_(seed) {}

  uint32_t seed() const { return seed_; }
  baton::Core& core() { return engine_->core(); }

  // An instance more; null once the host closes. Its loop thread is the calling one.
  Load* AddLoad(const char* plugin);
  void AddLoad(baton::Instance* instance);
  Load* AnyLoad(Random& random);
  // Closes an instance, on its loop thread. False once the host closes.
  bool Unload(Load* load);
  // From now on every load is closing, and nobody loads or unloads.
  void CloseLoads();

  Handle* AddHandle(Load* load, bool fails, bool serializable);
  Handle* AnyHandle(Random& random);
  void ShareHandle(Handle* handle);
  // A submit of this handle was answered OK.
  void AddId(const char* id, const Handle* handle);
  std::string AnyId(Random& random);
  // A submit that the store must have was answered so.
  bool Answered(const std::string& id);

  std::atomic<uint64_t> created{0}, finalized{0};
  std::atomic<int> undone{0};           // asynchronous submits whose `done` is to come
  std::atomic<bool> released{false};    // steps that hold may return
  std::atomic<bool> left_alone{false};  // a closing gave up: some payloads are owed, or kept

 private:
  test::Engine* const engine_;
  const uint32_t seed_;

  std::mutex gate_;  // held while an instance is made or closed
  bool closed_ = false;

  std::mutex mutex_;
  std::deque<Load> loads_;
  std::deque<Handle> handles_;
  std::vector<Handle*> shared_;
  std::vector<std::string> ids_;
  std::set<std::string> answered_;
};

}  // namespace storm

#endif  // BATON_TEST_STORM_MODEL_H_
