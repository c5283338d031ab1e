#pragma once

namespace cluster_store::apps {

struct named_share {
  const char* name;
  double share;
};

/// The percentiles that reports show.
inline constexpr named_share shown_shares[] = {
    {"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}, {"max", 1}};

} // namespace cluster_store::apps
