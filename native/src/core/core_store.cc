// The part of Core through which the engine and the store reach the store's queue.
#include <utility>

#include "core.h"

namespace baton {
namespace {

// A request of the engine's own: answered by a message.
std::shared_ptr<StoreRequest> EngineRequest(Kernel* kernel, StoreKind kind) {
  auto request = std::make_shared<StoreRequest>();
  request->kind = kind;
  request->on_answer = [kernel, raw = request.get()](baton_status status) {
    kernel->inbox.Push(StoreAnswered{raw->ticket, status});
  };
  return request;
}

}  // namespace

baton_status Core::PutRow(StoredRow row, uint64_t* ticket, int64_t* sequence) {
  const auto request = EngineRequest(kernel_.get(), StoreKind::kSubmit);
  request->rows.push_back(std::move(row));
  const baton_status status = kernel_->store.Put(request);
  if (status != BATON_OK) return status;
  *ticket = request->ticket;
  *sequence = request->rows.front().sequence;
  return BATON_OK;
}

baton_status Core::PutUpdate(std::string update, uint64_t* ticket) {
  int64_t none;
  return PutNew(std::move(update), 0, ticket, &none);
}

baton_status Core::PutNew(std::string update, int64_t count, uint64_t* ticket,
                          int64_t* first_sequence) {
  const auto request = EngineRequest(kernel_.get(), StoreKind::kUpdate);
  request->update = std::move(update);
  request->sequences = count;
  const baton_status status = kernel_->store.Put(request);
  if (status != BATON_OK) return status;
  *ticket = request->ticket;
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
