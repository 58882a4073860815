#include "client/load/request_source.h"

#include <algorithm>
#include <bit>

namespace herd::client {
namespace {

constexpr Nanos kApart = 1000;

// What one request has to be later than the one before, so that the same client's are far enough
// apart: it has its turn after all the others.
Nanos Step(std::uint32_t clients) {
  return std::max<Nanos>(1, (kApart + clients - 1) / Nanos{clients});
}

}  // namespace

RequestSource::RequestSource(const Mix& mix, Part part)
    : part_(part),
      clients_(static_cast<std::uint32_t>(part.Of(mix.clients))),
      order_(mix.order),
      step_(Step(clients_)),
      question_share_(mix.question_share),
      mask_(std::bit_ceil(clients_) - 1),
      half_((std::bit_width(mask_) + 1) / 2),
      dice_((std::uint64_t{part.index} + 1) * 0x9E3779B97F4A7C15U) {}

Request RequestSource::Next(Nanos posix_now) {
  last_time_ = std::max(posix_now, last_time_ + step_);
  return {.time = last_time_,
          .client = NextIndex() * part_.count + part_.index,
          .is_question = NextIsQuestion()};
}

std::uint32_t RequestSource::NextIndex() {
  if (order_ == Order::kSequential) {
    const std::uint32_t index = next_;
    next_ = next_ + 1 == clients_ ? 0 : next_ + 1;
    return index;
  }
  while (true) {
    const std::uint32_t index = Scatter(next_);
    next_ = (next_ + 1) & mask_;
    if (index < clients_) return index;
  }
}

// Each step can be undone, so no two numbers become the same.
std::uint32_t RequestSource::Scatter(std::uint32_t number) const {
  std::uint32_t scattered = number * 0x9E3779B1U & mask_;
  scattered ^= scattered >> half_;
  scattered = scattered * 0x85EBCA6BU & mask_;
  return scattered ^ scattered >> half_;
}

// By xorshift64.
bool RequestSource::NextIsQuestion() {
  if (question_share_ <= 0) return false;
  dice_ ^= dice_ << 13;
  dice_ ^= dice_ >> 7;
  dice_ ^= dice_ << 17;
  return static_cast<double>(dice_ >> 11) * 0x1p-53 < question_share_;
}

}  // namespace herd::client
