// Preloaded into a host: writes down which thread asks for a flush to disk, and makes flushes slow.
//   BATON_FLUSH_LOG   a line for each flush: "loop" (the main thread) or "other"
//   BATON_FLUSH_SLOW  while this file exists, each flush takes BATON_FLUSH_MS milliseconds longer
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace {

void Note() {
  const char* path = getenv("BATON_FLUSH_LOG");
  if (path == nullptr) return;
  const bool is_loop = syscall(SYS_gettid) == getpid();
  const int log = open(path, O_WRONLY | O_APPEND | O_CREAT, 0644);
  const ssize_t written = is_loop ? write(log, "loop\n", 5) : write(log, "other\n", 6);
  if (written < 0) abort();
  close(log);
}

void Dawdle() {
  const char* slow = getenv("BATON_FLUSH_SLOW");
  const char* text = getenv("BATON_FLUSH_MS");
  if (slow == nullptr || text == nullptr || access(slow, F_OK) != 0) return;
  const long ms = atol(text);
  const timespec pause = {ms / 1000, (ms % 1000) * 1000000};
  nanosleep(&pause, nullptr);
}

}  // namespace

extern "C" int fsync(int file) {
  Note();
  Dawdle();
  return static_cast<int>(syscall(SYS_fsync, file));
}

extern "C" int fdatasync(int file) {
  Note();
  Dawdle();
  return static_cast<int>(syscall(SYS_fdatasync, file));
}
