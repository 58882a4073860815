#include "frontend/places/api_key.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace herd::places {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class ReadApiKeyTest : public testing::Test {
 protected:
  ReadApiKeyTest() : path_(absl::StrCat(testing::TempDir(), "/places-key-", getpid())) {
    unsetenv(kApiKeyVariable);
  }
  ~ReadApiKeyTest() override {
    unlink(path_.c_str());
    unsetenv(kApiKeyVariable);
  }

  absl::StatusOr<std::string> Read(const std::string& content) {
    std::ofstream(path_, std::ios::binary) << content;
    return ReadApiKey(path_);
  }

  // The message of a refusal, which must name the file and not show what is in it.
  std::string Refusal(const std::string& content) {
    const absl::StatusOr<std::string> read = Read(content);
    EXPECT_TRUE(absl::IsInvalidArgument(read.status())) << read.status();
    const std::string message(read.status().message());
    EXPECT_THAT(message, AllOf(HasSubstr(path_), Not(HasSubstr("s3cret"))));
    return message;
  }

  const std::string path_;
};

TEST_F(ReadApiKeyTest, TakesTheKeyWithoutTheWhiteSpaceAroundIt) {
  EXPECT_EQ(*Read("AIza-s3cret_1"), "AIza-s3cret_1");
  EXPECT_EQ(*Read("AIza-s3cret_1\n"), "AIza-s3cret_1");
  EXPECT_EQ(*Read("  AIza-s3cret_1 \t\r\n\n"), "AIza-s3cret_1");
  EXPECT_EQ(Read(std::string(kLongestApiKey, 'k') + "\n")->size(), kLongestApiKey);
}

TEST_F(ReadApiKeyTest, RefusesAnEmptyFile) {
  EXPECT_THAT(Refusal(""), HasSubstr("is empty"));
  EXPECT_THAT(Refusal(" \n\n"), HasSubstr("is empty"));
}

TEST_F(ReadApiKeyTest, RefusesAFileThatIsNoKey) {
  EXPECT_THAT(Refusal("s3cret one"), HasSubstr("holds white space"));
  EXPECT_THAT(Refusal("s3cret\nsecond line\n"), HasSubstr("holds white space"));
  EXPECT_THAT(Refusal("s3cret\x01"), HasSubstr("printable"));
  EXPECT_THAT(Refusal(std::string("s3cret\0x", 8)), HasSubstr("printable"));
  EXPECT_THAT(Refusal("\xef\xbb\xbfs3cret"), HasSubstr("printable"));
  EXPECT_THAT(Refusal("\"s3cret\""), HasSubstr("a quote"));
}

TEST_F(ReadApiKeyTest, RefusesAFileThatIsTooLong) {
  EXPECT_THAT(Refusal(std::string(kLongestApiKey + 1, 'k')), HasSubstr("more than 1024 bytes"));
  EXPECT_THAT(Refusal(std::string(1 << 20, 'k')), HasSubstr("more than 1024 bytes"));
}

TEST_F(ReadApiKeyTest, SaysThatTheFileIsMissing) {
  const absl::StatusOr<std::string> read = ReadApiKey(path_);
  EXPECT_TRUE(absl::IsNotFound(read.status()));
  EXPECT_THAT(std::string(read.status().message()), HasSubstr(path_));
}

TEST_F(ReadApiKeyTest, SaysThatTheFileCannotBeRead) {
  const absl::StatusOr<std::string> read = ReadApiKey(testing::TempDir());
  EXPECT_TRUE(absl::IsUnavailable(read.status())) << read.status();
  EXPECT_THAT(std::string(read.status().message()), HasSubstr(testing::TempDir()));
}

TEST_F(ReadApiKeyTest, LooksIntoTheEnvironmentWithoutAFile) {
  setenv(kApiKeyVariable, "AIza-s3cret_2\n", 1);
  EXPECT_EQ(*ReadApiKey(""), "AIza-s3cret_2");
  EXPECT_EQ(*Read("AIza-s3cret_1"), "AIza-s3cret_1");
}

TEST_F(ReadApiKeyTest, NamesTheVariableThatHoldsNoKey) {
  setenv(kApiKeyVariable, "s3cret one", 1);
  const std::string message(ReadApiKey("").status().message());
  EXPECT_THAT(message, AllOf(HasSubstr("HERD_PLACES_KEY"), Not(HasSubstr("s3cret"))));
}

TEST_F(ReadApiKeyTest, LivesWithoutAKey) {
  EXPECT_EQ(*ReadApiKey(""), "");
  setenv(kApiKeyVariable, "", 1);
  EXPECT_EQ(*ReadApiKey(""), "");
}

TEST(BlankKey, TakesALongKeyOutWhereverItStands) {
  const std::string key = "AIzaSyD-0123456789abcdef";
  EXPECT_EQ(BlankKey(key, key), "***");
  EXPECT_EQ(BlankKey("x" + key + key + "y", key), "x******y");
  EXPECT_EQ(BlankKey("key%3D" + key, key), "key%3D***");
}

TEST(BlankKey, TakesAShortKeyOutWhereItIsAWord) {
  EXPECT_EQ(BlankKey("demo, Demolition, demos, demo_1, x-demo, key=demo&x=demo", "demo"),
            "***, Demolition, demos, demo_1, x-demo, key=***&x=***");
}

TEST(BlankKey, TakesThePercentEncodedKeyOutToo) {
  EXPECT_EQ(BlankKey("?key=a%2Fb%2B0123456789abcdef", "a/b+0123456789abcdef"), "?key=***");
}

TEST(BlankKey, LeavesTheTextAloneWithoutAKey) { EXPECT_EQ(BlankKey("text", ""), "text"); }

}  // namespace
}  // namespace herd::places
