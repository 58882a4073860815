// What clients get while the offline stand-in does everything wrong, over both of Google's APIs;
// and what Places costs when all of them ask at once.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <ostream>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "httplib.h"
#include "nlohmann/json.hpp"
#include "tests/client/standin/places_process.h"
#include "tests/herd/harness/eventually.h"
#include "tests/herd/harness/loopback.h"
#include "tests/herd/harness/test_herd.h"
#include "tests/herd/harness/text.h"
#include "tests/herd/harness/text_client.h"

namespace herd::test {
namespace {

using standin::PlacesProcess;
using testing::HasSubstr;

// Six places about kPosition.
std::string FileOfPlaces(const TempDir& directory) {
  std::string text = "name,latitude,longitude,country\n";
  for (int i = 0; i < 6; ++i) absl::StrAppend(&text, "Place ", i, ",34.06", i, ",-118.44,US\n");
  const std::string path = directory.File("places.csv");
  WriteFile(path, text);
  return path;
}

// The stand-in, on the test's own address; any server of the test has a key for it.
class Standin {
 public:
  explicit Standin(const std::vector<std::string>& flags = {})
      : process_(AllFlags(FileOfPlaces(directory_), flags)) {
    setenv("HERD_PLACES_KEY", "none-of-google", 1);
    url_ = process_.ReadUrl();
    EXPECT_NE(url_, "") << process_.Errors();
  }

  const std::string& url() const { return url_; }

  void Set(const std::string& fault) {
    httplib::Client client(url_);
    const auto reply = client.Post("/faults", fault, "application/json");
    EXPECT_TRUE(reply && reply->status == 200) << fault;
  }

 private:
  static std::vector<std::string> AllFlags(const std::string& places,
                                           const std::vector<std::string>& flags) {
    std::vector<std::string> all = {"--port",        "0",    "--listen",      PrivateAddress(),
                                    "--places-file", places, "--allow-faults"};
    all.insert(all.end(), flags.begin(), flags.end());
    return all;
  }

