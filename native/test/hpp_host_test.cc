// The calls of sdk::Host that need a host of their own kind: one that answers as it is told, one that
// is older, and the real one for submit_and_wait.
#include <cstring>

#include "hpp_fake_host.h"

using test::Engine;
using test::FakeHost;
using test::Orders;
using test::Tell;
using test::Told;

namespace {

std::vector<std::unique_ptr<Told>> Three(Orders* orders) {
  std::vector<std::unique_ptr<Told>> jobs;
  for (int i = 0; i < 3; ++i) jobs.push_back(Tell(orders));
  return jobs;
}

}  // namespace

TEST("every status has the name that baton.h gives it") {
  const char* const names[] = {
      "OK",          "INVALID_ARGUMENT", "STALE_HANDLE", "NOT_YOURS",    "ALREADY_SUBMITTED",
      "BUSY",        "QUEUE_FULL",       "CLOSING",      "WRONG_THREAD", "WRONG_STATE",
      "NOT_FOUND",   "TIMED_OUT",        "NAME_TAKEN",   "INVALID_JSON", "TOO_LARGE",
      "UNSUPPORTED", "TOO_NEW",          "NO_MEMORY",    "STORE_FAILED", "BAD_STATE_DATA",
      "NOT_MINE",    "INTERNAL"};
  for (int32_t i = 0; i <= BATON_ERROR_INTERNAL; ++i)
    CHECK_EQ(std::string(sdk::Status(i).name()), names[i]);
  CHECK_EQ(std::string(sdk::Status(BATON_ERROR_INTERNAL + 1).name()), "UNKNOWN_STATUS");
  CHECK_EQ(std::string(sdk::Status(-1).name()), "UNKNOWN_STATUS");
  CHECK_EQ(std::string(name(sdk::StopReason::kTimedOut)), "timed-out");
  CHECK_EQ(std::string(name(static_cast<sdk::StopReason>(8))), "unknown");
}

TEST("options reach the host as they are, and what is not said is zero") {
  Orders orders;
  FakeHost fake;
  CHECK(fake.host.submit(Tell(&orders)).ok());
  baton_submit_options none = {};
  none.struct_size = sizeof none;
  CHECK_EQ(std::memcmp(&fake.options, &none, sizeof none), 0);
  sdk::Options options;
  options.priority = 3;
  options.max_attempts = 4;
  options.backoff_first = sdk::Milliseconds(5);
  options.backoff_factor = 1.5;
  options.backoff_cap = std::chrono::seconds(6);
  options.backoff_jitter = 0.5;
  options.key = "key";
  options.start_after = sdk::Milliseconds(7);
  options.step_timeout = sdk::Milliseconds(8);
  options.user_data = "{}";
  options.no_wait = true;
  CHECK(fake.host.submit(Tell(&orders), options).ok());
  CHECK_EQ(fake.options.flags, uint32_t{BATON_SUBMIT_NO_WAIT});
  CHECK_EQ(fake.options.priority, 3);
  CHECK_EQ(fake.options.max_attempts, 4);
  CHECK_EQ(fake.options.backoff_first_ms, 5);
  CHECK_EQ(fake.options.backoff_factor, 1.5);
  CHECK_EQ(fake.options.backoff_cap_ms, 6000);
  CHECK_EQ(fake.options.backoff_jitter, 0.5);
  CHECK(fake.options.key != nullptr && fake.options.user_data != nullptr);
  CHECK_EQ(fake.options.start_after_ms, 7);
  CHECK_EQ(fake.options.step_timeout_ms, 8);
  fake.FinalizeAll();
}

TEST("nothing comes back if the host let go of the job in the middle of a refused submit") {
  Orders orders;
  FakeHost fake;
  fake.lets_go = true;
  fake.answer = BATON_ERROR_CLOSING;
  const auto submitted = fake.host.submit(Tell(&orders));
  CHECK(submitted.status == BATON_ERROR_CLOSING);
  CHECK(submitted.job == nullptr);
  CHECK_EQ(orders.destroyed, 1);
}

