// What the native core says, as JavaScript objects in the shapes of src/native/messages.ts: every
// property present, null for none, bytes copied. The environment's thread.
#ifndef BATON_ADDON_CONVERT_H_
#define BATON_ADDON_CONVERT_H_

#include <napi.h>

#include <string>
#include <vector>

#include "core.h"

namespace baton {

Napi::Value BytesToJs(Napi::Env env, const Bytes& bytes);

// A flat list; null: there is none.
Napi::Value TreeToJs(Napi::Env env, const TreeCopy* tree);

// Empty for the five that flat.cc writes as values of its list.
Napi::Object MessageToJs(Napi::Env env, const Message& message);

Napi::Array StoreRequestsToJs(Napi::Env env, const StoreQueue::Requests& requests);

Napi::Array TextsToJs(Napi::Env env, const std::vector<std::string>& texts);

Napi::Array PropertiesToJs(Napi::Env env, const std::vector<PropertyWrite>& properties);
Napi::Array MetricsToJs(Napi::Env env, const std::vector<Metric>& metrics);
Napi::Object CountsToJs(Napi::Env env, const Counts& counts);

const char* CallKindName(CallKind kind);
const char* RequestAnswerName(RequestAnswer answer);

// An error with one of our codes; `error.message` is a sentence.
Napi::Error ErrorToJs(Napi::Env env, const JobError& error);

}  // namespace baton

#endif  // BATON_ADDON_CONVERT_H_