  const TempDir directory_;
  PlacesProcess process_;
  std::string url_;
};

// A server that asks there, without memory and without a breaker.
TestHerd::Options AskingAt(const std::string& url, const std::string& api,
                           std::vector<std::string> flags = {}) {
  std::vector<std::string> all = {"--places-cache-seconds",    "0",
                                  "--places-breaker-failures", "0",
                                  "--places-timeout-ms",       "20000"};
  all.insert(all.end(), flags.begin(), flags.end());
  return {.places_url = url, .places_api = api, .further_arguments = std::move(all)};
}

nlohmann::json DocumentIn(const std::string& reply) {
  return nlohmann::json::parse(reply.substr(reply.find('\n') + 1), nullptr, false);
}

struct FaultCase {
  std::string name;
  std::string fault;
  std::string status;
  std::string message;
};

// What gtest shows of a case.
std::ostream& operator<<(std::ostream& out, const FaultCase& fault) { return out << fault.fault; }

const FaultCase kFaults[] = {
    {"None", R"({"kind":"none"})", "OK", ""},
    {"Delay", R"({"kind":"delay","ms":50})", "OK", ""},
    {"Http400", R"({"kind":"http","status":400})", "INVALID_REQUEST", "HTTP status 400"},
    {"Http401", R"({"kind":"http","status":401})", "REQUEST_DENIED", "HTTP status 401"},
    {"Http403", R"({"kind":"http","status":403})", "REQUEST_DENIED", "HTTP status 403"},
    {"Http404", R"({"kind":"http","status":404})", "UNKNOWN_ERROR", "HTTP status 404"},
    {"Http429", R"({"kind":"http","status":429})", "OVER_QUERY_LIMIT", "HTTP status 429"},
    {"Http503", R"({"kind":"http","status":503})", "UNKNOWN_ERROR", "HTTP status 503"},
    {"Redirect", R"({"kind":"http","status":302})", "UNKNOWN_ERROR", "a redirect"},
    {"Hang", R"({"kind":"hang"})", "UNKNOWN_ERROR", "within the time limit"},
    {"LateByFar", R"({"kind":"delay","ms":60000})", "UNKNOWN_ERROR", "within the time limit"},
    {"Truncated", R"({"kind":"truncated"})", "UNKNOWN_ERROR", "broke off"},
    {"Garbage", R"({"kind":"garbage"})", "UNKNOWN_ERROR", "cannot be used"},
    {"NoResults", R"({"kind":"no_results"})", "UNKNOWN_ERROR", "cannot be used"},
    {"Huge", R"({"kind":"huge"})", "UNKNOWN_ERROR", "too large"},
    {"OverQuota", R"({"kind":"over_quota"})", "OVER_QUERY_LIMIT", ""},
    {"Denied", R"({"kind":"denied"})", "REQUEST_DENIED", ""},
};

bool WaitsOutTheTimeLimit(const FaultCase& fault) {
  return fault.message == "within the time limit";
}

class EachFault : public testing::TestWithParam<std::tuple<std::string, FaultCase>> {};

TEST_P(EachFault, IsToldInGooglesWordsBehindTheAtLine) {
  const auto& [api, fault] = GetParam();
  Standin standin;
  const char* const limit_ms = WaitsOutTheTimeLimit(fault) ? "1000" : "20000";
  TestHerd herd(AskingAt(standin.url(), api, {"--places-timeout-ms", limit_ms}));
  herd.Start("Goloman");
  TextClient client(herd.Port("Goloman"));
  const std::string at = client.Ask(Iamat("walker", "1520023934"));
  standin.Set(fault.fault);
  const auto begin = std::chrono::steady_clock::now();
  client.Send(Whatsat("walker") + "\n");
  client.HalfClose();
  const std::string reply = client.ReadToEnd();
  // Far more than the time limit, for slow machines, and far less than the fault lasts.
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
  EXPECT_EQ(reply.substr(0, reply.find('\n') + 1), at);
  const nlohmann::json document = DocumentIn(reply);
  EXPECT_EQ(document["status"], fault.status) << reply;
  EXPECT_EQ(document["html_attributions"], nlohmann::json::array());
  if (fault.status == "OK") {
    EXPECT_EQ(document["results"].size(), 5U);
    return;
  }
  EXPECT_EQ(document["results"], nlohmann::json::array());
  EXPECT_THAT(document["error_message"].get<std::string>(), HasSubstr(fault.message));
  standin.Set(R"({"kind":"none"})");
  EXPECT_THAT(Converse(herd.Port("Goloman"), Whatsat("walker")), HasSubstr("\"status\" : \"OK\""));
}

INSTANTIATE_TEST_SUITE_P(
    All, EachFault, testing::Combine(testing::Values("new", "legacy"), testing::ValuesIn(kFaults)),
    [](const auto& test) { return std::get<0>(test.param) + std::get<1>(test.param).name; });

TEST(Retries, MendWhatFailsOnce) {
  for (const std::string api : {"new", "legacy"}) {
    Standin standin;
    TestHerd herd(AskingAt(standin.url(), api));
    herd.Start("Goloman");
    standin.Set(R"({"kind":"http","status":503,"count":1})");
    const std::string reply =
        Converse(herd.Port("Goloman"), Iamat("walker", "1520023934") + "\n" + Whatsat("walker"));
    EXPECT_THAT(reply, HasSubstr("\"status\" : \"OK\""));
    EXPECT_EQ(herd.StatusOf("Goloman").places().retries(), 1U);
  }
}

TEST(BothApis, GiveTheSamePlacesInTheSameShape) {
  Standin standin;
  std::vector<nlohmann::json> documents;
  for (const std::string api : {"new", "legacy"}) {
    TestHerd herd(AskingAt(standin.url(), api));
    herd.Start("Goloman");
    TextClient client(herd.Port("Goloman"));
    client.Ask(Iamat("walker", "1520023934"));
    client.Send(Whatsat("walker") + "\n");
    client.HalfClose();
    documents.push_back(DocumentIn(client.ReadToEnd()));
  }
  for (nlohmann::json& result : documents[1]["results"]) {
    // What the new API does not tell.
    result.erase("icon");
    result.erase("scope");
  }
  documents[1].erase("next_page_token");
  EXPECT_EQ(documents[0], documents[1]);
}

TEST(TenThousandWhatsats, ForOnePlaceFromAHundredConnectionsAtOnceAreOneCall) {
  constexpr int kConnections = 100;
  constexpr int kEach = 100;
  const Upstream upstream;
  TestHerd herd({.places_url = upstream.Url(), .further_arguments = {"--threads", "2"}});
  herd.Start("Goloman");
  TextClient first(herd.Port("Goloman"));
  const std::string at = first.Ask(Iamat("walker", "1520023934"));
  std::string questions;
  std::string expected;
  for (int i = 0; i < kEach; ++i) {
    questions += Whatsat("walker", i % 3) + "\n";
    const char* const documents[] = {kNoPlace, kOnePlace, kTwoPlaces};
    expected += at + documents[i % 3] + "\n\n";
  }
  std::vector<std::unique_ptr<TextClient>> clients;
  for (int i = 0; i < kConnections; ++i) {
    clients.push_back(std::make_unique<TextClient>(herd.Port("Goloman")));
  }
  for (const auto& client : clients) {
    client->Send(questions);
    client->HalfClose();
  }
  for (const auto& client : clients) ASSERT_TRUE(client->ReadToEnd() == expected);
  EXPECT_EQ(upstream.requests(), 1U);
  const v1::Places places = herd.StatusOf("Goloman").places();
  EXPECT_EQ(places.ok(), 1U);
  EXPECT_EQ(places.cached() + places.shared(), kConnections * kEach - 1U);
  EXPECT_EQ(places.waiting(), 0U);
}

TEST(OneConnection, ThatAsksForTooManyPlacesIsToldSoAtOnceAndHarmsNobody) {
  const Upstream silent(Behaviour::kSilent);
  TestHerd herd(AskingAt(silent.Url(), "legacy",
                         {"--places-waiting-per-connection", "4", "--places-timeout-ms", "2000"}));
  herd.Start("Goloman");
  std::string input;
  for (int i = 0; i < 100; ++i) {
    absl::StrAppend(&input, Iamat(absl::StrCat("w", i), "1", absl::StrCat("+1.", i, "-2.0")), "\n",
                    "WHATSAT w", i, " 10 5\n");
  }
  const std::string output = Converse(herd.Port("Goloman"), input);
  EXPECT_THAT(output, HasSubstr("Too many searches of this connection wait for Places"));
  EXPECT_EQ(herd.StatusOf("Goloman").places().refused_connection_full(), 96U);
  EXPECT_EQ(silent.requests(), 4U);
}

TEST(AClient, ThatLeavesCancelsItsWait) {
  const Upstream silent(Behaviour::kSilent);
  TestHerd herd(AskingAt(silent.Url(), "legacy"));
  herd.Start("Goloman");
  TextClient client(herd.Port("Goloman"));
  client.Ask(Iamat("walker", "1520023934"));
  client.Send(Whatsat("walker") + "\n");
  ASSERT_TRUE(Eventually([&] { return herd.StatusOf("Goloman").places().waiting() == 1; }));
  client.Reset();
  EXPECT_TRUE(Eventually([&] { return herd.StatusOf("Goloman").places().forgotten() == 1; }));
  EXPECT_EQ(herd.StatusOf("Goloman").places().waiting(), 0U);
}

// Made for the test, good for PrivateAddress().
class Certificate {
 public:
  Certificate() {
    const std::string command = absl::StrCat(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj ",
        "/CN=herd-test -addext subjectAltName=IP:", PrivateAddress(), " -keyout ", key(), " -out ",
        certificate(), " 2>", directory_.File("errors"));
    EXPECT_EQ(std::system(command.c_str()), 0) << ReadFile(directory_.File("errors"));
  }
  std::string certificate() const { return directory_.File("certificate.pem"); }
  std::string key() const { return directory_.File("key.pem"); }

