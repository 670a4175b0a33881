// The part of NativeCore that serves plugins beside their jobs.
#include <utility>

#include "arguments.h"
#include "convert.h"
#include "core_object.h"

namespace baton {

Napi::Value CoreObject::AnswerRest(const Napi::CallbackInfo& info) {
  const uint64_t ticket = ReadTicket(info[0]);
  const int32_t status = ReadInt32(info[1], "status");
  RestAnswer answer{ReadInt32(info[2], "httpStatus"), ReadBytes(info[3], "body")};
  const bool heard = Hold(info)->core().AnswerRest(ticket, status, std::move(answer));
  return Napi::Boolean::New(info.Env(), heard);
}

void CoreObject::TellEvents(const Napi::CallbackInfo& info) {
  const int64_t generation = ReadInteger(info[0], "generation");
  Hold(info)->core().TellEvents(static_cast<uint64_t>(generation), ReadEvents(info[1]));
}

Napi::Value CoreObject::Metrics(const Napi::CallbackInfo& info) {
  return MetricsToJs(info.Env(), Hold(info)->core().metrics());
}

Napi::Value CoreObject::ErrorText(const Napi::CallbackInfo& info) {
  const std::string plugin = ReadText(info[0], "plugin");
  const std::string code = ReadText(info[1], "code");
  const std::optional<std::string> text = Hold(info)->core().ErrorText(plugin, code);
  return text.has_value() ? Napi::String::New(info.Env(), *text) : info.Env().Null();
}

}  // namespace baton
