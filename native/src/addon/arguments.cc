#include "arguments.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace baton {
namespace {

constexpr double kMaxInteger = 9007199254740991.0;  // Number.MAX_SAFE_INTEGER

[[noreturn]] void Refuse(const Napi::Value& value, const Label& label, const char* what) {
  const std::string name =
      label.owner == nullptr ? label.name : std::string(label.owner) + "." + label.name;
  throw Napi::TypeError::New(value.Env(), name + " must be " + what);
}

bool IsNone(const Napi::Value& value) { return value.IsNull() || value.IsUndefined(); }

Pairs ReadPairs(const Napi::Value& value, const Label& label) {
  if (!value.IsArray()) Refuse(value, label, "an array");
  const Napi::Array array = value.As<Napi::Array>();
  Pairs pairs;
  pairs.reserve(array.Length());
  for (uint32_t i = 0; i < array.Length(); i++) {
    const Napi::HandleScope scope(value.Env());
    const Napi::Value item = array[i];
    if (!item.IsArray()) Refuse(value, label, "an array of pairs");
    const Napi::Array pair = item.As<Napi::Array>();
    pairs.emplace_back(ReadText(pair[0u], label), ReadText(pair[1u], label));
  }
  return pairs;
}

// The properties of one object; says which of them is wrong.
class Fields {
 public:
  Fields(const Napi::Value& value, const char* name) : name_(name) {
    if (!value.IsObject()) Refuse(value, name, "an object");
    object_ = value.As<Napi::Object>();
  }

  std::string Text(const char* key) const { return ReadText(Get(key), Name(key)); }
  int64_t Integer(const char* key) const { return ReadInteger(Get(key), Name(key)); }
  int32_t Int32(const char* key) const { return ReadInt32(Get(key), Name(key)); }
  double Number(const char* key) const { return ReadNumber(Get(key), Name(key)); }
  Bytes BytesOf(const char* key) const { return ReadBytes(Get(key), Name(key)); }
  Pairs PairsOf(const char* key) const { return ReadPairs(Get(key), Name(key)); }
  std::vector<std::string> TextsOf(const char* key) const { return ReadTexts(Get(key), Name(key)); }
  bool Flag(const char* key) const { return ReadFlag(Get(key), Name(key)); }
  std::optional<std::string> TextOrNone(const char* key) const {
    const Napi::Value value = Get(key);
    if (IsNone(value)) return std::nullopt;
    return ReadText(value, Name(key));
  }
  std::optional<Bytes> BytesOrNone(const char* key) const {
    const Napi::Value value = Get(key);
    if (IsNone(value)) return std::nullopt;
    return ReadBytes(value, Name(key));
  }
  Napi::Value Get(const char* key) const { return object_.Get(key); }

 private:
  Label Name(const char* key) const { return {name_, key}; }

  const char* const name_;
  Napi::Object object_;
};

}  // namespace

std::string ReadText(const Napi::Value& value, const Label& label) {
  if (!value.IsString()) Refuse(value, label, "a string");
  return value.As<Napi::String>().Utf8Value();
}

std::vector<std::string> ReadTexts(const Napi::Value& value, const Label& label) {
  if (!value.IsArray()) Refuse(value, label, "an array");
  const Napi::Array array = value.As<Napi::Array>();
  std::vector<std::string> texts;
  for (uint32_t i = 0; i < array.Length(); i++) texts.push_back(ReadText(array[i], label));
  return texts;
}

double ReadNumber(const Napi::Value& value, const Label& label) {
  if (!value.IsNumber()) Refuse(value, label, "a number");
  return value.As<Napi::Number>().DoubleValue();
}

bool ReadFlag(const Napi::Value& value, const Label& label) {
  if (!value.IsBoolean()) Refuse(value, label, "a boolean");
  return value.As<Napi::Boolean>().Value();
}

int64_t ReadInteger(const Napi::Value& value, const Label& label) {
  const double number = ReadNumber(value, label);
  if (!(std::fabs(number) <= kMaxInteger)) Refuse(value, label, "a safe integer");
  return static_cast<int64_t>(number);
}

int32_t ReadInt32(const Napi::Value& value, const Label& label) {
  const int64_t number = ReadInteger(value, label);
  using Limits = std::numeric_limits<int32_t>;
  if (number < Limits::min() || number > Limits::max()) Refuse(value, label, "a 32-bit integer");
  return static_cast<int32_t>(number);
}

Bytes ReadBytes(const Napi::Value& value, const Label& label) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
    Refuse(value, label, "a Uint8Array");
  }
  const Napi::Uint8Array array = value.As<Napi::Uint8Array>();
  if (array.ByteLength() == 0) return {};
  return Bytes(reinterpret_cast<const char*>(array.Data()), array.ByteLength());
}

