#include "flat.h"

#include <cstring>
#include <optional>
#include <string>

#include "arguments.h"
#include "convert.h"

namespace baton {
namespace {

// A list that grows at its end.
class Writer {
 public:
  explicit Writer(Napi::Env env) : env_(env), array_(Napi::Array::New(env)) {}

  void Push(napi_value value) {
    if (napi_set_element(env_, array_, at_++, value) != napi_ok) throw Napi::Error::New(env_);
  }
  void Add(const std::string& text) { AddText(text.data(), text.size()); }
  void Add(const char* text) { AddText(text, std::strlen(text)); }
  void Add(double number) { Push(Napi::Number::New(env_, number)); }
  // Exact: sequences and times stay below 2^53.
  void Add(int64_t number) { Add(static_cast<double>(number)); }
  void Add(int32_t number) { Add(static_cast<double>(number)); }
  void Add(bool flag) { Push(Napi::Boolean::New(env_, flag)); }
  void AddTextOrNull(const std::optional<std::string>& text) {
    if (text.has_value()) return Add(*text);
    Push(env_.Null());
  }
  void AddBytesOrNull(const std::optional<Bytes>& bytes) {
    Push(bytes.has_value() ? BytesToJs(env_, *bytes) : env_.Null());
  }

  Napi::Array array() const { return array_; }

 private:
  void AddText(const char* text, size_t size) { Push(Napi::String::New(env_, text, size)); }

  const Napi::Env env_;
  const Napi::Array array_;
  uint32_t at_ = 0;
};

void AddRow(const StoredRow& row, Writer* writer) {
  writer->Add(row.id);
  writer->Add(row.sequence);
  writer->Add(row.type);
  writer->Add(row.plugin);
  writer->Add(row.priority);
  writer->AddTextOrNull(row.key);
  writer->Add(row.start_at_ms);
  writer->AddTextOrNull(row.user_data);
  writer->Add(row.created_at_ms);
  writer->Add(row.max_attempts);
  writer->Add(row.backoff.first_ms);
  writer->Add(row.backoff.factor);
  writer->Add(row.backoff.cap_ms);
  writer->Add(row.backoff.jitter);
  writer->Add(row.step_timeout_ms);
  writer->Add(row.progress);
  writer->AddTextOrNull(row.content);
  writer->Add(row.has_reset);
  writer->AddBytesOrNull(row.submitted_state);
  writer->Add(row.awaited);
}

void AddOutcome(const Outcome& outcome, Writer* writer) {
  switch (outcome.kind) {
    case OutcomeKind::kSuccess:
      return writer->Add("success");
    case OutcomeKind::kFailure:
      writer->Add("failure");
      writer->Add(outcome.error.code);
      writer->Add(outcome.error.message);
      return writer->Add(outcome.retryable);
    case OutcomeKind::kContinue:
      return writer->Add("continue");
    case OutcomeKind::kRetry:
      writer->Add("retry");
      if (outcome.retry_after_ms.has_value()) return writer->Add(*outcome.retry_after_ms);
      return writer->Push(writer->array().Env().Null());
    case OutcomeKind::kNotMine:
      return writer->Add("not-mine");
    case OutcomeKind::kDetached:
      writer->Add("detached");
      writer->Add(outcome.error.code);
      return writer->Add(outcome.error.message);
  }
}

// Writes what comes with every job; returns false, and writes nothing, for all else.
class MessageWriter {
 public:
  explicit MessageWriter(Writer* writer) : writer_(writer) {}

  bool operator()(const Submitted& message) const {
    writer_->Add("submitted");
    AddRow(message.row, writer_);
    writer_->Add(message.admitted);
    return true;
  }
  bool operator()(const Lived& message) const {
    writer_->Add("lived");
    AddRow(message.row, writer_);
    AddSample(message.sample);
    writer_->Add(message.runtime_ms);
    writer_->Add(message.ended_at_ms);
    return true;
  }
  bool operator()(const Started& message) const {
    writer_->Add("started");
    writer_->Add(message.id);
    return true;
  }
  bool operator()(const Granted& message) const {
    writer_->Add("granted");
    writer_->Add(message.id);
    return true;
  }
  bool operator()(const Ended& message) const {
    writer_->Add("ended");
    writer_->Add(message.id);
    AddOutcome(message.outcome, writer_);
    writer_->Add(message.stop_reason);
    AddSample(message.sample);
    writer_->Add(message.runtime_ms);
    writer_->Add(message.has_payload);
    writer_->Add(message.finalized);
    return true;
  }
  template <typename Rare>
  bool operator()(const Rare&) const {
    return false;
  }

