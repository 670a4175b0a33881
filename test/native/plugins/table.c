/* A plugin that makes right and wrong calls with handles and tells what was answered.
 *
 *   GET /{plugin}/table               the cases of one thread, a line each: name and status
 *   GET /{plugin}/start               the same, as it came out in start, on the loop thread
 *   POST /{plugin}/create?kind=       a job that is kept: "number bits"
 *     plain  has no state         saved  has one         blocks  has one, and saying it takes until
 *     POST /{plugin}/unblock
 *   POST /{plugin}/submit/{bits}, /{plugin}/free/{bits}     the status
 *   GET /{plugin}/finalized/{number}  how often, and whether on the thread of the last free
 *   POST /{plugin}/release            jobs that run succeed
 *
 * `counts` in the plugin's settings: the file into which stop writes "created finalized". */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <pthread.h>

#include "plugin.h"

enum { MAX_PROBES = 512, TABLE_SIZE = 16384 };

typedef struct probe {
  const char* kind;
  int number;
  int finalized;
  int on_freeing_thread;
} probe;

static probe probes[MAX_PROBES];
static const baton_host* the_host;
static int probe_count, created, finalized, released, unblocked;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static __thread int is_freeing;
static char start_table[TABLE_SIZE];
static char counts_file[512];

static int load(int* value) { return __atomic_load_n(value, __ATOMIC_SEQ_CST); }
static void count(int* value) { __atomic_add_fetch(value, 1, __ATOMIC_SEQ_CST); }

static int32_t BATON_CALL step(void* payload, const baton_run* run) {
  (void)payload;
  if (load(&released)) return BATON_STEP_SUCCESS;
  if (run->should_stop(run) == 0) sleep_ms(1);
  return BATON_STEP_CONTINUE;
}

static baton_status BATON_CALL get_content(void* payload, const baton_sink* sink) {
  const probe* p = payload;
  const char* json = strcmp(p->kind, "list") == 0 ? "[]" : "{\"a\":1}";
  return sink->write(sink, json, strlen(json));
}

static baton_status BATON_CALL get_serialized(void* payload, const baton_sink* sink) {
  const probe* p = payload;
  if (strcmp(p->kind, "mute") == 0) return BATON_ERROR_INTERNAL;
  if (strcmp(p->kind, "blocks") == 0 && !load(&unblocked)) {
    the_host->log(the_host, BATON_LOG_INFO, "blocks");
    while (!load(&unblocked)) sleep_ms(1);
  }
  if (strcmp(p->kind, "huge") == 0) {
    static char chunk[65536];
    baton_status status = BATON_OK;
    int i;
    for (i = 0; i < 17 && status == BATON_OK; i++) {
      status = sink->write(sink, chunk, sizeof chunk);
    }
    return status;
  }
  return sink->write(sink, "state", 5);
}

static void BATON_CALL finalize(void* payload) {
  probe* p = payload;
  p->on_freeing_thread = is_freeing;
  count(&p->finalized);
  count(&finalized);
}

static probe* new_probe(const char* kind) {
  probe* p;
  pthread_mutex_lock(&mutex);
  if (probe_count == MAX_PROBES) abort();
  p = &probes[probe_count];
  p->number = probe_count++;
  pthread_mutex_unlock(&mutex);
  p->kind = kind;
  return p;
}

static baton_job_desc describe(probe* p) {
  baton_job_desc desc = {0};
  desc.struct_size = sizeof desc;
  desc.type = "probe";
  desc.payload = p;
  desc.step = step;
  desc.get_content = get_content;
  desc.get_serialized = strcmp(p->kind, "plain") == 0 ? NULL : get_serialized;
  desc.finalize = finalize;
  return desc;
}

static baton_status create(const baton_host* host, const baton_job_desc* desc, baton_job* job) {
  const baton_status status = host->create_job(host, desc, job);
  if (status == BATON_OK) count(&created);
  return status;
}

static baton_status free_here(const baton_host* host, baton_job job) {
  baton_status status;
  is_freeing = 1;
  status = host->free_job(host, job);
  is_freeing = 0;
  return status;
}

/* ---- the cases of one thread -- */

typedef struct table {
  char* bytes;
  size_t size;
} table;

static void tell(table* t, const char* name, int32_t value) {
  t->size +=
      (size_t)snprintf(t->bytes + t->size, TABLE_SIZE - t->size, "%s %d\n", name, (int)value);
}

