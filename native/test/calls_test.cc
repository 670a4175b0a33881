// Calls that need the engine: they hop and wait, or are done in place; and all messages come in one
// order.
#include <cstring>

#include "support.h"

using baton::CallKind;
using test::Engine;
using test::Script;

namespace {

const char kId[] = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";

struct InPlace : baton::EngineCalls {
  baton_status Call(const baton::Called& called, baton::JobInfo* info) override {
    seen.push_back(called);
    if (info != nullptr) info->state = BATON_STATE_PAUSED;
    return BATON_ERROR_WRONG_STATE;
  }
  std::vector<baton::Called> seen;
};

}  // namespace

TEST("each call hops with its kind, id and argument, and returns what the engine answers") {
  Engine engine;
  const baton_host* h = engine.host();
  const std::vector<std::pair<CallKind, std::function<baton_status()>>> calls = {
      {CallKind::kCancel, [&] { return h->cancel_job(h, kId); }},
      {CallKind::kPause, [&] { return h->pause_job(h, kId); }},
      {CallKind::kResume, [&] { return h->resume_job(h, kId); }},
      {CallKind::kResubmit, [&] { return h->resubmit_job(h, kId); }},
      {CallKind::kDelete, [&] { return h->delete_job(h, kId); }},
      {CallKind::kSetPriority, [&] { return h->set_priority(h, kId, -3); }},
  };
  for (const auto& [kind, call] : calls) {
    baton_status status = -1;
    std::thread thread([&, run = &call] { status = (*run)(); });
    const baton::Called called = engine.Next<baton::Called>();
    CHECK(called.kind == kind);
    CHECK_EQ(called.id, kId);
    CHECK_EQ(called.priority, kind == CallKind::kSetPriority ? -3 : 0);
    CHECK(engine.core().Answer(called.ticket, BATON_ERROR_NOT_FOUND));
    CHECK(!engine.core().Answer(called.ticket, BATON_OK));
    thread.join();
    CHECK_EQ(status, BATON_ERROR_NOT_FOUND);
  }
  engine.CloseWell();
}

TEST("on the engine's thread calls are done in place") {
  InPlace in_place;
  baton::CoreOptions options = Engine::Memory();
  options.engine_calls = &in_place;
  Engine engine(options);
  const baton_host* h = engine.host();
  CHECK_EQ(h->resume_job(h, kId), BATON_ERROR_WRONG_STATE);
  CHECK_EQ(in_place.seen.size(), 1u);
  CHECK(in_place.seen[0].kind == CallKind::kResume);
  CHECK(engine.Pending().empty());
  baton_job_info info = {};
  info.struct_size = sizeof info;
  CHECK_EQ(h->wait_job(h, kId, 0, &info), BATON_ERROR_WRONG_THREAD);
  engine.CloseWell();
}

