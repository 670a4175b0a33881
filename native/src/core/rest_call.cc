#include "rest_call.h"

#include <optional>
#include <utility>

#include "borrowed_request.h"
#include "call_if_open.h"
#include "callbacks.h"
#include "sink_response.h"
#include "status.h"
#include "struct_size.h"

namespace baton {
namespace {

thread_local int rest_depth = 0;

// Says out of what the request comes. A job's callback may hold the slot that another job needs: its
// answer waits for none. A creator holds one of the threads that make jobs: it is refused to have
// another one made. src/http/job-answer.ts reads it.
constexpr char kCallerHeader[] = "baton-caller";
constexpr char kCallerIsJob[] = "job";
constexpr char kCallerIsCreator[] = "create";

class DepthScope {
 public:
  DepthScope() { rest_depth++; }
  ~DepthScope() { rest_depth--; }
  DepthScope(const DepthScope&) = delete;
  DepthScope& operator=(const DepthScope&) = delete;
};

baton_status CheckOutputs(const RestArguments& arguments) {
  if (arguments.http_status_out == nullptr) return BATON_ERROR_INVALID_ARGUMENT;
  if (arguments.sink == nullptr) return BATON_OK;
  baton_sink sink;
  const baton_status status = CopyIn(arguments.sink, &sink);
  if (status != BATON_OK) return status;
  return sink.write == nullptr ? BATON_ERROR_INVALID_ARGUMENT : BATON_OK;
}

// The same routes as from the network. HEAD is GET without the body.
std::optional<RouteMatch> FindHandler(Kernel* kernel, const RestRequest& request) {
  const std::string method = request.method == "HEAD" ? "GET" : request.method;
  if (method != "GET" && method != "POST" && method != "PUT" && method != "DELETE")
    return std::nullopt;
  return kernel->routes.Match(method, request.path);
}

// One call, from its arguments to the answer.
class RestCall {
 public:
  RestCall(Kernel* kernel, Instance* instance, const RestArguments& arguments, RestRequest request)
      : kernel_(kernel),
        instance_(instance),
        request_(std::move(request)),
        sink_(arguments.sink),
        http_status_out_(arguments.http_status_out) {}

  baton_status Make() {
    const std::optional<RouteMatch> match = FindHandler(kernel_, request_);
    return match.has_value() ? RunHandler(*match) : AskEngine({});
  }

 private:
  baton_status RunHandler(const RouteMatch& match) {
    const Route& route = match.route;
    const Request request{request_.method == "HEAD" ? "GET" : request_.method, request_.path,
                          DecodeQuery(request_.query), std::move(request_.headers),
                          std::move(request_.body)};
    const BorrowedRequest borrowed(request, match.groups);
    SinkResponse response(kernel_, instance_, request_.method == "HEAD" ? nullptr : sink_);
    baton_status handled = BATON_ERROR_INTERNAL;
    const bool open = CallIfOpen(kernel_, route.instance, [&] {
      handled = route.handler(route.data, borrowed.c_request(), response.c_response());
    });
    if (!open) return BATON_ERROR_CLOSING;
    if (response.sink_status() != BATON_OK) return response.sink_status();
    if (handled == BATON_OK && response.job().has_value())
      return AskEngine({BATON_OK, route.instance->plugin(), {}, response.job()});
    if (handled == BATON_OK) {
      *http_status_out_ = response.http_status();
      return BATON_OK;
    }
    if (!response.begun())
      return AskEngine({handled, route.instance->plugin(), response.WhyOf(handled), {}});
    const std::string text = request_.method + " " + request_.path +
                             " broke off: the handler answered " + StatusText(handled);
    kernel_->Log(route.instance->plugin(), "", BATON_LOG_ERROR, text.c_str());
    return BATON_ERROR_INTERNAL;
  }

  // What the handler of a plugin has made of the request, of which the engine tells as it would over
  // the network.
  struct Handled {
    baton_status refused = BATON_OK;
    std::string plugin;
    std::string why;
    std::optional<JobAnswer> job;
  };

  baton_status AskEngine(Handled handled) {
    if (InJobCallback() || InCreate()) {
      request_.headers.emplace_back(kCallerHeader, InCreate() ? kCallerIsCreator : kCallerIsJob);
      if (handled.job.has_value()) handled.job->timeout_ms = 0;
    }
    RestCalled call{0,
                    request_.method,
                    request_.path + request_.query,
                    std::move(request_.headers),
                    std::move(request_.body),
                    handled.refused,
                    std::move(handled.plugin),
                    std::move(handled.why),
                    std::move(handled.job)};
    RestAnswer answer;
    baton_status status = kernel_->desk.HopRest(std::move(call), instance_, &answer);
    if (status != BATON_OK) return status;
    if (sink_ != nullptr && !answer.body.empty())
      status = WriteIfOpen(kernel_, instance_, sink_, answer.body);
    if (status == BATON_OK) *http_status_out_ = answer.http_status;
    return status;
  }

  Kernel* const kernel_;
  Instance* const instance_;
  RestRequest request_;
  const baton_sink* const sink_;
  int32_t* const http_status_out_;
};

}  // namespace

CallbackKind CallerOf(const Pairs& headers) {
  for (const auto& [name, value] : headers) {
    if (name != kCallerHeader) continue;
    if (value == kCallerIsCreator) return CallbackKind::kCreate;
    if (value == kCallerIsJob) return CallbackKind::kJob;
  }
  return CallbackKind::kOther;
}

baton_status CallRestNow(Kernel* kernel, Instance* instance, const RestArguments& arguments) {
  baton_status status = CheckOutputs(arguments);
  RestRequest request;
  if (status == BATON_OK) status = ReadRest(arguments, &request);
  if (status != BATON_OK) return status;
  if (instance->OnLoopThread() || kernel->OnEngineThread()) return BATON_ERROR_WRONG_THREAD;
  if (rest_depth >= kMaxRestDepth) return BATON_ERROR_WRONG_STATE;
  if (kernel->IsClosing(instance)) return BATON_ERROR_CLOSING;
  DepthScope depth;
  return RestCall(kernel, instance, arguments, std::move(request)).Make();
}

}  // namespace baton
