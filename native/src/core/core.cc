#include "core.h"

#include <algorithm>
#include <utility>

#include "callbacks.h"
#include "closing.h"
#include "status.h"
#include "stop_reason.h"

namespace baton {

Core::Core(CoreOptions options) : kernel_(std::make_shared<Kernel>(std::move(options))) {
  kernel_->Start();
}

Core::~Core() {
  // The store's thread may be the last that holds it. What came for the loop after the end stays undone
  // then: nobody but the loop's own thread may do it.
  if (!finished_ || kernel_->OnEngineThread()) FinishClose(0);
  kernel_->inbox.Close();
  kernel_->loop.Close();
  kernel_->store.Seal();
}

std::vector<Message> Core::Drain(size_t most) { return kernel_->inbox.Drain(most); }

void Core::Listen(bool listens) { kernel_->inbox.Listen(listens); }

void Core::TellAll() { kernel_->ready.TellAll(); }

void Core::OpenLane(bool open, uint64_t entered, uint64_t room) {
  kernel_->ready.OpenLane(open, entered, room);
}

bool Core::LaneIsBusy() { return kernel_->ready.IsBusy(); }

Unapplied Core::Apply(Orders orders) {
  Unapplied unapplied;
  for (JobInfo& info : orders.publish) Publish(std::move(info));
  for (std::string& id : orders.finalize) {
    if (!Finalize(id)) unapplied.not_finalized.push_back(std::move(id));
  }
  for (const std::string& id : orders.forget) Forget(id);
  unapplied.not_admitted = kernel_->ready.AdmitAll(std::move(orders.admit));
  return unapplied;
}

bool Core::Admit(Entry entry) { return kernel_->ready.Admit(std::move(entry)); }

RequestAnswer Core::Request(const std::string& id, RequestKind kind) {
  return kernel_->ready.Request(id, kind);
}

bool Core::TakeBack(const std::string& id) { return kernel_->ready.TakeBack(id); }

bool Core::Release(const std::string& id) { return kernel_->ready.Release(id); }

std::optional<ReadyList::Place> Core::LowestEntry() { return kernel_->ready.LowestEntry(); }

void Core::SetSlots(int slots) { kernel_->ready.SetSlots(slots); }

bool Core::RunLoopTasks(int64_t budget_ms) {
  const std::shared_ptr<Kernel> kernel = kernel_;
  kernel->WorkOnLoop(DeadlineIn(budget_ms));
  return kernel->loop.size() > 0;
}

bool Core::Stop(const std::string& id, int32_t reason) {
  const std::shared_ptr<OwnedJob> job = kernel_->jobs.Find(id);
  if (job == nullptr || job->payload() == nullptr) return false;
  kernel_->Serve(job, [kernel = kernel_.get(), job, reason] {
    Stopped stopped{job->id, reason, {}};
    const std::shared_ptr<Payload> payload = job->payload();
    if (payload != nullptr) {
      payload->Stop(reason);
      job->owes_stop = !IsFinalStop(reason);
      stopped.sample.progress = payload->GetProgress(job->Progress());
      // What a getter says wrong about a job that does not run any more changes nothing.
      payload->GetContent(&stopped.sample.content);
      if (job->serializable) payload->GetSerialized(&stopped.sample.state);
    }
    kernel->inbox.Push(std::move(stopped));
  });
  return true;
}

bool Core::CancelChild(const std::string& id, int64_t life, uint32_t child) {
  const std::shared_ptr<OwnedJob> job = kernel_->jobs.Find(id);
  const std::shared_ptr<Payload> payload = job == nullptr ? nullptr : job->payload();
  ChildTree* const children = payload == nullptr ? nullptr : payload->children();
  return children != nullptr && children->Cancel(life, child);
}

bool Core::Finalize(const std::string& id) { return kernel_->Finalize(id); }

void Core::Forget(const std::string& id) { kernel_->Forget(id); }

void Core::Publish(JobInfo info) {
  const std::shared_ptr<OwnedJob> job = kernel_->jobs.Find(info.id);
  if (job != nullptr) job->Publish(std::move(info));
}

bool Core::Answer(uint64_t ticket, baton_status status, const JobInfo* info) {
  return kernel_->desk.Answer(ticket, status, info);
}

bool Core::AnswerRest(uint64_t ticket, baton_status status, RestAnswer answer) {
  return kernel_->desk.AnswerRest(ticket, status, std::move(answer));
}

void Core::TellEvents(uint64_t generation, std::vector<Event> events) {
  kernel_->events.Tell(generation, std::move(events));
}

std::vector<Metric> Core::metrics() {
  kernel_->told_metrics.store(false);
  return kernel_->metrics.Read();
}

std::optional<std::string> Core::ErrorText(const std::string& plugin, const std::string& code) {
  return kernel_->errors.Find(plugin, code);
}

int64_t Core::NextSequence() { return kernel_->store.NextSequence(); }

void Core::StartSequence(int64_t next_sequence) { kernel_->store.StartSequence(next_sequence); }

bool Core::RequestRoom(uint64_t ticket, int64_t count) {
  return kernel_->room.Request(ticket, count);
}

bool Core::WithdrawRoom(uint64_t ticket) { return kernel_->room.Withdraw(ticket); }

void Core::GiveRoom(int64_t count) { kernel_->room.Give(count); }

void Core::SetLimitJobs(int64_t limit) { kernel_->room.SetLimit(limit); }

baton_status Core::ReserveRoute(const std::string& method, const std::string& pattern) {
  return kernel_->routes.Register(method, pattern, {}, nullptr);
}

void Core::ReservePath(const std::string& segment) { kernel_->routes.ReservePath(segment); }

baton_status Core::StartRequest(baton::Request request, uint64_t* ticket) {
  std::optional<RouteMatch> match = kernel_->routes.Match(request.method, request.path);
  if (!match.has_value()) return BATON_ERROR_NOT_FOUND;
  return kernel_->requests.Answer(std::move(request), std::move(*match), ticket);
}

baton_status Core::StartCreation(WishedJob wished, uint64_t* ticket) {
  return baton::StartCreation(kernel_.get(), std::move(wished), ticket);
}

void Core::AckResponse(uint64_t ticket, size_t size) {
  kernel_->requests.Acknowledge(ticket, size);
}

void Core::AbortRequest(uint64_t ticket) { kernel_->requests.Abort(ticket); }

Instance* Core::AddInstance(const std::string& plugin) {
  Instance* instance = Instance::New(plugin, kernel_);
  MutexLock lock(&mutex_);
  instances_.push_back(instance);
  plugins_.push_back({instance, nullptr});
  return instance;
}

Instance* Core::Load(const std::string& path, JobError* error) {
  Library library;
  if (!OpenLibrary(path, &library, error)) return nullptr;
  Instance* instance = AddInstance(library.name);
  baton_status status = BATON_ERROR_INTERNAL;
  std::string threw;
  {
    CallbackScope scope(instance, CallbackKind::kOther);
    Guarded([&] { status = library.plugin.start(instance->host()); }, &threw);
  }
  if (status == BATON_OK) {
    MutexLock lock(&mutex_);
    for (Plugin& plugin : plugins_) {
      if (plugin.instance == instance) plugin.stop = library.plugin.stop;
    }
    return instance;
  }
  // `stop` is not known yet, so it is not called.
  CloseInstance(instance, 0);
  const std::string why = threw.empty() ? StatusText(status) : threw;
  *error = {"PLUGIN_START_FAILED", "the plugin " + library.name + " refused to start: " + why};
  return nullptr;
}

// Takes plugins off the list of those that are not stopped: one, or (null) all.
std::vector<Core::Plugin> Core::TakePlugins(const Instance* instance) {
  std::vector<Plugin> taken;
  MutexLock lock(&mutex_);
  const auto leaves = [&](const Plugin& plugin) {
    return instance == nullptr || plugin.instance == instance;
  };
  std::copy_if(plugins_.begin(), plugins_.end(), std::back_inserter(taken), leaves);
  plugins_.erase(std::remove_if(plugins_.begin(), plugins_.end(), leaves), plugins_.end());
  return taken;
}

// Nothing of a plugin runs after its stop; where something still does, stop is not called.
bool Core::StopPlugin(const Plugin& plugin, Clock::time_point deadline) {
  Instance* instance = plugin.instance;
  const bool idle = kernel_->AwaitIdle(instance, deadline) && instance->tally().Read().owed == 0;
  if (idle && plugin.stop != nullptr) {
    CallbackScope scope(instance, CallbackKind::kOther);
    Guarded(plugin.stop);
  }
  if (!idle) {
    kernel_->Log(
        instance->plugin(), "", BATON_LOG_WARNING,
        "a callback did not return in time; the plugin is left alone, its stop is not called");
  }
  instance->Close();
  return idle;
}

bool Core::CloseInstance(Instance* instance, int64_t timeout_ms) {
  const std::vector<Plugin> plugins = TakePlugins(instance);
  if (plugins.empty()) return true;
  const Clock::time_point deadline = DeadlineIn(timeout_ms);
  BeginClosing(kernel_.get(), instance);
  const bool done = FinishClosing(kernel_.get(), {instance}, deadline);
  return StopPlugin(plugins.front(), deadline) && done;
}

void Core::BeginClose() {
  if (closing_.exchange(true)) return;
  BeginClosing(kernel_.get(), nullptr);
}

bool Core::Quiet() { return !kernel_->ready.HasBegun() && kernel_->ClosedJobs(); }

bool Core::FinishClose(int64_t timeout_ms) {
  if (std::exchange(finished_, true)) {
    // Of a closing from inside a callback on the loop something may be left.
    kernel_->WorkOnLoop(kNoDeadline);
    return finished_well_;
  }
  BeginClose();
  EndDrain(kernel_.get());
  CloseAllJobs(kernel_.get());
  const Clock::time_point deadline = DeadlineIn(timeout_ms);
  std::vector<Plugin> plugins = TakePlugins(nullptr);
  std::vector<Instance*> instances;
  for (const Plugin& plugin : plugins) instances.push_back(plugin.instance);
  finished_well_ = FinishClosing(kernel_.get(), instances, deadline);
  std::reverse(plugins.begin(), plugins.end());
  for (const Plugin& plugin : plugins) {
    if (!StopPlugin(plugin, deadline)) finished_well_ = false;
  }
  kernel_->ticker.Close();
  kernel_->expiry.Close();
  kernel_->step_watcher.Close();
  kernel_->pool.Close();
  return finished_well_;
}

Counts Core::counts() {
  Counts sum;
  MutexLock lock(&mutex_);
  for (Instance* instance : instances_) {
    const Counts counts = instance->tally().Read();
    sum.created += counts.created;
    sum.finalized += counts.finalized;
    sum.live += counts.live;
    sum.owed += counts.owed;
  }
  return sum;
}

}  // namespace baton
