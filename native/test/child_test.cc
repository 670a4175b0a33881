// Parts of the progress of a job: what a step is answered, what the engine is shown, who is canceled.
#include <atomic>
#include <cmath>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "child_tree.h"
#include "support.h"

using baton::ChildTree;
using baton::TreeCopy;
using test::Engine;
using test::Script;

namespace {

// "Read 0 2.5/10 0.25 1": the name, the parent, what is done of what, the fraction, the outcome.
std::string InWords(const baton::ChildCopy& child) {
  char words[256];
  std::snprintf(words, sizeof words, "%s %u %g/%g %g %d%s", child.name.c_str(), child.parent,
                child.done, child.total, child.fraction, child.outcome,
                child.canceled ? " canceled" : "");
  return words;
}

std::vector<std::string> InWords(const TreeCopy& tree) {
  std::vector<std::string> words;
  for (const baton::ChildCopy& child : tree.children) words.push_back(InWords(child));
  return words;
}

using Words = std::vector<std::string>;

uint32_t Added(ChildTree* tree, uint32_t parent, const char* name, double weight) {
  uint32_t child = 0;
  CHECK_EQ(tree->Add(parent, name, weight, 1, &child), BATON_OK);
  return child;
}

bool Canceled(ChildTree* tree, uint32_t child) { return tree->Cancel(tree->Copy().life, child); }

}  // namespace

TEST("parts count by weight, and what has parts is what these are") {
  ChildTree tree;
  CHECK(tree.empty());
  CHECK_EQ(Added(&tree, 0, "Read", 3), 1u);
  CHECK_EQ(Added(&tree, 0, "Write", 1), 2u);
  CHECK_EQ(Added(&tree, 2, "Sort", 1), 3u);
  CHECK_EQ(Added(&tree, 2, "Save", 1), 4u);
  CHECK_EQ(tree.Report(1, 5, 10), BATON_OK);
  CHECK_EQ(tree.Report(3, 1, 1), BATON_OK);
  CHECK_EQ(tree.Report(2, 1, 1), BATON_ERROR_WRONG_STATE);
  CHECK(tree.TakeChanged());
  CHECK(!tree.TakeChanged());
  const TreeCopy copy = tree.Copy();
  CHECK_EQ(copy.fraction, 0.5);
  CHECK_EQ(copy.started_at_ms, 1);
  CHECK(InWords(copy) ==
        Words({"Read 0 5/10 0.5 0", "Write 0 0/100 0.5 0", "Sort 2 1/1 1 0", "Save 2 0/100 0 0"}));
  CHECK_EQ(tree.Finish(1, BATON_STOP_SUCCESS, 2), BATON_OK);
  CHECK_EQ(tree.Finish(2, BATON_STOP_SUCCESS, 2), BATON_OK);
  CHECK_EQ(tree.Fraction(), 1.0);
  CHECK_EQ(tree.Finish(4, BATON_STOP_SUCCESS, 2), BATON_ERROR_WRONG_STATE);
  tree.Clear();
  CHECK(tree.empty());
  CHECK_EQ(tree.Report(1, 1, 1), BATON_ERROR_NOT_FOUND);
  CHECK_EQ(Added(&tree, 0, "Anew", 1), 1u);
  CHECK_EQ(tree.Fraction(), 0.0);
}

TEST("what was shown in another life cannot be canceled in this one") {
  ChildTree tree;
  ChildTree other;
  Added(&tree, 0, "One", 1);
  Added(&other, 0, "One", 1);
  const int64_t life = tree.Copy().life;
  CHECK(!other.Cancel(life, 1));
  tree.Clear();
  Added(&tree, 0, "One", 1);
  CHECK(tree.Copy().life > other.Copy().life);
  CHECK(!tree.Cancel(life, 1));
  CHECK(!tree.IsCanceled(1));
  CHECK(tree.Cancel(tree.Copy().life, 1));
  CHECK(tree.IsCanceled(1));
}

TEST("what was shown of a part does not go back") {
  ChildTree tree;
  Added(&tree, 0, "One", 1);
  CHECK_EQ(tree.Report(1, 8, 10), BATON_OK);
  CHECK_EQ(tree.Fraction(), 0.8);
  CHECK_EQ(tree.Report(1, 3, 10), BATON_OK);
  Added(&tree, 0, "Two", 1);
  CHECK_EQ(tree.Fraction(), 0.8);
  CHECK_EQ(tree.Copy().children[0].fraction, 0.8);
}

