// A host without a core, for what baton.hpp makes of each answer.
#ifndef BATON_TEST_HPP_FAKE_HOST_H_
#define BATON_TEST_HPP_FAKE_HOST_H_

#include <cstdio>
#include <utility>

#include "hpp.h"

namespace test {

// A host in one thread. It takes jobs, answers what `answer` says, and writes the
// other calls down.
struct FakeHost {
  FakeHost() {
    table.struct_size = sizeof table;
    table.internal = this;
    table.create_job = [](const baton_host* h, const baton_job_desc* desc, baton_job* job) {
      FakeHost& self = Of(h);
      if (self.create_fails_at == static_cast<int>(self.jobs.size())) return self.answer;
      self.jobs.push_back(*desc);
      job->bits = self.jobs.size();
      return baton_status{BATON_OK};
    };
    table.free_job = [](const baton_host* h, baton_job job) { return Of(h).Finalize(job); };
    table.submit_job = [](const baton_host* h, baton_job job, const baton_submit_options* options,
                          char* id) {
      Of(h).options = *options;
      if (Of(h).lets_go) Of(h).Finalize(job);
      return Of(h).Take(id, 1);
    };
    table.submit_jobs = [](const baton_host* h, const baton_job*, size_t count,
                           const baton_submit_options*, char(*ids)[BATON_ID_SIZE],
                           baton_status* statuses) {
      for (size_t i = 0; i < count; ++i) {
        const baton_status status = Of(h).Take(ids[i], static_cast<int>(i));
        statuses[i] = i == 1 ? status : BATON_OK;
      }
      return Of(h).answer;
    };
    table.submit_job_async = [](const baton_host* h, baton_job job, const baton_submit_options*,
                                baton_submit_done done, void* data) {
      if (Of(h).answer != BATON_OK) return Of(h).answer;
      Of(h).finish = [=](baton_status status, const char* id) { done(data, job, status, id); };
      if (Of(h).at_once) Of(h).finish(BATON_OK, "early");
      return baton_status{BATON_OK};
    };
    table.answer_job = [](const baton_host* h, baton_response*, baton_job,
                          const baton_request* request, const baton_submit_options* options,
                          uint32_t flags) {
      Of(h).options = *options;
      return Of(h).Note(std::string("answer ") + request->path + " " + std::to_string(flags));
    };
    table.log = [](const baton_host* h, int32_t level, const char* text) {
      return Of(h).Note("log " + std::to_string(level) + " " + text);
    };
    table.call_rest = [](const baton_host* h, const char* method, const char* path,
                         const baton_pair* headers, size_t header_count, const void* body,
                         size_t body_size, const baton_sink* sink, int32_t* http_status) {
      std::string text = std::string(method) + " " + path + " " +
                         std::string(static_cast<const char*>(body), body_size);
      for (size_t i = 0; i < header_count; ++i)
        text += std::string(" ") + headers[i].name + "=" + headers[i].value;
      *http_status = 418;
      sink->write(sink, "tea", 3);
      sink->write(sink, "pot", 3);
      return Of(h).Note(text);
    };
    table.subscribe = [](const baton_host* h, uint32_t mask, baton_listener call, void* data) {
      Of(h).tell = [=](const baton_event& event) { call(data, &event); };
      return Of(h).Note("subscribe " + std::to_string(mask));
    };
    table.set_metric = [](const baton_host* h, const char* name, double value) {
      return Of(h).Note(std::string("metric ") + name + " " + std::to_string(value));
    };
    table.get_property = [](const baton_host* h, const char* name, const baton_sink* sink) {
      sink->write(sink, "a\0b", 3);
      return Of(h).Note(std::string("get ") + name);
    };
    table.set_property = [](const baton_host* h, const char* name, const void* bytes, size_t size) {
      const std::string value =
          bytes == nullptr ? "nothing" : std::string(static_cast<const char*>(bytes), size);
      return Of(h).Note(std::string("set ") + name + " to [" + value + "]");
    };
    table.register_error = [](const baton_host* h, const char* code, int32_t http_status,
                              const char* text) {
      return Of(h).Note(std::string("error ") + code + " " + std::to_string(http_status) + " " +
                        text);
    };
    table.register_creator = [](const baton_host* h, const char* type, baton_create create,
                                void* data) {
      Of(h).create = [=](const std::string& content, const baton_sink* why, baton_job* job) {
        return create(data, type, content.c_str(), content.size(), why, job);
      };
      return Of(h).Note(std::string("creator of ") + type);
    };
    host = sdk::Host(&table);
  }

  static FakeHost& Of(const baton_host* h) { return *static_cast<FakeHost*>(h->internal); }
  baton_status Note(const std::string& text) {
    noted = text;
    return answer;
  }
  baton_status Take(char* id, int number) const {
    if (answer == BATON_OK) std::snprintf(id, BATON_ID_SIZE, "id %d", number);
    return answer;
  }
  baton_status Finalize(baton_job job) {
    baton_job_desc& desc = jobs.at(job.bits - 1);
    if (desc.finalize == nullptr) return BATON_ERROR_STALE_HANDLE;
    std::exchange(desc.finalize, nullptr)(desc.payload);
    return BATON_OK;
  }
  // What the host destroys at its end.
  void FinalizeAll() {
    for (size_t i = 0; i < jobs.size(); ++i) Finalize({i + 1});
  }

  baton_host table = {};
  sdk::Host host;
  baton_status answer = BATON_OK;
  int create_fails_at = -1;
  bool at_once = false;
  bool lets_go = false;
  std::string noted;
  baton_submit_options options = {};
  std::vector<baton_job_desc> jobs;
  std::function<void(baton_status, const char*)> finish;
  std::function<void(const baton_event&)> tell;
  std::function<baton_status(const std::string&, const baton_sink*, baton_job*)> create;
};

}  // namespace test

#endif  // BATON_TEST_HPP_FAKE_HOST_H_
