/* baton.h - the whole contract between a Baton host and a plugin. C99, two standard headers,
 * nothing to link.
 *
 * A plugin creates a job out of a payload it owns and a few callbacks, and submits it. From then on
 * the host owns the payload: it steps the job, pauses, resumes, cancels, retries, saves and revives
 * it, and calls `finalize` exactly once when it lets go. Like a baton in a relay: at every instant
 * exactly one side holds it.
 *
 * A COMPLETE PLUGIN: cc -std=c99 -shared -fPIC -I include -o hello.so hello.c
 *
 *   #include <stdlib.h>
 *   #include "baton.h"
 *
 *   typedef struct { int at, end; } counter;           // the payload: ours, opaque to the host
 *
 *   static int32_t BATON_CALL step(void* payload, const baton_run* run) {
 *     counter* c = payload;
 *     c->at++;
 *     run->set_progress(run, c->at, c->end);
 *     return c->at < c->end ? BATON_STEP_CONTINUE : BATON_STEP_SUCCESS;
 *   }
 *
 *   static void BATON_CALL finalize(void* payload) { free(payload); }
 *
 *   static baton_status BATON_CALL start(const baton_host* host) {
 *     baton_job_desc desc = {0};
 *     baton_job job;
 *     char id[BATON_ID_SIZE];
 *     baton_status status;
 *     counter* c = calloc(1, sizeof *c);
 *     if (c == NULL) return BATON_ERROR_NO_MEMORY;
 *     c->end = 10;
 *     desc.struct_size = sizeof desc;
 *     desc.type = "hello.count";
 *     desc.payload = c;
 *     desc.step = step;
 *     desc.finalize = finalize;
 *     status = host->create_job(host, &desc, &job);
 *     if (status != BATON_OK) { free(c); return status; }  // create failed: still ours
 *     status = host->submit_job(host, job, NULL, id);
 *     if (status != BATON_OK) host->free_job(host, job);   // submit failed: so is the handle
 *     return status;
 *   }
 *
 *   static void BATON_CALL stop(void) {}
 *
 *   BATON_EXPORT const baton_plugin* BATON_CALL baton_plugin_query(void) {
 *     static const baton_plugin plugin = {
 *         sizeof(baton_plugin), BATON_ABI_MAJOR, BATON_ABI_MINOR, 0,
 *         "hello", "1.0.0", start, stop};
 *     return &plugin;
 *   }
 *
 * CONVENTIONS. They hold for everything below; a comment says only what differs.
 *
 * Errors     Every call of the host returns a baton_status. Anything but BATON_OK means: nothing
 *            has happened, out-parameters are untouched, whoever owned something still owns it.
 *            Every wrong use (a stale handle, a double free, a handle of another plugin) is an
 *            error code, never undefined behaviour. NULL where a comment does not allow it is
 *            INVALID_ARGUMENT. Any call that enters the host may answer CLOSING, NO_MEMORY or
 *            INTERNAL. Do not let a C++ exception or a longjmp leave a callback (the host catches
 *            an exception where the platform lets it, and the step fails).
 * Ownership  After create_job the payload is yours through the handle; after submit_job returned
 *            BATON_OK it is the host's. In between there is no state. `finalize` runs exactly once
 *            for every create_job that returned BATON_OK, is the last callback for that payload,
 *            and never runs under a lock of the host. It stays out in two cases only: the process
 *            dies, or another callback of that payload never returns. All other pointers are
 *            borrowed for the duration of the call; the host copies what it keeps. No memory is
 *            ever allocated on one side and freed on the other.
 * Jobs by id A handle is of the plugin that created the job; an id is of the whole host. Who knows it
 *            may cancel, pause, await or ask about any job, also another plugin's.
 * Strings    UTF-8. Names and texts end in NUL; bulk data (content, state, bodies) is pointer and
 *            size, and may be anything unless a comment says JSON. A NULL string where one is
 *            optional means none.
 * Structs    `struct_size` first, set to sizeof by whoever fills the struct; everything unused is
 *            zero. Structs only grow at the end. Shorter than the host knows: the rest counts as
 *            zero. Longer: the extra bytes must be zero, else TOO_NEW. A struct the host fills is
 *            cut to the caller's struct_size; bytes that the host does not know become zero.
 * Absence    A function that this host does not have lies beyond its struct_size: ask with
 *            BATON_HAS. A function pointer within struct_size is never NULL and always does what it
 *            says.
 * Lifetimes  `host` is valid until the process ends. When the host, or this plugin, begins to close,
 *            calls answer CLOSING; `log` still works in your `stop`.
 *            A baton_run, baton_sink, baton_request or baton_response that the host passes is valid
 *            until your function returns.
 * Time       Milliseconds. Points in time count from 1970-01-01 UTC. A timeout_ms below 0 means no
 *            limit.
 *
 * Threads    Each function pointer ends its comment with a tag line:
 *              [any-thread]   any thread of the process, any time, also from inside callbacks;
 *                             never deadlocks
 *              [loop-thread]  the thread that called your `start`
 *              [job-thread]   a thread that owns this job right now: one at a time, not always the
 *                             same; with BATON_JOB_ON_LOOP always the loop thread
 *            and, where a job is concerned, with its stage:
 *              [job: created] created and not submitted
 *              [job: running] from revive or reset to stop
 *              [job: any]     any time between create_job and finalize
 *            The callbacks of one job never overlap and each sees all that the one before wrote, so
 *            a payload needs NO LOCK. Different jobs run at the same time: what they share does.
 *            Callbacks may call the host freely. A step may block; it holds one of the host's slots
 *            while it does.
 *
 * Lifetime of one payload, as a grammar of its callbacks:
 *
 *   (create | revive) getters?
 *   ( step (getters | step)* stop getters | stop getters | reset getters )*
 *   finalize
 *
 *   getters = get_progress, get_content, get_serialized: each may be left out, in any order. They
 *   run in submit_job on your thread, now and then between steps (at most every 100 ms, however
 *   short the steps), after stop, after reset. What others see of a job is the copy of the last
 *   answer: nobody waits for your thread.
 *   stop without a step before it: the job was canceled, or the host closes, while it was waiting.
 *   reset: only when a failed job was submitted again; it precedes the first step of that run. */
