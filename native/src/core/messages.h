// What native threads tell the engine, in one order, through the inbox. Plain data, moved, never
// shared.
#ifndef BATON_CORE_MESSAGES_H_
#define BATON_CORE_MESSAGES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "record.h"

namespace baton {

// A native job was submitted and, in a durable store, committed if it is serializable.
struct Submitted {
  StoredRow row;
  bool admitted = false;  // it stands in the ready list already, or has begun: see ReadyList::Offer
};

// A native job that the engine has not heard of, from its submit to its success: its payload is
// finalized next. Of those that ended so since the engine asked last only the last are told.
struct Lived {
  StoredRow row;
  Sample sample;
  int64_t runtime_ms = 0;
  int64_t ended_at_ms = 0;
};

// Jobs that the engine has not heard of wait or run: see ReadyList::IsBusy.
struct LaneBusy {};

enum class CallKind { kCancel, kPause, kResume, kResubmit, kDelete, kSetPriority, kInfo, kWait };

// A native thread asks for something only the engine can do, and waits for Core::Answer(ticket).
struct Called {
  uint64_t ticket = 0;
  CallKind kind = CallKind::kInfo;
  std::string id;
  int32_t priority = 0;  // of kSetPriority
};

// Nobody waits for this ticket any more (it timed out): its answer would be ignored.
struct CallDropped {
  uint64_t ticket = 0;
};

// A request is answered with what becomes of a job.
struct JobAnswer {
  std::string id;
  bool wait = false;        // for its end
  int64_t timeout_ms = -1;  // for so long at most; below 0: no limit
};

// A native thread makes a request to the REST interface, and waits for Core::AnswerRest(ticket).
struct RestCalled {
  uint64_t ticket = 0;
  std::string method;
  std::string target;  // the path, without duplicate slashes or one at its end, and the query
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  Bytes body;
  // Not OK: the handler of `plugin` has refused the request, in place, with this, because of `why`
  // (empty: it has not said). What is wanted is only the host's answer to that.
  baton_status refused = BATON_OK;
  std::string plugin;
  std::string why;
  // Likewise: it has left the answer to a job.
  std::optional<JobAnswer> job;
};

// What a step does with an output of its job.
enum class OutputCall { kOpen, kWrite, kClose, kDrop };

// A step waits for Core::Answer(ticket); that it has dropped an output it only tells (ticket 0).
struct OutputCalled {
  uint64_t ticket = 0;
  std::string id;
  OutputCall call = OutputCall::kDrop;
  std::string key;
  std::string mime;  // of kOpen
  Bytes bytes;       // of kWrite
};

struct RestAnswer {
  int32_t http_status = 0;
  Bytes body;
};

// Which events somebody is subscribed to. What is told is told with the last `generation` that was
// heard of: Core::TellEvents.
struct EventsWanted {
  uint32_t mask = 0;
  uint64_t generation = 0;
};

// A native entry got a slot and is being run (revive and reset included).
struct Started {
  std::string id;
};

// An entry of another runner got a slot; give it back with Core::Release(id).
struct Granted {
  std::string id;
};

// A running job has new progress or content; the last one takes the place of those before it.
struct Sampled {
  std::string id;
  Sample sample;  // no content: unchanged; a state only with a memory store, from run->checkpoint
  int64_t runtime_ms = 0;  // spent in steps in this run so far
};

// How a native run ended.
enum class OutcomeKind {
  kSuccess,
  kFailure,
  kContinue,  // it was asked to end before it had finished: see stop_reason
  kRetry,
  kNotMine,  // there was no payload and nobody knows the type: it waits for the type
  kDetached  // a step takes too long and has not returned: StepReturned follows
};

struct Outcome {
  OutcomeKind kind = OutcomeKind::kContinue;
  JobError error;                         // of kFailure and kDetached
  bool retryable = false;                 // of kFailure
  std::optional<int64_t> retry_after_ms;  // of kRetry
  bool timed_out = false;                 // of kFailure: the step took too long
};

// A native run is over, its slot free. `stop_reason` is what the plugin was told, 0 if there was no
// payload to tell, or nobody to tell it (kDetached, which has no sample either).
struct Ended {
  std::string id;
  Outcome outcome;
  int32_t stop_reason = 0;
  Sample sample;
  int64_t runtime_ms = 0;    // spent in steps in this run
  bool has_payload = false;  // it can be reset or go on without being revived
  bool finalized = false;    // it had one, which is finalized next; Finalized does not come
  int64_t ended_at_ms = 0;   // of what is finalized
};

// The step of a run that ended as kDetached has returned, and stop(TIMED_OUT) was called.
struct StepReturned {
  std::string id;
};

// stop was called outside of a run, as Core::Stop(id, reason) ordered.
struct Stopped {
  std::string id;
  int32_t reason = 0;
  Sample sample;
};

// The payload of this job is gone, as Core::Finalize(id) ordered, or because the host closes.
struct Finalized {
  std::string id;
};

// Room in the queue was given to Core::RequestRoom(ticket).
struct RoomGiven {
  uint64_t ticket = 0;
};

struct TypeRegistered {
  std::string plugin;
  std::string type;
};

// Jobs of this registered type can be made from content: Core::StartCreation.
struct CreatorRegistered {
  std::string plugin;
  std::string type;
};

struct RouteRegistered {
  std::string plugin;
  std::string method;
  std::string pattern;
};

// The same where the engine is far: the thread that registers it waits for Core::Answer(ticket).
struct RouteAsked {
  uint64_t ticket = 0;
  std::string plugin;
  std::string method;
  std::string pattern;
};

// Where the engine is far: the run's first callback is next, and waits for Core::Answer(ticket).
struct RunBegins {
  uint64_t ticket = 0;
  std::string id;
};

// Where the engine is far: what a plugin says of an error code of its jobs.
struct ErrorRegistered {
  std::string plugin;
  std::string code;
  std::string text;
};

// Where the engine is far: gauges were set since Core::metrics was called last.
struct MetricsChanged {};

// A line for the log of the host (empty id) or of a job.
struct Logged {
  std::string plugin;
  std::string id;
  int32_t level = BATON_LOG_INFO;
  std::string text;
  int64_t at_ms = 0;
};

// The three parts of a native route's answer. Chunks are to be acknowledged:
// Core::AckResponse(ticket, size).
struct ResponseHead {
  uint64_t ticket = 0;
  int32_t http_status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<JobAnswer> job;  // it is what becomes of that: no chunks follow
};
struct ResponseChunk {
  uint64_t ticket = 0;
  Bytes bytes;
};
struct ResponseEnd {
  uint64_t ticket = 0;
  baton_status status = BATON_OK;  // an error before the head: nothing was written
  std::string why;                 // of an error: a sentence for the client; empty: none
};

using Message = std::variant<Submitted, Called, CallDropped, Started, Granted, Sampled, Ended,
                             Stopped, Finalized, RoomGiven, TypeRegistered, RouteRegistered, Logged,
                             ResponseHead, ResponseChunk, ResponseEnd, RestCalled, OutputCalled,
                             EventsWanted, Lived, LaneBusy, StepReturned, RouteAsked,
                             ErrorRegistered, MetricsChanged, RunBegins, CreatorRegistered>;

}  // namespace baton

#endif  // BATON_CORE_MESSAGES_H_
