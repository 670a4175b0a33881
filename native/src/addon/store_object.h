// NativeStore of src/native/binding.ts: the store's side of a Core. The store's thread only.
//
// It may be an environment of its own, and die with it: then everything that was not marked as
// committed is answered, on that thread, by the death itself. Nobody waits for a dead store.
#ifndef BATON_ADDON_STORE_OBJECT_H_
#define BATON_ADDON_STORE_OBJECT_H_

#include <napi.h>

#include <cstdint>
#include <memory>

#include "bridge.h"
#include "shared_core.h"

namespace baton {

class StoreObject : public Napi::ObjectWrap<StoreObject> {
 public:
  static Napi::Function Define(Napi::Env env);

  // Takes the number of a core and the function to wake this thread with.
  explicit StoreObject(const Napi::CallbackInfo& info);
  ~StoreObject() override;

 private:
  // In the order of NativeStore.
  Napi::Value Take(const Napi::CallbackInfo& info);
  void Committed(const Napi::CallbackInfo& info);
  void Refused(const Napi::CallbackInfo& info);
  Napi::Value DoubtfulIds(const Napi::CallbackInfo& info);
  Napi::Value DoubtfulProperties(const Napi::CallbackInfo& info);
  void LoadProperty(const Napi::CallbackInfo& info);
  void Opened(const Napi::CallbackInfo& info);
  void Close(const Napi::CallbackInfo& info);

  // The Core, kept for the duration of one call. Throws once this is closed.
  std::shared_ptr<SharedCore> Hold(const Napi::CallbackInfo& info);

  // Detaches; says that the store died if it did, or if it still owes an answer. Idempotent.
  void LetGo(bool died) noexcept;

  // Released when the store lets go.
  std::shared_ptr<Bridge> bridge_;
  std::shared_ptr<SharedCore> shared_;
  int64_t unanswered_ = 0;  // taken, and neither committed nor refused yet
  EnvironmentHook hook_;
};

}  // namespace baton

#endif  // BATON_ADDON_STORE_OBJECT_H_
