#include "server/operator/client_pages.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/operator/area.h"
#include "server/operator/client_message.h"

namespace herd {
namespace {

constexpr std::size_t kDefaultPage = 100;
// At once, under the store's lock.
constexpr std::size_t kClientsPerLook = 64;
// Well within what gRPC takes by default, 4 MiB.
constexpr std::size_t kMaxPageBytes = std::size_t{1} << 20;

// A slot means something only to the run of the server that gave it out.
std::string ToToken(const Store& store, Slot slot) {
  return absl::StrCat(store.Origin(Store::kOwnOrigin).start_ns, "-", slot);
}

absl::StatusOr<Slot> FromToken(const Store& store, const std::string& token) {
  if (token.empty()) return Slot{0};
  const std::pair<std::string, std::string> parts = absl::StrSplit(token, absl::MaxSplits('-', 1));
  Slot slot = 0;
  if (!absl::SimpleAtoi(parts.second, &slot) || ToToken(store, slot) != token) {
    return absl::InvalidArgumentError(
        "the page token is not of this run of the server; begin with the first page");
  }
  return slot;
}

struct Found {
  Slot slot;
  OriginIndex origin;
  v1::Client client;
};

class Lister {
 public:
  Lister(const Store& store, const v1::ListClientsRequest& request, std::optional<Area> area)
      : store_(store),
        request_(request),
        prefix_(request.prefix_bytes().empty() ? request.prefix() : request.prefix_bytes()),
        area_(std::move(area)),
        page_size_(request.page_size() == 0
                       ? kDefaultPage
                       : std::min<std::size_t>(request.page_size(), kMaxClientsPerPage)) {}

  v1::ListClientsResponse List(Slot from) {
    for (std::size_t looked_at = 0; looked_at < kMaxClientsLookedAt; looked_at += kClientsPerLook) {
      const Slot end = Look(from);
      if (end == from) return std::move(response_);
      if (const std::optional<Slot> full = Add()) return EndAt(*full);
      from = end;
    }
    return EndAt(from);
  }

 private:
  Slot Look(Slot from) {
    found_.clear();
    return store_.Scan(
        from, kClientsPerLook, [this](Slot slot, OriginIndex origin, const Update& update) {
          if (!update.client_id.starts_with(prefix_)) return;
          const Degrees place = ToDegrees(update);
          if (area_ && !area_->Contains(place)) return;
          ToMessage(update, place, &found_.emplace_back(Found{slot, origin, {}}).client);
        });
  }

  // Puts what was found on the page. Returns where the next one begins, if this one is full.
  std::optional<Slot> Add() {
    for (Found& found : found_) {
      const OriginId origin = store_.Origin(found.origin);
      if (!request_.server().empty() && origin.server != request_.server()) continue;
      SetOrigin(origin, found.client.mutable_origin());
      bytes_ += found.client.ByteSizeLong();
      *response_.add_clients() = std::move(found.client);
      const bool is_full = response_.clients_size() == static_cast<int>(page_size_);
      if (is_full || bytes_ >= kMaxPageBytes) return found.slot + 1;
    }
    return std::nullopt;
  }

  v1::ListClientsResponse EndAt(Slot next) {
    if (next < store_.slots()) response_.set_next_page_token(ToToken(store_, next));
    return std::move(response_);
  }

  const Store& store_;
  const v1::ListClientsRequest& request_;
  const std::string& prefix_;
  const std::optional<Area> area_;
  const std::size_t page_size_;
  std::vector<Found> found_;
  std::size_t bytes_ = 0;
  v1::ListClientsResponse response_;
};

}  // namespace

absl::StatusOr<v1::ListClientsResponse> ListClients(const Store& store,
                                                    const v1::ListClientsRequest& request) {
  const absl::StatusOr<Slot> from = FromToken(store, request.page_token());
  if (!from.ok()) return from.status();
  if (!request.has_area()) return Lister(store, request, std::nullopt).List(*from);
  const absl::StatusOr<Area> area = Area::From(request.area());
  if (!area.ok()) return area.status();
  return Lister(store, request, *area).List(*from);
}

}  // namespace herd
