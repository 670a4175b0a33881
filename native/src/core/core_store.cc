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
  const auto request = EngineRequest(kernel_.get(), StoreKind::kUpdate);
  request->update = std::move(update);
  const baton_status status = kernel_->store.Put(request);
  if (status == BATON_OK) *ticket = request->ticket;
  return status;
}

StoreQueue::Requests Core::TakeStoreRequests() { return kernel_->store.TakeAll(); }

bool Core::MarkCommitted(uint64_t ticket, std::string given_id) {
  return kernel_->store.MarkCommitted(ticket, std::move(given_id));
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
