/* A plugin whose jobs work off so many steps, each in a way of its own, and write down what they do.
 *
 *   POST /worker/jobs?name=&steps=&ms=&kind=&count=&priority=&attempts=&backoffMs=&key=&startAfterMs=&
 *       stepTimeoutMs=&userData=&saved=0
 *     answers the id of the last one, or "error <status>". Kinds of a step:
 *     w  waits `ms`               c  waits, then saves a checkpoint
 *     g  waits for the file of the setting `gate`, then waits `ms`
 *     h  holds until it is asked to stop, or POST /worker/release
 *     s  is stuck until POST /worker/release, whatever it is told; says then what it was told, and
 *        what put_output is answered, or succeeds if it was told nothing
 *     l  waits until its time is over, then continues
 *     d  waits until the host closes, then saves a checkpoint and an output, and says what that was
 *        answered; succeeds at once if it has done so before
 *     o  writes the beginning of an output, then is stuck until POST /worker/release
 *     n  never returns            r  waits, then asks to be retried in `ms`
 *     f  fails, retryable         F  fails for good
 *   POST /worker/calls/{call}/{id}   pause, cancel, resume, wait: answers the status
 *   GET /worker/counts               "created finalized"
 *   GET /worker/steps                a line for each step: name, number, began, ended (monotonic us)
 *
 * With the setting `log` each step, each submit that returned and each checkpoint that returned is
 * a line of that file, flushed before anything else happens; with `killAfter` the process is killed
 * after so many lines. `onStart`: so many jobs are submitted in start. `onThread`: so many by a
 * thread of the plugin's own; `stepMs`: these have one step, which takes so long. `announces`: submits are said and noted before they are made, too.
 * `counts`: the file into which stop writes the counts. */
#define _POSIX_C_SOURCE 200809L
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#define PLUGIN_NAME "worker"
#define PLUGIN_MORE_EXPORTS(env, exports) addon_function(env, exports, "submit", addon_submit)
#include "plugin.h"

enum { MAX_TIMES = 20000, STATE_SIZE = 128, PATH_SIZE = 512 };

typedef struct work {
  const baton_host* host;
  char name[40];
  int steps;
  int ms;
  int at;
  char kind;
} work;

typedef struct times {
  char name[40];
  int at;
  int64_t began;
  int64_t ended;
} times;

static struct {
  pthread_mutex_t mutex;
  pthread_t thread;
  const baton_host* host;
  int log;
  int lines;
  int kill_after;
  int announces;
  int has_thread;
  int on_thread;
  int step_ms;
  int time_count;
  times all[MAX_TIMES];
  char gate[PATH_SIZE];
  char counts[PATH_SIZE];
} plugin = {.mutex = PTHREAD_MUTEX_INITIALIZER, .log = -1};

static int released, created, finalized;

static int load(int* value) { return __atomic_load_n(value, __ATOMIC_SEQ_CST); }
static void count(int* value) { __atomic_add_fetch(value, 1, __ATOMIC_SEQ_CST); }

/* ---- the log -- */

static void note(const char* format, ...) __attribute__((format(printf, 1, 2)));

static void note(const char* format, ...) {
  char line[256];
  va_list list;
  int size;
  if (plugin.log < 0) return;
  va_start(list, format);
  size = vsnprintf(line, sizeof line - 1, format, list);
  va_end(list);
  line[size++] = '\n';
  pthread_mutex_lock(&plugin.mutex);
  if (write(plugin.log, line, (size_t)size) != size || fsync(plugin.log) != 0) abort();
  plugin.lines++;
  if (plugin.lines == plugin.kill_after) kill(getpid(), SIGKILL);
  pthread_mutex_unlock(&plugin.mutex);
}

static void note_step(const work* w, int64_t began_ms, int64_t began_us) {
  note("step %s %d %lld %lld", w->name, w->at, (long long)began_ms,
       (long long)(now_us(CLOCK_REALTIME) / 1000));
  pthread_mutex_lock(&plugin.mutex);
  if (plugin.time_count < MAX_TIMES) {
    times* t = &plugin.all[plugin.time_count++];
    snprintf(t->name, sizeof t->name, "%s", w->name);
    t->at = w->at;
    t->began = began_us;
    t->ended = now_us(CLOCK_MONOTONIC);
  }
  pthread_mutex_unlock(&plugin.mutex);
}

/* ---- the job -- */

static int state_of(const work* w, char out[STATE_SIZE]) {
  return snprintf(out, STATE_SIZE, "%s %d %d %d %c", w->name, w->steps, w->ms, w->at, w->kind);
}

