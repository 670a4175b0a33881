// The checking layer of `baton validate` before a host that breaks the contract: what only a
// defective host does must be reported as such, and not be taken for the plugin's fault.
#include "checker.h"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

#include "baton.h"
#include "check.h"
#include "findings.h"

namespace {

// What the host was last given, as an engine would keep it.
baton_job_desc given = {};
uint64_t last_handle = 0;
baton_status free_answer = BATON_ERROR_ALREADY_SUBMITTED;

baton_status BATON_CALL Create(const baton_host*, const baton_job_desc* desc, baton_job* job) {
  given = *desc;
  job->bits = ++last_handle;
  return BATON_OK;
}

baton_status BATON_CALL Submit(const baton_host*, baton_job, const baton_submit_options*, char*) {
  return BATON_OK;
}

baton_status BATON_CALL Free(const baton_host*, baton_job) { return free_answer; }

baton_host MakeHost() {
  baton_host host = {};
  host.struct_size = sizeof host;
  host.abi_major = BATON_ABI_MAJOR;
  host.create_job = Create;
  host.submit_job = Submit;
  host.free_job = Free;
  return host;
}

const baton_host real = MakeHost();

const baton_host* Plugin() {
  static const baton_host* const seen = baton::check::Checker::Interpose(&real);
  return seen;
}

std::string Path() {
  static const std::string path = [] {
    char name[] = "/tmp/baton-checker-XXXXXX";
    CHECK(mkstemp(name) >= 0);
    CHECK(baton::check::Findings::Process().Open(name));
    return std::string(name);
  }();
  return path;
}

bool Found(const std::string& code, const std::string& what) {
  std::ifstream file(Path());
  std::stringstream text;
  text << file.rdbuf();
  return text.str().find("\"" + code + "\",\"what\":\"" + what) != std::string::npos;
}

int32_t BATON_CALL Step(void* payload, const baton_run*) {
  // A host that does not wait for the step to return.
  if (payload != nullptr) given.get_progress(given.payload);
  return BATON_STEP_CONTINUE;
}

double BATON_CALL Progress(void*) { return 0; }

// The plugin creates and submits a job of this type; `given` is what the host has of it.
baton_job Make(const char* type, void* payload = nullptr) {
  baton_job_desc desc = {};
  desc.struct_size = sizeof desc;
  desc.type = type;
  desc.payload = payload;
  desc.step = Step;
  desc.get_progress = Progress;
  baton_job job = {0};
  char id[BATON_ID_SIZE];
  CHECK(!Path().empty());
  CHECK_EQ(Plugin()->create_job(Plugin(), &desc, &job), BATON_OK);
  CHECK_EQ(Plugin()->submit_job(Plugin(), job, nullptr, id), BATON_OK);
  return job;
}

void StepOnce() {
  baton_run run = {};
  run.struct_size = sizeof run;
  CHECK_EQ(given.step(given.payload, &run), BATON_STEP_CONTINUE);
}

}  // namespace

TEST("a job that lives as it should is not reported") {
  Make("fine");
  StepOnce();
  given.stop(given.payload, BATON_STOP_SUCCESS);
  given.finalize(given.payload);
  CHECK(!Found("HOST_DEFECT", ""));
}

TEST("callbacks that overlap are the host's defect") {
  int any = 0;
  Make("overlaps", &any);
  StepOnce();
  CHECK(Found("HOST_DEFECT",
              "get_progress of \\\"overlaps\\\" was called during another callback of the job"));
}

TEST("a callback after finalize is the host's defect") {
  Make("late");
  given.finalize(given.payload);
  StepOnce();
  CHECK(Found("HOST_DEFECT", "step of \\\"late\\\" was called after finalize"));
}

TEST("a second finalize is the host's defect, and does not reach the plugin") {
  Make("twice");
  given.finalize(given.payload);
  given.finalize(given.payload);
  CHECK(Found("HOST_DEFECT", "finalize of \\\"twice\\\" was called after finalize"));
  CHECK_EQ(Found("HOST_DEFECT", "finalize of \\\"twice\\\" was called before stop"), false);
}

TEST("finalize between step and stop is the host's defect") {
  Make("unstopped");
  StepOnce();
  given.finalize(given.payload);
  CHECK(Found("HOST_DEFECT", "finalize of \\\"unstopped\\\" was called before stop"));
}

TEST("a handle that the host takes back after a submit is the host's defect") {
  baton::check::Options options;
  options.ownership = true;
  baton::check::Checker::Process().Configure(options);
  free_answer = BATON_OK;
  Make("generous");
  free_answer = BATON_ERROR_ALREADY_SUBMITTED;
  baton::check::Checker::Process().Configure({});
  CHECK(Found("HOST_DEFECT",
              "free_job of a submitted job was answered OK instead of "
              "ALREADY_SUBMITTED"));
}

TEST("a job without finalize after the close is the host's defect") {
  Make("forgotten");
  baton::check::Checker::Process().Stopped();
  CHECK(Found("HOST_DEFECT", "a job of the type \\\"forgotten\\\" was never finalized"));
  CHECK(!Found("HOST_DEFECT", "a job of the type \\\"fine\\\""));
  CHECK_EQ(std::remove(Path().c_str()), 0);
}

CHECK_MAIN
