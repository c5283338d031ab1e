#include <cluster_store/apps/bench/workload.hpp>

#include <algorithm>
#include <cassert>

namespace cluster_store::apps {

namespace {

constexpr std::uint32_t mixed_set_percent = 10;
constexpr std::uint32_t web_set_percent = 5;
constexpr std::size_t id_bytes = 16;

} // namespace

std::string_view to_string(workload what) {
  return workloads[static_cast<std::size_t>(what)].name;
}

workload workload_named(std::string_view name) {
  const auto* const found = std::find_if(workloads.begin(), workloads.end(),
                                         [&](const named_workload& each) { return each.name == name; });
  assert(found != workloads.end());
  return found->what;
}

std::optional<time_to_live> ttl_of(workload what) {
  if (what == workload::touch || what == workload::web)
    return std::chrono::minutes{30};
  return std::nullopt;
}

double share_of(operation_kind kind, workload what) {
  constexpr double mixed_sets = mixed_set_percent / 100.0;
  constexpr double web_sets = web_set_percent / 200.0; // a request is two operations
  constexpr std::array<std::array<double, 3>, workloads.size()> shares{{
      {1, 0, 0},
      {0, 1, 0},
      {0, 0, 1},
      {1 - mixed_sets, mixed_sets, 0},
      {0.5, web_sets, 0.5 - web_sets},
  }};
  return shares[static_cast<std::size_t>(what)][static_cast<std::size_t>(kind)];
}

operation_source::operation_source(const load_settings& how)
    : what_(how.what), keys_(how.keys), random_(how.seed) {
  if (how.picks == distribution::zipf)
    zipf_ = std::make_unique<zipf_picker>(how.keys, how.zipf_exponent);
}

std::uint32_t operation_source::pick() {
  return zipf_ ? zipf_->pick(random_) : random_.below(keys_);
}

operation operation_source::next() {
  switch (what_) {
  case workload::set:
    return {operation_kind::set, pick()};
  case workload::touch:
    return {operation_kind::touch, pick()};
  case workload::mixed: {
    const bool sets = random_.below(100) < mixed_set_percent;
    return {sets ? operation_kind::set : operation_kind::get, pick()};
  }
  case workload::get:
  case workload::web:
    break;
  }
  return {operation_kind::get, pick()};
}

operation operation_source::next_after(const operation& answered) {
  if (what_ != workload::web || answered.what != operation_kind::get)
    return next();
  const bool sets = random_.below(100) < web_set_percent;
  return {sets ? operation_kind::set : operation_kind::touch, answered.key};
}

id_buffer::id_buffer(std::string_view prefix) : text_(prefix), digits_from_(prefix.size()) {
  assert(prefix.size() + 8 <= id_bytes);
  text_.resize(id_bytes, '0');
}

std::string_view id_buffer::id_of(std::uint32_t key) {
  for (auto at = text_.size(); at > digits_from_; key /= 10)
    text_[--at] = static_cast<char>('0' + key % 10);
  return text_;
}

value_text::value_text(std::uint32_t value_bytes) : value_bytes_(value_bytes) {
  quick_random random{0};
  text_.reserve(value_bytes + spare_bytes);
  while (text_.size() < value_bytes + spare_bytes)
    text_ += static_cast<char>('!' + random.below(90));
}

} // namespace cluster_store::apps
