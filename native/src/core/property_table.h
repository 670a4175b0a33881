// The properties of all plugins, as they are committed. Any thread.
#ifndef BATON_CORE_PROPERTY_TABLE_H_
#define BATON_CORE_PROPERTY_TABLE_H_

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "mutex.h"
#include "record.h"

namespace baton {

class PropertyTable {
 public:
  static constexpr size_t kMaxNames = 1000;  // of one plugin

  // None: there is no such property.
  std::optional<Bytes> Get(const std::string& plugin, const std::string& name);

  // None removes it.
  void Set(const PropertyWrite& write);

  // Whether one more may be set: it is there already, or there are not too many.
  bool HasRoom(const std::string& plugin, const std::string& name);

 private:
  Mutex mutex_;
  std::map<std::string, std::map<std::string, Bytes>> values_ GUARDED_BY(mutex_);
};

}  // namespace baton

#endif  // BATON_CORE_PROPERTY_TABLE_H_
