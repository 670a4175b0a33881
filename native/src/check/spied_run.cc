#include "spied_run.h"

#include <algorithm>

#include "findings.h"

namespace baton {
namespace check {
namespace {

// A step that does not listen for longer cannot be paused, canceled or closed in good time.
constexpr std::chrono::milliseconds kLongestSilence{1000};

std::string Milliseconds(Clock::duration time) {
  using std::chrono::duration_cast;
  return std::to_string(duration_cast<std::chrono::milliseconds>(time).count()) + " ms";
}

}  // namespace

SpiedRun::SpiedRun() {
  run_.struct_size = sizeof run_;
  run_.internal = this;
  run_.should_stop = ShouldStop;
  run_.set_progress = SetProgress;
  run_.set_content = SetContent;
  run_.log = Log;
  run_.checkpoint = Checkpoint;
  run_.retry_after = RetryAfter;
  run_.fail = Fail;
  run_.put_output = PutOutput;
  run_.open_output = OpenOutput;
  run_.write_output = WriteOutput;
  run_.close_output = CloseOutput;
  run_.add_child = AddChild;
  run_.set_child_progress = SetChildProgress;
  run_.finish_child = FinishChild;
  run_.child_canceled = ChildCanceled;
}

void SpiedRun::Begin(const std::string& type, const baton_run* real) {
  MutexLock lock(&mutex_);
  real_ = real;
  type_ = type;
  thread_ = std::this_thread::get_id();
  asked_at_ = Clock::now();
  silence_ = {};
  told_ = false;
}

void SpiedRun::End() {
  MutexLock lock(&mutex_);
  real_ = nullptr;
  const Clock::time_point now = Clock::now();
  const Clock::duration silence = std::max(silence_, now - asked_at_);
  if (told_ && now - told_at_ > kLongestSilence) {
    Report("SLOW_STOP", "step of \"" + type_ + "\" was told to stop and went on for " +
                            Milliseconds(now - told_at_));
  } else if (silence > kLongestSilence) {
    Report("SLOW_STOP", "step of \"" + type_ + "\" went on for " + Milliseconds(silence) +
                            " without asking should_stop");
  }
}

SpiedRun* SpiedRun::From(const baton_run* run, const char* call) {
  if (run != nullptr && run->internal != nullptr) return static_cast<SpiedRun*>(run->internal);
  Report("BAD_ARGUMENT", std::string("run->") + call + " was called without its run");
  return nullptr;
}

const baton_run* SpiedRun::Allow(const char* call, baton_status* refused) {
  MutexLock lock(&mutex_);
  if (real_ == nullptr) {
    Report("USED_TOO_LATE",
           "run->" + std::string(call) + " was called after the step had returned");
    *refused = BATON_ERROR_WRONG_STATE;
    return nullptr;
  }
  if (thread_ != std::this_thread::get_id()) {
    Report("WRONG_THREAD", "run->" + std::string(call) + " was called on another thread than step");
    *refused = BATON_ERROR_WRONG_THREAD;
    return nullptr;
  }
  return real_;
}

template <typename Function>
baton_status SpiedRun::Checked(const baton_run* run, const char* call, Function&& function) {
  SpiedRun* const self = From(run, call);
  if (self == nullptr) return BATON_ERROR_INVALID_ARGUMENT;
  baton_status status = BATON_OK;
  const baton_run* const real = self->Allow(call, &status);
  if (real == nullptr) return status;
  status = function(real);
  switch (status) {
    case BATON_ERROR_INVALID_ARGUMENT:
    case BATON_ERROR_INVALID_JSON:
    case BATON_ERROR_TOO_LARGE:
      Report("BAD_ARGUMENT", "run->" + std::string(call) + " was answered " + StatusName(status));
      break;
    default:
      break;
  }
  return status;
}

int32_t BATON_CALL SpiedRun::ShouldStop(const baton_run* run) {
  SpiedRun* const self = From(run, "should_stop");
  if (self == nullptr) return BATON_STOP_CLOSING;
  MutexLock lock(&self->mutex_);
  if (self->real_ == nullptr) {
    Report("USED_TOO_LATE", "run->should_stop was called after the step had returned");
    return BATON_STOP_CLOSING;
  }
  const int32_t reason = self->real_->should_stop(self->real_);
  const Clock::time_point now = Clock::now();
  self->silence_ = std::max(self->silence_, now - self->asked_at_);
  self->asked_at_ = now;
  if (reason != 0 && !self->told_) {
    self->told_ = true;
    self->told_at_ = now;
  }
  return reason;
}

baton_status BATON_CALL SpiedRun::SetProgress(const baton_run* run, double done, double total) {
  return Checked(run, "set_progress",
                 [&](const baton_run* real) { return real->set_progress(real, done, total); });
}

baton_status BATON_CALL SpiedRun::SetContent(const baton_run* run, const char* json, size_t size) {
  return Checked(run, "set_content",
                 [&](const baton_run* real) { return real->set_content(real, json, size); });
}

baton_status BATON_CALL SpiedRun::Log(const baton_run* run, int32_t level, const char* text) {
  return Checked(run, "log", [&](const baton_run* real) { return real->log(real, level, text); });
}

baton_status BATON_CALL SpiedRun::Checkpoint(const baton_run* run, const void* bytes, size_t size) {
  return Checked(run, "checkpoint",
                 [&](const baton_run* real) { return real->checkpoint(real, bytes, size); });
}

baton_status BATON_CALL SpiedRun::RetryAfter(const baton_run* run, int64_t ms) {
  return Checked(run, "retry_after",
                 [&](const baton_run* real) { return real->retry_after(real, ms); });
}

baton_status BATON_CALL SpiedRun::Fail(const baton_run* run, const char* code, const char* message,
                                       int32_t retryable) {
  return Checked(run, "fail",
                 [&](const baton_run* real) { return real->fail(real, code, message, retryable); });
}

baton_status BATON_CALL SpiedRun::PutOutput(const baton_run* run, const char* key, const char* mime,
                                            const void* bytes, size_t size) {
  return Checked(run, "put_output", [&](const baton_run* real) {
    return real->put_output(real, key, mime, bytes, size);
  });
}

baton_status BATON_CALL SpiedRun::OpenOutput(const baton_run* run, const char* key,
                                             const char* mime) {
  return Checked(run, "open_output",
                 [&](const baton_run* real) { return real->open_output(real, key, mime); });
}

baton_status BATON_CALL SpiedRun::WriteOutput(const baton_run* run, const char* key,
                                              const void* bytes, size_t size) {
  return Checked(run, "write_output",
                 [&](const baton_run* real) { return real->write_output(real, key, bytes, size); });
}

baton_status BATON_CALL SpiedRun::CloseOutput(const baton_run* run, const char* key) {
  return Checked(run, "close_output",
                 [&](const baton_run* real) { return real->close_output(real, key); });
}

baton_status BATON_CALL SpiedRun::AddChild(const baton_run* run, uint32_t parent, const char* name,
                                           double weight, uint32_t* child_out) {
  return Checked(run, "add_child", [&](const baton_run* real) {
    return real->add_child(real, parent, name, weight, child_out);
  });
}

baton_status BATON_CALL SpiedRun::SetChildProgress(const baton_run* run, uint32_t child,
                                                   double done, double total) {
  return Checked(run, "set_child_progress", [&](const baton_run* real) {
    return real->set_child_progress(real, child, done, total);
  });
}

baton_status BATON_CALL SpiedRun::FinishChild(const baton_run* run, uint32_t child,
                                              int32_t outcome) {
  return Checked(run, "finish_child",
                 [&](const baton_run* real) { return real->finish_child(real, child, outcome); });
}

int32_t BATON_CALL SpiedRun::ChildCanceled(const baton_run* run, uint32_t child) {
  SpiedRun* const self = From(run, "child_canceled");
  if (self == nullptr) return 1;
  MutexLock lock(&self->mutex_);
  if (self->real_ == nullptr) {
    Report("USED_TOO_LATE", "run->child_canceled was called after the step had returned");
    return 1;
  }
  return self->real_->child_canceled(self->real_, child);
}

}  // namespace check
}  // namespace baton
