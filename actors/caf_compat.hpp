#pragma once

// One source, two generations of CAF: 0.17.6 (Debian, Ubuntu) and 1.x (Conan Center). No other header of the
// program may ask for the version (docs/decisions/001-two-caf-generations.md).

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <unordered_map>
#include <utility>

#include <caf/all.hpp>
#include <caf/io/all.hpp>

// Not CAF_VERSION: CAF 1.x defines it as an octal literal.
#if CAF_MAJOR_VERSION >= 1
#  include <caf/init_global_meta_objects.hpp>

namespace cluster_store::compat {

inline constexpr int caf_generation = 1;

template <class Out, class... In>
struct handler_of {
  using type = caf::result<Out>(In...);
};

template <class Inspector, class T, class... Fields>
bool inspect_as(Inspector& f, T& object, const char* name, Fields&... fields) {
  return f.object(object).pretty_name(name).fields(f.field("", fields)...);
}

template <class Self, class Destination, class... Ts>
void send(Self* self, const Destination& destination, Ts&&... xs) {
  self->mail(std::forward<Ts>(xs)...).send(destination);
}

template <class Self, class Destination, class... Ts>
void delayed_send(Self* self, const Destination& destination, caf::timespan delay, Ts&&... xs) {
  self->mail(std::forward<Ts>(xs)...).delay(delay).send(destination, caf::weak_ref);
}

template <class Self, class Destination, class... Ts>
auto request(Self* self, const Destination& destination, caf::timespan timeout, Ts&&... xs) {
  return self->mail(std::forward<Ts>(xs)...).request(destination, timeout);
}

/// To receivers in this process only: a remote node may crash on a message without a sender.
template <class Destination, class... Ts>
void anonymous_send(const Destination& destination, Ts&&... xs) {
  caf::anon_mail(std::forward<Ts>(xs)...).send(destination);
}

template <class Self, class F>
void on_exit_message(Self* self, F fn) {
#  pragma GCC diagnostic push
#  pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  self->set_exit_handler([fn](caf::exit_msg& x) { fn(x.reason); });
#  pragma GCC diagnostic pop
}

/// Drops what no handler takes. CAF would print it to the standard output, whoever sent it.
template <class Self>
void drop_unexpected(Self* self) {
#  pragma GCC diagnostic push
#  pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  self->set_default_handler(caf::drop);
#  pragma GCC diagnostic pop
}

inline std::string render(caf::actor_system&, const caf::error& what) {
  return to_string(what);
}

/// Registers the message types; before the process's first actor_system.
template <class Block, class Config>
void initialize_types(Config&) {
  static const bool once =
      (caf::init_global_meta_objects<Block>(), caf::io::middleman::init_global_meta_objects(),
       caf::core::init_global_meta_objects(), true);
  static_cast<void>(once);
}

/// Sets an option of CAF; after `load<caf::io::middleman>()`.
template <class Config, class T>
void set_option(Config& config, const std::string& name, T value) {
  config.set("caf." + name, std::move(value));
}

inline std::string option_word(const char* word) {
  return word;
}

inline std::string broker_name() {
  return "BASP";
}

/// What runs actors.
using executor = caf::scheduler;

/// Spawns an actor with a thread of its own, as a child of `parent`.
template <class Actor, class Parent, class... Ts>
caf::actor spawn_detached(Parent& parent, Ts&&... arguments) {
  return parent.template spawn<Actor, caf::detached>(std::forward<Ts>(arguments)...);
}

} // namespace cluster_store::compat

#else // 0.17.6

