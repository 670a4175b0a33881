/* A plugin that makes each call of baton.h beside jobs when it is told to over HTTP.
 *
 *   POST /services/rest?method=&path=[&sink=full]   "<status> <http status> <body>", by this thread
 *   POST /services/rest?…&threads=n                 the same by n threads at once, one line each
 *   POST /services/steps?path=&count=               as many jobs; each step makes a GET; "0"
 *   GET  /services/stepped                          a line "<status> <http status> <body>" each
 *   GET  /services/leaf                             "leaf"
 *   GET  /services/by?path=                         what call_rest of that path answers
 *   GET  /services/refuses?status=                  the handler returns that baton_status
 *   GET  /services/breaks                           writes, then returns an error
 *   POST, GET, DELETE /services/property?name=      the body is the value; "<status> <value>"
 *   POST /services/metric?name=&value=  POST /services/error?code=&text=[&http=]   "<status>"
 *   POST /services/fail?code=                       a job that fails so; its id
 *   POST /services/subscribe?mask=[&slow=ms]        "<status>"
 *   GET  /services/heard                            a line "<kind> <from> <state> <missed> <id> <type>" each
 *   GET  /services/wrong                            a line "<what> <status>" for each wrong use
 *   GET  /services/start                            what call_rest was answered in start
 *
 * Setting `waits`: a thread of its own waits in call_rest of this path until the host closes, and
 * the file of the setting `told` gets its status in stop; before that it is a metric, waiter_told.
 * `subscribes`: so often it subscribes to submits and changes in start, then submits one job. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>

#define PLUGIN_NAME "services"
#include "plugin.h"

enum { BODY_SIZE = 4096, MOST_LINES = 40000, LINE_SIZE = 200, MOST_THREADS = 32 };

static const baton_host* host;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static char (*lines)[LINE_SIZE];
static int line_count;
static char stepped[MOST_THREADS][BODY_SIZE];
static int stepped_count;
static baton_status on_start;
static char waits_for[200];
static char told_file[500];
static pthread_t waiter;
static baton_status waiter_told;

typedef struct rest {
  const char* method;
  const char* path;
  int full;
  char body[BODY_SIZE];
  int32_t http_status;
  baton_status status;
  char line[BODY_SIZE + 100];
} rest;

static baton_status BATON_CALL full_write(const baton_sink* sink, const void* bytes, size_t size) {
  (void)sink;
  (void)bytes;
  (void)size;
  return BATON_ERROR_QUEUE_FULL;
}

static void make(rest* r) {
  text answer_text = {NULL, 0, BODY_SIZE};
  baton_sink sink = {sizeof(baton_sink), 0, NULL, text_write};
  answer_text.bytes = r->body;
  r->body[0] = '\0';
  r->http_status = -1;
  sink.context = &answer_text;
  if (r->full) sink.write = full_write;
  r->status = host->call_rest(host, r->method, r->path, NULL, 0, NULL, 0, &sink, &r->http_status);
  snprintf(r->line, sizeof r->line, "%d %d %s", (int)r->status, (int)r->http_status, r->body);
}

static void* make_on_thread(void* data) {
  make(data);
  return NULL;
}

static baton_status write_text(baton_response* response, const char* line) {
  return response->write(response, line, strlen(line));
}

static baton_status BATON_CALL by_rest(void* data, const baton_request* request,
                                       baton_response* response) {
  static rest all[MOST_THREADS];
  pthread_t threads[MOST_THREADS];
  const int count = (int)argument_number(request, "threads", 0);
  int i;
  rest r;
  (void)data;
  memset(&r, 0, sizeof r);
  r.method = argument(request, "method", "GET");
  r.path = argument(request, "path", NULL);
  r.full = argument(request, "sink", NULL) != NULL;
  if (count == 0) {
    make(&r);
    return write_text(response, r.line);
  }
  for (i = 0; i < count && i < MOST_THREADS; i++) {
    all[i] = r;
    pthread_create(&threads[i], NULL, make_on_thread, &all[i]);
  }
  for (i = 0; i < count && i < MOST_THREADS; i++) {
    pthread_join(threads[i], NULL);
    write_text(response, all[i].line);
    write_text(response, "\n");
  }
  return BATON_OK;
}

static baton_status BATON_CALL by_path(void* data, const baton_request* request,
                                       baton_response* response) {
  rest r;
  (void)data;
  memset(&r, 0, sizeof r);
  r.method = "GET";
  r.path = argument(request, "path", NULL);
  make(&r);
  return write_text(response, r.line);
}

static baton_status BATON_CALL leaf(void* data, const baton_request* request,
                                    baton_response* response) {
  (void)data;
  (void)request;
  response->set_status(response, 203);
  return write_text(response, "leaf");
}

static baton_status BATON_CALL refuses(void* data, const baton_request* request,
                                       baton_response* response) {
  (void)data;
  (void)response;
  return (baton_status)argument_number(request, "status", 1);
}

static baton_status BATON_CALL breaks(void* data, const baton_request* request,
                                      baton_response* response) {
  (void)data;
  (void)request;
  write_text(response, "half");
  return BATON_ERROR_NOT_FOUND;
}

/* ---- jobs -- */

