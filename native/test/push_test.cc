// What a step pushes: when the engine hears of it, and how often.
#include <future>
#include <optional>

#include "support.h"

using baton::Ended;
using baton::Sampled;
using test::Engine;
using test::Script;

namespace {

void SubmitAndAdmit(Engine* engine, Script* script) {
  script->Submit(engine->host());
  CHECK(engine->core().Admit(Engine::EntryFor(engine->Next<baton::Submitted>().row)));
}

// What is told until `is_last`, or until the run ends.
Sampled HearUntil(Engine* engine, const std::function<bool(const Sampled&)>& is_last) {
  Sampled all;
  for (;;) {
    const baton::Message message = engine->NextOfAny();
    if (std::holds_alternative<Ended>(message)) return all;
    const auto* sampled = std::get_if<Sampled>(&message);
    if (sampled == nullptr) continue;
    all.sample.progress = sampled->sample.progress;
    if (sampled->sample.content.has_value()) all.sample.content = sampled->sample.content;
    if (sampled->sample.tree != nullptr) all.sample.tree = sampled->sample.tree;
    all.runtime_ms = sampled->runtime_ms;
    if (is_last(all)) return all;
  }
}

// Pushes, and is silent until the test has heard of it, or gives up.
class Silence {
 public:
  Script::StepFunction After(std::function<void(const baton_run*)> push) {
    return [this, push = std::move(push)](const baton_run* run) {
      push(run);
      in_time_ =
          heard_.get_future().wait_for(std::chrono::seconds(20)) == std::future_status::ready;
      return BATON_STEP_SUCCESS;
    };
  }
  void Heard() { heard_.set_value(); }
  bool was_in_time() const { return in_time_; }

 private:
  std::promise<void> heard_;
  bool in_time_ = false;
};

}  // namespace

TEST("the last of what a step pushes at once is heard while the step is silent") {
  Engine engine;
  Silence silence;
  Script script;
  script.steps = {silence.After([](const baton_run* run) {
    run->set_progress(run, 1, 4);
    run->set_content(run, "{\"b\":1}", 7);
    run->set_content(run, "{\"b\":2}", 7);
    run->set_progress(run, 3, 4);
  })};
  SubmitAndAdmit(&engine, &script);
  const Sampled told =
      HearUntil(&engine, [](const Sampled& all) { return all.sample.progress == 0.75; });
  silence.Heard();
  engine.CloseWell();
  CHECK(silence.was_in_time());
  CHECK_EQ(told.sample.content.value_or(""), "{\"b\":2}");
}

TEST("the same of parts of its progress, also of those added last") {
  Engine engine;
  Silence silence;
  Script script;
  script.steps = {silence.After([](const baton_run* run) {
    uint32_t child = 0;
    run->set_progress(run, 1, 4);
    for (int i = 0; i < 3; i++) CHECK_EQ(run->add_child(run, 0, "part", 1, &child), BATON_OK);
    CHECK_EQ(run->set_child_progress(run, child, 3, 4), BATON_OK);
  })};
  SubmitAndAdmit(&engine, &script);
  const auto all_told = [](const Sampled& all) {
    return all.sample.tree != nullptr && all.sample.tree->children.size() == 3 &&
           all.sample.tree->children[2].done == 3;
  };
  const Sampled told = HearUntil(&engine, all_told);
  silence.Heard();
  engine.CloseWell();
  CHECK(silence.was_in_time());
  CHECK_EQ(told.sample.progress, 0.25);
}

TEST("a job of the lane that pushes once and is silent is told") {
  Engine engine;
  engine.core().OpenLane(true, 0);
  Silence silence;
  Script script;
  script.steps = {silence.After([](const baton_run* run) { run->set_progress(run, 3, 4); })};
  const std::string id = script.Submit(engine.host());
  engine.Next<baton::Submitted>();
  CHECK_EQ(engine.Next<baton::Started>().id, id);
  const Sampled told = engine.Next<Sampled>();
  silence.Heard();
  engine.CloseWell();
  CHECK(silence.was_in_time());
  CHECK_EQ(told.id, id);
  CHECK_EQ(told.sample.progress, 0.75);
}

TEST(
    "a job that pushes and is sampled in turn is told of no more often than one that does either") {
  baton::CoreOptions options = Engine::Memory();
  options.sample_ms = 50;
  Engine engine(options);
  test::Signal heard;
  Script script;
  double done = 0;
  script.steps = {[&](const baton_run* run) {
    done = done < 1000 ? done + 1 : 0;
    run->set_progress(run, done, 1000);
    return heard.IsSet() ? BATON_STEP_SUCCESS : BATON_STEP_CONTINUE;
  }};
  const auto began_at = std::chrono::steady_clock::now();
  const auto elapsed = [&] { return std::chrono::steady_clock::now() - began_at; };
  SubmitAndAdmit(&engine, &script);
  int64_t told = 0;
  // Read at once, each time: what nobody has read yet is replaced. On a busy machine the run or this thread may
  // rest for most of that time.
  const auto is_enough = [&] { return elapsed() > std::chrono::milliseconds(600) && told > 1; };
  while (!is_enough() && elapsed() < std::chrono::seconds(30)) {
    for (const baton::Message& message : engine.Pending())
      told += std::holds_alternative<Sampled>(message);
    engine.Pending().clear();
    std::this_thread::yield();
  }
  const int64_t most = elapsed() / std::chrono::milliseconds(options.sample_ms);
  heard.Set();
  engine.CloseWell();
  CHECK(told > 1);
  CHECK(told <= most);
}

CHECK_MAIN
