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

using Bits = uint8_t[16];

// Both digits of each byte.
struct HexTable {
  constexpr HexTable() {
    constexpr char kDigits[] = "0123456789abcdef";
    for (int byte = 0; byte < 256; byte++) {
      text[byte][0] = kDigits[byte >> 4];
      text[byte][1] = kDigits[byte & 15];
    }
  }
  char text[256][2] = {};
};
constexpr HexTable kHex;

// Asks the generator of the C++ library, which asks the system's each time.
void ReadDevice(std::random_device* device, Bits* bits) {
  for (size_t at = 0; at < sizeof *bits; at += sizeof(uint32_t)) {
    const uint32_t word = (*device)();
    std::memcpy(*bits + at, &word, sizeof word);
  }
}

#if defined(__linux__) || defined(__APPLE__)

std::atomic<int> forks{0};

// The system's generator, asked for as much as it gives at once: to ask it for each id would take
// longer than all the rest of a submit.
class Source {
 public:
  void Read(Bits* bits) {
    if (used_ == kCount || forks_ != forks.load(std::memory_order_relaxed)) Refill();
    std::memcpy(*bits, kept_[used_++], sizeof *bits);
  }

 private:
  static constexpr int kCount = 16;

  void Refill() {
    // A child of this process must not give out the same ids.
    static const int watched = pthread_atfork(nullptr, nullptr, [] { forks++; });
    forks_ = watched == 0 ? forks.load() : 0;
    used_ = 0;
    if (getentropy(kept_, sizeof kept_) == 0) return;
    std::random_device device;
    for (Bits& bits : kept_) ReadDevice(&device, &bits);
  }

  Bits kept_[kCount];  // 256 bytes, the most that getentropy gives
  int used_ = kCount;
  int forks_ = 0;
};

#else

class Source {
 public:
  void Read(Bits* bits) { ReadDevice(&device_, bits); }

 private:
  std::random_device device_;
};

#endif

}  // namespace

JobId NewId() {
  static thread_local Source source;
  Bits bits;
  source.Read(&bits);
  bits[6] = static_cast<uint8_t>((bits[6] & 0x0f) | 0x40);  // version 4
  bits[8] = static_cast<uint8_t>((bits[8] & 0x3f) | 0x80);  // variant 1
  char text[BATON_ID_SIZE - 1];
  char* at = text;
  for (int i = 0; i < 16; i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *at++ = '-';
    std::memcpy(at, kHex.text[bits[i]], 2);
    at += 2;
  }
  return JobId({text, sizeof text});
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
