#pragma once

#include <cluster_store/backends/coding/codec.hpp>

namespace cluster_store::wire {

using backends::basic_writer;
using backends::reader;
using backends::room_for_bytes;
using backends::writer;

} // namespace cluster_store::wire
