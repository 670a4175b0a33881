#include "core_object.h"

#include <utility>

#include "arguments.h"
#include "baton_napi.h"
#include "callbacks.h"
#include "convert.h"
#include "flat.h"

namespace baton {
namespace {

// How long the death of an environment waits for steps to return.
constexpr int64_t kPatienceAtDeathMs = 2000;

// What messages are made of in JavaScript lives no longer than it must, also while a million of them
// wait.
constexpr size_t kMessagesAtOnce = 1000;

Napi::Value TicketToJs(Napi::Env env, baton_status status, uint64_t ticket) {
  Napi::Object answer = Napi::Object::New(env);
  answer.Set("status", status);
  answer.Set("ticket", static_cast<double>(ticket));
  return answer;
}

}  // namespace

Napi::Function CoreObject::Define(Napi::Env env) {
  return DefineClass(env, "NativeCore",
                     {InstanceAccessor<&CoreObject::Number>("number"),
                      InstanceMethod<&CoreObject::Drain>("drain"),
                      InstanceMethod<&CoreObject::Listen>("listen"),
                      InstanceMethod<&CoreObject::OpenLane>("openLane"),
                      InstanceMethod<&CoreObject::LaneIsBusy>("laneIsBusy"),
                      InstanceMethod<&CoreObject::Apply>("apply"),
                      InstanceMethod<&CoreObject::Request>("request"),
                      InstanceMethod<&CoreObject::TakeBack>("takeBack"),
                      InstanceMethod<&CoreObject::Release>("release"),
                      InstanceMethod<&CoreObject::RunLoopTasks>("runLoopTasks"),
                      InstanceMethod<&CoreObject::Stop>("stop"),
                      InstanceMethod<&CoreObject::CancelChild>("cancelChild"),
                      InstanceMethod<&CoreObject::Answer>("answer"),
                      InstanceMethod<&CoreObject::AnswerRest>("answerRest"),
                      InstanceMethod<&CoreObject::TellEvents>("tellEvents"),
                      InstanceMethod<&CoreObject::Metrics>("metrics"),
                      InstanceMethod<&CoreObject::ErrorText>("errorText"),
                      InstanceMethod<&CoreObject::NextSequence>("nextSequence"),
                      InstanceMethod<&CoreObject::StartSequence>("startSequence"),
                      InstanceMethod<&CoreObject::RequestRoom>("requestRoom"),
                      InstanceMethod<&CoreObject::WithdrawRoom>("withdrawRoom"),
                      InstanceMethod<&CoreObject::GiveRoom>("giveRoom"),
                      InstanceMethod<&CoreObject::PutUpdate>("putUpdate"),
                      InstanceMethod<&CoreObject::PutNew>("putNew"),
                      InstanceMethod<&CoreObject::ReserveRoute>("reserveRoute"),
                      InstanceMethod<&CoreObject::ReservePath>("reservePath"),
                      InstanceMethod<&CoreObject::StartRequest>("startRequest"),
                      InstanceMethod<&CoreObject::StartCreation>("startCreation"),
                      InstanceMethod<&CoreObject::AckResponse>("ackResponse"),
                      InstanceMethod<&CoreObject::AbortRequest>("abortRequest"),
                      InstanceMethod<&CoreObject::Load>("load"),
                      InstanceMethod<&CoreObject::StartLibrary>("startLibrary"),
                      InstanceMethod<&CoreObject::AddInstance>("addInstance"),
                      InstanceMethod<&CoreObject::AttachEnvironment>("attachEnvironment"),
                      InstanceMethod<&CoreObject::CloseInstance>("closeInstance"),
                      InstanceMethod<&CoreObject::BeginClose>("beginClose"),
                      InstanceMethod<&CoreObject::Quiet>("quiet"),
                      InstanceMethod<&CoreObject::FinishClose>("finishClose"),
                      InstanceMethod<&CoreObject::Counts>("counts"),
                      InstanceMethod<&CoreObject::Destroy>("destroy")});
}

CoreObject::CoreObject(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  if (info[0].IsNumber()) {
    Attach(info);
    return;
  }
  CoreOptions options = ReadOptions(info[0]);
  const Napi::Object given = info[0].As<Napi::Object>();
  const Napi::Function wake = ReadFunction(given.Get("wake"), "options.wake");
  const Napi::Function call = ReadFunction(given.Get("call"), "options.call");
  try {
    bridge_ = Bridge::Open(wake, "baton inbox");
    calls_ = std::make_shared<LoopCalls>(call);
    const Napi::Value wake_loop = given.Get("wakeLoop");
    if (!wake_loop.IsUndefined()) {
      loop_bridge_ = Bridge::Open(ReadFunction(wake_loop, "options.wakeLoop"), "baton loop");
      options.wake_loop = [bridge = loop_bridge_] { bridge->Signal(); };
    }
    border_ = std::make_shared<NodeBorder>(info.Env());
    options.loop_border = border_;
    shared_ = SharedCore::New(std::move(options), bridge_, calls_);
    plugins_ = std::make_shared<PluginTable>();
    // After the bridges, so that it runs before Node.js takes their inside away.
    SetHook(info.Env());
  } catch (...) {
    LetGo(0);
    throw;
  }
}

void CoreObject::Attach(const Napi::CallbackInfo& info) {
  const int64_t number = ReadInteger(info[0], "number");
  const Napi::Function wake = ReadFunction(info[1], "wake");
  const std::shared_ptr<SharedCore> shared = SharedCore::Find(number);
  if (shared == nullptr) {
    const std::string why = "there is no native core of the number " + std::to_string(number);
    throw ErrorToJs(info.Env(), {"NOT_FOUND", why});
  }
  attached_ = true;
  plugins_ = std::make_shared<PluginTable>();
  bridge_ = Bridge::Open(wake, "baton far engine");
  SetHook(info.Env());
  if (!shared->inbox_bell().Attach(bridge_)) {
    LetGo(0);
    throw ErrorToJs(info.Env(), {"WRONG_STATE", "this native core has an engine already"});
  }
  shared_ = shared;
}

CoreObject::~CoreObject() { LetGo(0); }

void CoreObject::SetHook(Napi::Env env) {
  hook_.Remove();
  hook_.Set(
      env, [](void* self) { static_cast<CoreObject*>(self)->LetGo(kPatienceAtDeathMs); }, this);
}

void CoreObject::LetGo(int64_t timeout_ms) noexcept {
  hook_.Remove();
  if (bridge_ != nullptr) bridge_->Close();
  if (loop_bridge_ != nullptr) loop_bridge_->Close();
  if (calls_ != nullptr) calls_->Close();
  const std::shared_ptr<SharedCore> shared = std::exchange(shared_, nullptr);
  if (shared == nullptr) return;
  Guarded([&] {
    if (attached_) return shared->inbox_bell().Detach();
    shared->Unregister();
    shared->core().BeginClose();
    shared->core().FinishClose(timeout_ms);
  });
  if (border_ != nullptr) border_->Close();
}

std::shared_ptr<SharedCore> CoreObject::Hold(const Napi::CallbackInfo& info) {
  if (shared_ != nullptr) return shared_;
  throw ErrorToJs(info.Env(), {"CLOSING", "the native core is destroyed"});
}

Napi::Value CoreObject::Number(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(Hold(info)->number()));
}

