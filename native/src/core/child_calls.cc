// Parts of the progress of jobs: the calls of baton_run, and how their tree gets to the engine. As with
// all progress, a report costs no message: one goes out a tick.
#include "boundary.h"
#include "child_tree.h"
#include "kernel.h"
#include "run.h"
#include "run_calls.h"

namespace baton {
namespace {

Run* RunOf(const baton_run* run) {
  return run == nullptr ? nullptr : static_cast<Run*>(run->internal);
}

}  // namespace

baton_status Run::AddChild(uint32_t parent, const char* name, double weight, uint32_t* child) {
  if (IsLeftAlone()) return BATON_ERROR_WRONG_STATE;
  const baton_status status = payload_->EnsureChildren()->Add(parent, name, weight, NowMs(), child);
  if (status != BATON_OK) return status;
  // The tree stays with the job, so the engine must know the job.
  kernel_->ready.Tell(*control_);
  PostTree();
  return BATON_OK;
}

baton_status Run::ReportChild(uint32_t child, double done, double total) {
  if (IsLeftAlone()) return BATON_ERROR_WRONG_STATE;
  ChildTree* const children = payload_->children();
  if (children == nullptr) return BATON_ERROR_NOT_FOUND;
  const baton_status status = children->Report(child, done, total);
  if (status == BATON_OK) PostTree();
  return status;
}

baton_status Run::FinishChild(uint32_t child, int32_t outcome) {
  if (IsLeftAlone()) return BATON_ERROR_WRONG_STATE;
  ChildTree* const children = payload_->children();
  if (children == nullptr) return BATON_ERROR_NOT_FOUND;
  const baton_status status = children->Finish(child, outcome, NowMs());
  if (status == BATON_OK) PostTree();
  return status;
}

// Weighing all of them costs more than a report: only when a message goes out.
void Run::PostTree() {
  if ((control_->Read() & RunControl::kTickPush) == 0) return KeepSample();
  WeighTree();
  PostSample(When::kInStep);
}

bool Run::WeighTree() {
  ChildTree* const children = payload_ == nullptr ? nullptr : payload_->children();
  if (children == nullptr || children->empty()) return false;
  sample_.progress = children->Fraction();
  return true;
}

void Run::CopyTree(Sample* sample) {
  ChildTree* const children = payload_ == nullptr ? nullptr : payload_->children();
  if (children != nullptr && children->TakeChanged())
    sample->tree = std::make_shared<const TreeCopy>(children->Copy());
}

baton_status BATON_CALL RunCalls::AddChild(const baton_run* run, uint32_t parent, const char* name,
                                           double weight, uint32_t* child_out) noexcept {
  Run* self = RunOf(run);
  if (self == nullptr || name == nullptr || child_out == nullptr)
    return BATON_ERROR_INVALID_ARGUMENT;
  return Bounded([&] { return self->AddChild(parent, name, weight, child_out); });
}

baton_status BATON_CALL RunCalls::SetChildProgress(const baton_run* run, uint32_t child,
                                                   double done, double total) noexcept {
  Run* self = RunOf(run);
  if (self == nullptr) return BATON_ERROR_INVALID_ARGUMENT;
  return Bounded([&] { return self->ReportChild(child, done, total); });
}

baton_status BATON_CALL RunCalls::FinishChild(const baton_run* run, uint32_t child,
                                              int32_t outcome) noexcept {
  Run* self = RunOf(run);
  if (self == nullptr) return BATON_ERROR_INVALID_ARGUMENT;
  return Bounded([&] { return self->FinishChild(child, outcome); });
}

int32_t BATON_CALL RunCalls::ChildCanceled(const baton_run* run, uint32_t child) noexcept {
  if (run == nullptr) return 0;
  const Run* self = RunOf(run);
  if ((self->control_->Read() & RunControl::kCancel) != 0) return 1;
  const ChildTree* const children = self->payload_->children();
  return children != nullptr && children->IsCanceled(child) ? 1 : 0;
}

}  // namespace baton
