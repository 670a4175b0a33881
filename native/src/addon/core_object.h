// NativeCore of src/native/binding.ts: a Core as its engine's thread drives it. That thread only.
//
// Threads of the core outlive this object, and even its environment: what they use is shared with
// them, and they reach JavaScript through a Bridge alone, which is closed first.
#ifndef BATON_ADDON_CORE_OBJECT_H_
#define BATON_ADDON_CORE_OBJECT_H_

#include <napi.h>

#include <memory>

#include "bridge.h"
#include "loop_calls.h"
#include "node_border.h"
#include "plugin_table.h"
#include "shared_core.h"

namespace baton {

class CoreObject : public Napi::ObjectWrap<CoreObject> {
 public:
  static Napi::Function Define(Napi::Env env);

  // Takes NativeCoreOptions; or, for the seat of a far engine, the number of a core that another
  // environment has made, and the function to wake this one with.
  explicit CoreObject(const Napi::CallbackInfo& info);
  ~CoreObject() override;

 private:
  // In the order of NativeCore.
  Napi::Value Number(const Napi::CallbackInfo& info);
  Napi::Value Drain(const Napi::CallbackInfo& info);
  void Listen(const Napi::CallbackInfo& info);
  void OpenLane(const Napi::CallbackInfo& info);
  Napi::Value LaneIsBusy(const Napi::CallbackInfo& info);
  Napi::Value Apply(const Napi::CallbackInfo& info);
  Napi::Value Request(const Napi::CallbackInfo& info);
  Napi::Value TakeBack(const Napi::CallbackInfo& info);
  Napi::Value Release(const Napi::CallbackInfo& info);
  Napi::Value RunLoopTasks(const Napi::CallbackInfo& info);
  Napi::Value Stop(const Napi::CallbackInfo& info);
  Napi::Value CancelChild(const Napi::CallbackInfo& info);
  Napi::Value Answer(const Napi::CallbackInfo& info);
  Napi::Value AnswerRest(const Napi::CallbackInfo& info);
  void TellEvents(const Napi::CallbackInfo& info);
  Napi::Value Metrics(const Napi::CallbackInfo& info);
  Napi::Value ErrorText(const Napi::CallbackInfo& info);
  Napi::Value NextSequence(const Napi::CallbackInfo& info);
  Napi::Value RequestRoom(const Napi::CallbackInfo& info);
  Napi::Value WithdrawRoom(const Napi::CallbackInfo& info);
  void GiveRoom(const Napi::CallbackInfo& info);
  void StartSequence(const Napi::CallbackInfo& info);
  Napi::Value PutUpdate(const Napi::CallbackInfo& info);
  Napi::Value PutNew(const Napi::CallbackInfo& info);
  Napi::Value ReserveRoute(const Napi::CallbackInfo& info);
  void ReservePath(const Napi::CallbackInfo& info);
  Napi::Value StartRequest(const Napi::CallbackInfo& info);
  Napi::Value StartCreation(const Napi::CallbackInfo& info);
  void AckResponse(const Napi::CallbackInfo& info);
  void AbortRequest(const Napi::CallbackInfo& info);
  Napi::Value Load(const Napi::CallbackInfo& info);
  void StartLibrary(const Napi::CallbackInfo& info);
  Napi::Value AddInstance(const Napi::CallbackInfo& info);
  void AttachEnvironment(const Napi::CallbackInfo& info);
  Napi::Value CloseInstance(const Napi::CallbackInfo& info);
  void BeginClose(const Napi::CallbackInfo& info);
  Napi::Value Quiet(const Napi::CallbackInfo& info);
  Napi::Value FinishClose(const Napi::CallbackInfo& info);
  Napi::Value Counts(const Napi::CallbackInfo& info);
  void Destroy(const Napi::CallbackInfo& info);

  // The Core, kept for the duration of one call: JavaScript that runs in it may destroy this. Throws
  // once it is destroyed.
  std::shared_ptr<SharedCore> Hold(const Napi::CallbackInfo& info);

  // Has the environment's death let go of this, before that of all it has loaded until now.
  void SetHook(Napi::Env env);

  // The seat of a far engine: it drains and orders; plugins, loop and closing are the other's.
  void Attach(const Napi::CallbackInfo& info);

  // Closes the bridges, then the Core, for at most so long, and lets go of it. Idempotent.
  void LetGo(int64_t timeout_ms) noexcept;

  // Released when the engine lets go.
  std::shared_ptr<Bridge> bridge_;
  std::shared_ptr<Bridge> loop_bridge_;  // null: JavaScript does not run loop tasks
  std::shared_ptr<LoopCalls> calls_;
  std::shared_ptr<NodeBorder> border_;
  std::shared_ptr<SharedCore> shared_;
  std::shared_ptr<PluginTable> plugins_;
  bool attached_ = false;
  EnvironmentHook hook_;
};

}  // namespace baton

#endif  // BATON_ADDON_CORE_OBJECT_H_
