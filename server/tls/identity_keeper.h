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

  // Errors: as LoadIdentity.
  static absl::StatusOr<std::unique_ptr<IdentityKeeper>> Start(const IdentityFiles& files);
  ~IdentityKeeper();

  // Never null.
  std::shared_ptr<const Identity> current() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Grows with each change of `current`.
  std::uint64_t version() const { return version_.load(); }

 private:
  IdentityKeeper(const IdentityFiles& files, Identity identity);

  // Changes when one of the files does.
  std::string Stamp() const;
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  void Reload() ABSL_LOCKS_EXCLUDED(mutex_);

  const IdentityFiles files_;
  std::string loaded_stamp_;  // the thread's, once it runs
  std::atomic<std::uint64_t> version_{1};
  mutable absl::Mutex mutex_;
  std::shared_ptr<const Identity> current_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace herd::tls
