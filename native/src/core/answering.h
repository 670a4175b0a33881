// Who answers a request: its handler, or the job that it leaves the answer to. Any thread, while the
// handler runs.
#ifndef BATON_CORE_ANSWERING_H_
#define BATON_CORE_ANSWERING_H_

#include <optional>
#include <string>
#include <utility>

#include "baton.h"
#include "messages.h"
#include "mutex.h"

namespace baton {

// What each kind of response is, for answer_job.
class Answering {
 public:
  Answering() = default;
  Answering(const Answering&) = delete;
  Answering& operator=(const Answering&) = delete;

  // A job is being submitted that shall answer: nobody writes meanwhile. Errors: WRONG_STATE (something
  // was written, or another job is to answer).
  baton_status BeginJob() {
    MutexLock lock(&mutex_);
    if (written_ || submitting_ || job_.has_value()) return BATON_ERROR_WRONG_STATE;
    submitting_ = true;
    return BATON_OK;
  }
  // It is the host's, and the answer is its own.
  void LeaveToJob(JobAnswer job) {
    MutexLock lock(&mutex_);
    submitting_ = false;
    job_ = std::move(job);
  }
  // It is still the plugin's: `status` says why, and `why` says it to the client.
  void TakeBack(baton_status status, std::string why) {
    MutexLock lock(&mutex_);
    submitting_ = false;
    refused_ = status;
    why_ = std::move(why);
  }

  // Whether the handler may still say something.
  bool open() {
    MutexLock lock(&mutex_);
    return !submitting_ && !job_.has_value();
  }
  // The same, and something is written now.
  bool BeginBody() {
    MutexLock lock(&mutex_);
    if (submitting_ || job_.has_value()) return false;
    written_ = true;
    return true;
  }
  std::optional<JobAnswer> job() {
    MutexLock lock(&mutex_);
    return job_;
  }
  // Why a handler answers `status`; empty: nobody has said.
  std::string WhyOf(baton_status status) {
    MutexLock lock(&mutex_);
    return status == refused_ ? why_ : std::string();
  }

 private:
  Mutex mutex_;
  bool written_ GUARDED_BY(mutex_) = false;
  bool submitting_ GUARDED_BY(mutex_) = false;
  std::optional<JobAnswer> job_ GUARDED_BY(mutex_);
  baton_status refused_ GUARDED_BY(mutex_) = BATON_OK;
  std::string why_ GUARDED_BY(mutex_);
};

}  // namespace baton

#endif  // BATON_CORE_ANSWERING_H_
