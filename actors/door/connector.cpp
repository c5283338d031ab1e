#include <cluster_store/actors/door/connector.hpp>

#include <algorithm>

#include <cluster_store/actors/door/attempt.hpp>
#include <cluster_store/actors/door/inside.hpp>

namespace cluster_store::door {

namespace {

/// Whether CAF has lost the way to the gate; true before anybody who monitors it can know.
bool is_down(const caf::actor& gate) {
  return caf::actor_cast<caf::abstract_actor*>(gate)->getf(caf::abstract_actor::is_terminated_flag);
}

} // namespace

tl::unexpected<error> door_closed() {
  return fail(errc::unavailable, "the door of this process is shut: it is stopping");
}

std::string address_of(const endpoint& where, const connect_options& how) {
  auto out = to_string(where);
  if (how.tls)
    for (const auto* each :
         {&how.tls->certificate_file, &how.tls->key_file, &how.tls->authority_file, &how.tls->server_name})
      out.append(1, '\0').append(*each);
  return out;
}

std::string way_to(const endpoint& where, const connect_options& how) {
  // A proof for a pass of zeros, which no door gives out, names the secret and opens nothing.
  return address_of(where, how).append(1, static_cast<char>(how.wanted))
         + (how.key ? handle_proof(*how.key, {}) : std::string{});
}

connector::connector(inside& door)
    : door_(door), resolver_([&door](auto work) { return door.work_aside(std::move(work)); }) {}

void connector::connect(const endpoint& where, const connect_options& how, callback done) {
  if (closed_)
    return done(door_closed());
  const auto address = address_of(where, how);
  if (where.what == endpoint::kind::tcp && !how.key)
    return done(fail(errc::unauthorized, "cannot connect to " + to_string(where)
                                             + " without a secret: give the secret file of the server"));
  auto* shared = find(how.wanted, [&](const open_link& each) {
    return std::find(each.addresses.begin(), each.addresses.end(), address) != each.addresses.end();
  });
  if (shared != nullptr)
    return done(share(*shared, 1));
  auto& running = attempts_[way_to(where, how)];
  if (running)
    return running->join(std::move(done));
  running = std::make_shared<attempt>(door_, where, how);
  const auto mine = running; // it may end before it has begun to wait
  mine->join(std::move(done));
  mine->start();
}

void connector::leave(connection_id id) {
  const auto left = std::ranges::find(links_, id, [](const auto& each) { return each.what.id; });
  if (left != links_.end() && --left->users == 0)
    door_.table().close(id);
}

link connector::share(open_link& what, std::size_t count) {
  what.users += count;
  return what.what;
}

void connector::close() {
  closed_ = true;
  const auto last = std::exchange(attempts_, {});
  for (const auto& each : last)
    each.second->finish(door_closed());
  links_.clear();
}

connector::open_link* connector::find(role wanted, const std::function<bool(const open_link&)>& fits) {
  std::erase_if(links_, [&](const auto& each) {
    return is_down(each.what.gate) || !door_.table().is_open(each.what.id);
  });
  for (auto& each : links_)
    if ((each.granted == wanted || each.granted == role::admin) && fits(each))
      return &each;
  return nullptr;
}

} // namespace cluster_store::door
