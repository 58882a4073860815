#include "frontend/places/google_places.h"

#include <chrono>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "frontend/places/nearby_search.h"
#include "server/log/log.h"

namespace herd::places {

absl::StatusOr<std::unique_ptr<GooglePlaces>> GooglePlaces::Start(
    const GooglePlacesOptions& options) {
  if (absl::Status url = CheckBaseUrl(options.base_url); !url.ok()) return url;
  absl::StatusOr<std::unique_ptr<Fetcher>> fetcher =
      StartCurlFetcher(SchemeOf(options.base_url), options.limits);
  if (!fetcher.ok()) return fetcher.status();
  return std::make_unique<GooglePlaces>(options, *std::move(fetcher));
}

GooglePlaces::GooglePlaces(const GooglePlacesOptions& options, std::unique_ptr<Fetcher> fetcher)
    : base_url_(options.base_url), key_(options.key), fetcher_(std::move(fetcher)) {}

void GooglePlaces::Find(Query query, Answer answer) {
  fetcher_->Fetch(NearbySearchUrl(base_url_, query, key_),
                  [this, bound = query.bound, answer = std::move(answer)](Fetched fetched) mutable {
                    std::move(answer)(Read(std::move(fetched), bound));
                  });
}

std::string GooglePlaces::Read(Fetched fetched, int bound) {
  const bool stopping = fetched.error == FetchError::kStopping;
  Reply reply = ReplyTo(std::move(fetched), bound, key_);
  if (!stopping) Log(reply.trouble);
  return std::move(reply.json);
}

void GooglePlaces::Log(const std::string& trouble) {
  if (!trouble.empty()) {
    if (!outage_.Fail(std::chrono::steady_clock::now())) return;
    log::Warning(absl::StrCat("Places at ", base_url_, " fails: ", trouble,
                              " WHATSAT is answered without places until it is back."));
  } else if (const std::optional<uint64_t> failures = outage_.Succeed()) {
    log::Info(absl::StrCat("Places at ", base_url_, " is back, after ", *failures,
                           *failures == 1 ? " failure" : " failures"));
  }
}

}  // namespace herd::places
