#include "plugin_table.h"

#include <utility>

namespace baton {
namespace {

JobError NameTaken(const std::string& name) {
  return {"NAME_TAKEN", "a plugin of the name " + name + " is loaded already"};
}

// The codes of the loader as those that JavaScript knows.
JobError FromLoader(JobError error) {
  if (error.code == "PLUGIN_NOT_FOUND" || error.code == "PLUGIN_NOT_LOADABLE") {
    error.code = "PLUGIN_NOT_LOADED";
  } else if (error.code == "PLUGIN_INVALID") {
    error.code = "NOT_A_PLUGIN";
  }
  return error;
}

}  // namespace

bool PluginTable::Load(const std::string& path, Library* library, JobError* error) {
  if (!OpenLibrary(path, library, error)) {
    *error = FromLoader(std::move(*error));
    return false;
  }
  if (plugins_.emplace(library->name, Plugin{path, nullptr}).second) return true;
  *error = NameTaken(library->name);
  return false;
}

bool PluginTable::Start(Core* core, const std::string& name, JobError* error) {
  const auto at = plugins_.find(name);
  if (at == plugins_.end()) {
    *error = {"PLUGIN_NOT_LOADED", "no library of the name " + name + " was loaded"};
    return false;
  }
  if (at->second.instance != nullptr || at->second.path.empty()) {
    *error = NameTaken(name);
    return false;
  }
  // Its `start` may call the engine, and the engine this table.
  const std::string path = at->second.path;
  Instance* instance = core->Load(path, error);
  if (instance == nullptr) {
    *error = FromLoader(std::move(*error));
    plugins_.erase(name);
    return false;
  }
  plugins_[name] = {path, instance};
  return true;
}

Instance* PluginTable::Add(Core* core, const std::string& name, JobError* error) {
  if (plugins_.count(name) != 0) {
    *error = NameTaken(name);
    return nullptr;
  }
  Instance* instance = core->AddInstance(name);
  plugins_[name] = {std::string(), instance};
  return instance;
}

const Instance* PluginTable::Find(const std::string& name) const {
  const auto at = plugins_.find(name);
  return at == plugins_.end() ? nullptr : at->second.instance;
}

bool PluginTable::Close(Core* core, const std::string& name, int64_t timeout_ms) {
  const auto at = plugins_.find(name);
  if (at == plugins_.end()) return true;
  Instance* instance = at->second.instance;
  plugins_.erase(at);
  return instance == nullptr || core->CloseInstance(instance, timeout_ms);
}

}  // namespace baton
