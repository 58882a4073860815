#include "tests/simulation/report.h"

#include <charconv>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace herd::simulation {

Report MakeReport(int client, std::uint64_t step, Nanos time) {
  Report report{.client = client};
  const bool has_long_id = client % 7 == 3;
  report.id = absl::StrCat("c", client, has_long_id ? "-whose-name-is-longer-than-others" : "");
  const bool is_long = step % 13 == 5;
  report.position = absl::StrFormat("%+08.4f-118.%06d%s", static_cast<double>(client % 90),
                                    step % 1'000'000, is_long ? "00000000000000" : "");
  report.time = absl::StrFormat("%d.%09d", time / kNanosPerSecond, time % kNanosPerSecond);
  report.fix = ParseFix({.position = report.position, .time = report.time}).value();
  return report;
}

int ClientOf(std::string_view id) {
  int client = 0;
  std::from_chars(id.data() + 1, id.data() + id.size(), client);
  return client;
}

Request ToRequest(const Report& report) {
  return {.kind = Request::Kind::kReport,
          .client_id = report.id,
          .fix = report.fix,
          .text = {.position = report.position, .time = report.time}};
}

}  // namespace herd::simulation
