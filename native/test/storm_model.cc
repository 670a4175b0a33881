#include "storm_model.h"

namespace storm {

Handle::Call Handle::Begin(Act act, Load* by) {
  Call call = {act, by, level_, 0, 0};
  // In this order: whoever begins later changes `begun_`, whoever began before is among the others.
  taking_++;
  call.begun = ++begun_;
  call.others = taking_ - 1;
  return call;
}

void Handle::End(const Call& call, baton_status status) {
  if (status == BATON_OK) {
    EndWell(call);
  } else {
    EndBadly(call, status);
  }
  taking_--;
}

void Handle::EndWell(const Call& call) {
  CHECK(call.by == load_);
  CHECK_EQ(call.level, 0);
  CHECK_EQ(taken_++, 0);
  CHECK(call.act == Act::kFree || !fails_);
  if (call.act == Act::kFree) CHECK_EQ(finalized_.load(), 1);
  Raise(call.act == Act::kFree ? 2 : 1);
}

void Handle::EndBadly(const Call& call, baton_status status) {
  const bool foreign = call.by != load_;
  switch (status) {
    case BATON_ERROR_STALE_HANDLE:
      CHECK(Contended(call));
      return Raise(2);
    case BATON_ERROR_NOT_YOURS:
      CHECK(foreign && call.level < 2);
      return;
    case BATON_ERROR_ALREADY_SUBMITTED:
      CHECK(!foreign && call.level < 2 && Contended(call));
      return Raise(1);
    case BATON_ERROR_BUSY:
      CHECK(!foreign && call.level == 0 && Contended(call));
      return;
    case BATON_ERROR_CLOSING:
      CHECK(call.by->closing);
      break;
    case BATON_ERROR_QUEUE_FULL:
    case BATON_ERROR_TIMED_OUT:
    case BATON_ERROR_STORE_FAILED:
      CHECK(call.act == Act::kSubmit && !foreign);
      break;
    case BATON_ERROR_BAD_STATE_DATA:
    case BATON_ERROR_INVALID_JSON:
    case BATON_ERROR_TOO_LARGE:
      CHECK(call.act == Act::kSubmit && !foreign && fails_);
      break;
    default:
      check::Fail(__FILE__, __LINE__, "this call must not answer " + std::to_string(status));
  }
  // Nothing has happened: who owned it still does.
  CHECK(finalized_ == 0 || Contended(call));
}

void Handle::Finalized() {
  CHECK_EQ(finalized_++, 0);
  CHECK(taken_ > 0 || taking_ > 0 || Closing());
}

void Handle::Raise(int level) {
  int seen = level_;
  while (seen < level && !level_.compare_exchange_weak(seen, level)) {
  }
}

Load* World::AddLoad(const char* plugin) {
  std::lock_guard<std::mutex> gate(gate_);
  if (closed_) return nullptr;
  AddLoad(core().AddInstance(plugin));
  std::lock_guard<std::mutex> lock(mutex_);
  return &loads_.back();
}

void World::AddLoad(baton::Instance* instance) {
  std::lock_guard<std::mutex> lock(mutex_);
  Load& load = loads_.emplace_back();
  load.instance = instance;
  load.host = instance->host();
}

Load* World::AnyLoad(Random& random) {
  std::lock_guard<std::mutex> lock(mutex_);
  return &loads_[random() % loads_.size()];
}

bool World::Unload(Load* load) {
  std::lock_guard<std::mutex> gate(gate_);
  if (closed_) return false;
  load->closing = true;
  if (!core().CloseInstance(load->instance, 200)) left_alone = true;
  return true;
}

void World::CloseLoads() {
  std::lock_guard<std::mutex> gate(gate_);
  closed_ = true;
  std::lock_guard<std::mutex> lock(mutex_);
  for (Load& load : loads_) load.closing = true;
}

Handle* World::AddHandle(Load* load, bool fails, bool serializable) {
  std::lock_guard<std::mutex> lock(mutex_);
  return &handles_.emplace_back(load, fails, serializable);
}

Handle* World::AnyHandle(Random& random) {
  std::lock_guard<std::mutex> lock(mutex_);
  return shared_.empty() ? nullptr : shared_[random() % shared_.size()];
}

void World::ShareHandle(Handle* handle) {
  std::lock_guard<std::mutex> lock(mutex_);
  shared_.push_back(handle);
}

void World::AddId(const char* id, const Handle* handle) {
  CHECK_EQ(std::string(id).size(), size_t{BATON_ID_SIZE - 1});
  std::lock_guard<std::mutex> lock(mutex_);
  ids_.push_back(id);
  if (handle->serializable()) CHECK(answered_.insert(id).second);
}

std::string World::AnyId(Random& random) {
  std::lock_guard<std::mutex> lock(mutex_);
  return ids_.empty() ? "none" : ids_[random() % ids_.size()];
}

bool World::Answered(const std::string& id) {
  std::lock_guard<std::mutex> lock(mutex_);
  return answered_.count(id) > 0;
}

}  // namespace storm
