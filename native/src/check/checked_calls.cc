#include "checked_calls.h"

#include <memory>
#include <string>
#include <utility>

#include "checked_call.h"
#include "creations.h"
#include "findings.h"
#include "ownership.h"
#include "spied_creator.h"
#include "spied_job.h"
#include "spied_route.h"
#include "spied_type.h"
#include "struct_size.h"

namespace baton {
namespace check {
namespace {

#define CALL(member) \
  CallName { #member, offsetof(baton_host, member) + sizeof(baton_host::member) }

// --- jobs

baton_status CreateSpied(CheckedHost* host, const baton_job_desc* desc, baton_job* job_out) {
  const baton_host* const real = host->real;
  baton_job_desc full = {};
  const bool plausible =
      CopyIn(desc, &full) == BATON_OK && full.type != nullptr && full.step != nullptr;
  // What is wrong with it the host shall say.
  if (!plausible || job_out == nullptr) return real->create_job(real, desc, job_out);
  auto spied = std::make_unique<SpiedJob>(host, full);
  const baton_job_desc described = spied->Describe();
  baton_job job = {0};
  const baton_status status = real->create_job(real, &described, &job);
  if (status != BATON_OK) return status;
  spied->set_handle(job);
  NoteCreated(spied.get());
  Checker::Process().Add(std::move(spied));
  if (Checker::Process().ownership()) TryAfterCreate(host, job);
  *job_out = job;
  return BATON_OK;
}

baton_status BATON_CALL CreateJob(const baton_host* host, const baton_job_desc* desc,
                                  baton_job* job) {
  const baton_status status = Checked(host, CALL(create_job), [&](CheckedHost* checked) {
    return CreateSpied(checked, desc, job);
  });
  if (status != BATON_OK) NoteCreated(nullptr);
  return status;
}

void BeginSubmit(baton_job job) {
  SpiedJob* const spied = Checker::Process().FindJob(job);
  if (spied != nullptr) spied->BeginSubmit();
}

void EndSubmit(const char* call, baton_job job, baton_status status) {
  SpiedJob* const spied = Checker::Process().FindJob(job);
  if (spied == nullptr) return;
  spied->EndSubmit(call, status);
  if (status == BATON_OK && Checker::Process().ownership()) TryAfterSubmit(spied->host(), job);
}

baton_status BATON_CALL SubmitJob(const baton_host* host, baton_job job,
                                  const baton_submit_options* options, char* id_out) {
  BeginSubmit(job);
  const baton_status status = Checked(host, CALL(submit_job), [&](CheckedHost* checked) {
    return checked->real->submit_job(checked->real, job, options, id_out);
  });
  EndSubmit("submit_job", job, status);
  return status;
}

baton_status BATON_CALL FreeJob(const baton_host* host, baton_job job) {
  return Checked(host, CALL(free_job), [&](CheckedHost* checked) {
    SpiedJob* const spied = Checker::Process().FindJob(job);
    if (spied != nullptr) spied->BeginFree();
    const baton_status status = checked->real->free_job(checked->real, job);
    if (spied == nullptr) return status;
    spied->EndFree(status);
    if (status == BATON_OK && Checker::Process().ownership()) TryAfterFree(checked, job);
    return status;
  });
}

baton_status BATON_CALL SubmitJobs(const baton_host* host, const baton_job* jobs, size_t count,
                                   const baton_submit_options* options,
                                   char (*ids_out)[BATON_ID_SIZE], baton_status* statuses_out) {
  const size_t known = jobs == nullptr || count > BATON_MAX_BATCH ? 0 : count;
  for (size_t i = 0; i < known; i++) BeginSubmit(jobs[i]);
  const baton_status status = Checked(host, CALL(submit_jobs), [&](CheckedHost* checked) {
    return checked->real->submit_jobs(checked->real, jobs, count, options, ids_out, statuses_out);
  });
  for (size_t i = 0; i < known; i++) EndSubmit("submit_jobs", jobs[i], status);
  return status;
}

// What the plugin gave to submit_job_async; deleted by the one call of Done.
struct AsyncSubmit {
  baton_submit_done done;
  void* data;
};

void BATON_CALL Done(void* data, baton_job job, baton_status status, const char* id) {
  const std::unique_ptr<AsyncSubmit> submit(static_cast<AsyncSubmit*>(data));
  EndSubmit("submit_job_async", job, status);
  Call("done of submit_job_async", [&] { submit->done(submit->data, job, status, id); });
}

baton_status BATON_CALL SubmitJobAsync(const baton_host* host, baton_job job,
                                       const baton_submit_options* options, baton_submit_done done,
                                       void* data) {
  BeginSubmit(job);
  const baton_status status = Checked(host, CALL(submit_job_async), [&](CheckedHost* checked) {
    auto submit = std::make_unique<AsyncSubmit>(AsyncSubmit{done, data});
    const baton_host* const real = checked->real;
    const baton_status taken =
        real->submit_job_async(real, job, options, done == nullptr ? nullptr : Done, submit.get());
    if (taken == BATON_OK) submit.release();  // Done has it, and may have been called already
    return taken;
  });
  if (status != BATON_OK) EndSubmit("submit_job_async", job, status);
  return status;
}

baton_status RegisterSpied(CheckedHost* host, const char* name, uint32_t flags, baton_revive revive,
                           void* data) {
  const baton_host* const real = host->real;
  if (name == nullptr || revive == nullptr) {
    return real->register_type(real, name, flags, revive, data);
  }
  auto type = std::make_unique<SpiedType>();
  SpiedType* const spied = type.get();
  spied->host = host;
  spied->name = name;
  spied->revive = revive;
  spied->data = data;
  // First: the host may revive before register_type has returned.
  Checker::Process().Add(std::move(type));
  const baton_status status = real->register_type(real, name, flags, SpiedType::Called, spied);
  spied->registered.store(status == BATON_OK);
  if (status == BATON_OK) Checker::Process().Count(&Counts::types);
  return status;
}

baton_status BATON_CALL RegisterType(const baton_host* host, const char* type, uint32_t flags,
                                     baton_revive revive, void* data) {
  return Checked(host, CALL(register_type), [&](CheckedHost* checked) {
    return RegisterSpied(checked, type, flags, revive, data);
  });
}

// --- calls about an id

#define FORWARD_ID(Name, member)                                         \
  baton_status BATON_CALL Name(const baton_host* host, const char* id) { \
    return Checked(host, CALL(member), [&](CheckedHost* checked) {       \
      return checked->real->member(checked->real, id);                   \
    });                                                                  \
  }
FORWARD_ID(CancelJob, cancel_job)
FORWARD_ID(PauseJob, pause_job)
FORWARD_ID(ResumeJob, resume_job)
FORWARD_ID(ResubmitJob, resubmit_job)
FORWARD_ID(DeleteJob, delete_job)
#undef FORWARD_ID

baton_status BATON_CALL SetPriority(const baton_host* host, const char* id, int32_t priority) {
  return Checked(host, CALL(set_priority), [&](CheckedHost* checked) {
    return checked->real->set_priority(checked->real, id, priority);
  });
}

baton_status BATON_CALL GetJobInfo(const baton_host* host, const char* id, baton_job_info* info) {
  return Checked(host, CALL(job_info), [&](CheckedHost* checked) {
    return checked->real->job_info(checked->real, id, info);
  });
}

baton_status BATON_CALL WaitJob(const baton_host* host, const char* id, int64_t timeout_ms,
                                baton_job_info* info) {
  return Checked(host, CALL(wait_job), [&](CheckedHost* checked) {
    return checked->real->wait_job(checked->real, id, timeout_ms, info);
  });
}

// --- the rest

baton_status BATON_CALL Log(const baton_host* host, int32_t level, const char* text) {
  return Checked(host, CALL(log), [&](CheckedHost* checked) {
    return checked->real->log(checked->real, level, text);
  });
}

// It takes no host, and every host has the same texts.
const char* BATON_CALL StatusText(baton_status status) {
  return Checker::Process().AnyReal()->status_text(status);
}

baton_status BATON_CALL RegisterRoute(const baton_host* host, const char* method,
                                      const char* pattern, baton_handler handler, void* data) {
  return Checked(host, CALL(register_route), [&](CheckedHost* checked) {
    const baton_host* const real = checked->real;
    if (handler == nullptr) return real->register_route(real, method, pattern, nullptr, data);
    SpiedRoute* const route = SpiedRoute::New(method, pattern, handler, data);
    const baton_status status =
        real->register_route(real, method, pattern, SpiedRoute::Called, route);
    if (status == BATON_OK) Checker::Process().Count(&Counts::routes);
    return status;
  });
}

baton_status BATON_CALL GetConfig(const baton_host* host, const char* path,
                                  const baton_sink* sink) {
  return Checked(host, CALL(get_config), [&](CheckedHost* checked) {
    return checked->real->get_config(checked->real, path, sink);
  });
}

baton_status BATON_CALL CallRest(const baton_host* host, const char* method, const char* path,
                                 const baton_pair* headers, size_t header_count, const void* body,
                                 size_t body_size, const baton_sink* sink,
                                 int32_t* http_status_out) {
  return Checked(host, CALL(call_rest), [&](CheckedHost* checked) {
    const baton_host* const real = checked->real;
    return real->call_rest(real, method, path, headers, header_count, body, body_size, sink,
                           http_status_out);
  });
}

baton_status BATON_CALL Subscribe(const baton_host* host, uint32_t mask, baton_listener listener,
                                  void* data) {
  return Checked(host, CALL(subscribe), [&](CheckedHost* checked) {
    return checked->real->subscribe(checked->real, mask, listener, data);
  });
}

baton_status BATON_CALL SetMetric(const baton_host* host, const char* name, double value) {
  return Checked(host, CALL(set_metric), [&](CheckedHost* checked) {
    return checked->real->set_metric(checked->real, name, value);
  });
}

baton_status BATON_CALL GetProperty(const baton_host* host, const char* name,
                                    const baton_sink* sink) {
  return Checked(host, CALL(get_property), [&](CheckedHost* checked) {
    return checked->real->get_property(checked->real, name, sink);
  });
}

baton_status BATON_CALL SetProperty(const baton_host* host, const char* name, const void* bytes,
                                    size_t size) {
  return Checked(host, CALL(set_property), [&](CheckedHost* checked) {
    return checked->real->set_property(checked->real, name, bytes, size);
  });
}

baton_status BATON_CALL RegisterError(const baton_host* host, const char* code, int32_t http_status,
                                      const char* text) {
  return Checked(host, CALL(register_error), [&](CheckedHost* checked) {
    return checked->real->register_error(checked->real, code, http_status, text);
  });
}

baton_status BATON_CALL AnswerJob(const baton_host* host, baton_response* response, baton_job job,
                                  const baton_request* request, const baton_submit_options* options,
                                  uint32_t flags) {
  BeginSubmit(job);
  const baton_status status = Checked(host, CALL(answer_job), [&](CheckedHost* checked) {
    const baton_host* const real = checked->real;
    return real->answer_job(real, RealResponse(response), job, request, options, flags);
  });
  EndSubmit("answer_job", job, status);
  return status;
}

baton_status BATON_CALL RegisterCreator(const baton_host* host, const char* type,
                                        baton_create create, void* data) {
  return Checked(host, CALL(register_creator), [&](CheckedHost* checked) {
    const baton_host* const real = checked->real;
    if (type == nullptr || create == nullptr) {
      return real->register_creator(real, type, create, data);
    }
    SpiedCreator* const spied = SpiedCreator::New(type, create, data);
    return real->register_creator(real, type, SpiedCreator::Called, spied);
  });
}

}  // namespace

const baton_host& CheckedCalls() {
  static const baton_host calls = {
      sizeof(baton_host), BATON_ABI_MAJOR, BATON_ABI_MINOR, 0,           nullptr,        CreateJob,
      SubmitJob,          FreeJob,         RegisterType,    CancelJob,   PauseJob,       ResumeJob,
      ResubmitJob,        DeleteJob,       SetPriority,     GetJobInfo,  WaitJob,        Log,
      StatusText,         RegisterRoute,   GetConfig,       SubmitJobs,  SubmitJobAsync, CallRest,
      Subscribe,          SetMetric,       GetProperty,     SetProperty, RegisterError,  AnswerJob,
      RegisterCreator,
  };
  return calls;
}

uint32_t MinorZeroSize() { return CALL(get_config).end; }

std::vector<TableEnd> TableEnds() {
  std::vector<TableEnd> ends;
  for (const CallName& call :
       {CALL(get_config), CALL(submit_jobs), CALL(submit_job_async), CALL(call_rest),
        CALL(subscribe), CALL(set_metric), CALL(get_property), CALL(set_property),
        CALL(register_error), CALL(answer_job)}) {
    ends.push_back({call.name, static_cast<uint32_t>(call.end)});
  }
  return ends;
}

#undef CALL

}  // namespace check
}  // namespace baton
