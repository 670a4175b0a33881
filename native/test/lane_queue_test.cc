// The order of the jobs that wait in the lane.
#include "lane_queue.h"

#include <map>
#include <memory>
#include <random>
#include <utility>

#include "check.h"

namespace {

baton::Offered Job(int32_t priority, int64_t sequence) {
  auto as_new = std::make_shared<baton::NewJob>();
  as_new->priority = priority;
  as_new->sequence = sequence;
  return {as_new, nullptr};
}

}  // namespace

TEST("higher priority comes first, then lower sequence, whatever was taken in between") {
  std::mt19937 random(1);
  for (int round = 0; round < 200; round++) {
    baton::LaneQueue queue;
    std::map<std::pair<int32_t, int64_t>, bool> model;  // by descending priority
    for (int64_t sequence = 1; sequence <= 200; sequence++) {
      const auto priority = static_cast<int32_t>(random() % (round % 5 + 1)) - 2;
      // Now and then one comes late.
      const int64_t late = random() % 10 == 0 ? 1000 * sequence : 1000 * sequence + 2001;
      model.emplace(std::pair(-priority, late), true);
      queue.Push(Job(priority, late));
      for (auto taken = random() % 3; taken > 0 && !model.empty(); taken--) {
        const auto& [key, ignored] = *model.begin();
        CHECK_EQ(queue.Head().as_new->sequence, key.second);
        const baton::Offered job = queue.Pop();
        CHECK_EQ(-job.as_new->priority, key.first);
        CHECK_EQ(job.as_new->sequence, key.second);
        model.erase(model.begin());
      }
      CHECK_EQ(queue.size(), model.size());
      CHECK_EQ(queue.empty(), model.empty());
    }
    for (const baton::Offered& job : queue.TakeAll()) {
      CHECK_EQ(job.as_new->sequence, model.begin()->first.second);
      model.erase(model.begin());
    }
    CHECK(model.empty());
    CHECK(queue.empty());
    queue.Push(Job(5, 1));
    CHECK_EQ(queue.Pop().as_new->priority, 5);
  }
}

CHECK_MAIN