/* Creates that fail leave the payload alone; so does the job_out. */
static void failing_creates(const baton_host* host, table* t) {
  static char long_type[BATON_TYPE_SIZE + 1];
  struct {
    baton_job_desc known;
    uint64_t unknown;
  } longer;
  probe* p = new_probe("saved");
  baton_job job = {77};
  baton_job_desc desc = describe(p);
  tell(t, "create-without-desc", create(host, NULL, &job));
  tell(t, "create-without-job", create(host, &desc, NULL));
  desc.step = NULL;
  tell(t, "create-without-step", create(host, &desc, &job));
  desc = describe(p);
  desc.type = NULL;
  tell(t, "create-without-type", create(host, &desc, &job));
  desc.type = "";
  tell(t, "create-with-empty-type", create(host, &desc, &job));
  desc.type = "\xff";
  tell(t, "create-with-type-not-utf8", create(host, &desc, &job));
  memset(long_type, 'x', sizeof long_type - 1);
  desc.type = long_type;
  tell(t, "create-with-long-type", create(host, &desc, &job));
  desc = describe(p);
  desc.flags = 2;
  tell(t, "create-with-unknown-flag", create(host, &desc, &job));
  desc.flags = 0;
  desc.struct_size = 0;
  tell(t, "create-with-no-size", create(host, &desc, &job));
  memset(&longer, 0, sizeof longer);
  longer.known = describe(p);
  longer.known.struct_size = sizeof longer;
  longer.unknown = 1;
  tell(t, "create-too-new", create(host, &longer.known, &job));
  tell(t, "creates-finalized", p->finalized);
  tell(t, "creates-wrote", job.bits != 77);
  longer.unknown = 0;
  tell(t, "create-longer", create(host, &longer.known, &job));
  tell(t, "create-longer-free", free_here(host, job));
}

static void frees(const baton_host* host, table* t) {
  probe* p = new_probe("saved");
  const baton_job_desc desc = describe(p);
  baton_job job = {0};
  baton_job none = {0};
  baton_job forged = {0};
  char id[BATON_ID_SIZE] = "untouched";
  tell(t, "create", create(host, &desc, &job));
  tell(t, "free", free_here(host, job));
  tell(t, "free-finalized", p->finalized);
  tell(t, "free-finalized-here", p->on_freeing_thread);
  tell(t, "free-again", free_here(host, job));
  tell(t, "submit-freed", host->submit_job(host, job, NULL, id));
  tell(t, "free-none", free_here(host, none));
  tell(t, "submit-none", host->submit_job(host, none, NULL, id));
  forged.bits = job.bits + (UINT64_C(1) << 40);
  tell(t, "free-forged", free_here(host, forged));
  forged.bits = UINT64_MAX;
  tell(t, "submit-garbage", host->submit_job(host, forged, NULL, id));
  tell(t, "submits-wrote", strcmp(id, "untouched") != 0);
  tell(t, "frees-finalized", p->finalized);
}

static baton_status submit_with(const baton_host* host, baton_job job, const char* what) {
  struct {
    baton_submit_options known;
    uint64_t unknown;
  } options;
  char id[BATON_ID_SIZE];
  memset(&options, 0, sizeof options);
  options.known.struct_size = sizeof options.known;
  if (strcmp(what, "key") == 0) options.known.key = "";
  if (strcmp(what, "flag") == 0) options.known.flags = 4;
  if (strcmp(what, "delay") == 0) options.known.start_after_ms = -1;
  if (strcmp(what, "timeout") == 0) options.known.step_timeout_ms = -1;
  if (strcmp(what, "data") == 0) options.known.user_data = "{";
  if (strcmp(what, "factor") == 0) options.known.backoff_factor = 0.5;
  if (strcmp(what, "attempts") == 0) options.known.max_attempts = -1;
  if (strcmp(what, "new") == 0) {
    options.known.struct_size = sizeof options;
    options.unknown = 1;
  }
  return host->submit_job(host, job, &options.known, id);
}

/* After every submit that fails the handle is as good as before. */
static void failing_submits(const baton_host* host, table* t) {
  static const char* const kinds[] = {"mute", "list", "huge"};
  static const char* const wrongs[] = {"key",  "flag",   "delay",    "timeout",
                                       "data", "factor", "attempts", "new"};
  char id[BATON_ID_SIZE] = "untouched";
  char name[64];
  size_t i;
  for (i = 0; i < 3; i++) {
    probe* p = new_probe(kinds[i]);
    const baton_job_desc desc = describe(p);
    baton_job job;
    create(host, &desc, &job);
    snprintf(name, sizeof name, "submit-%s", kinds[i]);
    tell(t, name, host->submit_job(host, job, NULL, id));
    snprintf(name, sizeof name, "submit-%s-finalized", kinds[i]);
    tell(t, name, p->finalized);
    p->kind = "saved";
    snprintf(name, sizeof name, "submit-%s-again", kinds[i]);
    tell(t, name, host->submit_job(host, job, NULL, id));
  }
  {
    probe* p = new_probe("saved");
    const baton_job_desc desc = describe(p);
    baton_job job;
    create(host, &desc, &job);
    tell(t, "submit-without-id", host->submit_job(host, job, NULL, NULL));
    for (i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
      snprintf(name, sizeof name, "submit-with-%s", wrongs[i]);
      tell(t, name, submit_with(host, job, wrongs[i]));
    }
    tell(t, "submit-finalized", p->finalized);
    tell(t, "submit", host->submit_job(host, job, NULL, id));
    tell(t, "submit-wrote", strlen(id) == BATON_ID_SIZE - 1);
    tell(t, "submit-again", host->submit_job(host, job, NULL, id));
    tell(t, "free-submitted", free_here(host, job));
    tell(t, "submitted-finalized", p->finalized);
  }
}

