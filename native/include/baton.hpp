/* baton.hpp - plugins in C++17: a thin layer over baton.h (read that first), nothing to link.
 *
 * A COMPLETE PLUGIN: c++ -std=c++17 -shared -fPIC -fvisibility=hidden -I include -o hello.so hello.cc
 *
 *   #include "baton.hpp"
 *
 *   class Counter : public baton::Job {
 *    public:
 *     static constexpr char kType[] = "hello.count";
 *     explicit Counter(int at) : at_(at) {}
 *     static std::unique_ptr<Counter> revive(std::string_view state) {
 *       return std::make_unique<Counter>(std::stoi(std::string(state)));
 *     }
 *
 *     baton::Step step(baton::Run& run) override {
 *       run.set_progress(++at_, 10);
 *       return at_ < 10 ? baton::Step::again() : baton::Step::success();
 *     }
 *     std::optional<std::string> serialize() override { return std::to_string(at_); }
 *
 *    private:
 *     int at_;
 *   };
 *
 *   static void start(baton::Host host) {
 *     host.register_type<Counter>().or_throw("cannot register hello.count");
 *     auto submitted = host.submit(std::make_unique<Counter>(0));
 *     submitted.status.or_throw("cannot submit");  // submitted.job would be ours again
 *   }
 *
 *   static void stop() {}
 *
 *   BATON_PLUGIN("hello", "1.0.0", start, stop);
 *
 * CONVENTIONS. Those of baton.h hold: threads, strings, time, what each call does and answers. The
 * names are its names. What C++ adds:
 *
 * Ownership  A job is a std::unique_ptr until it is submitted, and again if it could not be: a
 *            refused submit puts it into the result. Once submitted it is the host's, which
 *            destroys it exactly once: the destructor is `finalize`. Only if this plugin is stopped
 *            in the middle of a refused submit has the host destroyed it, and the result is empty.
 * Callbacks  What a class overrides is what the host knows of: a job without `reset` is finalized
 *            and revived, one without `serialize` is not saved. This is found out at compile time,
 *            from the type that submit, create or revive is given: hand over the class itself,
 *            never a pointer to a base of it. Overrides may be private.
 * Exceptions None crosses into the host. One that escapes `step` fails the job, with its what();
 *            from any other callback it becomes a status, and the what() a line in the host's log.
 *            Nothing here throws, but or_throw (an Error), a value that cannot be had (bad_alloc),
 *            and what your own functions throw. Without exceptions (-fno-exceptions) or_throw ends
 *            the process; all else works.
 * Absence    A call that this host does not have answers UNSUPPORTED; Host::has asks.
 * Lifetimes  A Host is a view, copied freely, valid until the process ends. A Run, Request or
 *            Response is valid until the function it was passed to returns. Handlers and listeners
 *            live until the plugin is stopped.
 *
 * Symbols    Compile with -fvisibility=hidden, or put your classes into a namespace without a name: else
 *            the loader may take those of one plugin for those of another. BATON_PLUGIN exports what
 *            must be seen.
 *
 * Functions are [any-thread] unless they say more. */
#ifndef BATON_HPP_
#define BATON_HPP_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "baton.h"

#if defined(__cpp_exceptions) || defined(_CPPUNWIND)
#define BATON_HPP_EXCEPTIONS 1
#else
#define BATON_HPP_EXCEPTIONS 0
#endif

/* What there is once in each plugin must not be shared by two plugins of one process. */
#if defined(_WIN32)
#define BATON_HPP_LOCAL
#else
#define BATON_HPP_LOCAL __attribute__((visibility("hidden")))
#endif

