/* What the benchmarks' plugins share, of whatever host: a clock, and waiting for many jobs. */
#ifndef BATON_BENCH_BATCH_H_
#define BATON_BENCH_BATCH_H_

#include <pthread.h>
#include <stdint.h>
#include <time.h>

/* All jobs of one request. It outlives them: the request waits for `open` to become 0. */
typedef struct batch {
  int64_t open; /* payloads that are not finalized, and the request itself; atomic */
  pthread_mutex_t mutex;
  pthread_cond_t ended;
  int64_t ended_at; /* nanoseconds; 0: not yet. Guarded by `mutex` */
} batch;

/* Open for the request alone. */
#define BATCH_OF_NONE \
  { 1, PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0 }

static inline int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static inline void join_batch(batch* all) { __atomic_add_fetch(&all->open, 1, __ATOMIC_RELAXED); }

static inline void leave_batch(batch* all) {
  if (__atomic_sub_fetch(&all->open, 1, __ATOMIC_ACQ_REL) > 0) return;
  pthread_mutex_lock(&all->mutex);
  all->ended_at = now_ns();
  pthread_cond_signal(&all->ended);
  pthread_mutex_unlock(&all->mutex);
}

/* The request leaves too; returns when the last one left. */
static inline int64_t await_end(batch* all) {
  leave_batch(all);
  pthread_mutex_lock(&all->mutex);
  while (all->ended_at == 0) pthread_cond_wait(&all->ended, &all->mutex);
  pthread_mutex_unlock(&all->mutex);
  return all->ended_at;
}

#endif
