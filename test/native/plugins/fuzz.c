/* A plugin whose own threads use the host at random, and whose payloads check what is done to them.
 * What must not be ends the process: abort(), after one line on the standard error.
 *
 *   POST /fuzz/storm?seed=&threads=&operations=   starts threads, answers at once
 *   GET  /fuzz/counts                             "created finalized", of all hosts so far
 *
 * Each thread has random numbers of its own, from `seed`. stop waits for the threads, and checks
 * that every payload of this load was finalized. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <unistd.h>

#define PLUGIN_NAME "fuzz"
#include "plugin.h"

enum { MAX_THREADS = 16, MAX_SHARED = 256, CANARY = 0x5a17ab1e };

#define MUST(condition)                                                             \
  do {                                                                              \
    if (!(condition)) {                                                             \
      fprintf(stderr, "%s:%d: must not be: !(%s)\n", __FILE__, __LINE__, #condition); \
      abort();                                                                      \
    }                                                                               \
  } while (0)

typedef struct drop {
  int head;
  const baton_host* host;
  uint32_t random;
  int steps;
  int fault; /* 1 content fails, 2 state fails, 3 content is no JSON */
  int saved;
  int callbacks; /* of this payload; nobody locks it */
  int inside;
  int tail;
} drop;

typedef struct player {
  pthread_t thread;
  const baton_host* host;
  uint32_t random;
  int operations;
} player;

static struct {
  pthread_mutex_t mutex;
  const baton_host* host;
  player players[MAX_THREADS];
  int player_count;
  uint64_t shared[MAX_SHARED]; /* handles that any thread may use */
  char ids[MAX_SHARED][BATON_ID_SIZE];
  int closing;
  int created, finalized;
} plugin = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static int load(int* value) { return __atomic_load_n(value, __ATOMIC_SEQ_CST); }
static void add(int* value, int more) { __atomic_add_fetch(value, more, __ATOMIC_SEQ_CST); }

static uint32_t next(uint32_t* random) {
  *random = *random * 1664525u + 1013904223u;
  return *random >> 8;
}

/* ---- the job -- */

static drop* enter(void* payload) {
  drop* d = payload;
  MUST(d->head == CANARY && d->tail == CANARY);
  MUST(__atomic_exchange_n(&d->inside, 1, __ATOMIC_RELAXED) == 0);
  d->callbacks++;
  return d;
}

static void leave(drop* d) { __atomic_store_n(&d->inside, 0, __ATOMIC_RELAXED); }

static baton_status submit_new(const baton_host* host, uint32_t* random);

static int32_t step_inside(drop* d, const baton_run* run) {
  const uint32_t dice = next(&d->random);
  run->set_progress(run, dice % 8, 8);
  if (dice % 19 == 0) run->checkpoint(run, &d->steps, sizeof d->steps);
  if (dice % 13 == 0) {
    uint32_t child = 0;
    run->add_child(run, dice % 5, dice % 7 ? "part" : "", dice % 11, &child);
    run->set_child_progress(run, child, dice % 9, 8);
    run->child_canceled(run, dice % 6);
    if (dice % 2 == 0) run->finish_child(run, dice % 4, (int32_t)(dice % 8));
  }
  if (dice % 43 == 0) submit_new(d->host, &d->random);
  if (dice % 31 == 0) {
    run->fail(run, "FUZZ", "as it was told", (int32_t)(dice % 2));
    return BATON_STEP_FAILURE;
  }
  if (dice % 37 == 0) return 1000;
  if (dice % 29 == 0) {
    run->retry_after(run, dice % 5);
    return BATON_STEP_RETRY;
  }
  if (dice % 41 == 0) d->fault = (int)(dice % 4);
  if (dice % 7 == 0) sleep_ms(dice % 3);
  return --d->steps > 0 ? BATON_STEP_CONTINUE : BATON_STEP_SUCCESS;
}

static int32_t BATON_CALL step(void* payload, const baton_run* run) {
  drop* d = enter(payload);
  const int32_t result = step_inside(d, run);
  leave(d);
  return result;
}

static void BATON_CALL on_stop(void* payload, int32_t reason) {
  drop* d = enter(payload);
  MUST(reason >= BATON_STOP_SUCCESS && reason <= BATON_STOP_CLOSING);
  leave(d);
}

static baton_status BATON_CALL reset(void* payload) {
  drop* d = enter(payload);
  d->steps = 2;
  d->fault = 0;
  leave(d);
  return BATON_OK;
}

