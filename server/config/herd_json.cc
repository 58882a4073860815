// The JSON side of herd_config.h: the configuration's one door to nlohmann/json.
#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "server/config/herd_config.h"
#include "server/config/herd_rules.h"

namespace herd::config {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxShownBytes = 40;

template <typename... Parts>
absl::Status Broken(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(parts...));
}

// The value as the file has it, cut when it is long.
std::string Shown(const Json& value) {
  if (value.is_structured()) return value.is_array() ? "an array" : "an object";
  std::string text = value.dump();
  if (text.size() <= kMaxShownBytes) return text;
  text = value.dump(-1, ' ', /*ensure_ascii=*/true);  // Cutting splits no character then.
  return absl::StrCat(text.substr(0, kMaxShownBytes), "...");
}

std::string LineAndColumn(std::string_view text, size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const size_t line_start = before.find_last_of('\n') + 1;  // npos + 1 is 0: the first line.
  return absl::StrCat("line ", line, ", column ", before.size() - line_start + 1);
}

// "[json.exception...] parse error at line 1, column 2: WHY; last read: 'TOKEN'; expected WHAT"
// without the library's own place, which counts differently, and the token, which can be long.
std::string Reason(const Json::parse_error& error) {
  std::string why = error.what();
  why.erase(0, why.find(": ") + 2);
  const size_t token = why.find("; last read: ");
  if (token == std::string::npos) return why;
  const size_t expected = why.rfind("; expected ");
  const size_t end = expected == std::string::npos ? why.size() : std::max(expected, token);
  return why.erase(token, end - token);
}

// Sees that no object has a key twice: the parser would keep the last without a word.
class DuplicateKeys {
 public:
  bool operator()(int /*depth*/, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) open_.emplace_back();
    if (event == Json::parse_event_t::object_end) open_.pop_back();
    if (event != Json::parse_event_t::key) return true;
    const auto& key = parsed.get_ref<const std::string&>();
    if (!open_.back().insert(key).second && !first_.has_value()) first_ = key;
    return true;
  }

  const std::optional<std::string>& first() const { return first_; }

 private:
  std::vector<std::set<std::string>> open_;
  std::optional<std::string> first_;
};

absl::StatusOr<Json> ParseJson(std::string_view text) {
  DuplicateKeys duplicates;
  const Json::parser_callback_t watch = std::ref(duplicates);
  try {
    Json json = Json::parse(text, watch);
    if (!duplicates.first().has_value()) return json;
    return Broken("the key ", Json(*duplicates.first()).dump(), " stands twice in one object");
  } catch (const Json::parse_error& error) {
    const size_t offset = error.byte == 0 ? 0 : error.byte - 1;
    return Broken("not JSON: ", LineAndColumn(text, offset), ": ", Reason(error));
  } catch (const Json::out_of_range&) {
    // All that it says is the number, which can be long.
    return Broken("a number is larger than any can be");
  }
}

// Reads the keys of one object, each once, and tells at the end which ones nobody asked for.
// After the first error everything else is skipped.
class ObjectReader {
 public:
  ObjectReader(const Json& object, std::string place) : object_(object), place_(std::move(place)) {
    if (!object_.is_object()) Fail(" is ", Shown(object_), ", an object was expected");
  }

  void SetPlace(std::string place) { place_ = std::move(place); }

  void String(const char* key, bool required, std::string& value) {
    const Json* json = Find(key, required);
    if (json == nullptr) return;
    if (!json->is_string()) return WrongType(key, *json, "a string");
    value = json->get<std::string>();
  }

  void Bool(const char* key, bool& value) {
    const Json* json = Find(key, /*required=*/false);
    if (json == nullptr) return;
    if (!json->is_boolean()) return WrongType(key, *json, "true or false");
    value = json->get<bool>();
  }

  void Port(const char* key, uint16_t& value, bool required = true) {
    ReadPort(Find(key, required), key, 1, "a port is 1 to 65535", value);
  }

  // 0 or left out: there is none.
  void OptionalPort(const char* key, uint16_t& value) {
    ReadPort(Find(key, /*required=*/false), key, 0, "a port is 1 to 65535, and 0 is none", value);
  }

  void Strings(const char* key, std::vector<std::string>& values) {
    const Json* json = Array(key, /*required=*/false);
    if (json == nullptr) return;
    for (const Json& item : *json) {
      if (!item.is_string()) {
        return Fail(": ", key, "[", values.size(), "] is ", Shown(item), ", a string was expected");
      }
      values.push_back(item.get<std::string>());
    }
  }

