#include <cluster_store/tests/simulation/figures.hpp>

namespace cluster_store::simulation {

void figures::add(const figures& other) {
  const auto mine = figures_of(*this);
  const auto theirs = figures_of(other);
  for (std::size_t i = 0; i < mine.size(); ++i)
    *mine[i].second += *theirs[i].second;
}

std::string figures::text() const {
  std::string out;
  for (const auto& [name, number] : figures_of(*this))
    out += (out.empty() ? "" : ", ") + std::string{name} + " " + std::to_string(*number);
  return out;
}

} // namespace cluster_store::simulation
