/* A plugin that is right, until the setting /broken/fault names what it is to do wrong: one fault
 * for each finding of `baton validate`. POST /broken makes a counter of five steps. What is wrong
 * before a setting can be read is chosen when it is compiled. C99 and POSIX. */
#define _POSIX_C_SOURCE 200809L

#include <pthread.h>
#include <unistd.h>

#define PLUGIN_NAME "broken"
#include "plugin.h"

#define TYPE "broken.count"

#ifndef DECLARED_MAJOR
#define DECLARED_MAJOR BATON_ABI_MAJOR
#endif
#ifndef DECLARED_RESERVED
#define DECLARED_RESERVED 0
#endif

static char fault[64]; /* the same in all instances: a process has one set of settings */
static pthread_t late_thread;

static int is(const char* name) { return strcmp(fault, name) == 0; }

typedef struct counter {
  const baton_host* host;
  const baton_run* run;   /* of an earlier step: no good */
  const baton_sink* sink; /* of an earlier getter: no good */
  int count;
} counter;

static void* pushes(void* data) {
  const baton_run* run = (const baton_run*)data;
  run->set_progress(run, 1, 2);
  return NULL;
}

static int32_t BATON_CALL step(void* payload, const baton_run* run) {
  counter* self = (counter*)payload;
  if (is("unknown-step")) return 9;
  if (is("run-kept") && self->run != NULL) self->run->should_stop(self->run);
  self->run = run;
  if (is("sink-kept") && self->sink != NULL) self->sink->write(self->sink, "x", 1);
  if (is("run-on-thread")) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, pushes, (void*)run) == 0) pthread_join(thread, NULL);
  }
  if (is("bad-level")) self->host->log(self->host, 9, "nine");
  if (is("bad-progress-push")) run->set_progress(run, 3, 2);
  if (is("deaf")) sleep_ms(1300);
  if (is("never-stops")) sleep_ms(6500);
  if (is("waits-for-ever")) {
    for (;;) sleep_ms(1000);
  }
  /* What is killed or canceled must not have ended before, however busy the machine is. */
  sleep_ms(is("revive-refuses") || is("registers-no-type") || is("reset-fails") ? 200 : 10);
  if (self->count < 5) self->count++;
  return self->count < 5 ? BATON_STEP_CONTINUE : BATON_STEP_SUCCESS;
}

static void BATON_CALL stop(void* payload, int32_t reason) {
  (void)payload;
  (void)reason;
}

static baton_status BATON_CALL reset(void* payload) {
  counter* self = (counter*)payload;
  if (is("reset-fails")) return BATON_ERROR_INTERNAL;
  self->count = 0;
  return BATON_OK;
}

static double BATON_CALL get_progress(void* payload) {
  return is("progress-of-two") ? 2 : ((counter*)payload)->count / 5.0;
}

static baton_status BATON_CALL get_content(void* payload, const baton_sink* sink) {
  char text[32];
  snprintf(text, sizeof text, is("content-is-a-list") ? "[%d]" : "{\"count\":%d}",
           ((counter*)payload)->count);
  return sink->write(sink, text, strlen(text));
}

static baton_status BATON_CALL get_serialized(void* payload, const baton_sink* sink) {
  counter* self = (counter*)payload;
  baton_status status;
  self->sink = sink;
  if (is("state-fails")) return BATON_ERROR_INTERNAL;
  status = sink->write(sink, &self->count, sizeof self->count);
  return is("hides-the-sink") ? BATON_OK : status;
}

static void BATON_CALL finalize(void* payload) { free(payload); }

static baton_status create(const baton_host* host, int count, baton_job* job, counter** made) {
  baton_job_desc desc = {0};
  baton_status status;
  counter* self = (counter*)calloc(1, sizeof *self);
  if (self == NULL) return BATON_ERROR_NO_MEMORY;
  self->host = host;
  self->count = count;
  desc.struct_size = sizeof desc;
  desc.type = TYPE;
  desc.payload = self;
  desc.step = step;
  desc.stop = stop;
  desc.reset = reset;
  desc.get_progress = get_progress;
  desc.get_content = get_content;
  desc.get_serialized = get_serialized;
  desc.finalize = finalize;
  status = host->create_job(host, &desc, job);
  if (status != BATON_OK) free(self);
  if (status == BATON_OK && made != NULL) *made = self;
  return status;
}

static void refused(const baton_host* host, baton_job job, counter* self) {
  if (is("leaks-when-refused")) return;
  if (is("frees-the-payload")) {
    free(self);
    return;
  }
  host->free_job(host, job);
  if (is("frees-twice")) host->free_job(host, job);
}

