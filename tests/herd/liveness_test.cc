// A thread that is stuck shows in the health service and at /healthz, one that only has nothing to
// do does not, and neither hides what else the server is asked.
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>

#include "gmock/gmock.h"
#include "grpc/health/v1/health.pb.h"
#include "grpcpp/impl/codegen/client_unary_call.h"
#include "gtest/gtest.h"
#include "tests/herd/harness/eventually.h"
#include "tests/herd/harness/operator_stub.h"
#include "tests/herd/harness/test_herd.h"
#include "tests/herd/harness/text.h"
#include "tests/herd/harness/text_client.h"

namespace herd::test {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// The thread of that name, or 0.
pid_t ThreadOf(pid_t process, const std::string& name) {
  const std::filesystem::path tasks = "/proc/" + std::to_string(process) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(tasks)) {
    if (ReadFile(task.path() / "comm") == name + "\n") return std::stoi(task.path().filename());
  }
  return 0;
}

// A thread that makes no step as long as this lives, while all others of its process go on.
class StuckThread {
 public:
  explicit StuckThread(pid_t thread) : thread_(thread) {
    stuck_ = ptrace(PTRACE_SEIZE, thread_, nullptr, nullptr) == 0 &&
             ptrace(PTRACE_INTERRUPT, thread_, nullptr, nullptr) == 0 &&
             waitpid(thread_, nullptr, __WALL) == thread_;
    if (!stuck_) why_not_ = std::strerror(errno);
  }
  ~StuckThread() {
    if (stuck_) ptrace(PTRACE_DETACH, thread_, nullptr, nullptr);
  }
  StuckThread(const StuckThread&) = delete;
  StuckThread& operator=(const StuckThread&) = delete;

  bool stuck() const { return stuck_; }
  const std::string& why_not() const { return why_not_; }

 private:
  const pid_t thread_;
  bool stuck_ = false;
  std::string why_not_;
};

class Liveness : public testing::TestWithParam<const char*> {
 protected:
  Liveness() : herd_({.further_arguments = {"--stuck-seconds", "2"}}) { herd_.Start("Goloman"); }

  HealthCheckResponse::ServingStatus HealthOf(const std::string& service) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(kPatienceMs));
    HealthCheckRequest request;
    request.set_service(service);
    HealthCheckResponse response;
    const grpc::internal::RpcMethod check("/grpc.health.v1.Health/Check",
                                          grpc::internal::RpcMethod::NORMAL_RPC);
    const grpc::Status status =
        grpc::internal::BlockingUnaryCall(channel_.get(), check, &context, request, &response);
    EXPECT_TRUE(status.ok()) << service << ": " << status.error_message();
    return response.status();
  }

  bool IsAlive() { return HealthOf("herd.v1.Liveness") == HealthCheckResponse::SERVING; }

  std::string Healthz() {
    const config::ServerConfig& server = *herd_.config().Find("Goloman");
    return Converse({server.host, server.metrics_port},
                    "GET /healthz HTTP/1.1\r\nHost: herd\r\n\r\n");
  }

  TestHerd herd_;
  const std::shared_ptr<grpc::Channel> channel_ = OperatorChannel(herd_, "Goloman");
};

TEST_P(Liveness, EndsWithAThreadThatIsStuckAndComesBackWithIt) {
  ASSERT_TRUE(Eventually([&] { return IsAlive(); }));
  EXPECT_THAT(Healthz(), StartsWith("HTTP/1.1 200 OK\r\n"));
  const pid_t thread = ThreadOf(herd_.Server("Goloman").id(), GetParam());
  ASSERT_NE(thread, 0);
  {
    const StuckThread stuck(thread);
    if (!stuck.stuck()) GTEST_SKIP() << "no thread can be stopped here: " << stuck.why_not();
    EXPECT_TRUE(Eventually([&] { return !IsAlive(); }));
    const std::string health = Healthz();
    EXPECT_THAT(health, StartsWith("HTTP/1.1 503 "));
    EXPECT_THAT(health, ContainsRegex("the thread of the (links|clients, number 0) is stuck\n$"));
    // The process is there, and whoever asks it is told.
    EXPECT_EQ(HealthOf("herd.v1.Operator"), HealthCheckResponse::SERVING);
  }
  EXPECT_TRUE(Eventually([&] { return IsAlive(); }));
  EXPECT_THAT(Healthz(), StartsWith("HTTP/1.1 200 OK\r\n"));
  const std::string iamat = Iamat("walker", "1520023934");
  EXPECT_TRUE(IsReplyTo(iamat, "Goloman", TextClient(herd_.Port("Goloman")).Ask(iamat)));
  herd_.Terminate("Goloman");
  const std::string log = herd_.Log("Goloman");
  const std::size_t stuck = log.find("is stuck: it has not turned for 2 s");
  ASSERT_NE(stuck, std::string::npos);
  // The other thread had nothing to do for as long.
  EXPECT_EQ(log.find("is stuck", stuck + 1), std::string::npos);
  EXPECT_THAT(log, HasSubstr("turns again"));
}

INSTANTIATE_TEST_SUITE_P(Threads, Liveness, testing::Values("herd-clients", "herd-links"),
                         [](const auto& thread) {
                           return std::string(thread.param).substr(std::strlen("herd-"));
                         });

}  // namespace
}  // namespace herd::test
