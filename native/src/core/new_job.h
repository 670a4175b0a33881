// A job as it was submitted, in as little memory as that takes: it goes from the processor that submits to
// the one that runs, and mostly nobody else looks at it. Plain data; no thread rule.
#ifndef BATON_CORE_NEW_JOB_H_
#define BATON_CORE_NEW_JOB_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "ids.h"
#include "record.h"
#include "recycling.h"

namespace baton {

// What all jobs of one type of one plugin have in common.
struct JobKind {
  std::string plugin;
  std::string type;
};

// What a submit may ask for, and mostly does not.
struct Wishes {
  std::optional<std::string> key;
  std::optional<std::string> user_data;  // JSON text
  int64_t start_after_ms = 0;            // 0: at once
  int64_t step_timeout_ms = 0;           // of each step; 0: none
  int32_t max_attempts = 0;
  Backoff backoff;
};

// A pointer to what lives for ever: to copy it costs nothing, since nobody counts.
template <typename T>
std::shared_ptr<const T> Uncounted(const T* forever) {
  return {std::shared_ptr<const T>(), forever};
}

// What a job's getters said when it was submitted.
struct Said {
  std::optional<std::string> content;  // JSON text
  std::optional<Bytes> state;          // none: not serializable

  // Made by one thread and dropped by another one, as all of a job is.
  static void* operator new(size_t size) { return TakeBlock(size); }
  static void operator delete(void* block, size_t size) noexcept { GiveBlock(block, size); }
};

// Its fields mean what those of StoredRow mean. Two lines of the cache with what counts its owners.
struct NewJob {
  JobId id;
  bool has_reset = false;
  bool awaited = false;
  int32_t priority = 0;
  int64_t sequence = 0;
  std::shared_ptr<const JobKind> kind;   // never null, as
  std::shared_ptr<const Wishes> wishes;  // this is not
  int64_t created_at_ms = 0;
  double progress = 0;
  std::unique_ptr<const Said> said;  // null: nothing

  const Said& Sayings() const {
    static const Said nothing;
    return said != nullptr ? *said : nothing;
  }
  bool HasState() const { return said != nullptr && said->state.has_value(); }
};

// For whoever must be told of it.
inline StoredRow RowOf(const NewJob& job) {
  const Wishes& wishes = *job.wishes;
  StoredRow row;
  row.id = job.id;
  row.sequence = job.sequence;
  row.type = job.kind->type;
  row.plugin = job.kind->plugin;
  row.priority = job.priority;
  row.key = wishes.key;
  if (wishes.start_after_ms > 0) row.start_at_ms = job.created_at_ms + wishes.start_after_ms;
  row.user_data = wishes.user_data;
  row.created_at_ms = job.created_at_ms;
  row.max_attempts = wishes.max_attempts;
  row.backoff = wishes.backoff;
  row.step_timeout_ms = wishes.step_timeout_ms;
  row.progress = job.progress;
  row.content = job.Sayings().content;
  row.has_reset = job.has_reset;
  row.submitted_state = job.Sayings().state;
  row.awaited = job.awaited;
  return row;
}

}  // namespace baton

#endif  // BATON_CORE_NEW_JOB_H_
