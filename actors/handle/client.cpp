#include <cluster_store/actors/client.hpp>

#include <cluster_store/actors/handle/implementation.hpp>

namespace cluster_store {

namespace {

// -- operations
// ---------------------------------------------------------------------------------------------

wire::operation operation(wire::op what, std::string_view id = {}) {
  wire::operation out;
  out.what = what;
  out.id = id;
  return out;
}

wire::operation set_operation(std::string_view id, std::string_view data, const set_options& how) {
  auto out = operation(wire::op::set, id);
  out.data = data;
  out.ttl = how.ttl;
  if (how.seen && how.if_version)
    out.when.what = static_cast<wire::condition::kind>(UINT8_MAX); // refused by check_operation
  else if (how.seen)
    out.when = {wire::condition::kind::seen, *how.seen};
  else if (how.if_version)
    out.when = {wire::condition::kind::if_version, *how.if_version};
  return out;
}

wire::operation touch_operation(std::string_view id, std::optional<time_to_live> ttl) {
  auto out = operation(wire::op::touch, id);
  out.ttl = ttl;
  return out;
}

wire::operation regenerate_operation(std::string_view old_id, std::string_view new_id) {
  auto out = operation(wire::op::regenerate, old_id);
  out.target = new_id;
  return out;
}

wire::operation all_operation(const listing_options& which) {
  auto out = operation(wire::op::all);
  out.cursor = which.cursor;
  out.prefix = which.prefix;
  out.rows_max = which.rows_max;
  return out;
}

// -- what their answers mean
// --------------------------------------------------------------------------------

std::optional<session> to_session(wire::answer&& from) {
  if (!from.found)
    return std::nullopt;
  return std::move(from.content);
}

version_number to_version(wire::answer&& from) {
  return from.content.version;
}

std::optional<version_number> to_found_version(wire::answer&& from) {
  if (!from.found)
    return std::nullopt;
  return from.content.version;
}

bool to_found(wire::answer&& from) {
  return from.found;
}

std::uint64_t to_count(wire::answer&& from) {
  return from.count;
}

listing to_listing(wire::answer&& from) {
  listing out;
  out.cursor = std::move(from.cursor);
  out.sessions.reserve(from.sessions.size());
  for (auto& [id, content] : from.sessions)
    out.sessions.push_back({std::move(id), std::move(content)});
  return out;
}

} // namespace

// -- get
// ----------------------------------------------------------------------------------------------------

result<std::optional<session>> client::get(std::string_view id) {
  return implementation::wait(body_, operation(wire::op::get, id), to_session);
}

std::future<result<std::optional<session>>> client::get_async(std::string_view id) {
  return implementation::promise(body_, operation(wire::op::get, id), to_session);
}

void client::get(std::string_view id, callback<std::optional<session>> done) {
  implementation::submit(body_, operation(wire::op::get, id), to_session, std::move(done));
}

// -- set
// ----------------------------------------------------------------------------------------------------

result<version_number> client::set(std::string_view id, std::string_view data, const set_options& how) {
  return implementation::wait(body_, set_operation(id, data, how), to_version);
}

std::future<result<version_number>> client::set_async(std::string_view id, std::string_view data,
                                                      const set_options& how) {
  return implementation::promise(body_, set_operation(id, data, how), to_version);
}

void client::set(std::string_view id, std::string_view data, const set_options& how,
                 callback<version_number> done) {
  implementation::submit(body_, set_operation(id, data, how), to_version, std::move(done));
}

// -- touch
// --------------------------------------------------------------------------------------------------

result<bool> client::touch(std::string_view id, std::optional<time_to_live> ttl) {
  return implementation::wait(body_, touch_operation(id, ttl), to_found);
}

std::future<result<bool>> client::touch_async(std::string_view id, std::optional<time_to_live> ttl) {
  return implementation::promise(body_, touch_operation(id, ttl), to_found);
}

void client::touch(std::string_view id, std::optional<time_to_live> ttl, callback<bool> done) {
  implementation::submit(body_, touch_operation(id, ttl), to_found, std::move(done));
}

// -- destroy
// ------------------------------------------------------------------------------------------------

result<bool> client::destroy(std::string_view id) {
  return implementation::wait(body_, operation(wire::op::destroy, id), to_found);
}

std::future<result<bool>> client::destroy_async(std::string_view id) {
  return implementation::promise(body_, operation(wire::op::destroy, id), to_found);
}

void client::destroy(std::string_view id, callback<bool> done) {
  implementation::submit(body_, operation(wire::op::destroy, id), to_found, std::move(done));
}

// -- regenerate
// ---------------------------------------------------------------------------------------------

result<std::optional<version_number>> client::regenerate(std::string_view old_id, std::string_view new_id) {
  return implementation::wait(body_, regenerate_operation(old_id, new_id), to_found_version);
}

std::future<result<std::optional<version_number>>> client::regenerate_async(std::string_view old_id,
                                                                            std::string_view new_id) {
  return implementation::promise(body_, regenerate_operation(old_id, new_id), to_found_version);
}

void client::regenerate(std::string_view old_id, std::string_view new_id,
                        callback<std::optional<version_number>> done) {
  implementation::submit(body_, regenerate_operation(old_id, new_id), to_found_version, std::move(done));
}

// -- all, length, clear
// -------------------------------------------------------------------------------------

result<listing> client::all(const listing_options& which) {
  return implementation::wait(body_, all_operation(which), to_listing);
}

std::future<result<listing>> client::all_async(const listing_options& which) {
  return implementation::promise(body_, all_operation(which), to_listing);
}

void client::all(const listing_options& which, callback<listing> done) {
  implementation::submit(body_, all_operation(which), to_listing, std::move(done));
}

result<std::uint64_t> client::length() {
  return implementation::wait(body_, operation(wire::op::length), to_count);
}

std::future<result<std::uint64_t>> client::length_async() {
  return implementation::promise(body_, operation(wire::op::length), to_count);
}

void client::length(callback<std::uint64_t> done) {
  implementation::submit(body_, operation(wire::op::length), to_count, std::move(done));
}

result<std::uint64_t> client::clear() {
  return implementation::wait(body_, operation(wire::op::clear), to_count);
}

std::future<result<std::uint64_t>> client::clear_async() {
  return implementation::promise(body_, operation(wire::op::clear), to_count);
}

void client::clear(callback<std::uint64_t> done) {
  implementation::submit(body_, operation(wire::op::clear), to_count, std::move(done));
}

// -- the handle itself
// --------------------------------------------------------------------------------------

capabilities client::capabilities() const {
  const auto facts = implementation::is_usable(body_) ? body_->state().facts() : actors::store_facts{};
  if (!facts.known)
    return {};
  return {facts.can(wire::capability::all), facts.can(wire::capability::length),
          facts.can(wire::capability::clear)};
}

connection_status client::status() const {
  return implementation::is_usable(body_) ? body_->state().status() : connection_status{};
}

void client::close() {
  if (implementation::is_usable(body_))
    body_->close();
}

} // namespace cluster_store
