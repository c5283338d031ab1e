#pragma once

#include <cluster_store/actors/errors.hpp>
#include <cluster_store/actors/messages.hpp>
#include <cluster_store/actors/proxy/call.hpp>
#include <cluster_store/actors/wire/wire.hpp>

/// Between the typed messages of components and the operations that travel.
namespace cluster_store::actors {

/// An operation whose answer is promised to a component.
template <class Reply>
class promised_call final : public call {
public:
  using reader = Reply (*)(wire::answer&&);

  promised_call(caf::typed_response_promise<Reply> promise, reader read)
      : promise_(std::move(promise)), read_(read) {}

  void done(result<wire::answer>&& what) noexcept override {
    if (what)
      promise_.deliver(read_(std::move(*what)));
    else
      promise_.deliver(to_caf(what.error()));
  }

private:
  caf::typed_response_promise<Reply> promise_;
  reader read_;
};

/// @returns the operation a request asks for; its views live as long as the request.
wire::operation operation_of(const get_request& from);
wire::operation operation_of(const set_request& from);
wire::operation operation_of(const touch_request& from);
wire::operation operation_of(const destroy_request& from);
wire::operation operation_of(const regenerate_request& from);
wire::operation operation_of(const length_request& from);
wire::operation operation_of(const clear_request& from);
wire::operation operation_of(const all_request& from);

/// The replies that answers become.
get_reply to_get_reply(wire::answer&& from);
version_reply to_version_reply(wire::answer&& from);
found_reply to_found_reply(wire::answer&& from);
count_reply to_count_reply(wire::answer&& from);
all_reply to_all_reply(wire::answer&& from);

} // namespace cluster_store::actors
