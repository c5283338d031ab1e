#include <cluster_store/backends/memory/memory.hpp>

#include <algorithm>
#include <map>
#include <utility>

#include <cluster_store/backends/coding/codec.hpp>
#include <cluster_store/backends/contained.hpp>
#include <cluster_store/backends/memory/expiry_index.hpp>
#include <cluster_store/backends/memory/session.hpp>
#include <cluster_store/backends/system/memory_return.hpp>
#include <cluster_store/backends/tables/client_ledger.hpp>
#include <cluster_store/backends/tables/seeded_hash.hpp>
#include <cluster_store/backends/tables/slot_table.hpp>
#include <cluster_store/backends/write_check.hpp>

namespace cluster_store::backends {
namespace {

using slot_number = slot_table::slot_number;
using outcome = result<write_outcome>;

constexpr traits memory_traits{.engine = "memory"};

/// Slots a page of a listing looks at before it gives up for this call.
constexpr std::size_t page_slots_max = 65'536;

/// Largest block of a replaced session that is kept for the next one.
constexpr std::size_t spare_block_bytes_max = 4'096;

/// Id and data of most sessions.
constexpr std::size_t text_bytes_usual = 288;

/// When so much was freed it is worth giving it back.
constexpr std::size_t freed_bytes_max = 16 * 1024 * 1024;

constexpr char cursor_mark = 'm';

/// Asks the processor to fetch these bytes.
void prefetch(const void* from, std::size_t bytes) noexcept {
  constexpr std::size_t line_bytes = 64;
  for (std::size_t at = 0; at < bytes; at += line_bytes)
    __builtin_prefetch(static_cast<const char*>(from) + at);
}

std::string cursor_at(std::uint64_t slot) {
  std::string cursor(1, cursor_mark);
  writer{cursor}.fixed(slot);
  return cursor;
}

result<std::uint64_t> slot_of(std::string_view cursor) {
  if (cursor.empty())
    return 0;
  reader from{cursor.substr(1)};
  const auto slot = from.fixed<std::uint64_t>();
  if (!from.done() || cursor.front() != cursor_mark)
    return fail(errc::invalid_argument,
                "the cursor is not one of a memory store: give the cursor of the page before, or none");
  return slot;
}

class memory_backend final : public backend {
public:
  const backends::traits& traits() const noexcept override { return memory_traits; }

  result<void> get(std::span<const std::string_view> ids, reads& out) override {
    out.pins.reset();
    out.rows.clear();
    out.rows.reserve(ids.size());
    fetch_ahead(ids);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const auto slot = find(ids[i], hashes_[i]);
      if (slot == slot_table::none)
        out.rows.emplace_back(std::nullopt);
      else
        out.rows.emplace_back(slots_[slot]->content());
    }
    return {};
  }

  result<std::vector<outcome>> apply(const commit& changes) override {
    // What is replaced or erased lives until the end: later writes may carry views of it.
    std::vector<memory_session::pointer> cleared;
    if (changes.clear) {
      cleared.swap(slots_);
      forget_slots();
    }
    std::vector<outcome> outcomes;
    outcomes.reserve(changes.writes.size());
    for (const auto& change : changes.writes)
      outcomes.push_back(apply_write(change));
    for (const auto& row : changes.swept)
      forget_expiry(row);
    for (const auto& row : changes.client_erases)
      clients_.erase(row.client, row.up_to);
    for (const auto& row : changes.client_rows)
      clients_.put(row.client, row.number, row.value);
    for (const auto& row : changes.system_rows)
      apply_system(row);
    keep_spare_blocks();
    give_back(std::move(cleared));
    return outcomes;
  }

  result<page> scan(const scan_request& request) override {
    const auto start = slot_of(request.cursor);
    if (!start)
      return tl::unexpected{start.error()};
    page made;
    std::size_t data_bytes = 0;
    auto slot = *start;
    const auto end = std::min<std::uint64_t>(slots_.size(), slot + page_slots_max);
    for (; slot < end; ++slot) {
      if (made.rows.size() >= request.rows_max
          || (!made.rows.empty() && data_bytes >= request.data_bytes_max))
        break;
      const auto* const found = slots_[slot].get();
      if (found == nullptr || !found->id().starts_with(request.prefix))
        continue;
      made.rows.push_back({std::string{found->id()}, found->content()});
      data_bytes += made.rows.back().content->data.size();
    }
    if (slot < slots_.size())
      made.cursor = cursor_at(slot);
    return made;
  }

  result<std::vector<expiry_row>> due(wall_time now, std::size_t rows_max) override {
    std::vector<expiry_row> rows;
    for (const auto slot : expiries_.due(now, rows_max))
      rows.push_back({*expiries_.at(slot), std::string{slots_[slot]->id()}});
    return rows;
  }

  result<std::uint64_t> length() override { return length_now(); }

  result<std::vector<client_row>> client_rows() override {
    std::vector<client_row> rows;
    clients_.each([&](const client_id& client, std::uint64_t number, const std::string& value) {
      rows.push_back({client, number, value});
    });
    return rows;
  }

  result<std::vector<system_row>> system_rows(std::string_view first, std::string_view last,
                                              std::size_t rows_max) override {
    std::vector<system_row> rows;
    for (auto at = system_.lower_bound(first); at != system_.end() && rows.size() < rows_max; ++at) {
      if (!last.empty() && at->first >= last)
        break;
      rows.push_back({at->first, at->second});
    }
    return rows;
  }

