#include "tests/server/operator/reporter.h"

#include "server/state/fix.h"

namespace herd::test {

OriginId RunOf(const std::string& server) { return {.server = server, .start_ns = 7}; }

void Report(Store& store, const std::string& client_id, const std::string& position, int seconds) {
  const std::string time = std::to_string(seconds);
  const FixText text{.position = position, .time = time};
  Request request{
      .kind = Request::Kind::kReport, .client_id = client_id, .fix = *ParseFix(text), .text = text};
  store.Execute(absl::MakeSpan(&request, 1), nullptr);
}

void Receive(Store& store, const std::string& server, Sequence sequence,
             const std::string& client_id, const std::string& position, int seconds) {
  const std::string time = std::to_string(seconds);
  const FixText text{.position = position, .time = time};
  const Update update{
      .client_id = client_id, .sequence = sequence, .fix = *ParseFix(text), .text = text};
  const OriginIndex origin = *store.Intern(RunOf(server));
  store.Apply(origin, sequence - 1, sequence, {&update, 1});
}

}  // namespace herd::test
