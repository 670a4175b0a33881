/* A plugin that calls every function of baton_host and of baton_run from inside every callback, and
 * from two threads of its own, until the host closes. Written so that C++ takes it, too: the native
 * tests include it.
 *
 * Setting `jobs`: about so many jobs are made in all. `counts`: the file into which stop writes
 * "created finalized places", the last as the names of the places from which calls were made. */
#ifndef __cplusplus
#define _POSIX_C_SOURCE 200809L
#endif
#include <pthread.h>

#ifndef PLUGIN_NAME
#define PLUGIN_NAME "storm"
#endif
#include "plugin.h"

enum { IDS = 64, DEEPEST = 2, STORM_THREADS = 2, PLACES = 13 };

static const char* const place_names[PLACES] = {
    "start", "step", "stop",    "reset",    "get_progress", "get_content", "get_serialized",
    "finalize", "revive", "handler", "listener", "done", "thread"};
enum {
  IN_START,
  IN_STEP,
  IN_STOP,
  IN_RESET,
  IN_PROGRESS,
  IN_CONTENT,
  IN_SERIALIZED,
  IN_FINALIZE,
  IN_REVIVE,
  IN_HANDLER,
  IN_LISTENER,
  IN_DONE,
  IN_THREAD
};

typedef struct drop {
  unsigned dice;
  int steps;
} drop;

static struct {
  const baton_host* host;
  pthread_mutex_t mutex;
  char ids[IDS][BATON_ID_SIZE];
  unsigned id_count;
  int left;
  int created;
  int finalized;
  int ended;
  int seen[PLACES];
  int thread_count;
  pthread_t threads[STORM_THREADS];
  char counts[500];
} storm;

/* How many callbacks of this plugin stand inside of each other on this thread. */
static __thread int depth;
static __thread unsigned seed;

static void call_all(int place, const baton_run* run);

static int add(int* number, int by) { return __atomic_add_fetch(number, by, __ATOMIC_SEQ_CST); }

static unsigned throw_dice(void) {
  if (seed == 0) seed = (unsigned)now_us(CLOCK_MONOTONIC) | 1u;
  seed = seed * 1664525u + 1013904223u;
  return seed >> 8;
}

static void keep(const char* id) {
  pthread_mutex_lock(&storm.mutex);
  memcpy(storm.ids[storm.id_count++ % IDS], id, BATON_ID_SIZE);
  pthread_mutex_unlock(&storm.mutex);
}

static void some_id(char* id) {
  pthread_mutex_lock(&storm.mutex);
  memcpy(id, storm.ids[throw_dice() % IDS], BATON_ID_SIZE);
  pthread_mutex_unlock(&storm.mutex);
}

/* ---- a job -- */

static int32_t BATON_CALL storm_step(void* payload, const baton_run* run) {
  drop* d = (drop*)payload;
  call_all(IN_STEP, run);
  d->dice = d->dice * 1664525u + 1013904223u;
  if ((d->dice >> 16) % 5 == 0) return BATON_STEP_FAILURE;
  if ((d->dice >> 16) % 5 == 1) return BATON_STEP_RETRY;
  return --d->steps > 0 ? BATON_STEP_CONTINUE : BATON_STEP_SUCCESS;
}

static void BATON_CALL storm_stop(void* payload, int32_t reason) {
  (void)payload;
  (void)reason;
  call_all(IN_STOP, NULL);
}

static baton_status BATON_CALL storm_reset(void* payload) {
  ((drop*)payload)->steps = 2;
  call_all(IN_RESET, NULL);
  return BATON_OK;
}

static double BATON_CALL storm_progress(void* payload) {
  (void)payload;
  call_all(IN_PROGRESS, NULL);
  return 0.5;
}

static baton_status BATON_CALL storm_content(void* payload, const baton_sink* sink) {
  (void)payload;
  call_all(IN_CONTENT, NULL);
  return sink->write(sink, "{\"a\":1}", 7);
}

static baton_status BATON_CALL storm_serialized(void* payload, const baton_sink* sink) {
  drop* d = (drop*)payload;
  call_all(IN_SERIALIZED, NULL);
  return d->dice % 4 == 0 ? (baton_status)BATON_ERROR_UNSUPPORTED : sink->write(sink, d, sizeof *d);
}

static void BATON_CALL storm_finalize(void* payload) {
  call_all(IN_FINALIZE, NULL);
  add(&storm.finalized, 1);
  free(payload);
}

static baton_status create(const drop* like, uint32_t flags, baton_job* out) {
  baton_job_desc desc;
  baton_status status;
  drop* d = (drop*)malloc(sizeof *d);
  if (d == NULL) return BATON_ERROR_NO_MEMORY;
  *d = *like;
  memset(&desc, 0, sizeof desc);
  desc.struct_size = sizeof desc;
  desc.flags = flags;
  desc.type = "storm.drop";
  desc.payload = d;
  desc.step = storm_step;
  desc.stop = storm_stop;
  if (d->dice % 2 == 0) desc.reset = storm_reset;
  desc.get_progress = storm_progress;
  desc.get_content = storm_content;
  desc.get_serialized = storm_serialized;
  desc.finalize = storm_finalize;
  add(&storm.created, 1);
  status = storm.host->create_job(storm.host, &desc, out);
  if (status == BATON_OK) return status;
  add(&storm.created, -1);
  free(d);
  return status;
}