static baton_status submit(const baton_host* host) {
  char id[BATON_ID_SIZE];
  baton_job job = {0};
  counter* self = NULL;
  baton_status status = create(host, 0, &job, &self);
  if (status != BATON_OK && is("submits-what-failed")) host->submit_job(host, job, NULL, id);
  if (status != BATON_OK) return status;
  status = host->submit_job(host, job, NULL, id);
  if (status != BATON_OK) refused(host, job, self);
  if (status == BATON_OK && is("frees-after-submit")) host->free_job(host, job);
  return status;
}

static baton_status BATON_CALL revive(void* data, const char* type, const void* state, size_t size,
                                      baton_job* job) {
  const baton_host* host = (const baton_host*)data;
  char id[BATON_ID_SIZE];
  int count = 0;
  baton_status status;
  (void)type;
  if (size != sizeof count || is("revive-refuses")) return BATON_ERROR_INVALID_ARGUMENT;
  memcpy(&count, state, size);
  status = create(host, is("revive-forgets") ? 0 : count, job, NULL);
  if (status != BATON_OK) return status;
  if (is("revive-leaks")) return BATON_ERROR_INTERNAL;
  if (is("revive-submits")) host->submit_job(host, *job, NULL, id);
  return BATON_OK;
}

static baton_response* kept_response;

static void* answers_late(void* data) {
  sleep_ms(50);
  kept_response->write(kept_response, data, 1);
  return NULL;
}

static baton_status BATON_CALL handle(void* data, const baton_request* request,
                                      baton_response* response) {
  pthread_t thread;
  (void)request;
  if (is("response-kept")) {
    kept_response = response;
    if (pthread_create(&thread, NULL, answers_late, (void*)"x") == 0) pthread_detach(thread);
  }
  submit((const baton_host*)data);
  if (is("unknown-status")) return 99;
  return answer(response, "{}");
}

static void* logs_for_ever(void* data) {
  const baton_host* host = (const baton_host*)data;
  for (;;) {
    sleep_ms(20);
    host->log(host, BATON_LOG_DEBUG, "still here");
  }
  return NULL;
}

static baton_status BATON_CALL plugin_start(const baton_host* host) {
  void* data = (void*)host;
  baton_job job;
  baton_status status;
  setting(host, "/broken/fault", fault, sizeof fault);
  if (is("start-fails")) return BATON_ERROR_UNSUPPORTED;
  if (is("exits")) exit(3);
  if (is("calls-beyond") && host->abi_major == 1) host->set_metric(host, "starts", 1);
  if (is("never-submits") && create(host, 0, &job, NULL) != BATON_OK) return BATON_ERROR_NO_MEMORY;
  if (is("thread-after-stop")) pthread_create(&late_thread, NULL, logs_for_ever, data);
  if (!is("registers-no-type")) {
    status = host->register_type(host, TYPE, 0, revive, data);
    if (status != BATON_OK) return status;
  }
  if (is("registers-twice")) host->register_type(host, TYPE, 0, revive, data);
  if (is("makes-no-job")) return BATON_OK;
  return host->register_route(host, "POST", "/broken", handle, data);
}

static void BATON_CALL plugin_stop(void) {
  if (is("crashes-in-stop")) abort();
  if (is("hangs-in-stop")) {
    for (;;) sleep_ms(1000);
  }
}

#ifdef PLUGIN_ADDON

/* start takes whatever it is given. */
static napi_value start_with_anything(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value value = NULL;
  void* host = NULL;
  napi_get_cb_info(env, info, &count, &value, NULL, NULL);
  if (napi_get_value_external(env, value, &host) != napi_ok) return NULL;
  plugin_start((const baton_host*)host);
  return NULL;
}

NAPI_MODULE_INIT() {
  addon_text(env, exports, "name", PLUGIN_NAME);
  addon_text(env, exports, "version", "1.0.0");
  addon_function(env, exports, "start", start_with_anything);
  addon_function(env, exports, "stop", addon_stop);
  return exports;
}

#else

BATON_EXPORT const baton_plugin* BATON_CALL baton_plugin_query(void) {
  static baton_plugin plugin = {sizeof(baton_plugin), DECLARED_MAJOR, BATON_ABI_MINOR,
                                DECLARED_RESERVED,    PLUGIN_NAME,    "1.0.0",
                                plugin_start,         plugin_stop};
#ifdef QUERY_CHANGES
  plugin.version = plugin.version[0] == '1' ? "2.0.0" : "1.0.0";
#endif
  return &plugin;
}

#endif
