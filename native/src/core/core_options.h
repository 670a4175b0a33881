// What a Core is made with. Plain data.
#ifndef BATON_CORE_CORE_OPTIONS_H_
#define BATON_CORE_CORE_OPTIONS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "messages.h"

namespace baton {

class Instance;

// How calls are answered that a plugin makes on the engine's own thread, where waiting for it would
// be for ever.
class EngineCalls {
 public:
  virtual ~EngineCalls() = default;
  // Does what `called` (whose ticket is 0) asks for; drains the inbox first. `info` is filled for
  // kInfo.
  virtual baton_status Call(const Called& called, JobInfo* info) = 0;
};

// What surrounds a callback on the loop thread, where it may call JavaScript.
class LoopBorder {
 public:
  virtual ~LoopBorder() = default;
  // Calls `callback`, which is the plugin's and throws nothing. Returns true if it left an exception
  // of JavaScript pending: that is taken away, and `*what` says it.
  virtual bool Around(const Instance* instance, const std::function<void()>& callback,
                      std::string* what) = 0;
  // JavaScript cannot be run any more: what failed of it is nobody's fault.
  virtual bool IsDying() = 0;
};

struct CoreOptions {
  int slots = 2;
  // The engine is in another process: no call is answered in place, and every submit is a request
  // of the store's queue, whose answer brings the job's id.
  bool far_engine = false;
  bool durable = true;               // false: a memory store; submits are answered in place
  int64_t next_sequence = 1;         // more than the store's highest; may be raised later
  int64_t limit_jobs = 10000;        // bound on waiting jobs; 0: none
  int64_t submit_timeout_ms = 5000;  // until there is room, and until the store takes the request
  size_t ready_limit = 256;
  size_t history = 10;      // successes that the engine keeps, so that it need not hear of more
  int64_t tick_ms = 50;     // how often a run looks at the clock
  int64_t sample_ms = 100;  // how often the engine hears how far a run is, if it listens
  int64_t checkpoint_ms = 250;
  int64_t step_grace_ms = 5000;         // until a step whose time is over is left alone
  std::string config = "{}";            // what get_config answers from; JSON
  std::vector<std::string> own_codes;   // the host's own error codes: no plugin describes them
  std::function<void()> wake;           // the inbox has something; any thread; must only signal
  std::function<void()> wake_store;     // the store queue has something; likewise
  EngineCalls* engine_calls = nullptr;  // outlives the Core; null: such calls answer UNSUPPORTED
  // There are loop tasks: call RunLoopTasks soon; any thread; must only signal. Null: nobody will,
  // and BATON_JOB_ON_LOOP is UNSUPPORTED.
  std::function<void()> wake_loop;
  std::shared_ptr<LoopBorder> loop_border;  // null: such callbacks are called as they are
};

}  // namespace baton

#endif  // BATON_CORE_CORE_OPTIONS_H_
