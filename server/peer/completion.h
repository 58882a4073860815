// The tag of an operation on a completion queue: which member function hears of its end.
//
// A Completion is a member of the object that it calls, which must outlive the operation. At most
// one operation of a tag is outstanding at a time.
#pragma once

namespace herd::peer {

class Completion {
 public:
  virtual void Done(bool ok) = 0;

 protected:
  ~Completion() = default;
};

template <typename Owner>
class CompletionOf final : public Completion {
 public:
  using Method = void (Owner::*)(bool ok);

  CompletionOf(Owner* owner, Method method) : owner_(owner), method_(method) {}
  CompletionOf(const CompletionOf&) = delete;
  CompletionOf& operator=(const CompletionOf&) = delete;

  // What is handed to gRPC.
  void* tag() { return static_cast<Completion*>(this); }

  void Done(bool ok) override { (owner_->*method_)(ok); }

 private:
  Owner* const owner_;
  const Method method_;
};

}  // namespace herd::peer
