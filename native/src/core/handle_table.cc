#include "handle_table.h"

#include <atomic>
#include <utility>

#include "payload.h"

namespace baton {
namespace {

// So many handles of one thread stand in one part before the next part's turn.
constexpr uint32_t kStretch = 64;

// Where the next thread begins, so that those that submit at a time do so in parts of their own.
std::atomic<uint32_t> next_part{0};

}  // namespace

HandleTable& HandleTable::Process() {
  static HandleTable* const table =
      new HandleTable();  // leaked on purpose: late threads may still call
  return *table;
}

baton_job HandleTable::Insert(std::shared_ptr<Payload> payload) {
  thread_local uint32_t inserted = next_part++ * kStretch;
  return parts_[inserted++ / kStretch % HandlePart::kParts].part.Insert(std::move(payload));
}

void HandleTable::AbortSubmit(Payload* payload) { PartOf(payload->handle()).AbortSubmit(payload); }

void HandleTable::CommitSubmit(Payload* payload) {
  PartOf(payload->handle()).CommitSubmit(payload);
}

// What is inserted behind this, whoever inserts it takes out again: see CreateJob.
bool HandleTable::TakeLive(const Instance* instance, Clock::time_point deadline,
                           std::vector<std::shared_ptr<Payload>>* taken) {
  bool all = true;
  for (Part& one : parts_) all = one.part.TakeLive(instance, deadline, taken) && all;
  return all;
}

size_t HandleTable::Count(const Instance* instance) {
  size_t count = 0;
  for (Part& one : parts_) count += one.part.Count(instance);
  return count;
}

}  // namespace baton
