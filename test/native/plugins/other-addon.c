/* Addons that are not the host's: of another kind, of another version, for another Node.js. */
#include <node_api.h>

#if defined(ADDON_ABI)
/* What addons without Node-API register: the struct of node.h, whose first field is its ABI. */
typedef struct {
  int version;
  unsigned int flags;
  void* image;
  const char* file;
  void (*init)(void);
  void (*init_context)(void);
  const char* name;
  void* data;
  void* next;
} node_module;

extern void node_module_register(void* module);

static void init(void) {}

__attribute__((constructor)) static void register_module(void) {
  static node_module module = {.version = 1, .file = __FILE__, .init = init, .name = "old"};
  node_module_register(&module);
}
#else
NAPI_MODULE_EXPORT napi_value napi_register_module_v1(napi_env env, napi_value exports) {
#if defined(ADDON_VERSION)
  napi_value version;
  if (napi_create_string_utf8(env, "0.0.1", NAPI_AUTO_LENGTH, &version) == napi_ok) {
    napi_set_named_property(env, exports, "version", version);
  }
#else
  (void)env;
#endif
  return exports;
}
#endif
