/* An addon whose jobs run on the loop: each step calls one function of JavaScript. It never clears an
 * exception that this leaves: that is the host's.
 *
 *   onStep(f)   f(name, at) is a step: returns its number in baton.h
 *   onStop(f)   f(name, reason) is called in stop, if there is one
 *   submit(name)             answers the id, or "error <status>"
 *   submitAll(names)         one batch: answers "<status>: <status of each>"
 *   submitAsync(name, f)     answers the status; f(status) is done
 *   strays()                 how many callbacks came on another thread than start
 *
 * With the setting `log` each stop and each finalize is a line of that file, flushed. */
#define _POSIX_C_SOURCE 200809L
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#define PLUGIN_NAME "looper"
#define PLUGIN_MORE_EXPORTS(env, exports)                        \
  addon_function(env, exports, "onStep", set_on_step);           \
  addon_function(env, exports, "onStop", set_on_stop);           \
  addon_function(env, exports, "submit", submit);                \
  addon_function(env, exports, "submitAll", submit_all);         \
  addon_function(env, exports, "submitAsync", submit_async);     \
  addon_function(env, exports, "strays", count_strays)
#define PLUGIN_STARTED(env) started_in = env
#include "node_api.h"

/* The environment that the host knows. */
static napi_env started_in;

#include "plugin.h"

enum { MAX_NAMES = 1000 };

typedef struct looper {
  char name[40];
  int at;
} looper;

/* A function of JavaScript. A file that is loaded twice has two environments, but one of these. */
typedef struct function {
  napi_env env;
  napi_ref reference;
} function;

static struct {
  const baton_host* host;
  pthread_t thread;
  int strays;
  int log;
  function on_step;
  function on_stop;
} plugin = {.log = -1};

static void check_thread(void) {
  if (!pthread_equal(plugin.thread, pthread_self())) plugin.strays++;
}

static void note(const char* what, const char* name, int number) {
  char line[80];
  const int size = snprintf(line, sizeof line, "%s %s %d\n", what, name, number);
  if (plugin.log >= 0 && write(plugin.log, line, (size_t)size) != size) abort();
}

/* Calls it with a name and a number; -1 if it threw or did not answer a number. */
static int32_t call(const function* f, const char* name, int number) {
  napi_value callee, receiver, answered, arguments[2];
  int32_t result = -1;
  if (f->reference == NULL) return -1;
  if (napi_get_reference_value(f->env, f->reference, &callee) != napi_ok) return -1;
  napi_get_undefined(started_in, &receiver);
  napi_create_string_utf8(started_in, name, NAPI_AUTO_LENGTH, &arguments[0]);
  napi_create_int32(started_in, number, &arguments[1]);
  if (napi_call_function(started_in, receiver, callee, 2, arguments, &answered) != napi_ok)
    return -1;
  napi_get_value_int32(started_in, answered, &result);
  return result;
}

static int32_t BATON_CALL step(void* payload, const baton_run* run) {
  looper* l = payload;
  (void)run;
  check_thread();
  l->at++;
  return call(&plugin.on_step, l->name, l->at);
}

static void BATON_CALL stop(void* payload, int32_t reason) {
  looper* l = payload;
  check_thread();
  note("stop", l->name, (int)reason);
  call(&plugin.on_stop, l->name, (int)reason);
}

static baton_status BATON_CALL content(void* payload, const baton_sink* sink) {
  looper* l = payload;
  char json[80];
  const int size = snprintf(json, sizeof json, "{\"name\":\"%s\",\"at\":%d}", l->name, l->at);
  check_thread();
  return sink->write(sink, json, (size_t)size);
}

static baton_status BATON_CALL serialized(void* payload, const baton_sink* sink) {
  check_thread();
  return sink->write(sink, payload, sizeof(looper));
}

static void BATON_CALL finalize(void* payload) {
  looper* l = payload;
  check_thread();
  note("finalize", l->name, l->at);
  free(l);
}

static baton_status create(const char* name, int at, baton_job* job) {
  baton_job_desc desc = {0};
  baton_status status;
  looper* l = calloc(1, sizeof *l);
  if (l == NULL) return BATON_ERROR_NO_MEMORY;
  snprintf(l->name, sizeof l->name, "%s", name);
  l->at = at;
  desc.struct_size = sizeof desc;
  desc.flags = BATON_JOB_ON_LOOP;
  desc.type = "looper";
  desc.payload = l;
  desc.step = step;
  desc.stop = stop;
  desc.get_content = content;
  desc.get_serialized = serialized;
  desc.finalize = finalize;
  status = plugin.host->create_job(plugin.host, &desc, job);
  if (status != BATON_OK) free(l);
  return status;
}

static baton_status BATON_CALL revive(void* data, const char* type, const void* state, size_t size,
                                      baton_job* job) {
  looper l;
  (void)data;
  (void)type;
  check_thread();
  if (size != sizeof l) return BATON_ERROR_INVALID_ARGUMENT;
  memcpy(&l, state, sizeof l);
  return create(l.name, l.at, job);
}

