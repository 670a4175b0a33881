#include "support.h"

namespace test {

struct Engine::Waker {
  std::mutex mutex;
  std::condition_variable changed;
  bool woken = false;
  int64_t wakes = 0;
};

baton::CoreOptions Engine::Memory() {
  baton::CoreOptions options;
  options.durable = false;
  options.tick_ms = 5;
  options.sample_ms = 10;
  options.checkpoint_ms = 20;
  return options;
}

baton::CoreOptions Engine::Durable() {
  baton::CoreOptions options = Memory();
  options.durable = true;
  return options;
}

Engine::Engine(baton::CoreOptions options) : waker_(std::make_shared<Waker>()) {
  options.wake_loop = [waker = waker_] {
    std::lock_guard<std::mutex> lock(waker->mutex);
    waker->woken = true;
    waker->changed.notify_all();
  };
  options.wake = [waker = waker_, wake = options.wake_loop] {
    {
      std::lock_guard<std::mutex> lock(waker->mutex);
      waker->wakes++;
    }
    wake();
  };
  core_ = std::make_unique<baton::Core>(std::move(options));
  plugin_ = core_->AddInstance("test");
}

Engine::~Engine() {
  if (core_ != nullptr) core_->FinishClose(60000);
}

void Engine::AwaitMore() {
  for (;;) {
    std::vector<baton::Message> messages = core_->Drain();
    for (baton::Message& message : messages) pending_.push_back(std::move(message));
    if (!messages.empty()) return;
    if (core_->RunLoopTasks(1)) continue;
    messages = core_->Drain();
    for (baton::Message& message : messages) pending_.push_back(std::move(message));
    if (!messages.empty()) return;
    std::unique_lock<std::mutex> lock(waker_->mutex);
    waker_->changed.wait(lock, [&] { return waker_->woken; });
    waker_->woken = false;
  }
}

baton::Message Engine::NextOfAny() {
  if (pending_.empty()) AwaitMore();
  baton::Message message = std::move(pending_.front());
  pending_.pop_front();
  return message;
}

int64_t Engine::wakes() {
  std::lock_guard<std::mutex> lock(waker_->mutex);
  return waker_->wakes;
}

std::deque<baton::Message>& Engine::Pending() {
  for (baton::Message& message : core_->Drain()) pending_.push_back(std::move(message));
  return pending_;
}

baton::Entry Engine::EntryFor(const baton::StoredRow& row) {
  baton::Entry entry;
  entry.id = row.id;
  entry.sequence = row.sequence;
  entry.priority = row.priority;
  entry.plugin = row.plugin;
  entry.type = row.type;
  entry.max_attempts = row.max_attempts;
  entry.step_timeout_ms = row.step_timeout_ms;
  entry.state = row.submitted_state;
  entry.progress = row.progress;
  entry.content = row.content;
  return entry;
}

void Engine::CloseWell() {
  CHECK(core_->FinishClose(60000));
  const baton::Counts counts = core_->counts();
  CHECK(counts.Balanced());
  CHECK_EQ(counts.live, 0u);
  CHECK_EQ(counts.owed, 0u);
}

std::function<void()> StoreThread::waker() {
  return [state = state_] {
    std::lock_guard<std::mutex> lock(state->mutex);
    state->woken = true;
    state->changed.notify_all();
  };
}

void StoreThread::Start(baton::Core* core) {
  core_ = core;
  thread_ = std::thread([this] { Loop(); });
}

void StoreThread::Join() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard<std::mutex> lock(state_->mutex);
    state_->ended = true;
    state_->changed.notify_all();
  }
  thread_.join();
}

void StoreThread::Loop() {
  for (;;) {
    {
      std::unique_lock<std::mutex> lock(state_->mutex);
      state_->changed.wait(lock, [&] { return state_->woken || state_->ended; });
      if (!state_->woken) return;
      state_->woken = false;
    }
    const auto requests = core_->TakeStoreRequests();
    if (!requests.empty() && dies_ && dies_()) continue;
    for (const auto& request : requests) {
      const baton_status status = answer_ ? answer_(*request) : BATON_OK;
      if (status == BATON_OK) {
        core_->MarkCommitted(request->ticket);
      } else {
        core_->Refuse(request->ticket, status);
      }
    }
  }
}

