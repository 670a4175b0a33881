// The checking layer of `baton validate`: a baton_host of its own stands between a plugin and its
// host, and a spy stands in for each payload, run, sink and response. It uses the host through
// baton.h alone, as a plugin would, so it judges the plugin and the host alike.
//
// One Checker a process. Any thread.
#ifndef BATON_CHECK_CHECKER_H_
#define BATON_CHECK_CHECKER_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "baton.h"
#include "fault_plan.h"
#include "mutex.h"

namespace baton {
namespace check {

class SpiedJob;
struct SpiedType;

// What a case of the validator asks for beyond watching.
struct Options {
  bool round_trip = false;  // revive what get_serialized wrote, and compare
  bool ownership = false;   // try every wrong use of the plugin's handles on the host
  bool getters = false;     // give the getters sinks that refuse
  uint32_t table_size = 0;  // struct_size of the next hosts; 0: all there is
  std::vector<Fault> faults;
};

// A host as the plugin sees it. Never destroyed, as baton.h promises.
struct CheckedHost {
  baton_host table = {};
  const baton_host* real = nullptr;
  std::atomic<bool> stopped{false};
};

struct Counts {
  int64_t created = 0;
  int64_t submitted = 0;
  int64_t saved = 0;  // submitted with a state
  int64_t finalized = 0;
  int64_t types = 0;   // registered
  int64_t routes = 0;  // registered
};

class Checker {
 public:
  static Checker& Process();

  // What instances give their plugins instead of `real`, once Install was called.
  static const baton_host* Interpose(const baton_host* real);
  static void Install();

  void Configure(const Options& options);
  bool round_trip() const { return round_trip_.load(); }
  bool ownership() const { return ownership_.load(); }
  bool getters() const { return getters_.load(); }
  FaultPlan& faults() { return faults_; }

  // After the host is closed: no callback may be running, no call may come.
  void Stopped();

  // Null: it is not one of ours, or `host` is NULL.
  CheckedHost* Find(const baton_host* host);
  // The real table of any host. REQUIRES: a plugin was given one.
  const baton_host* AnyReal();
  // A host of another instance than this; null: there is none.
  const baton_host* NeighbourOf(const CheckedHost* host);

  void Add(std::unique_ptr<SpiedJob> job);
  // Null for a handle that no create_job of this process gave.
  SpiedJob* FindJob(baton_job handle);

  void Add(std::unique_ptr<SpiedType> type);
  // The last one registered with this host; null: there is none.
  const SpiedType* FindType(const CheckedHost* host, const std::string& type);

  // A callback of the plugin is being executed.
  void Enter(const std::string& callback);
  void Leave(const std::string& callback);

  // Adds one to a member of the counts.
  void Count(int64_t Counts::*member);
  Counts counts();

 private:
  // Constant between two Configure.
  std::atomic<bool> round_trip_{false};
  std::atomic<bool> ownership_{false};
  std::atomic<bool> getters_{false};
  std::atomic<uint32_t> table_size_{0};
  FaultPlan faults_;  // locks for itself

  Mutex mutex_;
  // Guarded by mutex_. Nothing is ever removed: late calls must find what they are about.
  std::vector<std::unique_ptr<CheckedHost>> hosts_ GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<SpiedJob>> jobs_ GUARDED_BY(mutex_);
  std::unordered_map<uint64_t, SpiedJob*> by_handle_ GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<SpiedType>> types_ GUARDED_BY(mutex_);
  std::map<std::string, int> executing_ GUARDED_BY(mutex_);
  Counts counts_ GUARDED_BY(mutex_);
};

// Marks a callback as being executed; a C++ exception that leaves it is reported by Call.
class Executing {
 public:
  explicit Executing(std::string callback);
  ~Executing();
  Executing(const Executing&) = delete;
  Executing& operator=(const Executing&) = delete;

 private:
  const std::string callback_;
};

void ReportException(const std::string& callback);

// Calls a callback of the plugin. An exception is reported, and goes on to the host as it would
// without this layer.
template <typename Function>
auto Call(const std::string& callback, Function&& function) {
  const Executing executing(callback);
  try {
    return function();
  } catch (...) {
    ReportException(callback);
    throw;
  }
}

}  // namespace check
}  // namespace baton

#endif  // BATON_CHECK_CHECKER_H_