/* ---- what JavaScript calls -- */

static void text_of(napi_env env, napi_value value, char out[40]) {
  size_t size;
  napi_get_value_string_utf8(env, value, out, 40, &size);
}

static napi_value line_of(napi_env env, const char* line) {
  napi_value result;
  napi_create_string_utf8(env, line, NAPI_AUTO_LENGTH, &result);
  return result;
}

/* Its environment ends, or another function takes its place. */
static void forget(void* data) {
  function* f = data;
  napi_delete_reference(f->env, f->reference);
  f->reference = NULL;
}

static napi_value set_function(napi_env env, napi_callback_info info, function* f) {
  size_t count = 1;
  napi_value value;
  napi_get_cb_info(env, info, &count, &value, NULL, NULL);
  if (f->reference != NULL) {
    napi_remove_env_cleanup_hook(f->env, forget, f);
    forget(f);
  }
  f->env = env;
  napi_create_reference(env, value, 1, &f->reference);
  napi_add_env_cleanup_hook(env, forget, f);
  return NULL;
}

static napi_value set_on_step(napi_env env, napi_callback_info info) {
  return set_function(env, info, &plugin.on_step);
}

static napi_value set_on_stop(napi_env env, napi_callback_info info) {
  return set_function(env, info, &plugin.on_stop);
}

static napi_value submit(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value value;
  char name[40], line[64];
  baton_job job = {0};
  baton_status status;
  napi_get_cb_info(env, info, &count, &value, NULL, NULL);
  text_of(env, value, name);
  status = create(name, 0, &job);
  if (status == BATON_OK) {
    status = plugin.host->submit_job(plugin.host, job, NULL, line);
    if (status != BATON_OK) plugin.host->free_job(plugin.host, job);
  }
  if (status != BATON_OK) snprintf(line, sizeof line, "error %d", (int)status);
  return line_of(env, line);
}

static napi_value submit_all(napi_env env, napi_callback_info info) {
  static baton_job jobs[MAX_NAMES];
  static char ids[MAX_NAMES][BATON_ID_SIZE];
  static baton_status statuses[MAX_NAMES];
  size_t count = 1;
  uint32_t i, length = 0;
  napi_value names, value;
  char name[40], line[MAX_NAMES * 3 + 8];
  baton_status status;
  int end;
  napi_get_cb_info(env, info, &count, &names, NULL, NULL);
  napi_get_array_length(env, names, &length);
  for (i = 0; i < length; i++) {
    napi_get_element(env, names, i, &value);
    text_of(env, value, name);
    if (create(name, 0, &jobs[i]) != BATON_OK) abort();
  }
  status = plugin.host->submit_jobs(plugin.host, jobs, length, NULL, ids, statuses);
  end = sprintf(line, "%d:", (int)status);
  for (i = 0; i < length; i++) {
    end += sprintf(line + end, " %d", (int)statuses[i]);
    if (status != BATON_OK && plugin.host->free_job(plugin.host, jobs[i]) != BATON_OK) abort();
  }
  return line_of(env, line);
}

static void BATON_CALL submitted(void* data, baton_job job, baton_status status, const char* id) {
  function* f = data;
  check_thread();
  call(f, id == NULL ? "" : id, (int)status);
  if (status != BATON_OK) plugin.host->free_job(plugin.host, job);
  napi_delete_reference(f->env, f->reference);
  free(f);
}

static napi_value submit_async(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value values[2], result;
  char name[40];
  baton_job job = {0};
  baton_status status;
  function* f = calloc(1, sizeof *f);
  napi_get_cb_info(env, info, &count, values, NULL, NULL);
  text_of(env, values[0], name);
  f->env = env;
  napi_create_reference(env, values[1], 1, &f->reference);
  if (create(name, 0, &job) != BATON_OK) abort();
  status = plugin.host->submit_job_async(plugin.host, job, NULL, submitted, f);
  napi_create_int32(env, status, &result);
  return result;
}

static napi_value count_strays(napi_env env, napi_callback_info info) {
  napi_value result;
  (void)info;
  napi_create_int32(env, plugin.strays, &result);
  return result;
}

static baton_status BATON_CALL plugin_start(const baton_host* host) {
  char path[512];
  plugin.host = host;
  plugin.thread = pthread_self();
  if (setting(host, "/looper/log", path, sizeof path)) {
    plugin.log = open(path, O_WRONLY | O_APPEND | O_CREAT, 0644);
  }
  return host->register_type(host, "looper", BATON_JOB_ON_LOOP, revive, NULL);
}

static void BATON_CALL plugin_stop(void) {
  if (plugin.log >= 0) close(plugin.log);
  plugin.log = -1;
}

PLUGIN_DOOR
