#include "convert.h"

#include <cstring>
#include <optional>

namespace baton {
namespace {

Napi::Value ToJs(Napi::Env env, const std::string& text) { return Napi::String::New(env, text); }
// Exact: sequences, tickets and times stay below 2^53.
Napi::Value ToJs(Napi::Env env, int64_t number) {
  return Napi::Number::New(env, static_cast<double>(number));
}
Napi::Value ToJs(Napi::Env env, uint64_t number) {
  return Napi::Number::New(env, static_cast<double>(number));
}
Napi::Value FlagToJs(Napi::Env env, bool flag) { return Napi::Boolean::New(env, flag); }

Napi::Value BytesOrNull(Napi::Env env, const std::optional<Bytes>& bytes) {
  return bytes.has_value() ? BytesToJs(env, *bytes) : env.Null();
}

Napi::Value TextOrNull(Napi::Env env, const std::optional<std::string>& text) {
  return text.has_value() ? ToJs(env, *text) : env.Null();
}

Napi::Object Tagged(Napi::Env env, const char* kind) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("kind", kind);
  return object;
}

// As the port JobAnswer; undefined: there is none.
Napi::Value JobAnswerToJs(Napi::Env env, const std::optional<JobAnswer>& answer) {
  if (!answer.has_value()) return env.Undefined();
  Napi::Object object = Napi::Object::New(env);
  object.Set("id", answer->id);
  object.Set("wait", FlagToJs(env, answer->wait));
  object.Set("timeoutMs", answer->timeout_ms < 0 ? env.Null() : ToJs(env, answer->timeout_ms));
  return object;
}

Napi::Object RowToJs(Napi::Env env, const StoredRow& row) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("id", row.id);
  object.Set("sequence", ToJs(env, row.sequence));
  object.Set("type", row.type);
  object.Set("plugin", row.plugin);
  object.Set("priority", row.priority);
  object.Set("key", TextOrNull(env, row.key));
  object.Set("startAt", ToJs(env, row.start_at_ms));
  object.Set("userData", TextOrNull(env, row.user_data));
  object.Set("createdAt", ToJs(env, row.created_at_ms));
  object.Set("maxAttempts", row.max_attempts);
  object.Set("backoffFirstMs", ToJs(env, row.backoff.first_ms));
  object.Set("backoffFactor", row.backoff.factor);
  object.Set("backoffCapMs", ToJs(env, row.backoff.cap_ms));
  object.Set("backoffJitter", row.backoff.jitter);
  object.Set("stepTimeoutMs", ToJs(env, row.step_timeout_ms));
  object.Set("progress", row.progress);
  object.Set("content", TextOrNull(env, row.content));
  object.Set("hasReset", FlagToJs(env, row.has_reset));
  object.Set("submittedState", BytesOrNull(env, row.submitted_state));
  object.Set("awaited", FlagToJs(env, row.awaited));
  return object;
}

Napi::Object SampleToJs(Napi::Env env, const Sample& sample) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("progress", sample.progress);
  object.Set("content", TextOrNull(env, sample.content));
  object.Set("state", BytesOrNull(env, sample.state));
  object.Set("tree", TreeToJs(env, sample.tree.get()));
  return object;
}

Napi::Array HeadersToJs(Napi::Env env, const Pairs& headers) {
  Napi::Array array = Napi::Array::New(env, headers.size());
  for (uint32_t i = 0; i < headers.size(); i++) {
    Napi::Array pair = Napi::Array::New(env, 2);
    pair.Set(0u, headers[i].first);
    pair.Set(1u, headers[i].second);
    array.Set(i, pair);
  }
  return array;
}

// One object for each kind of message, but for those that flat.cc writes. A kind that is in neither
// does not compile: what is told and comes to nothing is heard of by nobody.
class MessageConverter {
 public:
  explicit MessageConverter(Napi::Env env) : env_(env) {}

