/* A plugin that calls the host from wherever the host calls it, and tells what it was answered.
 *
 *   POST /caller/target       the id of a job that holds, until POST /caller/release or the
 *                           closing; it is what the others call about
 *   POST /caller/jobs?fails=  a job that calls from all its callbacks; with `fails` it fails first
 *   POST /caller/self         a job whose step pauses its own job, and goes on
 *   POST /caller/route        calls from this handler        POST /caller/thread   from a thread
 *   GET /caller/calls         a line for each place: "<place> <call>=<status> ..."
 *
 * A place is a callback's name; before it "submit-" inside of a submit, and "loop-" on the loop
 * thread. `calls` in the plugin's settings: the file into which stop writes the lines, too. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>

#define PLUGIN_NAME "caller"
#include "plugin.h"

enum { MAX_LINES = 200, LINE_SIZE = 400 };

typedef struct job {
  char kind; /* q quiet, t target, c caller, f caller that fails first, s pauses itself */
  int steps;
} job;

static const baton_host* the_host;
static pthread_t loop_thread;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t told_id = PTHREAD_COND_INITIALIZER;
static char lines[MAX_LINES][LINE_SIZE];
static int line_count, released;
static char target[BATON_ID_SIZE], self_id[BATON_ID_SIZE], calls_file[512];
static __thread int in_submit;
static __thread int is_calling;
static __thread int in_free;

static baton_status submit_new(char kind, char* id);

static void add(char* line, const char* call, baton_status status) {
  const size_t size = strlen(line);
  snprintf(line + size, LINE_SIZE - size, " %s=%d", call, (int)status);
}

/* Each line once: getters run often. */
static void keep(const char* line) {
  int i;
  pthread_mutex_lock(&mutex);
  for (i = 0; i < line_count && strcmp(lines[i], line) != 0; i++) {
  }
  if (i == line_count && line_count < MAX_LINES) {
    snprintf(lines[line_count++], LINE_SIZE, "%s", line);
  }
  pthread_mutex_unlock(&mutex);
}

static void call_all(const char* place) {
  const baton_host* host = the_host;
  const char* unknown = "0f8fad5b-d9cb-469f-a165-70867728950e";
  baton_job_info info = {0};
  char line[LINE_SIZE], id[BATON_ID_SIZE] = "", value[16];
  text out = {value, 0, sizeof value};
  baton_sink sink = {sizeof(baton_sink), 0, NULL, text_write};
  baton_status status;
  if (is_calling) return; /* the getters of what is submitted here */
  is_calling = 1;
  info.struct_size = sizeof info;
  sink.context = &out;
  snprintf(line, sizeof line, "%s%s%s", pthread_equal(pthread_self(), loop_thread) ? "loop-" : "",
           in_submit ? "submit-" : "", place);
  status = submit_new('q', id);
  add(line, "submit", status);
  add(line, "cancel", status == BATON_OK ? host->cancel_job(host, id) : status);
  add(line, "info", host->job_info(host, target, &info));
  add(line, "priority", host->set_priority(host, target, 5));
  add(line, "pause", host->pause_job(host, target));
  add(line, "resume", host->resume_job(host, target));
  add(line, "resubmit", host->resubmit_job(host, target));
  add(line, "delete", host->delete_job(host, unknown));
  add(line, "wait", host->wait_job(host, target, 1, &info));
  add(line, "log", host->log(host, BATON_LOG_DEBUG, place));
  add(line, "config", host->get_config(host, "/caller/number", &sink));
  keep(line);
  is_calling = 0;
}

/* ---- the job -- */

static int is_caller(const job* j) { return j->kind == 'c' || j->kind == 'f'; }

