#include "tests/bench/generator/requests.h"

#include <array>
#include <chrono>

namespace herd::bench {
namespace {

constexpr std::string_view kId = "c000000000000000";
constexpr std::string_view kLatitude = "34.000000";
constexpr std::string_view kLongitude = "118.000000";
constexpr std::string_view kTime = "SSSSSSSSSS.NNNNNNN";
constexpr std::size_t kDecimals = 6;

// What is stored where a server stores text: 42 bytes.
#define HERD_BENCH_VALUE "+34.000000-118.000000 SSSSSSSSSS.NNNNNNN00"

constexpr std::array<Protocol, 5> kProtocols = {{
    {"iamat", "IAMAT c000000000000000 " HERD_BENCH_VALUE "\n", 'A'},
    {"whatsat", "WHATSAT c000000000000000 10 20\n", 'A', true},
    {"redis-set", "*3\r\n$3\r\nSET\r\n$16\r\nc000000000000000\r\n$42\r\n" HERD_BENCH_VALUE "\r\n",
     '+'},
    {"redis-geoadd",
     "*5\r\n$6\r\nGEOADD\r\n$4\r\nherd\r\n$11\r\n-118.000000\r\n$9\r\n34.000000\r\n"
     "$16\r\nc000000000000000\r\n",
     ':'},
    {"memcached-set", "set c000000000000000 0 0 42\r\n" HERD_BENCH_VALUE "\r\n", 'S'},
}};

#undef HERD_BENCH_VALUE

std::string TimeNow() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  const std::string digits = std::to_string(
      std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count() / 100);
  const std::size_t seconds = digits.size() - 7;
  return digits.substr(0, seconds) + "." + digits.substr(seconds);
}

// The last `count` digits of the number, right-aligned before `hole_end`, if there is such a hole.
void WriteDigits(std::uint32_t number, std::size_t count, std::size_t hole_end, std::string& text) {
  if (hole_end == std::string::npos) return;
  char* end = text.data() + hole_end;
  for (std::size_t i = 0; i < count; ++i) {
    *--end = static_cast<char>('0' + number % 10);
    number /= 10;
  }
}

void Overwrite(std::string& text, std::size_t where, std::string_view bytes) {
  if (where != std::string::npos) bytes.copy(text.data() + where, bytes.size());
}

// A latitude that has nothing to do with the neighbors', in millionths of a degree: what sorts its
// clients by place is to find them in another order than that of their ids.
std::uint32_t Scattered(std::uint32_t client) { return client * 2654435761U >> 8; }

// At most 9999, which is some 1.1 km: a car that reports every half minute.
std::uint32_t Step(std::string_view time) {
  std::uint32_t step = 0;
  for (const char digit : time.substr(time.size() - 4)) {
    step = step * 10 + static_cast<std::uint32_t>(digit - '0');
  }
  return step;
}

std::size_t FindEnd(std::string_view text, std::string_view hole) {
  const std::size_t begin = text.find(hole);
  return begin == std::string_view::npos ? begin : begin + hole.size();
}

}  // namespace

const Protocol* FindProtocol(std::string_view name) {
  for (const Protocol& each : kProtocols) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

std::string ProtocolNames() {
  std::string names;
  for (const Protocol& each : kProtocols) {
    names.append(names.empty() ? "" : ", ").append(each.name);
  }
  return names;
}

Requests::Requests(const Protocol& protocol, std::uint32_t clients, Order order)
    : clients_(clients),
      order_(order),
      random_(std::random_device()()),
      time_(TimeNow()),
      text_(protocol.text),
      id_(FindEnd(text_, kId)),
      latitude_(FindEnd(text_, kLatitude)),
      longitude_(FindEnd(text_, kLongitude)),
      time_hole_(text_.find(kTime)) {}

void Requests::AppendTo(std::string& batch) {
  const std::uint32_t client = NextClient();
  AdvanceTime();
  WriteDigits(client, 10, id_, text_);
  WriteDigits(client, kDecimals, longitude_, text_);
  WriteDigits(Scattered(client) + Step(time_), kDecimals, latitude_, text_);
  Overwrite(text_, time_hole_, time_);
  batch.append(text_);
}

std::uint32_t Requests::NextClient() {
  if (order_ == Order::kSequential) return client_++ % clients_;
  // A multiplication in place of a division: the upper bits of 31 random ones.
  return static_cast<std::uint32_t>(random_() * std::uint64_t{clients_} >> 31);
}

// Adds one to the decimal number that the text is.
void Requests::AdvanceTime() {
  for (std::size_t i = time_.size(); i-- > 0;) {
    if (time_[i] == '.') continue;
    if (time_[i] != '9') {
      ++time_[i];
      return;
    }
    time_[i] = '0';
  }
}

}  // namespace herd::bench
