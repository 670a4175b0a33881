// POST /{{name}}?steps=10 makes a job that counts to `steps`, and waits a little in each step.
// C++17 and baton.hpp: read that first.
#include "counter.h"

namespace {

void Start(baton::Host host) {
  host.register_type<Counter>().or_throw("cannot register the job type");
  host.register_route("POST", "/{{name}}", [host](const auto& request, auto& response) {
        return Post(host, request, response);
      })
      .or_throw("cannot register the route");
}

// The handler goes with the plugin; all else belongs to the host, which takes it back itself.
void Stop() {}

}  // namespace

BATON_PLUGIN("{{name}}", "1.0.0", Start, Stop);
