#include "server/state/record.h"

#include <memory>
#include <string>

#include "gtest/gtest.h"

namespace herd {
namespace {

TEST(ARecord, KeepsAnIdOfAnyLength) {
  for (const std::size_t size : {1, 23, 24, 25, 100, 8000, 8192}) {
    const std::string id(size, 'k');
    Record record;
    record.SetClientId(*std::make_unique<std::string>(id));
    EXPECT_EQ(record.client_id(), id);
  }
}

TEST(ARecord, KeepsAnIdWithAnyBytes) {
  const std::string id("a\0\xff\xc2\xa0z", 6);
  Record record;
  record.SetClientId(id);
  EXPECT_EQ(record.client_id(), id);
}

TEST(ARecord, GivesBackItsUpdate) {
  Record record;
  record.SetClientId("kiwi");
  const Fix fix = *ParseFix({.position = "+34.068930-118.445127", .time = "1520023934.918963997"});
  record.SetUpdate(65535, {.sequence = kMaxSequence, .fix = fix, .skew = -1});
  EXPECT_EQ(record.origin(), 65535);
  EXPECT_EQ(record.sequence(), kMaxSequence);
  EXPECT_TRUE(record.IsUpdate(65535, kMaxSequence));
  EXPECT_FALSE(record.IsUpdate(65535, kMaxSequence - 1));
  EXPECT_FALSE(record.IsUpdate(65534, kMaxSequence));
  EXPECT_EQ(record.fix(), fix);
  EXPECT_EQ(record.skew(), -1);
  EXPECT_EQ(record.text(), FixText{});
}

TEST(ARecord, KeepsATextThatDoesNotFitIntoNumbersAndLetsGoOfItAgain) {
  Record record;
  record.SetClientId("kiwi");
  const std::string position = "+" + std::string(4000, '0') + "34-118";
  const std::string time = "1." + std::string(4000, '5');
  const FixText text{.position = position, .time = time};
  for (Sequence sequence = 1; sequence < 5; ++sequence) {
    record.SetUpdate(0, {.sequence = sequence, .fix = *ParseFix(text), .text = text});
    EXPECT_EQ(record.text(), text);
    const Fix numbers = *ParseFix({.position = "+1+1", .time = "2"});
    record.SetUpdate(0, {.sequence = ++sequence, .fix = numbers});
    EXPECT_EQ(record.fix(), numbers);
    EXPECT_EQ(record.text(), FixText{});
  }
}

TEST(ARecord, NeverSetHasNothingToLetGoOf) {
  const Record record;
  EXPECT_EQ(record.text(), FixText{});
  EXPECT_EQ(record.client_id(), "");
}

}  // namespace
}  // namespace herd
