#include "spied_job.h"

#include <cmath>

#include "checker.h"
#include "findings.h"
#include "json.h"
#include "round_trip.h"
#include "spied_sink.h"

namespace baton {
namespace check {

// One callback of a job, from its call to its return: the host must not make two at a time, nor any
// after finalize.
class InCallback {
 public:
  InCallback(SpiedJob* job, const char* callback) : job_(job) {
    if (job->inside_.exchange(true)) {
      Report("HOST_DEFECT", job->Name(callback) + " was called during another callback of the job");
    }
    if (job->finalized_.load()) {
      Report("HOST_DEFECT", job->Name(callback) + " was called after finalize");
    }
  }
  ~InCallback() { job_->inside_.store(false); }
  InCallback(const InCallback&) = delete;
  InCallback& operator=(const InCallback&) = delete;

 private:
  SpiedJob* const job_;
};

namespace {

SpiedJob* From(void* self) { return static_cast<SpiedJob*>(self); }

// A getter that is not there has nothing to say.
constexpr baton_status kNothing = BATON_ERROR_UNSUPPORTED;

}  // namespace

SpiedJob::SpiedJob(CheckedHost* host, const baton_job_desc& desc)
    : host_(host), desc_(desc), type_(desc.type) {}

baton_job_desc SpiedJob::Describe() {
  baton_job_desc spy = desc_;
  spy.payload = this;
  spy.step = StepCalled;
  // Also where the plugin has none: the host may not notice, and the grammar is watched here.
  spy.stop = StopCalled;
  spy.finalize = FinalizeCalled;
  if (desc_.reset != nullptr) spy.reset = ResetCalled;
  if (desc_.get_progress != nullptr) spy.get_progress = ProgressCalled;
  if (desc_.get_content != nullptr) spy.get_content = ContentCalled;
  if (desc_.get_serialized != nullptr) spy.get_serialized = SerializedCalled;
  return spy;
}

std::string SpiedJob::Name(const char* callback) const {
  return std::string(callback) + " of \"" + type_ + "\"";
}

// --- what becomes of it

void SpiedJob::BeginSubmit() {
  Owner expected = Owner::kPlugin;
  owner_.compare_exchange_strong(expected, Owner::kBeingSubmitted);
}

void SpiedJob::EndSubmit(const char* call, baton_status status) {
  Owner expected = Owner::kBeingSubmitted;
  if (status == BATON_OK) {
    owner_.compare_exchange_strong(expected, Owner::kHost);
    Checker::Process().Count(&Counts::submitted);
    if (saved_.load()) Checker::Process().Count(&Counts::saved);
    if (saved_.load() && Checker::Process().FindType(host_, type_) == nullptr) {
      Report("TYPE_NOT_REGISTERED", "a job of the type \"" + type_ + "\" was saved by " + call +
                                        ", but nobody registered how to revive it");
    }
    return;
  }
  owner_.compare_exchange_strong(expected, Owner::kPlugin);
  refused_.store(status);
}

void SpiedJob::BeginFree() {
  Owner expected = Owner::kPlugin;
  owner_.compare_exchange_strong(expected, Owner::kBeingFreed);
}

void SpiedJob::EndFree(baton_status status) {
  Owner expected = Owner::kBeingFreed;
  owner_.compare_exchange_strong(expected, status == BATON_OK ? Owner::kNobody : Owner::kPlugin);
}

void SpiedJob::Revived() {
  owner_.store(Owner::kHost);
  saved_.store(true);
}

void SpiedJob::ReportForgotten() {
  const baton_status refused = refused_.load();
  if (refused == BATON_OK) {
    Report("UNSUBMITTED_JOB",
           "a job of the type \"" + type_ + "\" was created and neither submitted nor freed");
  } else {
    Report("LEAKED_JOB", "a job of the type \"" + type_ + "\" was refused with " +
                             StatusName(refused) + " and neither submitted again nor freed");
  }
}

void SpiedJob::ReportIfAlive() {
  if (finalized_.load() || inside_.load()) return;  // the latter is a callback that did not return
  Report("HOST_DEFECT", "a job of the type \"" + type_ + "\" was never finalized");
}

// --- callbacks

int32_t BATON_CALL SpiedJob::StepCalled(void* payload, const baton_run* run) {
  SpiedJob* const self = From(payload);
  const InCallback inside(self, "step");
  self->stepped_ = true;
  self->run_.Begin(self->type_, run);
  struct AtEnd {  // also if step throws
    SpiedRun* run;
    ~AtEnd() { run->End(); }
  } const at_end{&self->run_};
  const int32_t result = Call(self->Name("step"), [&] {
    return self->desc_.step(self->desc_.payload, self->run_.c_run());
  });
  if (result < BATON_STEP_SUCCESS || result > BATON_STEP_RETRY) {
    Report("BAD_STEP_RESULT", self->Name("step") + " returned " + std::to_string(result));
  }
  return result;
}

void BATON_CALL SpiedJob::StopCalled(void* payload, int32_t reason) {
  SpiedJob* const self = From(payload);
  const InCallback inside(self, "stop");
  self->stepped_ = false;
  if (self->desc_.stop == nullptr) return;
  Call(self->Name("stop"), [&] { self->desc_.stop(self->desc_.payload, reason); });
}

baton_status BATON_CALL SpiedJob::ResetCalled(void* payload) {
  SpiedJob* const self = From(payload);
  const InCallback inside(self, "reset");
  if (self->stepped_) Report("HOST_DEFECT", self->Name("reset") + " was called before stop");
  const baton_status status =
      Call(self->Name("reset"), [&] { return self->desc_.reset(self->desc_.payload); });
  if (status != BATON_OK) {
    Report("RESET_FAILED", self->Name("reset") + " answered " + StatusName(status));
  }
  return status;
}

double BATON_CALL SpiedJob::ProgressCalled(void* payload) {
  SpiedJob* const self = From(payload);
  const InCallback inside(self, "get_progress");
  const double progress = Call(self->Name("get_progress"),
                               [&] { return self->desc_.get_progress(self->desc_.payload); });
  if (!(progress >= 0 && progress <= 1)) {
    Report("BAD_PROGRESS", self->Name("get_progress") + " answered " + std::to_string(progress));
  }
  return progress;
}

baton_status BATON_CALL SpiedJob::ContentCalled(void* payload, const baton_sink* sink) {
  SpiedJob* const self = From(payload);
  const InCallback inside(self, "get_content");
  std::string content;
  const baton_status status =
      self->AskGetter("get_content", self->desc_.get_content, sink, &content);
  self->CheckContent(status, content);
  return status;
}

baton_status BATON_CALL SpiedJob::SerializedCalled(void* payload, const baton_sink* sink) {
  SpiedJob* const self = From(payload);
  const InCallback inside(self, "get_serialized");
  std::string state;
  const baton_status status =
      self->AskGetter("get_serialized", self->desc_.get_serialized, sink, &state);
  self->CheckState(status, state);
  if (status != BATON_OK) return status;
  if (self->owner() == Owner::kBeingSubmitted) self->saved_.store(true);
  Checker& checker = Checker::Process();
  if (checker.getters() && !self->probed_) {
    self->probed_ = true;
    self->ProbeGetter("get_serialized", self->desc_.get_serialized);
    self->ProbeGetter("get_content", self->desc_.get_content);
  }
  constexpr int kMostRoundTrips = 8;
  if (checker.round_trip() && !self->copy_.load() && self->round_trips_++ < kMostRoundTrips) {
    TryRoundTrip(self);
  }
  return status;
}

void BATON_CALL SpiedJob::FinalizeCalled(void* payload) {
  SpiedJob* const self = From(payload);
  const InCallback inside(self, "finalize");
  // Called twice it would be the plugin that crashes, through no fault of its own.
  if (self->finalized_.exchange(true)) return;
  if (self->stepped_) Report("HOST_DEFECT", self->Name("finalize") + " was called before stop");
  if (self->owner_.exchange(Owner::kNobody) == Owner::kPlugin) self->ReportForgotten();
  Checker::Process().Count(&Counts::finalized);
  if (self->desc_.finalize == nullptr) return;
  Call(self->Name("finalize"), [&] { self->desc_.finalize(self->desc_.payload); });
}

// --- getters

baton_status SpiedJob::AskGetter(const char* name, Getter getter, const baton_sink* real,
                                 std::string* bytes) {
  if (getter == nullptr) return kNothing;
  SpiedSink* const sink = SpiedSink::New(Name(name), real, false);
  const baton_status status =
      Call(Name(name), [&] { return getter(desc_.payload, sink->c_sink()); });
  *bytes = sink->bytes();
  sink->End(status);
  return status;
}

void SpiedJob::ProbeGetter(const char* name, Getter getter) {
  if (getter == nullptr) return;
  SpiedSink* const sink = SpiedSink::New(Name(name), nullptr, true);
  sink->End(Call(Name(name), [&] { return getter(desc_.payload, sink->c_sink()); }));
}

void SpiedJob::CheckContent(baton_status status, const std::string& content) {
  if (status == kNothing) return;
  if (status != BATON_OK) {
    Report("BAD_CONTENT", Name("get_content") + " answered " + StatusName(status));
  } else if (!IsJsonObject(content)) {
    Report("BAD_CONTENT", Name("get_content") +
                              " wrote what is not one JSON object in UTF-8: " + Excerpt(content));
  }
}

void SpiedJob::CheckState(baton_status status, const std::string&) {
  if (status == BATON_OK || status == kNothing) return;
  Report("BAD_STATE", Name("get_serialized") + " answered " + StatusName(status));
}

Portrait SpiedJob::Ask() {
  Portrait portrait;
  portrait.content_status = AskGetter("get_content", desc_.get_content, nullptr, &portrait.content);
  portrait.state_status =
      AskGetter("get_serialized", desc_.get_serialized, nullptr, &portrait.state);
  if (desc_.get_progress != nullptr) {
    portrait.progress =
        Call(Name("get_progress"), [&] { return desc_.get_progress(desc_.payload); });
  }
  return portrait;
}

}  // namespace check
}  // namespace baton
