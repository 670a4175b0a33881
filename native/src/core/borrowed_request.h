// A request as a handler gets it: the struct of baton.h over data that is somebody else's. One
// thread at a time; valid while that data is.
#ifndef BATON_CORE_BORROWED_REQUEST_H_
#define BATON_CORE_BORROWED_REQUEST_H_

#include <vector>

#include "baton.h"
#include "request_pool.h"

namespace baton {

class BorrowedRequest {
 public:
  BorrowedRequest(const Request& request, const Pairs& groups)
      : groups_(Borrow(groups)), query_(Borrow(request.query)), headers_(Borrow(request.headers)) {
    c_request_.struct_size = sizeof c_request_;
    c_request_.method = request.method.c_str();
    c_request_.path = request.path.c_str();
    c_request_.groups = groups_.data();
    c_request_.group_count = groups_.size();
    c_request_.query = query_.data();
    c_request_.query_count = query_.size();
    c_request_.headers = headers_.data();
    c_request_.header_count = headers_.size();
    c_request_.body = request.body.empty() ? nullptr : request.body.data();
    c_request_.body_size = request.body.size();
  }
  BorrowedRequest(const BorrowedRequest&) = delete;
  BorrowedRequest& operator=(const BorrowedRequest&) = delete;

  const baton_request* c_request() const { return &c_request_; }

 private:
  static std::vector<baton_pair> Borrow(const Pairs& pairs) {
    std::vector<baton_pair> borrowed;
    borrowed.reserve(pairs.size());
    for (const auto& [name, value] : pairs) borrowed.push_back({name.c_str(), value.c_str()});
    return borrowed;
  }

  const std::vector<baton_pair> groups_;
  const std::vector<baton_pair> query_;
  const std::vector<baton_pair> headers_;
  baton_request c_request_ = {};
};

}  // namespace baton

#endif  // BATON_CORE_BORROWED_REQUEST_H_