#ifndef BATON_H_
#define BATON_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(_WIN32)
#define BATON_CALL __cdecl
#define BATON_EXPORT __declspec(dllexport)
#else
#define BATON_CALL
#define BATON_EXPORT __attribute__((visibility("default")))
#endif

/* A host refuses a plugin of another major. The minor grows when something is appended; ask with
 * BATON_HAS. */
#define BATON_ABI_MAJOR 1
#define BATON_ABI_MINOR 4

/* Non-zero if the struct behind `pointer` (of type `type`) reaches as far as `member`.
 * Example: if (BATON_HAS(baton_host, host, set_metric)) host->set_metric(...); */
#define BATON_HAS(type, pointer, member) \
  ((pointer)->struct_size >= offsetof(type, member) + sizeof((pointer)->member))

/* Sizes of buffers, in bytes, the NUL included, and limits. */
#define BATON_ID_SIZE 37       /* a job's id, for example "0f8fad5b-d9cb-469f-a165-70867728950e" */
#define BATON_TYPE_SIZE 128    /* a job type, for example "send-queue.transfer" */
#define BATON_KEY_SIZE 256     /* a key of jobs, for example "modality:PACS1" */
#define BATON_CODE_SIZE 64     /* an error code, for example "REMOTE_REFUSED" */
#define BATON_MESSAGE_SIZE 512 /* an error message in baton_job_info; a longer one is cut there */
#define BATON_MAX_STATE_SIZE 1048576    /* a serialized state */
#define BATON_MAX_CONTENT_SIZE 1048576  /* a content */
#define BATON_NAME_SIZE 128             /* the name of a property or a metric */
#define BATON_MAX_USER_DATA_SIZE 65536  /* user data */
#define BATON_MAX_PROPERTY_SIZE 1048576 /* the value of a property */
#define BATON_MAX_BATCH 10000           /* jobs in one submit_jobs */
#define BATON_MAX_HEAD_SIZE 16384       /* the path and the headers of one call_rest together */
#define BATON_MAX_BODY_SIZE 1048576     /* the body of a request */
#define BATON_MAX_CHILDREN 1000         /* parts of the progress of one job */

/* ------------------------------------------------------------------------------------------------
 * numbers -- */

/* What every call returns. */
typedef int32_t baton_status;
enum {
  BATON_OK = 0,
  BATON_ERROR_INVALID_ARGUMENT = 1,  /* NULL, 0, out of range, not UTF-8, struct_size below 4 */
  BATON_ERROR_STALE_HANDLE = 2,      /* freed or finalized, or never was a handle */
  BATON_ERROR_NOT_YOURS = 3,         /* a handle of another plugin instance */
  BATON_ERROR_ALREADY_SUBMITTED = 4, /* the host owns this job */
  BATON_ERROR_BUSY = 5,              /* another thread is submitting this job right now */
  BATON_ERROR_QUEUE_FULL = 6,        /* no room for another waiting job; try later */
  BATON_ERROR_CLOSING = 7,           /* the host, or this plugin, is shutting down */
  BATON_ERROR_WRONG_THREAD = 8,      /* this call would wait for the thread it is made on */
  BATON_ERROR_WRONG_STATE = 9,       /* the job's state does not allow it */
  BATON_ERROR_NOT_FOUND = 10,        /* no job, configuration value or property of this name */
  BATON_ERROR_TIMED_OUT = 11,        /* not within the time given */
  BATON_ERROR_NAME_TAKEN = 12,       /* you registered this type before, or somebody this route */
  BATON_ERROR_INVALID_JSON = 13,     /* not JSON, or not an object where one is asked for */
  BATON_ERROR_TOO_LARGE = 14,        /* above a limit named in this file */
  BATON_ERROR_UNSUPPORTED = 15,      /* known to this header, not (yet) to this host */
  BATON_ERROR_TOO_NEW = 16,          /* non-zero bytes beyond the structs this host knows */
  BATON_ERROR_NO_MEMORY = 17,
  BATON_ERROR_STORE_FAILED = 18,   /* the store could not save it: it is not saved */
  BATON_ERROR_BAD_STATE_DATA = 19, /* a getter failed during submit_job */
  BATON_ERROR_NOT_MINE = 20,       /* only as an answer of `revive` */
  BATON_ERROR_INTERNAL = 21        /* from the host: its defect; from a callback: the plugin's */
};

/* What `step` returns. Any other value fails the job with BAD_STEP_RESULT. */
enum {
  BATON_STEP_SUCCESS = 1,  /* the job is done */
  BATON_STEP_FAILURE = 2,  /* the job failed; say why with run->fail */
  BATON_STEP_CONTINUE = 3, /* call me again */
  BATON_STEP_RETRY =
      4 /* call me again later: run->retry_after, or else the retry policy's first delay */
};

/* Why `stop` is called, and what run->should_stop answers. */
enum {
  BATON_STOP_SUCCESS = 1,
  BATON_STOP_PAUSED = 2,
  BATON_STOP_FAILURE = 3,
  BATON_STOP_CANCELED = 4,
  BATON_STOP_RETRY = 5,
  BATON_STOP_TIMED_OUT = 6, /* a step took longer than step_timeout_ms of its submit */
  BATON_STOP_CLOSING = 7    /* the host shuts down; a serialized job goes on when it is back */
};

/* Where a job is in its life. */
enum {
  BATON_STATE_PENDING = 1, /* waits for a slot */
  BATON_STATE_RUNNING = 2,
  BATON_STATE_SUCCESS = 3,
  BATON_STATE_FAILURE = 4,
  BATON_STATE_PAUSED = 5,
  BATON_STATE_RETRY = 6 /* waits for its due time */
};

/* Log levels. */
enum { BATON_LOG_ERROR = 1, BATON_LOG_WARNING = 2, BATON_LOG_INFO = 3, BATON_LOG_DEBUG = 4 };