  Napi::Object operator()(const Called& message) const {
    Napi::Object object = Ticketed("called", message.ticket);
    object.Set("call", CallKindName(message.kind));
    object.Set("id", message.id);
    object.Set("priority", message.priority);
    return object;
  }
  Napi::Object operator()(const CallDropped& message) const {
    return Ticketed("call-dropped", message.ticket);
  }
  Napi::Object operator()(const Sampled& message) const {
    Napi::Object object = OfJob("sampled", message.id);
    object.Set("sample", SampleToJs(env_, message.sample));
    object.Set("runtimeMs", ToJs(env_, message.runtime_ms));
    return object;
  }
  Napi::Object operator()(const Stopped& message) const {
    Napi::Object object = OfJob("stopped", message.id);
    object.Set("reason", message.reason);
    object.Set("sample", SampleToJs(env_, message.sample));
    return object;
  }
  Napi::Object operator()(const Finalized& message) const { return OfJob("finalized", message.id); }
  Napi::Object operator()(const StepReturned& message) const {
    return OfJob("step-returned", message.id);
  }
  Napi::Object operator()(const RoomGiven& message) const {
    return Ticketed("room-given", message.ticket);
  }
  Napi::Object operator()(const TypeRegistered& message) const {
    Napi::Object object = Tagged(env_, "type-registered");
    object.Set("plugin", message.plugin);
    object.Set("type", message.type);
    return object;
  }
  Napi::Object operator()(const CreatorRegistered& message) const {
    Napi::Object object = Tagged(env_, "creator-registered");
    object.Set("plugin", message.plugin);
    object.Set("type", message.type);
    return object;
  }
  Napi::Object operator()(const RouteRegistered& message) const {
    Napi::Object object = Tagged(env_, "route-registered");
    object.Set("plugin", message.plugin);
    object.Set("method", message.method);
    object.Set("pattern", message.pattern);
    return object;
  }
  Napi::Object operator()(const RouteAsked& message) const {
    Napi::Object object = Ticketed("route-asked", message.ticket);
    object.Set("plugin", message.plugin);
    object.Set("method", message.method);
    object.Set("pattern", message.pattern);
    return object;
  }
  Napi::Object operator()(const RunBegins& message) const {
    Napi::Object object = Ticketed("run-begins", message.ticket);
    object.Set("id", message.id);
    return object;
  }
  Napi::Object operator()(const ErrorRegistered& message) const {
    Napi::Object object = Tagged(env_, "error-registered");
    object.Set("plugin", message.plugin);
    object.Set("code", message.code);
    object.Set("text", message.text);
    return object;
  }
  Napi::Object operator()(const Logged& message) const {
    Napi::Object object = Tagged(env_, "logged");
    object.Set("plugin", message.plugin);
    object.Set("id", message.id);
    object.Set("level", message.level);
    object.Set("text", message.text);
    return object;
  }
  Napi::Object operator()(const ResponseHead& message) const {
    Napi::Object object = Ticketed("response-head", message.ticket);
    object.Set("status", message.http_status);
    object.Set("headers", HeadersToJs(env_, message.headers));
    object.Set("job", JobAnswerToJs(env_, message.job));
    return object;
  }
  Napi::Object operator()(const ResponseChunk& message) const {
    Napi::Object object = Ticketed("response-chunk", message.ticket);
    object.Set("bytes", BytesToJs(env_, message.bytes));
    return object;
  }
  Napi::Object operator()(const ResponseEnd& message) const {
    Napi::Object object = Ticketed("response-end", message.ticket);
    object.Set("status", message.status);
    object.Set("why", message.why);
    return object;
  }
  Napi::Object operator()(const RestCalled& message) const {
    Napi::Object object = Ticketed("rest-called", message.ticket);
    object.Set("method", message.method);
    object.Set("target", message.target);
    object.Set("headers", HeadersToJs(env_, message.headers));
    object.Set("body", BytesToJs(env_, message.body));
    object.Set("refused", message.refused);
    object.Set("plugin", message.plugin);
    object.Set("why", message.why);
    object.Set("job", JobAnswerToJs(env_, message.job));
    return object;
  }
  Napi::Object operator()(const OutputCalled& message) const {
    static constexpr const char* kCalls[] = {"open", "write", "close", "drop"};
    Napi::Object object = Ticketed("output-called", message.ticket);
    object.Set("id", message.id);
    object.Set("call", kCalls[static_cast<int>(message.call)]);
    object.Set("key", message.key);
    object.Set("mime", message.mime);
    object.Set("bytes", BytesToJs(env_, message.bytes));
    return object;
  }
  Napi::Object operator()(const EventsWanted& message) const {
    Napi::Object object = Tagged(env_, "events-wanted");
    object.Set("mask", message.mask);
    object.Set("generation", ToJs(env_, message.generation));
    return object;
  }
  Napi::Object operator()(const MetricsChanged&) const { return Tagged(env_, "metrics-changed"); }
  Napi::Object operator()(const LaneBusy&) const { return Tagged(env_, "lane-busy"); }
  Napi::Object operator()(const Submitted&) const { return {}; }
  Napi::Object operator()(const Lived&) const { return {}; }
  Napi::Object operator()(const Started&) const { return {}; }
  Napi::Object operator()(const Granted&) const { return {}; }
  Napi::Object operator()(const Ended&) const { return {}; }

 private:
  Napi::Object Ticketed(const char* kind, uint64_t ticket) const {
    Napi::Object object = Tagged(env_, kind);
    object.Set("ticket", ToJs(env_, ticket));
    return object;
  }
  Napi::Object OfJob(const char* kind, const std::string& id) const {
    Napi::Object object = Tagged(env_, kind);
    object.Set("id", id);
    return object;
  }

  const Napi::Env env_;
};

Napi::Object PropertyToJs(Napi::Env env, const PropertyWrite& property) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("plugin", property.plugin);
  object.Set("name", property.name);
  object.Set("value", BytesOrNull(env, property.value));
  return object;
}

