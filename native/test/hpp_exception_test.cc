// What escapes a callback written with baton.hpp: a failed step with its text, or a status and a line
// in the log. And which callbacks there are.
#include "hpp.h"

using baton::OutcomeKind;
using test::Engine;
using test::NextLine;
using test::Orders;
using test::RunSubmitted;
using test::Tell;
using test::Told;

namespace {

// Submits, runs, and answers how the run ended.
baton::JobError ErrorOf(Engine* engine, Orders* orders) {
  CHECK(sdk::Host(engine->host()).submit(Tell(orders)).ok());
  return RunSubmitted(engine).outcome.error;
}

baton::Entry RevivedEntry(Engine* engine, const char* type, const char* state) {
  static int number = 200000;
  baton::Entry entry;
  entry.id = "3f2504e0-4f89-41d3-9a0c-0305e8" + std::to_string(number++);
  entry.sequence = engine->core().NextSequence();
  entry.plugin = "test";
  entry.type = type;
  entry.state = state;
  return entry;
}

}  // namespace

TEST("what escapes a step fails the job with its text, and the code an Error has") {
  Orders orders;
  Engine engine;
  const auto thrown = [&](std::function<void()> thrower) {
    orders.step = [thrower](sdk::Run&) {
      thrower();
      return sdk::Step::success();
    };
    const baton::JobError error = ErrorOf(&engine, &orders);
    return error.code + ": " + error.message;
  };
  CHECK_EQ(thrown([] { throw std::runtime_error("no disk"); }), "STEP_THREW: no disk");
  CHECK_EQ(thrown([] { throw std::runtime_error(""); }), "STEP_THREW: an exception without a text");
  CHECK_EQ(thrown([] { throw 7; }), "STEP_THREW: an exception that is not a std::exception");
  CHECK_EQ(thrown([] { throw std::bad_alloc(); }), "STEP_THREW: out of memory");
  CHECK_EQ(thrown([] { throw sdk::Error("REMOTE_REFUSED", "it said no"); }),
           "REMOTE_REFUSED: it said no");
  CHECK_EQ(thrown([] { throw sdk::Error("no code", "it said no"); }), "STEP_FAILED: it said no");
  CHECK_EQ(thrown([] { sdk::Status(BATON_ERROR_QUEUE_FULL).or_throw("cannot go on"); }),
           "QUEUE_FULL: cannot go on: QUEUE_FULL");
  orders.step = [](sdk::Run&) -> sdk::Step { throw sdk::Error("BUSY_NOW", "later", true); };
  CHECK(sdk::Host(engine.host()).submit(Tell(&orders)).ok());
  CHECK(RunSubmitted(&engine).outcome.retryable);
  engine.CloseWell();
  CHECK_EQ(orders.destroyed, orders.made);
}

TEST("what escapes stop and progress is a line in the log, and the job goes its way") {
  Orders orders;
  Engine engine;
  orders.stop = [](sdk::StopReason) { throw std::runtime_error("cannot stop"); };
  CHECK_EQ(ErrorOf(&engine, &orders).code, "");
  CHECK_EQ(NextLine(&engine), "stop: cannot stop");
  orders.stop = [](sdk::StopReason) {};
  orders.progress = []() -> double { throw 1; };
  CHECK_EQ(ErrorOf(&engine, &orders).code, "");
  CHECK_EQ(NextLine(&engine), "progress: an exception that is not a std::exception");
  engine.CloseWell();
  CHECK_EQ(orders.destroyed, orders.made);
}

TEST("what escapes content or serialize fails a job that runs, and a line says why") {
  for (const char* which : {"content", "serialize"}) {
    Orders orders;
    Engine engine;
    orders.step = [&](sdk::Run&) {
      auto throws = [which]() -> std::optional<std::string> {
        throw std::runtime_error(std::string("no ") + which);
      };
      (which == std::string("content") ? orders.content : orders.serialize) = throws;
      return sdk::Step::success();
    };
    CHECK_EQ(ErrorOf(&engine, &orders).code, "BAD_STATE_DATA");
    CHECK_EQ(NextLine(&engine), std::string(which) + ": no " + which);
    engine.CloseWell();
    CHECK_EQ(orders.destroyed, 1);
  }
}

TEST("nothing to say and nothing to save is no error") {
  Orders orders;
  Engine engine;
  orders.content = orders.serialize = [] { return std::nullopt; };
  CHECK(sdk::Host(engine.host()).submit(Tell(&orders)).ok());
  const baton::Ended ended = RunSubmitted(&engine);
  CHECK(ended.outcome.kind == OutcomeKind::kSuccess);
  CHECK(!ended.sample.state.has_value());
  engine.CloseWell();
}

