// The plugins of one Core by name: libraries that are loaded, and instances. The engine's thread.
#ifndef BATON_ADDON_PLUGIN_TABLE_H_
#define BATON_ADDON_PLUGIN_TABLE_H_

#include <cstdint>
#include <map>
#include <string>

#include "core.h"

namespace baton {

class PluginTable {
 public:
  // Loads a library and asks what it is. False with PLUGIN_NOT_LOADED, NOT_A_PLUGIN,
  // PLUGIN_ABI_MISMATCH or NAME_TAKEN.
  bool Load(const std::string& path, Library* library, JobError* error);

  // Starts a library that was loaded. False with PLUGIN_NOT_LOADED, NAME_TAKEN (it is started) or
  // PLUGIN_START_FAILED; then its name is free again.
  bool Start(Core* core, const std::string& name, JobError* error);

  // Null with NAME_TAKEN.
  Instance* Add(Core* core, const std::string& name, JobError* error);

  // Null if there is none, or none that was started.
  const Instance* Find(const std::string& name) const;

  // True if there is none of that name, too. Its name is free then, however this ends.
  bool Close(Core* core, const std::string& name, int64_t timeout_ms);

 private:
  struct Plugin {
    std::string path;              // empty: an addon
    Instance* instance = nullptr;  // null: not started
  };
  std::map<std::string, Plugin> plugins_;
};

}  // namespace baton

#endif  // BATON_ADDON_PLUGIN_TABLE_H_
