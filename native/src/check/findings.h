// What the checking layer finds, written line by line into a file, so that a crash right after it
// loses nothing. Any thread.
#ifndef BATON_CHECK_FINDINGS_H_
#define BATON_CHECK_FINDINGS_H_

#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "mutex.h"

namespace baton {
namespace check {

class Findings {
 public:
  static Findings& Process();

  // Appends to `path` from now on. False if it cannot be opened.
  bool Open(const std::string& path);

  // Writes {"code":…,"what":…} as one line: once for each text, and at most kMostOfOneCode of a code.
  // `code` is one of src/validate/findings.ts.
  void Report(const std::string& code, const std::string& what);

 private:
  static constexpr int kMostOfOneCode = 20;

  Mutex mutex_;
  std::FILE* file_ GUARDED_BY(mutex_) = nullptr;  // null: not open, nothing is kept
  std::set<std::pair<std::string, std::string>> seen_ GUARDED_BY(mutex_);
  std::map<std::string, int> of_code_ GUARDED_BY(mutex_);
};

inline void Report(const std::string& code, const std::string& what) {
  Findings::Process().Report(code, what);
}

// A text as JSON, quotes included; what is not UTF-8 becomes '?'.
std::string Quoted(const std::string& text);

// The name of a status as in baton.h, without its prefix; "status 99" for a number that is none.
std::string StatusName(int32_t status);

// The first bytes of a text that may be long or not text at all.
std::string Excerpt(const std::string& bytes);

}  // namespace check
}  // namespace baton

#endif  // BATON_CHECK_FINDINGS_H_
