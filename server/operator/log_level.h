// Levels of the log as operators name them.
#pragma once

#include <optional>

#include "herd/v1/operator.pb.h"
#include "server/log/log.h"

namespace herd {

inline v1::LogLevel ToMessage(log::Level level) {
  switch (level) {
    case log::Level::kDebug:
      return v1::LOG_LEVEL_DEBUG;
    case log::Level::kInfo:
      return v1::LOG_LEVEL_INFO;
    case log::Level::kWarning:
      return v1::LOG_LEVEL_WARNING;
    case log::Level::kError:
      return v1::LOG_LEVEL_ERROR;
  }
  return v1::LOG_LEVEL_UNSPECIFIED;
}

// nullopt: none of them.
inline std::optional<log::Level> FromMessage(v1::LogLevel level) {
  for (const log::Level each :
       {log::Level::kDebug, log::Level::kInfo, log::Level::kWarning, log::Level::kError}) {
    if (ToMessage(each) == level) return each;
  }
  return std::nullopt;
}

}  // namespace herd
