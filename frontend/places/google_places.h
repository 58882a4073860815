// Places as Google, or a server that speaks like it, knows them.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "frontend/places/backend.h"
#include "frontend/places/base_url.h"
#include "frontend/places/curl_fetcher.h"
#include "frontend/places/fetcher.h"
#include "frontend/places/new_api.h"
#include "frontend/places/outage.h"
#include "frontend/places/places.h"
#include "frontend/places/search_desk.h"

namespace herd::places {

enum class Api { kNew, kLegacy };

struct GooglePlacesOptions {
  Api api = Api::kNew;
  // See CheckBaseUrl; empty: Google's own of that API.
  std::string base_url;
  // As ReadApiKey gives it; may be empty.
  std::string key;
  // Of the new API, see NewApi.
  std::string field_mask = kDefaultFieldMask;
  bool ask_bound = false;
  // What is asked, when, and what is remembered.
  SearchDesk::Options desk;
  FetchLimits limits;
};

// Answers on one thread of its own. Logs when Places begins to fail or fails otherwise and when it
// is back, and when the breaker opens and closes.
class GooglePlaces final : public Places {
 public:
  // Errors: a base URL, a field mask or a limit that cannot be, see CheckBaseUrl, CheckFieldMask
  // and StartCurlFetcher. Whether anybody answers at the URL shows with the first query.
  static absl::StatusOr<std::unique_ptr<GooglePlaces>> Start(const GooglePlacesOptions& options);

  // For tests and other ways to ask. `name` is for the log.
  GooglePlaces(std::string name, const SearchDesk::Options& options,
               std::unique_ptr<Backend> backend, std::unique_ptr<Fetcher> fetcher);
  GooglePlaces(const GooglePlaces&) = delete;
  GooglePlaces& operator=(const GooglePlaces&) = delete;

  // Calls every answer that is still owed, on the thread of its own, before it returns. Nobody may
  // call Find meanwhile but those answers.
  ~GooglePlaces() override = default;

  Document Find(const Query& query, Asker asker, Answer answer) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  void Forget(Asker asker) override ABSL_LOCKS_EXCLUDED(mutex_);
  void Stop() override { fetcher_->Stop(); }
  Counters Count() const override ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Make(const SearchDesk::Call& call);
  // On the fetcher's thread.
  void Finish(std::uint64_t search, Fetched fetched) ABSL_LOCKS_EXCLUDED(mutex_);
  void Log(const Reply& reply);
  void LogInvalid(const Reply& reply);
  void LogBreaker(const SearchDesk::BreakerChange& change);

  // Constant after construction.
  const std::string name_;
  const Document nothing_;
  const std::unique_ptr<Backend> backend_;

  mutable absl::Mutex mutex_;
  SearchDesk desk_ ABSL_GUARDED_BY(mutex_);

  // Owned by the fetcher's thread.
  Outage outage_;
  Outage invalid_;  // requests that Places calls invalid, which is no outage

  // Last, since its destructor still calls answers, which use the above.
  const std::unique_ptr<Fetcher> fetcher_;
};

}  // namespace herd::places
