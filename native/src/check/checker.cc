#include "checker.h"

#include <utility>

#include "checked_calls.h"
#include "findings.h"
#include "instance.h"
#include "spied_job.h"
#include "spied_type.h"

namespace baton {
namespace check {

Checker& Checker::Process() {
  static auto* const checker = new Checker();  // never destroyed: threads may be late
  return *checker;
}

void Checker::Install() { Instance::SetInterposer(&Checker::Interpose); }

const baton_host* Checker::Interpose(const baton_host* real) {
  Checker& checker = Process();
  auto host = std::make_unique<CheckedHost>();
  host->real = real;
  host->table = CheckedCalls();
  host->table.internal = host.get();
  const uint32_t cut = checker.table_size_.load();
  if (cut != 0) {
    host->table.struct_size = cut;
    host->table.abi_minor = cut <= MinorZeroSize() ? 0 : BATON_ABI_MINOR;
  }
  MutexLock lock(&checker.mutex_);
  checker.hosts_.push_back(std::move(host));
  return &checker.hosts_.back()->table;
}

void Checker::Configure(const Options& options) {
  round_trip_.store(options.round_trip);
  ownership_.store(options.ownership);
  getters_.store(options.getters);
  table_size_.store(options.table_size);
  faults_.Set(options.faults);
}

void Checker::Stopped() {
  MutexLock lock(&mutex_);
  for (const auto& host : hosts_) host->stopped.store(true);
  for (const auto& [callback, count] : executing_) {
    if (count > 0) Report("UNRETURNED_CALLBACK", callback + " had not returned after the close");
  }
  for (const auto& job : jobs_) job->ReportIfAlive();
}

CheckedHost* Checker::Find(const baton_host* host) {
  if (host == nullptr) return nullptr;
  MutexLock lock(&mutex_);
  for (const auto& known : hosts_) {
    if (known.get() == host->internal) return known.get();
  }
  return nullptr;
}

const baton_host* Checker::AnyReal() {
  MutexLock lock(&mutex_);
  return hosts_.front()->real;
}

const baton_host* Checker::NeighbourOf(const CheckedHost* host) {
  MutexLock lock(&mutex_);
  for (const auto& known : hosts_) {
    if (known.get() != host && !known->stopped.load()) return known->real;
  }
  return nullptr;
}

void Checker::Add(std::unique_ptr<SpiedJob> job) {
  MutexLock lock(&mutex_);
  by_handle_[job->handle().bits] = job.get();
  jobs_.push_back(std::move(job));
  counts_.created++;
}

SpiedJob* Checker::FindJob(baton_job handle) {
  MutexLock lock(&mutex_);
  const auto at = by_handle_.find(handle.bits);
  return at == by_handle_.end() ? nullptr : at->second;
}

void Checker::Add(std::unique_ptr<SpiedType> type) {
  MutexLock lock(&mutex_);
  types_.push_back(std::move(type));
}

const SpiedType* Checker::FindType(const CheckedHost* host, const std::string& type) {
  MutexLock lock(&mutex_);
  for (auto at = types_.rbegin(); at != types_.rend(); ++at) {
    if ((*at)->host == host && (*at)->name == type && (*at)->registered.load()) return at->get();
  }
  return nullptr;
}

void Checker::Enter(const std::string& callback) {
  MutexLock lock(&mutex_);
  executing_[callback]++;
}

void Checker::Leave(const std::string& callback) {
  MutexLock lock(&mutex_);
  executing_[callback]--;
}

void Checker::Count(int64_t Counts::*member) {
  MutexLock lock(&mutex_);
  (counts_.*member)++;
}

Counts Checker::counts() {
  MutexLock lock(&mutex_);
  return counts_;
}

Executing::Executing(std::string callback) : callback_(std::move(callback)) {
  Checker::Process().Enter(callback_);
}

Executing::~Executing() { Checker::Process().Leave(callback_); }

void ReportException(const std::string& callback) {
  try {
    throw;
  } catch (const std::exception& error) {
    Report("EXCEPTION", callback + " let a C++ exception out: " + error.what());
  } catch (...) {
    Report("EXCEPTION", callback + " let a C++ exception out");
  }
}

}  // namespace check
}  // namespace baton
