// UTF-8 checks and bounded copies of C strings. Any thread.
#ifndef BATON_CORE_TEXT_H_
#define BATON_CORE_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "baton.h"

namespace baton {

// Strict UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
bool IsUtf8(std::string_view text);

// Copies a C string of 1 to `max` bytes into `*out`. Null, empty or not UTF-8: INVALID_ARGUMENT;
// longer: TOO_LARGE.
baton_status CopyName(const char* text, size_t max, std::string* out);

// Copies a C string of any length up to `max` bytes, cut there at a character's end; what is not
// UTF-8 becomes '?'. Null gives an empty string. For texts that people read.
std::string CopyMessage(const char* text, size_t max);

// The longest message of what a job failed with, in bytes.
constexpr size_t kMaxMessage = 64 * 1024;

// True for UPPER_SNAKE of 1 to BATON_CODE_SIZE - 1 bytes.
bool IsErrorCode(const char* text);

// Copies `text` with its NUL into a buffer of `size`, cut at a character's end.
void FillText(std::string_view text, char* buffer, size_t size);

}  // namespace baton

#endif  // BATON_CORE_TEXT_H_
