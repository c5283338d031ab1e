#include <cluster_store/actors/client.hpp>

#include <cluster_store/actors/handle/implementation.hpp>

namespace cluster_store {

template <class Operation>
result<typename Operation::reply> client::call(const Operation& what) {
  return implementation::wait(body_, what);
}

template <class Operation>
std::future<result<typename Operation::reply>> client::call_async(const Operation& what) {
  return implementation::promise(body_, what);
}

template <class Operation>
void client::call(const Operation& what, callback<typename Operation::reply> done) {
  implementation::submit(body_, what, std::move(done));
}

#define CLUSTER_STORE_CALLS_OF(...)                                                                          \
  template result<__VA_ARGS__::reply> client::call(const __VA_ARGS__&);                                      \
  template std::future<result<__VA_ARGS__::reply>> client::call_async(const __VA_ARGS__&);                   \
  template void client::call(const __VA_ARGS__&, client::callback<__VA_ARGS__::reply>);
#define CLUSTER_STORE_CALLS(name)                                                                            \
  CLUSTER_STORE_CALLS_OF(operations::name##_of<std::string_view>)                                            \
  CLUSTER_STORE_CALLS_OF(operations::name##_of<std::string>)
CLUSTER_STORE_OPERATIONS(CLUSTER_STORE_CALLS)
#undef CLUSTER_STORE_CALLS
#undef CLUSTER_STORE_CALLS_OF

capabilities client::capabilities() const {
  const auto facts = implementation::is_usable(body_.get()) ? body_->state().facts() : actors::store_facts{};
  if (!facts.known)
    return {};
  using namespace operations;
  return {facts.can(all_of<std::string>::is.capability), facts.can(length_of<std::string>::is.capability),
          facts.can(clear_of<std::string>::is.capability)};
}

connection_status client::status() const {
  return implementation::is_usable(body_.get()) ? body_->state().status() : connection_status{};
}

void client::close() {
  if (implementation::is_usable(body_.get()))
    body_->close();
}

} // namespace cluster_store