/* Flags of baton_job_desc and register_type. */
enum {
  /* All callbacks on the loop thread, between its other work: there an addon may call JavaScript,
   * and there a step must be short. The job is created, submitted and freed on that thread only,
   * else WRONG_THREAD; a type registered with the flag is revived there, into jobs with the flag.
   * Hosts of minor 0 answer UNSUPPORTED. */
  BATON_JOB_ON_LOOP = 1
};

/* Flags of baton_submit_options. */
enum {
  BATON_SUBMIT_NO_WAIT =
      1, /* if the queue is full, answer QUEUE_FULL at once instead of waiting for room */
  /* Somebody will ask how it ended: wait_job answers until a minute after the end, also if the job has
   * left the history by then. Hosts before minor 3 answer UNSUPPORTED. */
  BATON_SUBMIT_AWAITED = 2
};

/* Flags of answer_job. Whether the answer waits for the job if the request does not say: it does,
 * but for these two. */
enum {
  BATON_ANSWER_ASYNCHRONOUS = 1, /* it does not */
  BATON_ANSWER_NEVER_WAITS = 2   /* it does not, and a request that wants to wait is refused */
};

/* What subscribe tells of. A mask is the sum of some. */
enum {
  BATON_EVENT_SUBMITTED = 1,  /* a job came */
  BATON_EVENT_CHANGED = 2,    /* its state, or what is requested of it */
  BATON_EVENT_PROGRESSED = 4, /* its progress or content; at most every 100 ms for one job */
  BATON_EVENT_FORGOTTEN = 8   /* it was deleted, or left the history; of `job` only the id counts */
};

/* -------------------------------------------------------------------------------------------------
 * structs -- */

/* A job that was created and neither submitted nor freed. All zero is none. Copy it freely: it is a
 * number that the host checks, not a pointer. Once the job is freed or finalized, every copy
 * answers STALE_HANDLE for ever. */
typedef struct baton_job {
  uint64_t bits;
} baton_job;

typedef struct baton_host baton_host;
typedef struct baton_run baton_run;

/* Where bytes go. In a getter the host implements it and you write; in get_config, get_property and
 * call_rest you implement it and the host writes. */
typedef struct baton_sink baton_sink;
struct baton_sink {
  uint32_t struct_size;
  uint32_t reserved; /* 0 */
  void* context;     /* the implementer's own */

  /* Appends `size` bytes. Call it once or many times. A writer that gets an error returns that
   * error.
   * Errors: TOO_LARGE (above the limit of what is being written), NO_MEMORY.
   * [any-thread] */
  baton_status(BATON_CALL* write)(const baton_sink* sink, const void* bytes, size_t size);
};

/* What a job is: data and callbacks, implemented by the plugin. create_job copies it. NULL
 * callbacks are legal but for `step`. */
typedef struct baton_job_desc {
  uint32_t struct_size;
  uint32_t flags;   /* BATON_JOB_ */
  const char* type; /* 1 to BATON_TYPE_SIZE - 1 bytes: the name it is revived by */
  void* payload;    /* passed to every callback, never looked into; may be NULL */

  /* Does a piece of the work and returns a BATON_STEP_ number. Short steps (milliseconds to
   * seconds) can be paused, canceled and saved between them; a long one asks run->should_stop now
   * and then. After a crash of the host the last step may be done again: make it repeatable.
   * [job-thread] [job: running] */
  int32_t(BATON_CALL* step)(void* payload, const baton_run* run);

  /* The run is over, for a BATON_STOP_ reason: close connections, give back what only a running job
   * needs. The payload lives on: after PAUSED, RETRY, FAILURE and CANCELED more steps may follow.
   * [job-thread] [job: any] */
  void(BATON_CALL* stop)(void* payload, int32_t reason);

  /* A failed job was submitted again: begin anew. Without this callback the payload is finalized and
   * the state of the first submit is revived.
   * Result: OK; an error fails the job (RESET_FAILED).
   * [job-thread] [job: any] */
  baton_status(BATON_CALL* reset)(void* payload);

  /* How far the job is, as a fraction from 0 to 1. Outside of that it is cut; not a number counts
   * as 0.
   * [job-thread] [job: any] */
  double(BATON_CALL* get_progress)(void* payload);

  /* Writes what the job is about, for people and for REST: one JSON object, at most
   * BATON_MAX_CONTENT_SIZE and 64 levels deep. Anything else makes submit_job answer INVALID_JSON or TOO_LARGE, and
   * fails a job that runs (BAD_CONTENT, TOO_LARGE).
   * Result: OK; UNSUPPORTED: nothing to say, the content stays as it is; any other error is
   *         BAD_STATE_DATA.
   * [job-thread] [job: any] */
  baton_status(BATON_CALL* get_content)(void* payload, const baton_sink* sink);

  /* Writes all that `revive` needs to continue from here: any bytes, at most BATON_MAX_STATE_SIZE.
   * Result: OK; UNSUPPORTED, or no such callback: this job cannot be saved and will not survive the
   *         process. The answer in submit_job decides; from then on an error fails the job
   *         (BAD_STATE_DATA).
   * [job-thread] [job: any] */
  baton_status(BATON_CALL* get_serialized)(void* payload, const baton_sink* sink);

  /* Frees the payload. Exactly once, after every other callback. In free_job it runs on the
   * caller's thread.
   * Ownership: the payload is yours again, to give back; the host never touches it after this.
   * [job-thread] [job: any] */
  void(BATON_CALL* finalize)(void* payload);
} baton_job_desc;

/* What a step can tell and ask while it runs; implemented by the host. What is pushed during a step
 * wins over the getter after it. Valid until that step returns. */
struct baton_run {
  uint32_t struct_size;
  uint32_t reserved;
  void* internal; /* the host's own */

  /* 0: go on. Otherwise the BATON_STOP_ reason somebody wants this run to end for; then return
   * CONTINUE as soon as you can, and it will. TIMED_OUT: this step takes too long; 5 s later it is
   * left alone, and every other call but log is answered WRONG_STATE. Costs one atomic load, or two.
   * [any-thread] [job: running] */
  int32_t(BATON_CALL* should_stop)(const baton_run* run);

