// answer_job: what of a request is heeded, whose the job is afterwards, and who may still write.
#include "job_wish.h"
#include "rest_support.h"

using test::Call;
using test::Engine;
using test::Handler;
using test::Register;
using test::Script;

namespace {

// What is read of a body and of a query.
struct Wished {
  Wished(const std::string& body, const char* timeout = nullptr) {
    const baton_pair pairs[] = {{"other", "x"}, {"timeout", timeout == nullptr ? "" : timeout}};
    baton_request request = {};
    request.struct_size = sizeof request;
    request.body = body.data();
    request.body_size = body.size();
    request.query = pairs;
    request.query_count = timeout == nullptr ? 1 : 2;
    status = baton::ReadJobWish(request, &wish, &why);
  }
  baton::JobWish wish;
  baton_status status = BATON_OK;
  std::string why;
};

}  // namespace

TEST("of a request its body and its time-out are heeded, and what is wrong with them is said") {
  for (const char* body : {"", "{}", "[]", "12", "\"Synchronous\"", "null", " { } "}) {
    const Wished wished(body);
    CHECK_EQ(wished.status, BATON_OK);
    CHECK(!wished.wish.synchronous.has_value());
    CHECK(!wished.wish.priority.has_value());
    CHECK(!wished.wish.user_data.has_value());
    CHECK_EQ(wished.wish.timeout_ms, -1);
  }
  const auto synchronous = [](const char* body) { return Wished(body).wish.synchronous.value(); };
  CHECK(synchronous("{\"Synchronous\":true,\"Asynchronous\":true}"));
  CHECK(!synchronous("{\"Synchronous\":false,\"Asynchronous\":false}"));
  CHECK(!synchronous("{\"Asynchronous\": true}"));
  CHECK(synchronous("{\"Asynchronous\":false}"));
  const auto priority = [](const char* text) {
    return Wished(std::string("{\"Priority\":") + text + "}").wish.priority;
  };
  CHECK_EQ(priority("-7").value(), -7);
  CHECK_EQ(priority("2147483647").value(), 2147483647);
  CHECK_EQ(priority("-2147483648").value(), -2147483647 - 1);
  for (const char* text : {"2147483648", "-2147483649", "99999999999", "1.5", "\"1\"", "null", "-"})
    CHECK(!priority(text).has_value());
  CHECK_EQ(Wished("{\"UserData\" : [1, {\"a\":\"\xc3\xa4\"}] }").wish.user_data.value(),
           "[1, {\"a\":\"\xc3\xa4\"}]");
  CHECK(!Wished("{\"UserData\":null}").wish.user_data.has_value());
  const auto timeout = [](const char* text) { return Wished("", text).wish.timeout_ms; };
  CHECK_EQ(timeout("0"), 0);
  CHECK_EQ(timeout("2"), 2000);
  CHECK_EQ(timeout("0.0501"), 51);
  CHECK_EQ(timeout("86400"), 86400000);
  for (const char* text : {"", "-1", "1.", ".5", "1e3", "86400.001", "1234567890", "1.2.3", " 1"})
    CHECK_EQ(Wished("", text).status, BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(Wished("{\"Synchronous\":").status, BATON_ERROR_INVALID_JSON);
  const Wished wrong("{\"Permissive\":\"yes\"}");
  CHECK_EQ(wrong.status, BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(wrong.why, "Permissive is true or false, not \"yes\"");
}

TEST("a job that answers is the host's, and nobody else answers; one that is refused is not") {
  Engine engine;
  const baton_host* const host = engine.host();
  const baton_submit_options odd = {sizeof odd, 64, 0, 0, 0, 0, 0, 0, nullptr, 0, 0, nullptr};
  Script script;
  Handler handler = [&](const baton_request* request, baton_response* response) {
    const baton_job job = script.Create(host);
    const auto answer = [&](baton_response* to, const baton_request* with, uint32_t flags,
                            const baton_submit_options* options = nullptr) {
      return host->answer_job(host, to, job, with, options, flags);
    };
    baton_response forged = {};
    CHECK_EQ(answer(nullptr, request, 0), BATON_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(answer(&forged, request, 0), BATON_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(answer(response, nullptr, 0), BATON_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(answer(response, request, 4), BATON_ERROR_UNSUPPORTED);
    CHECK_EQ(answer(response, request, 0, &odd), BATON_ERROR_UNSUPPORTED);
    CHECK_EQ(answer(response, request, BATON_ANSWER_NEVER_WAITS), BATON_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(script.finalized(), 0);
    CHECK_EQ(answer(response, request, 0), BATON_OK);
    CHECK_EQ(answer(response, request, 0), BATON_ERROR_WRONG_STATE);
    CHECK_EQ(response->set_status(response, 201), BATON_ERROR_WRONG_STATE);
    CHECK_EQ(response->set_header(response, "a", "b"), BATON_ERROR_WRONG_STATE);
    CHECK_EQ(response->write(response, "x", 1), BATON_ERROR_WRONG_STATE);
    CHECK_EQ(host->free_job(host, job), BATON_ERROR_ALREADY_SUBMITTED);
    return baton_status{BATON_OK};
  };
  CHECK_EQ(Register(&engine, "POST", "/send", &handler), BATON_OK);
  std::thread thread([&] {
    Call call;
    call.body = "{\"Synchronous\":true,\"Priority\":5}";
    CHECK_EQ(call.Make(host, "POST", "/send?timeout=1.5"), BATON_OK);
    CHECK_EQ(call.http_status, 202);
    CHECK_EQ(call.answer, "later");
  });
  const auto submitted = engine.Next<baton::Submitted>();
  CHECK(submitted.row.awaited);
  CHECK_EQ(submitted.row.priority, 5);
  const auto called = engine.Next<baton::RestCalled>();
  CHECK_EQ(called.job->id, submitted.row.id);
  CHECK(called.job->wait);
  CHECK_EQ(called.job->timeout_ms, 1500);
  engine.core().AnswerRest(called.ticket, BATON_OK, {202, "later"});
  thread.join();
  engine.CloseWell();
}

TEST("after the first write, and while another thread answers, a job is refused") {
  Engine engine;
  const baton_host* const host = engine.host();
  Script script;
  Handler handler = [&](const baton_request* request, baton_response* response) {
    const baton_job job = script.Create(host);
    CHECK_EQ(response->write(response, "x", 1), BATON_OK);
    CHECK_EQ(host->answer_job(host, response, job, request, nullptr, 0), BATON_ERROR_WRONG_STATE);
    CHECK_EQ(host->free_job(host, job), BATON_OK);
    return baton_status{BATON_OK};
  };
  CHECK_EQ(Register(&engine, "POST", "/send", &handler), BATON_OK);
  std::thread([&] {
    Call call;
    CHECK_EQ(call.Make(host, "POST", "/send"), BATON_OK);
    CHECK_EQ(call.answer, "x");
  }).join();
  engine.CloseWell();
}

CHECK_MAIN