TEST("of many jobs all are submitted, or all come back in their order") {
  Orders orders;
  FakeHost fake;
  auto submitted = fake.host.submit_all(Three(&orders));
  CHECK(submitted.ok());
  CHECK_EQ(submitted.ids.size(), 3u);
  CHECK_EQ(submitted.ids[2].str(), "id 2");
  CHECK(submitted.jobs.empty());
  fake.answer = BATON_ERROR_INVALID_JSON;
  std::vector<std::unique_ptr<Told>> jobs = Three(&orders);
  const Told* const second = jobs[1].get();
  submitted = fake.host.submit_all(std::move(jobs));
  CHECK(submitted.status == BATON_ERROR_INVALID_JSON);
  CHECK(submitted.ids.empty());
  CHECK(submitted.statuses[0].ok());
  CHECK(submitted.statuses[1] == BATON_ERROR_INVALID_JSON);
  CHECK_EQ(submitted.jobs.size(), 3u);
  CHECK(submitted.jobs[1].get() == second);
  CHECK_EQ(orders.destroyed, 0);
  // The second cannot even be created.
  fake.create_fails_at = static_cast<int>(fake.jobs.size()) + 1;
  fake.answer = BATON_ERROR_NO_MEMORY;
  submitted = fake.host.submit_all(std::move(submitted.jobs));
  CHECK(submitted.status == BATON_ERROR_NO_MEMORY);
  CHECK(submitted.statuses[0].ok());
  CHECK(submitted.statuses[1] == BATON_ERROR_NO_MEMORY);
  CHECK(submitted.statuses[2].ok());
  for (const auto& job : submitted.jobs) CHECK(job != nullptr);
  CHECK(submitted.jobs[1].get() == second);
  fake.FinalizeAll();
  CHECK_EQ(orders.destroyed, 3);
  submitted.jobs.clear();
  CHECK_EQ(orders.destroyed, 6);
  // Of none there is nothing to ask the host.
  fake.answer = BATON_ERROR_INVALID_ARGUMENT;
  CHECK(fake.host.submit_all(std::vector<std::unique_ptr<Told>>()).ok());
}

TEST("handles of jobs of any classes are submitted together, or stay good") {
  Orders orders;
  FakeHost fake;
  std::vector<sdk::Handle> handles;
  for (int i = 0; i < 2; ++i) handles.push_back(fake.host.create(Tell(&orders)).handle);
  fake.answer = BATON_ERROR_QUEUE_FULL;
  CHECK(fake.host.submit_all(handles).status == BATON_ERROR_QUEUE_FULL);
  CHECK(handles[0] && handles[1]);
  fake.answer = BATON_OK;
  const auto submitted = fake.host.submit_all(handles);
  CHECK(submitted.ok());
  CHECK_EQ(submitted->at(1).str(), "id 1");
  CHECK(!handles[0] && !handles[1]);
  handles.clear();
  CHECK_EQ(orders.destroyed, 0);
  fake.FinalizeAll();
  CHECK_EQ(orders.destroyed, 2);
}