  /* Progress is done / total.
   * Errors: INVALID_ARGUMENT (also: total not above 0 or infinite, done not in 0..total).
   * [job-thread] [job: running] */
  baton_status(BATON_CALL* set_progress)(const baton_run* run, double done, double total);

  /* Replaces the content: one JSON object.
   * Errors: INVALID_JSON, TOO_LARGE.
   * [job-thread] [job: running] */
  baton_status(BATON_CALL* set_content)(const baton_run* run, const char* json, size_t size);

  /* Adds a line to the host's log, with the plugin's name and the job's id, at a BATON_LOG_ level.
   * [job-thread] [job: running] */
  baton_status(BATON_CALL* log)(const baton_run* run, int32_t level, const char* text);

  /* Saves this state; on BATON_OK it is committed: after a crash the job is revived from here, not
   * from before. The host also saves what get_serialized says about every 250 ms without being
   * asked, between steps.
   * Errors: TOO_LARGE, STORE_FAILED, TIMED_OUT (the store was too busy to begin), UNSUPPORTED (this
   *         job was not serializable when submitted), WRONG_THREAD (a job with BATON_JOB_ON_LOOP:
   *         the loop does not wait for the disk; get_serialized is saved all the same).
   * [job-thread] [job: running] */
  baton_status(BATON_CALL* checkpoint)(const baton_run* run, const void* bytes, size_t size);

  /* Says when to try again, in ms from now; then return BATON_STEP_RETRY. Such a retry counts no
   * attempt. More than a hundred years count as that, a time below 0 is INVALID_ARGUMENT.
   * [job-thread] [job: running] */
  baton_status(BATON_CALL* retry_after)(const baton_run* run, int64_t ms);

  /* Says why; then return BATON_STEP_FAILURE. `code` is UPPER_SNAKE, for programs, shorter than
   * BATON_CODE_SIZE; `message` is a sentence for people, cut after 64 KiB. `retryable` non-zero: try again while the
   * job has attempts left (baton_submit_options.max_attempts).
   * [job-thread] [job: running] */
  baton_status(BATON_CALL* fail)(const baton_run* run, const char* code, const char* message,
                                 int32_t retryable);

  /* -- from here on: since minor 2 -- */

  /* Writes a whole output of the job: bytes for whoever wants the result, which are read under `key`
   * (over REST at /jobs/{id}/{key}) once the job has succeeded, and deleted with it. On BATON_OK they
   * are on the disk and committed, instead of an earlier output of this key; on an error nothing is
   * left of them. `key` is a name such as "report.csv": 1 to 128 letters, digits, ".", "-" and "_", not
   * "logs", "progress", "events", "priority" or an action; `mime` is a media type such as "text/csv".
   * After CLOSING it may be kept or not: let the step continue, and be done again.
   * Errors: INVALID_ARGUMENT (also: such a key or media type cannot be), TOO_LARGE (more than 1000
   *         outputs of one job), STORE_FAILED, WRONG_STATE (it is open), WRONG_THREAD (ON_LOOP).
   * [job-thread] [job: running] */
  baton_status(BATON_CALL* put_output)(const baton_run* run, const char* key, const char* mime,
                                       const void* bytes, size_t size);

  /* Begins an output that is written piece by piece and kept by close_output; several may be open, of
   * other keys. One that is not closed when the step returns is dropped, with a line in the job's log.
   * Errors: those of put_output.
   * [job-thread] [job: running] */
  baton_status(BATON_CALL* open_output)(const baton_run* run, const char* key, const char* mime);

  /* Appends to an open output. Waits for the disk, so any length can be written in little memory.
   * Errors: NOT_FOUND (no output of this key is open), STORE_FAILED (it can only be closed or dropped
   *         then), WRONG_THREAD (ON_LOOP).
   * [job-thread] [job: running] */
  baton_status(BATON_CALL* write_output)(const baton_run* run, const char* key, const void* bytes,
                                         size_t size);

  /* Keeps an open output, as put_output does. On an error it is dropped.
   * Errors: NOT_FOUND (no output of this key is open), STORE_FAILED, WRONG_THREAD (ON_LOOP).
   * [job-thread] [job: running] */
  baton_status(BATON_CALL* close_output)(const baton_run* run, const char* key);

  /* -- from here on: since minor 3 -- */

  /* Adds a part to the job's progress, with a name for people and a weight: its share against that of
   * the other parts of `parent`, from 0.01. `parent` is 0 for the job itself, or a part, whose progress
   * is that of its own parts from then on. As soon as it has parts, their progress by weight is the
   * job's, whatever set_progress and get_progress say. Whoever looks at the job sees the tree, and may
   * cancel a part. `child_out` receives a number from 1: it is good in all steps, until the payload is
   * reset or finalized; a job that is revived adds its parts again.
   * Errors: INVALID_ARGUMENT (also: such a weight cannot be), NOT_FOUND (no such parent), WRONG_STATE
   *         (the parent has ended), TOO_LARGE (BATON_MAX_CHILDREN, 100 levels, or a name of
   *         BATON_NAME_SIZE bytes and more).
   * [job-thread] [job: running] */
  baton_status(BATON_CALL* add_child)(const baton_run* run, uint32_t parent, const char* name,
                                      double weight, uint32_t* child_out);

  /* How far a part is: done / total. What others have seen of it does not go back. It costs no more than
   * set_progress: call it as often as you like.
   * Errors: INVALID_ARGUMENT (also: total not above 0 or infinite, done not in 0..total), NOT_FOUND,
   *         WRONG_STATE (it has ended, or has parts of its own).
   * [job-thread] [job: running] */
  baton_status(BATON_CALL* set_child_progress)(const baton_run* run, uint32_t child, double done,
                                               double total);

