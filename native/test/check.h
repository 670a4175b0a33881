// The test harness: TEST("a sentence") { CHECK(...); }. A failed check ends the program with its
// place and values.
#ifndef BATON_TEST_CHECK_H_
#define BATON_TEST_CHECK_H_

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <vector>

namespace check {

struct Test {
  const char* sentence;
  void (*body)();
};

inline std::vector<Test>& Tests() {
  static auto* const tests = new std::vector<Test>();
  return *tests;
}

struct Registered {
  Registered(const char* sentence, void (*body)()) { Tests().push_back({sentence, body}); }
};

inline const char*& Running() {
  static const char* sentence = "";
  return sentence;
}

[[noreturn]] inline void Fail(const char* file, int line, const std::string& what) {
  std::fprintf(stderr, "%s:%d: in \"%s\": %s\n", file, line, Running(), what.c_str());
  _exit(1);
}

template <typename A, typename B>
void Equal(const char* file, int line, const char* text, const A& a, const B& b) {
  if (a == b) return;
  std::ostringstream what;
  what << text << ": " << a << " is not " << b;
  Fail(file, line, what.str());
}

}  // namespace check

#define CHECK_JOIN2(a, b) a##b
#define CHECK_JOIN(a, b) CHECK_JOIN2(a, b)
#define TEST(sentence)                                                                             \
  static void CHECK_JOIN(TestBody, __LINE__)();                                                    \
  static const check::Registered CHECK_JOIN(registered, __LINE__)(sentence,                        \
                                                                  CHECK_JOIN(TestBody, __LINE__)); \
  static void CHECK_JOIN(TestBody, __LINE__)()
#define CHECK(condition) \
  ((condition) ? (void)0 : check::Fail(__FILE__, __LINE__, "not true: " #condition))
#define CHECK_EQ(a, b) check::Equal(__FILE__, __LINE__, #a " == " #b, (a), (b))

// Runs all tests, or those whose sentence contains the first argument. The alarm is the only
// time-out.
#define CHECK_MAIN                                                           \
  int main(int argc, char** argv) {                                          \
    alarm(120);                                                              \
    int count = 0;                                                           \
    for (const check::Test& test : check::Tests()) {                         \
      const std::string sentence = test.sentence;                            \
      if (argc > 1 && sentence.find(argv[1]) == std::string::npos) continue; \
      check::Running() = test.sentence;                                      \
      test.body();                                                           \
      count++;                                                               \
    }                                                                        \
    std::printf("%d tests\n", count);                                        \
    return count > 0 ? 0 : 1;                                                \
  }

#endif  // BATON_TEST_CHECK_H_