Napi::Value CoreObject::Drain(const Napi::CallbackInfo& info) {
  const std::shared_ptr<SharedCore> shared = Hold(info);
  if (ReadFlag(info[0], "all")) shared->core().TellAll();
  return FlatMessagesToJs(info.Env(), shared->core().Drain(kMessagesAtOnce));
}

void CoreObject::Listen(const Napi::CallbackInfo& info) {
  Hold(info)->core().Listen(ReadFlag(info[0], "listens"));
}

void CoreObject::OpenLane(const Napi::CallbackInfo& info) {
  const bool open = ReadFlag(info[0], "open");
  const auto entered = static_cast<uint64_t>(ReadInteger(info[1], "entered"));
  const auto room = static_cast<uint64_t>(ReadInteger(info[2], "room"));
  Hold(info)->core().OpenLane(open, entered, room);
}

Napi::Value CoreObject::LaneIsBusy(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), Hold(info)->core().LaneIsBusy());
}

Napi::Value CoreObject::Apply(const Napi::CallbackInfo& info) {
  const Unapplied unapplied = Hold(info)->core().Apply(ReadFlatOrders(info[0]));
  if (unapplied.not_finalized.empty() && unapplied.not_admitted.empty()) return info.Env().Null();
  Napi::Object object = Napi::Object::New(info.Env());
  object.Set("notFinalized", TextsToJs(info.Env(), unapplied.not_finalized));
  object.Set("notAdmitted", TextsToJs(info.Env(), unapplied.not_admitted));
  return object;
}