TEST("what failed or was canceled stays where it is, with all below it") {
  ChildTree tree;
  Added(&tree, 0, "All", 1);
  Added(&tree, 1, "Part", 1);
  CHECK_EQ(tree.Report(2, 1, 2), BATON_OK);
  CHECK_EQ(tree.Finish(1, BATON_STOP_FAILURE, 7), BATON_OK);
  CHECK(InWords(tree.Copy()) == Words({"All 0 0/100 0.5 3", "Part 1 1/2 0.5 3"}));
  CHECK_EQ(tree.Copy().children[1].ended_at_ms, 7);
  CHECK_EQ(tree.Report(2, 2, 2), BATON_ERROR_WRONG_STATE);
  uint32_t child = 9;
  CHECK_EQ(tree.Add(2, "Late", 1, 8, &child), BATON_ERROR_WRONG_STATE);
  CHECK_EQ(child, 9u);
}

TEST("a cancel goes down, to what is added later too, and to nothing else") {
  ChildTree tree;
  Added(&tree, 0, "One", 1);
  Added(&tree, 1, "Below", 1);
  Added(&tree, 0, "Two", 1);
  CHECK(Canceled(&tree, 1));
  CHECK_EQ(Added(&tree, 2, "Late", 1), 4u);
  for (const uint32_t number : {1u, 2u, 4u}) CHECK(tree.IsCanceled(number));
  for (const uint32_t number : {0u, 3u, 5u, 4000000000u}) CHECK(!tree.IsCanceled(number));
  CHECK_EQ(tree.Finish(1, BATON_STOP_SUCCESS, 2), BATON_OK);
  CHECK_EQ(tree.Finish(3, BATON_STOP_SUCCESS, 2), BATON_OK);
  CHECK(InWords(tree.Copy()) == Words({"One 0 0/100 0 4 canceled", "Below 1 0/100 0 4 canceled",
                                       "Two 0 100/100 1 1", "Late 2 0/100 0 4 canceled"}));
  CHECK(!Canceled(&tree, 1));
  CHECK(!Canceled(&tree, 0));
  CHECK(!Canceled(&tree, 5));
}

