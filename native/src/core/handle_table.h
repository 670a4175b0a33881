// The table behind baton_job: 64-bit values, generation and slot, that can be checked however wrong
// they are. Any thread. One table serves the whole process, so a handle never means something else
// to another host.
//
// It is made of parts, each with a lock of its own, and a value says which part it is in. Mostly one
// thread submits what other threads run and finalize behind it: so they seldom want the same lock.
#ifndef BATON_CORE_HANDLE_TABLE_H_
#define BATON_CORE_HANDLE_TABLE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "handle_part.h"

namespace baton {

// What is not said here is said at the same name of HandlePart.
class HandleTable {
 public:
  HandleTable() : HandleTable(std::make_index_sequence<HandlePart::kParts>()) {}

  // The table of this process; never destroyed.
  static HandleTable& Process();

  // Into one part after the other, a stretch of the calling thread's handles in each.
  baton_job Insert(std::shared_ptr<Payload> payload);

  baton_status BeginSubmit(baton_job job, const Instance* instance,
                           std::shared_ptr<Payload>* payload) {
    return PartOf(job).BeginSubmit(job, instance, payload);
  }
  template <typename Use>
  void BeginSubmits(const baton_job* jobs, size_t count, const Instance* instance, Use&& use) {
    for (size_t first = 0; first < count;) {
      size_t end = first + 1;
      while (end < count && HandlePart::NumberIn(jobs[end]) == HandlePart::NumberIn(jobs[first]))
        end++;
      const auto use_one = [&](size_t at, baton_status status, std::shared_ptr<Payload> payload) {
        use(first + at, status, std::move(payload));
      };
      PartOf(jobs[first]).BeginSubmits(jobs + first, end - first, instance, use_one);
      first = end;
    }
  }
  void AbortSubmit(Payload* payload);
  void CommitSubmit(Payload* payload);

  baton_status Free(baton_job job, const Instance* instance, std::shared_ptr<Payload>* payload) {
    return PartOf(job).Free(job, instance, payload);
  }
  void Remove(baton_job job) { PartOf(job).Remove(job); }

  bool TakeLive(const Instance* instance, Clock::time_point deadline,
                std::vector<std::shared_ptr<Payload>>* taken);

  size_t Count(const Instance* instance);

 private:
  template <size_t... kNumbers>
  explicit HandleTable(std::index_sequence<kNumbers...>) : parts_{Part{kNumbers}...} {}

  struct alignas(kCacheLine) Part {
    explicit Part(uint32_t number) : part(number) {}
    HandlePart part;
  };
  HandlePart& PartOf(baton_job job) { return parts_[HandlePart::NumberIn(job)].part; }

  std::array<Part, HandlePart::kParts> parts_;
};

}  // namespace baton

#endif  // BATON_CORE_HANDLE_TABLE_H_
