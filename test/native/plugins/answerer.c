/* A plugin whose routes leave their answers to jobs.
 *
 * POST /answerer/send    answers with a job. Query: flags (of answer_job), ends ("hangs": when it is
 *                        canceled or /answerer/release was called; "fails"), and what else the handler
 *                        does: twice (answers a second time), writes (before), afterwards (writes
 *                        then), null (no request). What it was answered the header x-answered says.
 * POST /answerer/nested  has call_rest ask /answerer/send?path, and answers what came
 * POST /answerer/release
 * GET  /answerer/counts  "created finalized" */
#define _POSIX_C_SOURCE 200809L
#define PLUGIN_NAME "answerer"
#include "plugin.h"

typedef struct work {
  int hangs, fails, serializable;
} work;

/* An image serves one host after the other: each start counts anew. */
static int created, finalized, released;

static int32_t BATON_CALL step(void* payload, const baton_run* run) {
  const work* w = payload;
  while (w->hangs && !__atomic_load_n(&released, __ATOMIC_SEQ_CST)) {
    if (run->should_stop(run) != 0) return BATON_STEP_CONTINUE;
    sleep_ms(2);
  }
  run->set_content(run, "{\"Sent\":3}", 10);
  if (!w->fails) return BATON_STEP_SUCCESS;
  run->fail(run, "REMOTE_REFUSED", "the modality PACS1 does not answer", 0);
  return BATON_STEP_FAILURE;
}

static baton_status BATON_CALL get_serialized(void* payload, const baton_sink* sink) {
  (void)payload;
  return sink->write(sink, "send", 4);
}

static void BATON_CALL finalize(void* payload) {
  __atomic_add_fetch(&finalized, 1, __ATOMIC_SEQ_CST);
  free(payload);
}

static baton_status create(const baton_host* host, const baton_request* request, baton_job* job) {
  baton_job_desc desc = {0};
  work* w = calloc(1, sizeof *w);
  baton_status status;
  w->hangs = strcmp(argument(request, "ends", ""), "hangs") == 0;
  w->fails = strcmp(argument(request, "ends", ""), "fails") == 0;
  desc.struct_size = sizeof desc;
  desc.type = "answerer.send";
  desc.payload = w;
  desc.step = step;
  desc.finalize = finalize;
  if (argument(request, "serializable", NULL) != NULL) desc.get_serialized = get_serialized;
  status = host->create_job(host, &desc, job);
  if (status == BATON_OK) __atomic_add_fetch(&created, 1, __ATOMIC_SEQ_CST);
  else free(w);
  return status;
}

/* Creates a job and answers with it; what is refused is freed, which shows that it could be. */
static baton_status answer_with_job(const baton_host* host, const baton_request* request,
                                    baton_response* response) {
  baton_job job;
  baton_submit_options options = {0};
  const int is_null = argument(request, "null", NULL) != NULL;
  baton_status status = create(host, request, &job);
  if (status != BATON_OK) return status;
  options.struct_size = sizeof options;
  options.priority = 3;
  options.key = "pacs";
  status = host->answer_job(host, response, job, is_null ? NULL : request, &options,
                            (uint32_t)argument_number(request, "flags", 0));
  if (status == BATON_OK) return status;
  return host->free_job(host, job) == BATON_OK ? status : BATON_ERROR_INTERNAL;
}

static baton_status BATON_CALL send(void* data, const baton_request* request,
                                    baton_response* response) {
  const baton_host* host = data;
  baton_status status;
  response->set_header(response, "x-set-before", "yes");
  if (argument(request, "writes", NULL) != NULL) answer(response, "already ");
  status = answer_with_job(host, request, response);
  if (argument(request, "writes", NULL) != NULL) return answer(response, "%d", (int)status);
  if (argument(request, "twice", NULL) != NULL) status = answer_with_job(host, request, response);
  if (argument(request, "afterwards", NULL) != NULL)
    status = response->set_header(response, "x-late", "yes") == BATON_ERROR_WRONG_STATE &&
                     response->set_status(response, 201) == BATON_ERROR_WRONG_STATE
                 ? answer(response, "late")
                 : BATON_ERROR_INTERNAL;
  /* The first answer stands. */
  return status == BATON_ERROR_WRONG_STATE ? BATON_OK : status;
}

static baton_status BATON_CALL swallow(const baton_sink* sink, const void* bytes, size_t size) {
  baton_response* response = sink->context;
  return response->write(response, bytes, size);
}

static baton_status BATON_CALL nested(void* data, const baton_request* request,
                                      baton_response* response) {
  const baton_host* host = data;
  baton_sink sink = {sizeof(baton_sink), 0, NULL, swallow};
  char path[256];
  int32_t http = 0;
  baton_status status;
  sink.context = response;
  snprintf(path, sizeof path, "/answerer/send?%s", argument(request, "query", ""));
  status = host->call_rest(host, "POST", path, NULL, 0, request->body, request->body_size, &sink,
                           &http);
  return status == BATON_OK ? answer(response, " %d", (int)http) : status;
}

static baton_status BATON_CALL release(void* data, const baton_request* request,
                                       baton_response* response) {
  (void)data;
  (void)request;
  __atomic_store_n(&released, 1, __ATOMIC_SEQ_CST);
  return answer(response, "ok");
}

static baton_status BATON_CALL counts(void* data, const baton_request* request,
                                      baton_response* response) {
  (void)data;
  (void)request;
  return answer(response, "%d %d", __atomic_load_n(&created, __ATOMIC_SEQ_CST),
                __atomic_load_n(&finalized, __ATOMIC_SEQ_CST));
}

static baton_status BATON_CALL plugin_start(const baton_host* host) {
  void* data = (void*)host;
  __atomic_store_n(&released, 0, __ATOMIC_SEQ_CST);
  __atomic_store_n(&created, 0, __ATOMIC_SEQ_CST);
  __atomic_store_n(&finalized, 0, __ATOMIC_SEQ_CST);
  if (!BATON_HAS(baton_host, host, answer_job)) return BATON_ERROR_UNSUPPORTED;
  if (host->register_route(host, "POST", "/answerer/send", send, data) != BATON_OK ||
      host->register_route(host, "POST", "/answerer/nested", nested, data) != BATON_OK ||
      host->register_route(host, "POST", "/answerer/release", release, data) != BATON_OK ||
      host->register_route(host, "GET", "/answerer/counts", counts, data) != BATON_OK)
    return BATON_ERROR_INTERNAL;
  return BATON_OK;
}

static void BATON_CALL plugin_stop(void) {}

PLUGIN_DOOR
