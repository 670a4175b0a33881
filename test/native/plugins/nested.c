/* A plugin whose jobs run on the loop, and submit and ask about others from there, where they hold
 * everything else of that loop up.
 *
 * In start it submits, on the loop, the job "outer", and a job for the pool. Each step of "outer"
 * submits a job on the loop, asks about it, and says what came out; so does a callback of
 * submit_job_async. Everything that is said is logged: "nested ...". */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>

#define PLUGIN_NAME "nested"
#include "plugin.h"

enum { STEPS = 3, LINE_SIZE = 128 };

typedef struct work {
  const baton_host* host;
  char name[16];
  uint32_t flags;
  int at;
} work;

static pthread_t loop;
static int created, finalized;

static void say(const baton_host* host, const char* format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(const baton_host* host, const char* format, ...) {
  char line[LINE_SIZE];
  va_list list;
  va_start(list, format);
  vsnprintf(line, sizeof line, format, list);
  va_end(list);
  host->log(host, BATON_LOG_INFO, line);
}

static const char* place(void) {
  return pthread_equal(pthread_self(), loop) ? "on the loop" : "elsewhere";
}

static baton_status create(const baton_host* host, const char* name, uint32_t flags,
                           baton_job* job);

static void submit_and_ask(const work* w) {
  baton_job job;
  baton_job_info info = {0};
  char id[BATON_ID_SIZE] = "";
  char name[16];
  baton_status submitted, asked;
  info.struct_size = sizeof info;
  snprintf(name, sizeof name, "inner%d", w->at);
  if (create(w->host, name, w->flags, &job) != BATON_OK) return say(w->host, "nested no job");
  submitted = w->host->submit_job(w->host, job, NULL, id);
  asked = w->host->job_info(w->host, id, &info);
  say(w->host, "nested %s submitted %d asked %d waited %d", name, (int)submitted, (int)asked,
      (int)w->host->wait_job(w->host, id, 10, &info));
}

static int32_t BATON_CALL step(void* payload, const baton_run* run) {
  work* w = payload;
  (void)run;
  say(w->host, "nested %s steps %s", w->name, place());
  if (strcmp(w->name, "outer") != 0) return BATON_STEP_SUCCESS;
  submit_and_ask(w);
  return ++w->at < STEPS ? BATON_STEP_CONTINUE : BATON_STEP_SUCCESS;
}

static void BATON_CALL on_stop(void* payload, int32_t reason) {
  const work* w = payload;
  say(w->host, "nested %s stops %s %d", w->name, place(), (int)reason);
}

static baton_status BATON_CALL get_serialized(void* payload, const baton_sink* sink) {
  const work* w = payload;
  return sink->write(sink, w->name, strlen(w->name));
}

static void BATON_CALL finalize(void* payload) {
  const work* w = payload;
  __atomic_add_fetch(&finalized, 1, __ATOMIC_SEQ_CST);
  say(w->host, "nested %s finalized %s", w->name, place());
  free(payload);
}

static baton_status create(const baton_host* host, const char* name, uint32_t flags,
                           baton_job* job) {
  baton_job_desc desc = {0};
  baton_status status;
  work* w = calloc(1, sizeof *w);
  if (w == NULL) return BATON_ERROR_NO_MEMORY;
  w->host = host;
  w->flags = flags;
  snprintf(w->name, sizeof w->name, "%s", name);
  desc.struct_size = sizeof desc;
  desc.flags = flags;
  desc.type = "nested";
  desc.payload = w;
  desc.step = step;
  desc.stop = on_stop;
  desc.get_serialized = get_serialized;
  desc.finalize = finalize;
  status = host->create_job(host, &desc, job);
  if (status == BATON_OK) {
    created++;
  } else {
    free(w);
  }
  return status;
}

static baton_status BATON_CALL revive(void* data, const char* type, const void* state, size_t size,
                                      baton_job* job) {
  char name[16] = "";
  (void)type;
  if (size >= sizeof name) return BATON_ERROR_TOO_LARGE;
  memcpy(name, state, size);
  return create(data, name, BATON_JOB_ON_LOOP, job);
}

static void BATON_CALL done(void* data, baton_job job, baton_status status, const char* id) {
  const baton_host* host = data;
  (void)job;
  say(host, "nested async %d %s %s", (int)status, id == NULL ? "no id" : "an id", place());
}

static baton_status BATON_CALL plugin_start(const baton_host* host) {
  void* data = (void*)host;
  baton_job job;
  char id[BATON_ID_SIZE];
  loop = pthread_self();
  created = finalized = 0;
  host->register_type(host, "nested", BATON_JOB_ON_LOOP, revive, data);
  if (create(host, "outer", BATON_JOB_ON_LOOP, &job) != BATON_OK) return BATON_ERROR_INTERNAL;
  if (host->submit_job(host, job, NULL, id) != BATON_OK) return BATON_ERROR_INTERNAL;
  if (create(host, "pooled", 0, &job) != BATON_OK) return BATON_ERROR_INTERNAL;
  if (host->submit_job(host, job, NULL, id) != BATON_OK) return BATON_ERROR_INTERNAL;
  if (create(host, "later", BATON_JOB_ON_LOOP, &job) != BATON_OK) return BATON_ERROR_INTERNAL;
  return host->submit_job_async(host, job, NULL, done, data);
}

static void BATON_CALL plugin_stop(void) {}

PLUGIN_DOOR
