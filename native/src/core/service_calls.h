// The calls of baton.h that serve a plugin beside its jobs: REST, events, metrics, properties and errors. Any thread.
#ifndef BATON_CORE_SERVICE_CALLS_H_
#define BATON_CORE_SERVICE_CALLS_H_

#include "baton.h"

namespace baton {

baton_status BATON_CALL CallRest(const baton_host*, const char*, const char*, const baton_pair*,
                                 size_t, const void*, size_t, const baton_sink*, int32_t*) noexcept;
baton_status BATON_CALL Subscribe(const baton_host*, uint32_t, baton_listener, void*) noexcept;
baton_status BATON_CALL SetMetric(const baton_host*, const char*, double) noexcept;
baton_status BATON_CALL GetProperty(const baton_host*, const char*, const baton_sink*) noexcept;
baton_status BATON_CALL SetProperty(const baton_host*, const char*, const void*, size_t) noexcept;
baton_status BATON_CALL RegisterError(const baton_host*, const char*, int32_t,
                                      const char*) noexcept;

}  // namespace baton

#endif  // BATON_CORE_SERVICE_CALLS_H_
