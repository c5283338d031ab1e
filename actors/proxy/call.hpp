#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <string_view>
#include <utility>

#include <cluster_store/actors/operations/coding.hpp>
#include <cluster_store/actors/wire/results.hpp>

namespace cluster_store::actors {

/// One operation on its way, with what is to happen when it is answered.
///
/// Its coded fields lie behind the object in the same block, so a call is one allocation; make one with
/// `make_call`. Threads: made by the caller's thread, then handed to the proxy, which calls `done` exactly
/// once on its own thread.
class call {
public:
  call() = default;
  call(const call&) = delete;
  call& operator=(const call&) = delete;
  virtual ~call() = default;

  /// Takes the answer. Must not throw, and must not block: it runs on the proxy's thread.
  virtual void done(result<wire::reply>&& what) noexcept = 0;

  /// @returns what is known of the operation.
  const operations::description& is() const noexcept { return *is_; }

  /// @returns its coded fields, which live as long as this object.
  std::string_view body() const noexcept { return body_; }

  /// @returns the bytes of ids and data that count against a queue's limit.
  std::size_t bytes() const noexcept { return bytes_; }

  struct extra_bytes {
    std::size_t count;
  };

  static void* operator new(std::size_t size, extra_bytes extra) {
    return ::operator new(size + extra.count);
  }
  static void operator delete(void* memory, extra_bytes) { ::operator delete(memory); }
  static void operator delete(void* memory) { ::operator delete(memory); }

  /// Codes `what` into `memory`. @pre that has room for `coded_bytes_max(what)` and lives as long as this.
  template <class Operation>
  void adopt(const Operation& what, char* memory) noexcept {
    is_ = &Operation::is;
    bytes_ = operations::text_bytes(what);
    wire::room_for_bytes room{memory};
    wire::basic_writer to{room};
    operations::encode(what, to);
    body_ = {memory, static_cast<std::size_t>(room.end() - memory)};
  }

private:
  const operations::description* is_ = nullptr;
  std::string_view body_;
  std::size_t bytes_ = 0;
};

/// Makes a `Call` (derived from `call`) for an operation. @param arguments for the constructor of `Call`.
template <class Call, class Operation, class... Arguments>
std::unique_ptr<Call> make_call(const Operation& what, Arguments&&... arguments) {
  const call::extra_bytes extra{operations::coded_bytes_max(what)};
  std::unique_ptr<Call> made{new (extra) Call(std::forward<Arguments>(arguments)...)};
  made->adopt(what, reinterpret_cast<char*>(made.get()) + sizeof(Call));
  return made;
}

/// @returns what an answer says to whoever asked for `Operation`.
template <class Operation>
result<typename Operation::reply> read_answer(result<wire::reply>&& what) {
  if (!what)
    return tl::unexpected<error>{std::move(what).error()};
  result<typename Operation::reply> out;
  wire::reader from{what->body};
  operations::read(from, *out);
  if (what->tag != Operation::is.tag || !from.done())
    out = fail(Operation::is.changes ? errc::outcome_unknown : errc::unavailable,
               "the store's answer is not readable: use the same version on both sides");
  return out;
}

} // namespace cluster_store::actors
