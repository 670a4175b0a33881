#include "text.h"

#include <cstdint>
#include <cstring>

namespace baton {
namespace {

// Length of the character that starts at `at`, 0 if it is malformed.
size_t CharacterLength(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[at + i]); };
  const uint8_t first = byte(0);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || at + length > text.size()) return 0;
  for (size_t i = 1; i < length; i++) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  if (first == 0xe0 && byte(1) < 0xa0) return 0;  // overlong
  if (first == 0xed && byte(1) > 0x9f) return 0;  // surrogate
  if (first == 0xf0 && byte(1) < 0x90) return 0;  // overlong
  if (first == 0xf4 && byte(1) > 0x8f) return 0;  // above U+10FFFF
  return length;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    // Most of all texts are ASCII: eight bytes at once.
    uint64_t word;
    if (text.size() - at >= sizeof word) {
      std::memcpy(&word, text.data() + at, sizeof word);
      if ((word & 0x8080808080808080) == 0) {
        at += sizeof word;
        continue;
      }
    }
    const bool ascii = static_cast<uint8_t>(text[at]) < 0x80;
    const size_t length = ascii ? 1 : CharacterLength(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

baton_status CopyName(const char* text, size_t max, std::string* out) {
  if (text == nullptr || *text == '\0') return BATON_ERROR_INVALID_ARGUMENT;
  const size_t length = strnlen(text, max + 1);
  if (length > max) return BATON_ERROR_TOO_LARGE;
  if (!IsUtf8({text, length})) return BATON_ERROR_INVALID_ARGUMENT;
  out->assign(text, length);
  return BATON_OK;
}

std::string CopyMessage(const char* text, size_t max) {
  std::string copy;
  if (text == nullptr) return copy;
  const std::string_view view(text, strnlen(text, max));
  for (size_t at = 0; at < view.size();) {
    const size_t length = CharacterLength(view, at);
    if (length == 0 && view.size() == max && view.size() - at < 4)
      break;  // the cut went through it
    if (length == 0) {
      copy += '?';
    } else {
      copy.append(view.substr(at, length));
    }
    at += length == 0 ? 1 : length;
  }
  return copy;
}

bool IsErrorCode(const char* text) {
  if (text == nullptr || *text < 'A' || *text > 'Z') return false;
  size_t length = 0;
  for (const char* c = text; *c != '\0'; c++) {
    if (!((*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || *c == '_')) return false;
    if (++length >= BATON_CODE_SIZE) return false;
  }
  return true;
}

void FillText(std::string_view text, char* buffer, size_t size) {
  size_t length = 0;
  while (length < text.size()) {
    const size_t next = CharacterLength(text, length);
    if (next == 0 || length + next >= size) break;
    length += next;
  }
  std::memcpy(buffer, text.data(), length);
  std::memset(buffer + length, 0, size - length);
}

}  // namespace baton
