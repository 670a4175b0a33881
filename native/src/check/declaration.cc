#include "declaration.h"

#include <cstring>
#include <thread>

#include "findings.h"
#include "library.h"
#include "mutex.h"
#include "struct_size.h"

namespace baton {
namespace check {
namespace {

constexpr int kAskedOften = 100;

// A copy, so that a struct that is changed in place is found out.
struct Answer {
  const baton_plugin* pointer;
  baton_plugin plugin;
  std::string name;
  std::string version;

  explicit Answer(const baton_plugin* answered) : pointer(answered), plugin{} {
    if (answered == nullptr || CopyIn(answered, &plugin) != BATON_OK) return;
    if (plugin.name != nullptr) name = plugin.name;
    if (plugin.version != nullptr) version = plugin.version;
  }

  bool operator==(const Answer& other) const {
    return pointer == other.pointer && plugin.abi_major == other.plugin.abi_major &&
           plugin.abi_minor == other.plugin.abi_minor && plugin.start == other.plugin.start &&
           plugin.stop == other.plugin.stop && name == other.name && version == other.version;
  }
};

void AskOften(baton_plugin_query_function query, const Answer& first) {
  for (int i = 0; i < kAskedOften; i++) {
    if (Answer(query()) == first) continue;
    Report("QUERY_CHANGES",
           BATON_PLUGIN_QUERY_SYMBOL " answered something else when it was asked again");
    return;
  }
}

void CheckStruct(const baton_plugin& plugin) {
  if (plugin.struct_size < sizeof plugin) {
    Report("BAD_DECLARATION", "its struct_size is " + std::to_string(plugin.struct_size) +
                                  ", sizeof(baton_plugin) is " + std::to_string(sizeof plugin));
  }
  if (plugin.reserved != 0) Report("BAD_DECLARATION", "`reserved` is not 0");
  if (plugin.version == nullptr || *plugin.version == '\0') {
    Report("BAD_DECLARATION", "it has no version");
  }
  if (plugin.abi_minor > BATON_ABI_MINOR) {
    Report("NEWER_MINOR", "it was built for minor " + std::to_string(plugin.abi_minor) +
                              ", this host has " + std::to_string(BATON_ABI_MINOR) +
                              ": what is newer was not tried");
  }
}

}  // namespace

bool CheckDeclaration(const std::string& path, JobError* error) {
  constexpr std::chrono::milliseconds kSlow{100};
  const Clock::time_point begun = Clock::now();
  baton_plugin_query_function query = nullptr;
  if (!FindQuery(path, &query, error)) return false;
  const baton_plugin* const plugin = query();
  const auto taken = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
  Library library;
  if (!ReadPlugin(path, plugin, &library, error)) return false;
  if (taken > kSlow) {
    Report("SLOW_LOAD", "loading it took " + std::to_string(taken.count()) + " ms");
  }
  CheckStruct(*plugin);
  const Answer first(plugin);
  std::thread other([&] { AskOften(query, first); });
  AskOften(query, first);
  other.join();
  return true;
}

}  // namespace check
}  // namespace baton
