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

// Has jobs of this load come back through its revive.
void RegisterType(World* world, Load* load);

}  // namespace storm

#endif  // BATON_TEST_STORM_PLUGIN_H_