static double BATON_CALL get_progress(void* payload) {
  drop* d = enter(payload);
  const double progress = 1.0 / (d->steps + 1);
  leave(d);
  return progress;
}

static baton_status BATON_CALL get_content(void* payload, const baton_sink* sink) {
  drop* d = enter(payload);
  const char* content = d->fault == 3 ? "[" : "{}";
  baton_status status = d->fault == 1 ? BATON_ERROR_INTERNAL : sink->write(sink, content, strlen(content));
  leave(d);
  return status;
}

static baton_status BATON_CALL get_serialized(void* payload, const baton_sink* sink) {
  drop* d = enter(payload);
  baton_status status = BATON_ERROR_UNSUPPORTED;
  if (d->fault == 2) status = BATON_ERROR_NO_MEMORY;
  if (d->fault != 2 && d->saved) status = sink->write(sink, &d->steps, sizeof d->steps);
  leave(d);
  return status;
}

static void BATON_CALL finalize(void* payload) {
  drop* d = enter(payload);
  d->head = d->tail = 0;
  leave(d);
  free(d);
  add(&plugin.finalized, 1);
}

static baton_status create(const baton_host* host, uint32_t dice, int revived, baton_job* job) {
  baton_job_desc desc = {0};
  baton_status status;
  drop* d = calloc(1, sizeof *d);
  MUST(d != NULL);
  d->head = d->tail = CANARY;
  d->host = host;
  d->random = dice;
  d->steps = 1 + (int)(dice % 12);
  d->fault = !revived && dice % 9 == 0 ? 1 + (int)(dice / 9 % 3) : 0;
  d->saved = revived || dice % 3 != 0;
  desc.struct_size = sizeof desc;
  desc.type = "fuzz";
  desc.payload = d;
  desc.step = step;
  desc.stop = on_stop;
  desc.reset = dice % 2 == 0 ? reset : NULL;
  desc.get_progress = get_progress;
  desc.get_content = get_content;
  desc.get_serialized = get_serialized;
  desc.finalize = finalize;
  add(&plugin.created, 1);
  status = host->create_job(host, &desc, job);
  if (status == BATON_OK) return status;
  MUST(status == BATON_ERROR_CLOSING && d->callbacks == 0);
  add(&plugin.created, -1);
  free(d);
  return status;
}

static baton_status BATON_CALL revive(void* data, const char* type, const void* state, size_t size,
                                      baton_job* job) {
  int steps = 1;
  MUST(strcmp(type, "fuzz") == 0);
  if (size == sizeof steps) memcpy(&steps, state, size);
  return create(data, (uint32_t)steps, 1, job);
}

/* ---- the threads -- */

static void remember_id(uint32_t dice, const char* id) {
  pthread_mutex_lock(&plugin.mutex);
  memcpy(plugin.ids[dice % MAX_SHARED], id, BATON_ID_SIZE);
  pthread_mutex_unlock(&plugin.mutex);
}

static baton_status submit_new(const baton_host* host, uint32_t* random) {
  const uint32_t dice = next(random);
  baton_submit_options options = {0};
  char id[BATON_ID_SIZE] = "untouched";
  baton_job job = {0};
  baton_status status = create(host, dice, 0, &job);
  const int fails = dice % 9 == 0;
  if (status != BATON_OK) return status;
  options.struct_size = sizeof options;
  options.priority = (int32_t)(dice % 3);
  options.max_attempts = (int32_t)(dice % 3);
  options.backoff_first_ms = 1;
  /* Some steps sleep for longer. */
  options.step_timeout_ms = dice % 5 == 0 ? 1 : 0;
  status = host->submit_job(host, job, &options, id);
  MUST(status != BATON_OK || !fails);
  if (status == BATON_OK) {
    MUST(strlen(id) == BATON_ID_SIZE - 1);
    remember_id(dice, id);
    return status;
  }
  MUST(strcmp(id, "untouched") == 0);
  MUST(status == BATON_ERROR_CLOSING || status == BATON_ERROR_QUEUE_FULL ||
       status == BATON_ERROR_TIMED_OUT || status == BATON_ERROR_STORE_FAILED || fails);
  /* Ours, as before: nobody else has this handle. Only a closing may have been quicker, and then
   * nothing can be created any more. */
  if (host->free_job(host, job) == BATON_OK) return status;
  MUST(create(host, dice, 0, &job) == BATON_ERROR_CLOSING);
  return BATON_ERROR_CLOSING;
}