/* Not every try: each job makes more calls, and these more jobs. */
static int make(uint32_t flags, baton_job* out) {
  const drop like = {throw_dice(), 2};
  if (add(&storm.left, -1) < 0) {
    add(&storm.left, 1);
    return 0;
  }
  return create(&like, flags, out) == BATON_OK;
}

static baton_status BATON_CALL storm_revive(void* data, const char* type, const void* state,
                                            size_t size, baton_job* out) {
  drop like;
  (void)data;
  (void)type;
  call_all(IN_REVIVE, NULL);
  if (size != sizeof like) return BATON_ERROR_INVALID_ARGUMENT;
  memcpy(&like, state, size);
  return create(&like, 0, out);
}

/* ---- other callbacks -- */

static baton_status BATON_CALL storm_handler(void* data, const baton_request* request,
                                             baton_response* response) {
  (void)data;
  (void)request;
  call_all(IN_HANDLER, NULL);
  return response->write(response, "leaf", 4);
}

/* Leaves the answer to a job; what is refused is freed, or left to the closing. */
static baton_status BATON_CALL storm_answers(void* data, const baton_request* request,
                                             baton_response* response) {
  baton_job job;
  baton_status status;
  (void)data;
  if (!make(0, &job)) return BATON_ERROR_CLOSING;
  status = storm.host->answer_job(storm.host, response, job, request, NULL, 0);
  if (status != BATON_OK && throw_dice() % 4 != 0) storm.host->free_job(storm.host, job);
  return status;
}

/* The places from which calls were made until now, each before a blank. */
static baton_status BATON_CALL storm_seen(void* data, const baton_request* request,
                                          baton_response* response) {
  int i;
  (void)data;
  (void)request;
  for (i = 0; i < PLACES; i++) {
    if (__atomic_load_n(&storm.seen[i], __ATOMIC_SEQ_CST) == 0) continue;
    response->write(response, place_names[i], strlen(place_names[i]));
    response->write(response, " ", 1);
  }
  return BATON_OK;
}

static void BATON_CALL storm_listener(void* data, const baton_event* event) {
  (void)data;
  if (event->job->id[0] != '\0') keep(event->job->id);
  if (throw_dice() % 4 == 0) call_all(IN_LISTENER, NULL);
}

static void BATON_CALL storm_done(void* data, baton_job job, baton_status status, const char* id) {
  (void)data;
  if (status == BATON_OK) keep(id);
  else storm.host->free_job(storm.host, job);
  call_all(IN_DONE, NULL);
}

static baton_status BATON_CALL swallow(const baton_sink* sink, const void* bytes, size_t size) {
  (void)sink;
  (void)bytes;
  (void)size;
  return throw_dice() % 8 == 0 ? BATON_ERROR_QUEUE_FULL : BATON_OK;
}

/* ---- all calls -- */

static void call_about_jobs(const baton_host* host) {
  baton_job_info info;
  char id[BATON_ID_SIZE];
  memset(&info, 0, sizeof info);
  info.struct_size = sizeof info;
  some_id(id);
  host->cancel_job(host, id);
  some_id(id);
  host->pause_job(host, id);
  some_id(id);
  host->resume_job(host, id);
  some_id(id);
  host->resubmit_job(host, id);
  some_id(id);
  host->delete_job(host, id);
  some_id(id);
  host->set_priority(host, id, (int32_t)(throw_dice() % 9));
  host->job_info(host, id, &info);
  host->wait_job(host, id, 1, &info);
}

static void submit_some(const baton_host* host) {
  baton_submit_options options;
  char ids[2][BATON_ID_SIZE];
  baton_job jobs[2];
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.flags = BATON_SUBMIT_NO_WAIT;
  options.max_attempts = 3;
  options.backoff_first_ms = 1;
  if (make(throw_dice() % 4 == 0 ? BATON_JOB_ON_LOOP : 0, &jobs[0])) {
    if (host->submit_job(host, jobs[0], &options, ids[0]) == BATON_OK) keep(ids[0]);
    else if (throw_dice() % 4 != 0) host->free_job(host, jobs[0]); /* else the closing does */
  }
  if (make(0, &jobs[0])) host->free_job(host, jobs[0]);
  if (BATON_HAS(baton_host, host, submit_jobs) && make(0, &jobs[0])) {
    const size_t count = make(0, &jobs[1]) ? 2 : 1;
    const baton_status status = host->submit_jobs(host, jobs, count, &options, ids, NULL);
    size_t i;
    for (i = 0; i < count; i++) {
      if (status == BATON_OK) keep(ids[i]);
      else host->free_job(host, jobs[i]);
    }
  }
  if (BATON_HAS(baton_host, host, answer_job)) {
    static const char* const bodies[] = {"{}", "{\"Asynchronous\":true}", "{\"Priority\":\"high\"}"};
    const baton_sink sink = {sizeof(baton_sink), 0, NULL, swallow};
    const char* const body = bodies[throw_dice() % 3];
    int32_t http_status = 0;
    host->call_rest(host, "POST", "/storm/answers?timeout=0.002", NULL, 0, body, strlen(body), &sink,
                    &http_status);
  }
  if (BATON_HAS(baton_host, host, submit_job_async) && make(0, &jobs[0]) &&
      host->submit_job_async(host, jobs[0], &options, storm_done, NULL) != BATON_OK) {
    host->free_job(host, jobs[0]);
  }
}

