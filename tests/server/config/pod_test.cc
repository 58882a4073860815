// Which server a pod is.
#include "server/config/pod.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace herd::config {
namespace {

using ::testing::HasSubstr;

TEST(Pod, IsTheServerOfItsNumber) {
  const HerdConfig herd = DefaultHerdConfig();
  EXPECT_EQ(*ServerOfPod(herd, "herd-0"), "Goloman");
  EXPECT_EQ(*ServerOfPod(herd, "herd-3"), "Wilkes");
  EXPECT_EQ(*ServerOfPod(herd, "a-herd-of-12-4"), "Welsh");
}

TEST(Pod, BeyondTheHerdIsNone) {
  const absl::Status status = ServerOfPod(DefaultHerdConfig(), "herd-5").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("herd-5 is none of the herd's 5 servers"));
}

TEST(Pod, NeedsANumber) {
  for (const char* pod : {"", "-", "herd", "herd-", "herd-x", "herd-1x", "herd-+1", "7",
                          "herd-99999999999999999999999"}) {
    EXPECT_EQ(ServerOfPod(DefaultHerdConfig(), pod).status().code(),
              absl::StatusCode::kInvalidArgument)
        << pod;
  }
}

}  // namespace
}  // namespace herd::config
