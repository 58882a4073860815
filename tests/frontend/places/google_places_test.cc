// GooglePlaces over real sockets: an upstream that works, and one that fails in every way there is.
#include "frontend/places/google_places.h"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "frontend/places/failure.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "httplib.h"
#include "nlohmann/json.hpp"
#include "server/log/log.h"
#include "tests/frontend/places/raw_server.h"
#include "tests/frontend/places/resetting_server.h"

namespace herd::places {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using Then = RawServer::Then;

constexpr milliseconds kHour(3'600'000);
constexpr char kKey[] = "AIzaSyD-0123456789abcdefghijklmnopqrstu";
constexpr char kPath[] = "/maps/api/place/nearbysearch/json";
constexpr char kNewPath[] = "/v1/places:searchNearby";
constexpr char kBody[] = R"({"html_attributions":[],"results":[{"n":1},{"n":2}],"status":"OK"})";

// Answers as they come in. Outlives the Places that is asked.
class Answers {
 public:
  Answer Next() {
    return [this](const Document& json) { Note(json.ToString()); };
  }

  // Asks as one client of its own; an answer that is there at once counts like any other.
  void Ask(Places& places, const Query& query) {
    if (const Document json = places.Find(query, 1, Next())) Note(json.ToString());
  }

  void Note(std::string json) {
    absl::MutexLock lock(&mutex_);
    all_.push_back(std::move(json));
  }

  std::vector<std::string> WaitFor(size_t count) {
    absl::MutexLock lock(&mutex_);
    const auto enough = [&]()
                            ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return all_.size() >= count; };
    mutex_.Await(absl::Condition(&enough));
    return all_;
  }

  std::vector<std::string> Now() {
    absl::MutexLock lock(&mutex_);
    return all_;
  }

 private:
  absl::Mutex mutex_;
  std::vector<std::string> all_ ABSL_GUARDED_BY(mutex_);
};

// An HTTP/1.1 server that does as the handler says, and counts the connections it has seen.
class WebServer {
 public:
  using Handler = httplib::Server::Handler;

  explicit WebServer(Handler handler) {
    // A thread for each connection that is kept.
    server_.new_task_queue = [] { return new httplib::ThreadPool(24); };
    server_.set_keep_alive_max_count(1'000'000);
    server_.set_tcp_nodelay(true);
    const auto serve = [this, handler = std::move(handler)](const auto& request, auto& response) {
      {
        absl::MutexLock lock(&mutex_);
        peers_.insert(request.remote_port);
      }
      handler(request, response);
    };
    server_.Get(kPath, serve);
    server_.Post(kNewPath, serve);
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
  }

  ~WebServer() {
    server_.stop();
    thread_.join();
  }

  int port() const { return port_; }
  size_t connections() {
    absl::MutexLock lock(&mutex_);
    return peers_.size();
  }

