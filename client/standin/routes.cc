#include "client/standin/routes.h"

#include <functional>
#include <string>
#include <utility>

namespace herd::standin {
namespace {

constexpr char kLegacyPath[] = "/maps/api/place/nearbysearch/json";
constexpr char kNewPath[] = "/v1/places:searchNearby";
constexpr char kHealthPath[] = "/healthz";
constexpr char kFaultsPath[] = "/faults";
constexpr char kJson[] = "application/json; charset=UTF-8";
constexpr char kText[] = "text/plain; charset=UTF-8";

Reply NotFound() {
  return {404, kText,
          std::string("Not found. This is herd-places; it answers GET ") + kLegacyPath + ", POST " +
              kNewPath + " and GET " + kHealthPath + ".\n"};
}

}  // namespace

Reply Route(const NearbySearch& nearby, Faults* faults, const Request& request, int64_t now_ms) {
  const bool post = request.method == "POST";
  const auto search = [&](bool legacy, const std::function<Reply()>& answer) {
    return faults == nullptr ? answer() : faults->Spoil(legacy, answer);
  };
  if (!post && request.path == kLegacyPath) {
    return search(true, [&]() -> Reply {
      return {200, kJson, nearby.Answer(request.parameters, now_ms)};
    });
  }
  if (post && request.path == kNewPath) {
    return search(false, [&]() -> Reply {
      NearbySearch::NewAnswer answer =
          nearby.AnswerNew(request.api_key, request.field_mask, request.body);
      return {answer.http_status, kJson, std::move(answer.body)};
    });
  }
  if (!post && request.path == kHealthPath) return {200, kText, "ok\n"};
  if (post && faults != nullptr && request.path == kFaultsPath) return faults->Set(request.body);
  return NotFound();
}

}  // namespace herd::standin
