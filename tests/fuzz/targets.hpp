#pragma once

#include <array>
#include <string_view>

/// Everything that reads bytes of strangers, of disks or of people, as functions of any bytes.
///
/// Each throws `broken_property` if a property does not hold. libFuzzer looks for such bytes
/// (fuzzer_main.cpp); the committed corpus and some damage of it are replayed as ordinary tests
/// (replay_test.cpp).
/// @returns whether the bytes mean something: were decoded, parsed or admitted.
namespace cluster_store::fuzz {

bool wire(std::string_view bytes);
bool preamble_server(std::string_view bytes);
bool preamble_client(std::string_view bytes);
bool store(std::string_view bytes);
bool record(std::string_view bytes);
bool pipe(std::string_view bytes);
bool base64(std::string_view bytes);
bool uri(std::string_view bytes);
bool duration(std::string_view bytes);
bool endpoint(std::string_view bytes);

struct target {
  std::string_view name;
  bool (*run)(std::string_view bytes);
};

inline constexpr std::array targets{
    target{"wire", wire},
    target{"preamble_server", preamble_server},
    target{"preamble_client", preamble_client},
    target{"store", store},
    target{"record", record},
    target{"pipe", pipe},
    target{"base64", base64},
    target{"uri", uri},
    target{"duration", duration},
    target{"endpoint", endpoint},
};

} // namespace cluster_store::fuzz