 private:
  httplib::Server server_;
  int port_ = 0;
  absl::Mutex mutex_;
  std::set<int> peers_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

std::string BaseUrl(int port) { return absl::StrCat("http://127.0.0.1:", port); }

// Asks as it is told, without memory and without a breaker.
GooglePlacesOptions Plain() {
  GooglePlacesOptions options;
  options.api = Api::kLegacy;
  options.key = kKey;
  options.desk.cache.time_to_live = milliseconds(0);
  options.desk.breaker.failures = 0;
  options.desk.max_searches_per_asker = 10'000;
  // Slow machines and sanitizers must not look like a slow upstream.
  options.desk.time_limit = milliseconds(60'000);
  options.limits.connect = milliseconds(60'000);
  return options;
}

std::unique_ptr<GooglePlaces> Start(const GooglePlacesOptions& options) {
  absl::StatusOr<std::unique_ptr<GooglePlaces>> places = GooglePlaces::Start(options);
  EXPECT_TRUE(places.ok()) << places.status();
  return *std::move(places);
}

std::unique_ptr<GooglePlaces> Start(int port, GooglePlacesOptions options = Plain()) {
  options.base_url = BaseUrl(port);
  return Start(options);
}

Query Somewhere(int bound = 5) { return {"34.068930,-118.445127", "10000", bound}; }
// Another place for each number.
Query Place(int number) { return {absl::StrCat(number, ",7"), "10", 5}; }

std::string Ask(Places& places, const Query& query = Somewhere()) {
  Answers answers;
  answers.Ask(places, query);
  return answers.WaitFor(1).front();
}

// The one answer of an upstream that fails.
struct Failed {
  std::string status;
  std::string message;
};

Failed Failing(const std::string& json) {
  EXPECT_THAT(json, AllOf(Not(HasSubstr("\n\n")), Not(HasSubstr(kKey))));
  const nlohmann::json reply = nlohmann::json::parse(json);
  EXPECT_EQ(reply["results"], nlohmann::json::array());
  EXPECT_EQ(reply["html_attributions"], nlohmann::json::array());
  return {reply["status"], reply["error_message"]};
}

Failed AskFailing(int port, const GooglePlacesOptions& options = Plain()) {
  return Failing(Ask(*Start(port, options)));
}

GooglePlacesOptions ShortTime() {
  GooglePlacesOptions options = Plain();
  options.desk.time_limit = milliseconds(100);
  return options;
}

std::string Response(const std::string& headers, const std::string& body) {
  return absl::StrCat("HTTP/1.1 200 OK\r\n", headers, "\r\n", body);
}

TEST(GooglePlaces, AsksForWhatTheQuerySaysAndCutsTheAnswer) {
  httplib::Params asked;
  WebServer server([&](const httplib::Request& request, httplib::Response& response) {
    asked = request.params;
    response.set_content(absl::StrCat(kBody, "\n\n"), "application/json");
  });
  EXPECT_EQ(Ask(*Start(server.port()), Somewhere(1)),
            R"({"html_attributions":[],"results":[{"n":1}],"status":"OK"})");
  EXPECT_THAT(asked,
              ElementsAre(std::pair("key", kKey), std::pair("location", "34.068930,-118.445127"),
                          std::pair("radius", "10000")));
}

TEST(GooglePlaces, AsksWithoutAKeyWhenThereIsNone) {
  std::atomic<bool> has_key = true;
  WebServer server([&](const httplib::Request& request, httplib::Response& response) {
    has_key = request.has_param("key");
    response.set_content(kBody, "application/json");
  });
  GooglePlacesOptions options = Plain();
  options.key = "";
  EXPECT_EQ(Ask(*Start(server.port(), options)), kBody);
  EXPECT_FALSE(has_key);
}

TEST(GooglePlaces, DoesNotStartWithOptionsThatCannotBe) {
  GooglePlacesOptions options;
  options.base_url = "localhost:12090";
  EXPECT_TRUE(absl::IsInvalidArgument(GooglePlaces::Start(options).status()));
  options.base_url = "http://localhost:12090";
  options.desk.max_calls = 0;
  EXPECT_TRUE(absl::IsInvalidArgument(GooglePlaces::Start(options).status()));
  options.desk = {};
  options.limits.connect = milliseconds(0);
  EXPECT_TRUE(absl::IsInvalidArgument(GooglePlaces::Start(options).status()));
  options.limits = {};
  options.field_mask = "places.id, places.name";
  EXPECT_TRUE(absl::IsInvalidArgument(GooglePlaces::Start(options).status()));
}

TEST(GooglePlaces, DoesNotStartWithoutTheCertificatesItIsToTrust) {
  GooglePlacesOptions options = Plain();
  options.limits.ca_file = "/no/such/file";
  EXPECT_THAT(GooglePlaces::Start(options).status().ToString(), HasSubstr("/no/such/file"));
  options.limits.ca_file = "/proc/self/status";
  EXPECT_THAT(GooglePlaces::Start(options).status().ToString(), HasSubstr("no certificate"));
}

TEST(GooglePlaces, StartsAndStopsWithoutAQuery) { EXPECT_NE(Start(1), nullptr); }

struct HttpCase {
  int http_status;
  std::string status;
};

class HttpErrors : public testing::TestWithParam<HttpCase> {};

TEST_P(HttpErrors, BecomeGooglesWord) {
  WebServer server([](const httplib::Request&, httplib::Response& response) {
    response.status = GetParam().http_status;
    if (response.status == 302) response.set_header("Location", kPath);
    response.set_content(kBody, "application/json");
  });
  const Failed failed = AskFailing(server.port());
  EXPECT_EQ(failed.status, GetParam().status);
  EXPECT_THAT(failed.message, HasSubstr(std::to_string(GetParam().http_status)));
}

INSTANTIATE_TEST_SUITE_P(
    All, HttpErrors,
    testing::Values(HttpCase{400, "INVALID_REQUEST"}, HttpCase{401, "REQUEST_DENIED"},
                    HttpCase{403, "REQUEST_DENIED"}, HttpCase{404, "UNKNOWN_ERROR"},
                    HttpCase{429, "OVER_QUERY_LIMIT"}, HttpCase{302, "UNKNOWN_ERROR"},
                    HttpCase{500, "UNKNOWN_ERROR"}, HttpCase{503, "UNKNOWN_ERROR"}),
    [](const auto& test) { return std::to_string(test.param.http_status); });

TEST(GooglePlacesFaults, ARefusedConnectionIsSaid) {
  const RefusingPort nobody;
  const Failed failed = AskFailing(nobody.port());
  EXPECT_EQ(failed.status, "UNKNOWN_ERROR");
  EXPECT_EQ(failed.message, FailureOf(FetchError::kConnect).message);
}

TEST(GooglePlacesFaults, ANameWithoutAddressIsSaid) {
  GooglePlacesOptions options = Plain();
  options.base_url = "http://no-such-host.invalid";
  const Failed failed = Failing(Ask(**GooglePlaces::Start(options)));
  EXPECT_EQ(failed.message, FailureOf(FetchError::kName).message);
}

TEST(GooglePlacesFaults, AServerWithoutTlsIsNotSpokenTo) {
  RawServer server(Response("Content-Length: 2\r\n", "{}"), Then::kClose);
  GooglePlacesOptions options = Plain();
  options.base_url = absl::StrCat("https://127.0.0.1:", server.port());
  const Failed failed = Failing(Ask(**GooglePlaces::Start(options)));
  EXPECT_EQ(failed.message, FailureOf(FetchError::kTls).message);
}

TEST(GooglePlacesFaults, SilenceEndsWithTheTimeLimit) {
  RawServer server("", Then::kHold);
  EXPECT_EQ(AskFailing(server.port(), ShortTime()).message,
            FailureOf(FetchError::kTimeout).message);
}

// libcurl lets the second request wait for the first one's connection, to share it.
TEST(GooglePlacesFaults, TheTimeLimitHoldsForWhoWaitsForAnothersTlsHandshake) {
  RawServer server("", Then::kHold);
  std::atomic<bool> first_has_ended = false;
  absl::Notification second_has_ended;
  const auto fetcher = *StartCurlFetcher("https", Plain().limits, 2);
  const HttpRequest first = {.url = absl::StrCat("https://127.0.0.1:", server.port()),
                             .deadline = std::chrono::steady_clock::now() + kHour};
  fetcher->Fetch(first, [&](const Fetched&) { first_has_ended = true; });
  server.WaitForConnections(1);
  HttpRequest second = first;
  second.deadline = std::chrono::steady_clock::now() + milliseconds(100);
  fetcher->Fetch(second, [&](const Fetched& fetched) {
    EXPECT_EQ(fetched.error, FetchError::kTimeout);
    EXPECT_FALSE(first_has_ended);
    second_has_ended.Notify();
  });
  second_has_ended.WaitForNotification();
}

TEST(GooglePlacesFaults, AnAnswerThatStopsHalfWayEndsWithTheTimeLimit) {
  RawServer server(Response("Content-Length: 1000\r\n", "{"), Then::kHold);
  EXPECT_EQ(AskFailing(server.port(), ShortTime()).message,
            FailureOf(FetchError::kTimeout).message);
}

TEST(GooglePlacesFaults, AResetIsSaid) {
  RawServer server("", Then::kReset);
  EXPECT_EQ(AskFailing(server.port()).message, FailureOf(FetchError::kBroken).message);
}

TEST(GooglePlacesFaults, AConnectionClosedWithoutAWordIsSaid) {
  RawServer server("", Then::kClose);
  EXPECT_EQ(AskFailing(server.port()).message, FailureOf(FetchError::kBroken).message);
}

TEST(GooglePlacesFaults, ATruncatedBodyIsNoAnswer) {
  RawServer server(Response("Content-Length: 1000\r\n", kBody), Then::kClose);
  EXPECT_EQ(AskFailing(server.port()).message, FailureOf(FetchError::kBroken).message);
}

TEST(GooglePlacesFaults, ABodyTruncatedWithoutAStatedLengthIsNoAnswer) {
  RawServer server(Response("", std::string(kBody, sizeof(kBody) - 2)), Then::kClose);
  EXPECT_THAT(AskFailing(server.port()).message, HasSubstr("not JSON"));
}

TEST(GooglePlacesFaults, WhatIsNotHttpIsNoAnswer) {
  RawServer server("SSH-2.0-OpenSSH_9.2\r\n", Then::kClose);
  EXPECT_EQ(AskFailing(server.port()).message, FailureOf(FetchError::kBroken).message);
}

TEST(GooglePlacesFaults, AnEmptyBodyIsNoAnswer) {
  RawServer server(Response("Content-Length: 0\r\n", ""), Then::kClose);
  EXPECT_THAT(AskFailing(server.port()).message, HasSubstr("it is empty"));
}

TEST(GooglePlacesFaults, GarbageIsNoAnswer) {
  RawServer server(Response("", "<html>\xff</html>"), Then::kClose);
  const Failed failed = AskFailing(server.port());
  EXPECT_EQ(failed.status, "UNKNOWN_ERROR");
  EXPECT_THAT(failed.message, HasSubstr("cannot be used"));
}

TEST(GooglePlacesFaults, ABodyThatSaysItIsTooLargeIsGivenUp) {
  RawServer server(Response("Content-Length: 4194305\r\n", ""), Then::kHold);
  EXPECT_EQ(AskFailing(server.port()).message, FailureOf(FetchError::kTooLarge).message);
}

TEST(GooglePlacesFaults, ABodyThatGrowsTooLargeIsGivenUp) {
  RawServer server(Response("", std::string(size_t{5} << 20, ' ')), Then::kHold);
  const auto places = Start(server.port());
  EXPECT_EQ(Failing(Ask(*places)).message, FailureOf(FetchError::kTooLarge).message);
  EXPECT_GE(places->Count().body_bytes, std::size_t{4} << 20);
}

TEST(GooglePlaces, TakesABodyUpToTheLimit) {
  const std::string name(4'000'000, 'x');
  const std::string body =
      absl::StrCat(R"({"html_attributions":[],"results":[")", name, R"("],"status":"OK"})");
  RawServer server(Response("", body), Then::kClose);
  EXPECT_EQ(Ask(*Start(server.port())), body);
}

TEST(GooglePlaces, IsWellAgainAfterAFailure) {
  std::atomic<int> asked = 0;
  WebServer server([&](const httplib::Request&, httplib::Response& response) {
    if (++asked <= 2) response.status = 500;
    response.set_content(kBody, "application/json");
  });
  const auto places = Start(server.port());
  EXPECT_EQ(Failing(Ask(*places)).status, "UNKNOWN_ERROR");
  EXPECT_EQ(asked, 2) << "once more, since that may help";
  EXPECT_EQ(Ask(*places), kBody);
}

TEST(GooglePlaces, MakesNoRequestThatTheBudgetDoesNotSee) {
  const ResettingServer server;
  GooglePlacesOptions options = Plain();
  options.base_url = absl::StrCat("https://127.0.0.1:", server.port());
  options.limits.ca_file = server.certificate_file();
  const auto places = Start(options);
  EXPECT_EQ(Failing(Ask(*places)).message, FailureOf(FetchError::kBroken).message);
  EXPECT_EQ(server.requests(), 2) << "the desk's one retry";
  EXPECT_EQ(places->Count().calls_today, 2U);
}

TEST(GooglePlaces, ShowsTheKeyToNobodyWhoeverEchoesIt) {
  WebServer server([&](const httplib::Request& request, httplib::Response& response) {
    response.set_content(
        absl::StrCat(R"({"results":[")", request.target, R"("],"error_message":"bad key )",
                     request.get_param_value("key"), R"(","status":"REQUEST_DENIED"})"),
        "application/json");
  });
  const std::string json = Ask(*Start(server.port()));
  EXPECT_THAT(json, AllOf(HasSubstr("&key=***"), HasSubstr("bad key ***"), Not(HasSubstr(kKey))));
}

TEST(GooglePlaces, LeavesTheProxyOfTheEnvironmentAloneOverPlainHttp) {
  const RefusingPort proxy;
  setenv("http_proxy", BaseUrl(proxy.port()).c_str(), 1);
  RawServer server(Response("", kBody), Then::kClose);
  EXPECT_EQ(Ask(*Start(server.port())), kBody);
  unsetenv("http_proxy");
}

TEST(GooglePlaces, SharesAFewConnectionsAmongAThousandQueries) {
  constexpr size_t kQueries = 1000;
  GooglePlacesOptions options = Plain();
  options.desk.max_calls = 16;
  WebServer server([](const httplib::Request& request, httplib::Response& response) {
    response.set_content(absl::StrCat(R"({"html_attributions":[],"results":[")",
                                      request.get_param_value("location"), R"("],"status":"OK"})"),
                         "application/json");
  });
  const auto places = Start(server.port(), options);
  absl::Mutex mutex;
  size_t answered = 0;
  size_t wrong = 0;
  std::vector<std::thread> askers;
  for (size_t asker = 0; asker < 4; ++asker) {
    askers.emplace_back([&, asker] {
      for (size_t i = asker; i < kQueries; i += 4) {
        const std::string location = absl::StrCat(i, ",7");
        places->Find({location, "10", 5}, asker, [&, location](const Document& json) {
          const std::string right = absl::StrCat(R"({"html_attributions":[],"results":[")",
                                                 location, R"("],"status":"OK"})");
          absl::MutexLock lock(&mutex);
          ++answered;
          if (json.ToString() != right) ++wrong;
        });
      }
    });
  }
  for (std::thread& asker : askers) asker.join();
  const auto all = [&] { return answered == kQueries; };
  absl::MutexLock lock(&mutex);
  mutex.Await(absl::Condition(&all));
  EXPECT_EQ(wrong, 0U);
  EXPECT_LE(server.connections(), 16U);
}

