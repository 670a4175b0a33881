// One run of a native job: revive or reset (run_prepare.cc), steps, stop. Lives and is used in one
// task of the job's strand.
#ifndef BATON_CORE_RUN_H_
#define BATON_CORE_RUN_H_

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "inbox.h"
#include "messages.h"
#include "mutex.h"
#include "owned_job.h"
#include "ready_list.h"
#include "step_watch.h"
#include "type_table.h"

namespace baton {

struct Kernel;

class Run {
 public:
  Run(Kernel* kernel, Beginner&& beginner);
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  // Goes on with the run. True: it has ended, by itself or because it was asked to, and the ready
  // list knows. False: `deadline` has passed between two steps, or the job's callbacks are to be
  // made elsewhere from now on (OwnedJob::on_loop); call it again there.
  bool Advance(Clock::time_point deadline);

 private:
  // The functions behind baton_run.
  friend struct RunCalls;

  // Advance until there is a payload to step, and from then on. Results as of Advance.
  bool Begin(Clock::time_point deadline);
  bool Continue(Clock::time_point deadline);

  // The run is over, and nothing of the plugin's was called. True.
  bool EndUnbegun();
  // Before the first callback: whether a far engine knows that the run has begun. It must, since
  // this process may not outlive that callback. False: it closes.
  bool IsHeard(const Instance* instance);

  // What the entry of a job that came by the lane leaves to what it has.
  void CompleteEntry();
  // Each returns false if the run is over before its first step; the outcome says how.
  bool Prepare();
  bool MakePayload();
  bool Revive(const RegisteredType& type);
  bool Adopt(baton_job handle, const RegisteredType& type);
  bool ResetPayload();
  // Asks the getters of what starts over, and saves it at once.
  bool LookAnew();
  // Lets the payload go, which cannot be reset: the next one is made of what was submitted.
  void StartOver();

  // Returns false if `deadline` has passed before the run is over.
  bool StepUntil(Clock::time_point deadline);
  // A step on the loop failed because JavaScript is being ended: the run ends as by the closing
  // that follows.
  bool IsCutShort();
  // After a step that said continue. False: the run is over.
  bool MayContinue();
  // What a step returned, as an outcome. Kinds other than kContinue end the run.
  Outcome OutcomeOf(int32_t result, const std::string& threw) const;

  // Reads the clock and does what is due between steps. False: a getter broke the contract, the run
  // fails.
  bool BetweenSteps();
  // Asks the getters, but for what was pushed during the last step. False as above.
  bool TakeSample(bool with_state);
  bool Fail(const char* code, const std::string& message);
  // The same for a revive that went wrong; but if the host closes, that may be why: the job waits.
  bool FailToRevive(Instance* instance, const std::string& message);
  // What its step has pushed, or what was sampled between two steps, is told, or kept until it may be.
  enum class When { kInStep, kBetweenSteps };
  void PostSample(When when);
  void KeepSample();
  PushedSample* Pushed();
  Checkpoint MakeCheckpoint() const;
  void PutCheckpoint();
  // The time-out of steps; run_timeout.cc. Watches them if they have one.
  void WatchSteps();
  // A step that is watched. If it took too long the run is over (`overdue_`): not CONTINUE.
  int32_t StepInTime(std::string* threw);
  bool WasInTime(int32_t result);
  // Ends that. True: the run has ended long ago, as one whose step was left alone.
  bool UnwatchSteps();
  bool IsLeftAlone() const { return watch_ != nullptr && watch_->IsLeftAlone(); }
  baton_status CheckpointNow(const void* bytes, size_t size);
  int64_t RuntimeMs() const;
  // The same with what the step that runs has taken so far. REQUIRES: one runs.
  int64_t RuntimeInStepMs() const;
  // Outputs of the step that runs; output_calls.cc.
  baton_status CallOutput(OutputCall call, const std::string& key, std::string mime, Bytes bytes);
  baton_status OpenOutput(const char* key, const char* mime);
  baton_status WriteOutput(const std::string& key, const void* bytes, size_t size);
  baton_status CloseOutput(const std::string& key);
  void DropOutput(const std::string& key);
  void DropOutputs();

  // Parts of its progress; child_calls.cc.
  baton_status AddChild(uint32_t parent, const char* name, double weight, uint32_t* child);
  baton_status ReportChild(uint32_t child, double done, double total);
  baton_status FinishChild(uint32_t child, int32_t outcome);
  void PostTree();
  bool HasParts() const {
    const ChildTree* const children = payload_->children();
    return children != nullptr && !children->empty();
  }
  // Makes the progress of its parts the job's. False: it has none.
  bool WeighTree();
  // Puts the tree into a sample, if it has changed since.
  void CopyTree(Sample* sample);

  void Finish();

  // Constant after construction.
  Kernel* const kernel_;
  const std::shared_ptr<OwnedJob> job_;
  const std::shared_ptr<RunControl> control_;

  // The rest belongs to the thread that executes.
  Entry entry_;
  baton_run c_run_;
  std::shared_ptr<Payload> payload_;
  std::optional<RegisteredType> type_;  // whom to ask for a payload
  bool renewed_ = false;                // the payload that could not be reset is gone
  bool heard_ = false;                  // see IsHeard
  bool stepping_ = false;
  std::shared_ptr<StepWatch> watch_;  // null: steps may take as long as they like
  bool overdue_ = false;  // its last step took too long: the outcome says so, unless it was
  bool left_alone_ = false;
  Outcome outcome_;
  int32_t requested_ = 0;
  Sample sample_;
  bool content_changed_ = false;
  Clock::duration runtime_{};
  Clock::time_point stepping_since_;
  Clock::time_point sampled_at_;
  Clock::time_point checkpointed_at_;

  // What the step that runs has pushed.
  bool pushed_progress_ = false;
  bool pushed_content_ = false;
  bool pushed_state_ = false;
  bool pushed_failure_ = false;
  JobError failure_;
  bool failure_retryable_ = false;
  std::optional<int64_t> retry_after_ms_;
  std::set<std::string> open_outputs_;  // by key
};

}  // namespace baton

#endif  // BATON_CORE_RUN_H_
