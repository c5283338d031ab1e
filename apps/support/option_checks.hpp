#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include <cluster_store/backends/result.hpp>

namespace cluster_store::apps {

/// Checks of what options are given, as text, before CLI11 converts it: CLI11 itself reads `0x10`, `1e3`, `
/// 5` and `-1` as numbers, and `nan` as one in any range.

/// The name of the check `whole_number`, by which an option is known to take one.
inline constexpr const char* whole_number_check = "whole number";

/// A check that passes what `parse_whole_number` reads.
CLI::Validator whole_number(std::uint64_t least = 0, std::uint64_t most = UINT64_MAX);

/// A check that passes decimal fractions such as `0.99`: digits with a point among them, or without one.
CLI::Validator decimal_fraction(double least, double most);

/// A check that passes what `parse` reads. @param parse of a text; returns a `result`.
template <class F>
CLI::Validator read_by(F parse) {
  return {[parse = std::move(parse)](std::string& text) {
            const auto read = parse(text);
            return read ? std::string{} : read.error().message;
          },
          std::string{}};
}

/// Reads the value of a switch: true, yes, on, 1 or false, no, off, 0 in any case. Pure.
/// @errors `invalid_argument`.
result<bool> parse_switch(const std::string& text);

/// Adds a switch: an option that needs no value.
CLI::Option* add_switch(CLI::App& command, const std::string& name, bool& into, const std::string& about);

} // namespace cluster_store::apps
