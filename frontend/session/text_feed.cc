#include "frontend/session/text_feed.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "frontend/text/reply.h"

namespace herd {
namespace {

// At once, under the store's lock.
constexpr int kClientsPerLook = 64;

void AppendLine(std::string_view server, const Update& update, std::string* out) {
  if (update.fix.shape == 0) {
    return text::AppendAt(server, update.skew, update.client_id, update.text, out);
  }
  std::string position;
  std::string time;
  AppendPosition(update.fix, &position);
  AppendTime(update.fix, &time);
  text::AppendAt(server, update.skew, update.client_id, {.position = position, .time = time}, out);
}

}  // namespace

TextFeed::TextFeed(const Store* store, std::string neighbor)
    : store_(store), neighbor_(std::move(neighbor)) {
  Restart();
}

void TextFeed::Restart() {
  told_.clear();
  Look();
  before_ = made_;
}

void TextFeed::Look() {
  // A repair brings updates that the vector covers already.
  const std::uint64_t repaired = store_->repaired();
  if (std::exchange(repaired_, repaired) != repaired) told_.clear();
  store_->ReadVector(&made_);
  told_.resize(made_.size());
  while (servers_.size() < made_.size()) {
    servers_.push_back(store_->Origin(static_cast<OriginIndex>(servers_.size())).server);
  }
}

std::size_t TextFeed::Take(std::size_t most, std::string* out) {
  Look();
  const std::size_t end = out->size() + most;
  std::size_t lines = 0;
  for (std::size_t i = 0; i < made_.size() && out->size() < end; ++i) {
    // In turns, so that one origin at which much happens keeps the neighbour from none of the
    // others.
    const OriginIndex origin = next_origin_;
    next_origin_ = static_cast<OriginIndex>((origin + std::size_t{1}) % made_.size());
    lines += TellOf(origin, end, out);
  }
  return lines;
}

std::size_t TextFeed::TellOf(OriginIndex origin, std::size_t end, std::string* out) {
  std::size_t lines = 0;
  while (told_[origin] < made_[origin] && out->size() < end) {
    int looked_at = 0;
    told_[origin] = store_->Collect(origin, told_[origin], [&](const Update& update) {
      if (!IsOwnReport(origin, update)) {
        AppendLine(update.server.empty() ? servers_[origin] : update.server, update, out);
        ++lines;
      }
      return ++looked_at < kClientsPerLook && out->size() < end;
    });
  }
  return lines;
}

// It has that, unless it has been started anew since.
bool TextFeed::IsOwnReport(OriginIndex origin, const Update& update) const {
  return update.server == neighbor_ &&
         (origin >= before_.size() || update.sequence > before_[origin]);
}

std::uint64_t TextFeed::Lag() const {
  std::uint64_t lag = 0;
  for (std::size_t i = 0; i < made_.size(); ++i) {
    lag += made_[i] - std::min(made_[i], told_[i]);
  }
  return lag;
}

}  // namespace herd
