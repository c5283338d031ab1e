#include <cluster_store/apps/bench/peers/redis_blocking.hpp>

#include <array>
#include <string_view>

#include <hiredis/hiredis.h>

namespace cluster_store::apps {

namespace {

using steady = std::chrono::steady_clock;

struct context_end {
  void operator()(redisContext* context) const { redisFree(context); }
};
struct reply_end {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using context_owner = std::unique_ptr<redisContext, context_end>;
using reply_owner = std::unique_ptr<redisReply, reply_end>;

/// Sends a command and waits for its reply. Takes the parts as they are: no format string is read.
template <std::size_t Count>
reply_owner ask(redisContext& context, const std::array<std::string_view, Count>& parts) {
  std::array<const char*, Count> texts{};
  std::array<std::size_t, Count> lengths{};
  for (std::size_t part = 0; part < Count; ++part) {
    texts[part] = parts[part].data();
    lengths[part] = parts[part].size();
  }
  return reply_owner{static_cast<redisReply*>(
      redisCommandArgv(&context, static_cast<int>(Count), texts.data(), lengths.data()))};
}

/// @returns whether the session was there and the command did what it should.
bool call(redisContext& context, const operation& what, std::string_view id, const value_text& values) {
  using namespace std::string_view_literals;
  switch (what.what) {
  case operation_kind::set: {
    const auto reply = ask(context, std::array{"SET"sv, id, values.value_of(what.key)});
    return reply && reply->type == REDIS_REPLY_STATUS;
  }
  case operation_kind::touch: {
    const auto reply = ask(context, std::array{"EXPIRE"sv, id, "1800"sv});
    return reply && reply->type == REDIS_REPLY_INTEGER && reply->integer == 1;
  }
  case operation_kind::get:
    break;
  }
  const auto reply = ask(context, std::array{"GET"sv, id});
  return reply && reply->type == REDIS_REPLY_STRING;
}

} // namespace

result<std::unique_ptr<round_result>> run_redis_blocking(const redis_address& where, const load_settings& how,
                                                         std::chrono::milliseconds time) {
  const context_owner context{where.socket.empty() ? redisConnect("127.0.0.1", where.port)
                                                   : redisConnectUnix(where.socket.c_str())};
  if (!context || context->err != 0)
    return fail(errc::unavailable,
                "Redis cannot be reached: " + std::string{context ? context->errstr : "no memory is left"});
  operation_source source{how};
  id_buffer ids{"key:"};
  const value_text values{how.value_bytes};
  auto seen = std::make_unique<round_result>();
  const auto begun = steady::now();
  const auto end = begun + time;
  for (auto issued = begun; issued < end;) {
    const auto what = source.next();
    const bool good = call(*context, what, ids.id_of(what.key), values);
    const auto now = steady::now();
    if (!good) {
      ++seen->errors;
      seen->first_error =
          error{errc::io_error, "Redis did not do a command: " + std::string{context->errstr}};
      break;
    }
    ++seen->operations;
    seen->latencies.add(now - issued);
    issued = now;
  }
  seen->time = steady::now() - begun;
  return seen;
}

} // namespace cluster_store::apps
