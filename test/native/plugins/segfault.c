/* An addon whose code crashes when it is loaded. */
#include <stddef.h>

void* napi_register_module_v1(void* env, void* exports);
void* napi_register_module_v1(void* env, void* exports) {
  volatile int* nowhere = NULL;
  *nowhere = env != exports;
  return exports;
}
