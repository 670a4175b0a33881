// The addon's exports, NativeBinding of src/native/binding.ts, for each environment that loads it.
#include <napi.h>

#if defined(_WIN32)
#include <windows.h>
#else
#include <dlfcn.h>
#endif

#include <memory>

#include "check_object.h"
#include "core_object.h"
#include "store_object.h"

namespace baton {
namespace {

// What one environment needs. Its thread only.
struct Classes {
  Napi::FunctionReference core;
  Napi::FunctionReference store;
};

// Keeps this image mapped for ever: threads run in it, and plugins hold tables of its functions,
// after the last environment that loaded it is gone. The link option that does the same exists on
// one platform only.
void PinImage() {
  static const char inside = 0;
#if defined(_WIN32)
  HMODULE image;
  GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                     reinterpret_cast<LPCWSTR>(&inside), &image);
#else
  Dl_info info;
  if (dladdr(&inside, &info) != 0) dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
#endif
}

Napi::Value CreateCore(const Napi::CallbackInfo& info) {
  return info.Env().GetInstanceData<Classes>()->core.New({info[0]});
}

Napi::Value AttachEngine(const Napi::CallbackInfo& info) {
  return info.Env().GetInstanceData<Classes>()->core.New({info[0], info[1]});
}

Napi::Value AttachStore(const Napi::CallbackInfo& info) {
  return info.Env().GetInstanceData<Classes>()->store.New({info[0], info[1]});
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  PinImage();
  auto classes = std::make_unique<Classes>();
  classes->core = Napi::Persistent(CoreObject::Define(env));
  classes->store = Napi::Persistent(StoreObject::Define(env));
  env.SetInstanceData(classes.release());
  exports.Set("createCore", Napi::Function::New<CreateCore>(env, "createCore"));
  exports.Set("attachEngine", Napi::Function::New<AttachEngine>(env, "attachEngine"));
  exports.Set("attachStore", Napi::Function::New<AttachStore>(env, "attachStore"));
  exports.Set("version", BATON_HOST_VERSION);
  exports.Set("check", CheckObject(env));
  return exports;
}

}  // namespace
}  // namespace baton

static Napi::Object InitBatonHost(Napi::Env env, Napi::Object exports) {
  return baton::Init(env, exports);
}

NODE_API_MODULE(baton_host, InitBatonHost)
