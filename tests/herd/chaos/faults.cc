#include "tests/herd/chaos/faults.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace herd::test {
namespace {

constexpr std::size_t kMostAtATime = 3;

}  // namespace

Faults::Faults(TestHerd* herd, const Network* network, Options options)
    : herd_(herd),
      network_(network),
      options_(std::move(options)),
      edges_(EdgesOf(herd->config())),
      random_(options_.seed) {}

void Faults::Step() {
  const bool end = faults_.size() >= kMostAtATime || (!faults_.empty() && random_() % 2 == 0);
  end ? End(random_() % faults_.size()) : Begin();
}

void Faults::Begin() {
  // While something is wrong no server may end.
  if (faults_.empty() && random_() % 3 == 0) return EndAServer();
  const bool link = network_->is_real() && random_() % 3 != 0;
  link ? BreakALink() : StopAServer();
}

bool Faults::Befallen(const std::string& of) const {
  return std::ranges::any_of(faults_, [&](const Fault& fault) { return fault.of == of; });
}

void Faults::BreakALink() {
  using Wire = Network::Fault;
  static const std::vector<Wire> kinds = {Wire::kDrop, Wire::kDropOneWay, Wire::kRefuse};
  auto [one, other] = AnyOf(edges_);
  if (random_() % 2 == 0) std::swap(one, other);
  if (Befallen(absl::StrCat(one, " - ", other)) || Befallen(absl::StrCat(other, " - ", one))) {
    return;
  }
  const Wire kind = AnyOf(kinds);
  network_->Break(one, other, kind);
  Add(absl::StrCat(one, " - ", other), std::string(Describe(kind)),
      [this, one = one, other = other] { network_->Heal(one, other); });
}

void Faults::StopAServer() {
  const std::string name = AnyOf(herd_->Names());
  if (Befallen(name)) return;
  herd_->Server(name).Stop();
  Add(name, "stop", [this, name] { herd_->Server(name).Continue(); });
}

void Faults::EndAServer() {
  herd_->AwaitInSync();
  herd_->AwaitCaughtUp();
  const std::string name = AnyOf(herd_->Names());
  const bool kill = options_.kill && random_() % 4 != 0;
  kill ? herd_->Kill(name) : herd_->Terminate(name);
  Add(name, kill ? "kill" : "leave", [this, name] { herd_->Start(name); });
}

void Faults::Add(std::string of, const std::string& kind, std::function<void()> end) {
  ++counts_[kind];
  options_.say(absl::StrCat(kind, " ", of));
  faults_.push_back({std::move(of), kind, std::move(end)});
}

void Faults::End(std::size_t number) {
  const Fault fault = std::move(faults_[number]);
  faults_.erase(faults_.begin() + static_cast<std::ptrdiff_t>(number));
  fault.end();
  options_.say(absl::StrCat("no more ", fault.kind, " ", fault.of));
}

void Faults::EndAll() {
  while (!faults_.empty()) End(faults_.size() - 1);
}

}  // namespace herd::test