typedef struct work {
  char text[200];
  int fails;
} work;

static int32_t BATON_CALL step(void* payload, const baton_run* run) {
  work* w = payload;
  rest r;
  if (w->fails) {
    run->fail(run, w->text, "this one", 0);
    return BATON_STEP_FAILURE;
  }
  memset(&r, 0, sizeof r);
  r.method = "GET";
  r.path = w->text;
  make(&r);
  pthread_mutex_lock(&mutex);
  if (stepped_count < MOST_THREADS) strncpy(stepped[stepped_count++], r.line, BODY_SIZE - 1);
  pthread_mutex_unlock(&mutex);
  return BATON_STEP_SUCCESS;
}

static void BATON_CALL finalize(void* payload) { free(payload); }

static baton_status submit(const char* its_text, int fails, char* id) {
  baton_job_desc desc = {0};
  baton_job job;
  baton_status status;
  work* w = calloc(1, sizeof *w);
  if (w == NULL) return BATON_ERROR_NO_MEMORY;
  strncpy(w->text, its_text, sizeof w->text - 1);
  w->fails = fails;
  desc.struct_size = sizeof desc;
  desc.type = "services.work";
  desc.payload = w;
  desc.step = step;
  desc.finalize = finalize;
  status = host->create_job(host, &desc, &job);
  if (status != BATON_OK) {
    free(w);
    return status;
  }
  status = host->submit_job(host, job, NULL, id);
  if (status != BATON_OK) host->free_job(host, job);
  return status;
}

static baton_status BATON_CALL fail(void* data, const baton_request* request,
                                    baton_response* response) {
  char id[BATON_ID_SIZE];
  const baton_status status = submit(argument(request, "code", "X"), 1, id);
  (void)data;
  return status == BATON_OK ? write_text(response, id) : status;
}

static baton_status BATON_CALL steps(void* data, const baton_request* request,
                                     baton_response* response) {
  char id[BATON_ID_SIZE];
  int64_t left = argument_number(request, "count", 1);
  baton_status status = BATON_OK;
  (void)data;
  while (left-- > 0 && status == BATON_OK) status = submit(argument(request, "path", "/"), 0, id);
  return answer(response, "%d", (int)status);
}

static baton_status BATON_CALL tell_stepped(void* data, const baton_request* request,
                                            baton_response* response) {
  int i;
  (void)data;
  (void)request;
  pthread_mutex_lock(&mutex);
  for (i = 0; i < stepped_count; i++) answer(response, "%s\n", stepped[i]);
  pthread_mutex_unlock(&mutex);
  return BATON_OK;
}

/* ---- properties, metrics, errors -- */

static baton_status BATON_CALL property(void* data, const baton_request* request,
                                        baton_response* response) {
  static char value[BATON_MAX_PROPERTY_SIZE + 1];
  text value_text = {NULL, 0, sizeof value};
  baton_sink sink = {sizeof(baton_sink), 0, NULL, text_write};
  const char* name = argument(request, "name", NULL);
  baton_status status;
  (void)data;
  if (strcmp(request->method, "POST") == 0) {
    const void* bytes = request->body == NULL ? "" : request->body;
    return answer(response, "%d", (int)host->set_property(host, name, bytes, request->body_size));
  }
  if (strcmp(request->method, "DELETE") == 0)
    return answer(response, "%d", (int)host->set_property(host, name, NULL, 0));
  pthread_mutex_lock(&mutex);
  value[0] = '\0';
  value_text.bytes = value;
  sink.context = &value_text;
  status = host->get_property(host, name, &sink);
  answer(response, "%d ", (int)status);
  if (status == BATON_OK && value_text.size > 0)
    response->write(response, value, value_text.size);
  pthread_mutex_unlock(&mutex);
  return BATON_OK;
}

