#include "pushed_sample.h"

#include <chrono>

#include "child_tree.h"
#include "owned_job.h"
#include "payload.h"

namespace baton {

void PushedSample::Tell(Sample sample, int64_t runtime_ms) {
  KeepProgress(sample.progress);
  MutexLock lock(&mutex_);
  if (!sample.content.has_value()) sample.content = std::move(content_);
  content_.reset();
  inbox_->PushQuietly({job_->id, std::move(sample), runtime_ms}, &seat_);
}

void PushedSample::KeepContent(const std::string& content) {
  MutexLock lock(&mutex_);
  content_ = content;
}

void PushedSample::KeepTime(StepTime time, std::shared_ptr<Payload> payload) {
  MutexLock lock(&mutex_);
  time_ = time;
  payload_.swap(payload);
}

void PushedSample::TellKept() {
  MutexLock lock(&mutex_);
  Sampled sampled{job_->id, {}, 0};
  Sample& sample = sampled.sample;
  sample.progress = progress_.load(std::memory_order_relaxed);
  sample.content = content_;
  ChildTree* const parts = payload_->children();
  if (parts != nullptr && !parts->empty()) {
    sample.progress = parts->Fraction();
    job_->SetProgress(sample.progress);
    if (parts->TakeChanged()) sample.tree = std::make_shared<const TreeCopy>(parts->Copy());
  }
  const Clock::duration spent = time_.before + (Clock::now() - time_.since);
  sampled.runtime_ms = std::chrono::duration_cast<std::chrono::milliseconds>(spent).count();
  inbox_->PushQuietly(std::move(sampled), &seat_);
  content_.reset();
}

}  // namespace baton