static int32_t BATON_CALL step(void* payload, const baton_run* run) {
  job* j = payload;
  if (is_caller(j)) call_all("step");
  j->steps++;
  switch (j->kind) {
    case 't':
      while (!__atomic_load_n(&released, __ATOMIC_SEQ_CST)) {
        if (run->should_stop(run) == BATON_STOP_CLOSING) return BATON_STEP_CONTINUE;
        sleep_ms(1);
      }
      return BATON_STEP_SUCCESS;
    case 's':
      if (j->steps > 1) return BATON_STEP_SUCCESS;
      pthread_mutex_lock(&mutex);
      while (self_id[0] == '\0') pthread_cond_wait(&told_id, &mutex);
      pthread_mutex_unlock(&mutex);
      if (the_host->pause_job(the_host, self_id) != BATON_OK) return BATON_STEP_FAILURE;
      return run->should_stop(run) == BATON_STOP_PAUSED ? BATON_STEP_CONTINUE : BATON_STEP_FAILURE;
    case 'f':
      return j->steps == 2  ? BATON_STEP_FAILURE
             : j->steps < 2 ? BATON_STEP_CONTINUE
                            : BATON_STEP_SUCCESS;
    case 'c':
      return j->steps < 2 ? BATON_STEP_CONTINUE : BATON_STEP_SUCCESS;
  }
  return BATON_STEP_SUCCESS;
}

static void BATON_CALL on_stop(void* payload, int32_t reason) {
  (void)reason;
  if (is_caller(payload)) call_all("stop");
}

static baton_status BATON_CALL reset(void* payload) {
  if (is_caller(payload)) call_all("reset");
  ((job*)payload)->kind = 'c';
  ((job*)payload)->steps = 0;
  return BATON_OK;
}

static double BATON_CALL get_progress(void* payload) {
  if (is_caller(payload)) call_all("get_progress");
  return 0.5;
}

static baton_status BATON_CALL get_content(void* payload, const baton_sink* sink) {
  if (is_caller(payload)) call_all("get_content");
  return sink->write(sink, "{}", 2);
}

static baton_status BATON_CALL get_serialized(void* payload, const baton_sink* sink) {
  if (is_caller(payload)) call_all("get_serialized");
  return sink->write(sink, &((job*)payload)->kind, 1);
}

static void BATON_CALL finalize(void* payload) {
  if (is_caller(payload)) call_all(in_free ? "free-finalize" : "finalize");
  free(payload);
}

static baton_status create(char kind, baton_job* out) {
  baton_job_desc desc = {0};
  baton_status status;
  job* j = calloc(1, sizeof *j);
  if (j == NULL) return BATON_ERROR_NO_MEMORY;
  j->kind = kind;
  desc.struct_size = sizeof desc;
  desc.type = "caller";
  desc.payload = j;
  desc.step = step;
  desc.stop = on_stop;
  desc.reset = reset;
  desc.get_progress = get_progress;
  desc.get_content = get_content;
  desc.get_serialized = get_serialized;
  desc.finalize = finalize;
  status = the_host->create_job(the_host, &desc, out);
  if (status != BATON_OK) free(j);
  return status;
}

static baton_status submit_new(char kind, char* id) {
  const int outer = in_submit;
  baton_job new_job;
  baton_status status = create(kind, &new_job);
  if (status != BATON_OK) return status;
  in_submit = 1;
  status = the_host->submit_job(the_host, new_job, NULL, id);
  in_submit = outer;
  if (status != BATON_OK) the_host->free_job(the_host, new_job);
  return status;
}

static baton_status BATON_CALL revive(void* data, const char* type, const void* state, size_t size,
                                      baton_job* out) {
  (void)data;
  (void)type;
  if (size != 1) return BATON_ERROR_INVALID_ARGUMENT;
  if (*(const char*)state == 'f') call_all("revive");
  return create(*(const char*)state, out);
}

/* ---- routes -- */

static baton_status answer_new(baton_response* response, char kind, char* id) {
  const baton_status status = submit_new(kind, id);
  return status == BATON_OK ? answer(response, "%s", id) : status;
}

