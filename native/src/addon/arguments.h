// What JavaScript passes in, as C++: read once, copied, checked for its type and nothing else. Wrong
// types throw a TypeError that names the argument. The environment's thread.
//
// Integers are finite numbers; a fraction is cut off. Bytes are a Uint8Array. Null or undefined is
// none where none is allowed.
#ifndef BATON_ADDON_ARGUMENTS_H_
#define BATON_ADDON_ARGUMENTS_H_

#include <napi.h>

#include <optional>
#include <string>
#include <vector>

#include "core.h"

namespace baton {

// How an error names what was read.
struct Label {
  Label(const char* label) : name(label) {}  // NOLINT(google-explicit-constructor)
  Label(const char* object, const char* property) : owner(object), name(property) {}
  const char* owner = nullptr;
  const char* name;
};

std::string ReadText(const Napi::Value& value, const Label& label);
std::vector<std::string> ReadTexts(const Napi::Value& value, const Label& label);
double ReadNumber(const Napi::Value& value, const Label& label);
bool ReadFlag(const Napi::Value& value, const Label& label);
int64_t ReadInteger(const Napi::Value& value, const Label& label);
int32_t ReadInt32(const Napi::Value& value, const Label& label);
Bytes ReadBytes(const Napi::Value& value, const Label& label);
// Not negative.
uint64_t ReadTicket(const Napi::Value& value);
Napi::Function ReadFunction(const Napi::Value& value, const Label& label);
RequestKind ReadRequestKind(const Napi::Value& value);

JobInfo ReadInfo(const Napi::Value& value);
std::optional<JobInfo> ReadInfoOrNone(const Napi::Value& value);
Request ReadRequest(const Napi::Value& value);
WishedJob ReadWishedJob(const Napi::Value& value);

std::vector<Event> ReadEvents(const Napi::Value& value);
// What a plugin's property is.
PropertyWrite ReadProperty(const Napi::Value& value);

// All but what concerns functions.
CoreOptions ReadOptions(const Napi::Value& value);

// What the engine's `call` function answers.
struct EngineAnswer {
  baton_status status = BATON_ERROR_INTERNAL;
  std::optional<JobInfo> info;
};
EngineAnswer ReadAnswer(const Napi::Value& value);

}  // namespace baton

#endif  // BATON_ADDON_ARGUMENTS_H_
