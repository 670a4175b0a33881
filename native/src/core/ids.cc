#include "ids.h"

#include <cstdint>
#include <cstring>
#include <random>

#include "baton.h"

namespace baton {

std::string NewId() {
  static const char kHex[] = "0123456789abcdef";
  static thread_local std::random_device
      source;  // the system's generator: unique across hosts and forks
  uint32_t words[4];
  for (uint32_t& word : words) word = source();
  words[1] = (words[1] & 0xffff0fffu) | 0x00004000u;  // version 4
  words[2] = (words[2] & 0x3fffffffu) | 0x80000000u;  // variant 1
  std::string id;
  id.reserve(BATON_ID_SIZE - 1);
  for (int nibble = 0; nibble < 32; nibble++) {
    if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20) id += '-';
    id += kHex[(words[nibble / 8] >> (28 - 4 * (nibble % 8))) & 15u];
  }
  return id;
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
