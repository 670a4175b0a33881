#include "service_calls.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "callbacks.h"
#include "entered.h"
#include "property.h"
#include "rest_call.h"
#include "struct_size.h"
#include "text.h"

namespace baton {
baton_status BATON_CALL CallRest(const baton_host* host, const char* method, const char* path,
                                 const baton_pair* headers, size_t header_count, const void* body,
                                 size_t body_size, const baton_sink* sink,
                                 int32_t* http_status_out) noexcept {
  return Entered(host, [&](Kernel* kernel, Instance* instance) {
    return CallRestNow(
        kernel, instance,
        {method, path, headers, header_count, body, body_size, sink, http_status_out});
  });
}

baton_status BATON_CALL Subscribe(const baton_host* host, uint32_t mask, baton_listener listener,
                                  void* data) noexcept {
  return Entered(host, [&](Kernel* kernel, Instance* instance) {
    return kernel->events.Subscribe(instance, mask, listener, data);
  });
}

baton_status BATON_CALL SetMetric(const baton_host* host, const char* name, double value) noexcept {
  return Entered(host, [&](Kernel* kernel, Instance* instance) -> baton_status {
    if (kernel->IsClosing(instance)) return BATON_ERROR_CLOSING;
    const baton_status status = kernel->metrics.Set(instance, name, value);
    if (status == BATON_OK && kernel->options.far_engine && !kernel->told_metrics.exchange(true))
      kernel->inbox.Push(MetricsChanged());
    return status;
  });
}

baton_status BATON_CALL GetProperty(const baton_host* host, const char* name,
                                    const baton_sink* sink) noexcept {
  return Entered(host, [&](Kernel* kernel, Instance* instance) -> baton_status {
    baton_sink target;
    std::string key;
    baton_status status = CopyIn(sink, &target);
    if (status == BATON_OK) status = CopyName(name, BATON_NAME_SIZE - 1, &key);
    if (status != BATON_OK) return status;
    if (target.write == nullptr) return BATON_ERROR_INVALID_ARGUMENT;
    const std::optional<Bytes> value = kernel->properties.Get(instance->plugin(), key);
    if (!value.has_value()) return BATON_ERROR_NOT_FOUND;
    status = BATON_ERROR_INTERNAL;
    CallbackScope scope(instance, CallbackKind::kOther);
    Guarded([&] { status = target.write(sink, value->data(), value->size()); });
    return status;
  });
}

baton_status BATON_CALL SetProperty(const baton_host* host, const char* name, const void* bytes,
                                    size_t size) noexcept {
  return Entered(host, [&](Kernel* kernel, Instance* instance) -> baton_status {
    PropertyWrite write;
    const baton_status status = CopyName(name, BATON_NAME_SIZE - 1, &write.name);
    if (status != BATON_OK) return status;
    if (bytes == nullptr && size > 0) return BATON_ERROR_INVALID_ARGUMENT;
    if (size > BATON_MAX_PROPERTY_SIZE) return BATON_ERROR_TOO_LARGE;
    write.plugin = instance->plugin();
    if (bytes != nullptr) write.value.emplace(static_cast<const char*>(bytes), size);
    return SetPropertyOf(kernel, instance, std::move(write));
  });
}

baton_status BATON_CALL RegisterError(const baton_host* host, const char* code, int32_t http_status,
                                      const char* text) noexcept {
  return Entered(host, [&](Kernel* kernel, Instance* instance) -> baton_status {
    if (!IsErrorCode(code)) return BATON_ERROR_INVALID_ARGUMENT;
    std::string words;
    const baton_status status = CopyName(text, BATON_MESSAGE_SIZE - 1, &words);
    if (status != BATON_OK) return status;
    if (http_status != 0) return BATON_ERROR_UNSUPPORTED;
    const std::vector<std::string>& own = kernel->options.own_codes;
    if (std::find(own.begin(), own.end(), code) != own.end()) return BATON_ERROR_NAME_TAKEN;
    if (kernel->IsClosing(instance)) return BATON_ERROR_CLOSING;
    const baton_status registered = kernel->errors.Register(instance, code, words);
    if (registered == BATON_OK && kernel->options.far_engine)
      kernel->inbox.Push(ErrorRegistered{instance->plugin(), code, words});
    return registered;
  });
}

}  // namespace baton
