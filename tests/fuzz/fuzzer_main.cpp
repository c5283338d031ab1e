#include <cstddef>
#include <cstdint>

#include <cluster_store/tests/fuzz/targets.hpp>

/// The entry point of libFuzzer (https://llvm.org/docs/LibFuzzer.html); one program for each target.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static_cast<void>(
      cluster_store::fuzz::CLUSTER_STORE_FUZZ_TARGET({reinterpret_cast<const char*>(data), size}));
  return 0;
}