static void say(const work* w, const char* format, int number) {
  char line[64];
  char more[128];
  snprintf(line, sizeof line, format, number);
  snprintf(more, sizeof more, "%s %s", w->name, line);
  w->host->log(w->host, BATON_LOG_INFO, more);
}

static int32_t BATON_CALL step(void* payload, const baton_run* run) {
  work* w = payload;
  const int64_t began_ms = now_us(CLOCK_REALTIME) / 1000;
  const int64_t began_us = now_us(CLOCK_MONOTONIC);
  char state[STATE_SIZE];
  switch (w->kind) {
    case 'n':
      say(w, "hangs", 0);
      for (;;) sleep_ms(1000);
    case 'h':
      say(w, "holds", 0);
      while (run->should_stop(run) == 0 && !load(&released)) sleep_ms(1);
      if (run->should_stop(run) != 0) return BATON_STEP_CONTINUE;
      break;
    case 's':
      say(w, "holds", 0);
      while (!load(&released)) sleep_ms(1);
      if (run->should_stop(run) == 0) return BATON_STEP_SUCCESS;
      say(w, "told %d", run->should_stop(run));
      say(w, "put %d", run->put_output(run, "late", "text/plain", "x", 1));
      return BATON_STEP_CONTINUE;
    case 'd':
      if (w->at > 0) return BATON_STEP_SUCCESS;
      say(w, "holds", 0);
      while (run->should_stop(run) != BATON_STOP_CLOSING) sleep_ms(1);
      w->at++;
      say(w, "put %d", run->put_output(run, "result", "text/plain", "done", 4));
      say(w, "checkpoint %d", run->checkpoint(run, state, (size_t)state_of(w, state)));
      return BATON_STEP_CONTINUE;
    case 'o':
      run->open_output(run, "partial", "text/plain");
      say(w, "wrote %d", run->write_output(run, "partial", "x", 1));
      while (!load(&released)) sleep_ms(1);
      return BATON_STEP_CONTINUE;
    case 'l':
      say(w, "holds", 0);
      while (run->should_stop(run) != BATON_STOP_TIMED_OUT) sleep_ms(1);
      return BATON_STEP_CONTINUE;
    case 'g':
      while (access(plugin.gate, F_OK) != 0) sleep_ms(1);
      break;
  }
  sleep_ms(w->ms);
  w->at++;
  note_step(w, began_ms, began_us);
  if (w->kind == 'c') {
    const int size = state_of(w, state);
    if (run->checkpoint(run, state, (size_t)size) == BATON_OK) note("saved %s %d", w->name, w->at);
  }
  if (w->at >= w->steps) return BATON_STEP_SUCCESS;
  switch (w->kind) {
    case 'f':
    case 'F':
      run->fail(run, "WORKER_FAILED", "as it was told", w->kind == 'f');
      return BATON_STEP_FAILURE;
    case 'r':
      run->retry_after(run, w->ms);
      return BATON_STEP_RETRY;
  }
  return BATON_STEP_CONTINUE;
}

static void BATON_CALL on_stop(void* payload, int32_t reason) { say(payload, "stop %d", reason); }

static baton_status BATON_CALL reset(void* payload) {
  work* w = payload;
  say(w, "reset", 0);
  w->at = 0;
  return BATON_OK;
}

static double BATON_CALL get_progress(void* payload) {
  const work* w = payload;
  return (double)w->at / w->steps;
}

static baton_status BATON_CALL get_content(void* payload, const baton_sink* sink) {
  const work* w = payload;
  char json[STATE_SIZE];
  const int size = snprintf(json, sizeof json, "{\"name\":\"%s\",\"at\":%d}", w->name, w->at);
  return sink->write(sink, json, (size_t)size);
}

static baton_status BATON_CALL get_serialized(void* payload, const baton_sink* sink) {
  char state[STATE_SIZE];
  const int size = state_of(payload, state);
  return sink->write(sink, state, (size_t)size);
}

static void BATON_CALL finalize(void* payload) {
  say(payload, "finalize", 0);
  count(&finalized);
  free(payload);
}

static baton_status create(const work* value, int saved, baton_job* job) {
  baton_job_desc desc = {0};
  baton_status status;
  work* w = malloc(sizeof *w);
  if (w == NULL) return BATON_ERROR_NO_MEMORY;
  *w = *value;
  desc.struct_size = sizeof desc;
  desc.type = strncmp(w->name, "again", 5) == 0 ? "worker.anew" : "worker";
  desc.payload = w;
  desc.step = step;
  desc.stop = on_stop;
  desc.reset = strncmp(w->name, "again", 5) == 0 ? NULL : reset;
  desc.get_progress = get_progress;
  desc.get_content = get_content;
  desc.get_serialized = saved ? get_serialized : NULL;
  desc.finalize = finalize;
  status = w->host->create_job(w->host, &desc, job);
  if (status == BATON_OK) {
    count(&created);
  } else {
    free(w);
  }
  return status;
}

