// A route handler of the plugin, and the response it is given, watched. Any thread.
#ifndef BATON_CHECK_SPIED_ROUTE_H_
#define BATON_CHECK_SPIED_ROUTE_H_

#include <string>

#include "baton.h"

namespace baton {
namespace check {

struct SpiedRoute {
  std::string name;  // "POST /hello"
  baton_handler handler = nullptr;
  void* data = nullptr;

  // Never destroyed: requests may be late.
  static SpiedRoute* New(const char* method, const char* pattern, baton_handler handler,
                         void* data);

  // What the host calls; `data` is a SpiedRoute.
  static baton_status BATON_CALL Called(void* data, const baton_request* request,
                                        baton_response* response);
};

// What the host gave for this response of a SpiedRoute; null: the handler has returned, or it is none.
baton_response* RealResponse(baton_response* response);

}  // namespace check
}  // namespace baton

#endif  // BATON_CHECK_SPIED_ROUTE_H_