  /* A part has ended, and with it those below it that have not: BATON_STOP_SUCCESS (all of it is done),
   * BATON_STOP_FAILURE or BATON_STOP_CANCELED (it stays where it is). One that was canceled ends as
   * canceled. What that means for the job, the step says. Parts that have not ended do so with the job.
   * Errors: INVALID_ARGUMENT (another outcome), NOT_FOUND, WRONG_STATE (it has ended).
   * [job-thread] [job: running] */
  baton_status(BATON_CALL* finish_child)(const baton_run* run, uint32_t child, int32_t outcome);

  /* 0: go on. Otherwise somebody has canceled this part, one above it, or the job: end it, and finish it
   * as BATON_STOP_CANCELED. The other parts go on. Costs two atomic loads, or three.
   * [any-thread] [job: running] */
  int32_t(BATON_CALL* child_canceled)(const baton_run* run, uint32_t child);
};

/* How a job is submitted. All zero is a good default, and so is NULL. */
typedef struct baton_submit_options {
  uint32_t struct_size;
  uint32_t flags;           /* BATON_SUBMIT_ */
  int32_t priority;         /* higher runs first; equal ones first-in first-out */
  int32_t max_attempts;     /* retryable failures until the job fails for good. 0: one attempt */
  int64_t backoff_first_ms; /* delay before the second attempt. 0: the host's default */
  double backoff_factor;    /* growth of the delay, 1 or more. 0: the host's default */
  int64_t backoff_cap_ms;   /* no delay above this. 0: the host's default */
  double backoff_jitter;    /* each delay is randomly shorter by up to this share, 0 to 1 */
  /* Hosts that do not know these four yet refuse them with UNSUPPORTED unless they are 0. When a step
   * takes longer than step_timeout_ms, should_stop answers TIMED_OUT, and CONTINUE or RETRY counts as a
   * retryable failure. One that has not returned 5 s later is left alone: its job fails at once, stop
   * and finalize come when it returns. */
  const char* key;         /* shorter than BATON_KEY_SIZE; jobs of one key share a limit of how many
                              run at a time */
  int64_t start_after_ms;  /* do not start before so many ms from now, up to a hundred years */
  int64_t step_timeout_ms; /* longest time of a step, up to a hundred years. 0: there is none */
  const char* user_data;   /* any JSON, kept with the job; at most BATON_MAX_USER_DATA_SIZE */
} baton_submit_options;

/* What is known of a job: a copy, filled by the host. The caller sets struct_size. */
typedef struct baton_job_info {
  uint32_t struct_size;
  int32_t state; /* BATON_STATE_ */
  int32_t
      requested; /* 0, BATON_STOP_PAUSED or BATON_STOP_CANCELED: asked for and not yet honoured */
  int32_t priority;
  int32_t attempts; /* retryable failures so far */
  int32_t max_attempts;
  double progress; /* 0 to 1 */
  int64_t created_at_ms;
  int64_t changed_at_ms; /* when it entered its state */
  int64_t due_at_ms;     /* of a job in BATON_STATE_RETRY, else 0 */
  int64_t runtime_ms;    /* time spent in steps */
  char id[BATON_ID_SIZE];
  char type[BATON_TYPE_SIZE];
  char error_code[BATON_CODE_SIZE];       /* of the last failure, else "" */
  char error_message[BATON_MESSAGE_SIZE]; /* of the last failure, else "" */
} baton_job_info;

/* Makes a job out of bytes that get_serialized or run->checkpoint gave: calls create_job, with the
 * same type, and hands over the handle through `job_out`. `data` is what register_type was given.
 * Result: OK; NOT_MINE (the job keeps waiting for somebody who knows it); any other error fails the
 *         job (CANNOT_REVIVE), its bytes are kept. Do not submit the job: it is submitted.
 * Ownership: on BATON_OK the host owns the job; on an error free what you created.
 * [job-thread] [job: created] */
typedef baton_status(BATON_CALL* baton_revive)(void* data, const char* type, const void* state,
                                               size_t size, baton_job* job_out);

/* Makes a job out of what somebody wants of it who has no plugin: calls create_job, with the same type,
 * and hands over the handle through `job_out`. `content` is a JSON object of `size` bytes, and a NUL
 * behind them; `data` is what register_creator was given. It may run several times at once, and for
 * one wish again if the queue was full. It may not have another job made from content, nor wait for one: to
 * call_rest of POST /jobs the answer is 500, also through a route of another native plugin, for its
 * thread may be the one that is needed.
 * Result: OK; INVALID_ARGUMENT, INVALID_JSON or TOO_LARGE: this content will not do; whoever asked is
 *         told so, with the sentence written into `why`, if there is one. Any other error is a fault of
 *         the plugin, and is logged. Do not submit the job: the host does, as it was wished.
 * Ownership: on BATON_OK the host has the job, and frees it if it cannot be submitted; on an error free
 *            what you created.
 * [any-thread] [job: created] */
typedef baton_status(BATON_CALL* baton_create)(void* data, const char* type, const char* content,
                                               size_t size, const baton_sink* why,
                                               baton_job* job_out);

/* Something happened to a job of this host, of whatever plugin; filled by the host. */
typedef struct baton_event {
  uint32_t struct_size;
  int32_t kind;    /* one BATON_EVENT_ */
  int32_t from;    /* of CHANGED: the BATON_STATE_ before, which may be the same; else 0 */
  uint32_t missed; /* events left out before this one, because the listener was too slow */
  const baton_job_info* job; /* as it was when it happened */
} baton_event;

/* Hears of events, one after the other, in order, each after it is committed, on one of a few threads
 * that the host has for listeners. `data` is what subscribe was given. It may block, but then other
 * listeners may have to wait. Up to 10,000 events wait for a slow one; what comes then is left out,
 * and counted in `missed`. Not called any more once the plugin begins to close: what waits then is
 * never told, so do not count with events what must be exact.
 * [any-thread] */
typedef void(BATON_CALL* baton_listener)(void* data, const baton_event* event);

/* Ends a submit_job_async, exactly once, on one of the threads of listeners (on the loop thread for a
 * job with BATON_JOB_ON_LOOP). `status` is what submit_job would have answered; `id` is NULL if it is
 * not OK. It may come before submit_job_async has returned.
 * Ownership: with OK `job` is the host's; otherwise it is yours again: retry or free it.
 * [any-thread] [job: any] */