TEST(GooglePlaces, UsesOneConnectionForOneQueryAfterAnother) {
  WebServer server([](const httplib::Request&, httplib::Response& response) {
    response.set_content(kBody, "application/json");
  });
  const auto places = Start(server.port());
  for (int i = 0; i < 50; ++i) ASSERT_EQ(Ask(*places), kBody);
  EXPECT_EQ(server.connections(), 1U);
}

TEST(GooglePlaces, AnswersAtOnceWhenTooManyWait) {
  RawServer server("", Then::kHold);
  GooglePlacesOptions options = Plain();
  options.desk.max_calls = 2;
  options.desk.max_queued = 3;
  Answers answers;
  auto places = Start(server.port(), options);
  for (int i = 0; i < 7; ++i) answers.Ask(*places, Place(i));
  // The last two, while the first five are still to be answered.
  for (const std::string& json : answers.WaitFor(2)) {
    EXPECT_EQ(Failing(json).status, "OVER_QUERY_LIMIT");
  }
  EXPECT_EQ(answers.Now().size(), 2U);
  places = nullptr;
  EXPECT_EQ(answers.Now().size(), 7U);
}

TEST(GooglePlaces, WaitsForATurnNoLongerThanTheTimeLimit) {
  RawServer server("", Then::kHold);
  GooglePlacesOptions options = Plain();
  options.desk.time_limit = milliseconds(500);
  options.desk.max_calls = 1;
  const auto places = Start(server.port(), options);
  Answers answers;
  for (int i = 0; i < 20; ++i) answers.Ask(*places, Place(i));
  for (const std::string& json : answers.WaitFor(20)) {
    EXPECT_EQ(Failing(json).message, FailureOf(FetchError::kTimeout).message);
  }
  // The first used up the time of the others, so they were never sent: all but what a slow machine
  // asked for late.
  EXPECT_LT(server.connections(), 10U);
}

