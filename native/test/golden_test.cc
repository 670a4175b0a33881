// The layout and the numbers of baton.h on 64-bit platforms. Append here; never change a line.
#include <cstddef>
#include <type_traits>

#include "baton.h"
#include "check.h"

namespace {

struct Row {
  const char* what;
  size_t is;
  size_t must_be;
};

#define SIZE(type, bytes) \
  { "sizeof " #type, sizeof(type), bytes }
#define AT(type, member, offset) \
  { #type "." #member, offsetof(type, member), offset }
#define VALUE(name, value) \
  { #name, static_cast < size_t>(name), value }

const Row kLayout[] = {
    SIZE(baton_job, 8),
    SIZE(baton_sink, 24),
    AT(baton_sink, context, 8),
    AT(baton_sink, write, 16),
    SIZE(baton_job_desc, 80),
    AT(baton_job_desc, flags, 4),
    AT(baton_job_desc, type, 8),
    AT(baton_job_desc, payload, 16),
    AT(baton_job_desc, step, 24),
    AT(baton_job_desc, stop, 32),
    AT(baton_job_desc, reset, 40),
    AT(baton_job_desc, get_progress, 48),
    AT(baton_job_desc, get_content, 56),
    AT(baton_job_desc, get_serialized, 64),
    AT(baton_job_desc, finalize, 72),
    SIZE(baton_run, 72),
    AT(baton_run, internal, 8),
    AT(baton_run, should_stop, 16),
    AT(baton_run, set_progress, 24),
    AT(baton_run, set_content, 32),
    AT(baton_run, log, 40),
    AT(baton_run, checkpoint, 48),
    AT(baton_run, retry_after, 56),
    AT(baton_run, fail, 64),
    SIZE(baton_submit_options, 80),
    AT(baton_submit_options, flags, 4),
    AT(baton_submit_options, priority, 8),
    AT(baton_submit_options, max_attempts, 12),
    AT(baton_submit_options, backoff_first_ms, 16),
    AT(baton_submit_options, backoff_factor, 24),
    AT(baton_submit_options, backoff_cap_ms, 32),
    AT(baton_submit_options, backoff_jitter, 40),
    AT(baton_submit_options, key, 48),
    AT(baton_submit_options, start_after_ms, 56),
    AT(baton_submit_options, step_timeout_ms, 64),
    AT(baton_submit_options, user_data, 72),
    SIZE(baton_job_info, 808),
    AT(baton_job_info, state, 4),
    AT(baton_job_info, requested, 8),
    AT(baton_job_info, priority, 12),
    AT(baton_job_info, attempts, 16),
    AT(baton_job_info, max_attempts, 20),
    AT(baton_job_info, progress, 24),
    AT(baton_job_info, created_at_ms, 32),
    AT(baton_job_info, changed_at_ms, 40),
    AT(baton_job_info, due_at_ms, 48),
    AT(baton_job_info, runtime_ms, 56),
    AT(baton_job_info, id, 64),
    AT(baton_job_info, type, 101),
    AT(baton_job_info, error_code, 229),
    AT(baton_job_info, error_message, 293),
    SIZE(baton_pair, 16),
    AT(baton_pair, value, 8),
    SIZE(baton_request, 88),
    AT(baton_request, method, 8),
    AT(baton_request, path, 16),
    AT(baton_request, groups, 24),
    AT(baton_request, group_count, 32),
    AT(baton_request, query, 40),
    AT(baton_request, query_count, 48),
    AT(baton_request, headers, 56),
    AT(baton_request, header_count, 64),
    AT(baton_request, body, 72),
    AT(baton_request, body_size, 80),
    SIZE(baton_response, 40),
    AT(baton_response, internal, 8),
    AT(baton_response, set_status, 16),
    AT(baton_response, set_header, 24),
    AT(baton_response, write, 32),
    SIZE(baton_host, 216),
    AT(baton_host, abi_major, 4),
    AT(baton_host, abi_minor, 8),
    AT(baton_host, internal, 16),
    AT(baton_host, create_job, 24),
    AT(baton_host, submit_job, 32),
    AT(baton_host, free_job, 40),
    AT(baton_host, register_type, 48),
    AT(baton_host, cancel_job, 56),
    AT(baton_host, pause_job, 64),
    AT(baton_host, resume_job, 72),
    AT(baton_host, resubmit_job, 80),
    AT(baton_host, delete_job, 88),
    AT(baton_host, set_priority, 96),
    AT(baton_host, job_info, 104),
    AT(baton_host, wait_job, 112),
    AT(baton_host, log, 120),
    AT(baton_host, status_text, 128),
    AT(baton_host, register_route, 136),
    AT(baton_host, get_config, 144),
    SIZE(baton_plugin, 48),
    AT(baton_plugin, abi_major, 4),
    AT(baton_plugin, abi_minor, 8),
    AT(baton_plugin, name, 16),
    AT(baton_plugin, version, 24),
    AT(baton_plugin, start, 32),
    AT(baton_plugin, stop, 40),
};

const Row kNumbers[] = {
    VALUE(BATON_ABI_MAJOR, 1),
    VALUE(BATON_ABI_MINOR, 1),
    VALUE(BATON_ID_SIZE, 37),
    VALUE(BATON_TYPE_SIZE, 128),
    VALUE(BATON_CODE_SIZE, 64),
    VALUE(BATON_MESSAGE_SIZE, 512),
    VALUE(BATON_MAX_STATE_SIZE, 1048576),
    VALUE(BATON_MAX_CONTENT_SIZE, 1048576),
    VALUE(BATON_MAX_HEAD_SIZE, 16384),
    VALUE(BATON_MAX_BODY_SIZE, 1048576),
    VALUE(BATON_OK, 0),
    VALUE(BATON_ERROR_INVALID_ARGUMENT, 1),
    VALUE(BATON_ERROR_STALE_HANDLE, 2),
    VALUE(BATON_ERROR_NOT_YOURS, 3),
    VALUE(BATON_ERROR_ALREADY_SUBMITTED, 4),
    VALUE(BATON_ERROR_BUSY, 5),
    VALUE(BATON_ERROR_QUEUE_FULL, 6),
    VALUE(BATON_ERROR_CLOSING, 7),
    VALUE(BATON_ERROR_WRONG_THREAD, 8),
    VALUE(BATON_ERROR_WRONG_STATE, 9),
    VALUE(BATON_ERROR_NOT_FOUND, 10),
    VALUE(BATON_ERROR_TIMED_OUT, 11),
    VALUE(BATON_ERROR_NAME_TAKEN, 12),
    VALUE(BATON_ERROR_INVALID_JSON, 13),
    VALUE(BATON_ERROR_TOO_LARGE, 14),
    VALUE(BATON_ERROR_UNSUPPORTED, 15),
    VALUE(BATON_ERROR_TOO_NEW, 16),
    VALUE(BATON_ERROR_NO_MEMORY, 17),
    VALUE(BATON_ERROR_STORE_FAILED, 18),
    VALUE(BATON_ERROR_BAD_STATE_DATA, 19),
    VALUE(BATON_ERROR_NOT_MINE, 20),
    VALUE(BATON_ERROR_INTERNAL, 21),
    VALUE(BATON_STEP_SUCCESS, 1),
    VALUE(BATON_STEP_FAILURE, 2),
    VALUE(BATON_STEP_CONTINUE, 3),
    VALUE(BATON_STEP_RETRY, 4),
    VALUE(BATON_STOP_SUCCESS, 1),
    VALUE(BATON_STOP_PAUSED, 2),
    VALUE(BATON_STOP_FAILURE, 3),
    VALUE(BATON_STOP_CANCELED, 4),
    VALUE(BATON_STOP_RETRY, 5),
    VALUE(BATON_STOP_TIMED_OUT, 6),
    VALUE(BATON_STOP_CLOSING, 7),
    VALUE(BATON_STATE_PENDING, 1),
    VALUE(BATON_STATE_RUNNING, 2),
    VALUE(BATON_STATE_SUCCESS, 3),
    VALUE(BATON_STATE_FAILURE, 4),
    VALUE(BATON_STATE_PAUSED, 5),
    VALUE(BATON_STATE_RETRY, 6),
    VALUE(BATON_LOG_ERROR, 1),
    VALUE(BATON_LOG_WARNING, 2),
    VALUE(BATON_LOG_INFO, 3),
    VALUE(BATON_LOG_DEBUG, 4),
    VALUE(BATON_JOB_ON_LOOP, 1),
    VALUE(BATON_SUBMIT_NO_WAIT, 1),
};

template <size_t kCount>
void Compare(const Row (&rows)[kCount]) {
  for (const Row& row : rows) {
    if (row.is == row.must_be) continue;
    check::Fail(__FILE__, __LINE__,
                std::string(row.what) + " is " + std::to_string(row.is) + ", not " +
                    std::to_string(row.must_be));
  }
}

}  // namespace

TEST("sizes and offsets are what plugins were built with") {
  static_assert(sizeof(void*) == 8, "the table below is for 64-bit platforms");
  Compare(kLayout);
}

TEST("numbers are what plugins were built with") { Compare(kNumbers); }

TEST("BATON_HAS says how far a struct reaches") {
  baton_host host = {};
  host.struct_size = offsetof(baton_host, get_config);
  CHECK(BATON_HAS(baton_host, &host, register_route));
  CHECK(!BATON_HAS(baton_host, &host, get_config));
  CHECK((std::is_same<baton_status, int32_t>::value));
}

CHECK_MAIN
