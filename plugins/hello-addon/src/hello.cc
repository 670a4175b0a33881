// GET /myapp-addon/hello?delayMs=5000&steps=4 creates a job that waits `delayMs` in each step and
// counts; it succeeds when it has counted to `steps`. C++17 and node-addon-api, to be copied.
#include <baton_napi.h>
#include <napi.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace {

constexpr char kName[] = "hello-addon";
constexpr char kVersion[] = "1.0.0";
constexpr char kType[] = "Customization";
constexpr int64_t kMaxDelayMs = INT32_MAX;
constexpr int64_t kMaxNumber = 9007199254740991;  // JSON readers count this far
// How long a delay goes on after the job was asked to stop.
constexpr std::chrono::milliseconds kSlice{10};

// The only way from C++ back to the host: what is thrown inside becomes `failed`.
template <typename Result, typename Function>
Result Guarded(Result failed, Function&& function) noexcept {
  try {
    return function();
  } catch (...) {
    return failed;
  }
}

const char* ReasonName(int32_t reason) {
  switch (reason) {
    case BATON_STOP_SUCCESS:
      return "success";
    case BATON_STOP_PAUSED:
      return "paused";
    case BATON_STOP_FAILURE:
      return "failure";
    case BATON_STOP_CANCELED:
      return "canceled";
    case BATON_STOP_RETRY:
      return "retry";
    case BATON_STOP_TIMED_OUT:
      return "timed-out";
    case BATON_STOP_CLOSING:
      return "closing";
    default:
      return "unknown";  // of a newer host
  }
}

baton_status Write(const baton_sink* sink, const std::string& text) {
  return sink->write(sink, text.data(), text.size());
}

// ---------------------------------------------------------------------------- the job --

// What a counter is made of, and what is saved of it.
struct Numbers {
  int64_t delay_ms = 5000;
  int64_t steps = 4;
  int64_t count = 0;

  bool IsValid() const { return delay_ms <= kMaxDelayMs && steps >= 1 && count <= steps; }

  // Any bytes would do. Text has no byte order, and is readable in a store.
  std::string Print() const {
    return "{\"delayMs\":" + std::to_string(delay_ms) + ",\"steps\":" + std::to_string(steps) +
           ",\"count\":" + std::to_string(count) + "}";
  }
};

void Log(const baton_host* host, const std::string& text) {
  host->log(host, BATON_LOG_DEBUG, text.c_str());
}

// The payload. It has the host with it: one image serves several hosts, so nothing is static.
// Job thread only: the callbacks of one job never overlap, so there is no lock.
class Counter {
 public:
  Counter(const baton_host* host, const Numbers& numbers) : host_(host), numbers_(numbers) {}
  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;

  int32_t Step(const baton_run* run) {
    // Not counted. The host knows what it asked for, and calls stop next.
    if (!Delay(run)) return BATON_STEP_CONTINUE;
    // After a crash the last step may be done again: it then counts to `steps` again.
    if (numbers_.count < numbers_.steps) ++numbers_.count;
    Log(host_, "step " + std::to_string(numbers_.count));
    return numbers_.count < numbers_.steps ? BATON_STEP_CONTINUE : BATON_STEP_SUCCESS;
  }

  void Stop(int32_t reason) { Log(host_, std::string("stop ") + ReasonName(reason)); }

  baton_status Reset() {
    Log(host_, "reset");
    numbers_.count = 0;
    return BATON_OK;
  }

  double GetProgress() const {
    return static_cast<double>(numbers_.count) / static_cast<double>(numbers_.steps);
  }

  baton_status GetContent(const baton_sink* sink) const {
    return Write(sink, "{\"count\":" + std::to_string(numbers_.count) +
                           ",\"steps\":" + std::to_string(numbers_.steps) + "}");
  }

  baton_status GetSerialized(const baton_sink* sink) const { return Write(sink, numbers_.Print()); }

  void Finalize() { Log(host_, "finalize"); }

