// herd-bench-stream: a bare gRPC stream, the yardstick of the links between servers.
//
// One thread builds and sends batches of records, another receives them, looks at each field and
// answers each batch; nothing is stored. Both in this process, each on a core and with a completion
// queue of its own. Prints one line of JSON: what a record costs each of them, and how long a batch
// takes to be answered.
#include <sched.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "CLI/CLI.hpp"
#include "grpcpp/grpcpp.h"
#include "stream.grpc.pb.h"

namespace herd::bench {
namespace {

struct Flags {
  int batch = 256;
  int in_flight = 64;
  double seconds = 3;
};

std::int64_t Now(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

// Tags of what is outstanding.
enum class Tag : std::intptr_t { kStarted = 1, kRead, kWritten, kDone, kFinished };
void* ToPointer(Tag tag) { return reinterpret_cast<void*>(tag); }
Tag ToTag(void* pointer) { return static_cast<Tag>(reinterpret_cast<std::intptr_t>(pointer)); }

// Takes batches in, until the other side ends.
class Receiver {
 public:
  Receiver() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&service_);
    queue_ = builder.AddCompletionQueue();
    server_ = builder.BuildAndStart();
  }

  int port() const { return port_; }
  std::int64_t cpu_ns() const { return cpu_ns_; }
  // A sum over all that was received, so that looking at it cannot be left out.
  std::uint64_t seen() const { return seen_; }

  void Run() {
    service_.RequestFlow(&context_, &stream_, queue_.get(), queue_.get(), ToPointer(Tag::kStarted));
    void* tag;
    bool ok;
    bool going = true;
    while (going && queue_->Next(&tag, &ok)) going = Handle(ToTag(tag), ok);
    cpu_ns_ = Now(CLOCK_THREAD_CPUTIME_ID);
    // At once: the sender's connection would otherwise be waited for, and nobody serves it any
    // more.
    server_->Shutdown(std::chrono::system_clock::now());
    queue_->Shutdown();
    while (queue_->Next(&tag, &ok)) {
    }
  }

 private:
  bool Handle(Tag tag, bool ok) {
    switch (tag) {
      case Tag::kRead:
        if (!ok) {
          stream_.Finish(grpc::Status::OK, ToPointer(Tag::kFinished));
          break;
        }
        Look();
        ++batches_;
        Answer();
        stream_.Read(&batch_, ToPointer(Tag::kRead));
        break;
      case Tag::kStarted:
        stream_.Read(&batch_, ToPointer(Tag::kRead));
        break;
      case Tag::kWritten:
        writing_ = false;
        Answer();
        break;
      default:
        return false;
    }
    return true;
  }

  void Look() {
    for (const Record& record : batch_.records()) {
      seen_ += record.client_id().size() + record.position().size() + record.time().size() +
               static_cast<std::uint64_t>(record.skew_ns()) + record.origin();
    }
  }

  void Answer() {
    if (writing_ || answered_ == batches_) return;
    bench::Answer answer;
    answer.set_batches(answered_ = batches_);
    stream_.Write(answer, ToPointer(Tag::kWritten));
    writing_ = true;
  }

  Stream::AsyncService service_;
  int port_ = 0;
  std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::unique_ptr<grpc::Server> server_;
  grpc::ServerContext context_;
  grpc::ServerAsyncReaderWriter<bench::Answer, Batch> stream_{&context_};
  Batch batch_;
  bool writing_ = false;
  std::uint64_t batches_ = 0;
  std::uint64_t answered_ = 0;
  std::uint64_t seen_ = 0;
  std::int64_t cpu_ns_ = 0;
};

// Sends batches for so long.
class Sender {
 public:
  Sender(int port, const Flags& flags) : flags_(flags) {
    const std::string target = "127.0.0.1:" + std::to_string(port);
    stub_ = Stream::NewStub(grpc::CreateChannel(target, grpc::InsecureChannelCredentials()));
  }

  void Run() {
    stream_ = stub_->PrepareAsyncFlow(&context_, &queue_);
    stream_->StartCall(ToPointer(Tag::kStarted));
    void* tag;
    bool ok;
    bool going = true;
    while (going && queue_.Next(&tag, &ok)) going = Handle(ToTag(tag), ok);
    cpu_ns_ = Now(CLOCK_THREAD_CPUTIME_ID);
    queue_.Shutdown();
    while (queue_.Next(&tag, &ok)) {
    }
  }