 private:
  void AddSample(const Sample& sample) const {
    writer_->Add(sample.progress);
    writer_->AddTextOrNull(sample.content);
    writer_->AddBytesOrNull(sample.state);
    writer_->Push(TreeToJs(writer_->array().Env(), sample.tree.get()));
  }

  Writer* const writer_;
};

// The values of a list, one after the other.
class Reader {
 public:
  Reader(const Napi::Value& value, const char* name) : name_(name) {
    if (!value.IsArray())
      throw Napi::TypeError::New(value.Env(), std::string(name) + " must be an array");
    array_ = value.As<Napi::Array>();
    length_ = array_.Length();
  }

  bool AtEnd() const { return at_ >= length_; }
  std::string Text() { return ReadText(Next(), name_); }
  int64_t Integer() { return ReadInteger(Next(), name_); }
  int32_t Int32() { return ReadInt32(Next(), name_); }
  double Number() { return ReadNumber(Next(), name_); }
  bool Flag() { return ReadFlag(Next(), name_); }
  std::optional<std::string> TextOrNone() {
    const Napi::Value value = Next();
    if (value.IsNull()) return std::nullopt;
    return ReadText(value, name_);
  }
  std::optional<Bytes> BytesOrNone() {
    const Napi::Value value = Next();
    if (value.IsNull()) return std::nullopt;
    return ReadBytes(value, name_);
  }

 private:
  Napi::Value Next() { return array_.Get(at_++); }

  const char* const name_;
  Napi::Array array_;
  uint32_t length_ = 0;
  uint32_t at_ = 0;
};

JobInfo ReadFlatInfo(Reader* reader) {
  JobInfo info;
  info.id = reader->Text();
  info.type = reader->Text();
  info.state = reader->Int32();
  info.requested = reader->Int32();
  info.priority = reader->Int32();
  info.attempts = reader->Int32();
  info.max_attempts = reader->Int32();
  info.progress = reader->Number();
  info.created_at_ms = reader->Integer();
  info.changed_at_ms = reader->Integer();
  info.due_at_ms = reader->Integer();
  info.runtime_ms = reader->Integer();
  info.error.code = reader->Text();
  info.error.message = reader->Text();
  return info;
}

Entry ReadFlatEntry(Reader* reader) {
  Entry entry;
  entry.id = reader->Text();
  entry.plugin = reader->Text();
  entry.type = reader->Text();
  entry.sequence = reader->Integer();
  entry.priority = reader->Int32();
  entry.native = reader->Flag();
  entry.attempts = reader->Int32();
  entry.max_attempts = reader->Int32();
  entry.step_timeout_ms = reader->Integer();
  entry.runtime_ms = reader->Integer();
  entry.reset = reader->Flag();
  entry.state = reader->BytesOrNone();
  entry.submitted_state = reader->BytesOrNone();
  entry.progress = reader->Number();
  entry.content = reader->TextOrNone();
  entry.finalize_success = reader->Flag();
  return entry;
}

template <typename Item>
std::vector<Item> ReadItems(const Napi::Value& value, const char* name, Item (*read)(Reader*)) {
  std::vector<Item> items;
  for (Reader reader(value, name); !reader.AtEnd();) {
    const Napi::HandleScope scope(value.Env());
    items.push_back(read(&reader));
  }
  return items;
}

std::string ReadId(Reader* reader) { return reader->Text(); }

}  // namespace

Napi::Array FlatMessagesToJs(Napi::Env env, std::vector<Message> messages) {
  Writer writer(env);
  for (Message& message : messages) {
    const Napi::HandleScope scope(env);
    if (!std::visit(MessageWriter(&writer), message)) {
      writer.Push(MessageToJs(env, message));
    }
    message = CallDropped();  // frees what may be large
  }
  return writer.array();
}

Orders ReadFlatOrders(const Napi::Value& value) {
  if (!value.IsObject()) throw Napi::TypeError::New(value.Env(), "orders must be an object");
  const Napi::Object object = value.As<Napi::Object>();
  Orders orders;
  orders.publish = ReadItems(object.Get("publish"), "orders.publish", ReadFlatInfo);
  orders.finalize = ReadItems(object.Get("finalize"), "orders.finalize", ReadId);
  orders.forget = ReadItems(object.Get("forget"), "orders.forget", ReadId);
  orders.admit = ReadItems(object.Get("admit"), "orders.admit", ReadFlatEntry);
  return orders;
}

}  // namespace baton
