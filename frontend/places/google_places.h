// Places as Google's Nearby Search, or a server that speaks like it, knows them.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "frontend/places/base_url.h"
#include "frontend/places/curl_fetcher.h"
#include "frontend/places/fetcher.h"
#include "frontend/places/outage.h"
#include "frontend/places/places.h"

namespace herd::places {

struct GooglePlacesOptions {
  // See CheckBaseUrl.
  std::string base_url = kGoogleBaseUrl;
  // As ReadApiKey gives it; may be empty.
  std::string key;
  FetchLimits limits;
};

// Answers on one thread of its own. Logs when Places begins to fail and when it is back.
class GooglePlaces final : public Places {
 public:
  // Errors: a base URL or a limit that cannot be, see CheckBaseUrl and StartCurlFetcher. Whether
  // anybody answers at the URL shows with the first query.
  static absl::StatusOr<std::unique_ptr<GooglePlaces>> Start(const GooglePlacesOptions& options);

  // For tests and other ways to fetch; `options.limits` are not looked at.
  GooglePlaces(const GooglePlacesOptions& options, std::unique_ptr<Fetcher> fetcher);
  GooglePlaces(const GooglePlaces&) = delete;
  GooglePlaces& operator=(const GooglePlaces&) = delete;

  // Calls every answer that is still owed, on the thread of its own, before it returns. Nobody may
  // call Find meanwhile but those answers.
  ~GooglePlaces() override = default;

  void Find(Query query, Answer answer) override;

 private:
  // On the fetcher's thread.
  std::string Read(Fetched fetched, int bound);
  void Log(const std::string& trouble);

  // Constant after construction.
  const std::string base_url_;
  const std::string key_;

  // Owned by the fetcher's thread.
  Outage outage_;

  // Last, since its destructor still calls answers, which use the above.
  const std::unique_ptr<Fetcher> fetcher_;
};

}  // namespace herd::places
