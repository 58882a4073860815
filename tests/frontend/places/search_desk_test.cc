// What becomes of each question, with plain values for time, calls and their ends.
#include "frontend/places/search_desk.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "frontend/places/reply.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace herd::places {
namespace {

using std::chrono::days;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr char kTwo[] = R"({"html_attributions":[],"results":[1,2],"status":"OK"})";

Reply Good(const std::string& body = kTwo) { return ReplyOfDocument(body); }
Reply Bad(const std::string& status = "UNKNOWN_ERROR", bool worth_a_retry = false) {
  Reply reply = FailedReply({status, "It failed."}, "", "");
  reply.worth_a_retry = worth_a_retry;
  return reply;
}

SearchDesk::Options Plain() {
  SearchDesk::Options options;
  options.breaker.failures = 0;
  return options;
}

// A desk, and what the world around it has seen.
class Desk {
 public:
  explicit Desk(SearchDesk::Options options = Plain()) : desk_(options) {}

  // Asks; what was said at once, empty when the answer comes later.
  std::string Ask(const std::string& location, Asker asker = 1, int bound = 5) {
    const Query query{location, "10000", bound};
    std::string key = desk_.KeyOf(query, 20);
    if (const Document known = desk_.Recall(key, bound, moment_)) return known.ToString();
    const std::size_t number = answers_.size();
    answers_.emplace_back();
    SearchDesk::Asked asked = desk_.Ask(
        std::move(key), query, 20, asker,
        [this, number](Document json) { answers_[number] = json.ToString(); }, moment_);
    if (asked.call) calls_.push_back(*asked.call);
    if (asked.now) answers_[number] = asked.now.ToString();
    return asked.now.ToString();
  }

  void Finish(std::size_t call, const Reply& reply, bool stopping = false) {
    SearchDesk::Finished finished = desk_.Finish(calls_.at(call).search, reply, stopping, moment_);
    change_ = finished.breaker_change;
    for (const SearchDesk::Call& next : finished.calls) calls_.push_back(next);
    for (SearchDesk::Answered& each : finished.answers) {
      std::move(each.answer)(std::move(each.json));
    }
  }

  void Pass(milliseconds time) { moment_.now += time; }
  void NextDay() { moment_.today += days(1); }
  void Forget(Asker asker) { desk_.Forget(asker); }

  std::vector<std::string> Called() const {
    std::vector<std::string> locations;
    for (const SearchDesk::Call& call : calls_) locations.push_back(call.query.location);
    return locations;
  }
  // By question, in the order of Ask, those from memory left out; empty: not answered.
  const std::vector<std::string>& answers() const { return answers_; }
  const std::vector<SearchDesk::Call>& calls() const { return calls_; }
  bool breaker_changed() const { return change_.has_value(); }
  // Of the breaker, which the last call has opened.
  milliseconds pause() const { return change_->pause; }
  Counters Count() const { return desk_.Count(moment_); }

