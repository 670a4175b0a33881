// POST /{{name}}?steps=10 makes a job that counts to `steps`, and waits a little in each step.
// A Node-API addon in C++17, with baton.hpp and baton_napi.h: read those first.
#include <baton_napi.h>
#include <napi.h>

#include "counter.h"

namespace {

// What this addon keeps for each environment that loads it: its host, until `stop`.
struct Loaded {
  baton::Host host;
};

void Start(const Napi::CallbackInfo& info) {
  const auto call = static_cast<napi_callback_info>(info);
  const baton_host* const raw = baton_host_from_start(info.Env(), call);
  if (raw == nullptr) return;  // a TypeError is on its way
  const baton::Host host(raw);
  info.Env().GetInstanceData<Loaded>()->host = host;
  host.register_type<Counter>().or_throw("cannot register the job type");
  // No Node-API in here, nor in the job: both run on threads of the host's.
  host.register_route("POST", "/{{name}}", [host](const auto& request, auto& response) {
        return Post(host, request, response);
      })
      .or_throw("cannot register the route");
}

void Stop(const Napi::CallbackInfo& info) { info.Env().GetInstanceData<Loaded>()->host.forget(); }

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  env.SetInstanceData(new Loaded());
  exports.Set("name", "{{name}}");
  exports.Set("version", "1.0.0");
  exports.Set("start", Napi::Function::New(env, Start, "start"));
  exports.Set("stop", Napi::Function::New(env, Stop, "stop"));
  return exports;
}

}  // namespace

NODE_API_MODULE(NODE_GYP_MODULE_NAME, Init)