TEST(GooglePlaces, AnswersWhatIsUnderWayAndWhatWaitsBeforeItEnds) {
  RawServer server("", Then::kHold);
  GooglePlacesOptions options = Plain();
  options.desk.max_calls = 4;
  Answers answers;
  auto places = Start(server.port(), options);
  for (int i = 0; i < 100; ++i) answers.Ask(*places, Place(i));
  server.WaitForConnections(4);
  places = nullptr;
  ASSERT_EQ(answers.Now().size(), 100U);
  for (const std::string& json : answers.Now()) {
    EXPECT_EQ(Failing(json).message, FailureOf(FetchError::kStopping).message);
  }
}

TEST(GooglePlaces, AnswersWhatWaitsAndWhatIsAskedOnceItStops) {
  RawServer server("", Then::kHold);
  GooglePlacesOptions options = Plain();
  options.desk.max_calls = 2;
  const auto places = Start(server.port(), options);
  Answers answers;
  for (int i = 0; i < 10; ++i) answers.Ask(*places, Place(i));
  server.WaitForConnections(2);
  places->Stop();
  answers.WaitFor(10);
  answers.Ask(*places, Somewhere());
  for (const std::string& json : answers.WaitFor(11)) {
    EXPECT_EQ(Failing(json).message, FailureOf(FetchError::kStopping).message);
  }
  EXPECT_EQ(server.connections(), 2U);
}