uint64_t ReadTicket(const Napi::Value& value) {
  const int64_t number = ReadInteger(value, "ticket");
  if (number < 0) Refuse(value, "ticket", "0 or more");
  return static_cast<uint64_t>(number);
}

Napi::Function ReadFunction(const Napi::Value& value, const Label& label) {
  if (!value.IsFunction()) Refuse(value, label, "a function");
  return value.As<Napi::Function>();
}

RequestKind ReadRequestKind(const Napi::Value& value) {
  const std::string kind = ReadText(value, "request");
  if (kind == "pause") return RequestKind::kPause;
  if (kind == "cancel") return RequestKind::kCancel;
  if (kind == "recall") return RequestKind::kRecall;
  Refuse(value, "request", "\"pause\", \"cancel\" or \"recall\"");
}

JobInfo ReadInfo(const Napi::Value& value) {
  const Fields fields(value, "info");
  JobInfo info;
  info.id = fields.Text("id");
  info.type = fields.Text("type");
  info.state = fields.Int32("state");
  info.requested = fields.Int32("requested");
  info.priority = fields.Int32("priority");
  info.attempts = fields.Int32("attempts");
  info.max_attempts = fields.Int32("maxAttempts");
  info.progress = fields.Number("progress");
  info.created_at_ms = fields.Integer("createdAt");
  info.changed_at_ms = fields.Integer("changedAt");
  info.due_at_ms = fields.Integer("dueAt");
  info.runtime_ms = fields.Integer("runtimeMs");
  info.error = {fields.Text("errorCode"), fields.Text("errorMessage")};
  return info;
}

std::optional<JobInfo> ReadInfoOrNone(const Napi::Value& value) {
  if (IsNone(value)) return std::nullopt;
  return ReadInfo(value);
}

Request ReadRequest(const Napi::Value& value) {
  const Fields fields(value, "request");
  Request request;
  request.method = fields.Text("method");
  request.path = fields.Text("path");
  request.query = fields.PairsOf("query");
  request.headers = fields.PairsOf("headers");
  request.body = fields.BytesOf("body");
  return request;
}

WishedJob ReadWishedJob(const Napi::Value& value) {
  const Fields fields(value, "wished");
  WishedJob wished;
  wished.plugin = fields.Text("plugin");
  wished.type = fields.Text("type");
  wished.content = fields.Text("content");
  wished.key = fields.TextOrNone("key");
  wished.user_data = fields.TextOrNone("userData");
  baton_submit_options& options = wished.options;
  options.flags = fields.Flag("awaited") ? BATON_SUBMIT_AWAITED : 0;
  options.priority = fields.Int32("priority");
  options.max_attempts = fields.Int32("maxAttempts");
  options.backoff_first_ms = fields.Integer("backoffFirstMs");
  options.backoff_factor = fields.Number("backoffFactor");
  options.backoff_cap_ms = fields.Integer("backoffCapMs");
  options.backoff_jitter = fields.Number("backoffJitter");
  options.start_after_ms = fields.Integer("startAfterMs");
  options.step_timeout_ms = fields.Integer("stepTimeoutMs");
  return wished;
}

std::vector<Event> ReadEvents(const Napi::Value& value) {
  if (!value.IsArray()) Refuse(value, "events", "an array");
  const Napi::Array array = value.As<Napi::Array>();
  std::vector<Event> events;
  events.reserve(array.Length());
  for (uint32_t i = 0; i < array.Length(); i++) {
    const Napi::HandleScope scope(value.Env());
    const Fields fields(array[i], "event");
    events.push_back({fields.Int32("kind"), fields.Int32("from"), ReadInfo(fields.Get("job"))});
  }
  return events;
}

PropertyWrite ReadProperty(const Napi::Value& value) {
  const Fields fields(value, "property");
  return {fields.Text("plugin"), fields.Text("name"), fields.BytesOrNone("value")};
}

CoreOptions ReadOptions(const Napi::Value& value) {
  const Fields fields(value, "options");
  CoreOptions options;
  options.slots = fields.Int32("slots");
  options.durable = fields.Flag("durable");
  options.config = fields.Text("config");
  options.history = static_cast<size_t>(std::max(fields.Int32("history"), 0));
  options.own_codes = fields.TextsOf("ownCodes");
  options.limit_jobs = fields.Integer("limitJobs");
  options.far_engine = !IsNone(fields.Get("farEngine")) && fields.Flag("farEngine");
  options.step_grace_ms = fields.Integer("stepGraceMs");
  return options;
}

EngineAnswer ReadAnswer(const Napi::Value& value) {
  const Fields fields(value, "answer");
  return {fields.Int32("status"), ReadInfoOrNone(fields.Get("info"))};
}

}  // namespace baton