Napi::Value CoreObject::Request(const Napi::CallbackInfo& info) {
  const std::string id = ReadText(info[0], "id");
  const RequestKind kind = ReadRequestKind(info[1]);
  const RequestAnswer answer = Hold(info)->core().Request(id, kind);
  return Napi::String::New(info.Env(), RequestAnswerName(answer));
}

Napi::Value CoreObject::TakeBack(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), Hold(info)->core().TakeBack(ReadText(info[0], "id")));
}

Napi::Value CoreObject::Release(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), Hold(info)->core().Release(ReadText(info[0], "id")));
}

Napi::Value CoreObject::RunLoopTasks(const Napi::CallbackInfo& info) {
  const std::shared_ptr<SharedCore> shared = Hold(info);
  const int64_t budget_ms = ReadInteger(info[0], "budgetMs");
  return Napi::Boolean::New(info.Env(), shared->core().RunLoopTasks(budget_ms));
}

Napi::Value CoreObject::Stop(const Napi::CallbackInfo& info) {
  const std::string id = ReadText(info[0], "id");
  const int32_t reason = ReadInt32(info[1], "reason");
  return Napi::Boolean::New(info.Env(), Hold(info)->core().Stop(id, reason));
}

Napi::Value CoreObject::CancelChild(const Napi::CallbackInfo& info) {
  const std::string id = ReadText(info[0], "id");
  const int64_t life = ReadInteger(info[1], "life");
  const int64_t child = ReadInteger(info[2], "child");
  const bool fits = child > 0 && child <= BATON_MAX_CHILDREN;
  return Napi::Boolean::New(
      info.Env(), fits && Hold(info)->core().CancelChild(id, life, static_cast<uint32_t>(child)));
}

Napi::Value CoreObject::Answer(const Napi::CallbackInfo& info) {
  const uint64_t ticket = ReadTicket(info[0]);
  const int32_t status = ReadInt32(info[1], "status");
  const std::optional<JobInfo> known = ReadInfoOrNone(info[2]);
  const JobInfo* about = known.has_value() ? &*known : nullptr;
  return Napi::Boolean::New(info.Env(), Hold(info)->core().Answer(ticket, status, about));
}

Napi::Value CoreObject::NextSequence(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(Hold(info)->core().NextSequence()));
}

void CoreObject::StartSequence(const Napi::CallbackInfo& info) {
  Hold(info)->core().StartSequence(ReadInteger(info[0], "next"));
}

Napi::Value CoreObject::RequestRoom(const Napi::CallbackInfo& info) {
  const uint64_t ticket = ReadTicket(info[0]);
  const int64_t count = ReadInteger(info[1], "count");
  return Napi::Boolean::New(info.Env(), Hold(info)->core().RequestRoom(ticket, count));
}

Napi::Value CoreObject::WithdrawRoom(const Napi::CallbackInfo& info) {
  const uint64_t ticket = ReadTicket(info[0]);
  return Napi::Boolean::New(info.Env(), Hold(info)->core().WithdrawRoom(ticket));
}

void CoreObject::GiveRoom(const Napi::CallbackInfo& info) {
  Hold(info)->core().GiveRoom(ReadInteger(info[0], "count"));
}

Napi::Value CoreObject::PutUpdate(const Napi::CallbackInfo& info) {
  Bytes update = ReadBytes(info[0], "update");
  const baton_status status = Hold(info)->core().PutUpdate(std::move(update));
  return Napi::Number::New(info.Env(), status);
}

Napi::Value CoreObject::PutNew(const Napi::CallbackInfo& info) {
  int64_t first_sequence = 0;
  Bytes update = ReadBytes(info[0], "update");
  const int64_t count = ReadInteger(info[1], "count");
  Hold(info)->core().PutNew(std::move(update), count, &first_sequence);
  return Napi::Number::New(info.Env(), static_cast<double>(first_sequence));
}

Napi::Value CoreObject::ReserveRoute(const Napi::CallbackInfo& info) {
  const std::string method = ReadText(info[0], "method");
  const std::string pattern = ReadText(info[1], "pattern");
  return Napi::Number::New(info.Env(), Hold(info)->core().ReserveRoute(method, pattern));
}

void CoreObject::ReservePath(const Napi::CallbackInfo& info) {
  Hold(info)->core().ReservePath(ReadText(info[0], "segment"));
}

