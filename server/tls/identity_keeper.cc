#include "server/tls/identity_keeper.h"

#include <pthread.h>
#include <sys/stat.h>

#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/log/log.h"

namespace herd::tls {
namespace {

std::string Describe(const Identity& identity) {
  return absl::StrCat(absl::StrJoin(identity.names, ", "), ", until ",
                      absl::FormatTime(identity.expires, absl::UTCTimeZone()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<IdentityKeeper>> IdentityKeeper::Start(const IdentityFiles& files) {
  absl::StatusOr<Identity> identity = LoadIdentity(files);
  if (!identity.ok()) return identity.status();
  log::Info(absl::StrCat("certificate of ", Describe(*identity)));
  return absl::WrapUnique(new IdentityKeeper(files, *std::move(identity)));
}

// Files that were replaced since they were read are looked at again.
IdentityKeeper::IdentityKeeper(const IdentityFiles& files, Identity identity)
    : files_(files),
      loaded_stamp_(Stamp()),
      current_(std::make_shared<const Identity>(std::move(identity))),
      thread_([this] { Run(); }) {}

IdentityKeeper::~IdentityKeeper() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

std::shared_ptr<const Identity> IdentityKeeper::current() const {
  absl::MutexLock lock(&mutex_);
  return current_;
}

std::string IdentityKeeper::Stamp() const {
  std::string stamp;
  for (const std::string& path : {files_.certificate, files_.key, files_.authorities}) {
    struct stat file {};
    if (stat(path.c_str(), &file) != 0) file = {};
    absl::StrAppend(&stamp, file.st_dev, ":", file.st_ino, ":", file.st_size, ":",
                    file.st_mtim.tv_sec, ".", file.st_mtim.tv_nsec, " ");
  }
  return stamp;
}

void IdentityKeeper::Run() {
  pthread_setname_np(pthread_self(), "herd-identity");
  std::string seen = loaded_stamp_;
  for (;;) {
    {
      absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), kLookEvery)) return;
    }
    const std::string stamp = Stamp();
    // Three files are not replaced at once: they are read when they have stayed the same.
    const bool settled = std::exchange(seen, stamp) == stamp;
    if (!settled || stamp == loaded_stamp_) continue;
    loaded_stamp_ = stamp;
    Reload();
  }
}

void IdentityKeeper::Reload() {
  absl::StatusOr<Identity> identity = LoadIdentity(files_);
  if (!identity.ok()) {
    log::Error(absl::StrCat("the new certificate is not used, and the one before still is: ",
                            identity.status().message()));
    return;
  }
  log::Info(absl::StrCat("new certificate of ", Describe(*identity)));
  absl::MutexLock lock(&mutex_);
  current_ = std::make_shared<const Identity>(*std::move(identity));
  version_.fetch_add(1);
}

}  // namespace herd::tls
