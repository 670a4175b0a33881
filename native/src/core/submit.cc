#include "submit.h"

#include <cstring>
#include <utility>

#include "callbacks.h"
#include "handle_table.h"
#include "ids.h"
#include "struct_size.h"
#include "text.h"

namespace baton {
namespace {

// The ranges of src/core/retry-policy.ts: a row outside of them could not be read back. 0 in any
// field is the engine's default, which fits whatever the others are.
bool IsRetryPolicy(const baton_submit_options& options) {
  constexpr int64_t kLongestDelayMs = 3155760000000;  // a hundred years
  const auto within = [](auto value, auto least, auto most) {
    return value >= least && value <= most;  // false for not a number
  };
  const int64_t first_ms = options.backoff_first_ms, cap_ms = options.backoff_cap_ms;
  return within(options.max_attempts, 0, 1000000) && within(first_ms, 0, kLongestDelayMs) &&
         within(cap_ms, 0, kLongestDelayMs) && (cap_ms == 0 || first_ms <= cap_ms) &&
         (options.backoff_factor == 0 || within(options.backoff_factor, 1, 1000)) &&
         within(options.backoff_jitter, 0, 1);
}

baton_status ReadOptions(const baton_submit_options* given, baton_submit_options* options) {
  *options = baton_submit_options();
  if (given == nullptr) return BATON_OK;
  const baton_status status = CopyIn(given, options);
  if (status != BATON_OK) return status;
  if ((options->flags & ~uint32_t{BATON_SUBMIT_NO_WAIT}) != 0) return BATON_ERROR_UNSUPPORTED;
  if (options->key != nullptr || options->start_after_ms != 0 || options->step_timeout_ms != 0 ||
      options->user_data != nullptr) {
    return BATON_ERROR_UNSUPPORTED;
  }
  return IsRetryPolicy(*options) ? BATON_OK : BATON_ERROR_INVALID_ARGUMENT;
}

// Asks the getters, on the caller's thread, before anything is taken.
baton_status Describe(Payload* payload, StoredRow* row) {
  row->progress = payload->GetProgress(0);
  const baton_status status = payload->GetContent(&row->content);
  if (status != BATON_OK) return status;
  return payload->GetSerialized(&row->submitted_state);
}

StoredRow MakeRow(const Payload& payload, const baton_submit_options& options) {
  StoredRow row;
  row.id = NewId();
  row.type = payload.type();
  row.plugin = payload.instance()->plugin();
  row.priority = options.priority;
  row.created_at_ms = row.changed_at_ms = NowMs();
  row.max_attempts = options.max_attempts;
  row.backoff = {options.backoff_first_ms, options.backoff_factor, options.backoff_cap_ms,
                 options.backoff_jitter};
  row.has_reset = payload.has_reset();
  return row;
}

JobInfo InfoOf(const StoredRow& row) {
  JobInfo info;
  info.id = row.id;
  info.type = row.type;
  info.priority = row.priority;
  info.max_attempts = row.max_attempts > 0 ? row.max_attempts : 1;
  info.progress = row.progress;
  info.created_at_ms = row.created_at_ms;
  info.changed_at_ms = row.changed_at_ms;
  return info;
}

// The transfer point: from here on the host owns the payload. It must not fail halfway: better no
// process than two owners.
void Take(Kernel* kernel, const std::shared_ptr<OwnedJob>& owned,
          const std::shared_ptr<Payload>& payload, StoredRow row) noexcept {
  owned->SetInfo(InfoOf(row));
  owned->set_payload(payload);
  kernel->inbox.Push(Submitted{std::move(row)});
  // The closing may have looked for jobs before this one was there. It waits for handles that are
  // being submitted, so this comes before the handle says that it is not.
  if (kernel->IsClosing(payload->instance())) kernel->CloseJob(owned, nullptr);
  HandleTable::Process().CommitSubmit(payload->handle());
}

baton_status SubmitDurably(Kernel* kernel, const std::shared_ptr<Payload>& payload, StoredRow row) {
  const std::shared_ptr<OwnedJob> owned = kernel->jobs.FindOrAdd(row.id);
  owned->serializable = true;
  auto request = std::make_shared<StoreRequest>();
  StoreRequest* raw = request.get();
  request->kind = StoreKind::kSubmit;
  request->row = std::move(row);
  request->instance = payload->instance();
  request->awaited = true;
  request->on_answer = [kernel, owned, payload, raw](baton_status status) {
    if (status == BATON_OK) Take(kernel, owned, payload, raw->row);
  };
  baton_status status = kernel->store.Put(request);
  if (status == BATON_OK) status = kernel->store.Await(request, kernel->options.submit_timeout_ms);
  if (status != BATON_OK) kernel->jobs.Remove(owned->id);
  return status;
}

baton_status SubmitInPlace(Kernel* kernel, const std::shared_ptr<Payload>& payload, StoredRow row) {
  const std::shared_ptr<OwnedJob> owned = kernel->jobs.FindOrAdd(row.id);
  owned->serializable = row.submitted_state.has_value();
  std::shared_ptr<StoreRequest> record;
  if (kernel->options.durable) {
    record = std::make_shared<StoreRequest>();
    record->kind = StoreKind::kRecord;
    record->row = row;
  }
  kernel->store.PutInPlace(
      [&](int64_t sequence) {
        row.sequence = sequence;
        Take(kernel, owned, payload, std::move(row));
      },
      record);
  return BATON_OK;
}

bool MayWait(const Kernel& kernel, const Instance& instance, const baton_submit_options& options) {
  if ((options.flags & BATON_SUBMIT_NO_WAIT) != 0) return false;
  return !InCallback() && !instance.OnLoopThread() && !kernel.OnEngineThread();
}

// REQUIRES: the handle is being submitted by this thread.
baton_status SubmitBegun(Kernel* kernel, const std::shared_ptr<Payload>& payload,
                         const baton_submit_options& options, std::string* id) {
  Instance* instance = payload->instance();
  StoredRow row = MakeRow(*payload, options);
  row.current_state = std::nullopt;
  baton_status status = Describe(payload.get(), &row);
  if (status != BATON_OK) return status;
  row.current_state = row.submitted_state;
  *id = row.id;
  const int64_t patience =
      MayWait(*kernel, *instance, options) ? kernel->options.submit_timeout_ms : 0;
  status = kernel->room.Take(instance, patience);
  if (status != BATON_OK) return status;
  const bool durable = kernel->options.durable && row.submitted_state.has_value();
  status = kernel->IsClosing(instance) ? BATON_ERROR_CLOSING
           : durable                   ? SubmitDurably(kernel, payload, std::move(row))
                                       : SubmitInPlace(kernel, payload, std::move(row));
  if (status != BATON_OK) kernel->room.Give(1);
  return status;
}

}  // namespace

baton_status CreateJob(Kernel* kernel, Instance* instance, const baton_job_desc* desc,
                       baton_job* job_out) {
  if (job_out == nullptr) return BATON_ERROR_INVALID_ARGUMENT;
  baton_job_desc copy;
  baton_status status = CopyIn(desc, &copy);
  if (status != BATON_OK) return status;
  if (copy.step == nullptr) return BATON_ERROR_INVALID_ARGUMENT;
  if (copy.flags != 0) return BATON_ERROR_UNSUPPORTED;
  std::string type;
  status = CopyName(copy.type, BATON_TYPE_SIZE - 1, &type);
  if (status != BATON_OK) return status;
  if (kernel->IsClosing(instance)) return BATON_ERROR_CLOSING;
  const auto payload = std::make_shared<Payload>(instance, copy, std::move(type));
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

baton_status SubmitJob(Kernel* kernel, Instance* instance, baton_job job,
                       const baton_submit_options* options, char* id_out) {
  if (id_out == nullptr) return BATON_ERROR_INVALID_ARGUMENT;
  baton_submit_options copy;
  baton_status status = ReadOptions(options, &copy);
  if (status != BATON_OK) return status;
  std::shared_ptr<Payload> payload;
  status = HandleTable::Process().BeginSubmit(job, instance, &payload);
  if (status != BATON_OK) return status;
  std::string id;
  try {
    status = SubmitBegun(kernel, payload, copy, &id);
  } catch (...) {
    HandleTable::Process().AbortSubmit(job);
    throw;
  }
  if (status != BATON_OK) {
    HandleTable::Process().AbortSubmit(job);
#ifdef BATON_SEED_SUBMIT_TAKES
    payload->Finalize();
#endif
    return status;
  }
  std::memcpy(id_out, id.c_str(), BATON_ID_SIZE);
  return BATON_OK;
}

baton_status FreeJob(Instance* instance, baton_job job) {
  std::shared_ptr<Payload> payload;
  const baton_status status = HandleTable::Process().Free(job, instance, &payload);
  if (status == BATON_OK) payload->Finalize();
  return status;
}

}  // namespace baton
