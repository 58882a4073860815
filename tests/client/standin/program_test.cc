// The program itself, over HTTP.
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/standin/browser.h"
#include "tests/client/standin/place_text.h"
#include "tests/client/standin/places_process.h"

namespace herd::standin {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr char kNearby[] =
    "/maps/api/place/nearbysearch/json?location=34.068930,-118.445127&radius=10000&key=k";

// A file with these contents, for as long as the object lives.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& contents) : path_(testing::TempDir() + "placesXXXXXX") {
    close(mkstemp(path_.data()));
    std::ofstream(path_) << contents;
  }
  ~TemporaryFile() { unlink(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(HerdPlaces, AnswersNearbySearchAndStopsOnSigterm) {
  PlacesProcess places({"--port", "0"});
  const std::string url = places.ReadUrl();
  ASSERT_THAT(url, StartsWith("http://127.0.0.1:"));
  Browser browser;
  EXPECT_EQ(browser.Get(url + "/healthz"), 200);
  EXPECT_EQ(browser.Get(url + kNearby), 200);
  EXPECT_EQ(browser.ContentType(), "application/json; charset=UTF-8");
  EXPECT_THAT(browser.body, StartsWith("{\n   \"html_attributions\" : [],\n   \"results\" : [\n"));
  EXPECT_THAT(browser.body, HasSubstr("\"name\" : \"Westwood\""));
  EXPECT_THAT(browser.body, EndsWith("   \"status\" : \"OK\"\n}\n"));
  places.Signal(SIGTERM);
  EXPECT_EQ(places.Wait(), 0);
  EXPECT_EQ(places.RestOfOutput(), "");
  EXPECT_EQ(places.Errors(), "");
}

TEST(HerdPlaces, DecodesWhatTheUrlEncodes) {
  PlacesProcess places({"--port", "0"});
  const std::string url = places.ReadUrl();
  Browser browser;
  browser.Get(url + "/maps/api/place/nearbysearch/json?location=%2B34.068930%2C-118.445127" +
              "&rankby=distance&keyword=bel+AIR&key=k");
  EXPECT_THAT(browser.body, HasSubstr("\"name\" : \"Bel Air\""));
  EXPECT_THAT(browser.body, HasSubstr("\"status\" : \"OK\""));
}

TEST(HerdPlaces, RefusesWithHttp200AsGoogleDoes) {
  PlacesProcess places({"--port", "0"});
  const std::string url = places.ReadUrl();
  Browser browser;
  EXPECT_EQ(browser.Get(url + "/maps/api/place/nearbysearch/json"), 200);
  EXPECT_THAT(browser.body, HasSubstr("\"status\" : \"REQUEST_DENIED\""));
  EXPECT_EQ(browser.Get(url + "/maps/api/place/nearbysearch/json?key=k"), 200);
  EXPECT_THAT(browser.body, HasSubstr("\"status\" : \"INVALID_REQUEST\""));
}

TEST(HerdPlaces, SaysNotFoundToOtherPathsAndLivesOn) {
  PlacesProcess places({"--port", "0"});
  const std::string url = places.ReadUrl();
  Browser browser;
  EXPECT_EQ(browser.Get(url + "/"), 404);
  EXPECT_EQ(browser.Get(url + "/maps/api/place/nearbysearch/xml?key=k"), 404);
  EXPECT_EQ(browser.Get(url + "/" + std::string(8'000, 'x')), 404);
  EXPECT_EQ(browser.Get(url + "/healthz"), 200);
}

TEST(HerdPlaces, KeepsAConnectionOverManyRequests) {
  PlacesProcess places({"--port", "0"});
  const std::string url = places.ReadUrl();
  Browser browser;
  for (int i = 0; i < 300; ++i) ASSERT_EQ(browser.Get(url + kNearby), 200) << i;
  EXPECT_EQ(browser.connections, 1);
}

TEST(HerdPlaces, StopsOnSigintWithConnectionsOpen) {
  PlacesProcess places({"--port", "0"});
  const std::string url = places.ReadUrl();
  Browser first;
  Browser second;
  EXPECT_EQ(first.Get(url + "/healthz"), 200);
  EXPECT_EQ(second.Get(url + kNearby), 200);
  places.Signal(SIGINT);
  EXPECT_EQ(places.Wait(), 0);
  EXPECT_EQ(places.Errors(), "");
}

TEST(HerdPlaces, StopsWhenTheSignalComesRightAfterTheStart) {
  const TemporaryFile data(
      PlaceText(">US\tCalifornia\t\n" + PlaceLine(34.08334, -118.44869, "Bel Air")));
  for (int i = 0; i < 20; ++i) {
    PlacesProcess places({"--port", "0", "--data", data.path()});
    ASSERT_NE(places.ReadUrl(), "") << places.Errors();
    places.Signal(SIGTERM);
    ASSERT_EQ(places.Wait(), 0) << i;
  }
}

TEST(HerdPlaces, NamesAPortThatIsTaken) {
  PlacesProcess first({"--port", "0"});
  const std::string url = first.ReadUrl();
  const std::string port = url.substr(url.rfind(':') + 1);
  PlacesProcess second({"--port", port});
  EXPECT_EQ(second.Wait(), 1);
  EXPECT_EQ(second.Errors(),
            "herd-places: cannot listen on 127.0.0.1 port " + port + ": Address already in use\n");
  EXPECT_EQ(second.RestOfOutput(), "");
}

TEST(HerdPlaces, NamesADataFileThatIsMissing) {
  PlacesProcess places({"--port", "0", "--data", "/no/such/file"});
  EXPECT_EQ(places.Wait(), 1);
  EXPECT_EQ(places.Errors(), "herd-places: place file /no/such/file: No such file or directory\n");
}

TEST(HerdPlaces, NamesADataFileThatIsDamaged) {
  const TemporaryFile data("herd-places 1 1 0123456789abcdef\n>US\t\t\n1\t2\tX\n");
  PlacesProcess places({"--port", "0", "--data", data.path()});
  EXPECT_EQ(places.Wait(), 1);
  EXPECT_EQ(places.Errors(), "herd-places: place file " + data.path() +
                                 ": it is damaged or cut short: its checksum does not match\n");
}

TEST(HerdPlaces, ExplainsItself) {
  PlacesProcess help({"--help"});
  EXPECT_EQ(help.Wait(), 0);
  EXPECT_THAT(help.RestOfOutput(), HasSubstr("--data"));
  PlacesProcess version({"--version"});
  EXPECT_EQ(version.Wait(), 0);
  EXPECT_THAT(version.RestOfOutput(), StartsWith("herd-places "));
}

TEST(HerdPlaces, RefusesFlagsThatItDoesNotKnow) {
  for (const std::vector<std::string>& flags :
       {std::vector<std::string>{"--prot", "1"}, {"--port", "65536"}, {"--port", "-1"}, {"8070"}}) {
    PlacesProcess places(flags);
    EXPECT_EQ(places.Wait(), 2);
    EXPECT_NE(places.Errors(), "");
  }
}

}  // namespace
}  // namespace herd::standin
