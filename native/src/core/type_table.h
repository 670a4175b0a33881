// How the jobs of each plugin are revived, by type. Any thread. A type belongs to the plugin that
// registered it: two plugins may use the same name.
#ifndef BATON_CORE_TYPE_TABLE_H_
#define BATON_CORE_TYPE_TABLE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "baton.h"
#include "mutex.h"

namespace baton {

class Instance;

struct RegisteredType {
  Instance* instance = nullptr;
  uint32_t flags = 0;
  baton_revive revive = nullptr;
  void* data = nullptr;
};

class TypeTable {
 public:
  // Errors: NAME_TAKEN. `then` is called under the table's lock, before any later call can find the
  // type.
  baton_status Register(const std::string& plugin, const std::string& type,
                        RegisteredType registered, const std::function<void()>& then) {
    MutexLock lock(&mutex_);
    if (!types_.emplace(std::make_pair(plugin, type), registered).second)
      return BATON_ERROR_NAME_TAKEN;
    if (then) then();
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