TEST("an asynchronous submit ends in done, once, with the id or with the job") {
  Orders orders;
  FakeHost fake;
  auto token = std::make_unique<int>(0);  // a handler may be one that cannot be copied
  std::vector<std::string> heard;
  const auto listen = [&](sdk::Submitted<Told> submitted) {
    heard.push_back(std::string(submitted.status.name()) + " " + submitted.id.str() +
                    (submitted.job == nullptr ? "" : " job"));
  };
  auto started = fake.host.submit_async(
      Tell(&orders), {}, [&, token = std::move(token)](sdk::Submitted<Told> submitted) {
        listen(std::move(submitted));
      });
  CHECK(started.ok() && started.job == nullptr && started.id.empty());
  CHECK(heard.empty());
  fake.finish(BATON_OK, "some id");
  CHECK_EQ(heard.at(0), "OK some id");
  CHECK_EQ(orders.destroyed, 0);
  CHECK(fake.host.submit_async(Tell(&orders), {}, listen).ok());
  fake.finish(BATON_ERROR_STORE_FAILED, nullptr);
  CHECK_EQ(heard.at(1), "STORE_FAILED  job");
  CHECK_EQ(orders.destroyed, 1);  // by `listen`, which had it
  fake.at_once = true;
  CHECK(fake.host.submit_async(Tell(&orders), {}, listen).ok());
  CHECK_EQ(heard.at(2), "OK early");
  fake.answer = BATON_ERROR_QUEUE_FULL;
  started = fake.host.submit_async(Tell(&orders), {}, listen);
  CHECK(started.status == BATON_ERROR_QUEUE_FULL);
  CHECK(started.job != nullptr);
  CHECK_EQ(heard.size(), 3u);
  fake.answer = BATON_OK;
  CHECK(fake.host
            .submit_async(Tell(&orders), {},
                          [](sdk::Submitted<Told>) { throw std::runtime_error("too much"); })
            .ok());
  CHECK_EQ(fake.noted, "log 1 submit_async: too much");
  fake.FinalizeAll();
}

TEST("a request is answered with a job, which comes back if it is refused") {
  Orders orders;
  FakeHost fake;
  baton_request c_request = {};
  c_request.path = "/send";
  baton_response c_response = {};
  const sdk::Request request(&c_request);
  sdk::Response response(&c_response);
  sdk::Options options;
  options.priority = 3;
  options.awaited = true;
  auto answered = fake.host.answer(response, request, Tell(&orders), options);
  CHECK(answered.ok());
  CHECK(answered.job == nullptr);
  CHECK_EQ(fake.noted, "answer /send 0");
  CHECK_EQ(fake.options.priority, 3);
  CHECK_EQ(fake.options.flags, uint32_t{BATON_SUBMIT_AWAITED});
  fake.answer = BATON_ERROR_INVALID_JSON;
  answered = fake.host.answer(response, request, Tell(&orders), {}, sdk::AnswerMode::kNeverWaits);
  CHECK(answered.status == BATON_ERROR_INVALID_JSON);
  CHECK(answered.job != nullptr);
  CHECK_EQ(fake.noted, "answer /send 2");
  fake.table.struct_size = offsetof(baton_host, answer_job);
  answered = fake.host.answer(response, request, Tell(&orders));
  CHECK(answered.status == BATON_ERROR_UNSUPPORTED);
  CHECK(answered.job != nullptr);
  fake.FinalizeAll();
}

// Made from content, if that says how many steps it has.
struct Wished final : sdk::Job {
  static constexpr char kType[] = "test.wished";
  static std::unique_ptr<Wished> from_content(std::string_view json) {
    if (json == "{}") return nullptr;
    if (json != "{\"steps\":1}")
      throw sdk::Error(BATON_ERROR_INVALID_ARGUMENT, "steps is a number");
    return std::make_unique<Wished>();
  }
  sdk::Step step(sdk::Run&) override { return sdk::Step::success(); }
};

