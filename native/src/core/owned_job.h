// A native job that the host owns: its strand, its payload while it has one, and what is known of
// it. Any thread.
#ifndef BATON_CORE_OWNED_JOB_H_
#define BATON_CORE_OWNED_JOB_H_

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ids.h"
#include "mutex.h"
#include "new_job.h"
#include "payload.h"
#include "record.h"
#include "recycling.h"
#include "strand.h"

namespace baton {

struct OwnedJob {
  explicit OwnedJob(std::string_view job_id) : id(job_id) {}
  // As SetSubmitted, of one that nobody else knows of.
  OwnedJob(std::shared_ptr<const NewJob> as_new, std::shared_ptr<Payload> payload)
      : id(as_new->id), payload_(std::move(payload)), new_(std::move(as_new)) {
    now_.progress = new_->progress;
    now_.changed_at_ms = new_->created_at_ms;
  }

  const JobId id;
  Strand strand;

  // Where its callbacks are made: on the loop thread, or on the pool. Changes before anybody else
  // knows of the job, and in tasks of the strand.
  std::atomic<bool> on_loop{false};

  // How often it is being closed, and whether its step was left alone; guarded by the kernel's mutex.
  int closing = 0;
  bool left_alone = false;

  // It is in the registry. Changed there, by whoever has the job for himself: who submits it, then
  // the ready list as long as it is unheard of.
  bool registered = false;

  // Only in tasks of the strand.
  bool serializable = false;
  // The plugin has not been told of an end yet: closing owes it a stop.
  bool owes_stop = true;

  // The payload changes hands only in tasks of the strand; others may look whose it is.
  std::shared_ptr<Payload> payload() {
    MutexLock lock(&mutex_);
    return payload_;
  }
  // The same for a task of the strand, which needs no lock for it: nobody else changes it.
  const std::shared_ptr<Payload>& payload_in_strand() const NO_THREAD_SAFETY_ANALYSIS {
    return payload_;
  }
  void set_payload(std::shared_ptr<Payload> payload) {
    MutexLock lock(&mutex_);
    payload_.swap(payload);
  }

  // False as long as nothing is known of it here.
  bool ReadInfo(JobInfo* info) {
    MutexLock lock(&mutex_);
    if (told_ == nullptr && new_ == nullptr) return false;
    *info = told_ != nullptr ? *told_ : InfoOf(*new_);
    info->state = now_.state;
    info->requested = now_.requested;
    info->progress = now_.progress;
    info->changed_at_ms = now_.changed_at_ms;
    info->due_at_ms = now_.due_at_ms;
    info->runtime_ms = now_.runtime_ms;
    return true;
  }
  // From now on nothing is.
  void DropInfo() {
    MutexLock lock(&mutex_);
    now_ = Now();
    told_ = nullptr;
    new_ = nullptr;
  }
  // What the engine says of it: which may not have heard yet that the job has succeeded.
  void Publish(JobInfo info) {
    MutexLock lock(&mutex_);
    if (now_.state == BATON_STATE_SUCCESS && info.state != BATON_STATE_SUCCESS) return;
    now_ = {info.state,         info.requested, info.progress,
            info.changed_at_ms, info.due_at_ms, info.runtime_ms};
    told_ = std::make_unique<const JobInfo>(std::move(info));
    new_ = nullptr;
  }
  // The job as it was submitted. What does not change is looked up there only when somebody asks.
  void SetSubmitted(std::shared_ptr<const NewJob> as_new, std::shared_ptr<Payload> payload) {
    MutexLock lock(&mutex_);
    payload_ = std::move(payload);
    now_.progress = as_new->progress;
    now_.changed_at_ms = as_new->created_at_ms;
    new_ = std::move(as_new);
  }
  // A run begins; what the engine says of it later says the same. It may have said so already, and
  // that a pause or a cancel was requested since the run was given its slot.
  void SetRunning(int64_t now_ms) {
    MutexLock lock(&mutex_);
    if (now_.state != BATON_STATE_RUNNING) now_.requested = 0;
    now_.state = BATON_STATE_RUNNING;
    now_.changed_at_ms = now_ms;
    now_.due_at_ms = 0;
  }
  // A run has ended so well that nothing is left to be done.
  void SetSucceeded(int64_t now_ms, int64_t runtime_ms) {
    MutexLock lock(&mutex_);
    now_.state = BATON_STATE_SUCCESS;
    now_.requested = 0;
    now_.progress = 1;
    now_.changed_at_ms = now_ms;
    now_.runtime_ms = runtime_ms;
  }
  double Progress() {
    MutexLock lock(&mutex_);
    return now_.progress;
  }
  // Of no effect once it has succeeded: the ticker may come late with what was pushed before.
  void SetProgress(double progress) {
    MutexLock lock(&mutex_);
    if (now_.state != BATON_STATE_SUCCESS) now_.progress = progress;
  }