namespace baton {
inline namespace v1 {

class Host;
class Run;

using Milliseconds = std::chrono::milliseconds;

/* A time-out that never comes. */
constexpr Milliseconds kForever{-1};

/* ------------------------------------------------------------------------------------- results -- */

/* What a call answered: BATON_OK or a BATON_ERROR_ number, with which it can be compared. */
class Status {
 public:
  constexpr Status(baton_status code = BATON_OK) noexcept : code_(code) {}

  constexpr bool ok() const noexcept { return code_ == BATON_OK; }
  constexpr baton_status code() const noexcept { return code_; }

  /* "QUEUE_FULL". For a sentence: Host::status_text. */
  const char* name() const noexcept {
    static constexpr const char* kNames[] = {
        "OK",          "INVALID_ARGUMENT", "STALE_HANDLE", "NOT_YOURS",    "ALREADY_SUBMITTED",
        "BUSY",        "QUEUE_FULL",       "CLOSING",      "WRONG_THREAD", "WRONG_STATE",
        "NOT_FOUND",   "TIMED_OUT",        "NAME_TAKEN",   "INVALID_JSON", "TOO_LARGE",
        "UNSUPPORTED", "TOO_NEW",          "NO_MEMORY",    "STORE_FAILED", "BAD_STATE_DATA",
        "NOT_MINE",    "INTERNAL"};
    constexpr baton_status kCount = sizeof kNames / sizeof kNames[0];
    return code_ >= 0 && code_ < kCount ? kNames[code_] : "UNKNOWN_STATUS";
  }

  /* Throws an Error unless it is OK: "what: QUEUE_FULL". */
  void or_throw(const char* what) const;

  friend constexpr bool operator==(Status a, Status b) noexcept { return a.code_ == b.code_; }
  friend constexpr bool operator!=(Status a, Status b) noexcept { return a.code_ != b.code_; }

 private:
  baton_status code_;
};

/* For a plugin's own code. Thrown out of `step` it fails the job with its code and text; thrown out
 * of another callback its status is what the host is answered. */
class Error : public std::runtime_error {
 public:
  Error(Status status, const std::string& text)
      : std::runtime_error(text), status_(status), code_(status.name()) {}
  /* `code` is UPPER_SNAKE; `retryable`: try again while the job has attempts left. */
  Error(std::string code, const std::string& text, bool retryable = false)
      : std::runtime_error(text),
        status_(BATON_ERROR_INTERNAL),
        code_(std::move(code)),
        retryable_(retryable) {}

  Status status() const noexcept { return status_; }
  const char* code() const noexcept { return code_.c_str(); }
  bool retryable() const noexcept { return retryable_; }

 private:
  Status status_;
  std::string code_;
  bool retryable_ = false;
};

inline void Status::or_throw(const char* what) const {
  if (ok()) return;
#if BATON_HPP_EXCEPTIONS
  throw Error(*this, std::string(what) + ": " + name());
#else
  std::fprintf(stderr, "%s: %s\n", what, name());
  std::abort();
#endif
}

/* A value, if the status is OK. */
template <class T>
struct [[nodiscard]] Result {
  Status status;
  T value;

  bool ok() const noexcept { return status.ok(); }
  explicit operator bool() const noexcept { return ok(); }
  T& operator*() noexcept { return value; }
  const T& operator*() const noexcept { return value; }
  T* operator->() noexcept { return &value; }
  const T* operator->() const noexcept { return &value; }
};

/* A text that ends in NUL, as the host wants it; borrowed. */
class Text {
 public:
  Text(const char* text) noexcept : text_(text) {}
  Text(const std::string& text) noexcept : text_(text.c_str()) {}
  const char* c_str() const noexcept { return text_; }

 private:
  const char* text_;
};

/* A job's id. Made of any text; one that is too long becomes empty, which no job has. */
class Id {
 public:
  Id() noexcept = default;
  Id(std::string_view text) noexcept {
    if (text.size() < sizeof text_) text.copy(text_, text.size());
  }
  Id(const char* text) noexcept : Id(std::string_view(text == nullptr ? "" : text)) {}
  Id(const std::string& text) noexcept : Id(std::string_view(text)) {}

  const char* c_str() const noexcept { return text_; }
  std::string str() const { return text_; }
  bool empty() const noexcept { return text_[0] == '\0'; }
  /* For the host to write to: BATON_ID_SIZE bytes. */
  char* data() noexcept { return text_; }

  friend bool operator==(const Id& a, const Id& b) noexcept {
    return std::strcmp(a.text_, b.text_) == 0;
  }
  friend bool operator!=(const Id& a, const Id& b) noexcept { return !(a == b); }

 private:
  char text_[BATON_ID_SIZE] = {};
};

/* What is known of a job: a copy. */
struct Info : baton_job_info {
  Info() noexcept : baton_job_info() { struct_size = sizeof(baton_job_info); }
  bool succeeded() const noexcept { return state == BATON_STATE_SUCCESS; }
  bool failed() const noexcept { return state == BATON_STATE_FAILURE; }
  bool finished() const noexcept { return succeeded() || failed(); }
};

enum class Level : int32_t {
  kError = BATON_LOG_ERROR,
  kWarning = BATON_LOG_WARNING,
  kInfo = BATON_LOG_INFO,
  kDebug = BATON_LOG_DEBUG
};

enum class StopReason : int32_t {
  kNone = 0,
  kSuccess = BATON_STOP_SUCCESS,
  kPaused = BATON_STOP_PAUSED,
  kFailure = BATON_STOP_FAILURE,
  kCanceled = BATON_STOP_CANCELED,
  kRetry = BATON_STOP_RETRY,
  kTimedOut = BATON_STOP_TIMED_OUT,
  kClosing = BATON_STOP_CLOSING
};

/* "timed-out", as in TypeScript; "unknown" for a reason of a newer host. */
inline const char* name(StopReason reason) noexcept {
  static constexpr const char* kNames[] = {"none",     "success", "paused",    "failure",
                                           "canceled", "retry",   "timed-out", "closing"};
  const auto at = static_cast<int32_t>(reason);
  constexpr int32_t kCount = sizeof kNames / sizeof kNames[0];
  return at >= 0 && at < kCount ? kNames[at] : "unknown";
}

/* How a job is submitted. As it is made, it is a good default. */
struct Options {
  int32_t priority = 0;          /* higher runs first */
  int32_t max_attempts = 0;      /* retryable failures until the job fails for good. 0: one */
  Milliseconds backoff_first{0}; /* 0, here and below: the host's default */
  double backoff_factor = 0;
  Milliseconds backoff_cap{0};
  double backoff_jitter = 0;
  /* A host that does not know these four yet refuses them with UNSUPPORTED, unless they are as they
   * are here. */
  std::string key;              /* jobs of one key share a limit; empty: none */
  Milliseconds start_after{0};  /* from now */
  Milliseconds step_timeout{0}; /* longest time of one step; 0: as long as it likes */
  std::string user_data;        /* JSON, kept with the job; empty: none */
  bool no_wait = false;         /* answer QUEUE_FULL at once instead of waiting for room */
  bool awaited = false;         /* wait answers until a minute after the end, whatever the history
                                   keeps; UNSUPPORTED before minor 3 */
};

/* Whether the answer to a request waits for its job, if the request does not say. */
enum class AnswerMode : uint32_t {
  kSynchronous = 0,
  kAsynchronous = BATON_ANSWER_ASYNCHRONOUS,
  kNeverWaits = BATON_ANSWER_NEVER_WAITS /* and a request that wants to wait is refused */
};

/* `text` as a JSON string, quotes included. */
inline std::string json_quote(std::string_view text) {
  std::string json = "\"";
  for (const char each : text) {
    const auto byte = static_cast<unsigned char>(each);
    if (each == '"' || each == '\\') {
      json += '\\';
      json += each;
    } else if (byte < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(byte));
      json += escape;
    } else {
      json += each;
    }
  }
  return json + '"';
}

/* ---------------------------------------------------------------------------------------- jobs -- */

/* What a step came to. */
class [[nodiscard]] Step {
 public:
  /* The job is done. */
  static Step success() { return Step(BATON_STEP_SUCCESS); }
  /* Call me again. Also the answer if the run should stop: then it will. */
  static Step again() { return Step(BATON_STEP_CONTINUE); }
  /* Call me again later: after the retry policy's first delay, or after `delay`. Counts no attempt. */
  static Step retry() { return Step(BATON_STEP_RETRY); }
  static Step retry(Milliseconds delay) {
    Step step(BATON_STEP_RETRY);
    step.delay_ = delay;
    return step;
  }
  /* The job failed. `code` is UPPER_SNAKE, for programs; `message` is a sentence for people;
   * `retryable`: try again while the job has attempts left (Options::max_attempts). */
  static Step failure(std::string code, std::string message, bool retryable = false) {
    Step step(BATON_STEP_FAILURE);
    step.code_ = std::move(code);
    step.message_ = std::move(message);
    step.retryable_ = retryable;
    return step;
  }

  int32_t result() const noexcept { return result_; } /* BATON_STEP_ */
  const std::string& code() const noexcept { return code_; }
  const std::string& message() const noexcept { return message_; }
  bool retryable() const noexcept { return retryable_; }
  std::optional<Milliseconds> delay() const noexcept { return delay_; }

 private:
  explicit Step(int32_t result) noexcept : result_(result) {}

  int32_t result_;
  bool retryable_ = false;
  std::optional<Milliseconds> delay_;
  std::string code_;
  std::string message_;
};

/* What a step can tell and ask while it runs. What is pushed here wins over the getter after it. */
class Run {
 public:
  explicit Run(const baton_run* run) noexcept : run_(run) {}
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  /* Somebody wants this run to end: return Step::again() as soon as you can. One atomic load. */
  bool should_stop() const noexcept { return run_->should_stop(run_) != 0; }
  StopReason stop_reason() const noexcept {
    return static_cast<StopReason>(run_->should_stop(run_));
  }

  /* Waits. False as soon as the run should stop, true when the time is over. [job-thread] */
  bool sleep_for(Milliseconds time) const {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point end = Clock::now() + time;
    for (;;) {
      if (should_stop()) return false;
      const Clock::time_point now = Clock::now();
      if (now >= end) return true;
      const Clock::time_point next = now + Milliseconds(10);
      std::this_thread::sleep_until(next < end ? next : end);
    }
  }

  /* Errors: INVALID_ARGUMENT (total not above 0, done not in 0..total). [job-thread] */
  Status set_progress(double done, double total) noexcept {
    return run_->set_progress(run_, done, total);
  }
  /* Replaces the content: one JSON object. Errors: INVALID_JSON, TOO_LARGE. [job-thread] */
  Status set_content(std::string_view json) noexcept {
    return run_->set_content(run_, json.data(), json.size());
  }
  /* Adds a line to the host's log, with the job's id. [job-thread] */
  Status log(Level level, Text text) noexcept {
    return run_->log(run_, static_cast<int32_t>(level), text.c_str());
  }
  /* Saves this state: committed if it answers OK. Errors: TOO_LARGE, STORE_FAILED, TIMED_OUT,
   * UNSUPPORTED (this job was not serializable when submitted). [job-thread] */
  [[nodiscard]] Status checkpoint(std::string_view state) noexcept {
    return run_->checkpoint(run_, state.data(), state.size());
  }

