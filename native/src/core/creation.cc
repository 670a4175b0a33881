#include "creation.h"

#include <functional>
#include <memory>
#include <utility>

#include "answering.h"
#include "callbacks.h"
#include "entered.h"
#include "handle_table.h"
#include "loop_errand.h"
#include "payload.h"
#include "response.h"
#include "sink.h"
#include "status.h"
#include "submit.h"
#include "text.h"

namespace baton {
namespace {

// One wish, from its request to its answer. One thread at a time.
class Creation {
 public:
  Creation(const RegisteredType& type, WishedJob wished)
      : type_(type), wished_(std::move(wished)), id_(BATON_ID_SIZE, '\0') {
    baton_submit_options& options = wished_.options;
    options.struct_size = sizeof options;
    options.key = wished_.key.has_value() ? wished_.key->c_str() : nullptr;
    options.user_data = wished_.user_data.has_value() ? wished_.user_data->c_str() : nullptr;
  }
  Creation(const Creation&) = delete;
  Creation& operator=(const Creation&) = delete;

  Instance* instance() const { return type_.instance; }
  bool on_loop() const { return (type_.flags & BATON_JOB_ON_LOOP) != 0; }
  // Of an error: a sentence; empty: none.
  const std::string& why() const { return why_; }
  std::string id() const { return id_.c_str(); }

  // Makes the job. Errors: those of `create`.
  baton_status Make(baton_job* job);

  // Submits it, on this thread. On an error it is freed.
  baton_status Submit(Kernel* kernel, baton_job job);

  // Makes it and submits it without waiting, on the loop. `done` holds this object, and is called with
  // the result, once, perhaps before this returns.
  void MakeOnLoop(Kernel* kernel, const std::function<void(baton_status)>& done);

 private:
  struct Later {
    Creation* creation;
    std::function<void(baton_status)> done;
  };
  static void BATON_CALL Submitted(void* data, baton_job job, baton_status status, const char* id);

  // Errors: it is still the caller's, and `done` is not called.
  baton_status SubmitLater(Kernel* kernel, baton_job job, std::function<void(baton_status)> done);
  // Of one that was not submitted.
  void Free(baton_job job) noexcept;
  // Whether `create` has handed over what it should.
  baton_status Check(baton_job job);
  baton_status Fault(std::string why);

