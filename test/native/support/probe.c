/* A plugin that does what requests tell it to do. Its jobs follow a script, one letter a step:
 *   c continue    s success    f fail (PROBE_FAILED)    r retry after 5 ms    k checkpoint
 *   h hold until somebody wants the run to end          x hold until POST /probe/release
 * and succeed at the script's end. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "baton.h"

typedef struct {
  char script[64];
  size_t at;
} probe;

typedef struct {
  char bytes[64];
  size_t size;
} text;

static int released = 0;

static int is_released(void) { return __atomic_load_n(&released, __ATOMIC_SEQ_CST); }

static void rest(void) {
  struct timespec millisecond = {0, 1000000};
  nanosleep(&millisecond, NULL);
}

static size_t state_of(const probe* p, char* out, size_t size) {
  return (size_t)snprintf(out, size, "%u:%s", (unsigned)p->at, p->script);
}

static int32_t BATON_CALL step(void* payload, const baton_run* run) {
  probe* p = payload;
  const char letter = p->script[p->at];
  char state[96];
  if (letter == '\0') return BATON_STEP_SUCCESS;
  p->at++;
  switch (letter) {
    case 's':
      return BATON_STEP_SUCCESS;
    case 'f':
      run->fail(run, "PROBE_FAILED", "it was told to fail", 0);
      return BATON_STEP_FAILURE;
    case 'r':
      run->retry_after(run, 5);
      return BATON_STEP_RETRY;
    case 'k':
      if (run->checkpoint(run, state, state_of(p, state, sizeof state)) == BATON_OK) break;
      run->fail(run, "NOT_SAVED_HERE", "the checkpoint failed", 0);
      return BATON_STEP_FAILURE;
    case 'h':
      run->log(run, BATON_LOG_INFO, "holding");
      while (run->should_stop(run) == 0 && !is_released()) rest();
      break;
    case 'x':
      run->log(run, BATON_LOG_INFO, "holding");
      while (!is_released()) rest();
      break;
  }
  return BATON_STEP_CONTINUE;
}

static baton_status BATON_CALL reset(void* payload) {
  ((probe*)payload)->at = 0;
  return BATON_OK;
}

static double BATON_CALL get_progress(void* payload) {
  const probe* p = payload;
  return (double)p->at / (double)(strlen(p->script) + 1);
}

static baton_status BATON_CALL get_content(void* payload, const baton_sink* sink) {
  char content[96];
  const int size =
      snprintf(content, sizeof content, "{\"at\":%u}", (unsigned)((probe*)payload)->at);
  return sink->write(sink, content, (size_t)size);
}

static baton_status BATON_CALL get_serialized(void* payload, const baton_sink* sink) {
  char state[96];
  return sink->write(sink, state, state_of(payload, state, sizeof state));
}

static void BATON_CALL finalize(void* payload) { free(payload); }

static baton_status create(const baton_host* host, const char* script, size_t at, int is_saved,
                           baton_job* job) {
  baton_job_desc desc;
  baton_status status;
  probe* p = calloc(1, sizeof *p);
  if (p == NULL) return BATON_ERROR_NO_MEMORY;
  snprintf(p->script, sizeof p->script, "%s", script);
  p->at = at < strlen(p->script) ? at : strlen(p->script);
  memset(&desc, 0, sizeof desc);
  desc.struct_size = sizeof desc;
  desc.type = "probe.script";
  desc.payload = p;
  desc.step = step;
  desc.reset = reset;
  desc.get_progress = get_progress;
  desc.get_content = get_content;
  desc.get_serialized = is_saved ? get_serialized : NULL;
  desc.finalize = finalize;
  status = host->create_job(host, &desc, job);
  if (status != BATON_OK) free(p);
  return status;
}

static baton_status BATON_CALL revive(void* data, const char* type, const void* state, size_t size,
                                      baton_job* job) {
  char copy[96] = "";
  const char* script;
  (void)type;
  if (size >= sizeof copy) return BATON_ERROR_TOO_LARGE;
  memcpy(copy, state, size);
  script = strchr(copy, ':');
  if (script == NULL) return BATON_ERROR_INVALID_ARGUMENT;
  return create(data, script + 1, (size_t)atoi(copy), 1, job);
}

/* Answers "<status>" or "<status> <more>". */
static baton_status answer(baton_response* response, baton_status status, const char* more) {
  char line[128];
  const int size =
      snprintf(line, sizeof line, "%d%s%s", (int)status, *more != '\0' ? " " : "", more);
  return response->write(response, line, (size_t)size);
}

/* POST /probe/jobs/{kind}: "saved" or "plain" is submitted, "left" is only created. */
static baton_status BATON_CALL submit(void* data, const baton_request* request,
                                      baton_response* response) {
  const baton_host* host = data;
  const char* kind = request->groups[0].value;
  char script[64] = "";
  char id[BATON_ID_SIZE] = "";
  baton_job job = {0};
  baton_status status;
  if (request->body_size >= sizeof script) return BATON_ERROR_TOO_LARGE;
  if (request->body_size > 0) memcpy(script, request->body, request->body_size);
  status = create(host, script, 0, strcmp(kind, "saved") == 0, &job);
  if (status == BATON_OK && strcmp(kind, "left") != 0) {
    status = host->submit_job(host, job, NULL, id);
    if (status != BATON_OK) host->free_job(host, job);
  }
  return answer(response, status, id);
}