static baton_status submit(const work* w, int saved, const baton_submit_options* options,
                           char* id) {
  baton_job job;
  baton_status status = create(w, saved, &job);
  if (status != BATON_OK) return status;
  if (plugin.announces) {
    say(w, "submitting", 0);
    note("submitting %s", w->name);
  }
  status = w->host->submit_job(w->host, job, options, id);
  if (status == BATON_OK) {
    if (saved) note("submitted %s %s", w->name, id);
    return status;
  }
  note("refused %s %d", w->name, (int)status);
  w->host->free_job(w->host, job);
  return status;
}

static baton_status BATON_CALL revive(void* data, const char* type, const void* state, size_t size,
                                      baton_job* job) {
  work w = {0};
  char line[STATE_SIZE] = "";
  (void)type;
  if (size >= sizeof line) return BATON_ERROR_TOO_LARGE;
  memcpy(line, state, size);
  if (sscanf(line, "%39s %d %d %d %c", w.name, &w.steps, &w.ms, &w.at, &w.kind) != 5)
    return BATON_ERROR_INVALID_ARGUMENT;
  w.host = data;
  say(&w, "revive %d", w.at);
  return create(&w, 1, job);
}

/* ---- who submits -- */

static baton_status BATON_CALL jobs(void* data, const baton_request* request,
                                    baton_response* response) {
  baton_submit_options options = {0};
  work w = {0};
  char id[BATON_ID_SIZE] = "";
  int64_t left = argument_number(request, "count", 1);
  int number = 0;
  options.struct_size = sizeof options;
  options.priority = (int32_t)argument_number(request, "priority", 0);
  options.max_attempts = (int32_t)argument_number(request, "attempts", 0);
  options.backoff_first_ms = argument_number(request, "backoffMs", 0);
  options.key = argument(request, "key", NULL);
  options.start_after_ms = argument_number(request, "startAfterMs", 0);
  options.step_timeout_ms = argument_number(request, "stepTimeoutMs", 0);
  options.user_data = argument(request, "userData", NULL);
  w.host = data;
  w.steps = (int)argument_number(request, "steps", 1);
  w.ms = (int)argument_number(request, "ms", 0);
  w.kind = argument(request, "kind", "w")[0];
  for (; left > 0; left--) {
    baton_status status;
    snprintf(w.name, sizeof w.name, number == 0 ? "%s" : "%s-%d", argument(request, "name", "job"),
             number);
    number++;
    status = submit(&w, (int)argument_number(request, "saved", 1), &options, id);
    if (status != BATON_OK) return answer(response, "error %d", (int)status);
  }
  return answer(response, "%s", id);
}

static work standard(const baton_host* host, const char* source, int number) {
  work w = {0};
  w.host = host;
  snprintf(w.name, sizeof w.name, "%s-%d", source, number);
  w.steps = 10 + number % 3 * 15;
  w.ms = 2 + number % 5;
  w.kind = number % 4 == 0 ? 'c' : 'w';
  if (plugin.step_ms > 0) {
    w.steps = 1;
    w.ms = plugin.step_ms;
    w.kind = 'w';
  }
  return w;
}

static void* submit_on_thread(void* data) {
  const baton_host* host = data;
  int number;
  for (number = 0; number < plugin.on_thread; number++) {
    const work w = standard(host, "thread", number);
    char id[BATON_ID_SIZE];
    if (submit(&w, 1, NULL, id) == BATON_ERROR_CLOSING) break;
    sleep_ms(number % 7);
  }
  return NULL;
}

/* ---- the rest -- */

static baton_status BATON_CALL call(void* data, const baton_request* request,
                                    baton_response* response) {
  const baton_host* host = data;
  const char* name = request->groups[0].value;
  const char* id = request->groups[1].value;
  baton_job_info info = {0};
  baton_status status = BATON_ERROR_NOT_FOUND;
  info.struct_size = sizeof info;
  if (strcmp(name, "wait") == 0) {
    host->log(host, BATON_LOG_INFO, "waits");
    status = host->wait_job(host, id, -1, &info);
  }
  if (strcmp(name, "pause") == 0) status = host->pause_job(host, id);
  if (strcmp(name, "cancel") == 0) status = host->cancel_job(host, id);
  if (strcmp(name, "resume") == 0) status = host->resume_job(host, id);
  return answer(response, "%d", (int)status);
}

