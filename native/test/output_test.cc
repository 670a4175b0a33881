// Outputs of jobs: what the engine is asked, in which order, and what a step is answered.
#include "support.h"

using baton::OutputCall;
using baton::OutputCalled;
using test::Engine;
using test::Script;

namespace {

// "write report.csv 3"
std::string InWords(const OutputCalled& called) {
  static constexpr const char* kCalls[] = {"open", "write", "close", "drop"};
  std::string words = std::string(kCalls[static_cast<int>(called.call)]) + " " + called.key;
  if (called.call == OutputCall::kOpen) words += " " + called.mime;
  if (called.call == OutputCall::kWrite) words += " " + std::to_string(called.bytes.size());
  return words;
}

// Runs one step; answers its calls with `status`, and returns them.
std::vector<std::string> Play(const std::function<int32_t(const baton_run*)>& step,
                              const std::function<baton_status(const OutputCalled&)>& status) {
  Engine engine;
  Script script;
  script.steps = {step};
  script.Submit(engine.host());
  engine.core().Admit(Engine::EntryFor(engine.Next<baton::Submitted>().row));
  std::vector<std::string> calls;
  for (;;) {
    baton::Message message = engine.NextOfAny();
    if (std::holds_alternative<baton::Ended>(message)) break;
    const OutputCalled* called = std::get_if<OutputCalled>(&message);
    if (called == nullptr) continue;
    calls.push_back(InWords(*called));
    if (called->ticket == 0) continue;
    CHECK(engine.core().Answer(called->ticket, status(*called), nullptr));
  }
  engine.CloseWell();
  return calls;
}

baton_status Fine(const OutputCalled&) { return BATON_OK; }

}  // namespace

TEST("a whole output is opened, written in pieces and closed") {
  const std::string large(2 * 1024 * 1024 + 1, 'x');
  const std::vector<std::string> calls = Play(
      [&](const baton_run* run) {
        CHECK_EQ(run->put_output(run, "a", "text/csv", large.data(), large.size()), BATON_OK);
        CHECK_EQ(run->put_output(run, "b", "a/b", nullptr, 0), BATON_OK);
        return BATON_STEP_SUCCESS;
      },
      Fine);
  const std::vector<std::string> expected = {
      "open a text/csv", "write a 1048576", "write a 1048576", "write a 1",
      "close a",         "open b a/b",      "close b"};
  CHECK(calls == expected);
}

TEST("several outputs are open at a time, and one that is not closed is dropped after the step") {
  const std::vector<std::string> calls = Play(
      [&](const baton_run* run) {
        CHECK_EQ(run->open_output(run, "a", "a/b"), BATON_OK);
        CHECK_EQ(run->open_output(run, "b", "a/b"), BATON_OK);
        CHECK_EQ(run->open_output(run, "a", "a/b"), BATON_ERROR_WRONG_STATE);
        CHECK_EQ(run->put_output(run, "a", "a/b", "x", 1), BATON_ERROR_WRONG_STATE);
        CHECK_EQ(run->write_output(run, "a", "xyz", 3), BATON_OK);
        CHECK_EQ(run->close_output(run, "a"), BATON_OK);
        CHECK_EQ(run->write_output(run, "a", "x", 1), BATON_ERROR_NOT_FOUND);
        CHECK_EQ(run->close_output(run, "a"), BATON_ERROR_NOT_FOUND);
        return BATON_STEP_FAILURE;
      },
      Fine);
  const std::vector<std::string> expected = {"open a a/b", "open b a/b", "write a 3", "close a",
                                             "drop b"};
  CHECK(calls == expected);
}

TEST("what the engine refuses is answered, and nothing of it stays open") {
  const std::vector<std::string> calls = Play(
      [&](const baton_run* run) {
        CHECK_EQ(run->put_output(run, "open", "a/b", "x", 1), BATON_ERROR_STORE_FAILED);
        CHECK_EQ(run->put_output(run, "write", "a/b", "x", 1), BATON_ERROR_STORE_FAILED);
        CHECK_EQ(run->put_output(run, "close", "a/b", "x", 1), BATON_ERROR_STORE_FAILED);
        return BATON_STEP_SUCCESS;
      },
      [](const OutputCalled& called) {
        const std::string words = InWords(called);
        return words.find(called.key) == 0 ? BATON_ERROR_STORE_FAILED : BATON_OK;
      });
  const std::vector<std::string> expected = {"open open a/b", "open write a/b", "write write 1",
                                             "drop write",    "open close a/b", "write close 1",
                                             "close close"};
  CHECK(calls == expected);
}

TEST("nothing is no argument") {
  const std::vector<std::string> calls = Play(
      [&](const baton_run* run) {
        const baton_status wrong = BATON_ERROR_INVALID_ARGUMENT;
        CHECK_EQ(run->put_output(nullptr, "a", "a/b", "x", 1), wrong);
        CHECK_EQ(run->put_output(run, nullptr, "a/b", "x", 1), wrong);
        CHECK_EQ(run->put_output(run, "a", nullptr, "x", 1), wrong);
        CHECK_EQ(run->put_output(run, "a", "a/b", nullptr, 1), wrong);
        CHECK_EQ(run->open_output(nullptr, "a", "a/b"), wrong);
        CHECK_EQ(run->open_output(run, nullptr, "a/b"), wrong);
        CHECK_EQ(run->open_output(run, "a", nullptr), wrong);
        CHECK_EQ(run->write_output(nullptr, "a", "x", 1), wrong);
        CHECK_EQ(run->write_output(run, nullptr, "x", 1), wrong);
        CHECK_EQ(run->write_output(run, "a", nullptr, 1), wrong);
        CHECK_EQ(run->close_output(nullptr, "a"), wrong);
        CHECK_EQ(run->close_output(run, nullptr), wrong);
        return BATON_STEP_SUCCESS;
      },
      Fine);
  CHECK(calls.empty());
}

TEST("a host that closes serves a step that writes, until it waits no longer") {
  Engine engine;
  std::vector<baton_status> answered;
  test::Signal stepping;
  Script script;
  script.steps = {[&](const baton_run* run) {
    stepping.Set();
    while (run->should_stop(run) == 0) std::this_thread::yield();
    answered.push_back(run->put_output(run, "a", "a/b", "x", 1));
    answered.push_back(run->open_output(run, "b", "a/b"));
    return BATON_STEP_CONTINUE;
  }};
  script.Submit(engine.host());
  engine.core().Admit(Engine::EntryFor(engine.Next<baton::Submitted>().row));
  stepping.Await();
  engine.core().BeginClose();
  for (const char* call : {"open a a/b", "write a 1", "close a"}) {
    const OutputCalled called = engine.Next<OutputCalled>();
    CHECK_EQ(InWords(called), call);
    CHECK(engine.core().Answer(called.ticket, BATON_OK, nullptr));
  }
  CHECK_EQ(InWords(engine.Next<OutputCalled>()), "open b a/b");
  engine.CloseWell();
  CHECK_EQ(InWords(engine.Next<OutputCalled>()), "drop b");
  CHECK(answered == (std::vector<baton_status>{BATON_OK, BATON_ERROR_CLOSING}));
}

CHECK_MAIN
