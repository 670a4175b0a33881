/* A plugin whose job tells of itself in its step.
 *
 *   POST /teller/jobs?text=     answers the job's id; its step logs the text at each level
 *   POST /teller/outputs?size=  answers the job's id; it puts out "whole", "pieces" of so many bytes,
 *                               each i % 251, and leaves "open" open. Its content is what it was answered:
 *                               [put, open, write, close, write again, "../x", "logs"] */
#include "plugin.h"

#define PLUGIN_NAME "teller"

typedef struct told {
  char text[64];
} told;

static const baton_host* the_host;

static int32_t BATON_CALL step(void* payload, const baton_run* run) {
  const told* t = (const told*)payload;
  int32_t level;
  for (level = BATON_LOG_ERROR; level <= BATON_LOG_DEBUG; level++) run->log(run, level, t->text);
  return BATON_STEP_SUCCESS;
}

static int32_t BATON_CALL put_out(void* payload, const baton_run* run) {
  const told* t = (const told*)payload;
  const int64_t size = atoll(t->text);
  unsigned char piece[1000];
  char content[128];
  int64_t at;
  baton_status put, opened, written = BATON_OK, closed;
  put = run->put_output(run, "whole", "text/plain", "all of it", 9);
  opened = run->open_output(run, "pieces", "application/octet-stream");
  for (at = 0; at < size && written == BATON_OK;) {
    size_t length = 0;
    while (length < sizeof piece && at < size) piece[length++] = (unsigned char)(at++ % 251);
    written = run->write_output(run, "pieces", piece, length);
  }
  closed = run->close_output(run, "pieces");
  run->open_output(run, "open", "text/plain");
  snprintf(content, sizeof content, "{\"answers\":[%d,%d,%d,%d,%d,%d,%d]}", put, opened, written,
           closed, run->write_output(run, "pieces", "x", 1),
           run->put_output(run, "../x", "text/plain", "x", 1),
           run->put_output(run, "logs", "text/plain", "x", 1));
  run->set_content(run, content, strlen(content));
  return BATON_STEP_SUCCESS;
}

static baton_status BATON_CALL submit(void* data, const baton_request* request,
                                      baton_response* response) {
  baton_job_desc desc = {0};
  baton_job job;
  char id[BATON_ID_SIZE];
  baton_status status;
  told* t = calloc(1, sizeof *t);
  const int puts_out = data != NULL;
  if (t == NULL) return BATON_ERROR_NO_MEMORY;
  snprintf(t->text, sizeof t->text, "%s", argument(request, puts_out ? "size" : "text", ""));
  desc.struct_size = sizeof desc;
  desc.type = "teller";
  desc.payload = t;
  desc.step = puts_out ? put_out : step;
  desc.finalize = free;
  status = the_host->create_job(the_host, &desc, &job);
  if (status != BATON_OK) {
    free(t);
    return status;
  }
  status = the_host->submit_job(the_host, job, NULL, id);
  if (status != BATON_OK) {
    the_host->free_job(the_host, job);
    return status;
  }
  return answer(response, "%s", id);
}

static baton_status BATON_CALL plugin_start(const baton_host* host) {
  baton_status status;
  the_host = host;
  status = host->register_route(host, "POST", "/teller/jobs", submit, NULL);
  if (status != BATON_OK) return status;
  return host->register_route(host, "POST", "/teller/outputs", submit, &the_host);
}

static void BATON_CALL plugin_stop(void) {}

PLUGIN_DOOR