Script::Script(std::vector<int32_t> results) {
  for (const int32_t result : results) {
    steps.push_back([result](const baton_run*) { return result; });
  }
}

baton_job_desc Script::desc(const char* type) {
  baton_job_desc desc = {};
  desc.struct_size = sizeof desc;
  desc.type = type;
  desc.flags = flags;
  desc.payload = this;
  desc.step = Step;
  desc.stop = Stop;
  desc.finalize = Finalize;
  if (with_reset) desc.reset = Reset;
  if (with_getters) {
    desc.get_progress = GetProgress;
    desc.get_content = GetContent;
    desc.get_serialized = GetSerialized;
  }
  return desc;
}

baton_job Script::Create(const baton_host* host, const char* type) {
  const baton_job_desc description = desc(type);
  baton_job job = {0};
  CHECK_EQ(host->create_job(host, &description, &job), BATON_OK);
  return job;
}

std::string Script::Submit(const baton_host* host, const baton_submit_options* options) {
  char id[BATON_ID_SIZE] = "";
  CHECK_EQ(host->submit_job(host, Create(host), options, id), BATON_OK);
  return id;
}

std::string Script::trace() {
  std::lock_guard<std::mutex> lock(mutex_);
  return trace_;
}

int Script::finalized() {
  std::lock_guard<std::mutex> lock(mutex_);
  return finalized_;
}

void Script::CheckThread() {
  if (only_on != std::thread::id()) CHECK(std::this_thread::get_id() == only_on);
}

void Script::Record(const std::string& word) {
  CheckThread();
  std::lock_guard<std::mutex> lock(mutex_);
  trace_ += (trace_.empty() ? "" : " ") + word;
}

int32_t BATON_CALL Script::Step(void* payload, const baton_run* run) {
  Script* self = static_cast<Script*>(payload);
  self->Record("step");
  const size_t at = self->at_;
  if (self->at_ + 1 < self->steps.size()) self->at_++;
  return self->steps[at](run);
}

void BATON_CALL Script::Stop(void* payload, int32_t reason) {
  Script* self = static_cast<Script*>(payload);
  self->Record("stop:" + std::to_string(reason));
  if (self->on_stop) self->on_stop();
}

baton_status BATON_CALL Script::Reset(void* payload) {
  Script* self = static_cast<Script*>(payload);
  self->Record("reset");
  self->at_ = 0;
  return self->reset_status;
}

double BATON_CALL Script::GetProgress(void* payload) {
  Script* self = static_cast<Script*>(payload);
  self->CheckThread();
  if (self->traces_getters) self->Record("progress");
  return self->progress;
}

baton_status BATON_CALL Script::GetContent(void* payload, const baton_sink* sink) {
  Script* self = static_cast<Script*>(payload);
  self->CheckThread();
  if (self->traces_getters) self->Record("content");
  const baton_status status = sink->write(sink, self->content.data(), self->content.size());
  return status != BATON_OK ? status : self->content_status;
}

baton_status BATON_CALL Script::GetSerialized(void* payload, const baton_sink* sink) {
  Script* self = static_cast<Script*>(payload);
  self->CheckThread();
  if (self->traces_getters) self->Record("state");
  if (self->on_serialize) self->on_serialize();
  if (!self->serializable) return BATON_ERROR_UNSUPPORTED;
  const baton_status status = sink->write(sink, self->state.data(), self->state.size());
  return status != BATON_OK ? status : self->state_status;
}

void BATON_CALL Script::Finalize(void* payload) {
  Script* self = static_cast<Script*>(payload);
  self->Record("finalize");
  if (self->on_finalize) self->on_finalize();
  std::lock_guard<std::mutex> lock(self->mutex_);
  self->finalized_++;
}

}  // namespace test
