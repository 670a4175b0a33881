#include "submit.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "callbacks.h"
#include "handle_table.h"
#include "recycling.h"
#include "struct_size.h"
#include "submission.h"
#include "submit_wishes.h"
#include "text.h"

namespace baton {
namespace {

// Errors: UNSUPPORTED (a flag), WRONG_THREAD, INVALID_ARGUMENT (not what is to be revived).
baton_status CheckFlags(const Kernel& kernel, const Instance& instance, uint32_t flags) {
  if ((flags & ~uint32_t{BATON_JOB_ON_LOOP}) != 0) return BATON_ERROR_UNSUPPORTED;
  if (FlagsToRevive(&instance).value_or(flags) != flags) return BATON_ERROR_INVALID_ARGUMENT;
  if (flags == 0) return BATON_OK;
  if (!kernel.ServesLoopOf(&instance)) return BATON_ERROR_UNSUPPORTED;
  return instance.OnLoopThread() ? BATON_OK : BATON_ERROR_WRONG_THREAD;
}

// Errors: those of CopyName.
baton_status FindKind(Instance* instance, const char* type, std::shared_ptr<const JobKind>* kind) {
  // What this thread was asked for last, if it lives for ever: mostly it is the same again.
  thread_local const Instance* last_instance = nullptr;
  thread_local const JobKind* last = nullptr;
  if (type != nullptr && instance == last_instance &&
      std::strncmp(type, last->type.c_str(), last->type.size() + 1) == 0) {
    *kind = Uncounted(last);
    return BATON_OK;
  }
  std::string name;
  const baton_status status = CopyName(type, BATON_TYPE_SIZE - 1, &name);
  if (status != BATON_OK) return status;
  *kind = instance->KindOf(name);
  if (kind->use_count() > 0) return BATON_OK;
  last_instance = instance;
  last = kind->get();
  return BATON_OK;
}

// One request, so that the store writes all or none.
baton_status SubmitDurably(Kernel* kernel, bool may_wait, Submissions* submissions) {
  const bool far = kernel->options.far_engine;
  auto request = std::make_shared<StoreRequest>();
  StoreRequest* raw = request.get();
  request->kind = StoreKind::kSubmit;
  for (Submission& submission : *submissions) {
    if (!far) submission.Prepare();
    request->rows.push_back(submission.Row());
  }
  request->instance = submissions->front().instance();
  request->awaited = true;
  request->may_wait = may_wait;
  request->on_answer = [kernel, submissions, raw, far](baton_status status) {
    if (status != BATON_OK) return;
    if (far) {
      TakeNamed(kernel, submissions, raw->given_ids);
    } else {
      kernel->ready.Begin(TakeAll(kernel, submissions, raw->rows.front().sequence));
    }
    CloseIfLate(kernel, submissions);
  };
  const baton_status status = kernel->store.Put(request);
  if (status != BATON_OK) return status;
  return kernel->store.Await(request, kernel->options.submit_timeout_ms);
}

// Takes all or none. REQUIRES: each is begun and described; at least one.
baton_status HandOver(Kernel* kernel, const baton_submit_options& options,
                      Submissions* submissions) {
  Instance* instance = submissions->front().instance();
  const int64_t patience =
      MayWait(*kernel, *instance, options) ? kernel->options.submit_timeout_ms : 0;
  const auto count = static_cast<int64_t>(submissions->size());
  baton_status status = kernel->room.Take(instance, count, patience);
  if (status != BATON_OK) return status;
  TakenRoom room(&kernel->room, count);
  const bool any_serializable =
      std::any_of(submissions->begin(), submissions->end(),
                  [](const Submission& submission) { return submission.serializable(); });
  if (kernel->IsClosing(instance)) {
    status = BATON_ERROR_CLOSING;
  } else if (kernel->options.far_engine || (kernel->options.durable && any_serializable)) {
    status = SubmitDurably(kernel, patience > 0, submissions);
  } else {
    TakeInPlace(kernel, submissions);
  }
  if (status == BATON_OK) room.Keep();
  return status;
}

// Ends what was begun, whichever way the submit went.
class Begun {
 public:
  ~Begun() {
    for (Submission& submission : submissions_) submission.Abort();
  }
  Submissions* get() { return &submissions_; }
  void Commit() {
    for (Submission& submission : submissions_) submission.Commit();
    submissions_.clear();
  }

