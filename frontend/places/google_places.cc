#include "frontend/places/google_places.h"

#include <optional>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "frontend/places/failure.h"
#include "frontend/places/legacy_api.h"
#include "server/log/log.h"

namespace herd::places {
namespace {

SearchDesk::Moment Now() {
  using std::chrono::days;
  using std::chrono::system_clock;
  return {std::chrono::steady_clock::now(), std::chrono::floor<days>(system_clock::now())};
}

std::unique_ptr<Backend> MakeBackend(const GooglePlacesOptions& options, const std::string& url) {
  if (options.api == Api::kLegacy) return std::make_unique<LegacyApi>(url, options.key);
  return std::make_unique<NewApi>(
      NewApi::Options{url, options.key, options.field_mask, options.ask_bound});
}

std::string InBrackets(const std::string& detail) {
  return detail.empty() ? "" : absl::StrCat(" (", detail, ")");
}

std::string Seconds(std::chrono::milliseconds time) {
  return absl::StrCat(static_cast<double>(time.count()) / 1000.0, " s");
}

}  // namespace

absl::StatusOr<std::unique_ptr<GooglePlaces>> GooglePlaces::Start(
    const GooglePlacesOptions& options) {
  const std::string google = options.api == Api::kLegacy ? kGoogleLegacyUrl : kGoogleNewUrl;
  const std::string url = options.base_url.empty() ? google : options.base_url;
  if (absl::Status checked = CheckBaseUrl(url); !checked.ok()) return checked;
  if (absl::Status mask = CheckFieldMask(options.field_mask); !mask.ok()) return mask;
  absl::StatusOr<std::unique_ptr<Fetcher>> fetcher =
      StartCurlFetcher(SchemeOf(url), options.limits, options.desk.max_calls);
  if (!fetcher.ok()) return fetcher.status();
  SearchDesk::Options desk = options.desk;
  desk.breaker.seed = std::random_device()();
  return std::make_unique<GooglePlaces>(absl::StrCat("Places at ", url), desk,
                                        MakeBackend(options, url), *std::move(fetcher));
}

GooglePlaces::GooglePlaces(std::string name, const SearchDesk::Options& options,
                           std::unique_ptr<Backend> backend, std::unique_ptr<Fetcher> fetcher)
    : name_(std::move(name)),
      nothing_(EmptyReply("OK")),
      backend_(std::move(backend)),
      desk_(options),
      fetcher_(std::move(fetcher)) {}

Document GooglePlaces::Find(const Query& query, Asker asker, Answer answer) {
  const int results = backend_->ResultsToAskFor(query.bound);
  SearchDesk::Asked asked;
  {
    absl::MutexLock lock(&mutex_);
    if (results == 0) {
      desk_.NoteEmpty();
      return nothing_;
    }
    const SearchDesk::Moment now = Now();
    std::string key = desk_.KeyOf(query, results);
    if (Document known = desk_.Recall(key, query.bound, now)) return known;
    asked = desk_.Ask(std::move(key), query, results, asker, std::move(answer), now);
  }
  if (asked.call) Make(*asked.call);
  return std::move(asked.now);
}

void GooglePlaces::Forget(Asker asker) {
  absl::MutexLock lock(&mutex_);
  desk_.Forget(asker);
}

Counters GooglePlaces::Count() const {
  absl::MutexLock lock(&mutex_);
  return desk_.Count(Now());
}

void GooglePlaces::Make(const SearchDesk::Call& call) {
  HttpRequest request = backend_->RequestFor(call.query, call.results);
  request.deadline = call.deadline;
  fetcher_->Fetch(std::move(request), [this, search = call.search](Fetched fetched) {
    Finish(search, std::move(fetched));
  });
}

void GooglePlaces::Finish(std::uint64_t search, Fetched fetched) {
  const bool stopping = fetched.error == FetchError::kStopping;
  const std::size_t received_bytes = fetched.received_bytes;
  const Reply reply = backend_->ReplyTo(std::move(fetched));
  SearchDesk::Finished finished;
  {
    absl::MutexLock lock(&mutex_);
    desk_.NoteBytes(received_bytes);
    finished = desk_.Finish(search, reply, stopping, Now());
  }
  const bool ended = finished.calls.empty() || finished.calls.front().search != search;
  if (ended && !stopping) Log(reply);
  if (finished.breaker_change) LogBreaker(*finished.breaker_change);
  for (const SearchDesk::Call& call : finished.calls) Make(call);
  for (SearchDesk::Answered& each : finished.answers) {
    std::move(each.answer)(std::move(each.json));
  }
}

void GooglePlaces::Log(const Reply& reply) {
  if (reply.outcome == Outcome::kInvalidRequest) return LogInvalid(reply);
  invalid_.Succeed();
  if (!reply.trouble.empty()) {
    if (!outage_.Fail(reply.trouble, std::chrono::steady_clock::now())) return;
    log::Warning(absl::StrCat(name_, " fails: ", reply.trouble, InBrackets(reply.detail),
                              " WHATSAT is answered without places until it is back."));
  } else if (const std::optional<uint64_t> failures = outage_.Succeed()) {
    log::Info(absl::StrCat(name_, " is back, after ", *failures,
                           *failures == 1 ? " failure" : " failures"));
  }
}

// A client's radius can be what is wrong, or a flag that concerns all.
void GooglePlaces::LogInvalid(const Reply& reply) {
  const auto now = std::chrono::steady_clock::now();
  if (reply.trouble.empty() || !invalid_.Fail(reply.trouble, now)) return;
  log::Warning(absl::StrCat(name_, " is asked wrongly: ", reply.trouble, InBrackets(reply.detail)));
}

void GooglePlaces::LogBreaker(const SearchDesk::BreakerChange& change) {
  if (!change.open) return log::Info(absl::StrCat(name_, " is asked again"));
  log::Warning(absl::StrCat(name_, " is not asked for ", Seconds(change.pause), ", after ",
                            change.failures, " failures in a row"));
}

}  // namespace herd::places
