#include "server/log/log.h"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "spdlog/pattern_formatter.h"
#include "spdlog/sinks/basic_file_sink.h"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"

namespace herd::log {
namespace {

constexpr auto kFlushInterval = std::chrono::seconds(1);
constexpr char kPattern[] = "%Y-%m-%dT%H:%M:%S.%fZ %L %v";
constexpr char kLines[] = "lines";  // the name of the logger whose messages are whole lines

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

// Puts time and level before a message, but for those that are whole lines.
class Formatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    if (message.logger_name == kLines) {
      out.append(message.payload.begin(), message.payload.end());
    } else {
      pattern_.format(message, out);
    }
  }
  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<Formatter>();
  }

 private:
  spdlog::pattern_formatter pattern_{kPattern, spdlog::pattern_time_type::utc};
};

struct AtomicCounts {
  std::array<std::atomic<std::uint64_t>, 4> lines{};  // by Level
  std::atomic<std::uint64_t> failed_writes{0};
};
AtomicCounts counts;

// The log is where it would be told, so standard error is told instead; once, since a disk that is
// full stays so.
void OnFailedWrite(const std::string& why) {
  if (counts.failed_writes.fetch_add(1) > 0) return;
  std::fprintf(stderr, "the log cannot be written, and lines are lost: %s\n", why.c_str());
}

// One for events and one for lines, into the same place.
struct Loggers {
  explicit Loggers(const spdlog::sink_ptr& sink)
      : events(std::make_shared<spdlog::logger>("herd", sink)),
        lines(std::make_shared<spdlog::logger>(kLines, sink)) {
    sink->set_formatter(std::make_unique<Formatter>());
    events->flush_on(spdlog::level::warn);
    events->set_error_handler(OnFailedWrite);
    lines->set_error_handler(OnFailedWrite);
  }

  std::shared_ptr<spdlog::logger> events;
  std::shared_ptr<spdlog::logger> lines;
};

Loggers& Current() {
  static Loggers loggers(std::make_shared<spdlog::sinks::stderr_sink_mt>());
  return loggers;
}

}  // namespace

absl::Status Open(const std::string& path) {
  if (path.empty()) return absl::OkStatus();
  try {
    Loggers loggers(std::make_shared<spdlog::sinks::basic_file_sink_mt>(path));
    loggers.events->set_level(Current().events->level());
    loggers.lines->set_level(Current().lines->level());
    Current() = loggers;
    spdlog::set_default_logger(loggers.events);
    spdlog::flush_every(kFlushInterval);
    return absl::OkStatus();
  } catch (const spdlog::spdlog_ex& error) {
    return absl::UnavailableError(absl::StrCat("cannot open the log file: ", error.what()));
  }
}

void SetLevel(Level level) {
  Current().events->set_level(ToSpdlog(level));
  Current().lines->set_level(ToSpdlog(level));
}

Level CurrentLevel() {
  for (const Level level : {Level::kDebug, Level::kInfo, Level::kWarning}) {
    if (Enabled(level)) return level;
  }
  return Level::kError;
}

bool Enabled(Level level) { return Current().events->should_log(ToSpdlog(level)); }

void Write(Level level, std::string_view line) {
  if (Enabled(level)) ++counts.lines[static_cast<std::size_t>(level)];
  Current().events->log(ToSpdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

void WriteLines(std::string_view lines) {
  Current().lines->info(spdlog::string_view_t(lines.data(), lines.size()));
}

void AppendStamp(std::string* out) {
  // What the pattern makes of an empty message, without a line end.
  static thread_local spdlog::pattern_formatter pattern(kPattern, spdlog::pattern_time_type::utc,
                                                        "");
  spdlog::memory_buf_t stamp;
  pattern.format(spdlog::details::log_msg("", spdlog::level::info, ""), stamp);
  out->append(stamp.data(), stamp.size());
}

Counts Count() {
  const auto lines = [](Level level) {
    return counts.lines[static_cast<std::size_t>(level)].load();
  };
  return {.debug = lines(Level::kDebug),
          .info = lines(Level::kInfo),
          .warning = lines(Level::kWarning),
          .error = lines(Level::kError),
          .failed_writes = counts.failed_writes.load()};
}

void Flush() { Current().events->flush(); }

}  // namespace herd::log
