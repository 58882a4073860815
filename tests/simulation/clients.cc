#include "tests/simulation/clients.h"

namespace herd::simulation {
namespace {

constexpr Nanos kEpoch = 1'700'000'000 * kNanosPerSecond;
constexpr Nanos kMostSkew = 3 * kNanosPerSecond;

}  // namespace

Clients::Clients(const Schedule& schedule, std::uint64_t seed, EventQueue* queue, Ledger* ledger,
                 SimulatedHerd* herd)
    : schedule_(schedule), random_(seed), queue_(queue), herd_(herd) {
  const Nanos most_skew = random_.OneIn(2) ? kMostSkew : 0;
  for (int i = 0; i < schedule.clients; ++i) {
    phones_.push_back({.client = ledger->AddClient(),
                       .skew = random_.Between(-most_skew, most_skew),
                       .server = random_.Index(schedule.graph.names.size())});
  }
}

void Clients::Begin() {
  for (int i = 0; i < schedule_.reports; ++i) {
    queue_->At(random_.Between(0, schedule_.duration), [this] { ReportOnce(); });
  }
  queue_->At(schedule_.duration / 2, [this] { ReportTogether(schedule_.crowd); });
}

void Clients::ReportOnce() {
  Phone& phone = phones_[random_.Below(phones_.size())];
  if (random_.OneIn(3)) phone.server = random_.Index(schedule_.graph.names.size());
  Send(&phone);
  // Sometimes the same client is at two servers at once.
  if (!random_.OneIn(4)) return;
  phone.server = random_.Index(schedule_.graph.names.size());
  Send(&phone);
}

void Clients::ReportTogether(int reports) {
  const int server = random_.Index(schedule_.graph.names.size());
  for (int i = 0; i < reports; ++i) {
    Phone& phone = phones_[random_.Below(phones_.size())];
    phone.server = server;
    Send(&phone);
  }
}

void Clients::Send(Phone* phone) {
  if (resting_ || !herd_->IsUp(phone->server)) return;
  herd_->run(phone->server)->Take(NextReport(phone));
}

Report Clients::NextReport(Phone* phone) {
  // A client that got no reply says it again.
  if (phone->has_reported && random_.OneIn(8)) return phone->last;
  phone->has_reported = true;
  return phone->last = MakeReport(phone->client, ++steps_, TimeAt(*phone));
}

Nanos Clients::TimeAt(const Phone& phone) {
  Nanos time = kEpoch + queue_->now() + phone.skew;
  if (random_.OneIn(10)) time -= random_.Between(0, 2 * kNanosPerSecond);
  return time - time % schedule_.time_grain;
}

}  // namespace herd::simulation