TEST("reset begins anew; what escapes it fails the job with RESET_FAILED") {
  Orders orders;
  Engine engine;
  int resets = 0;
  orders.step = [](sdk::Run&) { return sdk::Step::failure("NOT_YET", "not yet"); };
  orders.reset = [&] { resets++; };
  CHECK(sdk::Host(engine.host()).submit(Tell(&orders)).ok());
  const baton::Ended failed = RunSubmitted(&engine);
  CHECK(failed.has_payload);
  baton::Entry entry;
  entry.id = failed.id;
  entry.plugin = "test";
  entry.type = Told::kType;
  entry.reset = true;
  const auto again = [&] {
    entry.sequence = engine.core().NextSequence();
    CHECK(engine.core().Admit(entry));
    return engine.Next<baton::Ended>().outcome.error;
  };
  CHECK_EQ(again().code, "NOT_YET");
  CHECK_EQ(resets, 1);
  orders.reset = [] { throw sdk::Error(BATON_ERROR_WRONG_STATE, "too late"); };
  const baton::JobError error = again();
  CHECK_EQ(error.code, "RESET_FAILED");
  CHECK_EQ(error.message, "reset: the job's state does not allow this");
  CHECK_EQ(NextLine(&engine), "reset: too late");
  engine.CloseWell();
  CHECK_EQ(orders.destroyed, 1);
}

namespace {

// Revived from "" (not mine), "throw", or any other state, which it then has.
class Revived : public sdk::Job {
 public:
  static constexpr char kType[] = "test.revived";
  static std::unique_ptr<Revived> revive(std::string_view state) {
    if (state == "throw") throw std::runtime_error("not a state of mine");
    if (state == "not mine") return nullptr;
    return std::make_unique<Revived>(state);
  }
  explicit Revived(std::string_view state) : state_(state) {}
  sdk::Step step(sdk::Run& run) override {
    host().log(sdk::Level::kInfo, "revived from " + state_);
    run.set_progress(1, 1);
    return sdk::Step::success();
  }

 private:
  std::optional<std::string> serialize() override { return state_; }  // private: as good
  const std::string state_;
};

class WithHost : public Revived {
 public:
  static constexpr char kType[] = "test.with-host";
  static std::unique_ptr<WithHost> revive(sdk::Host host, std::string_view state) {
    host.log(sdk::Level::kInfo, "revives");
    return std::make_unique<WithHost>(state);
  }
  using Revived::Revived;
};

}  // namespace

TEST("a saved job is revived by its class, which may say that it is not its own, or throw") {
  Engine engine;
  const sdk::Host host(engine.host());
  CHECK(host.register_type<Revived>().ok());
  CHECK(host.register_type<Revived>() == BATON_ERROR_NAME_TAKEN);
  CHECK(host.register_type<WithHost>().ok());
  const auto run = [&](const char* type, const char* state) {
    CHECK(engine.core().Admit(RevivedEntry(&engine, type, state)));
    return engine.Next<baton::Ended>();
  };
  baton::Ended ended = run(Revived::kType, "abc");
  CHECK(ended.outcome.kind == OutcomeKind::kSuccess);
  CHECK_EQ(*ended.sample.state, "abc");
  CHECK_EQ(NextLine(&engine), "revived from abc");
  CHECK(run(Revived::kType, "not mine").outcome.kind == OutcomeKind::kNotMine);
  CHECK_EQ(run(Revived::kType, "throw").outcome.error.code, "CANNOT_REVIVE");
  CHECK_EQ(NextLine(&engine), "test.revived: not a state of mine");
  CHECK(run(WithHost::kType, "def").outcome.kind == OutcomeKind::kSuccess);
  CHECK_EQ(NextLine(&engine), "revives");
  CHECK_EQ(NextLine(&engine), "revived from def");
  engine.CloseWell();
}

namespace {

class Bare : public sdk::Job {
 public:
  static constexpr char kType[] = "test.bare";
  sdk::Step step(sdk::Run&) override { return sdk::Step::success(); }
};

// Overrides something itself, and inherits an override.
class OnLoop : public Revived {
 public:
  static constexpr char kType[] = "test.on-loop";
  static constexpr bool kOnLoop = true;
  using Revived::Revived;
  void reset() override {}
};

baton_job_desc described;

template <class D>
baton_job_desc Describe(std::unique_ptr<D> job) {
  baton_host host = {};
  host.struct_size = sizeof host;
  host.create_job = [](const baton_host*, const baton_job_desc* desc, baton_job*) {
    described = *desc;
    return baton_status{BATON_ERROR_NO_MEMORY};
  };
  CHECK(sdk::Host(&host).create(std::move(job)).status == BATON_ERROR_NO_MEMORY);
  return described;
}

}  // namespace

TEST("the host knows of a callback only if the class overrides it") {
  baton_job_desc desc = Describe(std::make_unique<Bare>());
  CHECK_EQ(desc.struct_size, sizeof desc);
  CHECK_EQ(desc.flags, 0u);
  CHECK_EQ(std::string(desc.type), "test.bare");
  CHECK(desc.step != nullptr && desc.finalize != nullptr);
  CHECK(desc.stop == nullptr && desc.reset == nullptr && desc.get_progress == nullptr);
  CHECK(desc.get_content == nullptr && desc.get_serialized == nullptr);
  Orders orders;
  desc = Describe(Tell(&orders));
  CHECK(desc.stop != nullptr && desc.reset != nullptr && desc.get_progress != nullptr);
  CHECK(desc.get_content != nullptr && desc.get_serialized != nullptr);
  desc = Describe(std::make_unique<OnLoop>("x"));
  CHECK_EQ(desc.flags, uint32_t{BATON_JOB_ON_LOOP});
  CHECK_EQ(std::string(desc.type), "test.on-loop");
  CHECK(desc.reset != nullptr && desc.get_serialized != nullptr);
  CHECK(desc.stop == nullptr && desc.get_progress == nullptr && desc.get_content == nullptr);
}

CHECK_MAIN
