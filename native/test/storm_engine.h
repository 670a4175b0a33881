// The engine's side of a storm: the least that an engine does with the native core, at random. On
// the engine's thread.
#ifndef BATON_TEST_STORM_ENGINE_H_
#define BATON_TEST_STORM_ENGINE_H_

#include "storm_model.h"

namespace storm {

class Driver {
 public:
  // `has_lane`: the store keeps nothing.
  Driver(baton::Core* core, bool has_lane, uint32_t seed)
      : core_(core), has_lane_(has_lane), random_(seed) {}

  // Takes all messages and does what they ask for.
  void Turn();

 private:
  enum class At { kReady, kPaused, kFailed, kEnded };
  struct Job {
    baton::StoredRow row;
    At at = At::kReady;
    std::vector<uint64_t> waiters;
  };

  void Handle(baton::Message& message);
  void Submitted(const baton::Submitted& submitted);
  void Called(const baton::Called& called);
  void Ended(baton::Ended& ended);
  baton_status Act(const baton::Called& called, Job* job);
  baton_status Cancel(const std::string& id, Job* job);
  baton_status Pause(const std::string& id, Job* job);
  // True if it stood in the list.
  bool Remove(const std::string& id, baton::RequestKind kind);
  void Admit(Job* job, bool reset);
  void End(Job* job, At at);
  void Forget(const std::string& id);
  baton::JobInfo InfoOf(const Job& job);
  bool Chance(uint32_t one_in) { return random_() % one_in == 0; }

  // How it hears of jobs that came by the lane changes at random.
  void TurnLane();

  baton::Core* const core_;
  const bool has_lane_;
  Random random_;
  uint64_t entered_ = 0;  // jobs that were not admitted when they were told
  std::map<std::string, Job> jobs_;
};

}  // namespace storm

#endif  // BATON_TEST_STORM_ENGINE_H_