Napi::Value CoreObject::StartRequest(const Napi::CallbackInfo& info) {
  uint64_t ticket = 0;
  const baton_status status = Hold(info)->core().StartRequest(ReadRequest(info[0]), &ticket);
  return TicketToJs(info.Env(), status, ticket);
}

Napi::Value CoreObject::StartCreation(const Napi::CallbackInfo& info) {
  uint64_t ticket = 0;
  const baton_status status = Hold(info)->core().StartCreation(ReadWishedJob(info[0]), &ticket);
  return TicketToJs(info.Env(), status, ticket);
}

void CoreObject::AckResponse(const Napi::CallbackInfo& info) {
  const uint64_t ticket = ReadTicket(info[0]);
  const int64_t size = ReadInteger(info[1], "size");
  Hold(info)->core().AckResponse(ticket, size > 0 ? static_cast<size_t>(size) : 0);
}

void CoreObject::AbortRequest(const Napi::CallbackInfo& info) {
  Hold(info)->core().AbortRequest(ReadTicket(info[0]));
}

Napi::Value CoreObject::Load(const Napi::CallbackInfo& info) {
  Hold(info);
  Library library;
  JobError error;
  if (!plugins_->Load(ReadText(info[0], "path"), &library, &error)) {
    throw ErrorToJs(info.Env(), error);
  }
  Napi::Object loaded = Napi::Object::New(info.Env());
  loaded.Set("name", library.name);
  loaded.Set("version", library.version);
  return loaded;
}

void CoreObject::StartLibrary(const Napi::CallbackInfo& info) {
  const std::shared_ptr<SharedCore> shared = Hold(info);
  const std::shared_ptr<PluginTable> plugins = plugins_;
  JobError error;
  if (!plugins->Start(&shared->core(), ReadText(info[0], "name"), &error)) {
    throw ErrorToJs(info.Env(), error);
  }
}

Napi::Value CoreObject::AddInstance(const Napi::CallbackInfo& info) {
  const std::shared_ptr<SharedCore> shared = Hold(info);
  JobError error;
  Instance* instance = plugins_->Add(&shared->core(), ReadText(info[0], "plugin"), &error);
  if (instance == nullptr) throw ErrorToJs(info.Env(), error);
  // The addon was loaded before: what it still does in the end comes before its own death.
  SetHook(info.Env());
  // The host is never freed, so there is nothing to finalize with the value.
  auto* host = const_cast<baton_host*>(instance->host());
  const auto value = Napi::External<baton_host>::New(info.Env(), host);
  if (napi_type_tag_object(info.Env(), value, &baton_napi_type_tag) != napi_ok) {
    throw Napi::Error::New(info.Env());
  }
  return value;
}

void CoreObject::AttachEnvironment(const Napi::CallbackInfo& info) {
  Hold(info);
  const Instance* instance = plugins_->Find(ReadText(info[0], "plugin"));
  bool is_environment = false;
  if (instance == nullptr || !info[1].IsExternal() ||
      napi_check_object_type_tag(info.Env(), info[1], &baton_napi_environment_tag,
                                 &is_environment) != napi_ok ||
      !is_environment) {
    throw Napi::TypeError::New(info.Env(), "this is not the environment of a plugin's addon");
  }
  border_->Attach(instance, static_cast<napi_env>(info[1].As<Napi::External<void>>().Data()));
}

Napi::Value CoreObject::CloseInstance(const Napi::CallbackInfo& info) {
  const std::shared_ptr<SharedCore> shared = Hold(info);
  const std::shared_ptr<PluginTable> plugins = plugins_;
  const std::string name = ReadText(info[0], "plugin");
  const int64_t timeout_ms = ReadInteger(info[1], "timeoutMs");
  return Napi::Boolean::New(info.Env(), plugins->Close(&shared->core(), name, timeout_ms));
}

void CoreObject::BeginClose(const Napi::CallbackInfo& info) { Hold(info)->core().BeginClose(); }

Napi::Value CoreObject::Quiet(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), Hold(info)->core().Quiet());
}

Napi::Value CoreObject::FinishClose(const Napi::CallbackInfo& info) {
  const int64_t timeout_ms = ReadInteger(info[0], "timeoutMs");
  return Napi::Boolean::New(info.Env(), Hold(info)->core().FinishClose(timeout_ms));
}

Napi::Value CoreObject::Counts(const Napi::CallbackInfo& info) {
  return CountsToJs(info.Env(), Hold(info)->core().counts());
}

void CoreObject::Destroy(const Napi::CallbackInfo&) { LetGo(0); }

}  // namespace baton
