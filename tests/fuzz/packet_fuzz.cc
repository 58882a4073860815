// Throws bytes at a server as a neighbour's packets: each is taken in, or closes the link with a
// status that says why, and the map is sound afterwards.
//
// libFuzzer calls LLVMFuzzerTestOneInput; ctest runs it for some seconds over tests/fuzz/packets.
// The input is packets, each behind its size in two bytes, the lower one first.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/stubs/logging.h"
#include "herd/v1/propagate.pb.h"
#include "server/peer/flood.h"
#include "server/state/digest.h"
#include "server/state/fix.h"
#include "server/state/store.h"
#include "tests/server/peer/reports.h"

namespace herd::peer {
namespace {

constexpr std::size_t kNeighbor = 0;
constexpr Nanos kStep = 50 * kNanosPerMillisecond;
constexpr int kMostPackets = 20;

void Require(bool held, const char* what) {
  if (held) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

// The next packet's bytes, taken off the front.
std::string_view TakePacket(std::string_view* input) {
  if (input->size() < 2) return *input = {};
  const auto low = static_cast<std::uint8_t>((*input)[0]);
  const auto high = static_cast<std::uint8_t>((*input)[1]);
  input->remove_prefix(2);
  const std::string_view packet = input->substr(0, low | high << 8);
  input->remove_prefix(packet.size());
  return packet;
}

class Server {
 public:
  Server() {
    for (int i = 0; i < 3; ++i) Report(store_, absl::StrCat("own-", i), "1.5");
    flood_.Open(kNeighbor);
  }

  // Returns whether the link has to be closed.
  bool Take(const v1::Packet& packet) {
    now_ += kStep;
    const absl::Status status = flood_.OnPacket(kNeighbor, packet, now_);
    Require(status.ok() || !status.message().empty(), "a status says why");
    Talk();
    return !status.ok();
  }

  void CheckMap() {
    VersionVector vector;
    MapDigest told;
    store_.ReadVector(&vector, &told);
    Require(vector[Store::kOwnOrigin] == 3, "nobody makes this server's own updates for it");
    std::uint64_t digest = 0;
    std::size_t clients = 0;
    std::vector<std::uint64_t> hashes;
    for (std::size_t i = 0; i < store_.origins(); ++i) {
      hashes.push_back(HashOrigin(store_.Origin(static_cast<OriginIndex>(i))));
    }
    store_.Scan(0, store_.slots(), [&](Slot, OriginIndex origin, const Update& update) {
      ++clients;
      digest += DigestOf(hashes[origin], update.sequence);
      Require(!update.client_id.empty(), "a client has an id");
      Require(update.sequence <= vector[origin], "the vector covers each record");
      Require(update.fix.shape != 0 || ParseFix(update.text).has_value(),
              "a position and a time are such");
    });
    Require(clients == store_.clients(), "all clients are there");
    Require(digest == told.sum, "the digest is that of the map");
  }

 private:
  // What the server has to say to that, and a further report.
  void Talk() {
    flood_.Advance(now_);
    v1::Packet packet;
    for (int i = 0; i < kMostPackets && flood_.NextPacket(kNeighbor, now_, &packet); ++i) {
      packet.Clear();
    }
    flood_.Look(now_);
  }

  const OriginId own_ = {"Holiday", 7};
  Store store_{own_};
  Flood flood_{&store_, own_, {"Welsh"}, {}};
  Nanos now_ = kNanosPerSecond;
};

}  // namespace
}  // namespace herd::peer

// The library would tell of each text that is none.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  google::protobuf::SetLogHandler(nullptr);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  herd::peer::Server server;
  bool closed = false;
  while (!closed && !input.empty()) {
    const std::string_view bytes = herd::peer::TakePacket(&input);
    herd::v1::Packet packet;
    if (!packet.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) break;
    closed = server.Take(packet);
  }
  server.CheckMap();
  return 0;
}
