#include <cluster_store/apps/bench/peers/redis_load.hpp>

#include <hiredis/hiredis.h>

#include <cluster_store/apps/bench/peers/redis_exchange.hpp>

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

/// @returns whether the session was there and the command did what it should.
result<void> outcome_of(const redisReply& reply, operation_kind what) {
  const bool good = what == operation_kind::get   ? reply.type == REDIS_REPLY_STRING
                    : what == operation_kind::set ? reply.type == REDIS_REPLY_STATUS
                                                  : reply.type == REDIS_REPLY_INTEGER && reply.integer == 1;
  if (good)
    return {};
  if (reply.type == REDIS_REPLY_ERROR)
    return fail(errc::io_error, "Redis did not do a command: " + std::string{reply.str, reply.len});
  return fail(errc::corrupt, "a session that Redis was given is missing");
}

/// hiredis's blocking context with a pipeline, not its asynchronous one: all commands in flight share one
/// connection, so there is nothing else to wait for, and an event loop would only add a system call to each
/// read. The server is what is busy: in turns with redis-benchmark both see as much of it.
class hiredis_load final : public redis_load {
public:
  hiredis_load(context_owner context, const load_settings& how)
      : context_(std::move(context)), exchange_(how) {}

  std::unique_ptr<round_result> run(std::chrono::milliseconds time, std::uint32_t in_flight) override {
    const auto begun = steady::now();
    exchange_.begin(in_flight, begun, begun + time, to_send_);
    while (exchange_.is_answer_due()) {
      const auto reply = next_reply();
      const auto now = steady::now();
      if (reply)
        exchange_.answered(outcome_of(*reply, exchange_.due()), now, to_send_);
      else
        exchange_.lost({errc::unavailable, "Redis is away: " + std::string{context_->errstr}}, now);
    }
    return exchange_.take_round();
  }

private:
  /// The answers that have come are taken one by one. When there are none left, all that they led to is sent
  /// at once, and more is read.
  reply_owner next_reply() {
    void* reply = nullptr;
    if (redisGetReplyFromReader(context_.get(), &reply) != REDIS_OK)
      return {};
    if (reply == nullptr) {
      if (redisAppendFormattedCommand(context_.get(), to_send_.data(), to_send_.size()) != REDIS_OK)
        return {};
      to_send_.clear();
      if (redisGetReply(context_.get(), &reply) != REDIS_OK)
        return {};
    }
    return reply_owner{static_cast<redisReply*>(reply)};
  }

  context_owner context_;
  redis_exchange exchange_;
  std::string to_send_;
};

} // namespace

result<std::unique_ptr<redis_load>> open_redis_load(const redis_address& where, const load_settings& how) {
  context_owner context{where.socket.empty() ? redisConnect("127.0.0.1", where.port)
                                             : redisConnectUnix(where.socket.c_str())};
  if (!context || context->err != 0)
    return fail(errc::unavailable,
                "Redis cannot be reached: " + std::string{context ? context->errstr : "no memory is left"});
  context->reader->maxbuf = 0; // keep its buffer between answers, as redis-benchmark does
  return std::make_unique<hiredis_load>(std::move(context), how);
}

} // namespace cluster_store::apps
