// What one text neighbour is still to be told, as AT lines: each client's newest report, once.
//
// Pulls from the store, so nothing queues up however slow the neighbour is: of a client that moves
// meanwhile it hears the newest. A neighbour acknowledges nothing, so after Restart it is told all
// there is, as one that has come back empty has to be. Knows neither sockets nor a clock. Belongs
// to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "server/state/store.h"

namespace herd {

class TextFeed {
 public:
  // `neighbor` is the name by which its own AT lines call it. The store outlives the feed.
  TextFeed(const Store* store, std::string neighbor);

  // It has heard of nothing.
  void Restart();
  // Appends what it is to be told next, up to `most` bytes and a line. Returns how many lines that
  // are; none: it has been told all there is.
  std::size_t Take(std::size_t most, std::string* out);
  // Updates that it has not been told, of which some may have been superseded.
  std::uint64_t Lag() const;

 private:
  void Look();
  // Tells of that origin until `out` has `end` bytes. Returns how many lines that were.
  std::size_t TellOf(OriginIndex origin, std::size_t end, std::string* out);
  bool IsOwnReport(OriginIndex origin, const Update& update) const;

  const Store* const store_;
  const std::string neighbor_;
  // By origin: the server's name, how far there are updates, and through where they have been told.
  std::vector<std::string> servers_;
  VersionVector made_;
  VersionVector told_;
  // What there was when the neighbour may have been empty.
  VersionVector before_;
  std::uint64_t repaired_ = 0;
  OriginIndex next_origin_ = 0;
};

}  // namespace herd
