/* An addon that is a plugin: `start(host)` logs one line through the host. */
#include <stdbool.h>

#include "baton_napi.h"
#include "node_api.h"

static napi_value start(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value value = NULL;
  const baton_host* host;
  if (napi_get_cb_info(env, info, &count, &value, NULL, NULL) != napi_ok) return NULL;
  host = baton_host_from_value(env, value);
  if (host != NULL) host->log(host, BATON_LOG_INFO, "hello from an addon");
  return NULL;
}

NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "start", NAPI_AUTO_LENGTH, start, NULL, &function);
  napi_set_named_property(env, exports, "start", function);
  return exports;
}