  /* Outputs: what the job leaves for whoever wants its result; see baton.h for keys, media types and
   * errors. UNSUPPORTED on a host of minor 0 or 1. One that is not closed when the step returns is
   * dropped. [job-thread] */
  [[nodiscard]] Status put_output(Text key, Text mime, std::string_view bytes) noexcept {
    if (!BATON_HAS(baton_run, run_, put_output)) return BATON_ERROR_UNSUPPORTED;
    return run_->put_output(run_, key.c_str(), mime.c_str(), bytes.data(), bytes.size());
  }
  [[nodiscard]] Status open_output(Text key, Text mime) noexcept {
    if (!BATON_HAS(baton_run, run_, open_output)) return BATON_ERROR_UNSUPPORTED;
    return run_->open_output(run_, key.c_str(), mime.c_str());
  }
  [[nodiscard]] Status write_output(Text key, std::string_view bytes) noexcept {
    if (!BATON_HAS(baton_run, run_, write_output)) return BATON_ERROR_UNSUPPORTED;
    return run_->write_output(run_, key.c_str(), bytes.data(), bytes.size());
  }
  [[nodiscard]] Status close_output(Text key) noexcept {
    if (!BATON_HAS(baton_run, run_, close_output)) return BATON_ERROR_UNSUPPORTED;
    return run_->close_output(run_, key.c_str());
  }

  /* Parts of the job's progress; see baton.h. UNSUPPORTED on a host of minor 0 to 2. A part is a number
   * from 1, good in all steps; 0 is the job itself. [job-thread] */
  Result<uint32_t> add_child(Text name, double weight = 1, uint32_t parent = 0) noexcept {
    uint32_t child = 0;
    if (!BATON_HAS(baton_run, run_, add_child)) return {BATON_ERROR_UNSUPPORTED, 0};
    const Status status = run_->add_child(run_, parent, name.c_str(), weight, &child);
    return {status, child};
  }
  Status set_child_progress(uint32_t child, double done, double total) noexcept {
    if (!BATON_HAS(baton_run, run_, set_child_progress)) return BATON_ERROR_UNSUPPORTED;
    return run_->set_child_progress(run_, child, done, total);
  }
  Status finish_child(uint32_t child, StopReason outcome = StopReason::kSuccess) noexcept {
    if (!BATON_HAS(baton_run, run_, finish_child)) return BATON_ERROR_UNSUPPORTED;
    return run_->finish_child(run_, child, static_cast<int32_t>(outcome));
  }
  /* Somebody has canceled it, one above it, or the job. [any-thread] */
  bool child_canceled(uint32_t child) const noexcept {
    return BATON_HAS(baton_run, run_, child_canceled) && run_->child_canceled(run_, child) != 0;
  }

  const baton_run* raw() const noexcept { return run_; }

 private:
  const baton_run* run_;
};

namespace detail {
struct Callbacks;
}  // namespace detail

/* A job. Derive from it, name the type it is revived by, override `step` and what else you need:
 *
 *   static constexpr char kType[] = "hello.count";
 *   static constexpr bool kOnLoop = true;   // optional: BATON_JOB_ON_LOOP
 *   static std::unique_ptr<Counter> revive(std::string_view state);  // for register_type
 *
 * All callbacks are [job-thread]: they never overlap, so members need no lock. The destructor is the
 * last; in it host() still works. */
class Job {
 public:
  Job() = default;
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;
  virtual ~Job() = default;

  /* Does a piece of the work. An exception fails the job: STEP_THREW, or what an Error says. After
   * a crash of the host the last step may be done again: make it repeatable. */
  virtual Step step(Run& run) = 0;

  /* The run is over: give back what only a running job needs. More steps may follow. */
  virtual void stop(StopReason reason) { static_cast<void>(reason); }

  /* A failed job was submitted again: begin anew. An exception fails it (RESET_FAILED). Not
   * overridden: the job is destroyed, and the state of its first submit is revived. */
  virtual void reset() { Status(BATON_ERROR_UNSUPPORTED).or_throw("reset"); }

  /* How far the job is, from 0 to 1. */
  virtual double progress() { return 0; }

  /* What the job is about, for people and for REST: one JSON object. Nothing: nothing to say. */
  virtual std::optional<std::string> content() { return std::nullopt; }

  /* All that `revive` needs to continue from here: any bytes. Nothing, in submit: this job cannot
   * be saved and will not survive the process. */
  virtual std::optional<std::string> serialize() { return std::nullopt; }

 protected:
  /* The host it was created in; before that (in the constructor) one that refuses everything. */
  inline Host host() const noexcept;

 private:
  friend struct detail::Callbacks;
  const baton_host* host_ = nullptr;
};

/* -------------------------------------------------------------------------------------- inside -- */

namespace detail {

/* Calls `function`; what it throws goes to `caught(status, code, text, retryable)`. */
template <class F, class Caught>
void guard(F&& function, Caught&& caught) noexcept {
#if BATON_HPP_EXCEPTIONS
  try {
    function();
  } catch (const Error& error) {
    caught(error.status().ok() ? Status(BATON_ERROR_INTERNAL) : error.status(), error.code(),
           error.what(), error.retryable());
  } catch (const std::bad_alloc&) {
    caught(Status(BATON_ERROR_NO_MEMORY), "STEP_THREW", "out of memory", false);
  } catch (const std::exception& error) {
    const char* const text = error.what();
    caught(Status(BATON_ERROR_INTERNAL), "STEP_THREW",
           *text == '\0' ? "an exception without a text" : text, false);
  } catch (...) {
    caught(Status(BATON_ERROR_INTERNAL), "STEP_THREW", "an exception that is not a std::exception",
           false);
  }
#else
  static_cast<void>(caught);
  function();
#endif
}

/* Logs "revive of hello.count: text". Allocates nothing. */
inline void complain(const baton_host* host, const char* where, const char* text) noexcept {
  char line[1024];
  std::snprintf(line, sizeof line, "%s: %s", where, text);
  host->log(host, BATON_LOG_ERROR, line);
}

/* The status of a callback that returns one or nothing. What it throws is logged. */
template <class F>
baton_status answer(const baton_host* host, const char* where, F&& function) noexcept {
  Status answered;
  guard(
      [&] {
        if constexpr (std::is_void_v<decltype(function())>) {
          function();
        } else {
          answered = Status(function());
        }
      },
      [&](Status status, const char*, const char* text, bool) {
        answered = status;
        complain(host, where, text);
      });
  return answered.code();
}

/* A free_job that does not destroy: finalize, which it calls on this thread, hands the job over. No
 * finalize, no job: then the host has let go of it already. */
struct Returning {
  void* payload;
  bool returned;
};

BATON_HPP_LOCAL inline Returning*& returning() noexcept {
  static thread_local Returning* slot = nullptr;
  return slot;
}

/* The class `D` overrides a function of Job, if its member pointer is not one of Job; or cannot be
 * had, since it is private or overloaded there. */
#define BATON_HPP_OVERRIDES(trait, function)           \
  template <class D, class = void>                     \
  struct trait : std::true_type {};                    \
  template <class D>                                   \
  struct trait<D, std::void_t<decltype(&D::function)>> \
      : std::bool_constant<!std::is_same_v<decltype(&D::function), decltype(&Job::function)>> {}
BATON_HPP_OVERRIDES(OverridesStop, stop);
BATON_HPP_OVERRIDES(OverridesReset, reset);
BATON_HPP_OVERRIDES(OverridesProgress, progress);
BATON_HPP_OVERRIDES(OverridesContent, content);
BATON_HPP_OVERRIDES(OverridesSerialize, serialize);
#undef BATON_HPP_OVERRIDES

template <class D, class = void>
struct HasType : std::false_type {};
template <class D>
struct HasType<D, std::void_t<decltype(Text(D::kType))>> : std::true_type {};

template <class D, class = void>
struct OnLoop : std::false_type {};
template <class D>
struct OnLoop<D, std::void_t<decltype(D::kOnLoop)>> : std::bool_constant<D::kOnLoop> {};

template <class D>
constexpr uint32_t flags_of() noexcept {
  return OnLoop<D>::value ? uint32_t{BATON_JOB_ON_LOOP} : 0u;
}

/* The doors from C: the payload is a Job*. */
struct Callbacks {
  static Job& self(void* payload) noexcept { return *static_cast<Job*>(payload); }
  static void adopt(Job* job, const baton_host* host) noexcept { job->host_ = host; }