static baton_status BATON_CALL metric(void* data, const baton_request* request,
                                      baton_response* response) {
  const double value = atof(argument(request, "value", "0"));
  (void)data;
  return answer(response, "%d",
                (int)host->set_metric(host, argument(request, "name", NULL), value));
}

static baton_status BATON_CALL error(void* data, const baton_request* request,
                                     baton_response* response) {
  const baton_status status = host->register_error(host, argument(request, "code", NULL),
                                                   (int32_t)argument_number(request, "http", 0),
                                                   argument(request, "text", NULL));
  (void)data;
  return answer(response, "%d", (int)status);
}

/* ---- events -- */

static void BATON_CALL listener(void* data, const baton_event* event) {
  const intptr_t slow = (intptr_t)data;
  if (slow > 0) sleep_ms(slow);
  pthread_mutex_lock(&mutex);
  if (line_count < MOST_LINES) {
    snprintf(lines[line_count++], LINE_SIZE, "%d %d %d %u %s %s", (int)event->kind,
             (int)event->from, (int)event->job->state, (unsigned)event->missed, event->job->id,
             event->job->type);
  }
  pthread_mutex_unlock(&mutex);
}

static baton_status BATON_CALL subscribe(void* data, const baton_request* request,
                                         baton_response* response) {
  const uint32_t mask = (uint32_t)argument_number(request, "mask", 0);
  const intptr_t slow = (intptr_t)argument_number(request, "slow", 0);
  (void)data;
  return answer(response, "%d", (int)host->subscribe(host, mask, listener, (void*)slow));
}

static baton_status BATON_CALL heard(void* data, const baton_request* request,
                                     baton_response* response) {
  int i;
  (void)data;
  (void)request;
  pthread_mutex_lock(&mutex);
  for (i = 0; i < line_count; i++) answer(response, "%s\n", lines[i]);
  pthread_mutex_unlock(&mutex);
  return BATON_OK;
}

/* ---- wrong uses -- */

static baton_status BATON_CALL wrong(void* data, const baton_request* request,
                                     baton_response* response) {
  static char big[BATON_MAX_PROPERTY_SIZE + 2];
  char name[BATON_NAME_SIZE + 1];
  char path[BATON_MAX_HEAD_SIZE + 2];
  int32_t http = -1;
  const baton_pair null_header = {NULL, NULL};
  (void)data;
  (void)request;
  memset(name, 'x', sizeof name);
  name[BATON_NAME_SIZE] = '\0';
  memset(path, 'x', sizeof path);
  path[0] = '/';
  path[BATON_MAX_HEAD_SIZE + 1] = '\0';
  memset(big, 'x', sizeof big);
  big[sizeof big - 1] = '\0';
#define SAY(what, call) answer(response, "%s %d\n", what, (int)(call))
  SAY("rest-no-host", host->call_rest(NULL, "GET", "/", NULL, 0, NULL, 0, NULL, &http));
  SAY("rest-no-path", host->call_rest(host, "GET", NULL, NULL, 0, NULL, 0, NULL, &http));
  SAY("rest-no-status", host->call_rest(host, "GET", "/", NULL, 0, NULL, 0, NULL, NULL));
  SAY("rest-not-utf8", host->call_rest(host, "GET", "/\xff", NULL, 0, NULL, 0, NULL, &http));
  SAY("rest-no-header", host->call_rest(host, "GET", "/", &null_header, 1, NULL, 0, NULL, &http));
  SAY("rest-long-path", host->call_rest(host, "GET", path, NULL, 0, NULL, 0, NULL, &http));
  SAY("rest-long-body", host->call_rest(host, "GET", "/", NULL, 0, big, sizeof big, NULL, &http));
  SAY("property-no-name", host->set_property(host, NULL, "x", 1));
  SAY("property-not-utf8", host->set_property(host, "\xc3(", "x", 1));
  SAY("property-long-name", host->set_property(host, name, "x", 1));
  SAY("property-long", host->set_property(host, "x", big, sizeof big));
  SAY("property-no-bytes", host->set_property(host, "x", NULL, 1));
  SAY("property-no-sink", host->get_property(host, "x", NULL));
  SAY("metric-no-name", host->set_metric(host, NULL, 1));
  SAY("metric-not-utf8", host->set_metric(host, "\xff", 1));
  SAY("metric-long-name", host->set_metric(host, name, 1));
  SAY("error-no-code", host->register_error(host, NULL, 0, "x"));
  SAY("error-no-text", host->register_error(host, "X", 0, NULL));
  SAY("error-not-utf8", host->register_error(host, "X", 0, "\xff"));
  SAY("error-long-text", host->register_error(host, "X", 0, big));
  SAY("error-own-code", host->register_error(host, "JOB_CANCELED", 0, "x"));
  SAY("error-own-call-code", host->register_error(host, "STALE_HANDLE", 0, "x"));
  SAY("error-http", host->register_error(host, "X", 404, "x"));
  SAY("subscribe-nothing", host->subscribe(host, 0, listener, NULL));
  SAY("subscribe-unknown", host->subscribe(host, 16, listener, NULL));
  return SAY("subscribe-no-listener", host->subscribe(host, 1, NULL, NULL));
}

