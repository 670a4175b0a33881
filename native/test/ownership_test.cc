// Every row of the ownership table of the C ABI, but for those of later releases (time-outs, dying
// environments).
#include <cstring>

#include "support.h"

using test::Engine;
using test::Script;

TEST("a failed create calls nothing and leaves the payload to the plugin") {
  Engine engine;
  Script script({BATON_STEP_SUCCESS});
  baton_job job = {77};
  baton_job_desc desc = script.desc();
  desc.step = nullptr;
  CHECK_EQ(engine.host()->create_job(engine.host(), &desc, &job), BATON_ERROR_INVALID_ARGUMENT);
  desc = script.desc();
  desc.flags = 2;
  CHECK_EQ(engine.host()->create_job(engine.host(), &desc, &job), BATON_ERROR_UNSUPPORTED);
  desc = script.desc("");
  CHECK_EQ(engine.host()->create_job(engine.host(), &desc, &job), BATON_ERROR_INVALID_ARGUMENT);
  const std::string long_type(BATON_TYPE_SIZE, 'x');
  desc = script.desc(long_type.c_str());
  CHECK_EQ(engine.host()->create_job(engine.host(), &desc, &job), BATON_ERROR_TOO_LARGE);
  desc = script.desc("\xff");
  CHECK_EQ(engine.host()->create_job(engine.host(), &desc, &job), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(engine.host()->create_job(engine.host(), nullptr, &job), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(engine.host()->create_job(nullptr, &desc, &job), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(job.bits, 77u);
  CHECK_EQ(engine.core().counts().created, 0u);
  engine.CloseWell();
  CHECK_EQ(script.trace(), "");
}

TEST("free_job finalizes on the caller's thread before it returns") {
  Engine engine;
  Script script({BATON_STEP_SUCCESS});
  std::thread::id where;
  script.on_finalize = [&] { where = std::this_thread::get_id(); };
  const baton_job job = script.Create(engine.host());
  std::thread::id other;
  std::thread([&] {
    other = std::this_thread::get_id();
    CHECK_EQ(engine.host()->free_job(engine.host(), job), BATON_OK);
    CHECK_EQ(script.finalized(), 1);
  }).join();
  CHECK(where == other);
  engine.CloseWell();
  CHECK_EQ(script.trace(), "finalize");
}

TEST("a failed submit leaves the job to the plugin, which may retry it or free it") {
  Engine engine;
  Script script({BATON_STEP_SUCCESS});
  const baton_job job = script.Create(engine.host());
  char id[BATON_ID_SIZE] = "untouched";
  script.content = "[]";
  CHECK_EQ(engine.host()->submit_job(engine.host(), job, nullptr, id), BATON_ERROR_INVALID_JSON);
  script.content = "{}";
  script.content_status = BATON_ERROR_INTERNAL;
  CHECK_EQ(engine.host()->submit_job(engine.host(), job, nullptr, id), BATON_ERROR_BAD_STATE_DATA);
  script.content_status = BATON_OK;
  script.state = std::string(BATON_MAX_STATE_SIZE + 1, 'x');
  CHECK_EQ(engine.host()->submit_job(engine.host(), job, nullptr, id), BATON_ERROR_TOO_LARGE);
  script.state = "";
  script.state_status = BATON_ERROR_NO_MEMORY;
  CHECK_EQ(engine.host()->submit_job(engine.host(), job, nullptr, id), BATON_ERROR_BAD_STATE_DATA);
  script.state_status = BATON_OK;
  script.on_serialize = [] { throw std::runtime_error("no"); };
  CHECK_EQ(engine.host()->submit_job(engine.host(), job, nullptr, id), BATON_ERROR_BAD_STATE_DATA);
  script.on_serialize = nullptr;
  CHECK_EQ(engine.host()->submit_job(engine.host(), job, nullptr, nullptr),
           BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(std::string(id), "untouched");
  CHECK_EQ(script.finalized(), 0);
  CHECK_EQ(engine.host()->submit_job(engine.host(), job, nullptr, id), BATON_OK);
  CHECK_EQ(std::strlen(id), 36u);
  engine.CloseWell();
  CHECK_EQ(script.trace(), "stop:7 finalize");
}

TEST("options that are wrong, or of later releases, are refused; the others come along") {
  Engine engine;
  Script script({BATON_STEP_SUCCESS});
  const baton_job job = script.Create(engine.host());
  char id[BATON_ID_SIZE];
  const auto submit = [&](const std::function<void(baton_submit_options*)>& change) {
    baton_submit_options options = {};
    options.struct_size = sizeof options;
    change(&options);
    return engine.host()->submit_job(engine.host(), job, &options, id);
  };
  CHECK_EQ(submit([](auto* o) { o->step_timeout_ms = -1; }), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(submit([](auto* o) { o->step_timeout_ms = INT64_MAX; }), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(submit([](auto* o) { o->start_after_ms = -1; }), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(submit([](auto* o) { o->start_after_ms = INT64_MAX; }), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(submit([](auto* o) { o->key = ""; }), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(submit([](auto* o) { o->key = "\xff"; }), BATON_ERROR_INVALID_ARGUMENT);
  const std::string long_key(BATON_KEY_SIZE, 'k');
  CHECK_EQ(submit([&](auto* o) { o->key = long_key.c_str(); }), BATON_ERROR_TOO_LARGE);
  CHECK_EQ(submit([](auto* o) { o->user_data = "{"; }), BATON_ERROR_INVALID_JSON);
  const std::string long_data = "\"" + std::string(BATON_MAX_USER_DATA_SIZE - 1, 'u') + "\"";
  CHECK_EQ(submit([&](auto* o) { o->user_data = long_data.c_str(); }), BATON_ERROR_TOO_LARGE);
  CHECK_EQ(submit([](auto* o) { o->flags = 4; }), BATON_ERROR_UNSUPPORTED);
  CHECK_EQ(submit([](auto* o) { o->max_attempts = -1; }), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(submit([](auto* o) { o->backoff_factor = 0.5; }), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(submit([](auto* o) { o->backoff_jitter = 2; }), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(submit([](auto* o) { o->struct_size = 3; }), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(submit([](auto* o) {
             o->priority = 5;
             o->max_attempts = 3;
             o->backoff_first_ms = 7;
             o->key = "k";
             o->start_after_ms = 60000;
             o->step_timeout_ms = 5000;
             o->user_data = "[1]";
           }),
           BATON_OK);
  const baton::StoredRow row = engine.Next<baton::Submitted>().row;
  CHECK_EQ(row.priority, 5);
  CHECK_EQ(row.max_attempts, 3);
  CHECK_EQ(row.backoff.first_ms, 7);
  CHECK_EQ(*row.key, "k");
  CHECK_EQ(row.start_at_ms, row.created_at_ms + 60000);
  CHECK_EQ(*row.user_data, "[1]");
  CHECK_EQ(row.step_timeout_ms, 5000);
  CHECK_EQ(row.plugin, "test");
  CHECK_EQ(row.type, "test.script");
  CHECK(row.has_reset);
  CHECK_EQ(*row.submitted_state, "state");
  CHECK_EQ(*row.content, "{}");
  CHECK_EQ(row.progress, 0.5);
  engine.CloseWell();
}

TEST("each job has its own type, of whichever plugin, and however many types there are") {
  Engine engine;
  baton::Instance* const other = engine.core().AddInstance("other");
  Script script({BATON_STEP_SUCCESS});
  baton_submit_options options = {};
  options.struct_size = sizeof options;
  const auto submit = [&](const baton_host* host, const std::string& type) {
    char id[BATON_ID_SIZE];
    options.priority++;
    options.max_attempts = options.priority % 3;
    const baton_job job = script.Create(host, type.c_str());
    CHECK_EQ(host->submit_job(host, job, &options, id), BATON_OK);
    const baton::StoredRow row = engine.Next<baton::Submitted>().row;
    CHECK_EQ(row.id, id);
    CHECK_EQ(row.type, type);
    CHECK_EQ(row.plugin, host == other->host() ? "other" : "test");
    CHECK_EQ(row.priority, options.priority);
    CHECK_EQ(row.max_attempts, options.max_attempts);
  };
  for (size_t i = 0; i < baton::Instance::kMaxKinds / 2 + 10; i++) {
    const std::string type = "type" + std::to_string(i);
    for (const baton_host* host : {engine.host(), other->host()}) {
      for (const char* end : {"", "-and-more", ""}) submit(host, type + end);
    }
  }
  engine.CloseWell();
}

TEST("a submitted job is finalized by the host, after it succeeded, when the engine says so") {
  Engine engine;
  Script script({BATON_STEP_CONTINUE, BATON_STEP_SUCCESS});
  script.Submit(engine.host());
  const baton::StoredRow row = engine.Next<baton::Submitted>().row;
  CHECK(engine.core().Admit(Engine::EntryFor(row)));
  CHECK_EQ(engine.Next<baton::Started>().id, row.id);
  CHECK(engine.Next<baton::Ended>().has_payload);
  CHECK_EQ(script.trace(), "step step stop:1");
  CHECK(engine.core().Finalize(row.id));
  engine.Next<baton::Finalized>();
  CHECK_EQ(script.trace(), "step step stop:1 finalize");
  CHECK(!engine.core().Finalize(row.id));
  engine.CloseWell();
}

TEST("handles that were never submitted are finalized at closing, with one warning for each type") {
  Engine engine;
  Script one({BATON_STEP_SUCCESS}), two({BATON_STEP_SUCCESS}), three({BATON_STEP_SUCCESS});
  one.Create(engine.host(), "a");
  two.Create(engine.host(), "a");
  three.Create(engine.host(), "b");
  engine.CloseWell();
  const baton::Logged first = engine.Next<baton::Logged>();
  CHECK_EQ(first.level, BATON_LOG_WARNING);
  CHECK_EQ(first.plugin, "test");
  CHECK(first.text.find("2 job(s) of type a") == 0);
  CHECK(engine.Next<baton::Logged>().text.find("1 job(s) of type b") == 0);
  CHECK_EQ(one.finalized() + two.finalized() + three.finalized(), 3);
}

TEST("unloading one plugin finalizes its handles and leaves those of others alone") {
  Engine engine;
  baton::Instance* other = engine.core().AddInstance("other");
  Script mine({BATON_STEP_SUCCESS}), theirs({BATON_STEP_SUCCESS}), submitted({BATON_STEP_SUCCESS});
  const baton_job job = mine.Create(engine.host());
  theirs.Create(other->host());
  submitted.Submit(other->host());
  CHECK(engine.core().CloseInstance(other, 60000));
  CHECK_EQ(theirs.trace(), "finalize");
  CHECK_EQ(submitted.trace(), "stop:7 finalize");
  baton_job none = {0};
  const baton_job_desc desc = theirs.desc();
  CHECK_EQ(other->host()->create_job(other->host(), &desc, &none), BATON_ERROR_CLOSING);
  CHECK_EQ(mine.trace(), "");
  CHECK_EQ(engine.host()->free_job(engine.host(), job), BATON_OK);
  engine.CloseWell();
}

TEST("a revived job belongs to the engine") {
  Engine engine;
  struct Revive {
    Script script{{BATON_STEP_SUCCESS}};
    const baton_host* host;
    std::string seen;
    static baton_status BATON_CALL Call(void* data, const char* type, const void* state,
                                        size_t size, baton_job* job_out) {
      Revive* self = static_cast<Revive*>(data);
      self->seen = std::string(type) + "=" + std::string(static_cast<const char*>(state), size);
      *job_out = self->script.Create(self->host, type);
      return BATON_OK;
    }
  } revive;
  revive.host = engine.host();
  CHECK_EQ(engine.host()->register_type(engine.host(), "test.revived", 0, Revive::Call, &revive),
           BATON_OK);
  CHECK_EQ(engine.Next<baton::TypeRegistered>().type, "test.revived");
  baton::Entry entry;
  entry.id = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
  entry.sequence = 1;
  entry.plugin = "test";
  entry.type = "test.revived";
  entry.state = std::string("a\0b", 3);
  CHECK(engine.core().Admit(entry));
  const baton::Ended ended = engine.Next<baton::Ended>();
  CHECK(ended.outcome.kind == baton::OutcomeKind::kSuccess);
  CHECK_EQ(revive.seen, std::string("test.revived=a\0b", 16));
  CHECK_EQ(revive.script.trace(), "step stop:1");
  engine.core().Forget(entry.id);
  engine.Next<baton::Finalized>();
  engine.CloseWell();
  CHECK_EQ(revive.script.finalized(), 1);
}

TEST("a step that does not return is left alone: owed, then finalized when it returns") {
  Engine engine;
  test::Signal stepping, go, finalized;
  Script script;
  script.steps = {[&](const baton_run*) {
    stepping.Set();
    go.Await();
    return BATON_STEP_CONTINUE;
  }};
  script.on_finalize = [&] { finalized.Set(); };
  script.Submit(engine.host());
  engine.core().Admit(Engine::EntryFor(engine.Next<baton::Submitted>().row));
  stepping.Await();
  CHECK(!engine.core().FinishClose(0));
  baton::Counts counts = engine.core().counts();
  CHECK(counts.Balanced());
  CHECK_EQ(counts.owed, 1u);
  go.Set();
  finalized.Await();
  CHECK(engine.plugin()->AwaitIdle(baton::DeadlineIn(60000)));
  while (engine.core().counts().finalized == 0) std::this_thread::yield();
  counts = engine.core().counts();
  CHECK(counts.Balanced());
  CHECK_EQ(counts.owed, 0u);
  CHECK_EQ(script.trace(), "step stop:7 finalize");
}

CHECK_MAIN
