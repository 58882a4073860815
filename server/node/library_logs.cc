#include "server/node/library_logs.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "google/protobuf/stubs/logging.h"
#include "grpc/support/log.h"
#include "server/log/burst.h"
#include "server/log/log.h"
#include "server/state/clock.h"

namespace herd {
namespace {

// Apart for each place in the code that says something: there are some hundred, and one at which
// strangers make a noise is not to drown the others.
class Bursts {
 public:
  log::Burst& Of(std::string_view file, int line) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return bursts_[{file, line}];
  }

 private:
  absl::Mutex mutex_;
  std::map<std::pair<std::string_view, int>, log::Burst> bursts_ ABSL_GUARDED_BY(mutex_);
};

std::string_view FileName(std::string_view path) {
  return path.substr(path.find_last_of('/') + 1);  // npos + 1 is 0: there is no folder
}

std::string OneLine(std::string message) {
  std::replace_if(
      message.begin(), message.end(),
      [](char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); }, ' ');
  return message;
}

void LogForGrpc(gpr_log_func_args* said) {
  static auto& bursts = *new Bursts;  // gRPC's threads may speak until the very end
  const auto line = [&] {
    return absl::StrCat("gRPC: ", OneLine(said->message), " (", std::string(FileName(said->file)),
                        ":", said->line, ")");
  };
  if (said->severity != GPR_LOG_SEVERITY_ERROR) return log::Info(line());
  bursts.Of(said->file, said->line).Write(log::Level::kWarning, MonotonicNow(), line);
}

void LogForProtobuf(google::protobuf::LogLevel, const char*, int, const std::string& message) {
  static log::Burst burst;
  burst.Write(log::Level::kWarning, MonotonicNow(),
              [&] { return absl::StrCat("a message was refused: ", absl::CHexEscape(message)); });
}

}  // namespace

void LogForLibraries() {
  gpr_set_log_function(LogForGrpc);
  google::protobuf::SetLogHandler(LogForProtobuf);
}

}  // namespace herd