TEST(GooglePlaces, EndsSoundlyWhateverTheMoment) {
  WebServer server([](const httplib::Request&, httplib::Response& response) {
    response.set_content(kBody, "application/json");
  });
  GooglePlacesOptions options = Plain();
  options.desk.max_calls = 8;
  for (size_t answered = 0; answered < 40; ++answered) {
    Answers answers;
    auto places = Start(server.port(), options);
    for (int i = 0; i < 40; ++i) answers.Ask(*places, Place(i));
    answers.WaitFor(answered);
    places = nullptr;
    ASSERT_EQ(answers.Now().size(), 40U);
  }
}

TEST(GooglePlaces, CallsBackOnItsOwnThreadAndLetsTheAnswerAskAgain) {
  RawServer server(Response("", kBody), Then::kClose);
  const auto places = Start(server.port());
  Answers answers;
  std::thread::id answerer;
  places->Find(Somewhere(), 1, [&](const Document&) {
    answerer = std::this_thread::get_id();
    places->Find(Somewhere(), 1, answers.Next());
    EXPECT_TRUE(answers.Now().empty());  // Never from within Find.
  });
  EXPECT_EQ(answers.WaitFor(1).front(), kBody);
  EXPECT_NE(answerer, std::this_thread::get_id());
}

TEST(GooglePlaces, AnswersTheQuestionsOfItsLastAnswers) {
  RawServer server("", Then::kHold);
  Answers answers;
  auto places = Start(server.port());
  GooglePlaces& last = *places;
  places->Find(Somewhere(), 1, [&](const Document&) { last.Find(Somewhere(), 1, answers.Next()); });
  server.WaitForConnections(1);
  places = nullptr;
  ASSERT_EQ(answers.Now().size(), 1U);
  EXPECT_EQ(Failing(answers.Now().front()).message, FailureOf(FetchError::kStopping).message);
}

