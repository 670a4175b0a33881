// The ready list and the slots: order, requests, and slots of entries that are not native.
#include "support.h"

using baton::RequestAnswer;
using baton::RequestKind;
using test::Engine;
using test::Script;

namespace {

baton::Entry Other(const std::string& id, int32_t priority, int64_t sequence) {
  baton::Entry entry;
  entry.id = id;
  entry.priority = priority;
  entry.sequence = sequence;
  entry.native = false;
  return entry;
}

}  // namespace

TEST("a free slot takes the highest priority, then the lowest sequence") {
  baton::CoreOptions options = Engine::Memory();
  options.slots = 1;
  Engine engine(options);
  CHECK(engine.core().Admit(Other("first", 0, 1)));
  CHECK(engine.core().Admit(Other("d", 0, 9)));
  CHECK(engine.core().Admit(Other("c", 0, 7)));
  CHECK(engine.core().Admit(Other("b", INT32_MAX, 8)));
  CHECK(engine.core().Admit(Other("e", INT32_MIN, 2)));
  CHECK_EQ(engine.core().LowestEntry()->id, "e");
  std::string order;
  for (int i = 0; i < 5; i++) {
    const std::string id = engine.Next<baton::Granted>().id;
    order += id + " ";
    CHECK(engine.Pending().empty());
    CHECK(engine.core().Release(id));
    CHECK(!engine.core().Release(id));
  }
  CHECK_EQ(order, "first b c d e ");
  CHECK(!engine.core().LowestEntry().has_value());
  engine.CloseWell();
}

TEST("the list holds as many as it may, each once") {
  baton::CoreOptions options = Engine::Memory();
  options.slots = 0;
  options.ready_limit = 3;
  Engine engine(options);
  CHECK(engine.core().Admit(Other("a", 0, 1)));
  CHECK(!engine.core().Admit(Other("a", 0, 2)));
  CHECK(engine.core().Admit(Other("b", 0, 2)));
  CHECK(engine.core().Admit(Other("c", 0, 3)));
  CHECK(!engine.core().Admit(Other("d", 0, 4)));
  CHECK(engine.core().Request("b", RequestKind::kRecall) == RequestAnswer::kRemoved);
  CHECK(engine.core().Request("b", RequestKind::kRecall) == RequestAnswer::kAbsent);
  CHECK(engine.core().Admit(Other("d", 0, 4)));
  engine.core().SetSlots(2);
  CHECK_EQ(engine.Next<baton::Granted>().id, "a");
  CHECK_EQ(engine.Next<baton::Granted>().id, "c");
  CHECK(engine.core().Request("a", RequestKind::kCancel) == RequestAnswer::kBegun);
  CHECK(engine.core().Request("d", RequestKind::kPause) == RequestAnswer::kRemoved);
  CHECK(!engine.core().TakeBack("c"));
  CHECK(engine.core().Request("c", RequestKind::kPause) == RequestAnswer::kBegun);
  CHECK(engine.core().TakeBack("c"));
  CHECK(!engine.core().Admit(Other("a", 0, 9)));
  CHECK(engine.core().Release("a"));
  CHECK(engine.core().Release("c"));
  engine.CloseWell();
}

TEST("native and other entries share the slots, and begin without the engine") {
  baton::CoreOptions options = Engine::Memory();
  options.slots = 1;
  Engine engine(options);
  Script script({BATON_STEP_SUCCESS});
  script.Submit(engine.host());
  const baton::StoredRow row = engine.Next<baton::Submitted>().row;
  CHECK(engine.core().Admit(Other("js", 1, 50)));
  CHECK(engine.core().Admit(Engine::EntryFor(row)));
  CHECK_EQ(engine.Next<baton::Granted>().id, "js");
  CHECK(engine.Pending().empty());
  CHECK(!engine.core().Release(row.id));
  CHECK(engine.core().Release("js"));
  CHECK_EQ(std::get<baton::Started>(engine.NextOfAny()).id, row.id);
  CHECK_EQ(engine.Next<baton::Ended>().id, row.id);
  engine.CloseWell();
}

TEST("no more native jobs step at a time than there are slots, and all of them step") {
  baton::CoreOptions options = Engine::Memory();
  options.slots = 3;
  Engine engine(options);
  std::atomic<int> now{0}, most{0};
  std::vector<std::unique_ptr<Script>> scripts;
  for (int i = 0; i < 60; i++) {
    scripts.push_back(std::make_unique<Script>());
    const auto step = [&](const baton_run*) {
      const int count = ++now;
      int seen = most;
      while (count > seen && !most.compare_exchange_weak(seen, count)) {
      }
      std::this_thread::yield();
      --now;
      return BATON_STEP_SUCCESS;
    };
    scripts.back()->steps = {step};
    scripts.back()->Submit(engine.host());
    CHECK(engine.core().Admit(Engine::EntryFor(engine.Next<baton::Submitted>().row)));
  }
  for (int i = 0; i < 60; i++) engine.Next<baton::Ended>();
  CHECK(most <= 3);
  engine.CloseWell();
}

TEST("a job that ended may be admitted again as soon as its end is heard") {
  Engine engine;
  Script script({BATON_STEP_RETRY});
  script.Submit(engine.host());
  const baton::StoredRow row = engine.Next<baton::Submitted>().row;
  for (int i = 0; i < 200; i++) {
    CHECK(engine.core().Admit(Engine::EntryFor(row)));
    engine.Next<baton::Ended>();
  }
  engine.CloseWell();
}

CHECK_MAIN
