#include "check_object.h"

#include <baton_napi.h>

#include <utility>

#include "arguments.h"
#include "checked_calls.h"
#include "checker.h"
#include "convert.h"
#include "declaration.h"
#include "findings.h"

namespace baton {
namespace {

using check::Checker;

check::Fault ReadFault(const Napi::Value& value) {
  const Napi::Object given = value.As<Napi::Object>();
  check::Fault fault;
  fault.call = ReadText(given.Get("call"), "call");
  fault.status = ReadInt32(given.Get("status"), "status");
  fault.skip = ReadInteger(given.Get("skip"), "skip");
  fault.times = ReadInteger(given.Get("times"), "times");
  return fault;
}

void Install(const Napi::CallbackInfo& info) {
  if (!check::Findings::Process().Open(ReadText(info[0], "findings"))) {
    throw Napi::Error::New(info.Env(), "the file for findings cannot be written");
  }
  Checker::Install();
}

void Configure(const Napi::CallbackInfo& info) {
  const Napi::Object given = info[0].As<Napi::Object>();
  check::Options options;
  options.round_trip = given.Get("roundTrip").ToBoolean();
  options.ownership = given.Get("ownership").ToBoolean();
  options.getters = given.Get("getters").ToBoolean();
  options.table_size = static_cast<uint32_t>(ReadInteger(given.Get("tableSize"), "tableSize"));
  const Napi::Array faults = given.Get("faults").As<Napi::Array>();
  for (uint32_t i = 0; i < faults.Length(); i++) options.faults.push_back(ReadFault(faults.Get(i)));
  Checker::Process().Configure(options);
}

void TellStopped(const Napi::CallbackInfo&) { Checker::Process().Stopped(); }

Napi::Value CountsOf(const Napi::CallbackInfo& info) {
  const check::Counts counts = Checker::Process().counts();
  Napi::Object object = Napi::Object::New(info.Env());
  object.Set("created", static_cast<double>(counts.created));
  object.Set("submitted", static_cast<double>(counts.submitted));
  object.Set("saved", static_cast<double>(counts.saved));
  object.Set("finalized", static_cast<double>(counts.finalized));
  object.Set("types", static_cast<double>(counts.types));
  object.Set("routes", static_cast<double>(counts.routes));
  return object;
}

Napi::Value Tables(const Napi::CallbackInfo& info) {
  Napi::Array tables = Napi::Array::New(info.Env());
  for (const check::TableEnd& end : check::TableEnds()) {
    Napi::Object table = Napi::Object::New(info.Env());
    table.Set("call", end.call);
    table.Set("size", end.size);
    tables.Set(tables.Length(), table);
  }
  return tables;
}

void Declaration(const Napi::CallbackInfo& info) {
  JobError error;
  if (!check::CheckDeclaration(ReadText(info[0], "path"), &error)) {
    throw ErrorToJs(info.Env(), error);
  }
}

// What looks like a host and is none: without a tag, and with that of another major.
Napi::Value ForeignHosts(const Napi::CallbackInfo& info) {
  static int nothing = 0;
  static const napi_type_tag other_major = {baton_napi_type_tag.lower ^ 1,
                                            baton_napi_type_tag.upper};
  const auto untagged = Napi::External<int>::New(info.Env(), &nothing);
  const auto tagged = Napi::External<int>::New(info.Env(), &nothing);
  if (napi_type_tag_object(info.Env(), tagged, &other_major) != napi_ok) {
    throw Napi::Error::New(info.Env());
  }
  Napi::Array hosts = Napi::Array::New(info.Env());
  hosts.Set(0u, untagged);
  hosts.Set(1u, tagged);
  return hosts;
}

}  // namespace

Napi::Object CheckObject(Napi::Env env) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("install", Napi::Function::New<Install>(env, "install"));
  object.Set("configure", Napi::Function::New<Configure>(env, "configure"));
  object.Set("stopped", Napi::Function::New<TellStopped>(env, "stopped"));
  object.Set("counts", Napi::Function::New<CountsOf>(env, "counts"));
  object.Set("tables", Napi::Function::New<Tables>(env, "tables"));
  object.Set("declaration", Napi::Function::New<Declaration>(env, "declaration"));
  object.Set("foreignHosts", Napi::Function::New<ForeignHosts>(env, "foreignHosts"));
  return object;
}

}  // namespace baton