TEST(NewApi, IsAskedByDefaultAndItsAnswerIsInTheLegacyShape) {
  httplib::Request asked;
  WebServer server([&](const httplib::Request& request, httplib::Response& response) {
    asked = request;
    response.set_content(R"({"places":[{"id":"a"},{"id":"b"}]})", "application/json");
  });
  GooglePlacesOptions options = Plain();
  options.api = GooglePlacesOptions().api;
  const std::string json = Ask(*Start(server.port(), options), Somewhere(1));
  EXPECT_THAT(json, AllOf(HasSubstr("\"place_id\" : \"a\""), Not(HasSubstr("\"b\""))));
  EXPECT_EQ(asked.method, "POST");
  EXPECT_EQ(asked.get_header_value("X-Goog-Api-Key"), kKey);
  EXPECT_EQ(asked.get_header_value("X-Goog-FieldMask"), kDefaultFieldMask);
  EXPECT_EQ(asked.get_header_value("Content-Type"), "application/json");
  EXPECT_EQ(nlohmann::json::parse(asked.body)["maxResultCount"], 20);
  EXPECT_EQ(asked.target, kNewPath) << "the key is not in the URL";
}

TEST(NewApi, IsNotAskedForABoundOfNone) {
  std::atomic<int> asked = 0;
  WebServer server([&](const httplib::Request&, httplib::Response& response) {
    ++asked;
    response.set_content("{}", "application/json");
  });
  GooglePlacesOptions options = Plain();
  options.api = Api::kNew;
  const auto places = Start(server.port(), options);
  EXPECT_EQ(Ask(*places, Somewhere(0)), EmptyReply("OK"));
  EXPECT_EQ(asked, 0);
  EXPECT_EQ(places->Count().empty, 1U);
}

