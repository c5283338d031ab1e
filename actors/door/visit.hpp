#pragma once

#include <memory>
#include <optional>

#include <cluster_store/actors/door/acceptor.hpp>
#include <cluster_store/actors/door/conversation.hpp>

namespace cluster_store::door {

/// One who came to the door: from the accepted socket to its hand-over to CAF, or its end.
///
/// Threads: the door's. Ownership: the acceptor until it is over.
class visit : public std::enable_shared_from_this<visit> {
public:
  visit(std::shared_ptr<acceptor> where, unshared_descriptor socket, std::string network);

  void start(acceptor::visits::iterator place);

  /// Says why not, and ends once the peer has had time to hear it; at once if it was turned away before or
  /// is to make room for others.
  void turn_away(refusal why);

  /// Ends without a word.
  void end();

  bool is_stranger() const noexcept { return stranger_; }

private:
  void set_deadline();
  void welcome();
  void shake_hands();
  void listen(std::string words);
  void on_step(std::string words);
  void claim();
  void let_in();
  void leave(std::string_view last_words);

  std::shared_ptr<acceptor> where_;
  std::shared_ptr<conversation> talk_;
  server_preamble preamble_;
  acceptor::visits::iterator place_;
  std::string network_; ///< Where failures are counted; empty: nowhere.
  bool stranger_ = true;
  bool leaving_ = false; ///< The last word is said.
  bool over_ = false;
  std::optional<connection_table::ticket> ticket_;
};

} // namespace cluster_store::door
