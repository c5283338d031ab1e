#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace cluster_store::tests {

/// Resident memory and descriptors of one process, looked at again and again: are they level?
class level_watch {
public:
  level_watch(std::string name, pid_t id) : name_(std::move(name)), id_(id) {}

  /// Adds a sample. @pre the process lives.
  void look();

  const std::string& name() const noexcept { return name_; }
  std::size_t memory_bytes() const { return memory_.back(); }
  std::size_t descriptors() const { return descriptors_.back(); }

  /// Compares the last fifth of the samples with the second one, when everything had been used once.
  /// @returns what grew by more than a tenth and `bytes_max` or by more than 8 descriptors; empty if nothing
  ///   did, or if there are fewer than 10 samples.
  std::string growth(std::size_t bytes_max) const;

private:
  std::string name_;
  pid_t id_;
  std::vector<std::size_t> memory_;
  std::vector<std::size_t> descriptors_;
};

} // namespace cluster_store::tests
