// For ThreadSanitizer builds only: makes Abseil's locks visible to the sanitizer.
//
// Debian's Abseil is built without it, so without this everything that absl::Mutex guards looks
// like a data race. The definitions here stand before the library's for our own code; each calls
// the library's and tells the sanitizer. Waiting for a condition becomes asking again and again,
// since the library would call the condition where the sanitizer does not see the lock.
#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

#include <cstdio>
#include <cstdlib>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"

namespace {

template <typename Function>
Function Library(const char* symbol) {
  void* found = dlsym(RTLD_NEXT, symbol);
  if (found == nullptr) {
    std::fprintf(stderr, "Abseil has no symbol %s: tests/tsan needs an update\n", symbol);
    std::abort();
  }
  return reinterpret_cast<Function>(found);
}

using OnMutex = void (*)(absl::Mutex*);
using TryOnMutex = bool (*)(absl::Mutex*);

constexpr unsigned kWrite = 0;
constexpr unsigned kRead = __tsan_mutex_read_lock;

void Lock(absl::Mutex* mutex, OnMutex lock, unsigned kind) {
  __tsan_mutex_pre_lock(mutex, kind);
  lock(mutex);
  __tsan_mutex_post_lock(mutex, kind, 0);
}

void Unlock(absl::Mutex* mutex, OnMutex unlock, unsigned kind) {
  __tsan_mutex_pre_unlock(mutex, kind);
  unlock(mutex);
  __tsan_mutex_post_unlock(mutex, kind);
}

bool TryLock(absl::Mutex* mutex, TryOnMutex try_lock, unsigned kind) {
  const unsigned flags = kind | __tsan_mutex_try_lock;
  __tsan_mutex_pre_lock(mutex, flags);
  const bool locked = try_lock(mutex);
  __tsan_mutex_post_lock(mutex, locked ? flags : flags | __tsan_mutex_try_lock_failed, 0);
  return locked;
}

// Around a call of the library's that gives the mutex up for a while.
void LetGo(absl::Mutex* mutex) {
  __tsan_mutex_pre_unlock(mutex, kWrite);
  __tsan_mutex_post_unlock(mutex, kWrite);
}

void Regain(absl::Mutex* mutex) {
  __tsan_mutex_pre_lock(mutex, kWrite);
  __tsan_mutex_post_lock(mutex, kWrite, 0);
}

// Lets others have the mutex for a moment.
void GiveWay(absl::Mutex* mutex) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  mutex->Unlock();
  absl::SleepFor(absl::Microseconds(100));
  mutex->Lock();
}

}  // namespace

namespace absl {
ABSL_NAMESPACE_BEGIN

void Mutex::Lock() {
  static const auto lock = Library<OnMutex>("_ZN4absl7debian35Mutex4LockEv");
  ::Lock(this, lock, kWrite);
}

void Mutex::Unlock() {
  static const auto unlock = Library<OnMutex>("_ZN4absl7debian35Mutex6UnlockEv");
  ::Unlock(this, unlock, kWrite);
}

bool Mutex::TryLock() {
  static const auto try_lock = Library<TryOnMutex>("_ZN4absl7debian35Mutex7TryLockEv");
  return ::TryLock(this, try_lock, kWrite);
}

void Mutex::ReaderLock() {
  static const auto lock = Library<OnMutex>("_ZN4absl7debian35Mutex10ReaderLockEv");
  ::Lock(this, lock, kRead);
}

void Mutex::ReaderUnlock() {
  static const auto unlock = Library<OnMutex>("_ZN4absl7debian35Mutex12ReaderUnlockEv");
  ::Unlock(this, unlock, kRead);
}

bool Mutex::ReaderTryLock() {
  static const auto try_lock = Library<TryOnMutex>("_ZN4absl7debian35Mutex13ReaderTryLockEv");
  return ::TryLock(this, try_lock, kRead);
}

Mutex::~Mutex() {
  static const auto destroy = Library<OnMutex>("_ZN4absl7debian35MutexD1Ev");
  destroy(this);
  __tsan_mutex_destroy(this, 0);
}

void Mutex::Await(const Condition& condition) {
  while (!condition.Eval()) GiveWay(this);
}

bool Mutex::AwaitWithDeadline(const Condition& condition, Time deadline) {
  while (!condition.Eval()) {
    if (Now() >= deadline) return false;
    GiveWay(this);
  }
  return true;
}

bool Mutex::AwaitWithTimeout(const Condition& condition, Duration timeout) {
  return AwaitWithDeadline(condition, Now() + timeout);
}

void Mutex::LockWhen(const Condition& condition) {
  Lock();
  Await(condition);
}

bool Mutex::LockWhenWithDeadline(const Condition& condition, Time deadline) {
  Lock();
  return AwaitWithDeadline(condition, deadline);
}

bool Mutex::LockWhenWithTimeout(const Condition& condition, Duration timeout) {
  return LockWhenWithDeadline(condition, Now() + timeout);
}

void CondVar::Wait(Mutex* mutex) {
  static const auto wait =
      Library<void (*)(CondVar*, Mutex*)>("_ZN4absl7debian37CondVar4WaitEPNS0_5MutexE");
  LetGo(mutex);
  wait(this, mutex);
  Regain(mutex);
}

bool CondVar::WaitWithDeadline(Mutex* mutex, Time deadline) {
  static const auto wait = Library<bool (*)(CondVar*, Mutex*, Time)>(
      "_ZN4absl7debian37CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE");
  LetGo(mutex);
  const bool timed_out = wait(this, mutex, deadline);
  Regain(mutex);
  return timed_out;
}

bool CondVar::WaitWithTimeout(Mutex* mutex, Duration timeout) {
  return WaitWithDeadline(mutex, Now() + timeout);
}

void Notification::Notify() {
  static const auto notify =
      Library<void (*)(Notification*)>("_ZN4absl7debian312Notification6NotifyEv");
  // Readers take it from the flag, which stands behind the mutex.
  __tsan_release(reinterpret_cast<char*>(this) + sizeof(Mutex));
  notify(this);
}

void Notification::WaitForNotification() const {
  while (!HasBeenNotified()) SleepFor(Microseconds(100));
}

ABSL_NAMESPACE_END
}  // namespace absl
