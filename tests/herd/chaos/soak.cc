#include "tests/herd/chaos/soak.h"

#include <poll.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "tests/herd/chaos/network_herd.h"
#include "tests/herd/harness/conversation.h"
#include "tests/herd/harness/eventually.h"
#include "tests/herd/harness/text.h"

namespace herd::test {
namespace {

using std::chrono::steady_clock;
using Length = std::chrono::milliseconds;

constexpr Length kTick{200};
constexpr Length kRound{8000};  // of chaos, until there is peace
constexpr int kKillsARound = 20;
constexpr std::size_t kHalf = 2;  // servers on the smaller side
// Times the memory after warm-up; what the allocator keeps comes and goes.
constexpr double kMostGrowth = 1.5;

// The AT line of each reply, or nothing for "?", in order.
std::vector<std::string> AtLines(std::string_view replies) {
  std::vector<std::string> lines;
  while (!replies.empty()) {
    const bool unknown = replies[0] == '?';
    lines.emplace_back(unknown ? "" : AtLine(replies));
    const std::string_view end = unknown ? "\n" : "\n\n";
    const std::size_t at = replies.find(end);
    if (at == std::string_view::npos) break;
    replies.remove_prefix(at + end.size());
  }
  return lines;
}

}  // namespace

std::string SoakSummary::ToString() const {
  const std::string kinds = absl::StrJoin(faults, ", ", absl::PairFormatter(" "));
  return absl::StrFormat(
      "faults: %s\nreports: %d, acknowledged: %d, lost: %d, different among servers: %d, invented: "
      "%d, wrong replies: %d\nfrom peace to converged: %s\nevents that watchers were told: %d\n"
      "memory, times what it was after warm-up: at most %.3f, of %d servers, over %d looks",
      kinds.empty() ? "none" : kinds, reported, acknowledged, lost, differing, invented, nonsense,
      converged.ToString(), watched, memory.most, memory.runs, memory.looks);
}

Soak::Soak(Options options)
    : options_(std::move(options)),
      network_(DefaultNames()),
      herd_({.herd = DefaultGraphOn(network_),
             .further_arguments = {"--ack", options_.ack},
             .network = &network_}),
      random_(options_.seed),
      ledger_(options_.clients),
      faults_(&herd_, &network_,
              {.seed = options_.seed, .kill = options_.ack != "local", .say = options_.say}) {
  herd_.StartAllLinked();
  herd_.AwaitInSync();
  watchers_ = std::make_unique<Watchers>(&herd_);
}

void Soak::BeginLoad() {
  std::vector<Load::Door> doors;
  for (const std::string& name : herd_.Names()) doors.push_back({name, herd_.Door(name)});
  load_ = std::make_unique<Load>(
      &ledger_,
      Load::Options{
          .doors = doors, .reports_per_second = options_.reports_per_second, .seed = random_()});
}

void Soak::Chaos(Length length) {
  const auto end = steady_clock::now() + length;
  while (steady_clock::now() < end && !options_.enough()) {
    const auto round_end = std::min(end, steady_clock::now() + kRound);
    BeginLoad();
    while (steady_clock::now() < round_end && !options_.enough()) {
      faults_.Step();
      Pause(Random(20, 1000));
    }
    faults_.EndAll();
    Peace(steady_clock::now());
  }
}

void Soak::Kill(int times) {
  for (int i = 0; i < times && !options_.enough(); ++i) {
    if (load_ == nullptr) BeginLoad();
    Pause(Random(0, 200));
    const std::string victim = herd_.Names()[random_() % herd_.Names().size()];
    herd_.Kill(victim);
    ++checked_.faults["kill"];
    options_.say("kill " + victim);
    Pause(Random(0, 100));
    herd_.Start(victim);
    herd_.AwaitInSync();
    if (i % kKillsARound == kKillsARound - 1) Peace(steady_clock::now());
  }
  if (load_ != nullptr) Peace(steady_clock::now());
}

void Soak::Partition(int times, Length length) {
  for (int i = 0; i < times && !options_.enough(); ++i) {
    const Servers half = RandomHalf();
    BeginLoad();
    for (const auto& [one, other] : EdgesOf(herd_.config())) {
      if (half.contains(one) != half.contains(other)) {
        network_.Break(one, other, Network::Fault::kDrop);
      }
    }
    ++checked_.faults["partition"];
    options_.say("partition: " + absl::StrJoin(half, " and ") + " from the others");
    // Not always as long, so that the end comes anywhere between two attempts to connect.
    Pause(length + Random(0, 1000));
    load_->Stop();
    EXPECT_FALSE(herd_.HoldsTheSame()) << "the partition was none";
    std::vector<std::string> parts = herd_.Names();
    const auto others = std::ranges::stable_partition(
        parts, [&](const std::string& name) { return half.contains(name); });
    herd_.AwaitConverged({parts.begin(), others.begin()});
    herd_.AwaitConverged({others.begin(), parts.end()});
    CheckDigests(AskAll());
    const auto healed = steady_clock::now();
    network_.HealAll();
    Peace(healed);
    herd_.AwaitLinksUp();
    herd_.AwaitInSync();
  }
}

void Soak::Peace(steady_clock::time_point begin) {
  load_->Stop();
  checked_.nonsense += load_->nonsense();
  EXPECT_EQ(load_->nonsense(), 0) << "replies that answer nothing which was asked";
  load_.reset();
  checked_.reported = ledger_.reported();
  checked_.acknowledged = ledger_.acknowledged();
  herd_.AwaitConverged();
  checked_.converged.Add(Since(begin));
  options_.say(absl::StrFormat("peace; all hold the same after %.0f ms", Since(begin).count()));
  Check();
}

void Soak::CheckDigests(const Answers& answers) {
  const std::vector<v1::GetStatusResponse> statuses = herd_.GetStatus();
  ASSERT_EQ(statuses.size(), answers.size());
  for (std::size_t one = 0; one < answers.size(); ++one) {
    for (std::size_t other = 0; other < one; ++other) {
      EXPECT_EQ(statuses[one].digest() == statuses[other].digest(), answers[one] == answers[other])
          << statuses[one].server() << " and " << statuses[other].server() << "; seed "
          << options_.seed;
    }
  }
}

void Soak::Check() {
  Answers answers = AskAll();
  CheckDigests(answers);
  watchers_->Check(herd_.Names(), answers);
  memory_.Look(herd_.GetStatus());
  CheckMemory();
  for (std::vector<std::string>& answer : answers) {
    EXPECT_EQ(answer.size(), ledger_.clients());
    answer.resize(static_cast<std::size_t>(ledger_.clients()));
  }
  const Ledger::Findings findings = ledger_.Check(answers);
  checked_.lost += findings.lost;
  checked_.differing += findings.differing;
  checked_.invented += findings.invented;
  if (!findings.any()) return;
  ADD_FAILURE() << findings.lost << " lost, " << findings.differing << " different among servers, "
                << findings.invented << " invented; seed " << options_.seed << "\n"
                << absl::StrJoin(findings.examples, "\n");
  for (const std::string& example : findings.examples) options_.say(example);
}

void Soak::CheckMemory() const { EXPECT_LE(memory_.growth().most, kMostGrowth) << "memory grows"; }

Soak::Answers Soak::AskAll() const {
  std::string input;
  for (int client = 0; client < ledger_.clients(); ++client) {
    input += Whatsat(Report{client, 0}.ClientId(), 0) + "\n";
  }
  std::vector<Conversation> conversations;
  for (const std::string& name : herd_.Names()) {
    const client::Endpoint door = herd_.Door(name);
    conversations.push_back({.host = door.host, .port = door.port, .input = input});
  }
  HaveAll(&conversations);
  Answers answers;
  for (const Conversation& conversation : conversations) {
    EXPECT_TRUE(conversation.ended) << conversation.host;
    answers.push_back(AtLines(conversation.output));
  }
  return answers;
}

void Soak::Pause(Length length) {
  const auto end = steady_clock::now() + length;
  for (auto now = steady_clock::now(); now < end && !options_.enough(); now = steady_clock::now()) {
    const auto rest = std::chrono::ceil<Length>(end - now);
    poll(nullptr, 0, static_cast<int>(std::min(rest, kTick).count()));
    options_.on_tick();
  }
}

Length Soak::Random(int from_ms, int through_ms) {
  return Length(std::uniform_int_distribution<int>(from_ms, through_ms)(random_));
}

Servers Soak::RandomHalf() {
  const std::vector<Edge> edges = EdgesOf(herd_.config());
  while (true) {
    std::vector<std::string> names = herd_.Names();
    std::ranges::shuffle(names, random_);
    const Servers half(names.begin(), names.begin() + kHalf);
    const Servers others(names.begin() + kHalf, names.end());
    if (Components(half, edges).size() == 1 && Components(others, edges).size() == 1) return half;
  }
}

SoakSummary Soak::summary() const {
  SoakSummary summary = checked_;
  for (const auto& [kind, count] : faults_.counts()) summary.faults[kind] += count;
  summary.watched = watchers_->events();
  summary.memory = memory_.growth();
  return summary;
}

std::uint64_t Soak::acknowledged() const {
  return checked_.acknowledged + (load_ == nullptr ? 0 : load_->acknowledged());
}

}  // namespace herd::test