 private:
  SearchDesk desk_;
  SearchDesk::Moment moment_{SearchDesk::Time(seconds(1000)), Budget::Date(days(20'000))};
  std::vector<SearchDesk::Call> calls_;
  std::vector<std::string> answers_;
  std::optional<SearchDesk::BreakerChange> change_;
};

TEST(Questions, OfOnePlaceShareOneCallAndEachIsCutToItsBound) {
  Desk desk;
  EXPECT_EQ(desk.Ask("1,2", 1, 5), "");
  EXPECT_EQ(desk.Ask("1,2", 2, 1), "");
  EXPECT_EQ(desk.Ask("1.000001,2", 3, 0), "");
  EXPECT_THAT(desk.Called(), ElementsAre("1,2"));
  desk.Finish(0, Good());
  EXPECT_THAT(desk.answers(),
              ElementsAre(kTwo, R"({"html_attributions":[],"results":[1],"status":"OK"})",
                          R"({"html_attributions":[],"results":[],"status":"OK"})"));
  EXPECT_EQ(desk.Count().shared, 2U);
  EXPECT_EQ(desk.Count().ok, 1U);
}

TEST(Questions, AfterTheAnswerAreAnsweredFromMemoryForItsTime) {
  Desk desk;
  desk.Ask("1,2");
  desk.Finish(0, Good());
  EXPECT_EQ(desk.Ask("1,2", 9, 1), R"({"html_attributions":[],"results":[1],"status":"OK"})");
  desk.Pass(milliseconds(29'999));
  EXPECT_EQ(desk.Ask("1,2"), kTwo);
  EXPECT_EQ(desk.Count().cached, 2U);
  desk.Pass(milliseconds(1));
  EXPECT_EQ(desk.Ask("1,2"), "");
  EXPECT_THAT(desk.calls(), SizeIs(2));
}

TEST(Questions, AreCalledForWithTheirOwnPosition) {
  Desk desk;
  desk.Ask("1.0000012,2");
  EXPECT_THAT(desk.Called(), ElementsAre("1.0000012,2"));
}

TEST(Questions, WithTheMemoryOffShareOnlyWhatIsUnderWayAndExactlyTheSame) {
  SearchDesk::Options options = Plain();
  options.cache.time_to_live = milliseconds(0);
  Desk desk(options);
  desk.Ask("1,2");
  desk.Ask("1,2");
  desk.Ask("1.000001,2");
  EXPECT_THAT(desk.Called(), ElementsAre("1,2", "1.000001,2"));
  desk.Finish(0, Good());
  EXPECT_EQ(desk.Ask("1,2"), "");
  EXPECT_THAT(desk.calls(), SizeIs(3));
}

TEST(Answers, ThatFoundNothingAreRememberedAndFailuresAreNot) {
  Desk desk;
  desk.Ask("1,2");
  desk.Finish(0, Good(R"({"html_attributions":[],"results":[],"status":"ZERO_RESULTS"})"));
  EXPECT_THAT(desk.Ask("1,2"), HasSubstr("ZERO_RESULTS"));
  for (const std::string status :
       {"UNKNOWN_ERROR", "OVER_QUERY_LIMIT", "REQUEST_DENIED", "INVALID_REQUEST"}) {
    const std::size_t call = desk.calls().size();
    desk.Ask("3,4");
    desk.Finish(call, Bad(status));
    EXPECT_THAT(desk.answers().back(), HasSubstr(status));
  }
  EXPECT_THAT(desk.calls(), SizeIs(5));
}

TEST(Calls, AreSoManyAtATimeAndTheNextOneTakesTheRoom) {
  SearchDesk::Options options = Plain();
  options.max_calls = 2;
  Desk desk(options);
  for (const char* where : {"1,1", "2,2", "3,3", "4,4"}) desk.Ask(where);
  EXPECT_THAT(desk.Called(), ElementsAre("1,1", "2,2"));
  EXPECT_EQ(desk.Count().searches_queued, 2U);
  desk.Finish(1, Good());
  EXPECT_THAT(desk.Called(), ElementsAre("1,1", "2,2", "3,3"));
  desk.Finish(0, Good());
  desk.Finish(2, Good());
  desk.Finish(3, Good());
  EXPECT_THAT(desk.answers(), ElementsAre(kTwo, kTwo, kTwo, kTwo));
  EXPECT_EQ(desk.Count().calls_under_way, 0U);
  EXPECT_EQ(desk.Count().waiting, 0U);
}

TEST(Questions, ThatWaitForARoomAreSharedToo) {
  SearchDesk::Options options = Plain();
  options.max_calls = 1;
  Desk desk(options);
  desk.Ask("1,1");
  desk.Ask("2,2");
  desk.Ask("2,2");
  desk.Finish(0, Good());
  desk.Finish(1, Good());
  EXPECT_THAT(desk.Called(), ElementsAre("1,1", "2,2"));
  EXPECT_THAT(desk.answers(), ElementsAre(kTwo, kTwo, kTwo));
}

TEST(Questions, BeyondWhatMayWaitAreRefusedAtOnce) {
  SearchDesk::Options options = Plain();
  options.max_calls = 1;
  options.max_queued = 2;
  options.max_waiting = 4;
  Desk desk(options);
  for (const char* where : {"1,1", "2,2", "3,3"}) EXPECT_EQ(desk.Ask(where), "");
  EXPECT_THAT(desk.Ask("4,4"), AllOf(HasSubstr("OVER_QUERY_LIMIT"), HasSubstr("try again")));
  EXPECT_EQ(desk.Ask("3,3"), "") << "it shares";
  EXPECT_THAT(desk.Ask("3,3"), HasSubstr("OVER_QUERY_LIMIT")) << "four wait already";
  EXPECT_EQ(desk.Count().refused_server_full, 2U);
  desk.Finish(0, Good());
  EXPECT_EQ(desk.Ask("4,4"), "") << "there is room again";
}

TEST(Questions, OfOneConnectionBeyondItsShareAreRefusedAndNotThoseOfOthers) {
  SearchDesk::Options options = Plain();
  options.max_searches_per_asker = 2;
  Desk desk(options);
  EXPECT_EQ(desk.Ask("1,1", 7), "");
  EXPECT_EQ(desk.Ask("2,2", 7), "");
  EXPECT_THAT(desk.Ask("3,3", 7), HasSubstr("of this connection"));
  EXPECT_EQ(desk.Ask("2,2", 7), "") << "it shares its own";
  EXPECT_EQ(desk.Ask("3,3", 8), "");
  EXPECT_EQ(desk.Ask("3,3", 7), "") << "it shares another's";
  desk.Finish(0, Good());
  EXPECT_EQ(desk.Ask("4,4", 7), "");
  EXPECT_EQ(desk.Count().refused_connection_full, 1U);
}

TEST(Budget, BeyondItsDayNoCallIsMadeTillTheNext) {
  SearchDesk::Options options = Plain();
  options.budget.per_day = 2;
  Desk desk(options);
  desk.Ask("1,1");
  desk.Ask("2,2");
  EXPECT_THAT(desk.Ask("3,3"),
              AllOf(HasSubstr("OVER_QUERY_LIMIT"), HasSubstr("budget of 2 Places calls a day")));
  EXPECT_EQ(desk.Ask("1,1"), "") << "what shares costs nothing";
  EXPECT_THAT(desk.calls(), SizeIs(2));
  desk.NextDay();
  EXPECT_EQ(desk.Ask("3,3"), "");
  EXPECT_EQ(desk.Count().refused_day_budget, 1U);
  EXPECT_EQ(desk.Count().calls_today, 1U);
}

TEST(Budget, OfTheRateIsForCallsThatWaitedTooAndForRetries) {
  SearchDesk::Options options = Plain();
  options.budget.per_second = 2;
  options.max_calls = 1;
  Desk desk(options);
  desk.Ask("1,1");
  desk.Ask("2,2");
  desk.Ask("3,3");
  desk.Finish(0, Bad("UNKNOWN_ERROR", true));
  EXPECT_THAT(desk.Called(), ElementsAre("1,1", "1,1"));
  desk.Finish(1, Bad("UNKNOWN_ERROR", true));
  EXPECT_THAT(desk.answers(), ElementsAre(HasSubstr("It failed"), HasSubstr("2 Places calls a "),
                                          HasSubstr("2 Places calls a second")));
  EXPECT_EQ(desk.Count().refused_rate, 2U);
}

TEST(Retry, IsOneAndOnlyWhereItHelps) {
  Desk desk;
  desk.Ask("1,1");
  desk.Finish(0, Bad("UNKNOWN_ERROR", true));
  EXPECT_EQ(desk.answers().back(), "");
  ASSERT_THAT(desk.Called(), ElementsAre("1,1", "1,1"));
  EXPECT_EQ(desk.calls()[0].deadline, desk.calls()[1].deadline);
  desk.Finish(1, Bad("UNKNOWN_ERROR", true));
  EXPECT_THAT(desk.answers().back(), HasSubstr("It failed."));
  desk.Ask("2,2");
  desk.Finish(2, Bad("REQUEST_DENIED"));
  EXPECT_THAT(desk.calls(), SizeIs(3));
  EXPECT_EQ(desk.Count().retries, 1U);
  EXPECT_EQ(desk.Count().unknown_error, 2U);
}

TEST(Retry, ThatSucceedsIsAnAnswer) {
  Desk desk;
  desk.Ask("1,1");
  desk.Finish(0, Bad("UNKNOWN_ERROR", true));
  desk.Finish(1, Good());
  EXPECT_EQ(desk.answers().back(), kTwo);
  EXPECT_EQ(desk.Ask("1,1"), kTwo);
}

TEST(Retry, IsNotMadeWhenTheTimeIsOverOrNobodyWaits) {
  Desk desk;
  desk.Ask("1,1", 1);
  desk.Ask("2,2", 2);
  desk.Forget(2);
  desk.Finish(1, Bad("UNKNOWN_ERROR", true));
  desk.Pass(milliseconds(5000));
  desk.Finish(0, Bad("UNKNOWN_ERROR", true));
  EXPECT_THAT(desk.calls(), SizeIs(2));
}

TEST(Queue, EndsForASearchWhenItsTimeIsOver) {
  SearchDesk::Options options = Plain();
  options.max_calls = 1;
  Desk desk(options);
  desk.Ask("1,1");
  desk.Ask("2,2");
  desk.Pass(milliseconds(5000));
  desk.Finish(0, Bad());
  EXPECT_THAT(desk.calls(), SizeIs(1));
  EXPECT_THAT(desk.answers().back(), HasSubstr("within the time limit"));
}

SearchDesk::Options BreaksAfterTwo() {
  SearchDesk::Options options = Plain();
  options.breaker = {.failures = 2, .first_pause = milliseconds(1000)};
  return options;
}

void Break(Desk& desk) {
  desk.Ask("1,1");
  desk.Ask("2,2");
  desk.Finish(0, Bad("REQUEST_DENIED"));
  EXPECT_FALSE(desk.breaker_changed());
  desk.Finish(1, Bad("REQUEST_DENIED"));
  EXPECT_TRUE(desk.breaker_changed());
}

TEST(Breaker, WhenOpenNoCallIsMadeAndTheLastFailureIsTold) {
  Desk desk(BreaksAfterTwo());
  Break(desk);
  EXPECT_THAT(desk.Ask("3,3"),
              AllOf(HasSubstr("REQUEST_DENIED"), HasSubstr("not asked for a while after 2 "),
                    HasSubstr("It failed.")));
  EXPECT_THAT(desk.calls(), SizeIs(2));
  EXPECT_EQ(desk.Count().breaker, BreakerState::kOpen);
  EXPECT_EQ(desk.Count().refused_breaker, 1U);
}

TEST(Breaker, AfterItsPauseLetsOneCallTryAndRecoversWithIt) {
  Desk desk(BreaksAfterTwo());
  Break(desk);
  desk.Pass(desk.pause());
  EXPECT_EQ(desk.Ask("3,3"), "");
  EXPECT_THAT(desk.Ask("4,4"), HasSubstr("not asked for a while"));
  desk.Finish(2, Good());
  EXPECT_TRUE(desk.breaker_changed());
  EXPECT_EQ(desk.Ask("4,4"), "");
  EXPECT_EQ(desk.Count().breaker, BreakerState::kClosed);
}

TEST(Breaker, DoesNotRetryItsProbe) {
  Desk desk(BreaksAfterTwo());
  Break(desk);
  desk.Pass(desk.pause());
  desk.Ask("3,3");
  desk.Finish(2, Bad("UNKNOWN_ERROR", true));
  EXPECT_THAT(desk.calls(), SizeIs(3));
  EXPECT_EQ(desk.Count().breaker, BreakerState::kOpen);
}

TEST(Breaker, RefusesWhatWaitsInTheQueueWhenItOpens) {
  SearchDesk::Options options = BreaksAfterTwo();
  options.max_calls = 2;
  Desk desk(options);
  for (const char* where : {"1,1", "2,2", "3,3", "4,4"}) desk.Ask(where);
  desk.Finish(0, Bad());
  desk.Finish(1, Bad());
  EXPECT_THAT(desk.Called(), ElementsAre("1,1", "2,2", "3,3"));
  EXPECT_THAT(desk.answers()[3], HasSubstr("not asked for a while"));
}

TEST(Breaker, IsNotOpenedByRequestsThatAreInvalid) {
  Desk desk(BreaksAfterTwo());
  for (std::size_t i = 0; i < 5; ++i) {
    desk.Ask(absl::StrCat(i, ",1"));
    desk.Finish(i, Bad("INVALID_REQUEST"));
  }
  EXPECT_EQ(desk.Count().breaker, BreakerState::kClosed);
}

TEST(AClientThatLeaves, CancelsItsWaitAndNotTheCallOfOthers) {
  Desk desk;
  desk.Ask("1,1", 1);
  desk.Ask("1,1", 2);
  desk.Forget(1);
  EXPECT_EQ(desk.Count().waiting, 1U);
  EXPECT_EQ(desk.Count().forgotten, 1U);
  desk.Finish(0, Good());
  EXPECT_THAT(desk.answers(), ElementsAre("", kTwo));
}

TEST(AClientThatLeaves, TakesItsSearchOutOfTheQueueUnlessOthersShareIt) {
  SearchDesk::Options options = Plain();
  options.max_calls = 1;
  options.max_queued = 2;
  Desk desk(options);
  desk.Ask("1,1", 1);
  desk.Ask("2,2", 2);
  desk.Ask("3,3", 2);
  desk.Ask("3,3", 3);
  desk.Forget(2);
  EXPECT_EQ(desk.Count().searches_queued, 1U);
  EXPECT_EQ(desk.Ask("4,4", 4), "") << "its place in the queue is free";
  desk.Finish(0, Good());
  desk.Finish(1, Good());
  EXPECT_THAT(desk.Called(), ElementsAre("1,1", "3,3", "4,4"));
  EXPECT_EQ(desk.Ask("2,2", 5), "") << "it can be asked anew";
}

TEST(AClientThatLeaves, CancelsAllThatItWaitsForAndNothingThatItNoLongerDoes) {
  SearchDesk::Options options = Plain();
  options.max_calls = 2;
  options.cache.time_to_live = milliseconds(0);
  Desk desk(options);
  for (const char* where : {"1,1", "1,1", "2,2", "3,3", "3,3"}) desk.Ask(where, 1);
  desk.Ask("2,2", 2);
  desk.Finish(0, Good());
  EXPECT_THAT(desk.Called(), ElementsAre("1,1", "2,2", "3,3"));
  desk.Ask("4,4", 1);
  desk.Forget(1);
  EXPECT_EQ(desk.Count().forgotten, 4U);
  EXPECT_EQ(desk.Count().waiting, 1U);
  EXPECT_EQ(desk.Count().searches_queued, 0U);
  desk.Forget(1);
  desk.Finish(1, Good());
  desk.Finish(2, Good());
  EXPECT_THAT(desk.answers(), ElementsAre(kTwo, kTwo, "", "", "", kTwo, ""));
  EXPECT_EQ(desk.Count().waiting, 0U);
}

TEST(AClientThatLeaves, LeavesAnAnswerForTheNext) {
  Desk desk;
  desk.Ask("1,1", 1);
  desk.Forget(1);
  desk.Finish(0, Good());
  EXPECT_EQ(desk.Ask("1,1", 2), kTwo);
}

TEST(Stopping, AnswersWhatIsUnderWayAndWhatWaits) {
  SearchDesk::Options options = BreaksAfterTwo();
  options.max_calls = 1;
  Desk desk(options);
  for (const char* where : {"1,1", "2,2", "3,3"}) desk.Ask(where);
  const bool stopping = true;
  desk.Finish(0, FailedReply(FailureOf(FetchError::kStopping), "", ""), stopping);
  EXPECT_THAT(desk.answers(), testing::Each(HasSubstr("The server is stopping.")));
  EXPECT_THAT(desk.calls(), SizeIs(1));
  EXPECT_EQ(desk.Count().unknown_error, 0U);
}

TEST(Waits, AreCountedByHowLongTheyWere) {
  Desk desk;
  desk.Ask("1,1");
  desk.Pass(milliseconds(3));
  desk.Ask("1,1");
  desk.Pass(milliseconds(1));
  desk.Finish(0, Good());
  const WaitHistogram waits = desk.Count().waits;
  EXPECT_EQ(waits.sum(), milliseconds(5));
  EXPECT_THAT(waits.counts(), ElementsAre(1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
}

}  // namespace
}  // namespace herd::places
