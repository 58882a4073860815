// The one door to libcurl.
//
// One thread runs the transfers:
//
//   perform -> answer what is finished or overdue -> start what waits -> sleep -> perform ...
//
// in this order, since sleeping before the finished are taken sleeps a whole time-out whenever all
// of them finished in `perform`. Everything of libcurl's is used on that thread alone, except the
// one call that is made for other threads, curl_multi_wakeup. curl's callbacks only store.
#include "frontend/places/curl_fetcher.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <deque>
#include <fstream>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"

namespace herd::places {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kLongestSleep(60'000);

struct EasyCleanup {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiCleanup {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct HeadersCleanup {
  void operator()(curl_slist* headers) const { curl_slist_free_all(headers); }
};
using Headers = std::unique_ptr<curl_slist, HeadersCleanup>;
using Easy = std::unique_ptr<CURL, EasyCleanup>;
using Multi = std::unique_ptr<CURLM, MultiCleanup>;

// One request at a time, used again and again. The address is known to libcurl: never moved.
struct Transfer {
  Easy easy;
  size_t max_body_bytes = 0;
  bool running = false;
  bool too_large = false;
  HttpRequest request;
  Headers headers;  // of the request, as libcurl has them
  std::string body;
  Fetcher::Done done;
  std::array<char, CURL_ERROR_SIZE> error_text{};
};

struct Waiting {
  HttpRequest request;
  Fetcher::Done done;
};

// Null when there are none.
Headers ToHeaders(const std::vector<std::string>& lines) {
  curl_slist* list = nullptr;
  for (const std::string& line : lines) list = curl_slist_append(list, line.c_str());
  return Headers(list);
}

size_t StoreBody(char* bytes, size_t size, size_t count, void* context) {
  auto* transfer = static_cast<Transfer*>(context);
  const size_t length = size * count;
  transfer->too_large = length > transfer->max_body_bytes - transfer->body.size();
  if (transfer->too_large) return 0;
  transfer->body.append(bytes, length);
  return length;
}

// A peer that vanished without a word is given up by the kernel: without this an HTTP/2 connection
// would stay in use for a quarter of an hour, each of its requests running into the time limit.
int GiveUpSilentPeer(void* context, curl_socket_t socket, curlsocktype) {
  const auto limit =
      static_cast<unsigned>(static_cast<const FetchLimits*>(context)->silence.count());
  setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit, sizeof(limit));
  return CURL_SOCKOPT_OK;
}

FetchError ErrorOf(CURLcode code, const Transfer& transfer) {
  if (transfer.too_large) return FetchError::kTooLarge;
  switch (code) {
    case CURLE_OK:
      return FetchError::kNone;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return FetchError::kName;
    case CURLE_COULDNT_CONNECT:
      return FetchError::kConnect;
    case CURLE_OPERATION_TIMEDOUT:
      return FetchError::kTimeout;
    case CURLE_FILESIZE_EXCEEDED:
      return FetchError::kTooLarge;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
      return FetchError::kTls;
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
      return FetchError::kCertificate;
    default:
      return FetchError::kBroken;
  }
}

Fetched Failure(FetchError error, std::string detail) {
  Fetched fetched;
  fetched.error = error;
  fetched.detail = std::move(detail);
  return fetched;
}

Fetched AnswerOf(CURLcode code, Transfer& transfer) {
  const FetchError error = ErrorOf(code, transfer);
  std::string body = std::exchange(transfer.body, {});
  if (error != FetchError::kNone) {
    const char* text = transfer.error_text.data();
    return Failure(error, *text == '\0' ? curl_easy_strerror(code) : text);
  }
  long status = 0;  // NOLINT(google-runtime-int): libcurl's type.
  curl_easy_getinfo(transfer.easy.get(), CURLINFO_RESPONSE_CODE, &status);
  Fetched fetched;
  fetched.http_status = static_cast<int>(status);
  fetched.body = std::move(body);
  return fetched;
}

// What came of a finished transfer, which is ready for its next request afterwards.
Fetched ResultOf(CURLcode code, Transfer& transfer) {
  Fetched fetched = AnswerOf(code, transfer);
  curl_off_t received = 0;
  curl_easy_getinfo(transfer.easy.get(), CURLINFO_SIZE_DOWNLOAD_T, &received);
  fetched.received_bytes = static_cast<size_t>(received);
  return fetched;
}

// Signals are for the main thread; and no write to a closed connection may raise SIGPIPE. Threads
// that libcurl starts for name look-ups inherit this.
void BlockSignals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

class CurlFetcher final : public Fetcher {
 public:
  CurlFetcher(Multi multi, std::string scheme, const FetchLimits& limits)
      : limits_(limits), scheme_(std::move(scheme)), multi_(std::move(multi)) {
    thread_ = std::thread([this] { Run(); });
  }
  CurlFetcher(const CurlFetcher&) = delete;
  CurlFetcher& operator=(const CurlFetcher&) = delete;

  ~CurlFetcher() override {
    Enter(Phase::kEnding);
    thread_.join();
  }

  void Fetch(HttpRequest request, Done done) override {
    if (Queue({std::move(request), std::move(done)})) curl_multi_wakeup(multi_.get());
  }

  void Stop() override { Enter(Phase::kStopping); }

 private:
  enum class Phase { kServing, kStopping, kEnding };

  // Any thread. The curl thread sees it even when it is just about to sleep.
  void Enter(Phase phase) ABSL_LOCKS_EXCLUDED(mutex_) {
    {
      absl::MutexLock lock(&mutex_);
      phase_ = phase;
    }
    curl_multi_wakeup(multi_.get());
  }

  // Any thread. True when the curl thread is to be woken.
  bool Queue(Waiting waiting) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    waiting_.push_back(std::move(waiting));
    return std::exchange(asleep_, false);
  }

  // Everything below runs on the curl thread.

  void Run() {
    BlockSignals();
    pthread_setname_np(pthread_self(), "herd-places");
    while (phase() == Phase::kServing) {
      int running = 0;
      curl_multi_perform(multi_.get(), &running);
      AnswerFinished();
      EndOverdue();
      StartWaiting();
      Sleep();
    }
    while (phase() == Phase::kStopping) {
      GiveUpAll();
      Sleep();
    }
    GiveUpAll();
  }

  Phase phase() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return phase_;
  }

  void AnswerFinished() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      // The message is gone with the next call.
      const CURLcode code = message->data.result;
      Finish(TransferOf(message->easy_handle), code);
    }
  }

  // libcurl's own time limit does not hold while a transfer waits for another's connection.
  void EndOverdue() {
    const Clock::time_point now = Clock::now();
    for (const auto& transfer : transfers_) {
      if (!transfer->running || transfer->request.deadline > now) continue;
      Finish(*transfer, CURLE_OPERATION_TIMEDOUT);
    }
  }

  static Transfer& TransferOf(CURL* easy) {
    Transfer* transfer = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
    return *transfer;
  }

  // A failure is not tried again here, not even one of HTTP/2, which a server may end at any time:
  // each request may cost money, so whoever counts them decides.
  void Finish(Transfer& transfer, CURLcode code) {
    curl_multi_remove_handle(multi_.get(), transfer.easy.get());
    Fetched fetched = ResultOf(code, transfer);
    Release(transfer)(std::move(fetched));
  }

  Done Release(Transfer& transfer) {
    transfer.running = false;
    idle_.push_back(&transfer);
    return std::move(transfer.done);
  }

  void StartWaiting() {
    while (std::optional<Waiting> next = TakeNext()) Start(std::move(*next));
  }

  // The oldest of those that wait.
  std::optional<Waiting> TakeNext() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    if (waiting_.empty()) return std::nullopt;
    std::optional<Waiting> next(std::move(waiting_.front()));
    waiting_.pop_front();
    return next;
  }

  void Start(Waiting next) {
    Transfer* transfer = TakeIdle();
    if (transfer == nullptr) {
      std::move(next.done)(Failure(FetchError::kBroken, "libcurl has no more memory"));
      return;
    }
    transfer->done = std::move(next.done);
    transfer->request = std::move(next.request);
    transfer->running = true;
    SetRequest(*transfer);
    Launch(*transfer);
  }

  // libcurl copies the URL, and reads the rest where it is.
  static void SetRequest(Transfer& transfer) {
    CURL* easy = transfer.easy.get();
    const HttpRequest& request = transfer.request;
    transfer.headers = ToHeaders(request.headers);
    curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer.headers.get());
    if (request.body.empty()) {
      curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    } else {
      curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                       static_cast<curl_off_t>(request.body.size()));
      curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.c_str());
    }
  }

  void Launch(Transfer& transfer) {
    transfer.too_large = false;
    transfer.body.clear();
    transfer.error_text.front() = '\0';
    const CURLMcode added = curl_multi_add_handle(multi_.get(), transfer.easy.get());
    if (added == CURLM_OK) return;
    Release(transfer)(Failure(FetchError::kBroken, curl_multi_strerror(added)));
  }

  // A transfer ready for a request, or null when there can be no more.
  Transfer* TakeIdle() {
    if (idle_.empty()) return MakeTransfer();
    Transfer* transfer = idle_.back();
    idle_.pop_back();
    return transfer;
  }

  Transfer* MakeTransfer() {
    Easy easy(curl_easy_init());
    if (easy == nullptr) return nullptr;
    auto transfer = std::make_unique<Transfer>();
    transfer->max_body_bytes = limits_.max_body_bytes;
    transfer->easy = std::move(easy);
    SetUp(*transfer);
    transfers_.push_back(std::move(transfer));
    return transfers_.back().get();
  }

  // What holds for every request of a transfer.
  void SetUp(Transfer& transfer) {
    CURL* easy = transfer.easy.get();
    curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer.error_text.data());
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, StoreBody);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, GiveUpSilentPeer);
    curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, &limits_);
    curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE,
                     static_cast<curl_off_t>(limits_.max_body_bytes));
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, limits_.connect.count());
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    // A name server that hangs must not hold up the other transfers, nor the end.
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "herd");
    if (!limits_.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, limits_.ca_file.c_str());
    SetUpScheme(easy);
  }

  void SetUpScheme(CURL* easy) {
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, scheme_.c_str());
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS);
    // The first requests wait for the first connection's handshake to know whether they can share
    // it, rather than open one each.
    if (scheme_ == "https") curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
    if (scheme_ == "http") curl_easy_setopt(easy, CURLOPT_PROXY, "");
  }

  // Until the next deadline. libcurl wakes up by itself for its own time limits.
  milliseconds LongestSleep() const {
    Clock::time_point until = Clock::now() + kLongestSleep;
    for (const auto& transfer : transfers_) {
      if (transfer->running) until = std::min(until, transfer->request.deadline);
    }
    return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(until - Clock::now()));
  }

  void Sleep() ABSL_LOCKS_EXCLUDED(mutex_) {
    if (!FallAsleep()) return;
    curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(LongestSleep().count()), nullptr);
    absl::MutexLock lock(&mutex_);
    asleep_ = false;
  }

  // Not when there are requests.
  bool FallAsleep() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    asleep_ = waiting_.empty();
    return asleep_;
  }

  void GiveUpAll() {
    for (const auto& transfer : transfers_) {
      if (!transfer->running) continue;
      curl_multi_remove_handle(multi_.get(), transfer->easy.get());
      Release (*transfer)(Failure(FetchError::kStopping, ""));
    }
    // An answer may ask again, so until nobody does.
    while (std::optional<Waiting> next = TakeNext()) {
      std::move(next->done)(Failure(FetchError::kStopping, ""));
    }
  }

  // Constant after construction. Transfers go before the multi handle that they belong to.
  const FetchLimits limits_;
  const std::string scheme_;
  const Multi multi_;

  // Owned by the curl thread.
  std::vector<std::unique_ptr<Transfer>> transfers_;
  std::vector<Transfer*> idle_;

  absl::Mutex mutex_;
  std::deque<Waiting> waiting_ ABSL_GUARDED_BY(mutex_);  // Oldest first.
  Phase phase_ ABSL_GUARDED_BY(mutex_) = Phase::kServing;
  // The curl thread sleeps, and nobody has woken it.
  bool asleep_ ABSL_GUARDED_BY(mutex_) = false;

  std::thread thread_;
};

