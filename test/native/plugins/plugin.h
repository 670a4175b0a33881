/* What the test plugins share: two doors (a library, or an addon with -DPLUGIN_ADDON), answers of
 * routes, times, settings. C99 and POSIX. A plugin defines PLUGIN_NAME (a literal), plugin_start
 * and plugin_stop, and ends with PLUGIN_DOOR. */
#ifndef TEST_PLUGIN_H_
#define TEST_PLUGIN_H_

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "baton.h"

#define UNUSED __attribute__((unused))

static UNUSED int64_t now_us(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static UNUSED void sleep_ms(int64_t ms) {
  struct timespec time;
  time.tv_sec = (time_t)(ms / 1000);
  time.tv_nsec = (long)(ms % 1000) * 1000000;
  nanosleep(&time, NULL);
}

/* ---- texts of a bounded size -- */

typedef struct text {
  char* bytes;
  size_t size;
  size_t room;
} text;

static UNUSED baton_status BATON_CALL text_write(const baton_sink* sink, const void* bytes,
                                                 size_t size) {
  text* t = sink->context;
  if (t->size + size >= t->room) return BATON_ERROR_TOO_LARGE;
  memcpy(t->bytes + t->size, bytes, size);
  t->size += size;
  t->bytes[t->size] = '\0';
  return BATON_OK;
}

/* A text or a number of the settings of all plugins, without its quotes; 0: there is none. */
static UNUSED int setting(const baton_host* host, const char* path, char* out, size_t room) {
  text value = {NULL, 0, 0};
  baton_sink sink = {sizeof(baton_sink), 0, NULL, text_write};
  value.bytes = out;
  value.room = room;
  sink.context = &value;
  out[0] = '\0';
  if (host->get_config(host, path, &sink) != BATON_OK) return 0;
  if (value.size >= 2 && out[0] == '"') {
    memmove(out, out + 1, value.size - 2);
    out[value.size - 2] = '\0';
  }
  return 1;
}

static UNUSED int64_t setting_number(const baton_host* host, const char* path) {
  char out[32];
  return setting(host, path, out, sizeof out) ? atoll(out) : 0;
}

/* ---- requests -- */

static UNUSED const char* argument(const baton_request* request, const char* name,
                                   const char* otherwise) {
  size_t i;
  for (i = 0; i < request->query_count; i++) {
    if (strcmp(request->query[i].name, name) == 0) return request->query[i].value;
  }
  return otherwise;
}

static UNUSED int64_t argument_number(const baton_request* request, const char* name,
                                      int64_t otherwise) {
  const char* value = argument(request, name, NULL);
  return value == NULL ? otherwise : atoll(value);
}

__attribute__((format(printf, 2, 3))) static UNUSED baton_status answer(baton_response* response,
                                                                        const char* format, ...) {
  char line[1024];
  va_list list;
  va_start(list, format);
  vsnprintf(line, sizeof line, format, list);
  va_end(list);
  return response->write(response, line, strlen(line));
}

/* ---- doors -- */

static UNUSED baton_status BATON_CALL plugin_start(const baton_host* host);
static UNUSED void BATON_CALL plugin_stop(void);

#ifndef PLUGIN_ADDON

#define PLUGIN_DOOR                                                           \
  BATON_EXPORT const baton_plugin* BATON_CALL baton_plugin_query(void) {      \
    static const baton_plugin plugin = {                                      \
        sizeof(baton_plugin), BATON_ABI_MAJOR, BATON_ABI_MINOR, 0,            \
        PLUGIN_NAME,          "1.0.0",         plugin_start,    plugin_stop}; \
    return &plugin;                                                           \
  }

#else

#include <stdbool.h>

#include "baton_napi.h"
#include "node_api.h"

#ifndef PLUGIN_STARTED
#define PLUGIN_STARTED(env) (void)0
#endif

static UNUSED napi_value addon_start(napi_env env, napi_callback_info info) {
  const baton_host* host = baton_host_from_start(env, info);
  baton_status status;
  if (host == NULL) return NULL;
  PLUGIN_STARTED(env);
  status = plugin_start(host);
  if (status != BATON_OK) napi_throw_error(env, NULL, host->status_text(status));
  return NULL;
}

static UNUSED napi_value addon_stop(napi_env env, napi_callback_info info) {
  (void)env;
  (void)info;
  plugin_stop();
  return NULL;
}

static UNUSED void addon_function(napi_env env, napi_value exports, const char* name,
                                  napi_callback callback) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, NULL, &function);
  napi_set_named_property(env, exports, name, function);
}

static UNUSED void addon_text(napi_env env, napi_value exports, const char* name,
                              const char* value) {
  napi_value string;
  napi_create_string_utf8(env, value, NAPI_AUTO_LENGTH, &string);
  napi_set_named_property(env, exports, name, string);
}

#ifndef PLUGIN_MORE_EXPORTS
#define PLUGIN_MORE_EXPORTS(env, exports) (void)0
#endif

#define PLUGIN_DOOR                                     \
  NAPI_MODULE_INIT() {                                  \
    addon_text(env, exports, "name", PLUGIN_NAME);      \
    addon_text(env, exports, "version", "1.0.0");       \
    addon_function(env, exports, "start", addon_start); \
    addon_function(env, exports, "stop", addon_stop);   \
    PLUGIN_MORE_EXPORTS(env, exports);                  \
    return exports;                                     \
  }

#endif /* PLUGIN_ADDON */

#endif /* TEST_PLUGIN_H_ */
