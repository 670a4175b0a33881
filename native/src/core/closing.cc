#include "closing.h"

#include <algorithm>
#include <map>

#include "handle_table.h"

namespace baton {
namespace {

// Payloads that are nobody else's: they are finalized, also if there is no memory to say so.
struct Orphans {
  Orphans() = default;
  Orphans(const Orphans&) = delete;
  Orphans& operator=(const Orphans&) = delete;
  ~Orphans() {
    for (const auto& payload : payloads) payload->Finalize();
  }
  std::vector<std::shared_ptr<Payload>> payloads;
};

// False: one is still being submitted.
bool FinalizeUnsubmitted(Kernel* kernel, Instance* instance, Clock::time_point deadline) {
  Orphans taken;
  const bool all = HandleTable::Process().TakeLive(instance, deadline, &taken.payloads);
  std::map<std::string, int> counts;
  for (const auto& payload : taken.payloads) {
    payload->Finalize();
    counts[payload->type()]++;
  }
  for (const auto& [type, count] : counts) {
    const std::string text = std::to_string(count) + " job(s) of type " + type +
                             " were created and never submitted or freed; they are finalized now";
    kernel->Log(instance->plugin(), "", BATON_LOG_WARNING, text.c_str());
  }
  if (!all) {
    kernel->Log(instance->plugin(), "", BATON_LOG_WARNING,
                "a job is still being submitted; if that fails it stays the plugin's, to be freed");
  }
  return all;
}

void OweWhatIsLeft(Kernel* kernel, const std::vector<Instance*>& instances) {
  for (const auto& job : kernel->AllJobs()) {
    const std::shared_ptr<Payload> payload = job->payload();
    if (payload == nullptr) continue;
    if (std::find(instances.begin(), instances.end(), payload->instance()) != instances.end())
      payload->Owe();
  }
}

}  // namespace

void BeginClosing(Kernel* kernel, Instance* instance) {
  if (instance == nullptr) {
    kernel->closing.store(true);
  } else {
    instance->BeginClose();
  }
  if (instance == nullptr) {
    kernel->desk.BeginClose();
    kernel->store.BeginClose();
  } else {
    kernel->desk.Close(instance);
    kernel->store.Close(instance);
  }
  kernel->room.Close(instance);
  kernel->requests.Close(instance);
  kernel->events.Close(instance);
  if (instance == nullptr) {
    kernel->ready.Close();
  } else {
    kernel->types.RemoveAll(instance);
    kernel->routes.RemoveAll(instance);
    kernel->metrics.RemoveAll(instance);
    kernel->errors.RemoveAll(instance);
  }
  // Of a host that closes, the engine lets the jobs go itself, until FinishClose.
  if (instance == nullptr) return;
  for (const auto& job : kernel->AllJobs()) {
    const std::shared_ptr<Payload> payload = job->payload();
    if (payload != nullptr && payload->instance() != instance) continue;
    kernel->CloseJob(job, instance);
    // After it: a run that begins in between stands behind it on the strand.
    if (payload != nullptr) kernel->ready.Raise(RunControl::kClosing, job->id);
  }
}

void EndDrain(Kernel* kernel) {
  kernel->desk.Close(nullptr);
  kernel->store.Close(nullptr);
}

void CloseAllJobs(Kernel* kernel) {
  for (const auto& job : kernel->AllJobs()) kernel->CloseJob(job, nullptr);
}

bool FinishClosing(Kernel* kernel, const std::vector<Instance*>& instances,
                   Clock::time_point deadline) {
  bool done = kernel->AwaitClosedJobs(deadline);
  for (Instance* instance : instances) {
    // What a callback that still runs may hold is left alone.
    if (!kernel->AwaitIdle(instance, deadline)) {
      done = false;
      continue;
    }
    if (!FinalizeUnsubmitted(kernel, instance, deadline)) done = false;
  }
  // A submit whose request the store had taken may have ended well in between.
  if (!kernel->AwaitClosedJobs(deadline)) done = false;
  if (!done) OweWhatIsLeft(kernel, instances);
  return done;
}

}  // namespace baton