static baton_status BATON_CALL tell_start(void* data, const baton_request* request,
                                          baton_response* response) {
  (void)data;
  (void)request;
  return answer(response, "%d", (int)on_start);
}

/* ---- life -- */

static void* wait_in_rest(void* data) {
  int32_t http = -1;
  (void)data;
  waiter_told = host->call_rest(host, "GET", waits_for, NULL, 0, NULL, 0, NULL, &http);
  host->set_metric(host, "waiter_told", waiter_told);
  return NULL;
}

static baton_status BATON_CALL plugin_start(const baton_host* given) {
  static const struct {
    const char* method;
    const char* pattern;
    baton_handler handler;
  } routes[] = {
      {"POST", "/services/rest", by_rest},         {"POST", "/services/steps", steps},
      {"GET", "/services/stepped", tell_stepped},  {"GET", "/services/leaf", leaf},
      {"GET", "/services/by", by_path},            {"GET", "/services/refuses", refuses},
      {"GET", "/services/breaks", breaks},         {"POST", "/services/property", property},
      {"GET", "/services/property", property},     {"DELETE", "/services/property", property},
      {"POST", "/services/metric", metric},        {"POST", "/services/error", error},
      {"POST", "/services/fail", fail},            {"POST", "/services/subscribe", subscribe},
      {"GET", "/services/heard", heard},           {"GET", "/services/wrong", wrong},
      {"GET", "/services/start", tell_start},
  };
  char id[BATON_ID_SIZE];
  int32_t http = -1;
  int64_t subscribes;
  size_t i;
  host = given;
  lines = calloc(MOST_LINES, LINE_SIZE);
  if (lines == NULL) return BATON_ERROR_NO_MEMORY;
  line_count = stepped_count = 0;
  on_start = host->call_rest(host, "GET", "/services/leaf", NULL, 0, NULL, 0, NULL, &http);
  for (i = 0; i < sizeof routes / sizeof routes[0]; i++) {
    const baton_status status = host->register_route(host, routes[i].method, routes[i].pattern,
                                                     routes[i].handler, NULL);
    if (status != BATON_OK) return status;
  }
  subscribes = setting_number(host, "/services/subscribes");
  for (; subscribes > 0; subscribes--) {
    host->subscribe(host, BATON_EVENT_SUBMITTED | BATON_EVENT_CHANGED, listener, NULL);
    if (subscribes == 1) submit("ON_START", 1, id);
  }
  setting(host, "/services/told", told_file, sizeof told_file);
  if (!setting(host, "/services/waits", waits_for, sizeof waits_for)) return BATON_OK;
  return pthread_create(&waiter, NULL, wait_in_rest, NULL) == 0 ? BATON_OK : BATON_ERROR_INTERNAL;
}

static void BATON_CALL plugin_stop(void) {
  FILE* file;
  if (waits_for[0] != '\0') {
    pthread_join(waiter, NULL);
    file = fopen(told_file, "w");
    if (file != NULL) {
      fprintf(file, "%d", (int)waiter_told);
      fclose(file);
    }
  }
  free(lines);
  lines = NULL;
}

PLUGIN_DOOR