static void call_services(const baton_host* host) {
  static const char* const paths[] = {"/storm/leaf", "/jobs", "/storm/nothing", "/other/route"};
  const baton_sink sink = {sizeof(baton_sink), 0, NULL, swallow};
  int32_t http_status = 0;
  char name[32];
  if (!BATON_HAS(baton_host, host, register_error)) return;
  snprintf(name, sizeof name, "n%u", throw_dice() % 20);
  host->call_rest(host, "GET", paths[throw_dice() % 4], NULL, 0, NULL, 0, &sink, &http_status);
  if (throw_dice() % 32 == 0) host->subscribe(host, 15, storm_listener, NULL);
  host->set_metric(host, name, throw_dice() % 100);
  host->set_property(host, name, throw_dice() % 4 == 0 ? NULL : name, 0);
  host->get_property(host, name, &sink);
  name[0] = 'N';
  host->register_error(host, name, 0, "described");
}

static void call_run(const baton_run* run) {
  const drop state = {throw_dice(), 2};
  run->should_stop(run);
  run->set_progress(run, 1, 2);
  run->set_content(run, "{\"b\":2}", 7);
  run->log(run, BATON_LOG_DEBUG, "step");
  run->checkpoint(run, &state, sizeof state);
  run->retry_after(run, 1);
  run->fail(run, "STORM", "it is one", (int32_t)(throw_dice() % 2));
}

static void call_all(int place, const baton_run* run) {
  const baton_host* host = storm.host;
  const baton_sink sink = {sizeof(baton_sink), 0, NULL, swallow};
  char pattern[40];
  if (depth >= DEEPEST) return;
  depth++;
  add(&storm.seen[place], 1);
  if (run != NULL) call_run(run);
  snprintf(pattern, sizeof pattern, "/storm/%u/{id}", throw_dice() % 50);
  host->log(host, BATON_LOG_DEBUG, place_names[place]);
  host->status_text((baton_status)(throw_dice() % 25));
  host->register_type(host, "storm.drop", 0, storm_revive, NULL);
  host->register_route(host, "GET", pattern, storm_handler, NULL);
  host->get_config(host, "/storm", &sink);
  submit_some(host);
  call_about_jobs(host);
  call_services(host);
  depth--;
}

static void* storm_thread(void* data) {
  (void)data;
  while (!__atomic_load_n(&storm.ended, __ATOMIC_SEQ_CST)) {
    call_all(IN_THREAD, NULL);
    sleep_ms(1); /* once nothing is answered but CLOSING, two threads write lines faster than one reads */
  }
  return NULL;
}

/* ---- life -- */

static baton_status BATON_CALL plugin_start(const baton_host* host) {
  baton_status status;
  memset(&storm, 0, sizeof storm);
  storm.host = host;
  storm.left = (int)setting_number(host, "/storm/jobs");
  setting(host, "/storm/counts", storm.counts, sizeof storm.counts);
  pthread_mutex_init(&storm.mutex, NULL);
  host->register_type(host, "storm.drop", 0, storm_revive, NULL);
  status = host->register_route(host, "GET", "/storm/leaf", storm_handler, NULL);
  if (status == BATON_OK)
    status = host->register_route(host, "GET", "/storm/seen", storm_seen, NULL);
  if (status == BATON_OK && BATON_HAS(baton_host, host, answer_job))
    status = host->register_route(host, "POST", "/storm/answers", storm_answers, NULL);
  if (status != BATON_OK) return status;
  if (BATON_HAS(baton_host, host, subscribe)) host->subscribe(host, 15, storm_listener, NULL);
  call_all(IN_START, NULL);
  while (storm.thread_count < STORM_THREADS) {
    if (pthread_create(&storm.threads[storm.thread_count], NULL, storm_thread, NULL) != 0)
      return BATON_ERROR_INTERNAL;
    storm.thread_count++;
  }
  return BATON_OK;
}

static void BATON_CALL plugin_stop(void) {
  FILE* file;
  int i;
  call_all(IN_STOP, NULL);
  __atomic_store_n(&storm.ended, 1, __ATOMIC_SEQ_CST);
  for (i = 0; i < storm.thread_count; i++) pthread_join(storm.threads[i], NULL);
  call_all(IN_STOP, NULL);
  if (storm.counts[0] == '\0') return;
  file = fopen(storm.counts, "w");
  if (file == NULL) return;
  fprintf(file, "%d %d", storm.created, storm.finalized);
  for (i = 0; i < PLACES; i++) {
    if (storm.seen[i] > 0) fprintf(file, " %s", place_names[i]);
  }
  fclose(file);
}

PLUGIN_DOOR