TEST(NewApi, IsAskedOnOneConnectionForOneQueryAfterAnother) {
  WebServer server([](const httplib::Request&, httplib::Response& response) {
    response.set_content("{}", "application/json");
  });
  GooglePlacesOptions options = Plain();
  options.api = Api::kNew;
  const auto places = Start(server.port(), options);
  for (int i = 0; i < 50; ++i) Ask(*places, Place(i));
  EXPECT_EQ(server.connections(), 1U);
}

TEST(GooglePlaces, AsksOnceForAThousandQuestionsOfOnePlace) {
  std::atomic<int> asked = 0;
  WebServer server([&](const httplib::Request&, httplib::Response& response) {
    ++asked;
    response.set_content(kBody, "application/json");
  });
  GooglePlacesOptions options = Plain();
  options.desk.cache.time_to_live = kHour;
  const auto places = Start(server.port(), options);
  Answers answers;
  std::vector<std::thread> askers;
  for (int asker = 0; asker < 4; ++asker) {
    askers.emplace_back([&] {
      for (int i = 0; i < 250; ++i) answers.Ask(*places, Somewhere());
    });
  }
  for (std::thread& asker : askers) asker.join();
  for (const std::string& json : answers.WaitFor(1000)) ASSERT_EQ(json, kBody);
  EXPECT_EQ(asked, 1);
  const Counters counters = places->Count();
  EXPECT_EQ(counters.ok, 1U);
  EXPECT_EQ(counters.cached + counters.shared, 999U);
  EXPECT_EQ(counters.body_bytes, sizeof(kBody) - 1);
}

TEST(GooglePlaces, WithoutMemoryAsksNoMoreThanOnceAtATimeForOnePlace) {
  constexpr std::size_t kRounds = 20;
  constexpr std::size_t kQuestions = 50;
  std::atomic<std::size_t> calls = 0;
  std::atomic<Places*> asked = nullptr;
  WebServer server([&](const httplib::Request&, httplib::Response& response) {
    ++calls;
    while (asked.load()->Count().waiting < kQuestions) std::this_thread::yield();
    response.set_content(kBody, "application/json");
  });
  const auto places = Start(server.port());
  asked = places.get();
  Answers answers;
  for (std::size_t round = 1; round <= kRounds; ++round) {
    for (std::size_t i = 0; i < kQuestions; ++i) answers.Ask(*places, Somewhere());
    answers.WaitFor(round * kQuestions);
    ASSERT_EQ(calls, round) << "while a call was under way, all others waited for it";
  }
}

TEST(GooglePlaces, LeavesPlacesAloneAfterFailuresAndFindsItWellAgain) {
  std::atomic<bool> well = false;
  std::atomic<int> asked = 0;
  WebServer server([&](const httplib::Request&, httplib::Response& response) {
    ++asked;
    response.status = well ? 200 : 403;
    response.set_content(kBody, "application/json");
  });
  GooglePlacesOptions options = Plain();
  options.desk.breaker = {.failures = 3, .first_pause = kHour, .longest_pause = kHour};
  {
    const auto places = Start(server.port(), options);
    for (int i = 0; i < 10; ++i) EXPECT_EQ(Failing(Ask(*places)).status, "REQUEST_DENIED");
    EXPECT_EQ(asked, 3);
    EXPECT_EQ(places->Count().breaker, BreakerState::kOpen);
  }
  options.desk.breaker.first_pause = options.desk.breaker.longest_pause = milliseconds(1);
  const auto places = Start(server.port(), options);
  for (int i = 0; i < 10; ++i) Ask(*places);
  well = true;
  while (Ask(*places) != kBody) std::this_thread::yield();
  EXPECT_EQ(places->Count().breaker, BreakerState::kClosed);
}

