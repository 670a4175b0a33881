// A job of the plugin, watched: the payload that the host sees in place of the plugin's. Callbacks:
// the job's thread. The rest: any thread.
#ifndef BATON_CHECK_SPIED_JOB_H_
#define BATON_CHECK_SPIED_JOB_H_

#include <array>
#include <atomic>
#include <string>

#include "baton.h"
#include "mutex.h"
#include "spied_run.h"

namespace baton {
namespace check {

struct CheckedHost;

// Whose a job is, by the table of baton.h.
enum class Owner { kPlugin, kBeingSubmitted, kBeingFreed, kHost, kNobody };

// What a job says of itself.
struct Portrait {
  baton_status content_status = BATON_ERROR_UNSUPPORTED;
  baton_status state_status = BATON_ERROR_UNSUPPORTED;
  std::string content;
  std::string state;
  double progress = 0;
};

class SpiedJob {
 public:
  // `desc` is a copy of full size; its type and step are not NULL.
  SpiedJob(CheckedHost* host, const baton_job_desc& desc);
  SpiedJob(const SpiedJob&) = delete;
  SpiedJob& operator=(const SpiedJob&) = delete;

  // What the host is given in place of the plugin's descriptor.
  baton_job_desc Describe();

  CheckedHost* host() const { return host_; }
  const std::string& type() const { return type_; }
  baton_job handle() const { return handle_; }
  // Before anybody else sees this object.
  void set_handle(baton_job handle) { handle_ = handle; }
  Owner owner() const { return owner_.load(); }
  bool saved() const { return saved_.load(); }

  // The plugin's calls about it.
  void BeginSubmit();
  void EndSubmit(const char* call, baton_status status);
  void BeginFree();
  void EndFree(baton_status status);
  // `revive` gave it to the host.
  void Revived();
  // Made by the checking layer itself, to be compared and freed.
  void BeCopy() { copy_.store(true); }

  // Asks the plugin's getters, on the job's thread.
  Portrait Ask();

  // It was not finalized although the host is closed.
  void ReportIfAlive();

 private:
  friend class InCallback;

  static int32_t BATON_CALL StepCalled(void* self, const baton_run* run);
  static void BATON_CALL StopCalled(void* self, int32_t reason);
  static baton_status BATON_CALL ResetCalled(void* self);
  static double BATON_CALL ProgressCalled(void* self);
  static baton_status BATON_CALL ContentCalled(void* self, const baton_sink* sink);
  static baton_status BATON_CALL SerializedCalled(void* self, const baton_sink* sink);
  static void BATON_CALL FinalizeCalled(void* self);

  using Getter = baton_status(BATON_CALL*)(void*, const baton_sink*);
  // `real` null: what it writes is only collected.
  baton_status AskGetter(const char* name, Getter getter, const baton_sink* real,
                         std::string* bytes);
  // Once for each getter: what it does if its sink refuses.
  void ProbeGetter(const char* name, Getter getter);
  void CheckContent(baton_status status, const std::string& content);
  void CheckState(baton_status status, const std::string& state);
  // The host gives back what the plugin has forgotten.
  void ReportForgotten();
  std::string Name(const char* callback) const;

  // Constant after construction.
  CheckedHost* const host_;
  const baton_job_desc desc_;
  const std::string type_;
  baton_job handle_ = {0};

  std::atomic<Owner> owner_{Owner::kPlugin};
  std::atomic<bool> copy_{false};
  std::atomic<bool> saved_{false};
  std::atomic<bool> finalized_{false};
  std::atomic<bool> inside_{false};              // a callback of it is being executed
  std::atomic<baton_status> refused_{BATON_OK};  // what its last submit was answered

  // The job's thread only.
  bool stepped_ = false;  // since the last stop
  bool probed_ = false;
  int round_trips_ = 0;
  SpiedRun run_;
};

}  // namespace check
}  // namespace baton

#endif  // BATON_CHECK_SPIED_JOB_H_
