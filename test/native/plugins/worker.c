/* A plugin whose jobs work off so many steps, each in a way of its own, and write down what they do.
 *
 *   POST /worker/jobs?name=&steps=&ms=&kind=&count=&priority=&attempts=&backoffMs=&key=&startAfterMs=&
 *       stepTimeoutMs=&userData=&saved=0
 *     answers the id of the last one, or "error <status>". Kinds of a step: see worker-job.h
 *   POST /worker/calls/{call}/{id}   pause, cancel, resume, wait: answers the status
 *   POST /worker/release             lets go what holds or is stuck
 *   GET /worker/counts               "created finalized"
 *   GET /worker/steps                a line for each step: name, number, began, ended (monotonic us)
 *
 * With the setting `log` each step, each submit that returned and each checkpoint that returned is
 * a line of that file, flushed before anything else happens; with `killAfter` the process is killed
 * after so many lines. `onStart`: so many jobs are submitted in start. `onThread`: so many by a
 * thread of the plugin's own; `stepMs`: these have one step, which takes so long. `announces`:
 * submits are said and noted before they are made, too.
 * `counts`: the file into which stop writes the counts. */
#define _POSIX_C_SOURCE 200809L
#include <fcntl.h>

#define PLUGIN_NAME "worker"
#define PLUGIN_MORE_EXPORTS(env, exports) addon_function(env, exports, "submit", addon_submit)
#include "plugin.h"
#include "worker-job.h"

static struct {
  pthread_t thread;
  const baton_host* host;
  int has_thread;
  int on_thread;
  int step_ms;
  char counts[PATH_SIZE];
} plugin;

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
  count(&worker.released);
  return answer(response, "0");
}

static baton_status BATON_CALL counts(void* data, const baton_request* request,
                                      baton_response* response) {
  (void)data;
  (void)request;
  return answer(response, "%d %d", load(&worker.created), load(&worker.finalized));
}

static baton_status BATON_CALL steps(void* data, const baton_request* request,
                                     baton_response* response) {
  int i, count_now;
  (void)data;
  (void)request;
  pthread_mutex_lock(&notes.mutex);
  count_now = notes.time_count;
  pthread_mutex_unlock(&notes.mutex);
  for (i = 0; i < count_now; i++) {
    const times* t = &notes.all[i];
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
  notes.lines = notes.time_count = 0;
  worker.released = worker.created = worker.finalized = 0;
  worker.announces = (int)setting_number(host, "/worker/announces");
  notes.kill_after = (int)setting_number(host, "/worker/killAfter");
  plugin.on_thread = (int)setting_number(host, "/worker/onThread");
  plugin.step_ms = (int)setting_number(host, "/worker/stepMs");
  setting(host, "/worker/gate", worker.gate, sizeof worker.gate);
  setting(host, "/worker/counts", plugin.counts, sizeof plugin.counts);
  notes.log = -1;
  if (setting(host, "/worker/log", path, sizeof path)) {
    notes.log = open(path, O_WRONLY | O_APPEND | O_CREAT, 0644);
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
      fprintf(file, "%d %d", load(&worker.created), load(&worker.finalized));
      fclose(file);
    }
  }
  if (notes.log >= 0) close(notes.log);
  notes.log = -1;
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
