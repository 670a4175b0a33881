/* A plugin whose route streams, and tells how far it came.
 *
 *   GET /streamer/bytes?writes=&size=&fails=   the byte at offset o is o % 251; fails: in the end
 *   GET /streamer/told                         "<writes that went well> <status of the last>\n" */
#include "plugin.h"

#include <stdatomic.h>

#define PLUGIN_NAME "streamer"

static atomic_int went_well, last_status;

static baton_status BATON_CALL stream(void* data, const baton_request* request,
                                      baton_response* response) {
  const int64_t writes = argument_number(request, "writes", 1);
  const size_t size = (size_t)argument_number(request, "size", 1);
  unsigned char* bytes = malloc(size);
  baton_status status = BATON_OK;
  size_t offset = 0;
  int64_t i;
  (void)data;
  if (bytes == NULL) return BATON_ERROR_NO_MEMORY;
  atomic_store(&went_well, 0);
  atomic_store(&last_status, BATON_OK);
  for (i = 0; i < writes && status == BATON_OK; i++) {
    size_t at;
    for (at = 0; at < size; at++) bytes[at] = (unsigned char)(offset++ % 251);
    status = response->write(response, bytes, size);
    if (status == BATON_OK) atomic_fetch_add(&went_well, 1);
  }
  free(bytes);
  atomic_store(&last_status, status);
  if (status != BATON_OK) return status;
  return argument_number(request, "fails", 0) == 0 ? BATON_OK : BATON_ERROR_INTERNAL;
}

static baton_status BATON_CALL tell(void* data, const baton_request* request,
                                    baton_response* response) {
  (void)data;
  (void)request;
  return answer(response, "%d %d\n", atomic_load(&went_well), atomic_load(&last_status));
}

static baton_status BATON_CALL plugin_start(const baton_host* host) {
  const baton_status status = host->register_route(host, "GET", "/streamer/bytes", stream, NULL);
  if (status != BATON_OK) return status;
  return host->register_route(host, "GET", "/streamer/told", tell, NULL);
}

static void BATON_CALL plugin_stop(void) {}

PLUGIN_DOOR
