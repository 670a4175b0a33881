// What a plugin passes to call_rest, read and checked. Any thread.
#ifndef BATON_CORE_REST_REQUEST_H_
#define BATON_CORE_REST_REQUEST_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "baton.h"
#include "record.h"
#include "route_pattern.h"

namespace baton {

// As the plugin gave it; nothing is looked at yet.
struct RestArguments {
  const char* method;
  const char* path;
  const baton_pair* headers;
  size_t header_count;
  const void* body;
  size_t body_size;
  const baton_sink* sink;
  int32_t* http_status_out;
};

struct RestRequest {
  std::string method;
  std::string path;   // no duplicate slashes and none at its end, as the server flattens paths
  std::string query;  // with its question mark, or empty
  Pairs headers;      // names in lower case; those that frame a body on a connection are left out
  Bytes body;
};

// Errors: INVALID_ARGUMENT (also: what no URL or header may contain, and dot segments), TOO_LARGE
// (BATON_MAX_HEAD_SIZE, BATON_MAX_BODY_SIZE).
baton_status ReadRest(const RestArguments& arguments, RestRequest* request);

// The pairs of a query with its question mark, decoded as a form's: a plus is a space, what is no
// escape stays as it is, what is not UTF-8 becomes '?'.
Pairs DecodeQuery(std::string_view query);

}  // namespace baton

#endif  // BATON_CORE_REST_REQUEST_H_