namespace cluster_store::compat {

inline constexpr int caf_generation = 0;

template <class Out, class... In>
struct handler_of {
  using type = typename caf::replies_to<In...>::template with<Out>;
};

template <class Inspector, class T, class... Fields>
auto inspect_as(Inspector& f, T&, const char* name, Fields&... fields) {
  return f(caf::meta::type_name(name), fields...);
}

template <class Self, class Destination, class... Ts>
void send(Self* self, const Destination& destination, Ts&&... xs) {
  self->send(destination, std::forward<Ts>(xs)...);
}

template <class Self, class Destination, class... Ts>
void delayed_send(Self* self, const Destination& destination, caf::timespan delay, Ts&&... xs) {
  self->delayed_send(destination, delay, std::forward<Ts>(xs)...);
}

template <class Self, class Destination, class... Ts>
auto request(Self* self, const Destination& destination, caf::timespan timeout, Ts&&... xs) {
  return self->request(destination, timeout, std::forward<Ts>(xs)...);
}

template <class Destination, class... Ts>
void anonymous_send(const Destination& destination, Ts&&... xs) {
  caf::anon_send(destination, std::forward<Ts>(xs)...);
}

template <class Self, class F>
void on_exit_message(Self* self, F fn) {
  self->set_exit_handler([fn](caf::exit_msg& x) { fn(x.reason); });
}

template <class Self>
void drop_unexpected(Self* self) {
  self->set_default_handler(caf::drop);
}

inline std::string render(caf::actor_system& system, const caf::error& what) {
  return system.render(what);
}

template <class Block, class Config>
void initialize_types(Config& config) {
  config.template add_message_types<Block>();
}

template <class Config, class T>
void set_option(Config& config, const std::string& name, T value) {
  config.set(name, std::move(value));
}

inline caf::atom_value option_word(const char* word) {
  return caf::atom_from_string({word, std::strlen(word)}); // Clang converts no plain `const char*`
}

inline caf::atom_value broker_name() {
  return caf::atom("BASP");
}

using executor = caf::execution_unit;

/// Spawns an actor with a thread of its own, as a child of `parent`.
/// @returns none if the system has no thread for it; CAF must not wait for its end then.
template <class Actor, class Parent, class... Ts>
caf::actor spawn_detached(Parent& parent, Ts&&... arguments) {
  auto& system = parent.system();
  try {
    return parent.template spawn<Actor, caf::detached>(std::forward<Ts>(arguments)...);
  } catch (const std::system_error&) {
    system.registry().dec_running();
    system.dec_detached_threads();
    return {};
  }
}

} // namespace cluster_store::compat

#endif

namespace cluster_store::compat {

/// One handler of a typed actor's interface: takes `In...`, answers `Out`.
template <class Out, class... In>
using handler = typename handler_of<Out, In...>::type;

/// Calls `fn(reason)` when the actor behind `watched` ends, on whatever thread ends it; any number of actors
/// may be watched, unlike 0.17's single down handler. `fn` should only send a message.
template <class Handle, class F>
void attach(const Handle& watched, F fn) {
  caf::actor_cast<caf::abstract_actor*>(watched)->attach_functor(
      [fn = std::move(fn)](const caf::error& reason) { fn(reason); });
}

/// @returns a function for `attach` or `watch` that calls `tell(observer, reason)` if `observer`, an actor of
/// this process, is still there. Does not keep it alive: what it owns goes when it ends.
template <class Tell>
auto if_alive(const caf::actor& observer, Tell tell) {
  return
      [weak = caf::actor_cast<caf::weak_actor_ptr>(observer), tell = std::move(tell)](const caf::error& why) {
        if (const auto strong = caf::actor_cast<caf::actor>(weak))
          tell(strong, why);
      };
}

/// Sends `note` to `observer`, an actor of this process, when the actor behind `watched` ends or its
/// connection is lost. Does not keep `observer` alive.
template <class Handle, class Note>
void notify_end(const Handle& watched, const caf::actor& observer, Note note) {
  attach(watched, if_alive(observer, [note = std::move(note)](const caf::actor& who, const caf::error&) {
           anonymous_send(who, note);
         }));
}

namespace detail {

/// What to call when an actor ends, by the number of who watches it.
using end_calls = std::unordered_map<std::uint64_t, std::function<void(const caf::error&)>>;

/// A call that is to be added or taken out, as a token of CAF carries it.
struct end_order {
  static constexpr std::size_t kind = 0x636c'7573; // CAF's own are small numbers

