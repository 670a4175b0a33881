#include "storm_plugin.h"

#include <cmath>
#include <cstring>

#include "response.h"
#include "storm_minor_one.h"

namespace storm {
namespace {

constexpr uint32_t kCanary = 0xba70ba70;

enum class Fault { kNone, kContent, kState, kNotJson, kTooLarge, kThrows };

// A payload in memory of its own, so that a checker sees a wrong finalize. Nothing in it is
// locked, and nothing orders its callbacks but the host: a checker of threads sees it if that does
// not. `inside` says it without a checker.
struct Drop {
  uint32_t head = kCanary;
  World* world;
  Load* load;
  Handle* handle;
  Random random;
  Fault fault;
  bool serializable;
  int steps_left;
  int callbacks = 0;
  bool finalized = false;
  std::atomic<bool> inside{false};
  uint32_t tail = kCanary;
};

// Marks a payload as being in a callback.
class Inside {
 public:
  explicit Inside(void* payload) : drop_(static_cast<Drop*>(payload)) {
    CHECK_EQ(drop_->head, kCanary);
    CHECK_EQ(drop_->tail, kCanary);
    CHECK(!drop_->finalized);
    // Relaxed: it must not order what the host is to order.
    CHECK(!drop_->inside.exchange(true, std::memory_order_relaxed));
    drop_->callbacks++;
  }
  ~Inside() { drop_->inside.store(false, std::memory_order_relaxed); }
  Drop* operator->() const { return drop_; }

