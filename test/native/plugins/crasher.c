/* A native plugin whose jobs, and routes, take their process along: what test/isolation/support/
 * crasher.ts is in TypeScript, with the same routes. Bodies are JSON as JSON.stringify writes it.
 *
 *   POST /<name>               {kind, ways, left, priority, maxAttempts, stepTimeoutMs, count}
 *   GET  /<name>/crash/{way}   GET /<name>/who
 *
 * With the setting `onLoop` it submits in start an endless job on the loop whose steps may take so long.
 *
 * Ways: abort, exit, heap (memory), kill, segv, none; and thread, which is a segmentation fault on a
 * thread that the host does not know. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#ifndef PLUGIN_NAME
#define PLUGIN_NAME "crasher"
#endif
#include "plugin.h"

enum { MAX_WAYS = 200, STATE_SIZE = 256 };

typedef struct work {
  const baton_host* host;
  char kind; /* c: crashes, s: steady, e: endless, d: stuck */
  char ways[MAX_WAYS + 1];
  int count;
  int left;
  int saved;
  uint32_t flags;
} work;

static void* fault(void* data) {
  volatile int* nowhere = NULL;
  (void)data;
  *nowhere = 1;
  return NULL;
}

static void fault_elsewhere(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, fault, NULL);
  pthread_join(thread, NULL);
}

/* The machine's memory is not this test's to use up: what there is of it is limited first. */
static void use_up_memory(void) {
  const size_t piece = 1 << 20;
  const struct rlimit limit = {1 << 28, 1 << 28};
  void* got;
  setrlimit(RLIMIT_AS, &limit);
  while ((got = malloc(piece)) != NULL) memset(got, 1, piece);
  abort();
}

static void crash(char way) {
  switch (way) {
    case 'a':
      abort();
    case 'e':
      exit(7);
    case 'h':
      use_up_memory();
      break;
    case 'k':
      kill(getpid(), SIGKILL);
      sleep_ms(60000);
      break;
    case 's':
      fault(NULL);
      break;
    case 't':
      fault_elsewhere();
      break;
  }
}

/* ---- the job -- */

static int state_of(const work* w, char out[STATE_SIZE]) {
  return snprintf(out, STATE_SIZE, "%c %d %d %s", w->kind, w->count, w->left, w->ways);
}

static int32_t step_to_crash(work* w, const baton_run* run) {
  char state[STATE_SIZE];
  const char way = w->ways[w->count];
  int size;
  if (way == '\0') return BATON_STEP_SUCCESS;
  w->count++;
  size = state_of(w, state);
  run->checkpoint(run, state, (size_t)size);
  crash(way);
  run->fail(run, "STILL_HERE", "that did not end anything", 0);
  return BATON_STEP_FAILURE;
}

static int32_t BATON_CALL step(void* payload, const baton_run* run) {
  work* w = payload;
  volatile int turns = 0;
  switch (w->kind) {
    case 'c':
      return step_to_crash(w, run);
    case 'e':
      for (;;) turns = turns + 1;
    case 'd':
      for (;;) sleep_ms(1000);
  }
  sleep_ms(5);
  w->left--;
  return w->left <= 0 ? BATON_STEP_SUCCESS : BATON_STEP_CONTINUE;
}

static baton_status BATON_CALL get_content(void* payload, const baton_sink* sink) {
  char json[64];
  const int size = snprintf(json, sizeof json, "{\"count\":%d}", ((const work*)payload)->count);
  return sink->write(sink, json, (size_t)size);
}

static baton_status BATON_CALL get_serialized(void* payload, const baton_sink* sink) {
  char state[STATE_SIZE];
  const int size = state_of(payload, state);
  return sink->write(sink, state, (size_t)size);
}

static void BATON_CALL finalize(void* payload) { free(payload); }

static baton_status create(const work* value, baton_job* job) {
  baton_job_desc desc = {0};
  baton_status status;
  work* w = malloc(sizeof *w);
  if (w == NULL) return BATON_ERROR_NO_MEMORY;
  *w = *value;
  desc.struct_size = sizeof desc;
  desc.flags = w->flags;
  desc.type = w->kind == 'c' ? "crash" : w->kind == 's' ? "steady" : "endless";
  desc.payload = w;
  desc.step = step;
  desc.get_content = get_content;
  desc.get_serialized = w->saved ? get_serialized : NULL;
  desc.finalize = finalize;
  status = w->host->create_job(w->host, &desc, job);
  if (status != BATON_OK) free(w);
  return status;
}

