#include "findings.h"

#include "text.h"

namespace baton {
namespace check {

Findings& Findings::Process() {
  static auto* const findings = new Findings();  // never destroyed: threads may be late
  return *findings;
}

bool Findings::Open(const std::string& path) {
  MutexLock lock(&mutex_);
  if (file_ != nullptr) std::fclose(file_);
  file_ = std::fopen(path.c_str(), "ab");
  if (file_ == nullptr) return false;
  std::setvbuf(file_, nullptr, _IONBF, 0);
  return true;
}

void Findings::Report(const std::string& code, const std::string& what) {
  MutexLock lock(&mutex_);
  if (file_ == nullptr || !seen_.emplace(code, what).second) return;
  if (++of_code_[code] > kMostOfOneCode) return;
  const std::string line =
      "{\"kind\":\"found\",\"code\":" + Quoted(code) + ",\"what\":" + Quoted(what) + "}\n";
  // One write, so that lines of several processes do not mix.
  std::fwrite(line.data(), 1, line.size(), file_);
}

std::string Quoted(const std::string& text) {
  constexpr size_t kLongest = 2000;
  const std::string clean = CopyMessage(text.c_str(), kLongest);
  std::string out = "\"";
  for (const char each : clean) {
    const auto byte = static_cast<unsigned char>(each);
    if (each == '"' || each == '\\') {
      out += {'\\', each};
    } else if (byte < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", byte);
      out += escape;
    } else {
      out += each;
    }
  }
  return out + '"';
}

std::string StatusName(int32_t status) {
  static const char* const names[] = {
      "OK",          "INVALID_ARGUMENT", "STALE_HANDLE", "NOT_YOURS",    "ALREADY_SUBMITTED",
      "BUSY",        "QUEUE_FULL",       "CLOSING",      "WRONG_THREAD", "WRONG_STATE",
      "NOT_FOUND",   "TIMED_OUT",        "NAME_TAKEN",   "INVALID_JSON", "TOO_LARGE",
      "UNSUPPORTED", "TOO_NEW",          "NO_MEMORY",    "STORE_FAILED", "BAD_STATE_DATA",
      "NOT_MINE",    "INTERNAL",
  };
  constexpr int32_t kCount = sizeof names / sizeof names[0];
  if (status >= 0 && status < kCount) return names[status];
  return "the unknown status " + std::to_string(status);
}

std::string Excerpt(const std::string& bytes) {
  constexpr size_t kLongest = 60;
  const std::string text = CopyMessage(bytes.c_str(), kLongest);
  return text.size() < bytes.size() ? text + "..." : text;
}

}  // namespace check
}  // namespace baton
