// The struct_size rules of baton.h: how structs of older and newer plugins are read and written.
// Any thread.
#ifndef BATON_CORE_STRUCT_SIZE_H_
#define BATON_CORE_STRUCT_SIZE_H_

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "baton.h"

namespace baton {

// No struct will ever be this large: a larger struct_size is uninitialised memory, and not looked
// beyond.
constexpr uint32_t kMaxStructSize = 4096;

// Copies `source` into `*target`: what it is too short for becomes zero; bytes beyond must be zero,
// else TOO_NEW.
// `*target` is unspecified on an error.
template <typename T>
baton_status CopyIn(const T* source, T* target) {
  if (source == nullptr) return BATON_ERROR_INVALID_ARGUMENT;
  uint32_t size = 0;
  std::memcpy(&size, source, sizeof size);
  if (size < sizeof size || size > kMaxStructSize) return BATON_ERROR_INVALID_ARGUMENT;
  const char* bytes = reinterpret_cast<const char*>(source);
  for (size_t at = sizeof(T); at < size; at++) {
    if (bytes[at] != 0) return BATON_ERROR_TOO_NEW;
  }
  std::memset(static_cast<void*>(target), 0, sizeof(T));
  std::memcpy(static_cast<void*>(target), source, std::min<size_t>(size, sizeof(T)));
  target->struct_size = sizeof(T);
  return BATON_OK;
}

// True if a caller may have its struct filled: its struct_size makes sense.
template <typename T>
bool CanCopyOut(const T* target) {
  return target != nullptr && target->struct_size >= sizeof target->struct_size &&
         target->struct_size <= kMaxStructSize;
}

// Fills `*target`, cut to its struct_size, which stays; what this host does not know becomes zero.
// REQUIRES: CanCopyOut(target).
template <typename T>
void CopyOut(const T& source, T* target) {
  const uint32_t size = target->struct_size;
  char* bytes = reinterpret_cast<char*>(target);
  std::memcpy(bytes, &source, std::min<size_t>(size, sizeof(T)));
  if (size > sizeof(T)) std::memset(bytes + sizeof(T), 0, size - sizeof(T));
  target->struct_size = size;
}

}  // namespace baton

#endif  // BATON_CORE_STRUCT_SIZE_H_