TEST("wrong calls change nothing") {
  ChildTree tree;
  uint32_t child = 0;
  const double inf = std::numeric_limits<double>::infinity();
  for (const double weight : {0.0, 0.009, -1.0, inf, -inf, std::nan("")})
    CHECK_EQ(tree.Add(0, "x", weight, 0, &child), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(tree.Add(0, "", 1, 0, &child), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(tree.Add(0, "\xff", 1, 0, &child), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(tree.Add(0, std::string(BATON_NAME_SIZE, 'x').c_str(), 1, 0, &child),
           BATON_ERROR_TOO_LARGE);
  CHECK_EQ(tree.Add(1, "x", 1, 0, &child), BATON_ERROR_NOT_FOUND);
  CHECK(tree.empty());
  Added(&tree, 0, std::string(BATON_NAME_SIZE - 1, 'x').c_str(), 0.01);
  for (const double total : {0.0, -1.0, inf, std::nan("")})
    CHECK_EQ(tree.Report(1, 0, total), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(tree.Report(1, 2, 1), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(tree.Report(1, std::nan(""), 1), BATON_ERROR_INVALID_ARGUMENT);
  for (const uint32_t number : {0u, 2u, 4000000000u}) {
    CHECK_EQ(tree.Report(number, 1, 1), BATON_ERROR_NOT_FOUND);
    CHECK_EQ(tree.Finish(number, BATON_STOP_SUCCESS, 0), BATON_ERROR_NOT_FOUND);
  }
  for (const int32_t outcome :
       std::vector<int32_t>{0, BATON_STOP_PAUSED, BATON_STOP_RETRY, BATON_STOP_CLOSING, -1})
    CHECK_EQ(tree.Finish(1, outcome, 0), BATON_ERROR_INVALID_ARGUMENT);
}

TEST("anybody may cancel and ask, while the job's thread goes on") {
  ChildTree tree;
  std::atomic<bool> over{false};
  std::thread other([&] {
    for (uint32_t at = 0; !over; at = (at + 1) % 700) {
      if (at % 50 == 7) Canceled(&tree, at);
      tree.IsCanceled(at);
    }
  });
  for (uint32_t round = 0; round < 3; round++) {
    tree.Clear();
    for (uint32_t count = 0; count < 300; count++) {
      uint32_t child = 0;
      const baton_status status = tree.Add(count / 4, "x", 1, 1, &child);
      if (status == BATON_ERROR_WRONG_STATE) continue;  // its parent has ended
      if (status == BATON_ERROR_NOT_FOUND) break;       // fewer were added, so there is none
      CHECK_EQ(status, BATON_OK);
      CHECK_EQ(tree.Report(child, 1, 2), BATON_OK);
      if (count % 3 == 0) CHECK_EQ(tree.Finish(child, BATON_STOP_FAILURE, 2), BATON_OK);
      if (count % 100 == 0) tree.Copy();
    }
  }
  over = true;
  other.join();
  CHECK(tree.Fraction() <= 1);
}

TEST("there are so many parts, and so many levels") {
  ChildTree tree;
  uint32_t child = 0;
  for (uint32_t level = 1; level < 100; level++)
    CHECK_EQ(tree.Add(child, "x", 1, 0, &child), BATON_OK);
  CHECK_EQ(tree.Add(child, "x", 1, 0, &child), BATON_ERROR_TOO_LARGE);
  while (tree.Copy().children.size() < BATON_MAX_CHILDREN) Added(&tree, 0, "x", 1);
  CHECK_EQ(tree.Add(0, "x", 1, 0, &child), BATON_ERROR_TOO_LARGE);
}

TEST("the engine sees the tree of a step, and its parts last over the steps and runs of the job") {
  Engine engine;
  Script script;
  uint32_t part = 0;
  script.steps = {
      [&](const baton_run* run) {
        CHECK_EQ(run->set_progress(run, 9, 10), BATON_OK);
        CHECK_EQ(run->set_child_progress(run, 1, 1, 2), BATON_ERROR_NOT_FOUND);
        CHECK_EQ(run->add_child(run, 0, "Part", 1, &part), BATON_OK);
        CHECK_EQ(run->add_child(run, 0, "Part", 1, nullptr), BATON_ERROR_INVALID_ARGUMENT);
        CHECK_EQ(run->add_child(nullptr, 0, "Part", 1, &part), BATON_ERROR_INVALID_ARGUMENT);
        CHECK_EQ(run->child_canceled(run, part), 0);
        return BATON_STEP_CONTINUE;
      },
      [&](const baton_run* run) {
        CHECK_EQ(run->set_child_progress(run, part, 1, 4), BATON_OK);
        return BATON_STEP_RETRY;
      },
      [&](const baton_run* run) {
        CHECK_EQ(run->child_canceled(run, part), 1);
        CHECK_EQ(run->finish_child(run, part, BATON_STOP_CANCELED), BATON_OK);
        return BATON_STEP_FAILURE;
      }};
  script.Submit(engine.host());
  const baton::Entry entry = Engine::EntryFor(engine.Next<baton::Submitted>().row);
  engine.core().Admit(entry);
  baton::Ended ended = engine.Next<baton::Ended>();
  CHECK_EQ(ended.sample.progress, 0.25);
  CHECK(ended.sample.tree != nullptr);
  CHECK(InWords(*ended.sample.tree) == Words({"Part 0 1/4 0.25 0"}));
  const int64_t life = ended.sample.tree->life;
  CHECK(engine.core().CancelChild(entry.id, life, part));
  CHECK(!engine.core().CancelChild(entry.id, life - 1, part));
  CHECK(!engine.core().CancelChild(entry.id, life, 2));
  CHECK(!engine.core().CancelChild("nobody", life, part));
  engine.core().Admit(entry);
  ended = engine.Next<baton::Ended>();
  CHECK(ended.sample.tree != nullptr);
  CHECK(InWords(*ended.sample.tree) == Words({"Part 0 1/4 0.25 4 canceled"}));
  engine.CloseWell();
}

TEST("a job that is canceled has all its parts canceled") {
  Engine engine;
  Script script;
  script.steps = {[&](const baton_run* run) {
    uint32_t part = 0;
    CHECK_EQ(run->add_child(run, 0, "Part", 1, &part), BATON_OK);
    while (run->child_canceled(run, part) == 0) std::this_thread::yield();
    CHECK_EQ(run->should_stop(run), BATON_STOP_CANCELED);
    return BATON_STEP_CONTINUE;
  }};
  const std::string id = script.Submit(engine.host());
  engine.core().Admit(Engine::EntryFor(engine.Next<baton::Submitted>().row));
  engine.Next<baton::Started>();
  engine.core().Request(id, baton::RequestKind::kCancel);
  CHECK_EQ(engine.Next<baton::Ended>().stop_reason, BATON_STOP_CANCELED);
  engine.CloseWell();
}

CHECK_MAIN
