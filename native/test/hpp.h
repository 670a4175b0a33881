// What the tests of baton.hpp share: the core and baton.hpp in one file, and a job that does what it
// is told.
#ifndef BATON_TEST_HPP_H_
#define BATON_TEST_HPP_H_

// The core first, which has some of the same names: there they mean its own.
// clang-format off
#include "support.h"
namespace test {
using CoreSubmitted = baton::Submitted;
}  // namespace test
#include "baton.hpp"
// clang-format on

#include <atomic>
#include <stdexcept>

namespace sdk = baton::v1;

namespace test {

// What a Told job does; by default what every good one does.
struct Orders {
  std::function<sdk::Step(sdk::Run&)> step = [](sdk::Run&) { return sdk::Step::success(); };
  std::function<void(sdk::StopReason)> stop = [](sdk::StopReason) {};
  std::function<void()> reset = [] {};
  std::function<double()> progress = [] { return 0.5; };
  std::function<std::optional<std::string>()> content = [] { return "{}"; };
  std::function<std::optional<std::string>()> serialize = [] { return "state"; };
  std::atomic<int> made{0};
  std::atomic<int> destroyed{0};
};

// Overrides everything. Its orders outlive it.
class Told : public sdk::Job {
 public:
  static constexpr char kType[] = "test.told";
  explicit Told(Orders* orders) : orders_(orders) { orders_->made++; }
  ~Told() override { orders_->destroyed++; }

  sdk::Step step(sdk::Run& run) override { return orders_->step(run); }
  void stop(sdk::StopReason reason) override { orders_->stop(reason); }
  void reset() override { orders_->reset(); }
  double progress() override { return orders_->progress(); }
  std::optional<std::string> content() override { return orders_->content(); }
  std::optional<std::string> serialize() override { return orders_->serialize(); }

  using Job::host;

 private:
  Orders* const orders_;
};

inline std::unique_ptr<Told> Tell(Orders* orders) { return std::make_unique<Told>(orders); }

// Admits what was submitted last and awaits the end of its run.
inline baton::Ended RunSubmitted(Engine* engine, bool reset = false) {
  baton::Entry entry = Engine::EntryFor(engine->Next<CoreSubmitted>().row);
  entry.reset = reset;
  CHECK(engine->core().Admit(entry));
  return engine->Next<baton::Ended>();
}

// The text of the next line in the log.
inline std::string NextLine(Engine* engine) { return engine->Next<baton::Logged>().text; }

}  // namespace test

#endif  // BATON_TEST_HPP_H_
