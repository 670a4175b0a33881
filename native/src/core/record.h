// Plain data that crosses between native threads, the engine and the store. No behaviour, no thread
// rule.
#ifndef BATON_CORE_RECORD_H_
#define BATON_CORE_RECORD_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "baton.h"

namespace baton {

using Bytes = std::string;

struct Backoff {
  int64_t first_ms = 0;  // 0 in each field: the engine's default
  double factor = 0;
  int64_t cap_ms = 0;
  double jitter = 0;
  friend bool operator==(const Backoff& a, const Backoff& b) {
    return a.first_ms == b.first_ms && a.factor == b.factor && a.cap_ms == b.cap_ms &&
           a.jitter == b.jitter;
  }
};

// Why a job failed: `code` for programs, `message` for people.
struct JobError {
  std::string code;
  std::string message;
};

// One job as it was submitted: flat, one row of the store. Times are epoch milliseconds.
struct StoredRow {
  std::string id;
  int64_t sequence = 0;
  std::string type;
  std::string plugin;
  int32_t priority = 0;
  std::optional<std::string> key;
  int64_t start_at_ms = 0;               // not before; 0: at once
  std::optional<std::string> user_data;  // JSON text
  int64_t created_at_ms = 0;
  int32_t max_attempts = 0;
  Backoff backoff;
  int64_t step_timeout_ms = 0;  // of each step; 0: none
  double progress = 0;
  std::optional<std::string> content;  // JSON text
  bool has_reset = false;
  std::optional<Bytes> submitted_state;  // none: not serializable
  bool awaited = false;                  // BATON_SUBMIT_AWAITED; not stored
};

// What a running job saves of itself between steps.
struct Checkpoint {
  std::string id;
  Bytes current_state;
  double progress = 0;
  std::optional<std::string> content;
  int32_t attempts = 0;
  int64_t runtime_ms = 0;
};

// One property of a plugin as it shall be; no value: it is removed.
struct PropertyWrite {
  std::string plugin;
  std::string name;
  std::optional<Bytes> value;
};

// What is known of a job, for job_info and wait_job.
struct JobInfo {
  std::string id;
  std::string type;
  int32_t state = BATON_STATE_PENDING;
  int32_t requested = 0;
  int32_t priority = 0;
  int32_t attempts = 0;
  int32_t max_attempts = 0;
  double progress = 0;
  int64_t created_at_ms = 0;
  int64_t changed_at_ms = 0;
  int64_t due_at_ms = 0;
  int64_t runtime_ms = 0;
  JobError error;
};

// One part of a job's progress, as it is shown.
struct ChildCopy {
  uint32_t parent = 0;  // 0: the root; else the place of the parent in the list, from 1
  std::string name;
  double weight = 1;
  double done = 0;
  double total = 0;
  double fraction = 0;
  int32_t outcome = 0;  // 0: it goes on, else a BATON_STOP_ number
  bool canceled = false;
  int64_t started_at_ms = 0;
  int64_t ended_at_ms = 0;
};

// The tree of a job's progress, as it is shown.
struct TreeCopy {
  double fraction = 0;
  int64_t started_at_ms = 0;
  int64_t life = 0;  // a child is known by this and its number: the numbers begin anew
  std::vector<ChildCopy> children;  // a parent stands before its children
};

// What the getters, or pushes that win over them, say about a job at one moment.
struct Sample {
  double progress = 0;
  std::optional<std::string> content;
  std::optional<Bytes> state;
  std::shared_ptr<const TreeCopy> tree;  // null: unchanged
};

}  // namespace baton

#endif  // BATON_CORE_RECORD_H_