  static void fail(const baton_run* run, const char* code, const char* text,
                   bool retryable) noexcept {
    if (run->fail(run, code, text, retryable ? 1 : 0) != BATON_ERROR_INVALID_ARGUMENT) return;
    run->log(run, BATON_LOG_ERROR, "the step failed with a code that is not UPPER_SNAKE:");
    run->log(run, BATON_LOG_ERROR, code);
    run->fail(run, "STEP_FAILED", text, retryable ? 1 : 0);
  }

  static int32_t BATON_CALL step(void* payload, const baton_run* c_run) noexcept {
    int32_t result = BATON_STEP_FAILURE;
    guard(
        [&] {
          Run run(c_run);
          const Step step = self(payload).step(run);
          if (step.result() == BATON_STEP_FAILURE)
            fail(c_run, step.code().c_str(), step.message().c_str(), step.retryable());
          if (step.delay()) {
            const int64_t ms = step.delay()->count();
            c_run->retry_after(c_run, ms > 0 ? ms : 0);
          }
          result = step.result();
        },
        [&](Status, const char* code, const char* text, bool retryable) {
          fail(c_run, code, text, retryable);
        });
    return result;
  }

  static void BATON_CALL stop(void* payload, int32_t reason) noexcept {
    answer(self(payload).host_, "stop",
           [&] { self(payload).stop(static_cast<StopReason>(reason)); });
  }

  static baton_status BATON_CALL reset(void* payload) noexcept {
    return answer(self(payload).host_, "reset", [&] { self(payload).reset(); });
  }

  static double BATON_CALL get_progress(void* payload) noexcept {
    double progress = 0;
    answer(self(payload).host_, "progress", [&] { progress = self(payload).progress(); });
    return progress;
  }

  static baton_status write(const std::optional<std::string>& text, const baton_sink* sink) {
    if (!text) return BATON_ERROR_UNSUPPORTED;
    return sink->write(sink, text->data(), text->size());
  }

  static baton_status BATON_CALL get_content(void* payload, const baton_sink* sink) noexcept {
    return answer(self(payload).host_, "content",
                  [&] { return write(self(payload).content(), sink); });
  }

  static baton_status BATON_CALL get_serialized(void* payload, const baton_sink* sink) noexcept {
    return answer(self(payload).host_, "serialize",
                  [&] { return write(self(payload).serialize(), sink); });
  }

  static void BATON_CALL finalize(void* payload) noexcept {
    Returning* const slot = returning();
    if (slot != nullptr && slot->payload == payload) {
      slot->returned = true;
      return;
    }
    delete &self(payload);
  }
};

/* Makes a job of *job: on OK it is reached only through *handle, and *job is empty. */
template <class D>
Status create(const baton_host* host, std::unique_ptr<D>* job, baton_job* handle) noexcept {
  static_assert(std::is_base_of_v<Job, D>, "a job is a class derived from baton::Job");
  static_assert(!std::is_abstract_v<D>,
                "hand over the class itself, not a base of it: it says which callbacks there are");
  static_assert(HasType<D>::value, "a job class has: static constexpr char kType[] = \"a.name\";");
  if (host == nullptr || *job == nullptr) return BATON_ERROR_INVALID_ARGUMENT;
  Job* const base = job->get();
  baton_job_desc desc = {};
  desc.struct_size = sizeof desc;
  desc.flags = flags_of<D>();
  desc.type = D::kType;
  desc.payload = base;
  desc.step = Callbacks::step;
  if (OverridesStop<D>::value) desc.stop = Callbacks::stop;
  if (OverridesReset<D>::value) desc.reset = Callbacks::reset;
  if (OverridesProgress<D>::value) desc.get_progress = Callbacks::get_progress;
  if (OverridesContent<D>::value) desc.get_content = Callbacks::get_content;
  if (OverridesSerialize<D>::value) desc.get_serialized = Callbacks::get_serialized;
  desc.finalize = Callbacks::finalize;
  Callbacks::adopt(base, host);
  const Status status = host->create_job(host, &desc, handle);
  if (status.ok()) job->release();
  return status;
}

/* Frees the handle of a job that was not submitted and returns the job. */
template <class D>
std::unique_ptr<D> take_back(const baton_host* host, baton_job handle, D* job) noexcept {
  Job* const base = job;
  Returning slot = {base, false};
  Returning* const outer = returning();
  returning() = &slot;
  host->free_job(host, handle);
  returning() = outer;
  return std::unique_ptr<D>(slot.returned ? job : nullptr);
}

inline baton_submit_options to_c(const Options& options) noexcept {
  baton_submit_options c = {};
  c.struct_size = sizeof c;
  c.flags = (options.no_wait ? uint32_t{BATON_SUBMIT_NO_WAIT} : 0u) |
            (options.awaited ? uint32_t{BATON_SUBMIT_AWAITED} : 0u);
  c.priority = options.priority;
  c.max_attempts = options.max_attempts;
  c.backoff_first_ms = options.backoff_first.count();
  c.backoff_factor = options.backoff_factor;
  c.backoff_cap_ms = options.backoff_cap.count();
  c.backoff_jitter = options.backoff_jitter;
  c.key = options.key.empty() ? nullptr : options.key.c_str();
  c.start_after_ms = options.start_after.count();
  c.step_timeout_ms = options.step_timeout.count();
  c.user_data = options.user_data.empty() ? nullptr : options.user_data.c_str();
  return c;
}

/* A sink that appends to a string. */
class StringSink {
 public:
  explicit StringSink(std::string* text) noexcept : sink_() {
    sink_.struct_size = sizeof sink_;
    sink_.context = text;
    sink_.write = write;
  }
  const baton_sink* get() const noexcept { return &sink_; }

