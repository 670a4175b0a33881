// Samples of runs: they wake the engine once for all of them, or not at all, and the last one counts.
#include "inbox.h"

#include <atomic>
#include <set>

#include "support.h"

using baton::Inbox;
using baton::Sampled;
using test::Engine;
using test::Script;

namespace {

Sampled SampleOf(const char* id, double progress, const char* content = nullptr) {
  Sampled sampled{id, {progress, std::nullopt, std::nullopt, nullptr}, 0};
  if (content != nullptr) sampled.sample.content = content;
  return sampled;
}

// "a 0.5 {}; b 0.25" for samples a (with a content) and b, "?" for any other message.
std::string Words(const std::vector<baton::Message>& messages) {
  std::string words;
  for (const baton::Message& message : messages) {
    if (!words.empty()) words += "; ";
    const auto* sampled = std::get_if<Sampled>(&message);
    if (sampled == nullptr) {
      words += "?";
      continue;
    }
    words += sampled->id + " " + std::to_string(sampled->sample.progress).substr(0, 4);
    if (sampled->sample.content.has_value()) words += " " + *sampled->sample.content;
  }
  return words;
}

// So many threads push, and more often than not at different times.
constexpr size_t kRuns = 8;

baton::CoreOptions ManySlots() {
  baton::CoreOptions options = Engine::Memory();
  options.slots = kRuns;
  return options;
}

// An engine with runs that push at every step, until Close.
class ManyRuns {
 public:
  ManyRuns() : engine(ManySlots()) {
    for (Script& script : scripts_) {
      script.steps = {[this](const baton_run* run) {
        run->set_progress(run, 1, 2);
        return over_ ? BATON_STEP_SUCCESS : BATON_STEP_CONTINUE;
      }};
      script.Submit(engine.host());
      engine.core().Admit(Engine::EntryFor(engine.Next<baton::Submitted>().row));
      engine.Next<baton::Started>();
    }
  }
  void Close() {
    over_ = true;
    for (size_t i = 0; i < kRuns; i++) engine.Next<baton::Ended>();
    engine.CloseWell();
  }

 private:
  std::atomic<bool> over_{false};
  Script scripts_[kRuns];

 public:
  Engine engine;
};

}  // namespace

TEST("a sample that comes after something else stays after it") {
  Inbox inbox(nullptr);
  Inbox::Seat seat;
  inbox.PushQuietly(SampleOf("a", 0.25), &seat);
  inbox.Push(baton::LaneBusy());
  inbox.PushQuietly(SampleOf("a", 0.5), &seat);
  inbox.PushQuietly(SampleOf("a", 0.75), &seat);
  CHECK_EQ(Words(inbox.Drain()), "a 0.25; ?; a 0.75");
}

TEST("a sample wakes nobody before a nudge, which wakes once for all of them") {
  int wakes = 0;
  Inbox inbox([&] { wakes++; });
  Inbox::Seat a, b;
  inbox.PushQuietly(SampleOf("a", 0.25), &a);
  inbox.PushQuietly(SampleOf("b", 0.5), &b);
  CHECK_EQ(wakes, 0);
  inbox.Nudge();
  inbox.Nudge();
  CHECK_EQ(wakes, 1);
  CHECK_EQ(Words(inbox.Drain()), "a 0.25; b 0.50");
  inbox.Nudge();
  CHECK_EQ(wakes, 1);
}

TEST("while nobody listens a nudge wakes nobody, but any other message does") {
  int wakes = 0;
  Inbox inbox([&] { wakes++; });
  Inbox::Seat seat;
  inbox.Listen(false);
  inbox.PushQuietly(SampleOf("a", 0.25), &seat);
  inbox.Nudge();
  CHECK_EQ(wakes, 0);
  inbox.Push(baton::LaneBusy());
  inbox.Push(baton::LaneBusy());
  CHECK_EQ(wakes, 1);
  CHECK_EQ(Words(inbox.Drain()), "a 0.25; ?; ?");
  inbox.PushQuietly(SampleOf("a", 0.5), &seat);
  inbox.Listen(true);
  inbox.Nudge();
  CHECK_EQ(wakes, 2);
  CHECK_EQ(Words(inbox.Drain()), "a 0.50");
}