TEST(GooglePlaces, ForgetsAnAskerThatHasGone) {
  RawServer server("", Then::kHold);
  auto places = Start(server.port());
  Answers gone;
  Answers there;
  places->Find(Somewhere(), 1, gone.Next());
  places->Find(Somewhere(), 2, there.Next());
  server.WaitForConnections(1);
  places->Forget(1);
  EXPECT_EQ(places->Count().waiting, 1U);
  places = nullptr;
  EXPECT_EQ(there.Now().size(), 1U);
  EXPECT_TRUE(gone.Now().empty());
}

class LogTest : public testing::Test {
 protected:
  LogTest() : path_(absl::StrCat(testing::TempDir(), "/places-log-", getpid())) {
    EXPECT_TRUE(log::Open(path_).ok());
  }
  ~LogTest() override { unlink(path_.c_str()); }

  // Of the lines that hold `word`, what stands from that word on.
  std::vector<std::string> Lines(const std::string& word) {
    log::Flush();
    std::ifstream file(path_);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) {
      EXPECT_THAT(line, Not(HasSubstr(kKey)));
      if (absl::StrContains(line, word)) lines.push_back(line.substr(line.find(word)));
    }
    return lines;
  }

  const std::string path_;
};

TEST_F(LogTest, SaysOnceThatPlacesFailsAndOnceThatItIsBack) {
  std::atomic<bool> well = false;
  WebServer server([&](const httplib::Request& request, httplib::Response& response) {
    response.status = well ? 200 : 500;
    response.set_content(well ? kBody : request.target, "text/plain");
  });
  const auto places = Start(server.port());
  for (int i = 0; i < 3; ++i) Ask(*places);
  well = true;
  for (int i = 0; i < 3; ++i) Ask(*places);
  const std::string who = absl::StrCat("Places at ", BaseUrl(server.port()));
  EXPECT_THAT(Lines(who),
              ElementsAre(absl::StrCat(who,
                                       " fails: Places answered with HTTP status 500. WHATSAT is "
                                       "answered without places until it is back."),
                          absl::StrCat(who, " is back, after 3 failures")));
}

TEST_F(LogTest, SaysWhyPlacesFailsBeforeItSaysThatPlacesIsNotAsked) {
  RawServer server("", Then::kClose);
  GooglePlacesOptions options = Plain();
  options.desk.breaker = {.failures = 1, .first_pause = kHour, .longest_pause = kHour};
  Ask(*Start(server.port(), options));
  EXPECT_THAT(Lines(BaseUrl(server.port())),
              ElementsAre(HasSubstr("fails: Places broke off"), HasSubstr("is not asked for")));
}

TEST_F(LogTest, DoesNotCallARequestThatIsInvalidAnOutage) {
  WebServer server([](const httplib::Request&, httplib::Response& response) {
    response.status = 400;
    response.set_content(R"({"error":{"message":"Bad radius"}})", "application/json");
  });
  GooglePlacesOptions options = Plain();
  options.api = Api::kNew;
  const auto places = Start(server.port(), options);
  for (int i = 0; i < 3; ++i) Ask(*places);
  EXPECT_THAT(Lines(BaseUrl(server.port())),
              ElementsAre(HasSubstr("is asked wrongly: Places called the request invalid (HTTP "
                                    "status 400). (Bad radius)")));
}

TEST_F(LogTest, SaysExactlyWhatHappenedToTheConnection) {
  const RefusingPort nobody;
  Ask(*Start(nobody.port()));
  EXPECT_THAT(Lines(BaseUrl(nobody.port())), ElementsAre(HasSubstr("Failed to connect")));
}

TEST_F(LogTest, DoesNotCallItsOwnEndAFailure) {
  RawServer server("", Then::kHold);
  Answers answers;
  auto places = Start(server.port());
  answers.Ask(*places, Somewhere());
  server.WaitForConnections(1);
  places = nullptr;
  EXPECT_THAT(Lines(BaseUrl(server.port())), ElementsAre());
}

}  // namespace
}  // namespace herd::places
