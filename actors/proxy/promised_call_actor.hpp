#pragma once

#include <utility>

#include <cluster_store/actors/errors.hpp>
#include <cluster_store/actors/proxy/call.hpp>

namespace cluster_store::actors {

/// An operation whose answer is promised to a component.
template <class Operation>
class promised_call final : public call {
public:
  using reply = typename Operation::reply;

  explicit promised_call(caf::typed_response_promise<reply> promise) : promise_(std::move(promise)) {}

  void done(result<wire::reply>&& what) noexcept override {
    if (auto answer = read_answer<Operation>(std::move(what)))
      promise_.deliver(*std::move(answer));
    else
      promise_.deliver(to_caf(answer.error()));
  }

private:
  caf::typed_response_promise<reply> promise_;
};

} // namespace cluster_store::actors