static void run_table(const baton_host* host, char* bytes) {
  table t = {NULL, 0};
  t.bytes = bytes;
  failing_creates(host, &t);
  frees(host, &t);
  failing_submits(host, &t);
}

/* ---- routes -- */

static baton_status BATON_CALL table_here(void* data, const baton_request* request,
                                          baton_response* response) {
  char bytes[TABLE_SIZE];
  (void)request;
  run_table(data, bytes);
  return response->write(response, bytes, strlen(bytes));
}

static baton_status BATON_CALL table_of_start(void* data, const baton_request* request,
                                              baton_response* response) {
  (void)data;
  (void)request;
  return response->write(response, start_table, strlen(start_table));
}

static baton_status BATON_CALL create_one(void* data, const baton_request* request,
                                          baton_response* response) {
  static const char* const kinds[] = {"plain", "saved", "blocks"};
  const char* wanted = argument(request, "kind", "saved");
  size_t i;
  for (i = 0; i < 3; i++) {
    if (strcmp(kinds[i], wanted) == 0) {
      probe* p = new_probe(kinds[i]);
      const baton_job_desc desc = describe(p);
      baton_job job;
      const baton_status status = create(data, &desc, &job);
      if (status != BATON_OK) return status;
      return answer(response, "%d %" PRIu64, p->number, job.bits);
    }
  }
  return BATON_ERROR_INVALID_ARGUMENT;
}

static baton_job job_of(const baton_request* request) {
  baton_job job;
  job.bits = strtoull(request->groups[0].value, NULL, 10);
  return job;
}

static baton_status BATON_CALL submit_one(void* data, const baton_request* request,
                                          baton_response* response) {
  const baton_host* host = data;
  char id[BATON_ID_SIZE];
  return answer(response, "%d", (int)host->submit_job(host, job_of(request), NULL, id));
}

static baton_status BATON_CALL free_one(void* data, const baton_request* request,
                                        baton_response* response) {
  return answer(response, "%d", (int)free_here(data, job_of(request)));
}

static baton_status BATON_CALL finalized_one(void* data, const baton_request* request,
                                             baton_response* response) {
  probe* p = &probes[atoi(request->groups[0].value)];
  /* Where it is not finalized yet, a pool thread may be about to. */
  const int is_finalized = load(&p->finalized);
  (void)data;
  return answer(response, "%d %d", is_finalized, is_finalized ? p->on_freeing_thread : 0);
}

static baton_status BATON_CALL raise_flag(void* data, const baton_request* request,
                                          baton_response* response) {
  (void)request;
  count(data);
  return answer(response, "0");
}

static baton_status route(const baton_host* host, const char* method, const char* path,
                          baton_handler handler, void* data) {
  char pattern[64];
  snprintf(pattern, sizeof pattern, "/%s%s", PLUGIN_NAME, path);
  return host->register_route(host, method, pattern, handler, data);
}

static baton_status BATON_CALL plugin_start(const baton_host* host) {
  void* data = (void*)host;
  memset(probes, 0, sizeof probes);
  the_host = host;
  probe_count = created = finalized = released = unblocked = 0;
  setting(host, "/" PLUGIN_NAME "/counts", counts_file, sizeof counts_file);
  run_table(host, start_table);
  route(host, "GET", "/table", table_here, data);
  route(host, "GET", "/start", table_of_start, data);
  route(host, "POST", "/create", create_one, data);
  route(host, "POST", "/submit/{bits}", submit_one, data);
  route(host, "POST", "/free/{bits}", free_one, data);
  route(host, "GET", "/finalized/{number}", finalized_one, data);
  route(host, "POST", "/release", raise_flag, &released);
  return route(host, "POST", "/unblock", raise_flag, &unblocked);
}

static void BATON_CALL plugin_stop(void) {
  FILE* file = fopen(counts_file, "w");
  if (file == NULL) return;
  fprintf(file, "%d %d", load(&created), load(&finalized));
  fclose(file);
}

PLUGIN_DOOR