static baton_status BATON_CALL revive(void* data, const char* type, const void* state, size_t size,
                                      baton_job* job) {
  work w = {0};
  char line[STATE_SIZE] = "";
  (void)type;
  if (size >= sizeof line) return BATON_ERROR_TOO_LARGE;
  memcpy(line, state, size);
  if (sscanf(line, "%c %d %d %200s", &w.kind, &w.count, &w.left, w.ways) < 3)
    return BATON_ERROR_INVALID_ARGUMENT;
  w.host = data;
  w.saved = 1;
  return create(&w, job);
}

/* ---- who submits -- */

static const char* member(const char* json, const char* name) {
  char quoted[40];
  const char* at;
  snprintf(quoted, sizeof quoted, "\"%s\":", name);
  at = strstr(json, quoted);
  return at == NULL ? NULL : at + strlen(quoted);
}

static int number(const char* json, const char* name, int otherwise) {
  const char* at = member(json, name);
  return at == NULL ? otherwise : atoi(at);
}

/* The first letter of each. */
static void read_ways(const char* json, char out[MAX_WAYS + 1]) {
  const char* at = member(json, "ways");
  const char* const end = at == NULL ? NULL : strchr(at, ']');
  int count = 0;
  while (at != NULL && (at = strchr(at, '"')) != NULL && at < end && count < MAX_WAYS) {
    out[count++] = at[1];
    at = strchr(at + 1, '"') + 1;
  }
}

static baton_status BATON_CALL jobs(void* data, const baton_request* request,
                                    baton_response* response) {
  char json[4096] = "";
  const char* kind;
  baton_submit_options options = {0};
  char id[BATON_ID_SIZE] = "";
  work w = {0};
  int left;
  if (request->body_size >= sizeof json) return BATON_ERROR_TOO_LARGE;
  memcpy(json, request->body, request->body_size);
  kind = member(json, "kind");
  if (kind == NULL) return BATON_ERROR_INVALID_ARGUMENT;
  options.struct_size = sizeof options;
  options.priority = number(json, "priority", 0);
  options.max_attempts = number(json, "maxAttempts", 1);
  options.step_timeout_ms = number(json, "stepTimeoutMs", 0);
  options.backoff_first_ms = 1;
  options.backoff_factor = 1;
  w.host = data;
  w.left = number(json, "left", 1);
  w.saved = kind[1] != 'f';
  /* "crash", "endless"; "steady" and "fleeting"; "stuck". */
  w.kind = kind[1] == 'f' ? 's' : strncmp(kind, "\"stu", 4) == 0 ? 'd' : kind[1];
  read_ways(json, w.ways);
  for (left = number(json, "count", 1); left > 0; left--) {
    baton_job job;
    baton_status status = create(&w, &job);
    if (status != BATON_OK) return status;
    status = w.host->submit_job(w.host, job, &options, id);
    if (status == BATON_OK) continue;
    w.host->free_job(w.host, job);
    return status;
  }
  response->set_header(response, "content-type", "application/json");
  return answer(response, "{\"id\":\"%s\"}", id);
}

static baton_status BATON_CALL crash_now(void* data, const baton_request* request,
                                         baton_response* response) {
  (void)data;
  crash(request->groups[0].value[0]);
  return answer(response, "still here");
}

static baton_status BATON_CALL who(void* data, const baton_request* request,
                                   baton_response* response) {
  (void)data;
  (void)request;
  response->set_header(response, "content-type", "application/json");
  return answer(response, "{\"pid\":%d}", (int)getpid());
}

static baton_status submit_on_loop(const baton_host* host, int64_t step_timeout_ms) {
  baton_submit_options options = {0};
  char id[BATON_ID_SIZE];
  work w = {0};
  baton_job job;
  baton_status status;
  w.host = host;
  w.kind = 'e';
  w.saved = 1;
  w.flags = BATON_JOB_ON_LOOP;
  options.struct_size = sizeof options;
  options.step_timeout_ms = step_timeout_ms;
  status = create(&w, &job);
  return status == BATON_OK ? host->submit_job(host, job, &options, id) : status;
}

static baton_status BATON_CALL plugin_start(const baton_host* host) {
  void* data = (void*)host;
  const int64_t on_loop = setting_number(host, "/" PLUGIN_NAME "/onLoop");
  char way[8] = "";
  if (setting(host, "/" PLUGIN_NAME "/crashAtStart", way, sizeof way)) crash(way[0]);
  host->register_type(host, "crash", 0, revive, data);
  host->register_type(host, "steady", 0, revive, data);
  host->register_type(host, "endless", 0, revive, data);
  host->register_route(host, "POST", "/" PLUGIN_NAME, jobs, data);
  host->register_route(host, "GET", "/" PLUGIN_NAME "/crash/{way}", crash_now, data);
  host->register_route(host, "GET", "/" PLUGIN_NAME "/who", who, data);
  if (on_loop > 0) return submit_on_loop(host, on_loop);
  return BATON_OK;
}

static void BATON_CALL plugin_stop(void) {}

PLUGIN_DOOR