 private:
  Submissions submissions_;
};

// One status for each; returns the first that is not OK. REQUIRES: all are begun.
baton_status DescribeAll(const baton_submit_options& options, Begun* begun,
                         baton_status* statuses) {
  baton_status first = BATON_OK;
  const std::shared_ptr<const Wishes> wishes = WishesOf(options);
  for (size_t i = 0; i < begun->get()->size(); i++) {
    baton_status* status = &statuses[i];
    *status = (*begun->get())[i].Describe(options, wishes);
    if (first == BATON_OK) first = *status;
  }
  return first;
}

}  // namespace

baton_status CreateJob(Kernel* kernel, Instance* instance, const baton_job_desc* desc,
                       baton_job* job_out) {
  if (job_out == nullptr) return BATON_ERROR_INVALID_ARGUMENT;
  baton_job_desc copy;
  baton_status status = CopyIn(desc, &copy);
  if (status != BATON_OK) return status;
  if (copy.step == nullptr) return BATON_ERROR_INVALID_ARGUMENT;
  status = CheckFlags(*kernel, *instance, copy.flags);
  if (status != BATON_OK) return status;
  std::shared_ptr<const JobKind> kind;
  status = FindKind(instance, copy.type, &kind);
  if (status != BATON_OK) return status;
  if (kernel->IsClosing(instance)) return BATON_ERROR_CLOSING;
  const auto payload = MakeRecycled<Payload>(instance, copy, std::move(kind));
  baton_job job = {0};
  try {
    job = HandleTable::Process().Insert(payload);
  } catch (...) {
    payload->Forget();
    throw;
  }
  // The closing may have looked for handles before this one was there. If it did find it, it has
  // finalized it.
  std::shared_ptr<Payload> mine;
  if (kernel->IsClosing(instance) &&
      HandleTable::Process().Free(job, instance, &mine) == BATON_OK) {
    payload->Forget();
    return BATON_ERROR_CLOSING;
  }
  *job_out = job;
  return BATON_OK;
}

baton_status SubmitJobs(Kernel* kernel, Instance* instance, const baton_job* jobs, size_t count,
                        const baton_submit_options* options, char (*ids_out)[BATON_ID_SIZE],
                        baton_status* statuses) {
  baton_submit_options copy;
  baton_status status = ReadSubmitOptions(options, &copy);
  if (status != BATON_OK) return status;
  Begun begun;
  status = Submission::BeginAll(instance, jobs, count, begun.get(), statuses);
  if (status == BATON_OK) status = DescribeAll(copy, &begun, statuses);
  if (status == BATON_OK) status = HandOver(kernel, copy, begun.get());
  if (status != BATON_OK) return status;
  for (size_t i = 0; i < count; i++) (*begun.get())[i].id().CopyTo(ids_out[i]);
  begun.Commit();
  return BATON_OK;
}

baton_status SubmitJob(Kernel* kernel, Instance* instance, baton_job job,
                       const baton_submit_options* options, char* id_out) {
  if (id_out == nullptr) return BATON_ERROR_INVALID_ARGUMENT;
  baton_status status = BATON_OK;
  return SubmitJobs(kernel, instance, &job, 1, options,
                    reinterpret_cast<char(*)[BATON_ID_SIZE]>(id_out), &status);
}

baton_status FreeJob(Instance* instance, baton_job job) {
  std::shared_ptr<Payload> payload;
  const baton_status status = HandleTable::Process().Free(job, instance, &payload);
  if (status == BATON_OK) payload->Finalize();
  return status;
}

}  // namespace baton
