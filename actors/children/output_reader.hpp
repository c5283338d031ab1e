#pragma once

#include <functional>
#include <memory>
#include <thread>

#include <cluster_store/actors/children.hpp>
#include <cluster_store/actors/children/process.hpp>

namespace cluster_store::actors {

/// Reads what children write to one of their streams and hands it on, line by line. While the program takes
/// its time with a line, nothing more is read: children wait, nobody else does, and no memory is taken.
///
/// Threads: any; has one of its own, on which the program is called.
class output_reader {
public:
  using taker = std::function<void(const child_line&)>;

  /// @errors `io_error` if there is no thread to be had.
  static result<std::unique_ptr<output_reader>> start(taker take, bool is_error);

  /// As `finish`.
  ~output_reader();

  /// From now on reads from `source`, to which worker `worker` writes.
  void add(descriptor source, std::size_t worker);

  /// Hands on what was written so far, and ends. Blocks until the program has taken it.
  void finish();

private:
  class body;
  explicit output_reader(std::unique_ptr<body> made);

  std::unique_ptr<body> body_;
  std::thread thread_;
};

} // namespace cluster_store::actors
