#include "submission.h"

#include <functional>
#include <utility>

#include "callbacks.h"
#include "handle_table.h"
#include "ids.h"
#include "recycling.h"
#include "struct_size.h"
#include "submit_wishes.h"

namespace baton {
namespace {

// The ranges of src/core/retry-policy.ts: a row outside of them could not be read back. 0 in any
// field is the engine's default, which fits whatever the others are.
bool IsRetryPolicy(const baton_submit_options& options) {
  const auto within = [](auto value, auto least, auto most) {
    return value >= least && value <= most;  // false for not a number
  };
  const int64_t first_ms = options.backoff_first_ms, cap_ms = options.backoff_cap_ms;
  return within(options.max_attempts, 0, 1000000) && within(first_ms, 0, kLongestDelayMs) &&
         within(cap_ms, 0, kLongestDelayMs) && (cap_ms == 0 || first_ms <= cap_ms) &&
         (options.backoff_factor == 0 || within(options.backoff_factor, 1, 1000)) &&
         within(options.backoff_jitter, 0, 1);
}

constexpr uint32_t kSubmitFlags = BATON_SUBMIT_NO_WAIT | BATON_SUBMIT_AWAITED;

}  // namespace

baton_status ReadSubmitOptions(const baton_submit_options* given, baton_submit_options* options) {
  *options = baton_submit_options();
  if (given == nullptr) return BATON_OK;
  const baton_status status = CopyIn(given, options);
  if (status != BATON_OK) return status;
  if ((options->flags & ~kSubmitFlags) != 0) return BATON_ERROR_UNSUPPORTED;
  return IsRetryPolicy(*options) ? CheckWishes(*options) : BATON_ERROR_INVALID_ARGUMENT;
}

bool MayWait(const Kernel& kernel, const Instance& instance, const baton_submit_options& options) {
  if ((options.flags & BATON_SUBMIT_NO_WAIT) != 0) return false;
  return !InCallback() && !instance.OnLoopThread() && !kernel.OnEngineThread();
}

baton_status Submission::Begin(Instance* instance, baton_job job) {
  return HandleTable::Process().BeginSubmit(job, instance, &payload_);
}

baton_status Submission::BeginAll(Instance* instance, const baton_job* jobs, size_t count,
                                  Submissions* begun, baton_status* statuses) {
  baton_status first = BATON_OK;
  begun->reserve(begun->size() + count);
  const auto use = [&](size_t at, baton_status status, std::shared_ptr<Payload> payload) {
    statuses[at] = status;
    if (status == BATON_OK) begun->emplace_back().payload_ = std::move(payload);
    if (first == BATON_OK) first = status;
  };
  HandleTable::Process().BeginSubmits(jobs, count, instance, use);
  return first;
}

baton_status Submission::Describe(const baton_submit_options& options,
                                  std::shared_ptr<const Wishes> wishes) {
  new_ = MakeRecycled<NewJob>();
  new_->id = NewId();
  new_->has_reset = payload_->has_reset();
  new_->awaited = (options.flags & BATON_SUBMIT_AWAITED) != 0;
  new_->priority = options.priority;
  new_->kind = payload_->kind();
  new_->wishes = std::move(wishes);
  new_->created_at_ms = NowMs();
  new_->progress = payload_->GetProgress(0);
  Said said;
  baton_status status = payload_->GetContent(&said.content);
  if (status == BATON_OK) status = payload_->GetSerialized(&said.state);
  if (said.content.has_value() || said.state.has_value())
    new_->said = std::make_unique<const Said>(std::move(said));
  return status;
}

void Submission::Prepare() { Own(MakeRecycled<OwnedJob>(new_, payload_)); }

void Submission::Own(std::shared_ptr<OwnedJob> job) {
  owned_ = std::move(job);
  owned_->serializable = serializable();
  owned_->on_loop = on_loop();
}

void Submission::Name(Kernel* kernel, const std::string& id) {
  new_->id = JobId(id);
  Own(kernel->jobs.FindOrAdd(id));
  owned_->SetSubmitted(new_, payload_);
}

Offered Submission::Take(Kernel* kernel, int64_t sequence, bool by_lane) {
  new_->sequence = sequence;
  // The engine keeps the time of what starts later, and the end of what somebody will ask for.
  const bool at_once = new_->wishes->start_after_ms == 0;
  const bool may = by_lane && !on_loop() && at_once && !new_->awaited;
  if (!may) kernel->jobs.Add(owned_);
  return {new_, may ? owned_ : nullptr};
}

void Submission::CloseIfLate(Kernel* kernel) {
  if (!kernel->IsClosing(payload_->instance())) return;
  kernel->CloseJob(owned_, nullptr);
  kernel->ready.Raise(RunControl::kClosing, owned_->id);
}

void Submission::Commit() { HandleTable::Process().CommitSubmit(payload_.get()); }

void Submission::Abort() {
  HandleTable::Process().AbortSubmit(payload_.get());
#ifdef BATON_SEED_SUBMIT_TAKES
  payload_->Finalize();
#endif
}

ReadyList::Runs TakeAll(Kernel* kernel, Submissions* submissions, int64_t sequence) noexcept {
  const bool by_lane = !kernel->options.durable;
  ReadyList::Offers jobs;
  jobs.reserve(submissions->size());
  for (Submission& submission : *submissions)
    jobs.push_back(submission.Take(kernel, sequence++, by_lane));
  return kernel->ready.Offer(std::move(jobs));
}

void TakeNamed(Kernel* kernel, Submissions* submissions,
               const std::vector<std::string>& ids) noexcept {
  for (size_t i = 0; i < submissions->size(); i++) {
    Submission& submission = (*submissions)[i];
    submission.Name(kernel, ids.at(i));
    // The far engine knows of it, and gives it its place.
    submission.Take(kernel, 0, false);
  }
}

void CloseIfLate(Kernel* kernel, Submissions* submissions) noexcept {
  for (Submission& submission : *submissions) submission.CloseIfLate(kernel);
}

void TakeInPlace(Kernel* kernel, Submissions* submissions) {
  std::shared_ptr<StoreRequest> record;
  if (kernel->options.durable) {
    record = std::make_shared<StoreRequest>();
    record->kind = StoreKind::kRecord;
  }
  for (Submission& submission : *submissions) {
    submission.Prepare();
    if (record != nullptr) record->rows.push_back(submission.Row());
  }
  ReadyList::Runs runs;
  const auto take = [&](int64_t first) { runs = TakeAll(kernel, submissions, first); };
  kernel->store.PutInPlace(submissions->size(), std::ref(take), record);
  kernel->ready.Begin(std::move(runs));
  CloseIfLate(kernel, submissions);
}

}  // namespace baton
