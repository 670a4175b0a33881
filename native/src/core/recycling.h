// Memory for objects that one thread makes and another one drops, as the parts of a job are. malloc
// gives such memory back to the thread's heap that it came from, under a lock, one by one; here each
// thread keeps a few blocks of each size and trades them with the others by the batch. Any thread.
#ifndef BATON_CORE_RECYCLING_H_
#define BATON_CORE_RECYCLING_H_

#include <cstddef>
#include <memory>
#include <new>
#include <utility>

namespace baton {

// A block for `size` bytes, aligned for anything. Throws bad_alloc.
void* TakeBlock(size_t size);
// REQUIRES: it was taken with the same size.
void GiveBlock(void* block, size_t size) noexcept;

// The same as an allocator of the standard library. Arrays come from the heap.
template <typename T>
struct Recycling {
  using value_type = T;
  static_assert(alignof(T) <= alignof(std::max_align_t));

  Recycling() = default;
  template <typename U>
  Recycling(const Recycling<U>&) {}  // implicit, as the standard wants it

  T* allocate(size_t count) {
    if (count == 1) return static_cast<T*>(TakeBlock(sizeof(T)));
    return std::allocator<T>().allocate(count);
  }
  void deallocate(T* block, size_t count) noexcept {
    if (count == 1) return GiveBlock(block, sizeof(T));
    std::allocator<T>().deallocate(block, count);
  }
  friend bool operator==(const Recycling&, const Recycling&) { return true; }
  friend bool operator!=(const Recycling&, const Recycling&) { return false; }
};

// std::make_shared with such memory.
template <typename T, typename... Arguments>
std::shared_ptr<T> MakeRecycled(Arguments&&... arguments) {
  return std::allocate_shared<T>(Recycling<T>(), std::forward<Arguments>(arguments)...);
}

}  // namespace baton

#endif  // BATON_CORE_RECYCLING_H_