Napi::Object StoreRequestToJs(Napi::Env env, const StoreRequest& request) {
  if (request.kind == StoreKind::kCheckpoint) {
    const Checkpoint& checkpoint = request.checkpoint;
    Napi::Object object = Tagged(env, "checkpoint");
    object.Set("ticket", ToJs(env, request.ticket));
    object.Set("id", checkpoint.id);
    object.Set("state", BytesToJs(env, checkpoint.current_state));
    object.Set("progress", checkpoint.progress);
    object.Set("content", TextOrNull(env, checkpoint.content));
    object.Set("attempts", checkpoint.attempts);
    object.Set("runtimeMs", ToJs(env, checkpoint.runtime_ms));
    return object;
  }
  if (request.kind == StoreKind::kProperty) {
    Napi::Object object = PropertyToJs(env, request.property);
    object.Set("kind", "property");
    object.Set("ticket", ToJs(env, request.ticket));
    return object;
  }
  if (request.kind == StoreKind::kUpdate) {
    Napi::Object object = Tagged(env, "update");
    object.Set("ticket", ToJs(env, request.ticket));
    object.Set("sequence", ToJs(env, request.first_sequence));
    object.Set("update", BytesToJs(env, request.update));
    return object;
  }
  Napi::Object object = Tagged(env, "add");
  object.Set("ticket", ToJs(env, request.ticket));
  Napi::Array rows = Napi::Array::New(env, request.rows.size());
  for (uint32_t i = 0; i < request.rows.size(); i++) {
    const Napi::HandleScope scope(env);
    rows.Set(i, RowToJs(env, request.rows[i]));
  }
  object.Set("rows", rows);
  object.Set("mayWait", FlagToJs(env, request.may_wait));
  return object;
}

}  // namespace

Napi::Value TreeToJs(Napi::Env env, const TreeCopy* tree) {
  if (tree == nullptr) return env.Null();
  // Flat, in the order of src/adapters/native/native-tree.ts.
  Napi::Array array = Napi::Array::New(env);
  uint32_t at = 0;
  array.Set(at++, tree->fraction);
  array.Set(at++, ToJs(env, tree->started_at_ms));
  array.Set(at++, ToJs(env, tree->life));
  for (const ChildCopy& child : tree->children) {
    array.Set(at++, child.parent);
    array.Set(at++, child.name);
    array.Set(at++, child.weight);
    array.Set(at++, child.done);
    array.Set(at++, child.total);
    array.Set(at++, child.fraction);
    array.Set(at++, child.outcome);
    array.Set(at++, FlagToJs(env, child.canceled));
    array.Set(at++, ToJs(env, child.started_at_ms));
    array.Set(at++, ToJs(env, child.ended_at_ms));
  }
  return array;
}

Napi::Value BytesToJs(Napi::Env env, const Bytes& bytes) {
  Napi::Uint8Array array = Napi::Uint8Array::New(env, bytes.size());
  if (!bytes.empty()) std::memcpy(array.Data(), bytes.data(), bytes.size());
  return array;
}

Napi::Object MessageToJs(Napi::Env env, const Message& message) {
  return std::visit(MessageConverter(env), message);
}

Napi::Array StoreRequestsToJs(Napi::Env env, const StoreQueue::Requests& requests) {
  Napi::Array array = Napi::Array::New(env);
  uint32_t count = 0;
  for (const auto& request : requests) {
    const Napi::HandleScope scope(env);
    array.Set(count++, StoreRequestToJs(env, *request));
  }
  return array;
}

Napi::Array TextsToJs(Napi::Env env, const std::vector<std::string>& texts) {
  Napi::Array array = Napi::Array::New(env, texts.size());
  for (uint32_t i = 0; i < texts.size(); i++) array.Set(i, texts[i]);
  return array;
}

Napi::Array PropertiesToJs(Napi::Env env, const std::vector<PropertyWrite>& properties) {
  Napi::Array array = Napi::Array::New(env, properties.size());
  for (uint32_t i = 0; i < properties.size(); i++) array.Set(i, PropertyToJs(env, properties[i]));
  return array;
}

Napi::Array MetricsToJs(Napi::Env env, const std::vector<Metric>& metrics) {
  Napi::Array array = Napi::Array::New(env, metrics.size());
  for (uint32_t i = 0; i < metrics.size(); i++) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("plugin", metrics[i].plugin);
    object.Set("name", metrics[i].name);
    object.Set("value", metrics[i].value);
    array.Set(i, object);
  }
  return array;
}

Napi::Object CountsToJs(Napi::Env env, const Counts& counts) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("created", ToJs(env, counts.created));
  object.Set("finalized", ToJs(env, counts.finalized));
  object.Set("live", ToJs(env, counts.live));
  object.Set("owed", ToJs(env, counts.owed));
  return object;
}

// By the order of the enumerations.
const char* CallKindName(CallKind kind) {
  static const char* const kNames[] = {"cancel", "pause",        "resume", "resubmit",
                                       "delete", "set-priority", "info",   "wait"};
  return kNames[static_cast<size_t>(kind)];
}

const char* RequestAnswerName(RequestAnswer answer) {
  static const char* const kNames[] = {"removed", "begun", "absent"};
  return kNames[static_cast<size_t>(answer)];
}

Napi::Error ErrorToJs(Napi::Env env, const JobError& error) {
  Napi::Error thrown = Napi::Error::New(env, error.message);
  thrown.Set("code", Napi::String::New(env, error.code));
  return thrown;
}

}  // namespace baton
