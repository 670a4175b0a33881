// The baton_run a step is given, watched. The step's thread; late and foreign users find out.
#ifndef BATON_CHECK_SPIED_RUN_H_
#define BATON_CHECK_SPIED_RUN_H_

#include <atomic>
#include <string>
#include <thread>

#include "baton.h"
#include "mutex.h"

namespace baton {
namespace check {

class SpiedRun {
 public:
  SpiedRun();
  SpiedRun(const SpiedRun&) = delete;
  SpiedRun& operator=(const SpiedRun&) = delete;

  // A step of a job of this type begins on this thread. REQUIRES: none is going on.
  void Begin(const std::string& type, const baton_run* real) LOCKS_EXCLUDED(mutex_);
  // It has returned: reports how long it went without listening.
  void End() LOCKS_EXCLUDED(mutex_);

  const baton_run* c_run() const { return &run_; }

 private:
  static SpiedRun* From(const baton_run* run, const char* call);
  // The host's run, if this call may be made now, here; else null, and it is reported.
  const baton_run* Allow(const char* call, baton_status* refused);
  template <typename Function>
  static baton_status Checked(const baton_run* run, const char* call, Function&& function);

  static int32_t BATON_CALL ShouldStop(const baton_run* run);
  static baton_status BATON_CALL SetProgress(const baton_run* run, double done, double total);
  static baton_status BATON_CALL SetContent(const baton_run* run, const char* json, size_t size);
  static baton_status BATON_CALL Log(const baton_run* run, int32_t level, const char* text);
  static baton_status BATON_CALL Checkpoint(const baton_run* run, const void* bytes, size_t size);
  static baton_status BATON_CALL RetryAfter(const baton_run* run, int64_t ms);
  static baton_status BATON_CALL Fail(const baton_run* run, const char* code, const char* message,
                                      int32_t retryable);
  static baton_status BATON_CALL PutOutput(const baton_run* run, const char* key, const char* mime,
                                           const void* bytes, size_t size);
  static baton_status BATON_CALL OpenOutput(const baton_run* run, const char* key,
                                            const char* mime);
  static baton_status BATON_CALL WriteOutput(const baton_run* run, const char* key,
                                             const void* bytes, size_t size);
  static baton_status BATON_CALL CloseOutput(const baton_run* run, const char* key);
  static baton_status BATON_CALL AddChild(const baton_run* run, uint32_t parent, const char* name,
                                          double weight, uint32_t* child_out);
  static baton_status BATON_CALL SetChildProgress(const baton_run* run, uint32_t child, double done,
                                                  double total);
  static baton_status BATON_CALL FinishChild(const baton_run* run, uint32_t child, int32_t outcome);
  static int32_t BATON_CALL ChildCanceled(const baton_run* run, uint32_t child);

  baton_run run_ = {};  // constant after construction

  Mutex mutex_;
  // Guarded by mutex_: should_stop may be asked on any thread.
  const baton_run* real_ GUARDED_BY(mutex_) = nullptr;  // null: no step is going on
  std::string type_ GUARDED_BY(mutex_);
  std::thread::id thread_ GUARDED_BY(mutex_);
  Clock::time_point asked_at_ GUARDED_BY(mutex_);    // last
  Clock::duration silence_ GUARDED_BY(mutex_) = {};  // longest time between two
  Clock::time_point told_at_ GUARDED_BY(mutex_);     // when it was first told to stop
  bool told_ GUARDED_BY(mutex_) = false;
};

}  // namespace check
}  // namespace baton

#endif  // BATON_CHECK_SPIED_RUN_H_