TEST("a run's sample takes the place of the one that nobody has read, with what that one says") {
  Inbox inbox(nullptr);
  Inbox::Seat a, b;
  inbox.PushQuietly(SampleOf("a", 0.25, "{\"n\":1}"), &a);
  inbox.PushQuietly(SampleOf("b", 0.25, "{\"n\":1}"), &b);
  inbox.PushQuietly(SampleOf("a", 0.5), &a);
  inbox.PushQuietly(SampleOf("b", 0.5, "{\"n\":2}"), &b);
  CHECK_EQ(Words(inbox.Drain()), "a 0.50 {\"n\":1}; b 0.50 {\"n\":2}");
  inbox.PushQuietly(SampleOf("b", 0.75), &b);
  inbox.PushQuietly(SampleOf("a", 0.75), &a);
  CHECK_EQ(Words(inbox.Drain()), "b 0.75; a 0.75");
}

TEST("running jobs wake a listening engine once in a sample's time, however many they are") {
  ManyRuns runs;
  Engine& engine = runs.engine;
  engine.Next<Sampled>();
  const int64_t wakes = engine.wakes();
  const auto since = baton::Clock::now();
  for (int i = 0; i < 40; i++) engine.Next<Sampled>();
  const auto passed = baton::Clock::now() - since;
  const int64_t samples = passed / std::chrono::milliseconds(Engine::Memory().sample_ms);
  // One more at either end.
  CHECK(engine.wakes() - wakes <= samples + 2);
  runs.Close();
}

TEST("running jobs do not wake an engine that does not listen, and are known when it asks") {
  ManyRuns runs;
  Engine& engine = runs.engine;
  engine.core().Listen(false);
  engine.Pending().clear();
  const int64_t wakes = engine.wakes();
  std::this_thread::sleep_for(std::chrono::milliseconds(20 * Engine::Memory().sample_ms));
  CHECK_EQ(engine.wakes() - wakes, 0);
  // Those of many ticks, in one message for each run.
  std::vector<baton::Message> messages = engine.core().Drain();
  CHECK(messages.size() <= kRuns);
  std::set<std::string> known;
  while (known.size() < kRuns) {
    for (const baton::Message& message : messages) {
      CHECK_EQ(std::get<Sampled>(message).sample.progress, 0.5);
      known.insert(std::get<Sampled>(message).id);
    }
    messages = engine.core().Drain();
  }
  CHECK_EQ(engine.wakes() - wakes, 0);
  runs.Close();
}

TEST("what is drained in parts comes in order, and only an empty answer is the end") {
  int wakes = 0;
  baton::Inbox inbox([&] { wakes++; });
  const auto push = [&](const char* id) { inbox.Push(baton::Started{id}); };
  const auto drain = [&](size_t most) {
    std::string ids;
    for (const baton::Message& message : inbox.Drain(most))
      ids += std::get<baton::Started>(message).id;
    return ids;
  };
  for (const char* id : {"a", "b", "c", "d", "e"}) push(id);
  CHECK_EQ(drain(2), "ab");
  push("f");
  CHECK_EQ(drain(2), "cd");
  CHECK_EQ(drain(2), "e");
  CHECK_EQ(drain(2), "f");
  push("g");
  CHECK_EQ(drain(2), "g");
  CHECK_EQ(drain(2), "");
  const int before = wakes;
  push("h");
  CHECK_EQ(wakes, before + 1);
  CHECK_EQ(drain(1), "h");
  CHECK_EQ(drain(1), "");
}

CHECK_MAIN