typedef void(BATON_CALL* baton_submit_done)(void* data, baton_job job, baton_status status,
                                            const char* id);

/* A name and a value: a pattern group, a query argument, a header (its name in lower case). */
typedef struct baton_pair {
  const char* name;
  const char* value;
} baton_pair;

/* A request to a route; filled by the host. */
typedef struct baton_request {
  uint32_t struct_size;
  uint32_t reserved;
  const char* method; /* "GET" */
  const char* path;   /* "/hello/a%20b", as sent, without the query */
  const baton_pair*
      groups; /* what {name} and {rest*} of the pattern matched, decoded, in the pattern's order */
  size_t group_count;
  const baton_pair* query; /* decoded, in order; a name may come more than once */
  size_t query_count;
  const baton_pair* headers;
  size_t header_count;
  const void* body; /* complete; NULL if size is 0 */
  size_t body_size;
} baton_request;

/* The answer to a request; implemented by the host. */
typedef struct baton_response baton_response;
struct baton_response {
  uint32_t struct_size;
  uint32_t reserved;
  void* internal; /* the host's own */

  /* Sets the HTTP status, 200 to 599; 200 if never called.
   * Errors: WRONG_STATE (after the first write).
   * [any-thread] */
  baton_status(BATON_CALL* set_status)(baton_response* response, int32_t http_status);

  /* Sets a header; once more, with the same name, replaces it. What frames an answer (content-length,
   * connection and the like) is the host's, and ignored here.
   * Errors: INVALID_ARGUMENT (also: a name that is no token, a value with control characters or with such
   *         above U+00FF), WRONG_STATE (after the first write).
   * [any-thread] */
  baton_status(BATON_CALL* set_header)(baton_response* response, const char* name,
                                       const char* value);

  /* Sends bytes. Waits while more than 1 MiB is on its way, so any length can be streamed in little
   * memory.
   * Errors: CLOSING (also: the client went away).
   * [any-thread] */
  baton_status(BATON_CALL* write)(baton_response* response, const void* bytes, size_t size);
};

/* Answers a request, on one of the host's request threads: it may block and never takes a slot from
 * jobs. `data` is what register_route was given. Several requests may be handled at a time.
 * Result: OK, or an error, which becomes an HTTP error if nothing was written yet.
 * [any-thread] */
typedef baton_status(BATON_CALL* baton_handler)(void* data, const baton_request* request,
                                                baton_response* response);

/* ---------------------------------------------------------------------------------------- host */

/* The host, as one plugin instance (a library, in one environment that loaded it) sees it. Handles,
 * types and routes belong to the instance. */
struct baton_host {
  uint32_t struct_size;
  uint32_t abi_major;
  uint32_t abi_minor;
  uint32_t reserved;
  void* internal; /* the host's own */

  /* Makes a job out of a description, which is copied. Calls no callback.
   * Errors: UNSUPPORTED (a flag), TOO_NEW, TOO_LARGE (the type), WRONG_THREAD (ON_LOOP);
   *         INVALID_ARGUMENT (also: in `revive` of a type whose flags are others).
   * Ownership: on BATON_OK the payload is reached only through *job_out; otherwise it is untouched
   *            and yours.
   * [any-thread] [job: created] */
  baton_status(BATON_CALL* create_job)(const baton_host* host, const baton_job_desc* desc,
                                       baton_job* job_out);

  /* Gives the job to the host. Returns when the job is safe: committed in the store, if it is
   * serializable. First calls the getters, on this thread. `options` may be NULL. `id_out` receives
   * BATON_ID_SIZE bytes.
   * Errors: QUEUE_FULL (at once in callbacks, on the loop thread and with NO_WAIT; else after
   *         waiting for room), TIMED_OUT (the store was too busy to begin), STORE_FAILED,
   *         UNSUPPORTED (an option), TOO_NEW, BAD_STATE_DATA, INVALID_JSON and TOO_LARGE (a getter, an
   *         option),
   *         WRONG_THREAD (ON_LOOP), the handle errors: STALE_HANDLE, NOT_YOURS, ALREADY_SUBMITTED, BUSY.
   * Ownership: `job` is the host's on BATON_OK. On any error it is yours and as good as before:
   *            retry or free it.
   * [any-thread] [job: created] */
  baton_status(BATON_CALL* submit_job)(const baton_host* host, baton_job job,
                                       const baton_submit_options* options, char* id_out);

  /* Finalizes a job that was not submitted, on this thread, before it returns.
   * Errors: WRONG_THREAD (ON_LOOP), the handle errors.
   * Ownership: on BATON_OK the payload is finalized and the handle is nobody's; otherwise as before.
   * [any-thread] [job: created] */
  baton_status(BATON_CALL* free_job)(const baton_host* host, baton_job job);

  /* Says how saved jobs of this type come back. Do it in `start`: jobs that wait for the type start
   * then. A type belongs to the plugin: another one may use the same name for its own jobs.
   * Errors: NAME_TAKEN (you registered it before), UNSUPPORTED (a flag), TOO_LARGE (the type).
   * Ownership: `data` stays yours; it is passed to `revive` until `stop` is called.
   * [any-thread] */
  baton_status(BATON_CALL* register_type)(const baton_host* host, const char* type, uint32_t flags,
                                          baton_revive revive, void* data);

  /* The job ends as failed (JOB_CANCELED): at once if it waits, after its step if it runs. OK also
   * if it has ended already. Returns when it is requested or done, and saved.
   * Errors: NOT_FOUND; STORE_FAILED: here and in the five calls below it is in force, but not saved
   *         yet, which the host goes on trying.
   * [any-thread] [job: any] */
  baton_status(BATON_CALL* cancel_job)(const baton_host* host, const char* id);

  /* The job is held: at once if it waits, after its step if it runs. OK also if it is paused or has
   * ended.
   * Errors: NOT_FOUND, STORE_FAILED.
   * [any-thread] [job: any] */
  baton_status(BATON_CALL* pause_job)(const baton_host* host, const char* id);

