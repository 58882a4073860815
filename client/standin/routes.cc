#include "client/standin/routes.h"

namespace herd::standin {
namespace {

constexpr char kNearbyPath[] = "/maps/api/place/nearbysearch/json";
constexpr char kHealthPath[] = "/healthz";
constexpr char kJson[] = "application/json; charset=UTF-8";
constexpr char kText[] = "text/plain; charset=UTF-8";

}  // namespace

Reply Route(const NearbySearch& nearby, const Request& request) {
  if (request.path == kNearbyPath) return {200, kJson, nearby.Answer(request.parameters)};
  if (request.path == kHealthPath) return {200, kText, "ok\n"};
  return {404, kText,
          std::string("Not found. This is herd-places; it answers GET ") + kNearbyPath + " and " +
              kHealthPath + ".\n"};
}

}  // namespace herd::standin