 private:
  // Returns false if the job was asked to stop before the time was over.
  bool Delay(const baton_run* run) const {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point end = Clock::now() + std::chrono::milliseconds(numbers_.delay_ms);
    for (;;) {
      if (run->should_stop(run) != 0) return false;
      const Clock::time_point now = Clock::now();
      if (now >= end) return true;
      std::this_thread::sleep_until(std::min(end, now + kSlice));
    }
  }

  const baton_host* const host_;
  Numbers numbers_;
};

Counter& Self(void* payload) { return *static_cast<Counter*>(payload); }

// Each callback is a noexcept door to a method.
baton_job_desc Describe(Counter* counter) {
  baton_job_desc desc = {};
  desc.struct_size = sizeof desc;
  desc.type = kType;
  desc.payload = counter;
  desc.step = [](void* payload, const baton_run* run) noexcept {
    return Guarded(int32_t{BATON_STEP_FAILURE}, [&] { return Self(payload).Step(run); });
  };
  desc.stop = [](void* payload, int32_t reason) noexcept {
    Guarded(false, [&] { return Self(payload).Stop(reason), true; });
  };
  desc.reset = [](void* payload) noexcept {
    return Guarded(baton_status{BATON_ERROR_NO_MEMORY}, [&] { return Self(payload).Reset(); });
  };
  desc.get_progress = [](void* payload) noexcept { return Self(payload).GetProgress(); };
  desc.get_content = [](void* payload, const baton_sink* sink) noexcept {
    return Guarded(baton_status{BATON_ERROR_NO_MEMORY},
                   [&] { return Self(payload).GetContent(sink); });
  };
  desc.get_serialized = [](void* payload, const baton_sink* sink) noexcept {
    return Guarded(baton_status{BATON_ERROR_NO_MEMORY},
                   [&] { return Self(payload).GetSerialized(sink); });
  };
  desc.finalize = [](void* payload) noexcept {
    const std::unique_ptr<Counter> counter(&Self(payload));
    Guarded(false, [&] { return counter->Finalize(), true; });
  };
  return desc;
}

// On an error nothing is left behind.
baton_status Create(const baton_host* host, const Numbers& numbers, baton_job* job_out) {
  auto counter = std::make_unique<Counter>(host, numbers);
  const baton_job_desc desc = Describe(counter.get());
  const baton_status status = host->create_job(host, &desc, job_out);
  if (status == BATON_OK) counter.release();  // reached only through the handle now
  return status;
}

baton_status Submit(const baton_host* host, const Numbers& numbers, char* id_out) {
  baton_job job;
  baton_status status = Create(host, numbers, &job);
  if (status != BATON_OK) return status;
  status = host->submit_job(host, job, nullptr, id_out);
  if (status != BATON_OK) host->free_job(host, job);  // still ours; this calls finalize
  return status;
}

// ---------------------------------------------------------------------------- reading --

// Takes a whole number off the front of `text`, at most kMaxNumber.
bool TakeNumber(std::string_view* text, int64_t* number) {
  const char* const begin = text->data();
  int64_t taken = 0;
  const auto [end, error] = std::from_chars(begin, begin + text->size(), taken);
  if (error != std::errc() || *begin == '-' || taken > kMaxNumber) return false;
  text->remove_prefix(static_cast<size_t>(end - begin));
  *number = taken;
  return true;
}

bool TakeLiteral(std::string_view* text, std::string_view literal) {
  if (text->substr(0, literal.size()) != literal) return false;
  text->remove_prefix(literal.size());
  return true;
}

// The first query argument of this name, if there is one, replaces *number.
bool ReadQuery(const baton_request* request, std::string_view name, int64_t* number) {
  for (size_t i = 0; i < request->query_count; ++i) {
    if (name != request->query[i].name) continue;
    std::string_view text = request->query[i].value;
    return TakeNumber(&text, number) && text.empty();
  }
  return true;
}

