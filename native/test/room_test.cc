// When there is room again, and for whom.
#include <thread>

#include "support.h"

namespace {

using test::Engine;
using test::Script;

baton::CoreOptions WithRoomFor(int64_t jobs) {
  baton::CoreOptions options = Engine::Memory();
  options.limit_jobs = jobs;
  options.submit_timeout_ms = 60000;
  return options;
}

}  // namespace

TEST("a native run gives its room back when it begins") {
  Engine engine(WithRoomFor(1));
  Script script({BATON_STEP_SUCCESS});
  script.Submit(engine.host());
  const baton::StoredRow row = engine.Next<baton::Submitted>().row;
  CHECK(!engine.core().RequestRoom(1));
  CHECK(engine.core().Admit(Engine::EntryFor(row)));
  CHECK_EQ(engine.Next<baton::RoomGiven>().ticket, 1u);
  engine.Next<baton::Ended>();
  CHECK(!engine.core().RequestRoom(2));
  engine.CloseWell();
}

TEST("the room of a run that is not native is the engine's to give back") {
  Engine engine(WithRoomFor(1));
  CHECK(engine.core().RequestRoom(1));
  baton::Entry entry;
  entry.id = "not native";
  entry.native = false;
  CHECK(engine.core().Admit(entry));
  engine.Next<baton::Granted>();
  CHECK(!engine.core().RequestRoom(2));
  engine.core().GiveRoom(1);
  CHECK_EQ(engine.Next<baton::RoomGiven>().ticket, 2u);
  CHECK(engine.core().Release("not native"));
  engine.CloseWell();
}

TEST("the engine's submits and those of native threads wait in one line") {
  Engine engine(WithRoomFor(1));
  Script first({BATON_STEP_SUCCESS}), second({BATON_STEP_SUCCESS});
  first.Submit(engine.host());
  const baton_job job = second.Create(engine.host());
  CHECK(!engine.core().RequestRoom(1));
  std::thread thread([&] {
    char id[BATON_ID_SIZE];
    CHECK_EQ(engine.host()->submit_job(engine.host(), job, nullptr, id), BATON_OK);
  });
  engine.core().GiveRoom(1);
  CHECK_EQ(engine.Next<baton::RoomGiven>().ticket, 1u);
  engine.core().GiveRoom(1);
  thread.join();
  // A job that waits again needs no room, and takes some all the same.
  engine.core().GiveRoom(-1);
  CHECK(!engine.core().RequestRoom(2));
  engine.core().GiveRoom(1);
  CHECK(engine.core().WithdrawRoom(2));
  engine.core().GiveRoom(1);
  CHECK(engine.core().RequestRoom(3));
  engine.CloseWell();
}

CHECK_MAIN
