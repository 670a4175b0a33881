// The plugin side of a storm: payloads that notice a wrong callback, and a thread that makes calls at
// random.
#ifndef BATON_TEST_STORM_PLUGIN_H_
#define BATON_TEST_STORM_PLUGIN_H_

#include "storm_model.h"

namespace storm {

inline constexpr char kType[] = "storm.drop";

// Loads a plugin whose loop thread is the calling one, and makes `operations` calls at random:
// through its own host and those of others, with its own handles, shared, stale and forged ones.
void PlayPlugin(World* world, uint32_t seed, const char* plugin, int operations);

// A job that does what `dice` says. Null if it fails, which it does only while the plugin closes.
Handle* Create(World* world, Load* load, uint32_t dice, bool revived);

// Frees it through the host of `by`, and tells the model.
baton_status Free(Load* by, Handle* handle);

bool Among(baton_status status, std::initializer_list<baton_status> legal);

// Has jobs of this load come back through its revive.
void RegisterType(World* world, Load* load);

}  // namespace storm

#endif  // BATON_TEST_STORM_PLUGIN_H_