 private:
  static baton_status BATON_CALL write(const baton_sink* sink, const void* bytes,
                                       size_t size) noexcept {
    baton_status status = BATON_OK;
    guard(
        [&] {
          static_cast<std::string*>(sink->context)->append(static_cast<const char*>(bytes), size);
        },
        [&](Status, const char*, const char*, bool) { status = BATON_ERROR_NO_MEMORY; });
    return status;
  }

  baton_sink sink_;
};

/* What the host was given a pointer to and may call until the plugin is stopped. */
struct Kept {
  virtual ~Kept() = default;
  const baton_host* host = nullptr;
  std::unique_ptr<Kept> next;
};

/* Holds all that this plugin keeps, for each host it was started in: one image serves several.
 * `stop` says neither which host it is for; but it is called on the thread that called `start`. */
class Keeper {
 public:
  /* Never destroyed: at exit callbacks may still run. */
  BATON_HPP_LOCAL static Keeper& get() {
    static Keeper* const keeper = new Keeper();
    return *keeper;
  }

  void keep(const baton_host* host, std::unique_ptr<Kept> kept) {
    const std::lock_guard<std::mutex> lock(mutex_);
    kept->host = host;
    kept->next = std::move(kept_);
    kept_ = std::move(kept);
  }

  void started(const baton_host* host) {
    const std::lock_guard<std::mutex> lock(mutex_);
    starts_.push_back({host, std::this_thread::get_id(), false});
  }

  /* This thread's start did not come to be. What it kept stays: requests may still run in it. */
  void refused(const baton_host* host) {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (size_t i = 0; i < starts_.size(); ++i) {
      if (starts_[i].host != host) continue;
      starts_.erase(starts_.begin() + static_cast<std::ptrdiff_t>(i));
      return;
    }
  }

  /* One of the hosts of this thread is stopped. When all are, what they kept is destroyed. */
  void stopped() {
    std::unique_ptr<Kept> garbage;  // destroyed without the lock
    const std::lock_guard<std::mutex> lock(mutex_);
    const std::thread::id self = std::this_thread::get_id();
    size_t left = 0;
    bool marked = false;
    for (Start& start : starts_) {
      if (start.thread != self || start.stopped) continue;
      if (marked) ++left;
      start.stopped = start.stopped || !marked;
      marked = true;
    }
    if (left > 0) return;
    for (size_t i = starts_.size(); i-- > 0;) {
      if (starts_[i].thread != self) continue;
      take(starts_[i].host, &garbage);
      starts_.erase(starts_.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }

  void forget(const baton_host* host) {
    std::unique_ptr<Kept> garbage;
    const std::lock_guard<std::mutex> lock(mutex_);
    take(host, &garbage);
  }

 private:
  struct Start {
    const baton_host* host;
    std::thread::id thread;
    bool stopped;
  };

  void take(const baton_host* host, std::unique_ptr<Kept>* garbage) {
    std::unique_ptr<Kept>* at = &kept_;
    while (*at != nullptr) {
      if ((*at)->host != host) {
        at = &(*at)->next;
        continue;
      }
      std::unique_ptr<Kept> one = std::move(*at);
      *at = std::move(one->next);
      one->next = std::move(*garbage);
      *garbage = std::move(one);
    }
  }

  std::mutex mutex_;
  std::vector<Start> starts_;
  std::unique_ptr<Kept> kept_;
};

/* Where a function lies in the host's table. */
template <auto Member>
size_t end_of() noexcept {
  const baton_host any = {};
  const auto* const begin = reinterpret_cast<const char*>(&any);
  return static_cast<size_t>(reinterpret_cast<const char*>(&(any.*Member)) - begin) +
         sizeof(any.*Member);
}

}  // namespace detail

/* ------------------------------------------------------------------------------------- results -- */

/* What became of a submit. OK: the job is the host's, and `id` is its id. Else `job` is yours. */
template <class D>
struct [[nodiscard]] Submitted {
  Status status;
  Id id;
  std::unique_ptr<D> job;

  bool ok() const noexcept { return status.ok(); }
  explicit operator bool() const noexcept { return ok(); }
};

/* What became of a submit of many: all or none. OK: ids[i] is that of job i. Else the jobs are
 * yours, and `statuses` says which of them are to blame, as far as the host has looked. */
template <class D>
struct [[nodiscard]] SubmittedAll {
  Status status;
  std::vector<Id> ids;
  std::vector<Status> statuses;
  std::vector<std::unique_ptr<D>> jobs;

  bool ok() const noexcept { return status.ok(); }
  explicit operator bool() const noexcept { return ok(); }
};

/* What became of a submit and of the wait after it. With an `id` the job was submitted, whatever
 * the status is (TIMED_OUT: it goes on); without one `job` is yours. */
template <class D>
struct [[nodiscard]] Waited {
  Status status;
  Id id;
  Info info; /* if OK: how it ended */
  std::unique_ptr<D> job;

  bool ok() const noexcept { return status.ok(); }
  explicit operator bool() const noexcept { return ok(); }
};

/* A job that was created and not submitted; the one owner of a baton_job. Frees it, which destroys
 * the job, unless it was submitted or released. For BATON_JOB_ON_LOOP on the loop thread only. */
class Handle {
 public:
  Handle() noexcept = default;
  /* Adopts what host->create_job gave. */
  Handle(const baton_host* host, baton_job job) noexcept : host_(host), job_(job) {}
  Handle(Handle&& other) noexcept : host_(other.host_), job_(other.release()) {}
  Handle& operator=(Handle&& other) noexcept {
    if (this != &other) {
      free();
      host_ = other.host_;
      job_ = other.release();
    }
    return *this;
  }
  ~Handle() { free(); }

  explicit operator bool() const noexcept { return job_.bits != 0; }
  baton_job get() const noexcept { return job_; }

  /* Gives the job to the host and becomes empty. On an error it is as good as before. */
  Result<Id> submit(const Options& options = {}) {
    Result<Id> result{BATON_ERROR_INVALID_ARGUMENT, {}};
    if (host_ == nullptr) return result;
    const baton_submit_options c = detail::to_c(options);
    result.status = host_->submit_job(host_, job_, &c, result.value.data());
    if (result.ok()) release();
    return result;
  }

  /* Destroys the job on this thread, before it returns. Empty on OK; and on STALE_HANDLE, when the
   * host has destroyed it. */
  Status free() noexcept {
    if (job_.bits == 0) return BATON_OK;
    const Status status = host_->free_job(host_, job_);
    if (status.ok() || status == BATON_ERROR_STALE_HANDLE) release();
    return status;
  }

  /* Becomes empty; the caller owns what it returns. */
  baton_job release() noexcept { return std::exchange(job_, baton_job{0}); }

 private:
  const baton_host* host_ = nullptr;
  baton_job job_ = {0};
};

/* What became of a create. OK: the job is reached only through `handle`. Else `job` is yours. */
template <class D>
struct [[nodiscard]] Created {
  Status status;
  Handle handle;
  std::unique_ptr<D> job;

  bool ok() const noexcept { return status.ok(); }
  explicit operator bool() const noexcept { return ok(); }
};

/* The answer of the host's REST interface. */
struct RestAnswer {
  int32_t http_status = 0;
  std::string body;
};

/* -------------------------------------------------------------------------------------- routes -- */

/* A request to a route. Valid until the handler returns, and so are all texts it gives. */
class Request {
 public:
  explicit Request(const baton_request* request) noexcept : request_(request) {}

