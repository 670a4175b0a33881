#include "ids.h"

#include <cstdint>
#include <cstring>
#include <random>

#if defined(__linux__) || defined(__APPLE__)
#include <pthread.h>
#include <sys/random.h>
#include <unistd.h>

#include <atomic>
#endif

#include "baton.h"

namespace baton {
namespace {

using Words = uint32_t[4];

#if defined(__linux__) || defined(__APPLE__)

std::atomic<int> forks{0};

// The system's generator, asked for as much as it gives at once: to ask it for each id would take
// longer than all the rest of a submit.
class Source {
 public:
  void Read(Words* words) {
    if (used_ == kCount || forks_ != forks.load(std::memory_order_relaxed)) Refill();
    std::memcpy(*words, words_[used_++], sizeof *words);
  }

 private:
  static constexpr int kCount = 16;

  void Refill() {
    // A child of this process must not give out the same ids.
    static const int watched = pthread_atfork(nullptr, nullptr, [] { forks++; });
    forks_ = watched == 0 ? forks.load() : 0;
    used_ = 0;
    if (getentropy(words_, sizeof words_) == 0) return;
    std::random_device device;
    for (Words& words : words_) {
      for (uint32_t& word : words) word = device();
    }
  }

  Words words_[kCount];  // 256 bytes, the most that getentropy gives
  int used_ = kCount;
  int forks_ = 0;
};

#else

class Source {
 public:
  void Read(Words* words) {
    for (uint32_t& word : *words) word = device_();
  }

 private:
  std::random_device device_;
};

#endif

}  // namespace

std::string NewId() {
  static const char kHex[] = "0123456789abcdef";
  static thread_local Source source;
  Words words;
  source.Read(&words);
  words[1] = (words[1] & 0xffff0fffu) | 0x00004000u;  // version 4
  words[2] = (words[2] & 0x3fffffffu) | 0x80000000u;  // variant 1
  char text[] = "........-....-....-....-............";
  char* at = text;
  for (const uint32_t word : words) {
    for (int shift = 28; shift >= 0; shift -= 4) {
      if (*at == '-') at++;
      *at++ = kHex[(word >> shift) & 15u];
    }
  }
  return text;
}

bool LooksLikeId(const char* text) {
  for (int at = 0; at < BATON_ID_SIZE - 1; at++) {
    const char c = text[at];
    const bool dash = at == 8 || at == 13 || at == 18 || at == 23;
    if (dash ? c != '-' : c == '\0' || std::strchr("0123456789abcdefABCDEF", c) == nullptr)
      return false;
  }
  return text[BATON_ID_SIZE - 1] == '\0';
}

}  // namespace baton
