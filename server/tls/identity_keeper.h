// Keeps this process's identity as its files have it, while they are replaced.
//
// A thread looks at the files once a second. A pair that does not hold together is told of in the
// log, and the last good one goes on being used. Any thread may ask.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "server/tls/identity.h"

namespace herd::tls {

class IdentityKeeper {
 public:
  static constexpr absl::Duration kLookEvery = absl::Seconds(1);
  // Files that could not be used may become good by themselves: one that holds only from now on,
  // by a clock that is behind.
  static constexpr int kLooksBeforeRetry = 30;
  // How often the log is told that nobody has renewed the certificate, and it expires.
  static constexpr absl::Duration kWarnEvery = absl::Hours(24);

  // The certificate has to be for `name`, now and later; for anybody if that is empty.
  // Errors: as LoadIdentity; INVALID_ARGUMENT, it is for others.
  static absl::StatusOr<std::unique_ptr<IdentityKeeper>> Start(const IdentityFiles& files,
                                                               const std::string& name);
  ~IdentityKeeper();

  // Never null.
  std::shared_ptr<const Identity> current() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Grows with each change of `current`.
  std::uint64_t version() const { return version_.load(); }

 private:
  // `stamp` was taken before the identity was read.
  IdentityKeeper(const IdentityFiles& files, const std::string& name, std::string stamp,
                 Identity identity);

  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  void WarnOfExpiry() ABSL_LOCKS_EXCLUDED(mutex_);
  // Whether the files are used now. Tells what is wrong with them once, however often it is called.
  bool Reload() ABSL_LOCKS_EXCLUDED(mutex_);

  const IdentityFiles files_;
  const std::string name_;
  std::string told_;                             // the thread's: what was last said to be wrong
  absl::Time warned_at_ = absl::InfinitePast();  // the thread's, likewise
  std::string loaded_stamp_;                     // the thread's, once it runs
  std::atomic<std::uint64_t> version_{1};
  mutable absl::Mutex mutex_;
  std::shared_ptr<const Identity> current_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace herd::tls
