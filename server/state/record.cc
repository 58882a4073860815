#include "server/state/record.h"

#include <new>

namespace herd {

Record::~Record() { Clear(); }

void Record::Clear() {
  FreeText();
  if (id_size_ > kInlineId) delete[] id_.heap;
  time_ = skew_ = 0;
  origin_and_sequence_ = 0;
  position_.heap = nullptr;
  id_.heap = nullptr;
  shape_ = 0;
  id_size_ = 0;
  server_ = ServerNames::kNone;
}

void Record::SetClientId(std::string_view id) {
  id_size_ = static_cast<std::uint16_t>(id.size());
  char* bytes = id_.inlined;
  if (id.size() > kInlineId) bytes = id_.heap = new char[id.size()];
  std::memcpy(bytes, id.data(), id.size());
}

void Record::FreeText() {
  if (shape_ == 0) ::operator delete(position_.heap);
}

void Record::SetUpdate(OriginIndex origin, const Update& update, ServerNames::Index server) {
  FreeText();
  server_ = server;
  time_ = update.fix.time;
  skew_ = update.skew;
  origin_and_sequence_ = Pack(origin, update.sequence);
  shape_ = update.fix.shape;
  if (shape_ != 0) {
    position_.numbers = {update.fix.latitude, update.fix.longitude};
    return;
  }
  const auto [position, time] = update.text;
  void* const memory = ::operator new(sizeof(HeapText) + position.size() + time.size());
  auto* const text = new (memory) HeapText{static_cast<std::uint16_t>(position.size()),
                                           static_cast<std::uint16_t>(time.size())};
  std::memcpy(text->bytes(), position.data(), position.size());
  std::memcpy(text->bytes() + position.size(), time.data(), time.size());
  position_.heap = text;
}

Fix Record::fix() const {
  Fix fix{.time = time_, .shape = shape_};
  if (shape_ != 0) {
    fix.latitude = position_.numbers.latitude;
    fix.longitude = position_.numbers.longitude;
  }
  return fix;
}

FixText Record::text() const {
  if (shape_ != 0 || position_.heap == nullptr) return {};
  const HeapText& text = *position_.heap;
  return {.position = {text.bytes(), text.position_size},
          .time = {text.bytes() + text.position_size, text.time_size}};
}

Update Record::update() const {
  return {.client_id = client_id(),
          .sequence = sequence(),
          .fix = fix(),
          .text = text(),
          .skew = skew_};
}

}  // namespace herd