 private:
  const TempDir directory_;
};

TEST(Https, IsSpokenWhenTheCertificateVerifiesAndNotOtherwise) {
  const Certificate certificate;
  Standin standin({"--tls-certificate", certificate.certificate(), "--tls-key", certificate.key()});
  ASSERT_THAT(standin.url(), testing::StartsWith("https://"));
  const std::string input = Iamat("walker", "1520023934") + "\n" + Whatsat("walker");
  for (const std::string api : {"new", "legacy"}) {
    {
      TestHerd herd(AskingAt(standin.url(), api, {"--places-ca-file", certificate.certificate()}));
      herd.Start("Goloman");
      EXPECT_THAT(Converse(herd.Port("Goloman"), input), HasSubstr("\"status\" : \"OK\""));
    }
    TestHerd herd(AskingAt(standin.url(), api));
    herd.Start("Goloman");
    EXPECT_THAT(Converse(herd.Port("Goloman"), input),
                HasSubstr("The TLS certificate of Places does not verify."));
    EXPECT_THAT(herd.Log("Goloman"), HasSubstr("certificate"));
  }
}

std::size_t OpenFiles(pid_t process) {
  const std::filesystem::directory_iterator files(absl::StrCat("/proc/", process, "/fd"));
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

std::size_t ResidentKb(pid_t process) {
  std::ifstream file(absl::StrCat("/proc/", process, "/statm"));
  std::size_t size = 0;
  std::size_t resident = 0;
  file >> size >> resident;
  return resident * 4;
}

std::size_t CountOf(const std::string& word, const std::string& text) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    ++count;
  }
  return count;
}

// So many WHATSATs, 70 at most, of as many clients, at places that others are near; all are told of
// the fault.
void AskForPlaces(const TestHerd& herd, std::size_t clients, const FaultCase& fault) {
  std::string input;
  for (std::size_t i = 0; i < clients; ++i) {
    const std::string client = absl::StrCat("walker", i);
    const std::string position = absl::StrCat("+34.0", 30 + i, "-118.44");
    absl::StrAppend(&input, Iamat(client, "1520023934", position), "\n", Whatsat(client), "\n");
  }
  const std::string output = Converse(herd.Port("Goloman"), input);
  EXPECT_EQ(CountOf("AT Goloman ", output), 2 * clients);
  EXPECT_EQ(CountOf(absl::StrCat("\"", fault.status, "\""), output), clients) << fault;
  if (fault.message.empty()) return;
  EXPECT_EQ(CountOf(fault.message, output), clients) << fault;
}

std::size_t CallsOf(TestHerd& herd) {
  const v1::Places places = herd.StatusOf("Goloman").places();
  return places.ok() + places.zero_results() + places.invalid_request() +
         places.over_query_limit() + places.request_denied() + places.unknown_error();
}

class ThousandsOfFaultyCalls : public testing::TestWithParam<std::string> {
 protected:
  // Of each of those faults so many calls, no more than may be under way at a time.
  void ExpectToLeaveThingsAsTheyWere(const std::vector<FaultCase>& faults, const char* limit_ms,
                                     std::size_t calls) {
    constexpr std::size_t kAtATime = 64;
    Standin standin;
    TestHerd herd(
        AskingAt(standin.url(), GetParam(),
                 {"--places-timeout-ms", limit_ms, "--places-waiting-per-connection", "64"}));
    herd.Start("Goloman");
    const auto ask_all = [&](std::size_t calls_of_each) {
      for (const FaultCase& fault : faults) {
        standin.Set(fault.fault);
        for (std::size_t asked = 0; asked < calls_of_each; asked += kAtATime) {
          AskForPlaces(herd, kAtATime, fault);
        }
      }
    };
    ask_all(2 * kAtATime);  // So that what is kept for good is there.
    const std::size_t calls_before = CallsOf(herd);
    const pid_t process = herd.Server("Goloman").id();
    const std::size_t files = OpenFiles(process);
    const std::size_t resident = ResidentKb(process);
    ask_all(calls);
    EXPECT_GE(CallsOf(herd) - calls_before, faults.size() * calls);
    // As many connections to Places are kept as calls may be under way; how many just now depends
    // on how the last calls met.
    EXPECT_TRUE(Eventually([&] { return OpenFiles(process) <= files + kAtATime; }))
        << OpenFiles(process) << " files are open, and were " << files;
    EXPECT_LE(ResidentKb(process), resident + 4 * 1024);
    EXPECT_EQ(herd.StatusOf("Goloman").places().waiting(), 0U);
  }
};

TEST_P(ThousandsOfFaultyCalls, LeaveMemoryAndFilesAsTheyWere) {
  std::vector<FaultCase> faults;
  for (const FaultCase& fault : kFaults) {
    if (!WaitsOutTheTimeLimit(fault) && fault.name != "None") faults.push_back(fault);
  }
  ExpectToLeaveThingsAsTheyWere(faults, "20000", 9'400 / faults.size());
}

TEST_P(ThousandsOfFaultyCalls, ThatHangLeaveMemoryAndFilesAsTheyWere) {
  ExpectToLeaveThingsAsTheyWere(
      {{"Hang", R"({"kind":"hang"})", "UNKNOWN_ERROR", "within the time limit"}}, "300", 640);
}

INSTANTIATE_TEST_SUITE_P(All, ThousandsOfFaultyCalls, testing::Values("new", "legacy"),
                         [](const auto& test) { return test.param; });

// Holds each call until it is let go, and counts.
class HoldingUpstream {
 public:
  HoldingUpstream() {
    server_.Get(".*", [this](const auto&, auto& response) {
      most_ = std::max<int>(most_, ++under_way_);
      ++calls_;
      held_.acquire();
      --under_way_;
      response.set_content(kPlacesDocument, "application/json");
    });
    port_ = server_.bind_to_any_port(PrivateAddress());
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
  }
  ~HoldingUpstream() {
    held_.release(1000);
    server_.stop();
    thread_.join();
  }

  std::string Url() const { return absl::StrCat("http://", PrivateAddress(), ":", port_); }
  void LetOneGo() { held_.release(); }
  int calls() const { return calls_; }
  int most_under_way() const { return most_; }

 private:
  httplib::Server server_;
  int port_ = 0;
  std::counting_semaphore<> held_{0};
  std::atomic<int> under_way_ = 0;
  std::atomic<int> most_ = 0;
  std::atomic<int> calls_ = 0;
  std::thread thread_;
};

TEST(WithoutMemory, AHundredConnectionsCauseOneCallAtATimeForOnePlace) {
  constexpr int kRounds = 5;
  HoldingUpstream upstream;
  TestHerd herd(AskingAt(upstream.Url(), "legacy", {"--threads", "2"}));
  herd.Start("Goloman");
  std::vector<std::unique_ptr<TextClient>> clients;
  for (int i = 0; i < 100; ++i) {
    clients.push_back(std::make_unique<TextClient>(herd.Port("Goloman")));
  }
  clients[0]->Ask(Iamat("walker", "1520023934"));
  for (int round = 1; round <= kRounds; ++round) {
    for (const auto& client : clients) client->Send(Whatsat("walker") + "\n");
    ASSERT_TRUE(Eventually([&] { return herd.StatusOf("Goloman").places().waiting() == 100; }));
    ASSERT_TRUE(Eventually([&] { return upstream.calls() == round; }));
    upstream.LetOneGo();
    const auto lines = static_cast<std::size_t>(
        2 + std::count(std::begin(kTwoPlaces), std::end(kTwoPlaces), '\n') + 1);
    for (const auto& client : clients) EXPECT_THAT(client->ReadLines(lines), HasSubstr("North"));
  }
  EXPECT_EQ(upstream.calls(), kRounds);
  EXPECT_EQ(upstream.most_under_way(), 1);
}

}  // namespace
}  // namespace herd::test