  /* A paused job waits for a slot again, at its old place; a pause that is not yet honoured is
   * taken back.
   * Errors: NOT_FOUND, WRONG_STATE (it is not paused), STORE_FAILED.
   * [any-thread] [job: any] */
  baton_status(BATON_CALL* resume_job)(const baton_host* host, const char* id);

  /* A failed job starts anew, behind all others of its priority.
   * Errors: NOT_FOUND, WRONG_STATE (it did not fail, or it can neither be reset nor revived),
   *         STORE_FAILED.
   * [any-thread] [job: any] */
  baton_status(BATON_CALL* resubmit_job)(const baton_host* host, const char* id);

  /* Forgets a finished job.
   * Errors: NOT_FOUND, WRONG_STATE (it is not finished), STORE_FAILED.
   * [any-thread] [job: any] */
  baton_status(BATON_CALL* delete_job)(const baton_host* host, const char* id);

  /* A job that waits takes its place among those of the new priority; one that runs keeps its slot.
   * Errors: NOT_FOUND, WRONG_STATE (it has ended), STORE_FAILED.
   * [any-thread] [job: any] */
  baton_status(BATON_CALL* set_priority)(const baton_host* host, const char* id, int32_t priority);

  /* Copies what is known of the job. Set info->struct_size.
   * Errors: NOT_FOUND.
   * [any-thread] [job: any] */
  baton_status(BATON_CALL* job_info)(const baton_host* host, const char* id, baton_job_info* info);

  /* Waits until the job has ended (SUCCESS or FAILURE) and copies what is known of it then.
   * Errors: NOT_FOUND, TIMED_OUT, WRONG_THREAD (in a job's callback, which may hold the slot that
   *         the other job needs; in `create`, which may hold the thread that makes what that job
   *         waits for; and on the loop thread).
   * [any-thread] [job: any] */
  baton_status(BATON_CALL* wait_job)(const baton_host* host, const char* id, int64_t timeout_ms,
                                     baton_job_info* info);

  /* Adds a line to the host's log, under the plugin's name, at a BATON_LOG_ level. Where 10,000 lines
   * wait to be heard more are dropped, and the log says how many.
   * [any-thread] */
  baton_status(BATON_CALL* log)(const baton_host* host, int32_t level, const char* text);

  /* A short English text for a status, for every number; never NULL, never freed.
   * [any-thread] */
  const char*(BATON_CALL* status_text)(baton_status status);

  /* Serves HTTP requests. `method` is GET, POST, PUT or DELETE; `pattern` is made of literal segments,
   * {name} for one segment, and at the end {rest*} for all that follows: "/hello/{id}/files/{path*}". A
   * name is letters, digits and "_". Literal beats {name} beats {rest*}.
   * Errors: NAME_TAKEN (also: below a path of the host's own, such as /jobs), INVALID_ARGUMENT (also: no
   *         such method or pattern),
   *         TOO_LARGE (a pattern above 1024 bytes).
   * Ownership: `data` stays yours; it is passed to `handler` until `stop` is called.
   * [any-thread] */
  baton_status(BATON_CALL* register_route)(const baton_host* host, const char* method,
                                           const char* pattern, baton_handler handler, void* data);

  /* Writes a value of the settings of all plugins into `sink`, as JSON. They stand under the
   * plugins' names; `path` is a JSON pointer, for example "/hello/delayMs"; "" is the whole.
   * Errors: NOT_FOUND, whatever the sink answers.
   * [any-thread] */
  baton_status(BATON_CALL* get_config)(const baton_host* host, const char* path,
                                       const baton_sink* sink);

  /* -- from here on: since minor 1 -- */

  /* Gives `count` jobs to the host at once, with the same options and in this order: one commit for
   * all, so this is much faster than as many calls of submit_job. All or none: on BATON_OK every job
   * is the host's and ids_out[i] has its id; on any error all are as before. `statuses_out` may be
   * NULL; else statuses_out[i] is set in either case: what job i alone would have been answered, as
   * far as the host has looked (OK for one that is good or was not looked at). No jobs: OK.
   * Errors: the first that is not OK of those; TOO_LARGE (above BATON_MAX_BATCH); those of
   *         submit_job for all together.
   * Ownership: as submit_job, for all jobs alike.
   * [any-thread] [job: created] */
  baton_status(BATON_CALL* submit_jobs)(const baton_host* host, const baton_job* jobs, size_t count,
                                        const baton_submit_options* options,
                                        char (*ids_out)[BATON_ID_SIZE], baton_status* statuses_out);

  /* As submit_job, but waits for nothing: calls the getters on this thread, and `done` with the
   * result later. On an error, `done` is not called. Until `done` the job is BUSY for other calls.
   * Errors: those of submit_job that need no waiting.
   * Ownership: on BATON_OK the host's until `done` says whose it is; otherwise yours as before.
   * [any-thread] [job: created] */
  baton_status(BATON_CALL* submit_job_async)(const baton_host* host, baton_job job,
                                             const baton_submit_options* options,
                                             baton_submit_done done, void* data);

  /* Makes a request to the host's own REST interface, in this process: no network, no login, and no
   * server is needed. `path` is percent-encoded, without dot segments, and may have a query; header
   * names are in any case. `sink` receives the body of the answer, on this thread, whatever the HTTP
   * status is; NULL: it is not wanted. A route of a native plugin is answered on this thread, all
   * others by the host on its own. In a job's callback no answer waits for another job, which
   * may need the slot that this one holds: what would wait is answered 202, with the job's id.
   * Result: OK if there was an answer, and its status is in *http_status_out.
   * Errors: WRONG_THREAD (on the loop thread), WRONG_STATE (8 such calls inside of each other),
   *         TOO_LARGE (the request: BATON_MAX_HEAD_SIZE, BATON_MAX_BODY_SIZE; or an answer of the
   *         host above 64 MiB), INTERNAL (also: the answer broke off), whatever the sink answers.
   * [any-thread] */
  baton_status(BATON_CALL* call_rest)(const baton_host* host, const char* method, const char* path,
                                      const baton_pair* headers, size_t header_count,
                                      const void* body, size_t body_size, const baton_sink* sink,
                                      int32_t* http_status_out);