static baton_status BATON_CALL release(void* data, const baton_request* request,
                                       baton_response* response) {
  (void)data;
  (void)request;
  count(&released);
  return answer(response, "0");
}

static baton_status BATON_CALL counts(void* data, const baton_request* request,
                                      baton_response* response) {
  (void)data;
  (void)request;
  return answer(response, "%d %d", load(&created), load(&finalized));
}

static baton_status BATON_CALL steps(void* data, const baton_request* request,
                                     baton_response* response) {
  int i, count_now;
  (void)data;
  (void)request;
  pthread_mutex_lock(&plugin.mutex);
  count_now = plugin.time_count;
  pthread_mutex_unlock(&plugin.mutex);
  for (i = 0; i < count_now; i++) {
    const times* t = &plugin.all[i];
    const baton_status status = answer(response, "%s %d %lld %lld\n", t->name, t->at,
                                       (long long)t->began, (long long)t->ended);
    if (status != BATON_OK) return status;
  }
  return BATON_OK;
}

static baton_status BATON_CALL plugin_start(const baton_host* host) {
  void* data = (void*)host;
  char path[PATH_SIZE];
  char id[BATON_ID_SIZE];
  int64_t number;
  plugin.host = host;
  plugin.lines = plugin.time_count = 0;
  released = created = finalized = 0;
  plugin.announces = (int)setting_number(host, "/worker/announces");
  plugin.kill_after = (int)setting_number(host, "/worker/killAfter");
  plugin.on_thread = (int)setting_number(host, "/worker/onThread");
  plugin.step_ms = (int)setting_number(host, "/worker/stepMs");
  setting(host, "/worker/gate", plugin.gate, sizeof plugin.gate);
  setting(host, "/worker/counts", plugin.counts, sizeof plugin.counts);
  plugin.log = -1;
  if (setting(host, "/worker/log", path, sizeof path)) {
    plugin.log = open(path, O_WRONLY | O_APPEND | O_CREAT, 0644);
  }
  host->register_type(host, "worker", 0, revive, data);
  host->register_type(host, "worker.anew", 0, revive, data);
  host->register_route(host, "POST", "/worker/jobs", jobs, data);
  host->register_route(host, "POST", "/worker/calls/{call}/{id}", call, data);
  host->register_route(host, "POST", "/worker/release", release, data);
  host->register_route(host, "GET", "/worker/counts", counts, data);
  host->register_route(host, "GET", "/worker/steps", steps, data);
  for (number = 0; number < setting_number(host, "/worker/onStart"); number++) {
    const work w = standard(host, "start", (int)number);
    submit(&w, 1, NULL, id);
  }
  plugin.has_thread =
      plugin.on_thread > 0 && pthread_create(&plugin.thread, NULL, submit_on_thread, data) == 0;
  return BATON_OK;
}

static void BATON_CALL plugin_stop(void) {
  if (plugin.has_thread) pthread_join(plugin.thread, NULL);
  plugin.has_thread = 0;
  if (plugin.counts[0] != '\0') {
    FILE* file = fopen(plugin.counts, "w");
    if (file != NULL) {
      fprintf(file, "%d %d", load(&created), load(&finalized));
      fclose(file);
    }
  }
  if (plugin.log >= 0) close(plugin.log);
  plugin.log = -1;
}

#ifdef PLUGIN_ADDON
/* submit(name) on the loop thread: answers "ok <id>" or "error <status>". */
static napi_value addon_submit(napi_env env, napi_callback_info info) {
  size_t argument_count = 1;
  napi_value value = NULL;
  napi_value result;
  size_t size;
  work w = {0};
  char id[BATON_ID_SIZE] = "";
  char line[64];
  baton_status status;
  napi_get_cb_info(env, info, &argument_count, &value, NULL, NULL);
  napi_get_value_string_utf8(env, value, w.name, sizeof w.name, &size);
  w.host = plugin.host;
  w.steps = 1;
  w.kind = 'w';
  status = submit(&w, 1, NULL, id);
  if (status == BATON_OK) {
    snprintf(line, sizeof line, "ok %s", id);
  } else {
    snprintf(line, sizeof line, "error %d", (int)status);
  }
  napi_create_string_utf8(env, line, NAPI_AUTO_LENGTH, &result);
  return result;
}
#endif

PLUGIN_DOOR