 private:
  Drop* const drop_;
};

void SubmitAndForget(World* world, Load* load, uint32_t dice);

int32_t BATON_CALL Step(void* payload, const baton_run* run) {
  Inside drop(payload);
  const uint32_t dice = drop->random();
  run->set_progress(run, dice % 10, 10);
  if (dice % 23 == 0) run->checkpoint(run, &drop->steps_left, sizeof drop->steps_left);
  if (dice % 13 == 0) {
    uint32_t child = 0;
    run->add_child(run, dice % 5, dice % 7 ? "part" : "", dice % 11, &child);
    run->set_child_progress(run, child, dice % 9, 8);
    CHECK(run->child_canceled(run, dice % 6) == 0 || run->should_stop(run) != 0);
    if (dice % 2 == 0) run->finish_child(run, dice % 4, static_cast<int32_t>(dice % 8));
  }
  if (dice % 29 == 0) run->set_content(run, dice % 2 ? "{}" : "[", dice % 2 ? 2 : 1);
  if (dice % 64 == 0) SubmitAndForget(drop->world, drop->world->AnyLoad(drop->random), dice);
  if (dice % 201 == 0) drop->fault = static_cast<Fault>(dice / 256 % 6);
  // Holds until it is told to end; one in some does not listen, until the storm is over.
  if (dice % 211 == 0) {
    while (!drop->world->released && (run->should_stop(run) == 0 || dice % 422 == 0))
      std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  if (dice % 67 == 0) {
    run->fail(run, "STORM", "as it was told", dice % 2);
    return BATON_STEP_FAILURE;
  }
  if (dice % 61 == 0) return 77;
  if (dice % 59 == 0) throw std::runtime_error("storm");
  if (dice % 17 == 0) return BATON_STEP_RETRY;
  return --drop->steps_left > 0 ? BATON_STEP_CONTINUE : BATON_STEP_SUCCESS;
}

void BATON_CALL Stop(void* payload, int32_t reason) {
  Inside drop(payload);
  CHECK(reason >= BATON_STOP_SUCCESS && reason <= BATON_STOP_CLOSING);
}

baton_status BATON_CALL Reset(void* payload) {
  Inside drop(payload);
  drop->steps_left = 3;
  drop->fault = Fault::kNone;
  return drop->random() % 8 == 0 ? BATON_ERROR_INTERNAL : BATON_OK;
}

double BATON_CALL GetProgress(void* payload) {
  Inside drop(payload);
  return drop->steps_left == 7 ? NAN : 1.0 / (drop->steps_left + 1);
}

baton_status BATON_CALL GetContent(void* payload, const baton_sink* sink) {
  Inside drop(payload);
  if (drop->fault == Fault::kThrows) throw 7;
  if (drop->fault == Fault::kContent) return BATON_ERROR_INTERNAL;
  if (drop->fault == Fault::kNotJson) return sink->write(sink, "\xff", 1);
  if (drop->fault != Fault::kTooLarge) return sink->write(sink, "{}", 2);
  const std::string much(BATON_MAX_CONTENT_SIZE + 1, ' ');
  CHECK_EQ(sink->write(sink, much.data(), much.size()), BATON_ERROR_TOO_LARGE);
  return BATON_OK;
}

baton_status BATON_CALL GetSerialized(void* payload, const baton_sink* sink) {
  Inside drop(payload);
  if (drop->fault == Fault::kState) return BATON_ERROR_NO_MEMORY;
  if (!drop->serializable) return BATON_ERROR_UNSUPPORTED;
  return sink->write(sink, &drop->steps_left, sizeof drop->steps_left);
}

void BATON_CALL Finalize(void* payload) {
  Drop* drop = static_cast<Drop*>(payload);
  {
    Inside last(payload);
    last->finalized = true;
    last->handle->Finalized();
    last->world->finalized++;
  }
  drop->head = drop->tail = 0;
  delete drop;
}

baton_job_desc Describe(Drop* drop, uint32_t dice) {
  baton_job_desc desc = {};
  desc.struct_size = sizeof desc;
  desc.type = kType;
  desc.payload = drop;
  desc.step = Step;
  desc.stop = dice % 5 == 0 ? nullptr : Stop;
  desc.reset = dice % 3 == 0 ? nullptr : Reset;
  desc.get_progress = GetProgress;
  desc.get_content = GetContent;
  desc.get_serialized = GetSerialized;
  desc.finalize = Finalize;
  return desc;
}

baton_status BATON_CALL Revive(void* data, const char* type, const void* state, size_t size,
                               baton_job* job_out) {
  CHECK_EQ(std::string(type), kType);
  auto* pair = static_cast<std::pair<World*, Load*>*>(data);
  int steps_left = 1;
  if (size == sizeof steps_left) std::memcpy(&steps_left, state, size);
  if (steps_left % 13 == 5) return BATON_ERROR_NOT_MINE;
  if (steps_left % 13 == 6) return BATON_ERROR_INTERNAL;
  Handle* handle = Create(pair->first, pair->second, static_cast<uint32_t>(steps_left), true);
  if (handle == nullptr) return BATON_ERROR_CLOSING;
  handle->TakenByRevive();
  *job_out = handle->job();
  return BATON_OK;
}

// Submits it for a request, which is otherwise the same.
baton_status Answer(const baton_host* host, baton_job job, const baton_submit_options* options,
                    char* id) {
  baton::Response response(nullptr, 0);  // nothing is posted before its end
  baton_request request = {};
  request.struct_size = sizeof request;
  const baton_status status =
      host->answer_job(host, response.c_response(), job, &request, options, 0);
  CHECK_EQ(response.job().has_value(), status == BATON_OK);
  if (status == BATON_OK) std::strcpy(id, response.job()->id.c_str());
  return status;
}

baton_status Submit(World* world, Load* by, Handle* handle, uint32_t dice) {
  baton_submit_options options = {};
  options.struct_size = sizeof options;
  options.priority = static_cast<int32_t>(dice % 3);
  options.max_attempts = static_cast<int32_t>(dice % 4);
  options.flags = dice % 2 ? BATON_SUBMIT_NO_WAIT : 0;
  char id[BATON_ID_SIZE] = "untouched";
  const Handle::Call call = handle->Begin(Act::kSubmit, by);
  const baton_submit_options* const given = dice % 7 ? &options : nullptr;
  const baton_status status = dice % 5 == 0
                                  ? Answer(by->host, handle->job(), given, id)
                                  : by->host->submit_job(by->host, handle->job(), given, id);
  handle->End(call, status);
  if (status == BATON_OK) {
    world->AddId(id, handle);
  } else {
    CHECK_EQ(std::string(id), "untouched");
  }
  return status;
}

void SubmitAndForget(World* world, Load* load, uint32_t dice) {
  Handle* handle = Create(world, load, dice, false);
  if (handle == nullptr) return;
  if (Submit(world, load, handle, dice) == BATON_OK || dice % 8 == 0) return;
  // Nobody else has this handle: what failed left it as good as before, unless the plugin closes.
  const baton_status freed = Free(load, handle);
  CHECK(freed == BATON_OK || load->closing);
}

void CallById(World* world, Load* load, Random& random) {
  const baton_host* host = load->host;
  const std::string name = world->AnyId(random);
  const char* id = name.c_str();
  baton_job_info info = {};
  info.struct_size = sizeof info;
  baton_status status = BATON_OK;
  switch (random() % 8) {
    case 0:
      status = host->cancel_job(host, id);
      break;
    case 1:
      status = host->pause_job(host, id);
      break;
    case 2:
      status = host->resume_job(host, id);
      break;
    case 3:
      status = host->resubmit_job(host, id);
      break;
    case 4:
      status = host->delete_job(host, id);
      break;
    case 5:
      status = host->set_priority(host, id, static_cast<int32_t>(random() % 5));
      break;
    case 6:
      status = host->job_info(host, id, &info);
      if (status == BATON_OK) CHECK_EQ(std::string(info.id), name);
      break;
    default:
      status = host->wait_job(host, id, static_cast<int64_t>(random() % 3), &info);
      CHECK(Among(status, {BATON_OK, BATON_ERROR_TIMED_OUT, BATON_ERROR_WRONG_THREAD,
                           BATON_ERROR_NOT_FOUND, BATON_ERROR_CLOSING}));
      return;
  }
  CHECK(status != BATON_ERROR_CLOSING || load->closing);
  CHECK(Among(status,
              {BATON_OK, BATON_ERROR_NOT_FOUND, BATON_ERROR_WRONG_STATE, BATON_ERROR_CLOSING}));
}

void CallWithGarbage(Load* load, Random& random) {
  const baton_host* host = load->host;
  const baton_job forged = {random() | uint64_t{random()} << 32};
  char id[BATON_ID_SIZE];
  baton_status status =
      random() % 2 ? host->free_job(host, forged) : host->submit_job(host, forged, nullptr, id);
  // A handle that was guessed right would be somebody's: 2^32 generations make that a miracle.
  CHECK(status == BATON_ERROR_STALE_HANDLE || (status == BATON_ERROR_CLOSING && load->closing));
  CHECK_EQ(host->free_job(nullptr, forged), BATON_ERROR_INVALID_ARGUMENT);
  CHECK(host->free_job(host, {0}) != BATON_OK);
  CHECK(host->create_job(host, nullptr, nullptr) != BATON_OK);
  CHECK(host->cancel_job(host, nullptr) != BATON_OK);
  CHECK(host->job_info(host, "\xff\xfe", nullptr) != BATON_OK);
  CHECK(host->register_type(host, "", 0, nullptr, nullptr) != BATON_OK);
}

void PlayOnce(World* world, Load* own, Random& random) {
  Load* load = random() % 2 ? own : world->AnyLoad(random);
  Handle* handle = world->AnyHandle(random);
  switch (random() % 14) {
    case 0:
      if (Handle* created = Create(world, load, random(), false)) world->ShareHandle(created);
      return;
    case 1:
      if (handle != nullptr) Free(random() % 4 ? handle->load() : load, handle);
      return;
    case 2:
    case 3:
      if (handle != nullptr) {
        Submit(world, random() % 4 ? handle->load() : load, handle, random());
      }
      return;
    case 4:
      return CallWithGarbage(load, random);
    case 5:
      return SubmitSeveral(world, load, random);
    case 6:
      return SubmitAsync(world, load, random);
    case 7:
      return CallServices(load, random);
    case 8:
    case 9:
    case 10:
      return CallById(world, load, random);
    default:
      return SubmitAndForget(world, load, random());
  }
}

}  // namespace

Handle* Create(World* world, Load* load, uint32_t dice, bool revived) {
  Drop* drop = new Drop();
  drop->world = world;
  drop->load = load;
  drop->random.seed(dice);
  // Failing content needs content; a failing state comes after it. So every fault is seen.
  drop->fault = !revived && dice % 11 == 0 ? static_cast<Fault>(1 + dice / 11 % 5) : Fault::kNone;
  drop->serializable = revived || dice % 3 != 0;
  drop->steps_left = static_cast<int>(dice % 20) + 1;
  Handle* handle = world->AddHandle(load, drop->fault != Fault::kNone, drop->serializable);
  drop->handle = handle;
  const baton_job_desc desc = Describe(drop, dice);
  baton_job job = {0};
  const baton_status status = load->host->create_job(load->host, &desc, &job);
  if (status == BATON_OK) {
    world->created++;
    handle->set_job(job);
    return handle;
  }
  CHECK_EQ(status, BATON_ERROR_CLOSING);
  CHECK(load->closing);
  CHECK_EQ(job.bits, 0u);
  CHECK_EQ(drop->callbacks, 0);
  delete drop;
  return nullptr;
}

baton_status Free(Load* by, Handle* handle) {
  const Handle::Call call = handle->Begin(Act::kFree, by);
  const baton_status status = by->host->free_job(by->host, handle->job());
  handle->End(call, status);
  return status;
}

bool Among(baton_status status, std::initializer_list<baton_status> legal) {
  for (const baton_status each : legal) {
    if (status == each) return true;
  }
  return false;
}

void RegisterType(World* world, Load* load) {
  // Never given back: a plugin that was left alone may still be called.
  static std::mutex mutex;
  static auto* const kept = new std::deque<std::pair<World*, Load*>>();
  std::lock_guard<std::mutex> lock(mutex);
  void* data = &kept->emplace_back(world, load);
  const baton_status status = load->host->register_type(load->host, kType, 0, Revive, data);
  CHECK(status == BATON_OK || load->closing);
}

void PlayPlugin(World* world, uint32_t seed, const char* plugin, int operations) {
  Random random(seed);
  Load* own = world->AddLoad(plugin);
  if (own == nullptr) return;
  RegisterType(world, own);
  for (int i = 0; i < operations; i++) {
    PlayOnce(world, own, random);
    if (random() % 150 != 0) continue;
    if (!world->Unload(own)) continue;
    Load* again = world->AddLoad(plugin);
    if (again == nullptr) continue;
    own = again;
    RegisterType(world, own);
  }
}

}  // namespace storm