  /* Has `listener` hear of the events in `mask`, of all jobs of the host, from now on until the plugin
   * begins to close. There is no call that ends it earlier.
   * Errors: INVALID_ARGUMENT (also: a mask of 0), UNSUPPORTED (an event this host does not know),
   *         TOO_LARGE (more than 64 of one plugin).
   * Ownership: `data` stays yours; it is passed to `listener` until `stop` is called.
   * [any-thread] */
  baton_status(BATON_CALL* subscribe)(const baton_host* host, uint32_t mask,
                                      baton_listener listener, void* data);

  /* Sets a gauge, shown among the host's metrics under the plugin's name. `name` is lower_snake,
   * shorter than BATON_NAME_SIZE.
   * Errors: INVALID_ARGUMENT (also: a value that is not finite), TOO_LARGE (the name, or more than
   *         1000 names of one plugin).
   * [any-thread] */
  baton_status(BATON_CALL* set_metric)(const baton_host* host, const char* name, double value);

  /* Writes the value of a property of this plugin into `sink`. Properties are the plugin's own few
   * settings and counters that outlive the process, for a host with a durable store.
   * Errors: NOT_FOUND, whatever the sink answers.
   * [any-thread] */
  baton_status(BATON_CALL* get_property)(const baton_host* host, const char* name,
                                         const baton_sink* sink);

  /* Sets a property, of at most BATON_MAX_PROPERTY_SIZE bytes; NULL removes it. Committed when it
   * returns, if the store is durable; on an error it is as before. `name` is UTF-8, shorter than
   * BATON_NAME_SIZE.
   * Errors: TOO_LARGE (the name, the value, or more than 1000 names of one plugin), STORE_FAILED,
   *         TIMED_OUT (the store was too busy to begin).
   * [any-thread] */
  baton_status(BATON_CALL* set_property)(const baton_host* host, const char* name,
                                         const void* bytes, size_t size);

  /* Describes an error code that jobs of this plugin fail with (run->fail), for people: it is shown
   * beside the message of such a job. `http_status` is reserved: 0.
   * Errors: NAME_TAKEN (you described it before, or it is one of the host's own), TOO_LARGE (the
   *         text, above BATON_MESSAGE_SIZE - 1, or more than 1000 codes of one plugin), UNSUPPORTED
   *         (an http_status).
   * [any-thread] */
  baton_status(BATON_CALL* register_error)(const baton_host* host, const char* code,
                                           int32_t http_status, const char* text);

  /* -- from here on: since minor 3 -- */

  /* Submits the job that a request asks for, and leaves the answer to it, as Orthanc's routes do; in
   * the handler, with what it was given, before anything is written. Of the request's body, if that is
   * a JSON object, these are heeded, all optional: `Synchronous` (wins) or `Asynchronous`, `Priority`
   * and `UserData` (both win over `options`, which may be NULL); `Permissive` is only checked: it is for
   * the job. Of its query: `timeout`, in seconds. Then return OK: no thread waits. The client is
   * answered, synchronous: once the job has ended, its content, or the error it failed with, or after
   * the time-out 202 and its id; asynchronous: its id, at once. If the client goes away the job goes on.
   * `flags` are BATON_ANSWER_ ones. Headers that were set before go out with the answer.
   * Errors: those of submit_job, WRONG_STATE (something was written, or another job answers this),
   *         INVALID_JSON and INVALID_ARGUMENT (also: the request, which the client is told if your handler
   *         returns the same error), UNSUPPORTED (a flag).
   * Ownership: as submit_job: on any error `job` is yours and as good as before: retry or free it.
   * [any-thread] [job: created] */
  baton_status(BATON_CALL* answer_job)(const baton_host* host, baton_response* response,
                                       baton_job job, const baton_request* request,
                                       const baton_submit_options* options, uint32_t flags);

  /* -- from here on: since minor 4 -- */

  /* Says how jobs of a type are made from content, for those who have no plugin (POST /jobs). A type
   * without it is made by this plugin alone. `create` runs on one of eight threads for this;
   * of a type with BATON_JOB_ON_LOOP on the loop thread.
   * Errors: NOT_FOUND (you have not registered the type), NAME_TAKEN (it has a creator), TOO_LARGE (the
   *         type).
   * Ownership: `data` stays yours; it is passed to `create` until `stop` is called.
   * [any-thread] */
  baton_status(BATON_CALL* register_creator)(const baton_host* host, const char* type,
                                             baton_create create, void* data);
};

/* -------------------------------------------------------------------------------------- plugin */

/* What a shared library is; filled by the plugin, constant. */
typedef struct baton_plugin {
  uint32_t struct_size;
  uint32_t abi_major; /* BATON_ABI_MAJOR */
  uint32_t abi_minor; /* BATON_ABI_MINOR */
  uint32_t reserved;  /* 0 */
  const char* name;   /* stable: lower-case letters, digits, dashes; up to 64; "send-queue" */
  const char* version;

  /* Keep `host`, register types and routes, submit jobs if you like. May be called again after
   * `stop`, on the same image, with another host.
   * Result: OK; an error refuses the plugin, with that status; `stop` is not called then.
   * [loop-thread] */
  baton_status(BATON_CALL* start)(const baton_host* host);

  /* Every job of this plugin is finalized, no callback runs or will run: give back what `start`
   * took.
   * [loop-thread] */
  void(BATON_CALL* stop)(void);
} baton_plugin;

/* The one symbol a shared library exports, under exactly this name. Must be pure: the host calls it
 * before `start`, to decide.
 * [any-thread] */
typedef const baton_plugin*(BATON_CALL* baton_plugin_query_function)(void);
#define BATON_PLUGIN_QUERY_SYMBOL "baton_plugin_query"
BATON_EXPORT const baton_plugin* BATON_CALL baton_plugin_query(void);

#ifdef __cplusplus
}
#endif

#endif /* BATON_H_ */