// What Print wrote. It comes from a store: it may be of another version, or damaged.
std::optional<Numbers> ReadState(std::string_view text) {
  Numbers numbers;
  if (TakeLiteral(&text, "{\"delayMs\":") && TakeNumber(&text, &numbers.delay_ms) &&
      TakeLiteral(&text, ",\"steps\":") && TakeNumber(&text, &numbers.steps) &&
      TakeLiteral(&text, ",\"count\":") && TakeNumber(&text, &numbers.count) &&
      TakeLiteral(&text, "}") && text.empty() && numbers.IsValid()) {
    return numbers;
  }
  return std::nullopt;
}

baton_status BATON_CALL Revive(void* data, const char* /*type*/, const void* state, size_t size,
                               baton_job* job_out) noexcept {
  return Guarded(baton_status{BATON_ERROR_NO_MEMORY}, [&]() -> baton_status {
    const auto* const host = static_cast<const baton_host*>(data);
    const std::optional<Numbers> numbers = ReadState({static_cast<const char*>(state), size});
    if (!numbers) return BATON_ERROR_INVALID_ARGUMENT;
    Log(host, "revive " + numbers->Print());
    return Create(host, *numbers, job_out);
  });
}

// ---------------------------------------------------------------------------- the route --

baton_status Answer(baton_response* response, int32_t http_status, const std::string& json) {
  baton_status status = response->set_status(response, http_status);
  if (status == BATON_OK) {
    status = response->set_header(response, "content-type", "application/json");
  }
  return status == BATON_OK ? response->write(response, json.data(), json.size()) : status;
}

baton_status AnswerError(baton_response* response, int32_t http_status, std::string_view error) {
  std::string json = "{\"error\":\"";
  for (const char each : error) {
    if (each == '"' || each == '\\') json += '\\';
    json += each;
  }
  return Answer(response, http_status, json + "\"}");
}

baton_status Hello(const baton_host* host, const baton_request* request, baton_response* response) {
  Numbers numbers;
  if (!ReadQuery(request, "delayMs", &numbers.delay_ms) ||
      !ReadQuery(request, "steps", &numbers.steps) || !numbers.IsValid()) {
    return AnswerError(response, 400, "delayMs is 0 or more, steps is 1 or more");
  }
  char id[BATON_ID_SIZE];
  const baton_status status = Submit(host, numbers, id);
  if (status != BATON_OK) return AnswerError(response, 503, host->status_text(status));
  const std::string text = id;
  return Answer(response, 200, "{\"ID\":\"" + text + "\",\"Path\":\"/jobs/" + text + "\"}");
}

baton_status BATON_CALL HandleHello(void* data, const baton_request* request,
                                    baton_response* response) noexcept {
  return Guarded(baton_status{BATON_ERROR_NO_MEMORY},
                 [&] { return Hello(static_cast<const baton_host*>(data), request, response); });
}

// ---------------------------------------------------------------------------- the plugin --

void Check(Napi::Env env, const baton_host* host, baton_status status, const char* what) {
  if (status == BATON_OK) return;
  throw Napi::Error::New(env, std::string(what) + ": " + host->status_text(status));
}

void Start(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const baton_host* const host = baton_host_from_start(env, static_cast<napi_callback_info>(info));
  if (host == nullptr) return;  // an exception is pending
  void* const data = const_cast<baton_host*>(host);
  Check(env, host, host->register_type(host, kType, 0, Revive, data),
        "cannot register the job type Customization");
  Check(env, host, host->register_route(host, "GET", "/myapp-addon/hello", HandleHello, data),
        "cannot register the route /myapp-addon/hello");
}

// All that Start took belongs to the host, which takes it back itself.
void Stop(const Napi::CallbackInfo&) {}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("name", kName);
  exports.Set("version", kVersion);
  exports.Set("start", Napi::Function::New(env, Start, "start"));
  exports.Set("stop", Napi::Function::New(env, Stop, "stop"));
  return exports;
}

}  // namespace

NODE_API_MODULE(NODE_GYP_MODULE_NAME, Init)
