#include "property.h"

#include <memory>
#include <utility>

namespace baton {

baton_status SetPropertyOf(Kernel* kernel, Instance* instance, PropertyWrite write) {
  if (write.value.has_value() && !kernel->properties.HasRoom(write.plugin, write.name))
    return BATON_ERROR_TOO_LARGE;
  if (kernel->IsClosing(instance)) return BATON_ERROR_CLOSING;
  if (!kernel->options.durable) {
    kernel->properties.Set(write);
    return BATON_OK;
  }
  const auto request = std::make_shared<StoreRequest>();
  request->kind = StoreKind::kProperty;
  request->property = std::move(write);
  request->instance = instance;
  request->awaited = true;
  // Answers come in the order of commits, so what is read is always the last that is stored.
  request->on_answer = [kernel, raw = request.get()](baton_status status) {
    if (status == BATON_OK) kernel->properties.Set(raw->property);
  };
  const baton_status status = kernel->store.Put(request);
  if (status != BATON_OK) return status;
  return kernel->store.Await(request, kernel->options.submit_timeout_ms);
}

}  // namespace baton
