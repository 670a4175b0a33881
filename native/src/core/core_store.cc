// The part of Core through which the engine and the store reach the store's queue.
#include <utility>

#include "core.h"

namespace baton {

baton_status Core::PutUpdate(std::string update) {
  int64_t none;
  return PutNew(std::move(update), 0, &none);
}

baton_status Core::PutNew(std::string update, int64_t count, int64_t* first_sequence) {
  const auto request = std::make_shared<StoreRequest>();
  request->kind = StoreKind::kUpdate;
  request->update = std::move(update);
  request->sequences = count;
  const baton_status status = kernel_->store.Put(request);
  if (status != BATON_OK) return status;
  *first_sequence = request->first_sequence;
  return BATON_OK;
}

StoreQueue::Requests Core::TakeStoreRequests() { return kernel_->store.TakeAll(); }

bool Core::MarkCommitted(uint64_t ticket, std::vector<std::string> given_ids) {
  return kernel_->store.MarkCommitted(ticket, std::move(given_ids));
}

bool Core::Refuse(uint64_t ticket, baton_status status) {
  return kernel_->store.Refuse(ticket, status);
}

void Core::StoreDied() { kernel_->store.Died(); }

std::vector<std::string> Core::DoubtfulIds() { return kernel_->store.Doubtful(); }

std::vector<PropertyWrite> Core::DoubtfulProperties() {
  std::vector<PropertyWrite> doubtful = kernel_->store.DoubtfulProperties();
  for (PropertyWrite& write : doubtful) {
    write.value = kernel_->properties.Get(write.plugin, write.name);
  }
  return doubtful;
}

void Core::LoadProperty(const PropertyWrite& property) { kernel_->properties.Set(property); }

void Core::StoreOpened() { kernel_->store.Opened(); }

}  // namespace baton
