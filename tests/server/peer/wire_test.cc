#include "server/peer/wire.h"

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace herd::peer {
namespace {

using ::testing::HasSubstr;

constexpr const char* kPosition = "+34.068930-118.445127";
constexpr const char* kTime = "1520023934.918963997";

Update Make(const std::string& id, Sequence sequence, const FixText& text, Nanos skew = 0) {
  return {.client_id = id,
          .sequence = sequence,
          .fix = ParseFix(text).value(),
          .text = text,
          .skew = skew};
}

// A range (10, 20] of one update, number 15.
v1::Range ValidRange() {
  v1::Range range;
  range.set_after(10);
  range.set_through(20);
  const std::string id = "kiwi";
  ToWire(Make(id, 15, {kPosition, kTime}), 10, range.add_updates());
  return range;
}

// The same with its texts as they are instead of numbers.
v1::Range ValidTextRange() {
  v1::Range range = ValidRange();
  v1::Update* const update = range.mutable_updates(0);
  update->set_text_shape(0);
  update->set_latitude(0);
  update->set_longitude(0);
  update->set_position_text(kPosition);
  update->set_time_text(kTime);
  return range;
}

TEST(AnUpdate, ComesBackFromTheWireAsItWas) {
  const std::string zeros(3000, '0');
  for (const std::string& position :
       {std::string(kPosition), std::string("-0.0+0"), "+34." + zeros + "-118"}) {
    for (const std::string& time : {std::string(kTime), std::string("0"), "1." + zeros}) {
      for (const std::string& id :
           {std::string("k"), std::string("\xff\0\xc2\xa0", 4), std::string(8192, 'x')}) {
        const Update update = Make(id, 17, {position, time}, std::numeric_limits<Nanos>::min());
        v1::Range sent;
        sent.set_after(10);
        sent.set_through(20);
        ToWire(update, 10, sent.add_updates());
        v1::Range range;
        ASSERT_TRUE(range.ParseFromString(sent.SerializeAsString()));
        std::vector<Update> updates;
        ASSERT_TRUE(FromWire(range, &updates).ok());
        ASSERT_EQ(updates.size(), 1u);
        EXPECT_EQ(updates[0].client_id, id);
        EXPECT_EQ(updates[0].sequence, 17u);
        EXPECT_EQ(updates[0].fix, update.fix);
        EXPECT_EQ(updates[0].skew, update.skew);
        if (update.fix.shape == 0) {
          EXPECT_EQ(updates[0].text, update.text);
        }
      }
    }
  }
}

TEST(AnUpdate, ThatGoesAsTextMayBeOneThatFitsIntoNumbers) {
  const v1::Range range = ValidTextRange();
  std::vector<Update> updates;
  ASSERT_TRUE(FromWire(range, &updates).ok());
  EXPECT_EQ(updates[0].fix, ParseFix({kPosition, kTime}).value());
}

TEST(AnUpdate, SaysWhoGotItWhereThatIsNotTheOrigin) {
  const std::string id = "kiwi";
  Update update = Make(id, 1, {kPosition, kTime});
  v1::Range range;
  range.set_through(2);
  update.server = "Wilkes";
  ToWire(update, 0, range.add_updates());
  update.server = {};
  ToWire(update, 0, range.add_updates());
  range.mutable_updates(1)->set_step(1);
  std::vector<Update> got;
  ASSERT_TRUE(FromWire(range, &got).ok());
  EXPECT_EQ(got[0].server, "Wilkes");
  EXPECT_EQ(got[1].server, "");
}

TEST(Steps, AddUpToTheNumbersOfTheUpdates) {
  v1::Range range = ValidRange();
  *range.add_updates() = range.updates(0);
  range.mutable_updates(1)->set_step(3);
  *range.add_updates() = range.updates(0);
  range.mutable_updates(2)->set_step(2);
  std::vector<Update> updates;
  ASSERT_TRUE(FromWire(range, &updates).ok());
  EXPECT_EQ(updates[0].sequence, 15u);
  EXPECT_EQ(updates[1].sequence, 18u);
  EXPECT_EQ(updates[2].sequence, 20u);
}

TEST(ARange, WithoutUpdatesIsOne) {
  v1::Range range;
  range.set_through(1);
  std::vector<Update> updates(3);
  EXPECT_TRUE(FromWire(range, &updates).ok());
  EXPECT_TRUE(updates.empty());
}

struct BrokenRule {
  const char* rule;
  std::function<void(v1::Range&)> break_it;
};

v1::Update& First(v1::Range& range) { return *range.mutable_updates(0); }

std::vector<BrokenRule> BrokenRangesAndUpdates() {
  return {
      {"a range backwards", [](v1::Range& r) { r.set_through(9); }},
      {"an empty range", [](v1::Range& r) { r.set_through(10); }},
      {"a range beyond all numbers", [](v1::Range& r) { r.set_through(kMaxSequence + 1); }},
      {"a range to the last 64-bit number", [](v1::Range& r) { r.set_through(~0ULL); }},
      {"step 0", [](v1::Range& r) { First(r).set_step(0); }},
      {"a step beyond the range", [](v1::Range& r) { First(r).set_step(11); }},
      {"a step that wraps around", [](v1::Range& r) { First(r).set_step(~0ULL); }},
      {"an empty id", [](v1::Range& r) { First(r).clear_client_id(); }},
      {"a space in the id", [](v1::Range& r) { First(r).set_client_id("ki wi"); }},
      {"a line end in the id", [](v1::Range& r) { First(r).set_client_id("kiwi\n"); }},
      {"a vertical tab in the id", [](v1::Range& r) { First(r).set_client_id("\vkiwi"); }},
      {"an id of 8193 bytes", [](v1::Range& r) { First(r).set_client_id(std::string(8193, 'x')); }},
      {"a negative time", [](v1::Range& r) { First(r).set_time_ns(-1); }},
      {"a time with more digits than its shape",
       [](v1::Range& r) { First(r).set_text_shape(0x2996362); }},
      {"a latitude beyond 90", [](v1::Range& r) { First(r).set_latitude(90'000'001); }},
      {"a longitude beyond 180", [](v1::Range& r) { First(r).set_longitude(180'000'001); }},
      {"a shape with unknown bits",
       [](v1::Range& r) { First(r).set_text_shape(1U << 26 | 0x29A6362); }},
      {"a shape without digits", [](v1::Range& r) { First(r).set_text_shape(1); }},
      {"a server with a space", [](v1::Range& r) { First(r).set_server("Wil kes"); }},
      {"a server of 65 bytes", [](v1::Range& r) { First(r).set_server(std::string(65, 'x')); }},
      {"neither shape nor text", [](v1::Range& r) { First(r).set_text_shape(0); }},
  };
}

std::vector<BrokenRule> BrokenTexts() {
  return {
      {"a malformed position", [](v1::Range& r) { First(r).set_position_text("+34.0"); }},
      {"a position out of range", [](v1::Range& r) { First(r).set_position_text("+91+1"); }},
      {"white space behind the position",
       [](v1::Range& r) { First(r).set_position_text(std::string(kPosition) + "\n"); }},
      {"no position", [](v1::Range& r) { First(r).clear_position_text(); }},
      {"a malformed time", [](v1::Range& r) { First(r).set_time_text("1e9"); }},
      {"no time", [](v1::Range& r) { First(r).clear_time_text(); }},
      {"a time text that is not time_ns", [](v1::Range& r) { First(r).set_time_text("5"); }},
      {"a time_ns that is not the text", [](v1::Range& r) { First(r).set_time_ns(5); }},
      {"a position text longer than a line",
       [](v1::Range& r) {
         First(r).set_position_text("+34." + std::string(70'000, '0') + "-118.4");
       }},
      {"a time text longer than a line",
       [](v1::Range& r) { First(r).set_time_text(std::string(70'000, '0') + kTime); }},
  };
}

TEST(ARuleOfPropagateProto, ThatAnUpdateBreaksIsAnErrorThatNamesIt) {
  std::vector<Update> updates;
  for (const BrokenRule& rule : BrokenRangesAndUpdates()) {
    v1::Range range = ValidRange();
    ASSERT_TRUE(FromWire(range, &updates).ok());
    rule.break_it(range);
    EXPECT_EQ(FromWire(range, &updates).code(), absl::StatusCode::kInvalidArgument) << rule.rule;
  }
  for (const BrokenRule& rule : BrokenTexts()) {
    v1::Range range = ValidTextRange();
    ASSERT_TRUE(FromWire(range, &updates).ok());
    rule.break_it(range);
    EXPECT_EQ(FromWire(range, &updates).code(), absl::StatusCode::kInvalidArgument) << rule.rule;
  }
}

TEST(AnErrorInARange, SaysWhichUpdateOfWhichRange) {
  v1::Range range = ValidRange();
  *range.add_updates() = range.updates(0);
  range.mutable_updates(1)->set_step(0);
  std::vector<Update> updates;
  const std::string message(FromWire(range, &updates).message());
  EXPECT_THAT(message, HasSubstr("update 1 of a range after 10"));
}

}  // namespace
}  // namespace herd::peer
