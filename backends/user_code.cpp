#include <cluster_store/backends/user_code.hpp>

#include <cstdlib>
#include <exception>
#include <memory>
#include <typeinfo>

#include <cxxabi.h>

namespace cluster_store::backends {
namespace {

std::string name_of_thrown_type() {
  const auto* const type = abi::__cxa_current_exception_type();
  if (type == nullptr)
    return "something of an unknown type";
  int problem = 0;
  const std::unique_ptr<char, decltype(&std::free)> readable{
      abi::__cxa_demangle(type->name(), nullptr, nullptr, &problem), &std::free};
  return std::string{"an object of the type "} + (readable ? readable.get() : type->name());
}

} // namespace

std::string text_of_thrown() {
  try {
    throw;
  } catch (const std::exception& problem) {
    return problem.what();
  } catch (const std::string& text) {
    return text;
  } catch (const char* text) {
    return text != nullptr ? text : "a null pointer";
  } catch (...) {
    return name_of_thrown_type();
  }
}

} // namespace cluster_store::backends
