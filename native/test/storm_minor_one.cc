#include "storm_minor_one.h"

#include <cmath>

#include "storm_plugin.h"

namespace storm {
namespace {

void CheckMinor1(Load* load, baton_status status, std::initializer_list<baton_status> legal) {
  CHECK(Among(status, legal) || (status == BATON_ERROR_CLOSING && load->closing));
}

struct Async {
  World* world;
  Load* load;
  Handle* handle;
  Handle::Call call;
};

void BATON_CALL Done(void* data, baton_job job, baton_status status, const char* id) {
  const std::unique_ptr<Async> async(static_cast<Async*>(data));
  CHECK_EQ(job.bits, async->handle->job().bits);
  CHECK_EQ(id != nullptr, status == BATON_OK);
  async->handle->End(async->call, status);
  if (status == BATON_OK) {
    async->world->AddId(id, async->handle);
  } else {
    const baton_status freed = Free(async->load, async->handle);
    CHECK(freed == BATON_OK || async->load->closing);
  }
  async->world->undone--;
}

}  // namespace

void SubmitSeveral(World* world, Load* load, Random& random) {
  std::vector<Handle*> handles;
  std::vector<baton_job> jobs;
  std::vector<Handle::Call> calls;
  for (uint32_t i = random() % 4; i < 4; i++) {
    Handle* handle = Create(world, load, random(), false);
    if (handle == nullptr) continue;
    handles.push_back(handle);
    jobs.push_back(handle->job());
    calls.push_back(handle->Begin(Act::kSubmit, load));
  }
  if (jobs.empty()) return;
  char ids[4][BATON_ID_SIZE];
  baton_status statuses[4] = {};
  const baton_status status = load->host->submit_jobs(load->host, jobs.data(), jobs.size(), nullptr,
                                                      ids, random() % 2 ? statuses : nullptr);
  bool fails = false;
  for (const Handle* handle : handles) fails |= handle->fails();
  CHECK(!fails || status != BATON_OK);
  for (size_t i = 0; i < handles.size(); i++) {
    if (status == BATON_OK) {
      handles[i]->End(calls[i], status);
      world->AddId(ids[i], handles[i]);
    } else {
      handles[i]->Abandon();
      const baton_status freed = Free(load, handles[i]);
      CHECK(freed == BATON_OK || load->closing);
    }
  }
  // A closing finalizes what was created and not submitted, as these may be for a moment.
  if (status == BATON_ERROR_STALE_HANDLE) {
    CHECK(load->closing);
  } else if (status != BATON_OK) {
    CheckMinor1(load, status,
                {BATON_ERROR_QUEUE_FULL, BATON_ERROR_TIMED_OUT, BATON_ERROR_STORE_FAILED,
                 BATON_ERROR_BAD_STATE_DATA, BATON_ERROR_INVALID_JSON, BATON_ERROR_TOO_LARGE,
                 BATON_ERROR_CLOSING});
  }
}

void SubmitAsync(World* world, Load* load, Random& random) {
  Handle* handle = Create(world, load, random(), false);
  if (handle == nullptr) return;
  auto async = std::make_unique<Async>();
  *async = {world, load, handle, handle->Begin(Act::kSubmit, load)};
  world->undone++;
  const baton_status status =
      load->host->submit_job_async(load->host, handle->job(), nullptr, Done, async.get());
  if (status == BATON_OK) {
    async.release();
    return;
  }
  world->undone--;
  handle->Abandon();
  CheckMinor1(load, status,
              {BATON_ERROR_QUEUE_FULL, BATON_ERROR_STORE_FAILED, BATON_ERROR_BAD_STATE_DATA,
               BATON_ERROR_INVALID_JSON, BATON_ERROR_TOO_LARGE, BATON_ERROR_CLOSING});
  const baton_status freed = Free(load, handle);
  CHECK(freed == BATON_OK || load->closing);
}

void CallServices(Load* load, Random& random) {
  const baton_host* host = load->host;
  switch (random() % 4) {
    case 0:
      return CheckMinor1(load, host->set_metric(host, "storm", random() % 9), {BATON_OK});
    case 1:
      return CheckMinor1(load, host->set_metric(host, nullptr, NAN),
                         {BATON_ERROR_INVALID_ARGUMENT});
    case 2:
      return CheckMinor1(load, host->register_error(host, "STORM_FAILED", 0, "It was a storm."),
                         {BATON_OK, BATON_ERROR_NAME_TAKEN});
    default:
      return CheckMinor1(load, host->subscribe(host, 0, nullptr, nullptr),
                         {BATON_ERROR_INVALID_ARGUMENT});
  }
}

}  // namespace storm