  const char* method() const noexcept { return request_->method; }
  const char* path() const noexcept { return request_->path; } /* as sent, without the query */
  /* What {name} or {name*} of the pattern matched, decoded. */
  std::optional<std::string_view> group(std::string_view name) const noexcept {
    return find(request_->groups, request_->group_count, name);
  }
  /* The first query argument of this name, decoded. */
  std::optional<std::string_view> query(std::string_view name) const noexcept {
    return find(request_->query, request_->query_count, name);
  }
  /* `name` in lower case. */
  std::optional<std::string_view> header(std::string_view name) const noexcept {
    return find(request_->headers, request_->header_count, name);
  }
  std::string_view body() const noexcept {
    return {static_cast<const char*>(request_->body), request_->body_size};
  }
  const baton_request* raw() const noexcept { return request_; }

 private:
  static std::optional<std::string_view> find(const baton_pair* pairs, size_t count,
                                              std::string_view name) noexcept {
    for (size_t i = 0; i < count; ++i) {
      if (name == pairs[i].name) return std::string_view(pairs[i].value);
    }
    return std::nullopt;
  }

  const baton_request* request_;
};

/* The answer to a request. Valid until the handler returns. */
class Response {
 public:
  explicit Response(baton_response* response) noexcept : response_(response) {}

  /* 200 if never called. Errors: WRONG_STATE (after the first write), as of set_header. */
  Status set_status(int32_t http_status) noexcept {
    return response_->set_status(response_, http_status);
  }
  Status set_header(Text name, Text value) noexcept {
    return response_->set_header(response_, name.c_str(), value.c_str());
  }
  /* Sends bytes; waits while the client is slow. Errors: CLOSING (also: the client went away). */
  Status write(std::string_view bytes) noexcept {
    return response_->write(response_, bytes.data(), bytes.size());
  }
  /* All of it: status, content-type: application/json, and the body. */
  Status send_json(int32_t http_status, std::string_view json) noexcept {
    Status status = set_status(http_status);
    if (status.ok()) status = set_header("content-type", "application/json");
    return status.ok() ? write(json) : status;
  }
  baton_response* raw() const noexcept { return response_; }

 private:
  baton_response* response_;
};

/* -------------------------------------------------------------------------------------- inside -- */

namespace detail {

/* A route's handler. Several requests at a time: so it is called as const. */
template <class F>
struct Handler final : Kept {
  explicit Handler(F f) : function(std::move(f)) {}
  const F function;

  static baton_status BATON_CALL call(void* data, const baton_request* c_request,
                                      baton_response* c_response) noexcept {
    const auto* const self = static_cast<const Handler*>(data);
    return answer(self->instance, c_request->path, [&] {
      const Request request(c_request);
      Response response(c_response);
      return self->function(request, response);
    });
  }
  const baton_host* instance = nullptr;
};

template <class F>
struct Listener final : Kept {
  explicit Listener(F f) : function(std::move(f)) {}
  F function;
  const baton_host* instance = nullptr;

  static void BATON_CALL call(void* data, const baton_event* event) noexcept {
    auto* const self = static_cast<Listener*>(data);
    answer(self->instance, "subscribe", [&] { self->function(*event); });
  }
};

/* A submit_job_async on its way. */
template <class D, class F>
struct Pending {
  const baton_host* host;
  D* job;
  F done;

  static void BATON_CALL call(void* data, baton_job handle, baton_status status,
                              const char* id) noexcept {
    const std::unique_ptr<Pending> self(static_cast<Pending*>(data));
    Submitted<D> result{status, id == nullptr ? Id() : Id(id), nullptr};
    if (!result.ok()) result.job = take_back(self->host, handle, self->job);
    answer(self->host, "submit_async", [&] { self->done(std::move(result)); });
  }
};

template <class D, class = void>
struct RevivesWithHost : std::false_type {};
template <class D>
struct RevivesWithHost<
    D, std::void_t<decltype(D::revive(std::declval<Host>(), std::declval<std::string_view>()))>>
    : std::true_type {};

template <class D>
baton_status BATON_CALL revive(void* data, const char* type, const void* state, size_t size,
                               baton_job* job_out) noexcept;

template <class D>
baton_status BATON_CALL create_from(void* data, const char* type, const char* content, size_t size,
                                    const baton_sink* why, baton_job* job_out) noexcept;

template <auto Start>
baton_status BATON_CALL start(const baton_host* host) noexcept;

template <auto Stop>
void BATON_CALL stop() noexcept {
  guard([] { Stop(); }, [](Status, const char*, const char*, bool) {});
  Keeper::get().stopped();
}

template <auto Start, auto Stop>
constexpr baton_plugin plugin(const char* name, const char* version) noexcept {
  return {sizeof(baton_plugin), BATON_ABI_MAJOR, BATON_ABI_MINOR, 0, name, version,
          start<Start>,         stop<Stop>};
}

}  // namespace detail

/* ---------------------------------------------------------------------------------------- host -- */

/* The host as this plugin sees it: a view, copied freely, valid until the process ends. What each
 * call does and answers is said in baton.h. */
class Host {
 public:
  explicit Host(const baton_host* host = nullptr) noexcept : host_(host) {}

  const baton_host* raw() const noexcept { return host_; }

  /* Whether this host has a call: host.has<&baton_host::submit_jobs>(). */
  template <auto Member>
  bool has() const noexcept {
    return host_ != nullptr && host_->struct_size >= detail::end_of<Member>();
  }

  /* -- jobs -- */

  /* Gives a job to the host: on OK it is safe, else it is in the result. [job: created] */
  template <class D>
  Submitted<D> submit(std::unique_ptr<D> job, const Options& options = {}) const {
    Submitted<D> result{BATON_OK, {}, std::move(job)};
    D* const raw = result.job.get();
    baton_job handle = {0};
    result.status = detail::create(host_, &result.job, &handle);
    if (!result.ok()) return result;
    const baton_submit_options c = detail::to_c(options);
    result.status = host_->submit_job(host_, handle, &c, result.id.data());
    if (!result.ok()) result.job = detail::take_back(host_, handle, raw);
    return result;
  }

  /* Gives many jobs of one class to the host, all or none, with one commit. [job: created] */
  template <class D>
  SubmittedAll<D> submit_all(std::vector<std::unique_ptr<D>> jobs,
                             const Options& options = {}) const {
    SubmittedAll<D> result{BATON_OK, {}, {}, std::move(jobs)};
    if (!has<&baton_host::submit_jobs>()) {
      result.status = BATON_ERROR_UNSUPPORTED;
      return result;
    }
    // All memory first: from the first create on nothing throws.
    const size_t count = result.jobs.size();
    std::vector<D*> raw(count);
    std::vector<baton_job> handles(count);
    result.ids.resize(count);
    result.statuses.resize(count);
    size_t created = 0;
    for (; result.ok() && created < count; ++created) {
      raw[created] = result.jobs[created].get();
      result.status = detail::create(host_, &result.jobs[created], &handles[created]);
    }
    if (!result.ok()) {
      result.statuses[--created] = result.status;
    } else {
      const baton_submit_options c = detail::to_c(options);
      result.status = submit_handles(handles.data(), count, &c, &result.ids, &result.statuses);
    }
    if (result.ok()) {
      result.jobs.clear();
      return result;
    }
    result.ids.clear();
    for (size_t i = 0; i < created; ++i)
      result.jobs[i] = detail::take_back(host_, handles[i], raw[i]);
    return result;
  }

