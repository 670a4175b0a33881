// A shared library that holds a plugin. Loaded and never unmapped. Any thread.
#ifndef BATON_CORE_LIBRARY_H_
#define BATON_CORE_LIBRARY_H_

#include <string>

#include "baton.h"
#include "record.h"

namespace baton {

struct Library {
  std::string name;
  std::string version;
  baton_plugin plugin = {};  // a copy; its functions live as long as the process
};

// Loads the file and asks it what it is; calls nothing else of it. Returns false with a code
// (PLUGIN_NOT_FOUND, PLUGIN_NOT_LOADABLE, PLUGIN_INVALID, PLUGIN_ABI_MISMATCH) and one sentence.
bool OpenLibrary(const std::string& path, Library* library, JobError* error);

// The part before that: finds the query function, and does not call it.
bool FindQuery(const std::string& path, baton_plugin_query_function* query, JobError* error);

// The part after loading, for a query function that was found in another way.
bool ReadPlugin(const std::string& path, const baton_plugin* plugin, Library* library,
                JobError* error);

}  // namespace baton

#endif  // BATON_CORE_LIBRARY_H_