  void Print(const Receiver& receiver) {
    std::sort(took_.begin(), took_.end());
    const double records = static_cast<double>(batches_) * flags_.batch;
    const double median = took_.empty() ? 0 : static_cast<double>(took_[took_.size() / 2]) / 1000;
    std::printf(
        "{\"records\": %.0f, \"batches\": %llu, \"seconds\": %.3f, \"sender_us\": %.4f, "
        "\"receiver_us\": %.4f, \"answer_p50_us\": %.1f, \"seen\": %llu}\n",
        records, static_cast<unsigned long long>(batches_),
        static_cast<double>(last_ - begin_) / 1e9, static_cast<double>(cpu_ns_) / 1e3 / records,
        static_cast<double>(receiver.cpu_ns()) / 1e3 / records, median,
        static_cast<unsigned long long>(receiver.seen()));
  }

 private:
  bool Handle(Tag tag, bool ok) {
    switch (tag) {
      case Tag::kStarted:
        begin_ = Now(CLOCK_MONOTONIC);
        end_ = begin_ + static_cast<std::int64_t>(flags_.seconds * 1e9);
        stream_->Read(&answer_, ToPointer(Tag::kRead));
        Send();
        break;
      case Tag::kRead:
        if (!ok) {
          stream_->Finish(&status_, ToPointer(Tag::kFinished));
          break;
        }
        OnAnswer();
        stream_->Read(&answer_, ToPointer(Tag::kRead));
        Send();
        break;
      case Tag::kWritten:
        writing_ = false;
        Send();
        break;
      case Tag::kDone:
        break;
      case Tag::kFinished:
        return false;
    }
    return true;
  }

  void OnAnswer() {
    last_ = Now(CLOCK_MONOTONIC);
    for (; answered_ < answer_.batches(); ++answered_) {
      took_.push_back(last_ - sent_at_.front());
      sent_at_.pop_front();
    }
  }

  void Send() {
    const std::int64_t now = Now(CLOCK_MONOTONIC);
    if (writing_ || done_) return;
    if (now >= end_) {
      if (answered_ < batches_) return;
      done_ = true;
      return stream_->WritesDone(ToPointer(Tag::kDone));
    }
    if (batches_ - answered_ >= static_cast<std::uint64_t>(flags_.in_flight)) return;
    Build();
    sent_at_.push_back(now);
    ++batches_;
    stream_->Write(batch_, ToPointer(Tag::kWritten));
    writing_ = true;
  }

  void Build() {
    batch_.Clear();
    for (int i = 0; i < flags_.batch; ++i) {
      Record* const record = batch_.add_records();
      record->set_client_id("c00000000000" + std::to_string(1000 + i % 9000));
      record->set_position("+34.068930-118.445127");
      record->set_time("1700000000.123456789");
      record->set_skew_ns(123456789 + i);
      record->set_origin(1);
    }
  }

  const Flags flags_;
  std::unique_ptr<Stream::Stub> stub_;
  grpc::CompletionQueue queue_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientAsyncReaderWriter<Batch, bench::Answer>> stream_;
  grpc::Status status_;
  Batch batch_;
  bench::Answer answer_;
  bool writing_ = false;
  bool done_ = false;
  std::uint64_t batches_ = 0;
  std::uint64_t answered_ = 0;
  std::deque<std::int64_t> sent_at_;
  std::vector<std::int64_t> took_;
  std::int64_t begin_ = 0;
  std::int64_t end_ = 0;
  std::int64_t last_ = 0;
  std::int64_t cpu_ns_ = 0;
};

// Puts the calling thread on the first or the second of the cores that the process may use. On one
// core a round trip costs half, since nobody has to wake another core, and which one the kernel
// chose would decide the figure.
void StandOn(int place) {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0 || CPU_COUNT(&allowed) < 2) return;
  int core = 0;
  for (int before = place; !CPU_ISSET(core, &allowed) || before-- > 0;) ++core;
  cpu_set_t own;
  CPU_ZERO(&own);
  CPU_SET(core, &own);
  sched_setaffinity(0, sizeof(own), &own);
}

}  // namespace
}  // namespace herd::bench

int main(int argc, char** argv) {
  CLI::App app(
      "Sends batches of records over a bare gRPC stream, and says what each record costs.");
  herd::bench::Flags flags;
  app.add_option("--batch", flags.batch, "Records in a batch")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  app.add_option("--in-flight", flags.in_flight, "Batches on their way at most")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--seconds", flags.seconds, "How long")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  // As the servers do, see server/main.cc: the two sides must not take in each other's events.
  setenv("GRPC_POLL_STRATEGY", "poll", 0);
  herd::bench::Receiver receiver;
  herd::bench::Sender sender(receiver.port(), flags);
  std::thread receiving([&] {
    herd::bench::StandOn(0);
    receiver.Run();
  });
  std::thread sending([&] {
    herd::bench::StandOn(1);
    sender.Run();
  });
  sending.join();
  receiving.join();
  sender.Print(receiver);
  return 0;
}
