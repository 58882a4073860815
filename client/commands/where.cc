#include "client/commands/where.h"

#include "absl/strings/str_cat.h"

namespace herd::client {

absl::StatusOr<Target> FindOperator(const HerdOptions& options, const std::string& server) {
  HerdOptions herd_alone = options;
  herd_alone.host.reset();
  herd_alone.port.reset();
  absl::StatusOr<Target> target = FindTarget(herd_alone, server);
  if (!target.ok()) return target;
  const absl::StatusOr<config::HerdConfig> herd = LoadHerd(options);
  if (!herd.ok()) return herd.status();
  const config::ServerConfig& found = *herd->Find(target->server);
  if (found.operator_port == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(found.name, " speaks text alone, so no operator can ask it"));
  }
  target->endpoint.port = found.operator_port;
  return target;
}

absl::StatusOr<std::optional<v1::Area>> FindArea(const Near& near, OperatorClient& server,
                                                 std::chrono::milliseconds timeout) {
  if (near.client.empty()) return std::nullopt;
  v1::GetClientRequest request;
  request.set_client_id_bytes(near.client);
  const absl::StatusOr<v1::GetClientResponse> found = server.GetClient(request, timeout);
  if (!found.ok()) return found.status();
  v1::Area area;
  area.mutable_circle()->set_latitude(found->client().latitude());
  area.mutable_circle()->set_longitude(found->client().longitude());
  area.mutable_circle()->set_radius_km(near.radius_km);
  return area;
}

absl::Status Of(const Target& target, const absl::Status& error) {
  return absl::Status(error.code() == absl::StatusCode::kInvalidArgument
                          ? absl::StatusCode::kFailedPrecondition
                          : error.code(),
                      absl::StrCat(target.ToString(), ": ", error.message()));
}

}  // namespace herd::client
