/* Jobs that are made from content. The types are "made", and in the loop's own addon "made-on-loop";
 * one that has no creator is "unmade". A job shows its content as it was given; what is done depends on
 * a word in it:
 *
 *   "refuse"  INVALID_ARGUMENT, with the words "this will not do"
 *   "mute"    INVALID_ARGUMENT, without words
 *   "fault"   INTERNAL, with words that nobody but the log may hear
 *   "other"   a job of another type
 *   "none"    OK without a job
 *   "lost"    OK with a job that was freed
 *   "again"   registers the creator once more and shows what that is answered
 *   "chain"   asks for another job (POST /jobs) and shows the HTTP status of the answer
 *
 * POST /maker/jobs posts its body to /jobs, and answers "<status> <HTTP status>" of that. Nobody asks
 * before eight do, on as many threads as there are.
 * GET /maker/counts answers "<created> <finalized> <on another thread than start>". */
#include <pthread.h>

#define PLUGIN_NAME "maker"
#include "plugin.h"

typedef struct made {
  char content[512];
} made;

static struct {
  const baton_host* host;
  pthread_t thread;
  int created, finalized, strays, asking;
  pthread_mutex_t mutex;
} plugin = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void count(int* number) {
  pthread_mutex_lock(&plugin.mutex);
  ++*number;
  pthread_mutex_unlock(&plugin.mutex);
}

static int32_t BATON_CALL step(void* payload, const baton_run* run) {
  (void)payload;
  (void)run;
  return BATON_STEP_SUCCESS;
}

static baton_status BATON_CALL get_content(void* payload, const baton_sink* sink) {
  const made* self = payload;
  return sink->write(sink, self->content, strlen(self->content));
}

static void BATON_CALL finalize(void* payload) {
  count(&plugin.finalized);
  free(payload);
}

static baton_status make(const char* type, uint32_t flags, const char* content, baton_job* job) {
  baton_job_desc desc = {0};
  baton_status status;
  made* self = calloc(1, sizeof *self);
  if (self == NULL) return BATON_ERROR_NO_MEMORY;
  snprintf(self->content, sizeof self->content, "%s", content);
  desc.struct_size = sizeof desc;
  desc.flags = flags;
  desc.type = type;
  desc.payload = self;
  desc.step = step;
  desc.get_content = get_content;
  desc.get_serialized = get_content;
  desc.finalize = finalize;
  status = plugin.host->create_job(plugin.host, &desc, job);
  if (status == BATON_OK) {
    count(&plugin.created);
  } else {
    free(self);
  }
  return status;
}

static baton_status refuse(const baton_sink* why, const char* words, baton_status status) {
  why->write(why, words, strlen(words));
  return status;
}

static int number_of(const int* number) {
  int now;
  pthread_mutex_lock(&plugin.mutex);
  now = *number;
  pthread_mutex_unlock(&plugin.mutex);
  return now;
}

/* POST /jobs, on this thread. */
static baton_status ask(const void* body, size_t size, int32_t* http_status) {
  int patience_ms = 5000;
  count(&plugin.asking);
  while (number_of(&plugin.asking) < 8 && patience_ms-- > 0) sleep_ms(1);
  *http_status = 0;
  return plugin.host->call_rest(plugin.host, "POST", "/jobs", NULL, 0, body, size, NULL,
                                http_status);
}

static baton_status BATON_CALL create(void* data, const char* type, const char* content,
                                      size_t size, const baton_sink* why, baton_job* job) {
  const uint32_t flags = *(const uint32_t*)data;
  if (strlen(content) != size) return BATON_ERROR_INTERNAL;
  if (flags != 0 && !pthread_equal(plugin.thread, pthread_self())) count(&plugin.strays);
  if (strstr(content, "refuse")) {
    return refuse(why, "this will not do", BATON_ERROR_INVALID_ARGUMENT);
  }
  if (strstr(content, "mute")) return BATON_ERROR_INVALID_ARGUMENT;
  if (strstr(content, "fault")) return refuse(why, "a secret of mine", BATON_ERROR_INTERNAL);
  if (strstr(content, "none")) return BATON_OK;
  if (strstr(content, "other")) return make("unmade", flags, content, job);
  if (strstr(content, "lost")) {
    const baton_status status = make(type, flags, content, job);
    return status == BATON_OK ? plugin.host->free_job(plugin.host, *job) : status;
  }
  if (strstr(content, "again")) {
    char shown[64];
    snprintf(shown, sizeof shown, "{\"twice\":%d,\"unknown\":%d}",
             plugin.host->register_creator(plugin.host, type, create, data),
             plugin.host->register_creator(plugin.host, "nobody's", create, data));
    return make(type, flags, shown, job);
  }
  if (strstr(content, "chain")) {
    const char another[] = "{\"Type\":\"made\"}";
    char shown[64];
    int32_t http_status;
    const baton_status status = ask(another, sizeof another - 1, &http_status);
    snprintf(shown, sizeof shown, "{\"status\":%d,\"http\":%d}", status, http_status);
    return make(type, flags, shown, job);
  }
  return make(type, flags, content, job);
}

static baton_status BATON_CALL revive(void* data, const char* type, const void* state, size_t size,
                                      baton_job* job) {
  char content[512] = "";
  if (size >= sizeof content) return BATON_ERROR_INVALID_ARGUMENT;
  memcpy(content, state, size);
  return make(type, *(const uint32_t*)data, content, job);
}

static baton_status BATON_CALL handle_counts(void* data, const baton_request* request,
                                             baton_response* response) {
  (void)data;
  (void)request;
  return answer(response, "%d %d %d", number_of(&plugin.created), number_of(&plugin.finalized),
                number_of(&plugin.strays));
}

static baton_status BATON_CALL handle_jobs(void* data, const baton_request* request,
                                           baton_response* response) {
  int32_t http_status;
  const baton_status status = ask(request->body, request->body_size, &http_status);
  (void)data;
  return answer(response, "%d %d", status, http_status);
}

static baton_status BATON_CALL plugin_start(const baton_host* host) {
  static uint32_t in_pool = 0, on_loop = BATON_JOB_ON_LOOP;
  baton_status status;
  plugin.host = host;
  plugin.thread = pthread_self();
  plugin.created = plugin.finalized = plugin.strays = plugin.asking = 0;
  status = host->register_type(host, "made", 0, revive, &in_pool);
  if (status == BATON_OK) status = host->register_creator(host, "made", create, &in_pool);
  if (status == BATON_OK) status = host->register_type(host, "unmade", 0, revive, &in_pool);
  if (status == BATON_OK) {
    status = host->register_type(host, "made-on-loop", BATON_JOB_ON_LOOP, revive, &on_loop);
  }
  if (status == BATON_OK) status = host->register_creator(host, "made-on-loop", create, &on_loop);
  if (status != BATON_OK) return status;
  status = host->register_route(host, "POST", "/maker/jobs", handle_jobs, NULL);
  if (status != BATON_OK) return status;
  return host->register_route(host, "GET", "/maker/counts", handle_counts, NULL);
}

static void BATON_CALL plugin_stop(void) {}

PLUGIN_DOOR
