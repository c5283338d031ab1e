#pragma once

#include <cstddef>

#include <cluster_store/actors/client.hpp>

namespace cluster_store::tests {

/// Asks for everything in all three forms, and gives each answer to `note`.
/// @pre every call is answered at once.
/// @returns how many calls that were.
template <class Note>
std::size_t make_every_call(client& store, const Note& note) {
  note(store.get("a")), note(store.get_async("a").get()), store.get("a", note);
  note(store.set("a", "x")), note(store.set_async("a", "x").get()), store.set("a", "x", {}, note);
  note(store.touch("a")), note(store.touch_async("a").get()), store.touch("a", {}, note);
  note(store.destroy("a")), note(store.destroy_async("a").get()), store.destroy("a", note);
  note(store.regenerate("a", "b")), note(store.regenerate_async("a", "b").get());
  store.regenerate("a", "b", note);
  note(store.mget({"a"})), note(store.mget_async({"a"}).get()), store.mget({"a"}, note);
  note(store.mdestroy({"a"})), note(store.mdestroy_async({"a"}).get()), store.mdestroy({"a"}, note);
  note(store.all()), note(store.all_async().get()), store.all({}, note);
  note(store.length()), note(store.length_async().get()), store.length(note);
  note(store.clear()), note(store.clear_async().get()), store.clear(note);
  return 3 * operations::descriptions.size();
}

} // namespace cluster_store::tests