 private:
  // What changes while it lives.
  struct Now {
    int32_t state = BATON_STATE_PENDING;
    int32_t requested = 0;
    double progress = 0;
    int64_t changed_at_ms = 0;
    int64_t due_at_ms = 0;
    int64_t runtime_ms = 0;
  };
  static JobInfo InfoOf(const NewJob& job) {
    JobInfo info;
    info.id = job.id;
    info.type = job.kind->type;
    info.priority = job.priority;
    info.max_attempts = job.wishes->max_attempts > 0 ? job.wishes->max_attempts : 1;
    info.created_at_ms = job.created_at_ms;
    return info;
  }

  SmallMutex mutex_;
  // Guarded by mutex_.
  std::shared_ptr<Payload> payload_ GUARDED_BY(mutex_);
  Now now_ GUARDED_BY(mutex_);
  // All else that is known: at most one of the two.
  std::unique_ptr<const JobInfo> told_ GUARDED_BY(mutex_);  // by the engine
  std::shared_ptr<const NewJob> new_ GUARDED_BY(mutex_);    // as it was submitted
};

// The owned jobs by their ids, but for those of the lane that nobody has heard of or asked for: these
// only the ready list knows. Most live and go so.
class JobRegistry {
 public:
  std::shared_ptr<OwnedJob> Find(const std::string& id) {
    MutexLock lock(&mutex_);
    return FindLocked(id);
  }
  std::shared_ptr<OwnedJob> FindOrAdd(const std::string& id) {
    MutexLock lock(&mutex_);
    std::shared_ptr<OwnedJob> job = FindLocked(id);
    if (job != nullptr) return job;
    job = MakeRecycled<OwnedJob>(id);
    AddLocked(job);
    return job;
  }
  // Of no effect if it is there.
  void Add(const std::shared_ptr<OwnedJob>& job) {
    if (job->registered) return;
    MutexLock lock(&mutex_);
    AddLocked(job);
  }
  void Remove(const std::shared_ptr<OwnedJob>& job) {
    if (!job->registered) return;
    MutexLock lock(&mutex_);
    jobs_.erase(job->id.view());
  }
  std::vector<std::shared_ptr<OwnedJob>> All() {
    std::vector<std::shared_ptr<OwnedJob>> all;
    MutexLock lock(&mutex_);
    all.reserve(jobs_.size());
    for (const auto& [id, job] : jobs_) all.push_back(job);
    return all;
  }

 private:
  std::shared_ptr<OwnedJob> FindLocked(std::string_view id) EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const auto at = jobs_.find(id);
    return at == jobs_.end() ? nullptr : at->second;
  }
  void AddLocked(const std::shared_ptr<OwnedJob>& job) EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    jobs_.emplace(job->id.view(), job);
    job->registered = true;
  }

  Mutex mutex_;
  // By their own ids.
  std::unordered_map<std::string_view, std::shared_ptr<OwnedJob>> jobs_ GUARDED_BY(mutex_);
};

}  // namespace baton

#endif  // BATON_CORE_OWNED_JOB_H_
