#include "service_calls.h"

namespace baton {

baton_status BATON_CALL CallRest(const baton_host*, const char*, const char*, const baton_pair*,
                                 size_t, const void*, size_t, const baton_sink*,
                                 int32_t*) noexcept {
  return BATON_ERROR_INTERNAL;
}

baton_status BATON_CALL Subscribe(const baton_host*, uint32_t, baton_listener, void*) noexcept {
  return BATON_ERROR_INTERNAL;
}

baton_status BATON_CALL SetMetric(const baton_host*, const char*, double) noexcept {
  return BATON_ERROR_INTERNAL;
}

baton_status BATON_CALL GetProperty(const baton_host*, const char*, const baton_sink*) noexcept {
  return BATON_ERROR_INTERNAL;
}

baton_status BATON_CALL SetProperty(const baton_host*, const char*, const void*, size_t) noexcept {
  return BATON_ERROR_INTERNAL;
}

baton_status BATON_CALL RegisterError(const baton_host*, const char*, int32_t,
                                      const char*) noexcept {
  return BATON_ERROR_INTERNAL;
}

}  // namespace baton
