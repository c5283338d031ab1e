#include <cluster_store/actors/door/visit.hpp>

#include <cluster_store/actors/door/preamble/frames.hpp>
#include <cluster_store/actors/door/streams/tls_stream.hpp>
#include <cluster_store/backends/system/random.hpp>

namespace cluster_store::door {

visit::visit(std::shared_ptr<acceptor> where, unshared_descriptor socket, std::string network)
    : where_(std::move(where)),
      talk_(std::make_shared<conversation>(where_->door_.io(), std::move(socket))),
      preamble_(where_->door_.self(), proof_at(where_->socket_.where),
                proof_at(where_->socket_.where) == proof_kind::uid ? role_keys{} : where_->how_.keys.keys(),
                random_array<challenge_nonce>()),
      network_(std::move(network)) {}

void visit::start(acceptor::visits::iterator place) {
  place_ = place;
  ++where_->strangers_;
  if (talk_->is_over())
    return end();
  set_deadline();
  if (where_->how_.tls && where_->socket_.where.what == endpoint::kind::tcp)
    welcome();
  else
    listen({});
}

void visit::set_deadline() {
  talk_->set_deadline(std::chrono::steady_clock::now() + where_->how_.preamble_timeout,
                      [self = shared_from_this()] {
                        if (!self->leaving_)
                          ++self->where_->door_.refused();
                        self->end();
                      });
}

void visit::welcome() {
  talk_->glance([self = shared_from_this()](progress came, std::string_view first) {
    if (came != progress::done)
      self->end();
    else if (first.front() == tls_first_byte)
      self->shake_hands();
    else
      self->turn_away(first.front() == frames::magic.front() ? refusal::needs_tls : refusal::malformed);
  });
}

void visit::shake_hands() {
  talk_->change_to([how = *where_->how_.tls](
                       unshared_descriptor socket) { return tls_stream::accept(how, std::move(socket)); },
                   [self = shared_from_this()](progress came, std::string_view) {
                     if (came == progress::ended)
                       return self->end();
                     if (came == progress::failed) { // TLS has said why
                       ++self->where_->door_.refused();
                       return self->leave({});
                     }
                     self->set_deadline();
                     self->listen({});
                   });
}

void visit::listen(std::string words) {
  talk_->exchange(std::move(words), preamble_.wanted(),
                  [self = shared_from_this()](progress came, std::string_view bytes) {
                    if (came != progress::done)
                      self->end();
                    else
                      self->on_step(self->preamble_.feed(bytes));
                  });
}

void visit::on_step(std::string words) {
  if (preamble_.at() == server_preamble::stage::talking)
    return listen(std::move(words));
  if (preamble_.at() == server_preamble::stage::refused)
    return turn_away(preamble_.reason());
  stranger_ = false;
  --where_->strangers_;
  claim();
}

void visit::claim() {
  if (over_)
    return;
  auto& table = where_->door_.table();
  const auto& other = preamble_.peer();
  if (table.accepted() >= where_->how_.connections_max && !table.has_node(other.node))
    return turn_away(refusal::connections);
  const auto pass = random_array<wire::token>();
  auto claimed = table.claim_node({.pass = pass,
                                   .granted = preamble_.wanted_role(),
                                   .node = other.node,
                                   .instance = other.instance,
                                   .through = where_->socket_.where.what,
                                   .accepted = true,
                                   .acceptor = where_.get()},
                                  where_->how_.ended, [self = shared_from_this()] { self->claim(); });
  if (claimed.waits)
    return;
  if (!claimed.granted)
    return turn_away(refusal::node_in_use);
  ticket_.emplace(std::move(*claimed.granted));
  talk_->exchange(preamble_.admit(pass), 0, [self = shared_from_this()](progress came, std::string_view) {
    if (came != progress::done)
      self->end();
    else
      self->let_in();
  });
}

void visit::let_in() {
  auto socket = where_->door_.socket_for_caf(talk_->release());
  if (const auto caf = where_->door_.caf_side(); caf && socket)
    caf->accept(*where_->gate_, std::move(*ticket_), std::move(*socket));
  end();
}

void visit::turn_away(refusal why) {
  if (over_)
    return;
  if (leaving_)
    return end();
  ++where_->door_.refused();
  if (why == refusal::strangers)
    network_.clear(); // it may have done nothing wrong, or nothing new
  leave(preamble_.refuse(why));
  if (why == refusal::strangers)
    end();
}

void visit::leave(std::string_view last_words) {
  leaving_ = true;
  talk_->say_last(last_words, [self = shared_from_this()] { self->end(); });
}

void visit::end() {
  if (over_)
    return;
  over_ = true;
  const auto self = shared_from_this();
  if (stranger_) {
    --where_->strangers_;
    if (!network_.empty())
      where_->failures_.failed(network_, std::chrono::steady_clock::now());
  }
  where_->visits_.erase(place_);
  talk_->close();
  ticket_.reset();
}

} // namespace cluster_store::door
