#include "server/tls/identity_keeper.h"

#include <pthread.h>
#include <sys/stat.h>

#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/log/log.h"

namespace herd::tls {
namespace {

std::string Describe(const Identity& identity) {
  return absl::StrCat(Listed(identity.names), ", until ",
                      absl::FormatTime(identity.expires, absl::UTCTimeZone()));
}

absl::StatusOr<Identity> LoadFor(const std::string& name, const IdentityFiles& files) {
  absl::StatusOr<Identity> identity = LoadIdentity(files);
  if (!identity.ok() || name.empty() || HasName(identity->names, name)) return identity;
  return absl::InvalidArgumentError(absl::StrCat(files.certificate, " is not for ", name,
                                                 "; its names: ", Listed(identity->names)));
}

// Changes when one of the files does.
std::string StampOf(const IdentityFiles& files) {
  std::string stamp;
  for (const std::string& path : {files.certificate, files.key, files.authorities}) {
    struct stat file {};
    if (stat(path.c_str(), &file) != 0) file = {};
    absl::StrAppend(&stamp, file.st_dev, ":", file.st_ino, ":", file.st_size, ":",
                    file.st_mtim.tv_sec, ".", file.st_mtim.tv_nsec, " ");
  }
  return stamp;
}

}  // namespace

absl::StatusOr<std::unique_ptr<IdentityKeeper>> IdentityKeeper::Start(const IdentityFiles& files,
                                                                      const std::string& name) {
  std::string stamp = StampOf(files);
  absl::StatusOr<Identity> identity = LoadFor(name, files);
  if (!identity.ok()) return identity.status();
  log::Info(absl::StrCat("certificate of ", Describe(*identity)));
  return absl::WrapUnique(new IdentityKeeper(files, name, std::move(stamp), *std::move(identity)));
}

IdentityKeeper::IdentityKeeper(const IdentityFiles& files, const std::string& name,
                               std::string stamp, Identity identity)
    : files_(files),
      name_(name),
      loaded_stamp_(std::move(stamp)),
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

void IdentityKeeper::Run() {
  pthread_setname_np(pthread_self(), "herd-identity");
  std::string seen = loaded_stamp_;
  int looks_until_retry = 0;  // 0: what is there is used
  for (;;) {
    {
      absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), kLookEvery)) return;
    }
    WarnOfExpiry();
    const std::string stamp = StampOf(files_);
    // Three files are not replaced at once: they are read when they have stayed the same.
    const bool settled = std::exchange(seen, stamp) == stamp;
    const bool retries = looks_until_retry > 0 && --looks_until_retry == 0;
    if (!settled || (stamp == loaded_stamp_ && !retries)) continue;
    loaded_stamp_ = stamp;
    looks_until_retry = Reload() ? 0 : kLooksBeforeRetry;
  }
}

void IdentityKeeper::WarnOfExpiry() {
  const absl::Time now = absl::Now();
  const std::shared_ptr<const Identity> identity = current();
  if (!ExpiresSoon(*identity, now) || now < warned_at_ + kWarnEvery) return;
  warned_at_ = now;
  log::Warning(absl::StrCat("nobody has renewed the certificate of ", Describe(*identity)));
}

bool IdentityKeeper::Reload() {
  absl::StatusOr<Identity> identity = LoadFor(name_, files_);
  if (!identity.ok()) {
    const std::string why(identity.status().message());
    if (std::exchange(told_, why) == why) return false;
    log::Error(absl::StrCat("the new certificate is not used, and the one before still is: ", why));
    return false;
  }
  told_.clear();
  const std::string what = Describe(*identity);
  {
    absl::MutexLock lock(&mutex_);
    current_ = std::make_shared<const Identity>(*std::move(identity));
    version_.fetch_add(1);
  }
  log::Info(absl::StrCat("new certificate of ", what));
  return true;
}

}  // namespace herd::tls