TEST("a job is made from content, or the content is refused in words") {
  FakeHost fake;
  CHECK(fake.host.register_creator<Wished>().ok());
  CHECK_EQ(fake.noted, "creator of test.wished");
  std::string said;
  baton_sink why = {sizeof(baton_sink), 0, &said, nullptr};
  why.write = [](const baton_sink* sink, const void* bytes, size_t size) {
    static_cast<std::string*>(sink->context)->append(static_cast<const char*>(bytes), size);
    return baton_status{BATON_OK};
  };
  baton_job job = {0};
  CHECK_EQ(fake.create("{\"steps\":1}", &why, &job), BATON_OK);
  CHECK_EQ(job.bits, uint64_t{1});
  CHECK_EQ(said, "");
  CHECK_EQ(fake.create("{\"steps\":\"x\"}", &why, &job), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(said, "steps is a number");
  CHECK_EQ(fake.create("{}", &why, &job), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(fake.jobs.size(), size_t{1});
  fake.table.struct_size = offsetof(baton_host, register_creator);
  CHECK(fake.host.register_creator<Wished>() == BATON_ERROR_UNSUPPORTED);
  fake.FinalizeAll();
}

TEST("the other calls of minor 1 say what they were told, and bring what the host says") {
  FakeHost fake;
  const sdk::Host host = fake.host;
  const auto rest = host.call_rest("PUT", "/x?y=1", "body", {{"accept", "all"}, {"b", "c"}});
  CHECK(rest.ok());
  CHECK_EQ(fake.noted, "PUT /x?y=1 body accept=all b=c");
  CHECK_EQ(rest->http_status, 418);
  CHECK_EQ(rest->body, "teapot");
  CHECK(host.set_metric("queue_depth", 1.5).ok());
  CHECK_EQ(fake.noted, "metric queue_depth 1.500000");
  CHECK_EQ(host.property("p")->size(), 3u);
  CHECK_EQ(fake.noted, "get p");
  CHECK(host.set_property("p", {}).ok());
  CHECK_EQ(fake.noted, "set p to []");
  CHECK(host.remove_property("p").ok());
  CHECK_EQ(fake.noted, "set p to [nothing]");
  CHECK(host.register_error("REMOTE_REFUSED", "it said no").ok());
  CHECK_EQ(fake.noted, "error REMOTE_REFUSED 0 it said no");
  fake.answer = BATON_ERROR_TOO_LARGE;
  CHECK(host.property("p").status == BATON_ERROR_TOO_LARGE);
  CHECK(host.call_rest("GET", "/").status == BATON_ERROR_TOO_LARGE);
}

TEST("a listener hears of events, may remember, and what escapes it is a line in the log") {
  FakeHost fake;
  int heard = 0;
  CHECK(fake.host
            .subscribe(BATON_EVENT_SUBMITTED | BATON_EVENT_CHANGED,
                       [&heard, count = 0](const baton_event& event) mutable {
                         CHECK_EQ(event.kind, BATON_EVENT_CHANGED);
                         heard = ++count;
                         if (count == 2) throw std::runtime_error("enough");
                       })
            .ok());
  CHECK_EQ(fake.noted, "subscribe 3");
  baton_event event = {};
  event.kind = BATON_EVENT_CHANGED;
  fake.tell(event);
  CHECK_EQ(heard, 1);
  fake.tell(event);
  CHECK_EQ(heard, 2);
  CHECK_EQ(fake.noted, "log 1 subscribe: enough");
  fake.host.forget();
}

TEST("an older host lacks the calls of minor 1: they answer UNSUPPORTED, and jobs come back") {
  Orders orders;
  FakeHost fake;
  const sdk::Host host = fake.host;
  CHECK(host.has<&baton_host::submit_jobs>());
  CHECK(host.has<&baton_host::register_error>());
  fake.table.struct_size = offsetof(baton_host, submit_jobs);
  CHECK(!host.has<&baton_host::submit_jobs>());
  CHECK(host.has<&baton_host::get_config>());
  CHECK(!sdk::Host().has<&baton_host::log>());
  CHECK_EQ(host.submit_all(Three(&orders)).jobs.size(), 3u);
  std::vector<sdk::Handle> handles;
  CHECK(host.submit_all(handles).status == BATON_ERROR_UNSUPPORTED);
  const auto started = host.submit_async(Tell(&orders), {}, [](sdk::Submitted<Told>) {});
  CHECK(started.status == BATON_ERROR_UNSUPPORTED);
  CHECK(started.job != nullptr);
  CHECK(host.set_metric("x", 1) == BATON_ERROR_UNSUPPORTED);
  CHECK(host.subscribe(1, [](const baton_event&) {}) == BATON_ERROR_UNSUPPORTED);
  CHECK(host.call_rest("GET", "/").status == BATON_ERROR_UNSUPPORTED);
  CHECK_EQ(fake.noted, "");
}

TEST("submit_and_wait brings the end; on the loop thread it submits nothing") {
  Orders orders;
  Engine engine;
  const sdk::Host host(engine.host());
  auto refused = host.submit_and_wait(Tell(&orders));
  CHECK(refused.status == BATON_ERROR_WRONG_THREAD);
  CHECK(refused.id.empty());
  CHECK(refused.job != nullptr);
  CHECK(engine.Pending().empty());
  std::thread waits([&] {
    const auto waited = host.submit_and_wait(std::move(refused.job), {}, sdk::Milliseconds(60000));
    CHECK(waited.ok());
    CHECK(waited.info.succeeded() && waited.info.finished() && !waited.info.failed());
    CHECK_EQ(sdk::Id(waited.info.id).str(), waited.id.str());
    CHECK(waited.job == nullptr);
  });
  const baton::StoredRow row = engine.Next<test::CoreSubmitted>().row;
  const std::string& id = row.id;
  CHECK(row.awaited);  // or it might leave the history before it is waited for
  CHECK(engine.core().Admit(Engine::EntryFor(row)));
  engine.Next<baton::Ended>();
  const baton::Called called = engine.Next<baton::Called>();
  CHECK(called.kind == baton::CallKind::kWait);
  CHECK_EQ(called.id, id);
  baton::JobInfo info;
  info.id = id;
  info.state = BATON_STATE_SUCCESS;
  CHECK(engine.core().Answer(called.ticket, BATON_OK, &info));
  waits.join();
  engine.CloseWell();
  CHECK_EQ(orders.destroyed, 1);
}

TEST("calls about a job go out with its id, and a text too long to be one names no job") {
  Engine engine;
  const sdk::Host host(engine.host());
  const char kId[] = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
  using baton::CallKind;
  const std::vector<std::pair<CallKind, std::function<sdk::Status()>>> calls = {
      {CallKind::kCancel, [&] { return host.cancel(kId); }},
      {CallKind::kPause, [&] { return host.pause(std::string(kId)); }},
      {CallKind::kResume, [&] { return host.resume(std::string_view(kId)); }},
      {CallKind::kResubmit, [&] { return host.resubmit(kId); }},
      {CallKind::kDelete, [&] { return host.remove(kId); }},
      {CallKind::kSetPriority, [&] { return host.set_priority(kId, 7); }},
      {CallKind::kInfo, [&] { return host.info(kId).status; }},
  };
  for (const auto& [kind, call] : calls) {
    sdk::Status status;
    std::thread thread([&, run = &call] { status = (*run)(); });
    const baton::Called called = engine.Next<baton::Called>();
    CHECK(called.kind == kind);
    CHECK_EQ(called.id, kId);
    CHECK_EQ(called.priority, kind == CallKind::kSetPriority ? 7 : 0);
    CHECK(engine.core().Answer(called.ticket, BATON_ERROR_NOT_FOUND));
    thread.join();
    CHECK(status == BATON_ERROR_NOT_FOUND);
  }
  CHECK(sdk::Id(std::string(37, 'a')).empty());
  CHECK(host.cancel(std::string(kId) + "0") == BATON_ERROR_NOT_FOUND);
  CHECK_EQ(*host.config(""), "{}");
  CHECK(host.config("/none").status == BATON_ERROR_NOT_FOUND);
  CHECK_EQ(std::string(host.status_text(BATON_ERROR_QUEUE_FULL)), "the queue is full");
  engine.CloseWell();
}

CHECK_MAIN
