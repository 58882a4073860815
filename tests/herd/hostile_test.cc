// Ten thousand clients that mean no good, all at once, beside some that mean well: these do not
// notice, and when the others have gone the server is as it was.
#include <signal.h>

#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/herd/harness/eventually.h"
#include "tests/herd/harness/files.h"
#include "tests/herd/harness/process.h"
#include "tests/herd/harness/test_herd.h"

namespace herd::test {
namespace {

constexpr int kStrangers = 10'000;
constexpr int kClients = 10'000;
constexpr int kReports = 200'000;

// As sanitizers do, to find out who uses it.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kKeepsWhatIsFree = true;
#else
constexpr bool kKeepsWhatIsFree = false;
#endif

class Hostile : public testing::Test {
 protected:
  Hostile()
      // The times are short, so that all of them pass while the strangers are there.
      : herd_({.further_arguments = {"--line-seconds=2", "--reply-seconds=2", "--idle-seconds=3",
                                     absl::StrCat("--max-clients=", kClients)}}) {
    herd_.StartAllLinked();
  }

  // Reports of clients that mean well, each reply of which is held against its report.
  nlohmann::json Load(const std::string& order) {
    const std::string file = herd_.File("load.json");
    Process load(
        {HERD_CLIENT, "--config", herd_.File("herd.json"), "load", "--server=Goloman", "--verify=1",
         "--order", order, absl::StrCat("--clients=", kClients),
         absl::StrCat("--requests=", order == "random" ? kReports : kClients), "--json", file},
        herd_.File("load.out"));
    EXPECT_EQ(load.Wait(), 0) << load.Output();
    return nlohmann::json::parse(ReadFile(file));
  }

  Process Strangers() {
    return Process(
        {HERD_HOSTILE, "--address", herd_.Door("Goloman").host, "--port",
         absl::StrCat(herd_.Port("Goloman")), absl::StrCat("--connections=", kStrangers)},
        herd_.File("hostile.out"));
  }

  std::size_t Descriptors() {
    const auto folder = absl::StrCat("/proc/", herd_.Server("Goloman").id(), "/fd");
    return std::distance(std::filesystem::directory_iterator(folder), {});
  }

  v1::GetStatusResponse Status() { return herd_.StatusOf("Goloman"); }

  TestHerd herd_;
};

TEST_F(Hostile, StrangersHurtNeitherThoseWhoMeanWellNorTheServer) {
  Load("sequential");
  Load("random");
  const v1::GetStatusResponse before = Status();
  const std::size_t descriptors = Descriptors();
  {
    Process strangers = Strangers();
    ASSERT_TRUE(Eventually([&] { return strangers.Output() == "ready\n"; })) << strangers.Output();
    const nlohmann::json said = Load("random");
    EXPECT_EQ(said["errors"], nlohmann::json::object());
    // Whatever is done to the server has been done by then.
    EXPECT_TRUE(Eventually([&] {
      const v1::FrontDoor door = Status().front_door();
      return door.closed_idle() > 0 && door.closed_unfinished_line() > 0 &&
             door.closed_untaken_replies() > 0 && door.cut_off() > 0 && door.refused_iamats() > 0;
    })) << Status().front_door().DebugString();
    EXPECT_EQ(Load("random")["errors"], nlohmann::json::object());
    strangers.Signal(SIGTERM);
    EXPECT_EQ(strangers.Wait(), 0);
  }
  EXPECT_TRUE(Eventually([&] { return Status().connections() == 0; }));
  const v1::GetStatusResponse after = Status();
  EXPECT_EQ(after.front_door().refused_connections(), 0);
  EXPECT_EQ(after.front_door().refused_of_address(), 0);
  EXPECT_EQ(after.front_door().pending_bytes(), 0);
  EXPECT_EQ(after.clients(), before.clients());
  // gRPC makes itself another one now and then.
  EXPECT_LT(Descriptors(), descriptors + 10);
  EXPECT_TRUE(kKeepsWhatIsFree || Eventually([&] {
                return Status().resident_bytes() <
                       before.resident_bytes() + before.resident_bytes() / 10;
              }));
  EXPECT_TRUE(herd_.AwaitConverged());
  std::cout << "resident before " << before.resident_bytes() << ", after "
            << Status().resident_bytes() << " bytes\n";
}

}  // namespace
}  // namespace herd::test