TEST("malformed ids and arguments are refused without a hop") {
  Engine engine;
  const baton_host* h = engine.host();
  baton_job_info info = {};
  std::thread([&] {
    CHECK_EQ(h->cancel_job(h, nullptr), BATON_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(h->cancel_job(nullptr, kId), BATON_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(h->cancel_job(h, "not an id"), BATON_ERROR_NOT_FOUND);
    CHECK_EQ(h->job_info(h, kId, nullptr), BATON_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(h->job_info(h, kId, &info), BATON_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(h->wait_job(h, kId, 0, &info), BATON_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(h->log(h, 5, "x"), BATON_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(h->log(h, 1, nullptr), BATON_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(h->register_type(h, "t", 0, nullptr, nullptr), BATON_ERROR_INVALID_ARGUMENT);
  }).join();
  CHECK(engine.Pending().empty());
  engine.CloseWell();
}

TEST("wait_job returns what the engine knows at the end, or times out and is dropped") {
  Engine engine;
  const baton_host* h = engine.host();
  baton_job_info info = {};
  info.struct_size = sizeof info;
  std::thread waits([&] { CHECK_EQ(h->wait_job(h, kId, -1, &info), BATON_OK); });
  baton::Called called = engine.Next<baton::Called>();
  CHECK(called.kind == CallKind::kWait);
  baton::JobInfo end;
  end.id = kId;
  end.state = BATON_STATE_FAILURE;
  end.error = {"REMOTE_REFUSED", std::string(600, 'x')};
  CHECK(engine.core().Answer(called.ticket, BATON_OK, &end));
  waits.join();
  CHECK_EQ(info.state, BATON_STATE_FAILURE);
  CHECK_EQ(std::string(info.error_code), "REMOTE_REFUSED");
  CHECK_EQ(std::string(info.error_message).size(), size_t{BATON_MESSAGE_SIZE - 1});
  std::thread times_out([&] { CHECK_EQ(h->wait_job(h, kId, 1, &info), BATON_ERROR_TIMED_OUT); });
  called = engine.Next<baton::Called>();
  CHECK_EQ(engine.Next<baton::CallDropped>().ticket, called.ticket);
  times_out.join();
  CHECK(!engine.core().Answer(called.ticket, BATON_OK));
  engine.CloseWell();
}

TEST("job_info cuts itself to what the caller knows, and zeroes what the host does not") {
  Engine engine;
  const baton_host* h = engine.host();
  Script script({BATON_STEP_SUCCESS});
  const std::string id = script.Submit(h);
  struct {
    baton_job_info info;
    char later[16];
  } newer;
  memset(&newer, 0x55, sizeof newer);
  newer.info.struct_size = sizeof newer;
  CHECK_EQ(h->job_info(h, id.c_str(), &newer.info), BATON_OK);
  CHECK_EQ(newer.info.struct_size, sizeof newer);
  CHECK_EQ(newer.later[15], 0);
  CHECK_EQ(newer.info.state, BATON_STATE_PENDING);
  baton_job_info older;
  memset(&older, 0x55, sizeof older);
  older.struct_size = offsetof(baton_job_info, requested);
  CHECK_EQ(h->job_info(h, id.c_str(), &older), BATON_OK);
  CHECK_EQ(older.state, BATON_STATE_PENDING);
  CHECK_EQ(older.requested, 0x55555555);
  baton::JobInfo published;
  published.id = id;
  published.state = BATON_STATE_RETRY;
  engine.core().Publish(published);
  CHECK_EQ(h->job_info(h, id.c_str(), &newer.info), BATON_OK);
  CHECK_EQ(newer.info.state, BATON_STATE_RETRY);
  engine.CloseWell();
}

TEST("what one thread tells the engine arrives in the order in which it happened") {
  Engine engine;
  const baton_host* h = engine.host();
  Script script({BATON_STEP_SUCCESS});
  std::thread thread([&] {
    CHECK_EQ(h->register_type(
                 h, "order.type", 0,
                 [](void*, const char*, const void*, size_t, baton_job*) {
                   return baton_status{BATON_ERROR_NOT_MINE};
                 },
                 nullptr),
             BATON_OK);
    CHECK_EQ(h->log(h, BATON_LOG_DEBUG, "between"), BATON_OK);
    const std::string id = script.Submit(h);
    CHECK_EQ(h->cancel_job(h, id.c_str()), BATON_OK);
  });
  CHECK(std::holds_alternative<baton::TypeRegistered>(engine.NextOfAny()));
  CHECK(std::holds_alternative<baton::Logged>(engine.NextOfAny()));
  CHECK(std::holds_alternative<baton::Submitted>(engine.NextOfAny()));
  engine.core().Answer(std::get<baton::Called>(engine.NextOfAny()).ticket, BATON_OK);
  thread.join();
  engine.CloseWell();
}

TEST("get_config answers from the host's configuration") {
  baton::CoreOptions options = Engine::Memory();
  options.config = " {\"plugins\": {\"hello\": {\"delay\": [1, 2.5], \"a/b\": null}}} ";
  Engine engine(options);
  const baton_host* h = engine.host();
  std::string text;
  baton_sink sink = {};
  sink.struct_size = sizeof sink;
  sink.context = &text;
  sink.write = [](const baton_sink* self, const void* bytes, size_t size) {
    static_cast<std::string*>(self->context)->append(static_cast<const char*>(bytes), size);
    return baton_status{BATON_OK};
  };
  const auto get = [&](const char* path) {
    text.clear();
    const baton_status status = h->get_config(h, path, &sink);
    return status == BATON_OK ? text : h->status_text(status);
  };
  CHECK_EQ(get("/plugins/hello/delay"), "[1, 2.5]");
  CHECK_EQ(get("/plugins/hello/delay/1"), "2.5");
  CHECK_EQ(get("/plugins/hello/a~1b"), "null");
  CHECK_EQ(get("/nothing"), "nothing has this name");
  CHECK_EQ(get("bad"), "nothing has this name");
  CHECK_EQ(get("/plugins").front(), '{');
  CHECK_EQ(h->get_config(h, "", nullptr), BATON_ERROR_INVALID_ARGUMENT);
  engine.CloseWell();
}

TEST("lines that nobody hears are dropped, and how many is said") {
  Engine engine;
  const baton_host* h = engine.host();
  const size_t more = 7;
  for (size_t i = 0; i < baton::Inbox::kMaxLines + more; ++i) h->log(h, BATON_LOG_INFO, "again");
  h->set_metric(h, "lines", 1);
  std::vector<baton::Message> all = engine.core().Drain();
  size_t lines = 0;
  for (const baton::Message& message : all) lines += std::holds_alternative<baton::Logged>(message);
  CHECK_EQ(lines, baton::Inbox::kMaxLines + 1);
  const baton::Logged last = std::get<baton::Logged>(all.back());
  CHECK_EQ(last.text.substr(0, 18), "7 messages dropped");
  h->log(h, BATON_LOG_INFO, "heard");
  CHECK_EQ(engine.Next<baton::Logged>().text, "heard");
  engine.CloseWell();
}

CHECK_MAIN