  result<void> sync() override { return {}; }

  bool broken() const noexcept override { return false; }

private:
  std::uint64_t length_now() const noexcept { return slots_.size() - free_.size(); }

  /// Sessions are anywhere in memory, and what is found for one does not depend on the others: so all are
  /// waited for at once, step by step, instead of one after the other.
  void fetch_ahead(std::span<const std::string_view> ids) {
    hashes_.clear();
    likely_.clear();
    for (const auto id : ids) {
      hashes_.push_back(seeded_hash(id));
      table_.prefetch(hashes_.back());
    }
    for (const auto hash : hashes_)
      if (const auto slot = table_.find(hash, [](slot_number) { return true; }); slot != slot_table::none) {
        likely_.push_back(slot);
        prefetch(&slots_[slot], sizeof slots_[slot]);
      }
    for (const auto slot : likely_)
      prefetch(slots_[slot].get(), sizeof(memory_session) + text_bytes_usual);
  }

  slot_number find(std::string_view id, std::uint64_t hash) const {
    return table_.find(hash, [&](slot_number slot) { return slots_[slot]->id() == id; });
  }

  outcome apply_write(const write& change) {
    if (auto good = check_write(change); !good)
      return tl::unexpected{std::move(good).error()};
    const auto hash = seeded_hash(change.id);
    const auto slot = find(change.id, hash);
    if (!holds(change.when, slot == slot_table::none ? std::nullopt : std::optional{slots_[slot]->version()}))
      return write_outcome::precondition_failed;
    if (change.what == write::kind::erase)
      erase(slot, hash);
    else if (slot == slot_table::none)
      insert(change, hash);
    else
      replace(slot, change);
    return write_outcome::applied;
  }

  /// Small blocks only: large ones are worth more to others than the time they save.
  void keep_spare_blocks() {
    spare_.clear();
    std::erase_if(replaced_, [](const auto& each) { return each->block_bytes() > spare_block_bytes_max; });
    spare_.swap(replaced_);
  }

  void forget_slots() {
    slots_ = decltype(slots_){};
    free_ = {};
    table_.clear();
    expiries_.clear();
  }

  /// Clearing a million sessions takes longer than others would like to wait.
  void give_back(std::vector<memory_session::pointer> cleared) {
    if (length_now() == 0 && slots_.size() >= page_slots_max)
      forget_slots(); // a cursor behind the last slot ends its listing
    if (cleared.empty() && freed_bytes_ < freed_bytes_max)
      return;
    freed_bytes_ = 0;
    memory_.take(std::make_shared<std::vector<memory_session::pointer>>(std::move(cleared)));
  }

  /// In the block of a session that the commit before replaced, if that fits: most sessions keep their size.
  memory_session::pointer make_session(const write& change) {
    memory_session::pointer spare;
    if (!spare_.empty()) {
      spare = std::move(spare_.back());
      spare_.pop_back();
    }
    return memory_session::make(change, std::move(spare));
  }

  void insert(const write& change, std::uint64_t hash) {
    auto made = make_session(change);
    slot_number slot = 0;
    if (free_.empty()) {
      slot = static_cast<slot_number>(slots_.size());
      slots_.push_back(std::move(made));
    } else {
      slot = free_.back();
      free_.pop_back();
      slots_[slot] = std::move(made);
    }
    table_.insert(hash, slot);
    set_expiry(slot, change.content);
  }

  void replace(slot_number slot, const write& change) {
    auto& stored = slots_[slot];
    if (change.what == write::kind::touch && stored->differs_only_in_expiry(change.content)) {
      stored->touch(change.content);
    } else {
      auto made = make_session(change);
      replaced_.push_back(std::move(stored));
      stored = std::move(made);
    }
    set_expiry(slot, change.content);
  }

  void erase(slot_number slot, std::uint64_t hash) {
    if (slot == slot_table::none)
      return;
    free_.push_back(slot);
    freed_bytes_ += slots_[slot]->block_bytes();
    replaced_.push_back(std::move(slots_[slot]));
    table_.erase(hash, slot);
    expiries_.erase(slot);
  }

  void set_expiry(slot_number slot, const record& content) {
    if (content.expires_at)
      expiries_.put(slot, *content.expires_at);
    else
      expiries_.erase(slot);
  }

  void forget_expiry(const expiry_row& row) {
    const auto slot = find(row.id, seeded_hash(row.id));
    if (slot != slot_table::none && expiries_.at(slot) == row.due_at)
      expiries_.erase(slot);
  }

  void apply_system(const system_row& row) {
    if (row.value)
      system_.insert_or_assign(row.key, *row.value);
    else
      system_.erase(row.key);
  }

  std::vector<memory_session::pointer> slots_;
  std::vector<slot_number> free_; // exactly the slots that hold nothing
  slot_table table_;
  expiry_index expiries_;
  client_ledger<std::string> clients_;
  std::map<std::string, std::string, std::less<>> system_;
  memory_return memory_;
  std::size_t freed_bytes_ = 0;
  std::vector<memory_session::pointer> replaced_; // during apply
  std::vector<memory_session::pointer> spare_;    // what the last one replaced
  std::vector<std::uint64_t> hashes_;             // during get
  std::vector<slot_number> likely_;               // as well
};

} // namespace

std::unique_ptr<backend> make_memory() {
  return make_contained(std::make_unique<memory_backend>());
}

} // namespace cluster_store::backends
