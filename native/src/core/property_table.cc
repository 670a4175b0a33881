#include "property_table.h"

namespace baton {

std::optional<Bytes> PropertyTable::Get(const std::string& plugin, const std::string& name) {
  MutexLock lock(&mutex_);
  const auto of_plugin = values_.find(plugin);
  if (of_plugin == values_.end()) return std::nullopt;
  const auto at = of_plugin->second.find(name);
  if (at == of_plugin->second.end()) return std::nullopt;
  return at->second;
}

void PropertyTable::Set(const PropertyWrite& write) {
  MutexLock lock(&mutex_);
  if (write.value.has_value()) {
    values_[write.plugin][write.name] = *write.value;
  } else {
    values_[write.plugin].erase(write.name);
  }
}

bool PropertyTable::HasRoom(const std::string& plugin, const std::string& name) {
  MutexLock lock(&mutex_);
  const std::map<std::string, Bytes>& values = values_[plugin];
  return values.size() < kMaxNames || values.count(name) != 0;
}

}  // namespace baton