static baton_status BATON_CALL submit_target(void* data, const baton_request* request,
                                             baton_response* response) {
  (void)data;
  (void)request;
  return answer_new(response, 't', target);
}

static baton_status BATON_CALL submit_caller(void* data, const baton_request* request,
                                             baton_response* response) {
  char id[BATON_ID_SIZE];
  (void)data;
  return answer_new(response, argument(request, "fails", NULL) == NULL ? 'c' : 'f', id);
}

static baton_status BATON_CALL submit_self(void* data, const baton_request* request,
                                           baton_response* response) {
  char id[BATON_ID_SIZE];
  const baton_status status = answer_new(response, 's', id);
  (void)data;
  (void)request;
  pthread_mutex_lock(&mutex);
  memcpy(self_id, id, sizeof id);
  pthread_cond_broadcast(&told_id);
  pthread_mutex_unlock(&mutex);
  return status;
}

static baton_status BATON_CALL from_route(void* data, const baton_request* request,
                                          baton_response* response) {
  baton_job new_job;
  (void)data;
  (void)request;
  call_all("route");
  if (create('c', &new_job) != BATON_OK) return BATON_ERROR_INTERNAL;
  in_free = 1;
  the_host->free_job(the_host, new_job);
  in_free = 0;
  return answer(response, "0");
}

static void* calls_of_thread(void* data) {
  (void)data;
  call_all("thread");
  return NULL;
}

static baton_status BATON_CALL from_thread(void* data, const baton_request* request,
                                           baton_response* response) {
  pthread_t thread;
  (void)data;
  (void)request;
  if (pthread_create(&thread, NULL, calls_of_thread, NULL) != 0) return BATON_ERROR_NO_MEMORY;
  pthread_join(thread, NULL);
  return answer(response, "0");
}

static baton_status BATON_CALL tell_calls(void* data, const baton_request* request,
                                          baton_response* response) {
  int i;
  (void)data;
  (void)request;
  /* While this is told, a finalize may add its line: it comes after the end of its job. */
  pthread_mutex_lock(&mutex);
  for (i = 0; i < line_count; i++) answer(response, "%s\n", lines[i]);
  pthread_mutex_unlock(&mutex);
  return BATON_OK;
}

static baton_status BATON_CALL release(void* data, const baton_request* request,
                                       baton_response* response) {
  (void)data;
  (void)request;
  __atomic_store_n(&released, 1, __ATOMIC_SEQ_CST);
  return answer(response, "0");
}

static baton_status BATON_CALL plugin_start(const baton_host* host) {
  char id[BATON_ID_SIZE];
  the_host = host;
  loop_thread = pthread_self();
  line_count = released = 0;
  self_id[0] = '\0';
  setting(host, "/caller/calls", calls_file, sizeof calls_file);
  host->register_type(host, "caller", 0, revive, NULL);
  host->register_route(host, "POST", "/caller/target", submit_target, NULL);
  host->register_route(host, "POST", "/caller/jobs", submit_caller, NULL);
  host->register_route(host, "POST", "/caller/self", submit_self, NULL);
  host->register_route(host, "POST", "/caller/route", from_route, NULL);
  host->register_route(host, "POST", "/caller/thread", from_thread, NULL);
  host->register_route(host, "POST", "/caller/release", release, NULL);
  host->register_route(host, "GET", "/caller/calls", tell_calls, NULL);
  if (setting_number(host, "/caller/onStart") == 0) return BATON_OK;
  if (submit_new('t', target) != BATON_OK) return BATON_ERROR_INTERNAL;
  call_all("start");
  return submit_new('c', id);
}

static void BATON_CALL plugin_stop(void) {
  FILE* file = fopen(calls_file, "w");
  int i;
  if (file == NULL) return;
  for (i = 0; i < line_count; i++) fprintf(file, "%s\n", lines[i]);
  fclose(file);
}

PLUGIN_DOOR
