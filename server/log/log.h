// The server's log: the one door to the logging library.
//
// Any thread may log; Open is called once, before other threads are started. Before Open, and after
// a failed Open, lines go to standard error. A line is one event, in words a person reads at night:
// what happened, to whom, what the server does now.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace herd::log {

enum class Level { kDebug, kInfo, kWarning, kError };

// Sends the log to `path` (appended to), or to standard error when it is empty.
// Errors: the file cannot be opened.
absl::Status Open(const std::string& path);

// Lines beneath `level` are dropped. The default is kInfo.
void SetLevel(Level level);
bool Enabled(Level level);
Level CurrentLevel();

void Write(Level level, std::string_view line);

inline void Debug(std::string_view line) { Write(Level::kDebug, line); }
inline void Info(std::string_view line) { Write(Level::kInfo, line); }
inline void Warning(std::string_view line) { Write(Level::kWarning, line); }
inline void Error(std::string_view line) { Write(Level::kError, line); }

// Many lines at once, for a log of much. Each begins with what AppendStamp appends and ends with
// "\n"; they are written as they are, in one piece. They count as kInfo.
void WriteLines(std::string_view lines);
// The time now, and the level kInfo, as Write puts them before a line.
void AppendStamp(std::string* out);

// What has been logged since the start; of each level, without what WriteLines wrote.
struct Counts {
  std::uint64_t debug = 0;
  std::uint64_t info = 0;
  std::uint64_t warning = 0;
  std::uint64_t error = 0;
  // Times that something could not be written, and was lost: a full disk, say.
  std::uint64_t failed_writes = 0;
};
Counts Count();

// Writes out what is buffered. Warnings and errors are written out at once by themselves, other
// lines within a second.
void Flush();

}  // namespace herd::log
