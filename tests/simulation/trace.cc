#include "tests/simulation/trace.h"

namespace herd::simulation {
namespace {

std::uint64_t Mix(std::uint64_t hash, std::uint64_t value) {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15;
  return hash ^ (hash >> 29);
}

}  // namespace

void Trace::Add(std::initializer_list<std::uint64_t> numbers) {
  hash_ = Mix(hash_, static_cast<std::uint64_t>(queue_->now()));
  for (const std::uint64_t number : numbers) hash_ = Mix(hash_, number);
}

void Trace::Print(const std::string& line) {
  if (out_ == nullptr) return;
  std::fprintf(out_, "%12.6f  %s\n", static_cast<double>(queue_->now()) / kNanosPerSecond,
               line.c_str());
}

}  // namespace herd::simulation