absl::Status CheckLimits(const FetchLimits& limits, size_t max_calls) {
  if (limits.connect.count() <= 0 || limits.silence.count() <= 0) {
    return absl::InvalidArgumentError("the time limits of Places must be more than 0 ms");
  }
  if (limits.max_body_bytes == 0 || max_calls == 0) {
    return absl::InvalidArgumentError(
        "the limits of Places on body size and calls at a time must be more than 0");
  }
  return absl::OkStatus();
}

// libcurl would say so with the first request only.
absl::Status CheckCaFile(const std::string& path) {
  if (path.empty()) return absl::OkStatus();
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat("the CA file ", path, " cannot be read"));
  for (std::string line; std::getline(file, line);) {
    if (absl::StartsWith(line, "-----BEGIN") && absl::StrContains(line, "CERTIFICATE-----")) {
      return absl::OkStatus();
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat("the CA file ", path, " holds no certificate in PEM"));
}

absl::Status StartLibcurl() {
  // Once for the process, whoever comes first, and never undone: others may use libcurl too.
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code == CURLE_OK) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("libcurl does not start: ", curl_easy_strerror(code)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Fetcher>> StartCurlFetcher(const std::string& scheme,
                                                          const FetchLimits& limits,
                                                          size_t max_calls) {
  if (scheme != "http" && scheme != "https") {
    return absl::InvalidArgumentError("Places is reached over http or https only");
  }
  if (absl::Status fit = CheckLimits(limits, max_calls); !fit.ok()) return fit;
  if (absl::Status ca_file = CheckCaFile(limits.ca_file); !ca_file.ok()) return ca_file;
  if (absl::Status started = StartLibcurl(); !started.ok()) return started;
  Multi multi(curl_multi_init());
  if (multi == nullptr) return absl::ResourceExhaustedError("libcurl has no more memory");
  curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS, static_cast<int64_t>(max_calls));
  return std::make_unique<CurlFetcher>(std::move(multi), scheme, limits);
}

}  // namespace herd::places
