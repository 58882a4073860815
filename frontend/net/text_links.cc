#include "frontend/net/text_links.h"

#include <pthread.h>

#include <algorithm>

namespace herd::net {

TextLinks::TextLinks(const std::vector<TextNeighbor>& neighbors, const Store* store) {
  for (const TextNeighbor& neighbor : neighbors) {
    links_.push_back(std::make_unique<TextLink>(neighbor, store, &loop_));
  }
  if (!links_.empty()) thread_ = std::thread([this] { Run(); });
}

TextLinks::~TextLinks() {
  if (!thread_.joinable()) return;
  loop_.Stop();
  thread_.join();
}

void TextLinks::Run() {
  pthread_setname_np(pthread_self(), "herd-text-links");
  for (const auto& link : links_) link->Start();
  loop_.Run([this] { EndRound(); });
}

void TextLinks::SetLinked(const std::string& neighbor, bool linked) {
  for (const auto& link : links_) {
    if (link->name() != neighbor) continue;
    loop_.Post([link = link.get(), linked] { link->SetLinked(linked); });
  }
}

// At most one task at a time, however often there is something new.
void TextLinks::Wake() {
  if (links_.empty() || woken_.exchange(true)) return;
  loop_.Post([this] {
    woken_.store(false);
    for (const auto& link : links_) link->Tell();
  });
}

bool TextLinks::AwaitTold(absl::Time deadline) {
  if (links_.empty()) return true;
  loop_.Post([this] {
    for (const auto& link : links_) link->Tell();
    awaited_ = true;
  });
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithDeadline(absl::Condition(&told_all_), deadline);
}

void TextLinks::EndRound() {
  if (!awaited_) return;
  const bool all = std::all_of(links_.begin(), links_.end(),
                               [](const auto& link) { return link->has_told_all(); });
  absl::MutexLock lock(&mutex_);
  told_all_ = all;
}

std::vector<TextLinkStatus> TextLinks::Describe() const {
  std::vector<TextLinkStatus> all;
  for (const auto& link : links_) all.push_back(link->Describe());
  return all;
}

}  // namespace herd::net
