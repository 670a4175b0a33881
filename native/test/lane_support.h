// What the tests of the lane share: hosts of so many slots, and the names of what is told.
#ifndef BATON_TEST_LANE_SUPPORT_H_
#define BATON_TEST_LANE_SUPPORT_H_

#include <deque>
#include <string>

#include "support.h"

namespace test {

inline baton::CoreOptions WithSlots(int slots) {
  baton::CoreOptions options = Engine::Memory();
  options.slots = slots;
  return options;
}

// The kinds of what is pending, in order; for messages without a name here "?".
inline std::string Kinds(const std::deque<baton::Message>& messages) {
  std::string kinds;
  for (const baton::Message& message : messages) {
    const char* kind = "?";
    if (const auto* submitted = std::get_if<baton::Submitted>(&message))
      kind = submitted->admitted ? "admitted" : "submitted";
    if (std::holds_alternative<baton::Started>(message)) kind = "started";
    if (std::holds_alternative<baton::Granted>(message)) kind = "granted";
    if (std::holds_alternative<baton::Sampled>(message)) kind = "sampled";
    if (std::holds_alternative<baton::Logged>(message)) kind = "logged";
    if (std::holds_alternative<baton::Ended>(message)) kind = "ended";
    if (std::holds_alternative<baton::Lived>(message)) kind = "lived";
    if (std::holds_alternative<baton::LaneBusy>(message)) kind = "busy";
    if (std::holds_alternative<baton::EventsWanted>(message)) kind = "wanted";
    kinds += (kinds.empty() ? "" : " ") + std::string(kind);
  }
  return kinds;
}

}  // namespace test

#endif  // BATON_TEST_LANE_SUPPORT_H_
