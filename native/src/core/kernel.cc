#include "kernel.h"

#include <chrono>
#include <utility>

#include "run.h"
#include "text.h"

namespace baton {
namespace {

constexpr size_t kMaxLogText = 64 * 1024;

// The wakers belong to the parts that call them, which drop them when the Core dies; nothing else
// may keep them.
CoreOptions WithoutWakers(CoreOptions options) {
  options.wake = nullptr;
  options.wake_store = nullptr;
  return options;
}

}  // namespace

int64_t NowMs() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

Kernel::Kernel(CoreOptions core_options)
    : options(WithoutWakers(core_options)),
      engine_thread(std::this_thread::get_id()),
      inbox(std::move(core_options.wake)),
      room(&inbox, options.limit_jobs),
      store(options.next_sequence, std::move(core_options.wake_store)),
      desk(&inbox),
      requests(&inbox),
      ready(&inbox, options.ready_limit, options.slots,
            [this](Entry entry, std::shared_ptr<RunControl> control) {
              BeginRun(std::move(entry), std::move(control));
            }),
      ticker(&ready, options.tick_ms),
      closed_job_(&mutex_) {}

void Kernel::Start() {
  pool.Start(weak_from_this());
  requests.Start(weak_from_this());
  ticker.Start(weak_from_this());
}

void Kernel::BeginRun(Entry entry, std::shared_ptr<RunControl> control) {
  const std::shared_ptr<OwnedJob> job = jobs.FindOrAdd(entry.id);
  job->SetState(BATON_STATE_RUNNING);
  auto run = std::make_shared<Run>(this, job, std::move(entry), std::move(control));
  ticker.Poke();
  pool.PostRun([job, run] {
    if (job->strand.Post([run] { run->Execute(); })) job->strand.Work();
  });
}

void Kernel::Log(const std::string& plugin, const std::string& id, int32_t level,
                 const char* text) {
  inbox.Push(Logged{plugin, id, level, CopyMessage(text, kMaxLogText), NowMs()});
}

void Kernel::Serve(const std::shared_ptr<OwnedJob>& job, Strand::Task task) {
#ifdef BATON_SEED_OVERLAP
  return pool.PostService(std::move(task));
#endif
  if (!job->strand.Post(std::move(task))) return;
  pool.PostService([job] { job->strand.Work(); });
}

void Kernel::CloseJob(const std::shared_ptr<OwnedJob>& job, const Instance* instance) {
  {
    MutexLock lock(&mutex_);
    closing_jobs_++;
  }
  Serve(job, [this, job, instance] {
    const std::shared_ptr<Payload> payload = job->payload();
    if (payload != nullptr && (instance == nullptr || payload->instance() == instance)) {
      if (job->owes_stop) payload->Stop(BATON_STOP_CLOSING);
      job->owes_stop = false;
      payload->Finalize();
      job->set_payload(nullptr);
      inbox.Push(Finalized{job->id});
    }
    MutexLock lock(&mutex_);
    if (--closing_jobs_ == 0) closed_job_.SignalAll();
  });
}

bool Kernel::AwaitClosedJobs(Clock::time_point deadline) {
  MutexLock lock(&mutex_);
  while (closing_jobs_ > 0) {
    if (!closed_job_.WaitUntil(deadline)) return closing_jobs_ == 0;
  }
  return true;
}

}  // namespace baton
