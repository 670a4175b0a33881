#include "library.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cstring>

#include "callbacks.h"
#include "struct_size.h"
#include "text.h"

namespace baton {
namespace {

constexpr size_t kMaxName = 127;

bool Fail(JobError* error, const char* code, std::string message) {
  *error = {code, std::move(message)};
  return false;
}

// dlerror's text without the path it begins with: ours names it already.
std::string LastLoadError(const std::string& path) {
  const char* text = dlerror();
  std::string message = text == nullptr ? "unknown error" : text;
  const std::string prefix = path + ": ";
  if (message.compare(0, prefix.size(), prefix) == 0) message.erase(0, prefix.size());
  return message;
}

}  // namespace

bool FindQuery(const std::string& path, baton_plugin_query_function* query, JobError* error) {
  // Without a slash the system would look elsewhere.
  const std::string file = path.find('/') == std::string::npos ? "./" + path : path;
  if (access(file.c_str(), F_OK) != 0)
    return Fail(error, "PLUGIN_NOT_FOUND", "there is no file " + path);
  int flags = RTLD_NOW | RTLD_LOCAL;
#ifdef RTLD_NODELETE
  flags |= RTLD_NODELETE;
#endif
  void* image = dlopen(file.c_str(), flags);
  if (image == nullptr) {
    return Fail(error, "PLUGIN_NOT_LOADABLE", path + " cannot be loaded: " + LastLoadError(file));
  }
  void* symbol = dlsym(image, BATON_PLUGIN_QUERY_SYMBOL);
  if (symbol == nullptr) {
    return Fail(error, "PLUGIN_INVALID",
                path + " is not a Baton plugin: it does not export " BATON_PLUGIN_QUERY_SYMBOL);
  }
  static_assert(sizeof *query == sizeof symbol,
                "functions and data have pointers of one size here");
  std::memcpy(query, &symbol, sizeof *query);
  return true;
}

bool OpenLibrary(const std::string& path, Library* library, JobError* error) {
  baton_plugin_query_function query;
  if (!FindQuery(path, &query, error)) return false;
  const baton_plugin* plugin = nullptr;
  Guarded([&] { plugin = query(); });
  return ReadPlugin(path, plugin, library, error);
}

bool ReadPlugin(const std::string& path, const baton_plugin* plugin, Library* library,
                JobError* error) {
  const auto invalid = [&](const char* why) {
    return Fail(error, "PLUGIN_INVALID", path + " is not a valid Baton plugin: " + why);
  };
  if (plugin == nullptr) return invalid(BATON_PLUGIN_QUERY_SYMBOL " answered NULL");
  // The major first: with another one, the rest may mean anything.
  if (plugin->struct_size < offsetof(baton_plugin, abi_minor))
    return invalid("its struct_size is too small");
  if (plugin->abi_major != BATON_ABI_MAJOR) {
    return Fail(error, "PLUGIN_ABI_MISMATCH",
                path + " was built for ABI " + std::to_string(plugin->abi_major) +
                    ", this host has ABI " + std::to_string(BATON_ABI_MAJOR));
  }
  if (CopyIn(plugin, &library->plugin) != BATON_OK)
    return invalid("its struct has bytes this host does not know");
  if (CopyName(library->plugin.name, kMaxName, &library->name) != BATON_OK)
    return invalid("it has no usable name");
  library->version = CopyMessage(library->plugin.version, kMaxName);
  if (library->plugin.start == nullptr || library->plugin.stop == nullptr)
    return invalid("start or stop is missing");
  return true;
}

}  // namespace baton
