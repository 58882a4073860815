#include "server/log/log.h"

#include <chrono>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "spdlog/sinks/basic_file_sink.h"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"

namespace herd::log {
namespace {

constexpr auto kFlushInterval = std::chrono::seconds(1);
constexpr char kPattern[] = "%Y-%m-%dT%H:%M:%S.%fZ %L %v";

spdlog::level::level_enum ToSpdlog(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarning:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

std::shared_ptr<spdlog::logger> MakeLogger(spdlog::sink_ptr sink) {
  auto logger = std::make_shared<spdlog::logger>("herd", std::move(sink));
  logger->set_pattern(kPattern, spdlog::pattern_time_type::utc);
  logger->flush_on(spdlog::level::warn);
  return logger;
}

std::shared_ptr<spdlog::logger>& Current() {
  static std::shared_ptr<spdlog::logger> logger =
      MakeLogger(std::make_shared<spdlog::sinks::stderr_sink_mt>());
  return logger;
}

}  // namespace

absl::Status Open(const std::string& path) {
  if (path.empty()) return absl::OkStatus();
  try {
    auto logger = MakeLogger(std::make_shared<spdlog::sinks::basic_file_sink_mt>(path));
    logger->set_level(Current()->level());
    Current() = logger;
    spdlog::set_default_logger(std::move(logger));
    spdlog::flush_every(kFlushInterval);
    return absl::OkStatus();
  } catch (const spdlog::spdlog_ex& error) {
    return absl::UnavailableError(absl::StrCat("cannot open the log file: ", error.what()));
  }
}

void SetLevel(Level level) { Current()->set_level(ToSpdlog(level)); }

bool Enabled(Level level) { return Current()->should_log(ToSpdlog(level)); }

void Write(Level level, std::string_view line) {
  Current()->log(ToSpdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

void Flush() { Current()->flush(); }

}  // namespace herd::log