  const RegisteredType type_;
  WishedJob wished_;
  std::string id_;
  std::string why_;
};

// So much of a sentence is heard; what is told of it is shorter.
constexpr size_t kMaxSentence = 64 * 1024;

// What is not the plugin's fault.
bool IsRefusal(baton_status status) {
  return status == BATON_ERROR_INVALID_ARGUMENT || status == BATON_ERROR_INVALID_JSON ||
         status == BATON_ERROR_TOO_LARGE || status == BATON_ERROR_CLOSING;
}

baton_status Creation::Make(baton_job* job) {
  Sink sink(kMaxSentence);
  std::string threw;
  baton_status status = BATON_ERROR_INTERNAL;
  const auto create = [&] {
    status = type_.create(type_.create_data, wished_.type.c_str(), wished_.content.c_str(),
                          wished_.content.size(), sink.c_sink(), job);
  };
  bool returned;
  {
    CallbackScope scope(instance(), CallbackKind::kCreate);
    const ReviveScope making(instance(), type_.flags);
    returned = on_loop() ? GuardedOnLoop(instance(), create, &threw) : Guarded(create, &threw);
  }
  if (!returned) {
    // It may have answered and left an exception of JavaScript all the same.
    if (status == BATON_OK) Free(*job);
    return Fault("create threw: " + threw);
  }
  if (status == BATON_OK) return Check(*job);
  const std::string said = CopyMessage(sink.TakeBytes().c_str(), BATON_MESSAGE_SIZE - 1);
  if (!IsRefusal(status)) {
    return Fault("create: " + (said.empty() ? std::string(StatusText(status)) : said));
  }
  why_ = said;
  return status;
}

baton_status Creation::Check(baton_job job) {
  std::shared_ptr<Payload> payload;
  if (HandleTable::Process().BeginSubmit(job, instance(), &payload) != BATON_OK)
    return Fault("create did not hand over a job it created");
  HandleTable::Process().AbortSubmit(payload.get());
  if (payload->type() == wished_.type && payload->on_loop() == on_loop()) return BATON_OK;
  FreeJob(instance(), job);
  return Fault("create made a job of another type, or of other flags than the type's");
}

baton_status Creation::Fault(std::string why) {
  why_ = std::move(why);
  return BATON_ERROR_INTERNAL;
}

baton_status Creation::Submit(Kernel* kernel, baton_job job) {
  const baton_status status =
      Bounded([&] { return SubmitJob(kernel, instance(), job, &wished_.options, id_.data()); });
  if (status != BATON_OK) Free(job);
  return status;
}

void Creation::Free(baton_job job) noexcept {
  Bounded([&] { return FreeJob(instance(), job); });
}

void BATON_CALL Creation::Submitted(void* data, baton_job job, baton_status status,
                                    const char* id) {
  const std::unique_ptr<Later> later(static_cast<Later*>(data));
  if (status == BATON_OK) {
    later->creation->id_ = id;
  } else {
    later->creation->Free(job);
  }
  later->done(status);
}

baton_status Creation::SubmitLater(Kernel* kernel, baton_job job,
                                   std::function<void(baton_status)> done) {
  auto later = std::make_unique<Later>(Later{this, std::move(done)});
  const baton_status status =
      SubmitJobAsync(kernel, instance(), job, &wished_.options, Submitted, later.get());
  if (status == BATON_OK) later.release();  // Submitted has it, and may have been called already
  return status;
}

// An exception of our own must neither lose the job nor leave a thread waiting for ever.
void Creation::MakeOnLoop(Kernel* kernel, const std::function<void(baton_status)>& done) {
  baton_job job = {0};
  baton_status status = Bounded([&] { return Make(&job); });
  if (status != BATON_OK) return done(status);
  status = Bounded([&] { return SubmitLater(kernel, job, done); });
  if (status == BATON_OK) return;
  Free(job);
  done(status);
}

// The answer; none: nobody works on the loop any more, and only the loop knows what has become of it.
std::optional<baton_status> MakeAndSubmit(Kernel* kernel,
                                          const std::shared_ptr<Creation>& creation) {
  if (!creation->on_loop()) {
    baton_job job = {0};
    const baton_status status = creation->Make(&job);
    return status == BATON_OK ? creation->Submit(kernel, job) : status;
  }
  return OnLoop(kernel, creation->instance(), [kernel, creation](const LoopErrand::Done& done) {
    // It may have stood on the loop until the closing, which works on what is there.
    if (kernel->IsClosing(creation->instance())) return done(BATON_ERROR_CLOSING);
    const baton_status begun = Bounded([&]() -> baton_status {
      creation->MakeOnLoop(kernel, [creation, done](baton_status end) { done(end); });
      return BATON_OK;
    });
    if (begun != BATON_OK) done(begun);
  });
}

// What a thread for creations calls; `data` points to a shared pointer to a Creation.
baton_status BATON_CALL Handle(void* data, const baton_request*, baton_response* response) {
  const std::shared_ptr<Creation> creation = *static_cast<std::shared_ptr<Creation>*>(data);
  Answering* const answering = Response::From(response);
  const std::shared_ptr<Kernel> kernel = creation->instance()->Enter();
  if (kernel == nullptr) return BATON_ERROR_CLOSING;
  baton_status status = answering->BeginJob();
  if (status != BATON_OK) return status;
  bool known = true;
  status = Bounded([&] {
    const std::optional<baton_status> end = MakeAndSubmit(kernel.get(), creation);
    known = end.has_value();
    return end.value_or(BATON_ERROR_CLOSING);
  });
  if (status != BATON_OK) {
    answering->TakeBack(status, known ? creation->why() : std::string());
    return status;
  }
  JobAnswer answer;
  answer.id = creation->id();
  answering->LeaveToJob(std::move(answer));
  return BATON_OK;
}

}  // namespace

baton_status BATON_CALL RegisterCreator(const baton_host* host, const char* type,
                                        baton_create create, void* data) noexcept {
  return Entered(host, [&](Kernel* kernel, Instance* instance) -> baton_status {
    std::string name;
    const baton_status status = CopyName(type, BATON_TYPE_SIZE - 1, &name);
    if (status != BATON_OK) return status;
    if (create == nullptr) return BATON_ERROR_INVALID_ARGUMENT;
    if (kernel->IsClosing(instance)) return BATON_ERROR_CLOSING;
    return kernel->types.SetCreator({instance->plugin(), name}, create, data, [&] {
      kernel->inbox.Push(CreatorRegistered{instance->plugin(), name});
    });
  });
}

baton_status StartCreation(Kernel* kernel, WishedJob wished, uint64_t* ticket) {
  const std::optional<RegisteredType> type = kernel->types.Find(wished.plugin, wished.type);
  if (!type.has_value() || type->create == nullptr) return BATON_ERROR_NOT_FOUND;
  const auto creation = std::make_shared<std::shared_ptr<Creation>>(
      std::make_shared<Creation>(*type, std::move(wished)));
  RouteMatch match;
  match.route = {type->instance, Handle, creation.get()};
  match.owned = creation;
  return kernel->requests.Create(std::move(match), ticket);
}

}  // namespace baton