/* A handle that any thread frees and submits: whoever is first has it. */
static void use_shared(const baton_host* host, uint32_t* random) {
  const uint32_t dice = next(random);
  uint64_t* place = &plugin.shared[dice % MAX_SHARED];
  baton_job job = {__atomic_load_n(place, __ATOMIC_SEQ_CST)};
  char id[BATON_ID_SIZE];
  baton_status status;
  if (job.bits == 0 || dice % 5 == 0) {
    if (create(host, dice, 0, &job) == BATON_OK) __atomic_store_n(place, job.bits, __ATOMIC_SEQ_CST);
    return;
  }
  if (dice % 7 == 0) job.bits ^= (uint64_t)1 << (32 + dice % 30);
  status = dice % 2 ? host->free_job(host, job) : host->submit_job(host, job, NULL, id);
  MUST(status >= BATON_OK && status <= BATON_ERROR_BAD_STATE_DATA && status != BATON_ERROR_NOT_YOURS);
}

static void call_by_id(const baton_host* host, uint32_t* random) {
  const uint32_t dice = next(random);
  char id[BATON_ID_SIZE];
  baton_job_info info = {0};
  baton_status status = BATON_OK;
  info.struct_size = sizeof info;
  pthread_mutex_lock(&plugin.mutex);
  memcpy(id, plugin.ids[next(random) % MAX_SHARED], sizeof id);
  pthread_mutex_unlock(&plugin.mutex);
  switch (dice % 8) {
    case 0: status = host->cancel_job(host, id); break;
    case 1: status = host->pause_job(host, id); break;
    case 2: status = host->resume_job(host, id); break;
    case 3: status = host->resubmit_job(host, id); break;
    case 4: status = host->delete_job(host, id); break;
    case 5: status = host->set_priority(host, id, (int32_t)(dice % 5)); break;
    case 6: status = host->job_info(host, id, &info); break;
    default: status = host->wait_job(host, id, dice % 4, &info); break;
  }
  MUST(status == BATON_OK || status == BATON_ERROR_NOT_FOUND || status == BATON_ERROR_WRONG_STATE ||
       status == BATON_ERROR_CLOSING || status == BATON_ERROR_TIMED_OUT ||
       status == BATON_ERROR_INVALID_ARGUMENT);
}

static void* play(void* data) {
  player* p = data;
  for (; p->operations > 0 && !load(&plugin.closing); p->operations--) {
    switch (next(&p->random) % 4) {
      case 0: use_shared(p->host, &p->random); break;
      case 1: submit_new(p->host, &p->random); break;
      default: call_by_id(p->host, &p->random); break;
    }
  }
  return NULL;
}

/* ---- the doors -- */

static baton_status BATON_CALL storm(void* data, const baton_request* request,
                                     baton_response* response) {
  int64_t count = argument_number(request, "threads", 1);
  pthread_mutex_lock(&plugin.mutex);
  for (; count > 0 && plugin.player_count < MAX_THREADS && !plugin.closing; count--) {
    player* p = &plugin.players[plugin.player_count];
    p->host = data;
    p->random = (uint32_t)argument_number(request, "seed", 1) * 31u + (uint32_t)plugin.player_count;
    p->operations = (int)argument_number(request, "operations", 100);
    if (pthread_create(&p->thread, NULL, play, p) == 0) plugin.player_count++;
  }
  pthread_mutex_unlock(&plugin.mutex);
  return answer(response, "0");
}

static baton_status BATON_CALL counts(void* data, const baton_request* request,
                                      baton_response* response) {
  (void)data;
  (void)request;
  return answer(response, "%d %d", load(&plugin.created), load(&plugin.finalized));
}

static baton_status BATON_CALL plugin_start(const baton_host* host) {
  void* data = (void*)host;
  plugin.host = host;
  plugin.player_count = 0;
  plugin.closing = 0;
  memset(plugin.ids, 0, sizeof plugin.ids);
  memset(plugin.shared, 0, sizeof plugin.shared);
  host->register_type(host, "fuzz", 0, revive, data);
  host->register_route(host, "POST", "/fuzz/storm", storm, data);
  host->register_route(host, "GET", "/fuzz/counts", counts, data);
  return BATON_OK;
}

static void BATON_CALL plugin_stop(void) {
  int i;
  add(&plugin.closing, 1);
  for (i = 0; i < plugin.player_count; i++) pthread_join(plugin.players[i].thread, NULL);
  MUST(load(&plugin.created) == load(&plugin.finalized));
}

PLUGIN_DOOR