  // Null when it is missing or something else.
  const Json* Array(const char* key, bool required) {
    const Json* json = Find(key, required);
    if (json == nullptr || json->is_array()) return json;
    WrongType(key, *json, "an array");
    return nullptr;
  }

  absl::Status Finish() {
    if (!status_.ok()) return status_;
    for (const auto& [key, value] : object_.items()) {
      if (!known_.contains(key)) return Broken(place_, ": unknown key ", Shown(Json(key)));
    }
    return status_;
  }

 private:
  template <typename... Parts>
  void Fail(const Parts&... parts) {
    if (status_.ok()) status_ = Broken(place_, parts...);
  }

  void WrongType(const char* key, const Json& json, const char* expected) {
    Fail(": \"", key, "\" is ", Shown(json), ", ", expected, " was expected");
  }

  void ReadPort(const Json* json, const char* key, int lowest, const char* rule, uint16_t& value) {
    if (json == nullptr) return;
    if (!json->is_number_integer()) return WrongType(key, *json, "a whole number");
    if (*json < lowest || *json > 65535) {
      return Fail(": \"", key, "\" is ", Shown(*json), ", ", rule);
    }
    value = json->get<uint16_t>();
  }

  const Json* Find(const char* key, bool required) {
    if (!status_.ok()) return nullptr;
    known_.insert(key);
    const auto found = object_.find(key);
    if (found != object_.end()) return &*found;
    if (required) Fail(": the key \"", key, "\" is missing");
    return nullptr;
  }

  const Json& object_;
  std::string place_;
  std::set<std::string> known_;
  absl::Status status_;
};

absl::StatusOr<ServerConfig> ReadServer(const Json& json, size_t index) {
  ServerConfig server;
  ObjectReader reader(json, absl::StrCat("servers[", index, "]"));
  reader.String("name", /*required=*/true, server.name);
  reader.SetPlace(Place(index, server.name));
  reader.String("host", /*required=*/false, server.host);
  reader.Bool("text", server.text);
  reader.Port("client_port", server.client_port);
  reader.Port("propagate_port", server.propagate_port, /*required=*/!server.text);
  reader.Port("operator_port", server.operator_port, /*required=*/!server.text);
  reader.OptionalPort("metrics_port", server.metrics_port);
  reader.Strings("neighbors", server.neighbors);
  if (absl::Status finished = reader.Finish(); !finished.ok()) return finished;
  return server;
}

absl::StatusOr<HerdConfig> ReadHerd(const Json& json) {
  HerdConfig herd;
  ObjectReader reader(json, "the top level");
  const Json* servers = reader.Array("servers", /*required=*/true);
  if (absl::Status finished = reader.Finish(); !finished.ok()) return finished;
  for (const Json& item : *servers) {
    absl::StatusOr<ServerConfig> server = ReadServer(item, herd.servers.size());
    if (!server.ok()) return server.status();
    herd.servers.push_back(*std::move(server));
  }
  return herd;
}

}  // namespace

absl::StatusOr<HerdConfig> ParseHerdConfig(std::string_view json) {
  if (json.size() > kMaxConfigBytes) {
    return Broken("longer than ", kMaxConfigBytes, " bytes, which no herd's file is");
  }
  const absl::StatusOr<Json> parsed = ParseJson(json);
  if (!parsed.ok()) return parsed.status();
  absl::StatusOr<HerdConfig> herd = ReadHerd(*parsed);
  if (!herd.ok()) return herd;
  if (absl::Status complete = CompleteHerd(*herd); !complete.ok()) return complete;
  return herd;
}

std::string ToJson(const HerdConfig& herd) {
  auto servers = nlohmann::ordered_json::array();
  for (const ServerConfig& server : herd.servers) {
    nlohmann::ordered_json json = {
        {"name", server.name}, {"host", server.host}, {"client_port", server.client_port}};
    if (server.text) json["text"] = true;
    if (server.propagate_port != 0) json["propagate_port"] = server.propagate_port;
    if (server.operator_port != 0) json["operator_port"] = server.operator_port;
    json["metrics_port"] = server.metrics_port;
    json["neighbors"] = server.neighbors;
    servers.push_back(std::move(json));
  }
  return nlohmann::ordered_json{{"servers", std::move(servers)}}.dump(2) + "\n";
}

}  // namespace herd::config