  std::uint64_t number = 0;
  end_calls::mapped_type call;
  bool adds = false;
  bool done = false;
};

/// Attached to an actor once for all that watch it: CAF looks through all that is attached to an actor to
/// find what is to be detached, and a gate may be watched by 10^5 handles.
template <class F>
class end_hub : public caf::detail::functor_attachable<F> {
public:
  end_hub(F call_all, std::shared_ptr<end_calls> calls)
      : caf::detail::functor_attachable<F>(std::move(call_all)), calls_(std::move(calls)) {}

  /// CAF asks this of all that is attached to an actor, with the actor locked. Nothing is ever detached.
  bool matches(const caf::attachable::token& what) override {
    if (what.subtype == end_order::kind)
      carry_out(*static_cast<end_order*>(const_cast<void*>(what.ptr)));
    return false;
  }

private:
  void carry_out(end_order& order) {
    if (order.done)
      return;
    order.done = true;
    if (order.adds)
      calls_->emplace(order.number, std::move(order.call));
    else if (const auto at = calls_->find(order.number); at != calls_->end()) {
      order.call = std::move(at->second); // ends where the actor is not locked
      calls_->erase(at);
    }
  }

  std::shared_ptr<end_calls> calls_;
};

/// @returns whether there was a hub to carry it out. CAF newer than 1.1 cannot detach: there each call has a
/// hub of its own, which stays until the actor ends.
template <class Actor>
bool give(Actor& watched, end_order& order) {
  if constexpr (requires(const caf::attachable::token& what) { watched.detach(what); })
    watched.detach(caf::attachable::token{end_order::kind, &order});
  return order.done;
}

inline void attach_hub(caf::abstract_actor& watched, end_order first) {
  auto calls = std::make_shared<end_calls>();
  calls->emplace(first.number, std::move(first.call));
  auto call_all = [calls](const caf::error& reason) {
    for (const auto& [number, call] : std::exchange(*calls, {}))
      call(reason);
  };
  watched.attach(caf::attachable_ptr{new end_hub<decltype(call_all)>(std::move(call_all), std::move(calls))});
}

} // namespace detail

/// As `attach`, for as long as this object lives: what watches one that lives longer must leave nothing
/// there. `fn` may still be running when this ends, or be about to: it should hold nothing of its owner's.
class watch {
public:
  watch() = default;

  template <class Handle, class F>
  watch(const Handle& watched, F fn)
      : watched_(caf::actor_cast<caf::weak_actor_ptr>(watched)), number_(next_number()) {
    auto& body = *caf::actor_cast<caf::abstract_actor*>(watched);
    detail::end_order order{number_, std::move(fn), true};
    if (!detail::give(body, order)) // it has no hub yet, or has ended, and then this calls at once
      detail::attach_hub(body, std::move(order));
  }

  watch(watch&& other) noexcept : watched_(std::exchange(other.watched_, nullptr)), number_(other.number_) {}
  watch& operator=(watch other) noexcept {
    std::swap(watched_, other.watched_);
    std::swap(number_, other.number_);
    return *this;
  }
  ~watch() {
    detail::end_order order{number_, {}};
    if (const auto alive = caf::actor_cast<caf::strong_actor_ptr>(watched_))
      detail::give(*caf::actor_cast<caf::abstract_actor*>(alive), order);
  }

private:
  static std::uint64_t next_number() noexcept {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
  }

  caf::weak_actor_ptr watched_;
  std::uint64_t number_ = 0;
};

/// What every actor does first: messages it does not understand are dropped, and an exception that a handler
/// lets out ends it with an error that says so. CAF would also print to the standard output, which is the
/// program's.
template <class Self>
void prepare(Self* self) {
  drop_unexpected(self);
  self->set_exception_handler([](std::exception_ptr& thrown) -> caf::error {
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& what) {
      return caf::make_error(caf::sec::runtime_error, std::string{what.what()});
    } catch (...) {
      return caf::make_error(caf::sec::runtime_error, std::string{"an exception of unknown type"});
    }
  });
}

} // namespace cluster_store::compat
