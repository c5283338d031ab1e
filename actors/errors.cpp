#include <cluster_store/actors/errors.hpp>

#include <cstdint>

namespace cluster_store::actors {

caf::error to_caf(const error& what) {
  return caf::make_error(caf::sec::runtime_error, static_cast<std::uint8_t>(what.code), what.message);
}

error from_caf(caf::actor_system& system, const caf::error& what) {
  const auto& context = what.context();
  if (what == caf::sec::runtime_error && context.match_elements<std::uint8_t, std::string>())
    if (const auto code = errc_from(context.get_as<std::uint8_t>(0)))
      return {*code, context.get_as<std::string>(1)};
  const auto code = what == caf::sec::request_timeout ? errc::deadline_exceeded : errc::unavailable;
  return {code, compat::render(system, what)};
}

} // namespace cluster_store::actors