/* POST /probe/calls/{call}/{id} */
static baton_status BATON_CALL call(void* data, const baton_request* request,
                                    baton_response* response) {
  const baton_host* host = data;
  const char* name = request->groups[0].value;
  const char* id = request->groups[1].value;
  char more[16] = "";
  baton_job_info info;
  baton_status status = BATON_ERROR_NOT_FOUND;
  memset(&info, 0, sizeof info);
  info.struct_size = sizeof info;
  if (strcmp(name, "cancel") == 0) status = host->cancel_job(host, id);
  if (strcmp(name, "set-priority") == 0) status = host->set_priority(host, id, -7);
  if (strcmp(name, "info") == 0) status = host->job_info(host, id, &info);
  if (strcmp(name, "wait") == 0) status = host->wait_job(host, id, 20, &info);
  if (info.state != 0) snprintf(more, sizeof more, "%d", (int)info.state);
  return answer(response, status, more);
}

/* GET /probe/known/{id}: all of job_info, as one JSON array in its order. */
static baton_status BATON_CALL known(void* data, const baton_request* request,
                                     baton_response* response) {
  const baton_host* host = data;
  char text[1024];
  baton_job_info info;
  baton_status status;
  memset(&info, 0, sizeof info);
  info.struct_size = sizeof info;
  status = host->job_info(host, request->groups[0].value, &info);
  if (status != BATON_OK) return status;
  snprintf(text, sizeof text,
           "[\"%s\",\"%s\",%d,%d,%d,%d,%d,%.17g,%lld,%lld,%lld,%lld,\"%s\",\"%s\"]", info.id, info.type,
           (int)info.state, (int)info.requested, (int)info.priority, (int)info.attempts,
           (int)info.max_attempts, info.progress, (long long)info.created_at_ms,
           (long long)info.changed_at_ms, (long long)info.due_at_ms, (long long)info.runtime_ms,
           info.error_code, info.error_message);
  return response->write(response, text, strlen(text));
}

/* GET /probe/stream/{count}: so many chunks of 64 KiB. */
static baton_status BATON_CALL stream(void* data, const baton_request* request,
                                      baton_response* response) {
  static char chunk[65536];
  int left = atoi(request->groups[0].value);
  (void)data;
  response->set_status(response, 201);
  response->set_header(response, "x-probe",
                       request->query_count > 0 ? request->query[0].value : "");
  while (left-- > 0) {
    const baton_status status = response->write(response, chunk, sizeof chunk);
    if (status != BATON_OK) return status;
  }
  return BATON_OK;
}

static baton_status BATON_CALL release(void* data, const baton_request* request,
                                       baton_response* response) {
  (void)data;
  (void)request;
  __atomic_store_n(&released, 1, __ATOMIC_SEQ_CST);
  return answer(response, BATON_OK, "");
}

static baton_status BATON_CALL write_text(const baton_sink* sink, const void* bytes, size_t size) {
  text* t = sink->context;
  if (t->size + size >= sizeof t->bytes) return BATON_ERROR_TOO_LARGE;
  memcpy(t->bytes + t->size, bytes, size);
  t->size += size;
  return BATON_OK;
}

/* If the configuration names a job, cancels it and asks about it, on the loop thread. */
static void call_on_loop(const baton_host* host) {
  text id = {"", 0};
  baton_sink sink = {sizeof(baton_sink), 0, NULL, write_text};
  baton_job_info info;
  char line[64];
  baton_status canceled;
  baton_status known;
  sink.context = &id;
  if (host->get_config(host, "/cancelOnStart", &sink) != BATON_OK || id.size < 2) return;
  id.bytes[id.size - 1] = '\0'; /* the value is JSON: a quoted string */
  memset(&info, 0, sizeof info);
  info.struct_size = sizeof info;
  canceled = host->cancel_job(host, id.bytes + 1);
  known = host->job_info(host, id.bytes + 1, &info);
  snprintf(line, sizeof line, "cancel %d info %d state %d", (int)canceled, (int)known,
           (int)info.state);
  host->log(host, BATON_LOG_INFO, line);
}

static baton_status BATON_CALL start(const baton_host* host) {
  void* data = (void*)host;
  text refusal = {"", 0};
  baton_sink sink = {sizeof(baton_sink), 0, NULL, write_text};
  sink.context = &refusal;
  if (host->get_config(host, "/refuse", &sink) == BATON_OK) return BATON_ERROR_UNSUPPORTED;
  __atomic_store_n(&released, 0, __ATOMIC_SEQ_CST);
  call_on_loop(host);
  host->register_type(host, "probe.script", 0, revive, data);
  host->register_route(host, "POST", "/probe/jobs/{kind}", submit, data);
  host->register_route(host, "POST", "/probe/calls/{call}/{id}", call, data);
  host->register_route(host, "GET", "/probe/known/{id}", known, data);
  host->register_route(host, "GET", "/probe/stream/{count}", stream, data);
  host->register_route(host, "POST", "/probe/release", release, data);
  return BATON_OK;
}

static void BATON_CALL stop(void) {}

BATON_EXPORT const baton_plugin* BATON_CALL baton_plugin_query(void) {
  static const baton_plugin plugin = {sizeof(baton_plugin),
                                      BATON_ABI_MAJOR + PROBE_ABI_OFFSET,
                                      BATON_ABI_MINOR,
                                      0,
                                      "probe",
                                      "1.2.3",
                                      start,
                                      stop};
  return &plugin;
}
