// A callable that is moved, never copied, and is kept in place: also one that owns something, for
// which std::function would allocate memory. No thread rule.
#ifndef BATON_CORE_TASK_H_
#define BATON_CORE_TASK_H_

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace baton {

template <typename Signature>
class Task;

template <typename Result, typename... Arguments>
class Task<Result(Arguments...)> {
 public:
  Task() = default;
  template <typename Function,
            typename = std::enable_if_t<!std::is_same_v<std::decay_t<Function>, Task>>>
  Task(Function&& function) : kind_(&kKind<std::decay_t<Function>>) {
    using Kept = std::decay_t<Function>;
    static_assert(sizeof(Kept) <= kSize && alignof(Kept) <= alignof(void*));
    static_assert(std::is_nothrow_move_constructible_v<Kept>);
    new (place_) Kept(std::forward<Function>(function));
  }
  Task(Task&& other) noexcept { Take(&other); }
  Task& operator=(Task&& other) noexcept {
    if (this == &other) return *this;
    Drop();
    Take(&other);
    return *this;
  }
  ~Task() { Drop(); }

  explicit operator bool() const { return kind_ != nullptr; }
  // REQUIRES: it is not empty.
  Result operator()(Arguments... arguments) {
    return kind_->call(place_, std::forward<Arguments>(arguments)...);
  }

 private:
  static constexpr size_t kSize = 48;

  // What can be done with a callable of one type.
  struct Kind {
    Result (*call)(void* kept, Arguments&&... arguments);
    void (*move)(void* from, void* to);  // leaves nothing behind
    void (*drop)(void* kept);
  };
  template <typename Kept>
  static Result Call(void* kept, Arguments&&... arguments) {
    return (*static_cast<Kept*>(kept))(std::forward<Arguments>(arguments)...);
  }
  template <typename Kept>
  static void Move(void* from, void* to) {
    new (to) Kept(std::move(*static_cast<Kept*>(from)));
    static_cast<Kept*>(from)->~Kept();
  }
  template <typename Kept>
  static void Destroy(void* kept) {
    static_cast<Kept*>(kept)->~Kept();
  }
  template <typename Kept>
  static constexpr Kind kKind = {Call<Kept>, Move<Kept>, Destroy<Kept>};

  void Take(Task* other) {
    kind_ = std::exchange(other->kind_, nullptr);
    if (kind_ != nullptr) kind_->move(other->place_, place_);
  }
  void Drop() {
    if (kind_ != nullptr) kind_->drop(place_);
    kind_ = nullptr;
  }

  const Kind* kind_ = nullptr;  // null: empty
  alignas(void*) unsigned char place_[kSize];
};

}  // namespace baton

#endif  // BATON_CORE_TASK_H_
