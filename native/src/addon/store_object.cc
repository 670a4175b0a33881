#include "store_object.h"

#include <string>
#include <utility>

#include "arguments.h"
#include "callbacks.h"
#include "convert.h"

namespace baton {

Napi::Function StoreObject::Define(Napi::Env env) {
  return DefineClass(env, "NativeStore",
                     {InstanceMethod<&StoreObject::Take>("take"),
                      InstanceMethod<&StoreObject::Committed>("committed"),
                      InstanceMethod<&StoreObject::Refused>("refused"),
                      InstanceMethod<&StoreObject::DoubtfulIds>("doubtfulIds"),
                      InstanceMethod<&StoreObject::DoubtfulProperties>("doubtfulProperties"),
                      InstanceMethod<&StoreObject::LoadProperty>("loadProperty"),
                      InstanceMethod<&StoreObject::Opened>("opened"),
                      InstanceMethod<&StoreObject::Close>("close")});
}

StoreObject::StoreObject(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  const int64_t number = ReadInteger(info[0], "number");
  const Napi::Function wake = ReadFunction(info[1], "wake");
  const std::shared_ptr<SharedCore> shared = SharedCore::Find(number);
  if (shared == nullptr) {
    const std::string why = "there is no native core of the number " + std::to_string(number);
    throw ErrorToJs(info.Env(), {"NOT_FOUND", why});
  }
  bridge_ = Bridge::Open(wake, "baton store");
  // After the bridge, so that it runs before Node.js takes the bridge's inside away.
  hook_.Set(
      info.Env(), [](void* self) { static_cast<StoreObject*>(self)->LetGo(true); }, this);
  if (!shared->bell().Attach(bridge_)) {
    LetGo(false);
    throw ErrorToJs(info.Env(), {"WRONG_STATE", "this native core has a store already"});
  }
  shared_ = shared;
}

StoreObject::~StoreObject() { LetGo(true); }

void StoreObject::LetGo(bool died) noexcept {
  hook_.Remove();
  if (bridge_ != nullptr) bridge_->Close();
  const std::shared_ptr<SharedCore> shared = std::exchange(shared_, nullptr);
  if (shared == nullptr) return;
  Guarded([&] {
    // Before the next store may attach, and declare everything well.
    if (died || unanswered_ > 0) shared->core().StoreDied();
    shared->bell().Detach();
  });
}

std::shared_ptr<SharedCore> StoreObject::Hold(const Napi::CallbackInfo& info) {
  if (shared_ != nullptr) return shared_;
  throw ErrorToJs(info.Env(), {"CLOSING", "this store is closed"});
}

Napi::Value StoreObject::Take(const Napi::CallbackInfo& info) {
  const std::shared_ptr<SharedCore> shared = Hold(info);
  const StoreQueue::Requests requests = shared->core().TakeStoreRequests();
  unanswered_ += static_cast<int64_t>(requests.size());
  try {
    return StoreRequestsToJs(info.Env(), requests);
  } catch (...) {
    // JavaScript never saw them.
    for (const auto& request : requests) {
      if (shared->core().Refuse(request->ticket)) unanswered_--;
    }
    throw;
  }
}

void StoreObject::Committed(const Napi::CallbackInfo& info) {
  const uint64_t ticket = ReadTicket(info[0]);
  std::vector<std::string> given_ids;
  if (!info[1].IsUndefined()) given_ids = ReadTexts(info[1], "ids");
  if (Hold(info)->core().MarkCommitted(ticket, std::move(given_ids))) unanswered_--;
}

void StoreObject::Refused(const Napi::CallbackInfo& info) {
  const uint64_t ticket = ReadTicket(info[0]);
  const int32_t status =
      info[1].IsUndefined() ? BATON_ERROR_STORE_FAILED : ReadInt32(info[1], "status");
  if (Hold(info)->core().Refuse(ticket, status)) unanswered_--;
}

Napi::Value StoreObject::DoubtfulIds(const Napi::CallbackInfo& info) {
  return TextsToJs(info.Env(), Hold(info)->core().DoubtfulIds());
}

Napi::Value StoreObject::DoubtfulProperties(const Napi::CallbackInfo& info) {
  return PropertiesToJs(info.Env(), Hold(info)->core().DoubtfulProperties());
}

void StoreObject::LoadProperty(const Napi::CallbackInfo& info) {
  Hold(info)->core().LoadProperty(ReadProperty(info[0]));
}

void StoreObject::Opened(const Napi::CallbackInfo& info) { Hold(info)->core().StoreOpened(); }

void StoreObject::Close(const Napi::CallbackInfo&) { LetGo(false); }

}  // namespace baton