  /* The same for jobs of any classes. On OK the handles become empty, else they are as before. */
  Result<std::vector<Id>> submit_all(std::vector<Handle>& handles,
                                     const Options& options = {}) const {
    Result<std::vector<Id>> result{BATON_ERROR_UNSUPPORTED, {}};
    if (!has<&baton_host::submit_jobs>()) return result;
    std::vector<baton_job> jobs;
    for (const Handle& handle : handles) jobs.push_back(handle.get());
    std::vector<Status> statuses(jobs.size());
    result.value.resize(jobs.size());
    const baton_submit_options c = detail::to_c(options);
    result.status = submit_handles(jobs.data(), jobs.size(), &c, &result.value, &statuses);
    if (!result.ok()) {
      result.value.clear();
      return result;
    }
    for (Handle& handle : handles) handle.release();
    return result;
  }

  /* As submit, but waits for nothing. `done(Submitted<D>)` hears what became of it, exactly once, on
   * a thread of the host (the loop thread for kOnLoop), perhaps before this returns. If this answers
   * an error it is not called, and the job is in the result; else id and job are empty here.
   * [job: created] */
  template <class D, class F>
  Submitted<D> submit_async(std::unique_ptr<D> job, const Options& options, F done) const {
    Submitted<D> result{BATON_ERROR_UNSUPPORTED, {}, std::move(job)};
    if (!has<&baton_host::submit_job_async>()) return result;
    using Pending = detail::Pending<D, F>;
    D* const raw = result.job.get();
    std::unique_ptr<Pending> pending(new Pending{host_, raw, std::move(done)});
    baton_job handle = {0};
    result.status = detail::create(host_, &result.job, &handle);
    if (!result.ok()) return result;
    const baton_submit_options c = detail::to_c(options);
    Pending* const data = pending.release();  // `done` may come first
    result.status = host_->submit_job_async(host_, handle, &c, Pending::call, data);
    if (!result.ok()) {
      pending.reset(data);
      result.job = detail::take_back(host_, handle, raw);
    }
    return result;
  }

  /* Submits and waits for the end. In a job's callback and on the loop thread: WRONG_THREAD, and
   * the job is not submitted. [job: created] */
  template <class D>
  Waited<D> submit_and_wait(std::unique_ptr<D> job, Options options = {},
                            Milliseconds timeout = kForever) const {
    Waited<D> result{BATON_OK, {}, {}, std::move(job)};
    // It may have ended, and left the history, before the wait begins.
    if (host_ != nullptr && host_->abi_minor >= 3) options.awaited = true;
    if (wait({}, Milliseconds(0)).status == BATON_ERROR_WRONG_THREAD) {
      result.status = BATON_ERROR_WRONG_THREAD;
      return result;
    }
    Submitted<D> submitted = submit(std::move(result.job), options);
    result.status = submitted.status;
    result.id = submitted.id;
    result.job = std::move(submitted.job);
    if (!result.ok()) return result;
    const Result<Info> ended = wait(result.id, timeout);
    result.status = ended.status;
    result.info = ended.value;
    return result;
  }

  /* Submits the job that a request asks for, in its handler, and leaves the answer to it: answer_job of
   * baton.h says what of the request is heeded. On OK return OK from the handler, and write nothing; the
   * id stays empty. Else the job is in the result: return its status, and the client is told what is wrong
   * with the request. UNSUPPORTED on a host before minor 3. [job: created] */
  template <class D>
  Submitted<D> answer(Response& response, const Request& request, std::unique_ptr<D> job,
                      const Options& options = {},
                      AnswerMode mode = AnswerMode::kSynchronous) const {
    Submitted<D> result{BATON_ERROR_UNSUPPORTED, {}, std::move(job)};
    if (!has<&baton_host::answer_job>()) return result;
    D* const raw = result.job.get();
    baton_job handle = {0};
    result.status = detail::create(host_, &result.job, &handle);
    if (!result.ok()) return result;
    const baton_submit_options c = detail::to_c(options);
    result.status = host_->answer_job(host_, response.raw(), handle, request.raw(), &c,
                                      static_cast<uint32_t>(mode));
    if (!result.ok()) result.job = detail::take_back(host_, handle, raw);
    return result;
  }

  /* Makes a job without submitting it. [job: created] */
  template <class D>
  Created<D> create(std::unique_ptr<D> job) const {
    Created<D> result{BATON_OK, {}, std::move(job)};
    baton_job handle = {0};
    result.status = detail::create(host_, &result.job, &handle);
    if (result.ok()) result.handle = Handle(host_, handle);
    return result;
  }

  /* Says how saved jobs of D::kType come back: by D::revive(state) or D::revive(host, state), static,
   * which returns a std::unique_ptr<D>; an empty one: NOT_MINE. An exception: the job fails
   * (CANNOT_REVIVE), its bytes are kept. Do it in `start`. */
  template <class D>
  Status register_type() const {
    static_assert(std::is_base_of_v<Job, D>, "a job is a class derived from baton::Job");
    static_assert(detail::HasType<D>::value,
                  "a job class has: static constexpr char kType[] = \"a.name\";");
    return call<&baton_host::register_type>(D::kType, detail::flags_of<D>(), &detail::revive<D>,
                                            const_cast<baton_host*>(host_));
  }

  /* Says how jobs of D::kType, which is registered, are made from content, for those who have no plugin
   * (POST /jobs): by D::from_content(json), static, which returns a std::unique_ptr<D>. Content that
   * will not do is refused with baton::Error(BATON_ERROR_INVALID_ARGUMENT, "a sentence"), which whoever
   * asked is told. UNSUPPORTED on a host before minor 4. */
  template <class D>
  Status register_creator() const {
    static_assert(std::is_base_of_v<Job, D>, "a job is a class derived from baton::Job");
    return call<&baton_host::register_creator>(D::kType, &detail::create_from<D>,
                                               const_cast<baton_host*>(host_));
  }

  Status cancel(const Id& id) const { return call<&baton_host::cancel_job>(id.c_str()); }
  Status pause(const Id& id) const { return call<&baton_host::pause_job>(id.c_str()); }
  Status resume(const Id& id) const { return call<&baton_host::resume_job>(id.c_str()); }
  Status resubmit(const Id& id) const { return call<&baton_host::resubmit_job>(id.c_str()); }
  /* delete_job */
  Status remove(const Id& id) const { return call<&baton_host::delete_job>(id.c_str()); }
  Status set_priority(const Id& id, int32_t priority) const {
    return call<&baton_host::set_priority>(id.c_str(), priority);
  }
  Result<Info> info(const Id& id) const {
    Result<Info> result{};
    result.status = call<&baton_host::job_info>(id.c_str(), &result.value);
    return result;
  }
  /* Waits until the job has ended. Errors: NOT_FOUND, TIMED_OUT, WRONG_THREAD. */
  Result<Info> wait(const Id& id, Milliseconds timeout = kForever) const {
    Result<Info> result{};
    result.status =
        call<&baton_host::wait_job>(id.c_str(), int64_t{timeout.count()}, &result.value);
    return result;
  }

