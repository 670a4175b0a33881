#include "error_table.h"

#include "instance.h"

namespace baton {

baton_status ErrorTable::Register(const Instance* instance, const std::string& code,
                                  const std::string& text) {
  MutexLock lock(&mutex_);
  // Under the lock: what comes after RemoveAll would stay.
  if (instance->closing()) return BATON_ERROR_CLOSING;
  std::map<std::string, std::string>& texts = texts_[instance];
  if (texts.count(code) != 0) return BATON_ERROR_NAME_TAKEN;
  if (texts.size() >= kMaxCodes) return BATON_ERROR_TOO_LARGE;
  texts.emplace(code, text);
  return BATON_OK;
}

std::optional<std::string> ErrorTable::Find(const std::string& plugin, const std::string& code) {
  MutexLock lock(&mutex_);
  for (const auto& [instance, texts] : texts_) {
    if (instance->plugin() != plugin) continue;
    const auto at = texts.find(code);
    if (at != texts.end()) return at->second;
  }
  return std::nullopt;
}

void ErrorTable::RemoveAll(const Instance* instance) {
  MutexLock lock(&mutex_);
  texts_.erase(instance);
}

}  // namespace baton
