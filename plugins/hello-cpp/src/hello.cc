// GET /myapp-cpp/hello?delayMs=5000&steps=4 creates a job that waits `delayMs` in each step and
// counts; it succeeds when it has counted to `steps`. C++17 and baton.hpp, to be copied.
#include <charconv>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "baton.hpp"

namespace {

constexpr int64_t kMaxDelayMs = INT32_MAX;
constexpr int64_t kMaxNumber = 9007199254740991;  // JSON readers count this far

// ---------------------------------------------------------------------------- the numbers --

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

  // What Print wrote. It comes from a store: it may be of another version, or damaged.
  static std::optional<Numbers> Read(std::string_view text) {
    Numbers numbers;
    if (TakeLiteral(&text, "{\"delayMs\":") && TakeNumber(&text, &numbers.delay_ms) &&
        TakeLiteral(&text, ",\"steps\":") && TakeNumber(&text, &numbers.steps) &&
        TakeLiteral(&text, ",\"count\":") && TakeNumber(&text, &numbers.count) &&
        TakeLiteral(&text, "}") && text.empty() && numbers.IsValid()) {
      return numbers;
    }
    return std::nullopt;
  }
};

// ---------------------------------------------------------------------------- the job --

// The callbacks of one job never overlap, so there is no lock. host() is the host this job lives in:
// one image may serve several, so nothing is static.
class Counter : public baton::Job {
 public:
  static constexpr char kType[] = "Customization";

  static std::unique_ptr<Counter> revive(baton::Host host, std::string_view state) {
    const std::optional<Numbers> numbers = Numbers::Read(state);
    if (!numbers) throw baton::Error(BATON_ERROR_INVALID_ARGUMENT, "not a state of mine");
    host.log(baton::Level::kDebug, "revive " + numbers->Print());
    return std::make_unique<Counter>(*numbers);
  }

  explicit Counter(const Numbers& numbers) : numbers_(numbers) {}
  ~Counter() override { host().log(baton::Level::kDebug, "finalize"); }

  baton::Step step(baton::Run& run) override {
    // Not counted if asked to stop. The host knows what it asked for, and calls stop next.
    if (!run.sleep_for(baton::Milliseconds(numbers_.delay_ms))) return baton::Step::again();
    // After a crash the last step may be done again: it then counts to `steps` again.
    if (numbers_.count < numbers_.steps) ++numbers_.count;
    Log("step " + std::to_string(numbers_.count));
    return numbers_.count < numbers_.steps ? baton::Step::again() : baton::Step::success();
  }

  void stop(baton::StopReason reason) override { Log(std::string("stop ") + name(reason)); }

  void reset() override {
    Log("reset");
    numbers_.count = 0;
  }

  double progress() override {
    return static_cast<double>(numbers_.count) / static_cast<double>(numbers_.steps);
  }

  std::optional<std::string> content() override {
    return "{\"count\":" + std::to_string(numbers_.count) +
           ",\"steps\":" + std::to_string(numbers_.steps) + "}";
  }

  std::optional<std::string> serialize() override { return numbers_.Print(); }

 private:
  void Log(const std::string& text) { host().log(baton::Level::kDebug, text); }

  Numbers numbers_;
};

// ---------------------------------------------------------------------------- the route --

// The query argument of this name, if there is one, replaces *number.
bool ReadQuery(const baton::Request& request, std::string_view name, int64_t* number) {
  std::optional<std::string_view> text = request.query(name);
  return !text || (TakeNumber(&*text, number) && text->empty());
}

baton::Status AnswerError(baton::Response& response, int32_t http_status, std::string_view error) {
  return response.send_json(http_status, "{\"error\":" + baton::json_quote(error) + "}");
}

baton::Status Hello(baton::Host host, const baton::Request& request, baton::Response& response) {
  Numbers numbers;
  if (!ReadQuery(request, "delayMs", &numbers.delay_ms) ||
      !ReadQuery(request, "steps", &numbers.steps) || !numbers.IsValid()) {
    return AnswerError(response, 400, "delayMs is 0 or more, steps is 1 or more");
  }
  const auto submitted = host.submit(std::make_unique<Counter>(numbers));
  // submitted.job is ours again then, and goes with it.
  if (!submitted) return AnswerError(response, 503, host.status_text(submitted.status));
  const std::string id = submitted.id.str();
  return response.send_json(200, "{\"ID\":\"" + id + "\",\"Path\":\"/jobs/" + id + "\"}");
}

// ---------------------------------------------------------------------------- the plugin --

void Start(baton::Host host) {
  host.register_type<Counter>().or_throw("cannot register the job type Customization");
  host.register_route("GET", "/myapp-cpp/hello",
                      [host](const baton::Request& request, baton::Response& response) {
                        return Hello(host, request, response);
                      })
      .or_throw("cannot register the route /myapp-cpp/hello");
}

// The handler goes with the plugin; all else belongs to the host, which takes it back itself.
void Stop() {}

}  // namespace

BATON_PLUGIN("hello-cpp", "1.0.0", Start, Stop);
