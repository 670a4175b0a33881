// A plugin whose step lets a C++ exception out. One job, from start. C++17.
#include <stdexcept>

#include "baton.h"

namespace {

baton_status BATON_CALL Start(const baton_host* host) {
  baton_job_desc desc = {};
  desc.struct_size = sizeof desc;
  desc.type = "thrower";
  desc.step = [](void*, const baton_run*) -> int32_t { throw std::runtime_error("out of step"); };
  baton_job job;
  baton_status status = host->create_job(host, &desc, &job);
  if (status != BATON_OK) return status;
  char id[BATON_ID_SIZE];
  status = host->submit_job(host, job, nullptr, id);
  if (status != BATON_OK) host->free_job(host, job);
  return status;
}

void BATON_CALL Stop() {}

}  // namespace

const baton_plugin* BATON_CALL baton_plugin_query() {
  static const baton_plugin plugin = {
      sizeof(baton_plugin), BATON_ABI_MAJOR, BATON_ABI_MINOR, 0, "thrower", "1.0.0", Start, Stop};
  return &plugin;
}
