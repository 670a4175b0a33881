/* baton_napi.h - how a plugin that is a Node-API addon gets its host. C99 and C++, nothing to link.
 *
 * An addon is a plugin like a shared library (read baton.h first), with another door: instead of
 * the symbol baton_plugin_query it exports JavaScript values, in each environment that loads it.
 *
 *   name     string    stable, as in baton_plugin
 *   version  string
 *   start    function  start(host): keep the host, register types and routes, submit jobs if you
 *                      like. A throw refuses the plugin; `stop` is not called then.
 *   stop     function  stop(): every job of this plugin is finalized, no callback runs or will run
 *
 * `host` is an opaque JavaScript value, an external with a type tag, that this file turns into the
 * same const baton_host* that a shared library is given:
 *
 *   static napi_value start(napi_env env, napi_callback_info info) {
 *     const baton_host* host = baton_host_from_start(env, info);
 *     if (host == NULL) return NULL;                       // a TypeError is on its way
 *     if (host->register_type(host, "hello.count", 0, revive, (void*)host) != BATON_OK)
 *       napi_throw_error(env, NULL, "cannot register hello.count");
 *     return NULL;
 *   }
 *
 * Threads    The thread of the environment is the [loop-thread] of baton.h. The callbacks of jobs
 *            and routes come on threads of the host, where NO napi_ function may be called but
 *            those for thread-safe functions. A callback must not wait for the loop thread.
 * On loop    The callbacks of a job with BATON_JOB_ON_LOOP may call any napi_ function; each has a
 *            handle scope of its own. An exception of JavaScript that a step leaves pending fails
 *            the job (STEP_THREW, with its message; or what run->fail said); one that another
 *            callback leaves counts as an error of that callback, and is logged. That is so for an
 *            addon that got its host by baton_host_from_start; any other one has to clear what is
 *            pending (napi_get_and_clear_last_exception) before it returns. When the environment
 *            dies (a worker ends), `stop` and `finalize` come where no JavaScript can be run any
 *            more: functions that would run some return an error; references can be deleted.
 * Instances  One image of an addon serves all environments (the main one and workers) and each has
 *            a host of its own. So keep no host in a static variable: hand it on as `data` and in
 *            the payload, as above, or with napi_set_instance_data.
 * Lifetimes  `host` outlives the JavaScript value: it is valid until the process ends.
 * Unloading  Node.js unmaps an addon when the last worker that loaded it ends, also while threads
 *            run in it. Link it so that it stays: on Linux with -Wl,-z,nodelete. */
#ifndef BATON_NAPI_H_
#define BATON_NAPI_H_

#include <js_native_api.h>

#include "baton.h"

#ifdef __cplusplus
extern "C" {
#endif

#if NAPI_VERSION < 8
#error "baton_napi.h needs NAPI_VERSION 8 or newer"
#endif
#if BATON_ABI_MAJOR != 1
#error "a new major needs a new type tag"
#endif

/* Marks the external that is a `const baton_host*` of BATON_ABI_MAJOR 1. The host tags with it; it
 * differs for each major, so a host of another major is a foreign value. */
static const napi_type_tag baton_napi_type_tag = {0xae2ad0bf3ea44afaULL, 0xb0f22482d4088941ULL};

/* The host behind the value that `start` was given.
 * Result: NULL if it is any other value, and then a JavaScript TypeError (code INVALID_ARGUMENT)
 *         is pending: return to JavaScript. An exception that was pending before stays.
 * [loop-thread] */
static inline const baton_host* baton_host_from_value(napi_env env, napi_value value) {
  napi_valuetype type = napi_undefined;
  bool is_host = false;
  void* host = NULL;
  if (napi_typeof(env, value, &type) == napi_ok && type == napi_external &&
      napi_check_object_type_tag(env, value, &baton_napi_type_tag, &is_host) == napi_ok &&
      is_host && napi_get_value_external(env, value, &host) == napi_ok && host != NULL) {
    return (const baton_host*)host;
  }
  napi_throw_type_error(env, "INVALID_ARGUMENT",
                        "start takes the host that Baton passes to a plugin of ABI major 1");
  return NULL;
}

/* Marks the external by which an addon tells its host the napi_env it was loaded in. */
static const napi_type_tag baton_napi_environment_tag = {0x5f0d7a1c9be34d62ULL,
                                                         0x8c3e61f2d7a94b05ULL};

/* The host that `start` was called with; call it first thing in `start`, with the same arguments.
 * Tells the host about `env`, too: see "On loop".
 * Result: as baton_host_from_value.
 * [loop-thread] */
static inline const baton_host* baton_host_from_start(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value values[2] = {NULL, NULL};
  napi_value environment = NULL;
  napi_value receiver = NULL;
  napi_valuetype type = napi_undefined;
  const baton_host* host;
  if (napi_get_cb_info(env, info, &count, values, NULL, NULL) != napi_ok) return NULL;
  host = baton_host_from_value(env, values[0]);
  if (host == NULL || napi_typeof(env, values[1], &type) != napi_ok || type != napi_function)
    return host; /* a host of minor 0 */
  if (napi_create_external(env, env, NULL, NULL, &environment) != napi_ok ||
      napi_type_tag_object(env, environment, &baton_napi_environment_tag) != napi_ok ||
      napi_get_undefined(env, &receiver) != napi_ok ||
      napi_call_function(env, receiver, values[1], 1, &environment, NULL) != napi_ok) {
    return NULL; /* an exception is on its way */
  }
  return host;
}

#ifdef __cplusplus
}
#endif

#endif /* BATON_NAPI_H_ */
