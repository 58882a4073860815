#include "client/standin/faults.h"

#include <array>
#include <chrono>
#include <string_view>
#include <utility>

#include "nlohmann/json.hpp"

namespace herd::standin {
namespace {

using nlohmann::json;
using Kind = Fault::Kind;

constexpr std::size_t kHugeBytes = std::size_t{5} << 20;
constexpr int kMaxDelayMs = 600'000;
constexpr char kJson[] = "application/json; charset=UTF-8";
constexpr char kText[] = "text/plain; charset=UTF-8";

constexpr std::array<std::pair<std::string_view, Kind>, 10> kKinds = {{
    {"none", Kind::kNone},
    {"delay", Kind::kDelay},
    {"http", Kind::kHttp},
    {"hang", Kind::kHang},
    {"truncated", Kind::kTruncated},
    {"garbage", Kind::kGarbage},
    {"no_results", Kind::kNoResults},
    {"huge", Kind::kHuge},
    {"over_quota", Kind::kOverQuota},
    {"denied", Kind::kDenied},
}};

std::optional<Kind> KindOf(const std::string& name) {
  for (const auto& [known, kind] : kKinds) {
    if (known == name) return kind;
  }
  return std::nullopt;
}

// A whole number from 0 to `most`; -1 where it is none.
std::int64_t Number(const json& document, const char* name, std::int64_t most) {
  if (!document.contains(name)) return 0;
  const json& value = document[name];
  const bool fits = value.is_number_unsigned() && value.get<std::uint64_t>() <= std::uint64_t(most);
  return fits ? value.get<std::int64_t>() : -1;
}

Reply Refuse(bool legacy, const char* status, int http_status, const char* new_status) {
  if (legacy) {
    const json document = {{"error_message", "The stand-in was told to say so."},
                           {"html_attributions", json::array()},
                           {"results", json::array()},
                           {"status", status}};
    return {200, kJson, document.dump(3) + "\n"};
  }
  const json document = {{"error",
                          {{"code", http_status},
                           {"message", "The stand-in was told to say so."},
                           {"status", new_status}}}};
  return {http_status, kJson, document.dump(2) + "\n"};
}

Reply WithStatus(int http_status) {
  Reply reply{http_status, kText, "The stand-in was told to say so.\n"};
  if (http_status >= 300 && http_status < 400) reply.location = "/healthz";
  return reply;
}

}  // namespace

std::optional<Fault> ParseFault(const std::string& text) {
  const json document = json::parse(text, nullptr, false);
  if (!document.is_object() || !document.contains("kind") || !document["kind"].is_string()) {
    return std::nullopt;
  }
  const std::optional<Kind> kind = KindOf(document["kind"]);
  const std::int64_t ms = Number(document, "ms", kMaxDelayMs);
  const std::int64_t status = Number(document, "status", 599);
  const std::int64_t count = Number(document, "count", 1'000'000'000);
  if (!kind || ms < 0 || status < 0 || count < 0) return std::nullopt;
  if (*kind == Kind::kHttp && status < 200) return std::nullopt;
  return Fault{*kind, static_cast<int>(ms), static_cast<int>(status),
               static_cast<std::uint64_t>(count)};
}

Reply Faults::Set(const std::string& text) {
  const std::optional<Fault> fault = ParseFault(text);
  if (!fault) return {400, kText, "Not a fault.\n"};
  const std::lock_guard lock(mutex_);
  fault_ = *fault;
  ++number_;
  changed_.notify_all();
  return {200, kText, "ok\n"};
}

Reply Faults::Spoil(bool legacy, const std::function<Reply()>& answer) {
  const Fault fault = Take();
  switch (fault.kind) {
    case Kind::kNone:
      break;
    case Kind::kDelay:
    case Kind::kHang:
      Wait(fault);
      break;
    case Kind::kHttp:
      return WithStatus(fault.http_status);
    case Kind::kTruncated: {
      Reply reply = answer();
      reply.truncated = true;
      return reply;
    }
    case Kind::kGarbage:
      return {200, kJson, "<html>\xff It works!</html>"};
    case Kind::kNoResults:
      return {200, kJson, legacy ? "{\"status\" : \"OK\"}\n" : "{\"places\": 7}\n"};
    case Kind::kHuge: {
      std::string body = answer().body;
      body.insert(0, kHugeBytes, ' ');
      return {200, kJson, std::move(body)};
    }
    case Kind::kOverQuota:
      return Refuse(legacy, "OVER_QUERY_LIMIT", 429, "RESOURCE_EXHAUSTED");
    case Kind::kDenied:
      return Refuse(legacy, "REQUEST_DENIED", 403, "PERMISSION_DENIED");
  }
  return answer();
}

Fault Faults::Take() {
  const std::lock_guard lock(mutex_);
  const Fault fault = fault_;
  if (fault_.count > 0 && --fault_.count == 0) fault_ = {};
  return fault;
}

void Faults::Wait(const Fault& fault) {
  std::unique_lock lock(mutex_);
  const std::uint64_t number = number_;
  const std::uint64_t last = ++waits_ + kMostWaits;
  if (waits_ > kMostWaits) changed_.notify_all();
  const auto over = [&] { return stopping_ || number_ != number || waits_ >= last; };
  if (fault.kind == Kind::kHang) {
    changed_.wait(lock, over);
  } else {
    changed_.wait_for(lock, std::chrono::milliseconds(fault.ms), over);
  }
}

void Faults::Stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
}

}  // namespace herd::standin
