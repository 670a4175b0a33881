// How the jobs of each plugin are revived, and made from content, by type. Any thread. A type belongs
// to the plugin that registered it: two plugins may use the same name.
#ifndef BATON_CORE_TYPE_TABLE_H_
#define BATON_CORE_TYPE_TABLE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "baton.h"
#include "instance.h"
#include "mutex.h"

namespace baton {

struct RegisteredType {
  Instance* instance = nullptr;
  uint32_t flags = 0;
  baton_revive revive = nullptr;
  void* data = nullptr;
  baton_create create = nullptr;  // null: only the plugin makes jobs of this type
  void* create_data = nullptr;
};

class TypeTable {
 public:
  // Errors: NAME_TAKEN, CLOSING. `then` is called under the table's lock, before any later call can find
  // the type; if it throws, the type is not registered.
  baton_status Register(const std::string& plugin, const std::string& type,
                        RegisteredType registered, const std::function<void()>& then) {
    MutexLock lock(&mutex_);
    // Under the lock: what comes after RemoveAll would stay.
    if (registered.instance->closing()) return BATON_ERROR_CLOSING;
    const auto [at, is_new] = types_.emplace(std::make_pair(plugin, type), registered);
    if (!is_new) return BATON_ERROR_NAME_TAKEN;
    try {
      if (then) then();
    } catch (...) {
      types_.erase(at);
      throw;
    }
    return BATON_OK;
  }

  // Errors: NOT_FOUND (nobody has registered it), NAME_TAKEN. `then`: as above.
  baton_status SetCreator(const std::pair<std::string, std::string>& plugin_and_type,
                          baton_create create, void* data, const std::function<void()>& then) {
    MutexLock lock(&mutex_);
    const auto at = types_.find(plugin_and_type);
    if (at == types_.end()) return BATON_ERROR_NOT_FOUND;
    if (at->second.create != nullptr) return BATON_ERROR_NAME_TAKEN;
    then();
    at->second.create = create;
    at->second.create_data = data;
    return BATON_OK;
  }

  std::optional<RegisteredType> Find(const std::string& plugin, const std::string& type) {
    MutexLock lock(&mutex_);
    const auto at = types_.find(std::make_pair(plugin, type));
    return at == types_.end() ? std::nullopt : std::make_optional(at->second);
  }

  // Forgets all types of an instance.
  void RemoveAll(const Instance* instance) {
    MutexLock lock(&mutex_);
    for (auto at = types_.begin(); at != types_.end();) {
      at = at->second.instance == instance ? types_.erase(at) : std::next(at);
    }
  }

 private:
  Mutex mutex_;
  std::map<std::pair<std::string, std::string>, RegisteredType> types_ GUARDED_BY(mutex_);
};

}  // namespace baton

#endif  // BATON_CORE_TYPE_TABLE_H_
