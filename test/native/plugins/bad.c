/* Plugins that a host must refuse, one for each define. */
#define _POSIX_C_SOURCE 200809L
#include <stddef.h>

#include "plugin.h"

#ifdef BAD_SYMBOL
int nowhere_to_be_found(void);
#endif

static baton_status BATON_CALL plugin_start(const baton_host* host) {
#if defined(BAD_START)
  host->log(host, BATON_LOG_INFO, "it refuses");
  return BATON_ERROR_UNSUPPORTED;
#elif defined(BAD_SYMBOL)
  (void)host;
  return nowhere_to_be_found();
#else
  (void)host;
  return BATON_OK;
#endif
}

static void BATON_CALL plugin_stop(void) {}

#if defined(PLUGIN_ADDON)

static UNUSED napi_value throw_null(napi_env env, napi_callback_info info) {
  napi_value null;
  (void)info;
  napi_get_null(env, &null);
  napi_throw(env, null);
  return NULL;
}

NAPI_MODULE_INIT() {
#if !defined(BAD_EXPORTS)
  addon_text(env, exports, "name", PLUGIN_NAME);
  addon_text(env, exports, "version", "1.0.0");
#if defined(BAD_NULL)
  addon_function(env, exports, "start", throw_null);
#else
  addon_function(env, exports, "start", addon_start);
#endif
#else
  (void)env;
#endif
  return exports;
}

#elif defined(BAD_QUERY)

BATON_EXPORT int some_other_library(void) { return 42; }

#else

BATON_EXPORT const baton_plugin* BATON_CALL baton_plugin_query(void) {
#if defined(BAD_MAJOR)
  enum { MAJOR = BATON_ABI_MAJOR + 1 };
#else
  enum { MAJOR = BATON_ABI_MAJOR };
#endif
  static const baton_plugin plugin = {sizeof(baton_plugin), MAJOR,   BATON_ABI_MINOR, 0,
                                      PLUGIN_NAME,          "1.0.0", plugin_start,    plugin_stop};
#if defined(BAD_NULL)
  (void)plugin;
  return NULL;
#else
  return &plugin;
#endif
}

#endif
