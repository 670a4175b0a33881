// What may stand in an HTTP header. Any thread.
#ifndef BATON_CORE_HEADER_TEXT_H_
#define BATON_CORE_HEADER_TEXT_H_

#include <cstring>

namespace baton {

// A token of RFC 9110.
inline bool IsHeaderName(const char* name) {
  static const char kToken[] =
      "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return *name != '\0' && name[std::strspn(name, kToken)] == '\0';
}

// No control characters: they could begin another header.
inline bool IsHeaderValue(const char* value) {
  for (; *value != '\0'; value++) {
    const unsigned char c = static_cast<unsigned char>(*value);
    if ((c < 0x20 && c != '\t') || c == 0x7f) return false;
  }
  return true;
}

// The value of a header of an answer: UTF-8, of which HTTP has the characters up to U+00FF only.
inline bool IsAnswerHeaderValue(const char* value) {
  if (!IsHeaderValue(value)) return false;
  for (; *value != '\0'; value++) {
    const unsigned char c = static_cast<unsigned char>(*value);
    if (c < 0x80) continue;
    value++;
    if ((c != 0xc2 && c != 0xc3) || (static_cast<unsigned char>(*value) & 0xc0) != 0x80)
      return false;
  }
  return true;
}

}  // namespace baton

#endif  // BATON_CORE_HEADER_TEXT_H_
