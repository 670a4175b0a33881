// Loading shared libraries: a good one, and every kind of bad one with a sentence that says what is
// wrong. Builds tiny plugins with the C compiler; BATON_INCLUDE names the directory of baton.h,
// TMPDIR a writable one.
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "support.h"

using test::Engine;

namespace {

std::string Directory() {
  static const std::string directory = [] {
    const char* base = std::getenv("TMPDIR");
    std::string name = std::string(base != nullptr ? base : "/tmp") + "/baton-library-XXXXXX";
    CHECK(mkdtemp(name.data()) != nullptr);
    return name;
  }();
  return directory;
}

// Compiles `source` as strict C99 and returns the library's path.
std::string Build(const std::string& name, const std::string& source) {
  const std::string path = Directory() + "/" + name;
  std::ofstream(path + ".c") << "#include \"baton.h\"\n" << source;
  const char* include = std::getenv("BATON_INCLUDE");
  const std::string command = "cc -std=c99 -pedantic -Wall -Wextra -Werror -shared -fPIC -I" +
                              std::string(include != nullptr ? include : "native/include") +
                              " -o " + path + ".so " + path + ".c";
  CHECK_EQ(std::system(command.c_str()), 0);
  return path + ".so";
}

// A plugin whose start logs, and whose step and stop can be counted by asking it for another start.
std::string Plugin(const char* major, const char* start_body) {
  return std::string("static int starts;\n") +
         "static baton_status BATON_CALL start(const baton_host* host) { (void)starts; " +
         start_body + " }\n" +
         "static void BATON_CALL stop(void) {}\n"
         "BATON_EXPORT const baton_plugin* BATON_CALL baton_plugin_query(void) {\n"
         "  static const baton_plugin plugin = {sizeof(baton_plugin), " +
         major + ", 0, 0, \"tiny\", \"1.2.3\", start, stop};\n  return &plugin;\n}\n";
}

std::string ErrorOf(Engine* engine, const std::string& path) {
  baton::JobError error;
  CHECK(engine->core().Load(path, &error) == nullptr);
  CHECK(error.message.find('\n') == std::string::npos);
  return error.code + ": " + error.message;
}

}  // namespace

TEST("a library is loaded, started, stopped, and started again on the same image") {
  const std::string path = Build(
      "good",
      Plugin("1", "return host->log(host, BATON_LOG_INFO, starts++ ? \"again\" : \"first\");"));
  for (const char* text : {"first", "again"}) {
    Engine engine;
    baton::JobError error;
    baton::Instance* instance = engine.core().Load(path, &error);
    CHECK(instance != nullptr);
    const baton::Logged logged = engine.Next<baton::Logged>();
    CHECK_EQ(logged.plugin, "tiny");
    CHECK_EQ(logged.text, text);
    CHECK(engine.core().CloseInstance(instance, 60000));
    engine.CloseWell();
  }
}

TEST("every way a file is not a plugin is told in one sentence") {
  Engine engine;
  CHECK_EQ(ErrorOf(&engine, "/nowhere/x.so"), "PLUGIN_NOT_FOUND: there is no file /nowhere/x.so");
  const std::string text = Directory() + "/text.so";
  std::ofstream(text) << "not a library";
  CHECK(ErrorOf(&engine, text).find("PLUGIN_NOT_LOADABLE: " + text + " cannot be loaded: ") == 0);
  const std::string unresolved =
      Build("unresolved",
            "int missing_symbol(void); int f(void); int f(void) { return missing_symbol(); }\n");
  const std::string sentence = ErrorOf(&engine, unresolved);
  CHECK(sentence.find("PLUGIN_NOT_LOADABLE") == 0 &&
        sentence.find("missing_symbol") != std::string::npos);
  const std::string other = Build("other", "int f(void); int f(void) { return 1; }\n");
  CHECK_EQ(
      ErrorOf(&engine, other),
      "PLUGIN_INVALID: " + other + " is not a Baton plugin: it does not export baton_plugin_query");
  const std::string newer = Build("newer", Plugin("7", "(void)host; return BATON_OK;"));
  CHECK_EQ(ErrorOf(&engine, newer),
           "PLUGIN_ABI_MISMATCH: " + newer + " was built for ABI 7, this host has ABI 1");
  const std::string refuses =
      Build("refuses", Plugin("1", "(void)host; return BATON_ERROR_NOT_FOUND;"));
  CHECK_EQ(ErrorOf(&engine, refuses),
           "PLUGIN_START_FAILED: the plugin tiny refused to start: nothing has this name");
  const std::string null =
      Build("null", "const baton_plugin* baton_plugin_query(void) { return NULL; }\n");
  CHECK(ErrorOf(&engine, null).find("answered NULL") != std::string::npos);
  engine.CloseWell();
}

TEST("a plugin's struct is checked like every other") {
  baton::Library library;
  baton::JobError error;
  struct {
    baton_plugin plugin;
    char later[8];
  } newer = {};
  newer.plugin.struct_size = sizeof newer;
  newer.plugin.abi_major = BATON_ABI_MAJOR;
  newer.plugin.start = [](const baton_host*) { return baton_status{BATON_OK}; };
  newer.plugin.stop = [] {};
  CHECK(!baton::ReadPlugin("p", &newer.plugin, &library, &error));
  CHECK_EQ(error.message, "p is not a valid Baton plugin: it has no usable name");
  newer.plugin.name = "n";
  CHECK(baton::ReadPlugin("p", &newer.plugin, &library, &error));
  CHECK_EQ(library.version, "");
  newer.later[0] = 1;
  CHECK(!baton::ReadPlugin("p", &newer.plugin, &library, &error));
  newer.later[0] = 0;
  newer.plugin.stop = nullptr;
  CHECK(!baton::ReadPlugin("p", &newer.plugin, &library, &error));
  newer.plugin.struct_size = 4;
  CHECK(!baton::ReadPlugin("p", &newer.plugin, &library, &error));
}

CHECK_MAIN
