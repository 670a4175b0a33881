#include "host_calls.h"

#include <memory>
#include <string>
#include <utility>

#include "answer_job.h"
#include "callbacks.h"
#include "creation.h"
#include "entered.h"
#include "ids.h"
#include "job_info.h"
#include "json.h"
#include "service_calls.h"
#include "status.h"
#include "struct_size.h"
#include "submit.h"
#include "submit_calls.h"
#include "text.h"

namespace baton {
namespace {

constexpr size_t kMaxPattern = 1024;

// Asks the engine: in place on its own thread, else by a hop.
baton_status Ask(const baton_host* host, Called called, const char* id, int64_t timeout_ms,
                 JobInfo* info) noexcept {
  return Entered(host, [&](Kernel* kernel, Instance* instance) -> baton_status {
    if (id == nullptr) return BATON_ERROR_INVALID_ARGUMENT;
    if (!LooksLikeId(id)) return BATON_ERROR_NOT_FOUND;
    if (kernel->IsClosing(instance)) return BATON_ERROR_CLOSING;
    called.id = id;
    if (!kernel->OnEngineThread() || kernel->options.far_engine) {
      // A job that lives now must not be over and forgotten before the engine hears of this call.
      kernel->ready.TellAll();
      return kernel->desk.Hop(std::move(called), instance, timeout_ms, info);
    }
    if (kernel->options.engine_calls == nullptr) return BATON_ERROR_UNSUPPORTED;
    return kernel->options.engine_calls->Call(called, info);
  });
}

baton_status BATON_CALL CreateJobCall(const baton_host* host, const baton_job_desc* desc,
                                      baton_job* job) noexcept {
  return Entered(host, [&](Kernel* kernel, Instance* instance) {
    return CreateJob(kernel, instance, desc, job);
  });
}

baton_status BATON_CALL SubmitJobCall(const baton_host* host, baton_job job,
                                      const baton_submit_options* options, char* id_out) noexcept {
  return Entered(host, [&](Kernel* kernel, Instance* instance) {
    return SubmitJob(kernel, instance, job, options, id_out);
  });
}

baton_status BATON_CALL FreeJobCall(const baton_host* host, baton_job job) noexcept {
  return Bounded([&]() -> baton_status {
    Instance* instance = Instance::From(host);
    return instance == nullptr ? BATON_ERROR_INVALID_ARGUMENT : FreeJob(instance, job);
  });
}

baton_status BATON_CALL RegisterType(const baton_host* host, const char* type, uint32_t flags,
                                     baton_revive revive, void* data) noexcept {
  return Entered(host, [&](Kernel* kernel, Instance* instance) -> baton_status {
    std::string name;
    const baton_status status = CopyName(type, BATON_TYPE_SIZE - 1, &name);
    if (status != BATON_OK) return status;
    if (revive == nullptr) return BATON_ERROR_INVALID_ARGUMENT;
    if ((flags & ~uint32_t{BATON_JOB_ON_LOOP}) != 0) return BATON_ERROR_UNSUPPORTED;
    if (flags != 0 && !kernel->ServesLoopOf(instance)) return BATON_ERROR_UNSUPPORTED;
    if (kernel->IsClosing(instance)) return BATON_ERROR_CLOSING;
    const RegisteredType registered = {instance, flags, revive, data, nullptr, nullptr};
    return kernel->types.Register(instance->plugin(), name, registered, [&] {
      kernel->inbox.Push(TypeRegistered{instance->plugin(), name});
    });
  });
}

baton_status BATON_CALL CancelJob(const baton_host* host, const char* id) noexcept {
  return Ask(host, {0, CallKind::kCancel, {}, 0}, id, -1, nullptr);
}

baton_status BATON_CALL PauseJob(const baton_host* host, const char* id) noexcept {
  return Ask(host, {0, CallKind::kPause, {}, 0}, id, -1, nullptr);
}

baton_status BATON_CALL ResumeJob(const baton_host* host, const char* id) noexcept {
  return Ask(host, {0, CallKind::kResume, {}, 0}, id, -1, nullptr);
}

baton_status BATON_CALL ResubmitJob(const baton_host* host, const char* id) noexcept {
  return Ask(host, {0, CallKind::kResubmit, {}, 0}, id, -1, nullptr);
}

baton_status BATON_CALL DeleteJob(const baton_host* host, const char* id) noexcept {
  return Ask(host, {0, CallKind::kDelete, {}, 0}, id, -1, nullptr);
}

baton_status BATON_CALL SetPriority(const baton_host* host, const char* id,
                                    int32_t priority) noexcept {
  return Ask(host, {0, CallKind::kSetPriority, {}, priority}, id, -1, nullptr);
}

baton_status BATON_CALL GetJobInfo(const baton_host* host, const char* id,
                                   baton_job_info* info) noexcept {
  if (!CanCopyOut(info)) return BATON_ERROR_INVALID_ARGUMENT;
  JobInfo known;
  const baton_status status = Entered(host, [&](Kernel* kernel, Instance*) -> baton_status {
    if (id == nullptr) return BATON_ERROR_INVALID_ARGUMENT;
    // A far engine does not say here what becomes of its jobs.
    const std::shared_ptr<OwnedJob> job =
        kernel->options.far_engine ? nullptr : kernel->FindJob(id);
    if (job != nullptr && job->ReadInfo(&known)) return BATON_OK;
    return Ask(host, {0, CallKind::kInfo, {}, 0}, id, -1, &known);
  });
  if (status == BATON_OK) CopyOut(ToC(known), info);
  return status;
}

baton_status BATON_CALL WaitJob(const baton_host* host, const char* id, int64_t timeout_ms,
                                baton_job_info* info) noexcept {
  if (!CanCopyOut(info)) return BATON_ERROR_INVALID_ARGUMENT;
  JobInfo known;
  const baton_status status =
      Entered(host, [&](Kernel* kernel, Instance* instance) -> baton_status {
        if (id == nullptr) return BATON_ERROR_INVALID_ARGUMENT;
        const bool is_inside = InJobCallback() || InCreate();
        if (is_inside || instance->OnLoopThread() || kernel->OnEngineThread())
          return BATON_ERROR_WRONG_THREAD;
        return Ask(host, {0, CallKind::kWait, {}, 0}, id, timeout_ms, &known);
      });
  if (status == BATON_OK) CopyOut(ToC(known), info);
  return status;
}

baton_status BATON_CALL Log(const baton_host* host, int32_t level, const char* text) noexcept {
  return Entered(host, [&](Kernel* kernel, Instance* instance) -> baton_status {
    if (text == nullptr || level < BATON_LOG_ERROR || level > BATON_LOG_DEBUG)
      return BATON_ERROR_INVALID_ARGUMENT;
    kernel->Log(instance->plugin(), "", level, text);
    return BATON_OK;
  });
}

const char* BATON_CALL StatusTextCall(baton_status status) noexcept { return StatusText(status); }

baton_status BATON_CALL RegisterRoute(const baton_host* host, const char* method,
                                      const char* pattern, baton_handler handler,
                                      void* data) noexcept {
  return Entered(host, [&](Kernel* kernel, Instance* instance) -> baton_status {
    std::string verb;
    std::string path;
    baton_status status = CopyName(method, 16, &verb);
    if (status == BATON_OK) status = CopyName(pattern, kMaxPattern, &path);
    if (status != BATON_OK) return status;
    if (handler == nullptr) return BATON_ERROR_INVALID_ARGUMENT;
    if (kernel->IsClosing(instance)) return BATON_ERROR_CLOSING;
    const bool far = kernel->options.far_engine;
    status = kernel->routes.Register(verb, path, {instance, handler, data}, [&] {
      if (!far) kernel->inbox.Push(RouteRegistered{instance->plugin(), verb, path});
    });
    if (status != BATON_OK || !far) return status;
    // Of what others have registered only the engine knows.
    status = Bounded([&] {
      return kernel->desk.HopRoute({0, instance->plugin(), verb, path}, instance);
    });
    if (status != BATON_OK) kernel->routes.Remove(verb, path);
    return status;
  });
}

baton_status BATON_CALL GetConfig(const baton_host* host, const char* path,
                                  const baton_sink* sink) noexcept {
  return Entered(host, [&](Kernel* kernel, Instance* instance) -> baton_status {
    baton_sink target;
    const baton_status status = CopyIn(sink, &target);
    if (status != BATON_OK) return status;
    if (path == nullptr || target.write == nullptr) return BATON_ERROR_INVALID_ARGUMENT;
    std::string_view value;
    if (!FindJson(kernel->options.config, path, &value)) return BATON_ERROR_NOT_FOUND;
    baton_status written = BATON_ERROR_INTERNAL;
    CallbackScope scope(instance, CallbackKind::kOther);
    Guarded([&] { written = target.write(sink, value.data(), value.size()); });
    return written;
  });
}

}  // namespace

const baton_host& HostCalls() {
  static const baton_host calls = {
      sizeof(baton_host),
      BATON_ABI_MAJOR,
      BATON_ABI_MINOR,
      0,
      nullptr,
      CreateJobCall,
      SubmitJobCall,
      FreeJobCall,
      RegisterType,
      CancelJob,
      PauseJob,
      ResumeJob,
      ResubmitJob,
      DeleteJob,
      SetPriority,
      GetJobInfo,
      WaitJob,
      Log,
      StatusTextCall,
      RegisterRoute,
      GetConfig,
      SubmitJobsCall,
      SubmitJobAsyncCall,
      CallRest,
      Subscribe,
      SetMetric,
      GetProperty,
      SetProperty,
      RegisterError,
      AnswerJobCall,
      RegisterCreator,
  };
  return calls;
}

}  // namespace baton
