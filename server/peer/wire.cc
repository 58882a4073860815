#include "server/peer/wire.h"

#include <optional>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace herd::peer {
namespace {

// What a client may write in one line.
constexpr std::size_t kMaxFieldBytes = 8192;

bool IsName(std::string_view name, std::size_t most) {
  if (name.empty() || name.size() > most) return false;
  for (const char c : name) {
    if (c == ' ' || (c >= '\t' && c <= '\r')) return false;
  }
  return true;
}

std::optional<Fix> ReadFix(const v1::Update& in, const FixText& text) {
  if (in.text_shape() == 0) {
    if (text.position.size() > kMaxFieldBytes || text.time.size() > kMaxFieldBytes) {
      return std::nullopt;
    }
    const std::optional<Fix> fix = ParseFix(text);
    return fix && fix->time == in.time_ns() ? fix : std::nullopt;
  }
  const Fix fix{.time = in.time_ns(),
                .latitude = in.latitude(),
                .longitude = in.longitude(),
                .shape = in.text_shape()};
  if (!IsWellFormed(fix)) return std::nullopt;
  return fix;
}

absl::Status ReadUpdate(const v1::Update& in, Sequence previous, Sequence through, Update* out) {
  if (!IsName(in.client_id(), kMaxFieldBytes))
    return absl::InvalidArgumentError("client_id is none");
  if (in.step() == 0 || in.step() > through - previous) {
    return absl::InvalidArgumentError("step leads out of the range");
  }
  out->text.position = in.position_text();
  out->text.time = in.time_text();
  const std::optional<Fix> fix = ReadFix(in, out->text);
  if (!fix) return absl::InvalidArgumentError("position or time is none");
  if (!in.server().empty() && !IsName(in.server(), kMaxServerName)) {
    return absl::InvalidArgumentError("server is none");
  }
  out->client_id = in.client_id();
  out->sequence = previous + in.step();
  out->fix = *fix;
  out->skew = in.skew_ns();
  out->server = in.server();
  return absl::OkStatus();
}

}  // namespace

void ToWire(const Update& update, Sequence previous, v1::Update* out) {
  out->set_client_id(update.client_id.data(), update.client_id.size());
  out->set_step(update.sequence - previous);
  out->set_time_ns(update.fix.time);
  out->set_skew_ns(update.skew);
  out->set_latitude(update.fix.latitude);
  out->set_longitude(update.fix.longitude);
  out->set_text_shape(update.fix.shape);
  if (!update.server.empty()) out->set_server(update.server.data(), update.server.size());
  if (update.fix.shape != 0) return;
  out->set_position_text(update.text.position.data(), update.text.position.size());
  out->set_time_text(update.text.time.data(), update.text.time.size());
}

absl::Status FromWire(const v1::Range& range, std::vector<Update>* updates) {
  // Every field of each is assigned, so those of the range before need not be made anew.
  updates->resize(static_cast<std::size_t>(range.updates_size()));
  if (range.through() <= range.after() || range.through() > kMaxSequence) {
    return absl::InvalidArgumentError(
        absl::StrCat("a range after ", range.after(), " through ", range.through(), " is none"));
  }
  Sequence previous = range.after();
  for (int i = 0; i < range.updates_size(); ++i) {
    Update& update = (*updates)[static_cast<std::size_t>(i)];
    const absl::Status status = ReadUpdate(range.updates(i), previous, range.through(), &update);
    if (!status.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("update ", i, " of a range after ", range.after(), ": ", status.message()));
    }
    previous = update.sequence;
  }
  return absl::OkStatus();
}

void ToWire(const OriginId& id, v1::Origin* out) {
  out->set_server(id.server);
  out->set_start_ns(id.start_ns);
}

}  // namespace herd::peer
