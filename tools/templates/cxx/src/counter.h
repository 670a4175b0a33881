// The job, and the route that makes one.
#ifndef COUNTER_H_
#define COUNTER_H_

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "baton.hpp"

// Reads a whole text as a number from `least` to `most`.
inline std::optional<int> ReadNumber(std::string_view text, int least, int most) {
  int number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || number < least || number > most) return std::nullopt;
  return number;
}

constexpr int kMaxSteps = 1000000;

// The callbacks of one job never overlap: there is no lock. Its destructor is `finalize`.
class Counter : public baton::Job {
 public:
  static constexpr char kType[] = "{{name}}.count";

  // The state comes from a store: it may be of another version of this plugin, or damaged.
  static std::unique_ptr<Counter> revive(std::string_view state) {
    const size_t blank = std::min(state.find(' '), state.size());
    const auto count = ReadNumber(state.substr(0, blank), 0, kMaxSteps);
    const auto steps = ReadNumber(state.substr(std::min(blank + 1, state.size())), 1, kMaxSteps);
    if (!count || !steps || *count > *steps) {
      throw baton::Error(BATON_ERROR_INVALID_ARGUMENT, "not a state of mine");
    }
    return std::make_unique<Counter>(*count, *steps);
  }

  Counter(int count, int steps) : count_(count), steps_(steps) {}

  // One piece of work; it may block, for it runs on a thread of the host's.
  baton::Step step(baton::Run& run) override {
    if (!run.sleep_for(baton::Milliseconds(20))) return baton::Step::again();  // asked to stop
    if (count_ < steps_) ++count_;
    return count_ < steps_ ? baton::Step::again() : baton::Step::success();
  }

  // A failed job is submitted again: it begins anew.
  void reset() override { count_ = 0; }

  double progress() override { return static_cast<double>(count_) / steps_; }

  // What GET /jobs/{id} shows.
  std::optional<std::string> content() override {
    return "{\"count\":" + std::to_string(count_) + ",\"steps\":" + std::to_string(steps_) + "}";
  }

  // Because of this the job survives a restart, and goes on from its last count.
  std::optional<std::string> serialize() override {
    return std::to_string(count_) + " " + std::to_string(steps_);
  }

 private:
  int count_;
  const int steps_;
};

inline baton::Status Post(baton::Host host, const baton::Request& request,
                          baton::Response& response) {
  const auto steps = ReadNumber(request.query("steps").value_or("10"), 1, kMaxSteps);
  if (!steps) {
    return response.send_json(400, "{\"error\":\"steps is a whole number from 1 to 1000000\"}");
  }
  const auto submitted = host.submit(std::make_unique<Counter>(0, *steps));
  if (!submitted) return submitted.status;  // submitted.job is ours again, and goes with it
  const std::string id = submitted.id.str();
  return response.send_json(201, "{\"ID\":\"" + id + "\",\"Path\":\"/jobs/" + id + "\"}");
}

#endif  // COUNTER_H_