  /* Has `listener(const baton_event&)` hear of the BATON_EVENT_s in `mask`, until the plugin
   * begins to close. It is called by one thread at a time, and asynchronously: after a job has ended
   * it may take a moment until it is told. */
  template <class F>
  Status subscribe(uint32_t mask, F listener) const {
    using Listener = detail::Listener<F>;
    auto kept = std::make_unique<Listener>(std::move(listener));
    kept->instance = host_;
    const Status status = call<&baton_host::subscribe>(mask, &Listener::call, kept.get());
    return keep(status, std::move(kept));
  }

  /* -- the host -- */

  Status log(Level level, Text text) const {
    return call<&baton_host::log>(static_cast<int32_t>(level), text.c_str());
  }
  /* A short English sentence; never null. */
  const char* status_text(Status status) const noexcept {
    return host_ == nullptr ? status.name() : host_->status_text(status.code());
  }

  /* Serves HTTP requests with `handler(const Request&, Response&)`, which returns a Status, or
   * nothing for OK; by several threads at a time. It lives until the plugin is stopped. */
  template <class F>
  Status register_route(Text method, Text pattern, F handler) const {
    using Handler = detail::Handler<F>;
    static_assert(std::is_invocable_v<const F&, const Request&, Response&>,
                  "a handler is called as const, since several threads call it: "
                  "Status handler(const Request&, Response&), and no mutable lambda");
    auto kept = std::make_unique<Handler>(std::move(handler));
    kept->instance = host_;
    const Status status = call<&baton_host::register_route>(method.c_str(), pattern.c_str(),
                                                            &Handler::call, kept.get());
    return keep(status, std::move(kept));
  }

  /* A value of the settings, as JSON. `path` is a JSON pointer: "/hello/delayMs". */
  Result<std::string> config(Text path) const {
    Result<std::string> result{};
    const detail::StringSink sink(&result.value);
    result.status = call<&baton_host::get_config>(path.c_str(), sink.get());
    return result;
  }

  /* Makes a request to the host's REST interface. Not on the loop thread. Header by header:
   * {{"accept", "application/json"}}. */
  Result<RestAnswer> call_rest(Text method, Text path, std::string_view body = {},
                               const std::vector<baton_pair>& headers = {}) const {
    Result<RestAnswer> result{};
    const detail::StringSink sink(&result.value.body);
    result.status = call<&baton_host::call_rest>(
        method.c_str(), path.c_str(), headers.data(), headers.size(),
        static_cast<const void*>(body.data()), body.size(), sink.get(), &result.value.http_status);
    return result;
  }

  /* A gauge among the host's metrics. */
  Status set_metric(Text name, double value) const {
    return call<&baton_host::set_metric>(name.c_str(), value);
  }

  /* A property of this plugin: any bytes, kept by the host. */
  Result<std::string> property(Text name) const {
    Result<std::string> result{};
    const detail::StringSink sink(&result.value);
    result.status = call<&baton_host::get_property>(name.c_str(), sink.get());
    return result;
  }
  Status set_property(Text name, std::string_view value) const {
    // NULL would remove it.
    const char* const bytes = value.data() == nullptr ? "" : value.data();
    return call<&baton_host::set_property>(name.c_str(), static_cast<const void*>(bytes),
                                           value.size());
  }
  Status remove_property(Text name) const {
    return call<&baton_host::set_property>(name.c_str(), static_cast<const void*>(nullptr),
                                           size_t{0});
  }

  /* Describes an error code that jobs of this plugin fail with. */
  Status register_error(Text code, Text text) const {
    return call<&baton_host::register_error>(code.c_str(), int32_t{0}, text.c_str());
  }

  /* Destroys the handlers and listeners of this host. BATON_PLUGIN does it; an addon calls it in its
   * `stop`, and nowhere else: the host may call them until then. */
  void forget() const { detail::Keeper::get().forget(host_); }

 private:
  template <auto Member, class... Arguments>
  Status call(Arguments... arguments) const noexcept {
    if (host_ == nullptr) return BATON_ERROR_INVALID_ARGUMENT;
    if (!has<Member>()) return BATON_ERROR_UNSUPPORTED;
    return (host_->*Member)(host_, arguments...);
  }

  Status submit_handles(const baton_job* jobs, size_t count, const baton_submit_options* options,
                        std::vector<Id>* ids, std::vector<Status>* statuses) const noexcept {
    static_assert(sizeof(Id) == BATON_ID_SIZE && std::is_standard_layout_v<Id>);
    static_assert(sizeof(Status) == sizeof(baton_status) && std::is_standard_layout_v<Status>);
    if (count == 0) return BATON_OK;  // there are no arrays to point at
    return call<&baton_host::submit_jobs>(jobs, count, options,
                                          reinterpret_cast<char(*)[BATON_ID_SIZE]>(ids->data()),
                                          reinterpret_cast<baton_status*>(statuses->data()));
  }

  Status keep(Status status, std::unique_ptr<detail::Kept> kept) const {
    if (status.ok()) detail::Keeper::get().keep(host_, std::move(kept));
    return status;
  }

  const baton_host* host_;
};

inline Host Job::host() const noexcept { return Host(host_); }

namespace detail {

template <class D>
baton_status BATON_CALL revive(void* data, const char* type, const void* state, size_t size,
                               baton_job* job_out) noexcept {
  const auto* const host = static_cast<const baton_host*>(data);
  return answer(host, type, [&]() -> Status {
    const std::string_view bytes(static_cast<const char*>(state), size);
    std::unique_ptr<D> job;
    if constexpr (RevivesWithHost<D>::value) {
      job = D::revive(Host(host), bytes);
    } else {
      job = D::revive(bytes);
    }
    return job == nullptr ? Status(BATON_ERROR_NOT_MINE) : create(host, &job, job_out);
  });
}

template <class D>
baton_status BATON_CALL create_from(void* data, const char* type, const char* content, size_t size,
                                    const baton_sink* why, baton_job* job_out) noexcept {
  const auto* const host = static_cast<const baton_host*>(data);
  Status answered;
  guard(
      [&] {
        std::unique_ptr<D> job = D::from_content(std::string_view(content, size));
        answered = job == nullptr ? Status(BATON_ERROR_INVALID_ARGUMENT)
                                  : Status(create(host, &job, job_out));
      },
      [&](Status status, const char*, const char* text, bool) {
        answered = status;
        why->write(why, text, std::strlen(text));
      });
  static_cast<void>(type);
  return answered.code();
}

template <auto Start>
baton_status BATON_CALL start(const baton_host* host) noexcept {
  const Status status = answer(host, "start", [&] {
    Keeper::get().started(host);
    return Start(Host(host));
  });
  if (!status.ok()) Keeper::get().refused(host);
  return status.code();
}

}  // namespace detail
}  // namespace v1
}  // namespace baton

/* The plugin: exports baton_plugin_query. `start` is a function (baton::Host) that returns a
 * baton::Status or nothing; what it throws, and a status that is not OK, refuses the plugin. `stop`
 * is a function (). Both on the loop thread. Once for each library, at the end of one file. */
#define BATON_PLUGIN(name, version, start, stop)                                            \
  extern "C" BATON_EXPORT const baton_plugin* BATON_CALL baton_plugin_query(void) {         \
    static const baton_plugin plugin = ::baton::detail::plugin<start, stop>(name, version); \
    return &plugin;                                                                         \
  }                                                                                         \
  static_assert(true, "a semicolon ends BATON_PLUGIN")

#endif /* BATON_HPP_ */
