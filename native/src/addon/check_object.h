// The checking layer as JavaScript sees it: NativeChecker of src/native/binding.ts. The
// environment's thread.
#ifndef BATON_ADDON_CHECK_OBJECT_H_
#define BATON_ADDON_CHECK_OBJECT_H_

#include <napi.h>

namespace baton {

Napi::Object CheckObject(Napi::Env env);

}  // namespace baton

#endif  // BATON_ADDON_CHECK_OBJECT_H_
