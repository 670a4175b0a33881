/* A plugin that says more than its host can want: POST /talker/log with {"lines": n} logs so many
 * lines without a pause. */
#define PLUGIN_NAME "talker"
#include "plugin.h"

static const baton_host* the_host;

static baton_status BATON_CALL talk(void* data, const baton_request* request,
                                    baton_response* response) {
  char body[64] = "";
  long lines = 0;
  long line;
  (void)data;
  if (request->body_size >= sizeof body) return BATON_ERROR_TOO_LARGE;
  memcpy(body, request->body, request->body_size);
  sscanf(body, "{\"lines\":%ld}", &lines);
  for (line = 1; line <= lines; line++) {
    char text[32];
    snprintf(text, sizeof text, "says %ld", line);
    the_host->log(the_host, BATON_LOG_INFO, text);
  }
  return answer(response, "said");
}

static baton_status BATON_CALL plugin_start(const baton_host* host) {
  the_host = host;
  return host->register_route(host, "POST", "/talker/log", talk, NULL);
}

static void BATON_CALL plugin_stop(void) {}

PLUGIN_DOOR
