#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

#include <cluster_store/actors/wire/wire.hpp>

namespace cluster_store::actors {

/// One operation on its way, with what is to happen when it is answered.
///
/// The bytes the operation refers to lie behind the object in the same block, so a call is one allocation;
/// make one with `make_call`. Threads: made by the caller's thread, then handed to the proxy, which calls
/// `done` exactly once on its own thread.
class call {
public:
  call() = default;
  call(const call&) = delete;
  call& operator=(const call&) = delete;
  virtual ~call() = default;

  /// Takes the answer. Must not throw, and must not block: it runs on the proxy's thread.
  virtual void done(result<wire::answer>&& what) noexcept = 0;

  /// @returns what is to be done; its views live as long as this object.
  wire::operation& what() noexcept { return what_; }
  const wire::operation& what() const noexcept { return what_; }

  /// @returns the bytes of ids and data that count against a queue's limit.
  std::size_t bytes() const noexcept { return bytes_; }

  struct text_bytes {
    std::size_t count;
  };

  static void* operator new(std::size_t size, text_bytes extra) { return ::operator new(size + extra.count); }
  static void operator delete(void* memory, text_bytes) { ::operator delete(memory); }
  static void operator delete(void* memory) { ::operator delete(memory); }

  static std::size_t text_of(const wire::operation& what) noexcept {
    return what.id.size() + what.data.size() + what.target.size() + what.cursor.size() + what.prefix.size();
  }

  /// Copies what `what` refers to into `text`. @pre `text` has `text_of(what)` bytes and lives as long as
  /// this object.
  void adopt(const wire::operation& what, char* text) noexcept {
    what_ = what;
    bytes_ = text_of(what);
    for (auto* view : {&what_.id, &what_.data, &what_.target, &what_.cursor, &what_.prefix}) {
      if (view->empty())
        continue;
      std::memcpy(text, view->data(), view->size());
      *view = {text, view->size()};
      text += view->size();
    }
  }

private:
  wire::operation what_;
  std::size_t bytes_ = 0;
};

/// Makes a `Call` (derived from `call`) that owns a copy of everything `what` refers to.
/// @param arguments for the constructor of `Call`.
template <class Call, class... Arguments>
std::unique_ptr<Call> make_call(const wire::operation& what, Arguments&&... arguments) {
  const call::text_bytes extra{call::text_of(what)};
  std::unique_ptr<Call> made{new (extra) Call(std::forward<Arguments>(arguments)...)};
  made->adopt(what, reinterpret_cast<char*>(made.get()) + sizeof(Call));
  return made;
}

} // namespace cluster_store::actors
