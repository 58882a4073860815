// Herds whose servers and operators prove who they are, and those who are not what they say.
#include <grpcpp/grpcpp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "grpc/health/v1/health.pb.h"
#include "grpcpp/impl/codegen/client_unary_call.h"
#include "gtest/gtest.h"
#include "herd/v1/operator.grpc.pb.h"
#include "herd/v1/propagate.grpc.pb.h"
#include "tests/herd/harness/certificates.h"
#include "tests/herd/harness/eventually.h"
#include "tests/herd/harness/files.h"
#include "tests/herd/harness/loopback.h"
#include "tests/herd/harness/operator_stub.h"
#include "tests/herd/harness/test_herd.h"
#include "tests/herd/harness/text.h"
#include "tests/herd/harness/text_client.h"

namespace herd::test {
namespace {

using ::testing::HasSubstr;

const std::vector<std::string> kAll = {"Goloman", "Hands", "Holiday",
                                       "Wilkes",  "Welsh", "operator"};

std::shared_ptr<const tls::Identity> Load(const tls::IdentityFiles& files) {
  const absl::StatusOr<tls::Identity> identity = tls::LoadIdentity(files);
  EXPECT_TRUE(identity.ok()) << identity.status();
  return std::make_shared<const tls::Identity>(*identity);
}

// Reads whatever comes until then.
bool IsClosedByThePeer(int socket) {
  pollfd watched{.fd = socket, .events = POLLIN, .revents = 0};
  char bytes[4096];
  while (poll(&watched, 1, kPatienceMs) > 0) {
    if (recv(socket, bytes, sizeof(bytes), 0) <= 0) return true;
  }
  return false;
}

class Tls : public testing::Test {
 protected:
  const config::ServerConfig& Goloman() const { return *herd_.config().Find("Goloman"); }

  // What Goloman's operator port says to that one.
  grpc::Status GetStatusAs(const tls::Identity* identity) {
    const auto stub =
        v1::Operator::NewStub(ChannelTo(Goloman(), Goloman().operator_port, identity));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(kPatienceMs));
    v1::GetStatusResponse response;
    return stub->GetStatus(&context, {}, &response);
  }

  // What Goloman says to a caller who calls himself `server`.
  grpc::Status LinkAs(const tls::Identity* identity, const std::string& server) {
    const auto stub =
        v1::Propagate::NewStub(ChannelTo(Goloman(), Goloman().propagate_port, identity));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(kPatienceMs));
    const auto stream = stub->Link(&context);
    v1::Packet packet;
    packet.mutable_push()->mutable_hello()->set_server(server);
    packet.mutable_push()->mutable_hello()->set_receiver("Goloman");
    packet.mutable_push()->mutable_hello()->set_start_ns(1);
    stream->Write(packet);
    while (stream->Read(&packet)) {
    }
    return stream->Finish();
  }

  // What Goloman says to that one when it knocks as `server`.
  grpc::Status KnockAs(const tls::Identity* identity, const std::string& server) {
    const auto stub =
        v1::Propagate::NewStub(ChannelTo(Goloman(), Goloman().propagate_port, identity));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(kPatienceMs));
    v1::Hello hello;
    hello.set_server(server);
    hello.set_receiver("Goloman");
    hello.set_start_ns(1);
    v1::KnockResponse response;
    return stub->Knock(&context, hello, &response);
  }

  void Report(const std::string& server, const std::string& client, int seconds) {
    const std::string iamat = Iamat(client, absl::StrCat(seconds));
    EXPECT_TRUE(IsReplyTo(iamat, server, TextClient(herd_.Port(server)).Ask(iamat)));
  }

  bool AwaitLog(const std::string& server, const std::string& text) {
    return Eventually([&] { return herd_.Log(server).find(text) != std::string::npos; });
  }

  Certificates certificates_{kAll};
  TestHerd herd_{{.arguments_of = [this](const auto& name) { return certificates_.Flags(name); },
                  .operator_identity = Load(certificates_.Files("operator"))}};
};

TEST_F(Tls, AHerdWhoseServersProveWhoTheyAreIsOne) {
  herd_.StartAllLinked();
  Report("Goloman", "kiwi", 1);
  EXPECT_TRUE(herd_.AwaitConverged());
  EXPECT_EQ(herd_.StatusOf("Welsh").clients(), 1);
}

TEST_F(Tls, AnOperatorNeedsACertificateForTheOperatorsName) {
  herd_.Start("Goloman");
  EXPECT_TRUE(GetStatusAs(Load(certificates_.Files("operator")).get()).ok());
  const grpc::Status a_server = GetStatusAs(Load(certificates_.Files("Hands")).get());
  EXPECT_EQ(a_server.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(a_server.error_message(),
            "the certificate is that of Hands, and operators' are for operator");
  EXPECT_EQ(GetStatusAs(nullptr).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(Tls, AnOperatorOfAnotherAuthorityOrOfLongAgoIsNone) {
  herd_.Start("Goloman");
  const Certificates others({"operator"});
  tls::Identity stranger = *Load(others.Files("operator"));
  // Who believes Goloman all the same.
  stranger.authorities = Load(certificates_.Files("operator"))->authorities;
  EXPECT_EQ(GetStatusAs(&stranger).error_code(), grpc::StatusCode::UNAVAILABLE);

  certificates_.Make({"old=-1"});
  tls::Identity expired = *Load(certificates_.Files("operator"));
  expired.certificate_chain = ReadFile(certificates_.Files("old").certificate);
  expired.private_key = ReadFile(certificates_.Files("old").key);
  EXPECT_EQ(GetStatusAs(&expired).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(Tls, ANeighborIsOnlyWhomItsCertificateNames) {
  herd_.Start("Goloman");
  const grpc::Status another = LinkAs(Load(certificates_.Files("Welsh")).get(), "Hands");
  EXPECT_EQ(another.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(another.error_message(), "the certificate is that of Welsh, not of Hands");
  const grpc::Status no_neighbor = LinkAs(Load(certificates_.Files("Welsh")).get(), "Welsh");
  EXPECT_EQ(no_neighbor.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(no_neighbor.error_message(), "Welsh is no neighbor of Goloman");
  const grpc::Status an_operator = LinkAs(Load(certificates_.Files("operator")).get(), "Hands");
  EXPECT_EQ(an_operator.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(an_operator.error_message(), "the certificate is that of operator, not of Hands");
  EXPECT_EQ(LinkAs(nullptr, "Hands").error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(Tls, WhoKnocksIsOnlyWhomItsCertificateNames) {
  herd_.Start("Goloman");
  EXPECT_TRUE(KnockAs(Load(certificates_.Files("Hands")).get(), "Hands").ok());
  const grpc::Status another = KnockAs(Load(certificates_.Files("Welsh")).get(), "Hands");
  EXPECT_EQ(another.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(another.error_message(), "the certificate is that of Welsh, not of Hands");
  EXPECT_EQ(KnockAs(nullptr, "Hands").error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST(ATlsHerd, CallsNobodyWhoCannotProveToBeWhomItMeans) {
  const Certificates certificates(kAll);
  const Certificates others({"Hands"});
  TestHerd herd({.arguments_of =
                     [&](const std::string& name) {
                       return (name == "Hands" ? others : certificates).Flags(name);
                     },
                 .operator_identity = Load(certificates.Files("operator"))});
  herd.Start("Goloman");
  herd.Launch("Hands");
  EXPECT_TRUE(Eventually([&] {
    return herd.Log("Goloman").find("certificate verify failed") != std::string::npos;
  })) << herd.Log("Goloman");
  EXPECT_FALSE(herd.StatusOf("Goloman").neighbors(0).outbound_up());
}

// As a host of which only the kernel still lives.
TEST_F(Tls, ANeighborThatTakesConnectionsAndShakesNoHandsIsCalledAgain) {
  BoundPort silent(herd_.config().Find("Hands")->propagate_port);
  silent.Listen();
  herd_.Start("Goloman");
  std::vector<int> taken;
  for (int i = 0; i < 3; ++i) {
    taken.push_back(accept(silent.descriptor(), nullptr, nullptr));
    ASSERT_GE(taken.back(), 0);
  }
  for (const int socket : taken) {
    EXPECT_TRUE(IsClosedByThePeer(socket));
    close(socket);
  }
  EXPECT_TRUE(AwaitLog("Goloman", "cannot open the link to Hands"));
}

// Of either port, so that strangers do not keep descriptors.
TEST_F(Tls, WhoeverShakesNoHandsIsSentAway) {
  herd_.Start("Goloman");
  for (const std::uint16_t port : {Goloman().propagate_port, Goloman().operator_port}) {
    const int socket = ConnectTo(port);
    ASSERT_GE(socket, 0);
    EXPECT_TRUE(IsClosedByThePeer(socket));
    close(socket);
  }
}

TEST_F(Tls, AServerDoesNotStartWithACertificateThatIsNotItsOwn) {
  const auto words_of = [&](const std::vector<std::string>& flags) {
    std::vector<std::string> command = herd_.CommandLine("Goloman");
    command.insert(command.end(), flags.begin(), flags.end());
    Process server(command, herd_.File("refused.out"));
    EXPECT_EQ(server.Wait(), 1);
    return server.Output();
  };
  EXPECT_THAT(words_of(certificates_.Flags("Hands")), HasSubstr("Hands.pem is not for Goloman"));
  certificates_.Make({"Goloman=-1"});
  EXPECT_THAT(words_of(certificates_.Flags("Goloman")),
              HasSubstr("holds a certificate that has expired"));
}

TEST_F(Tls, AServersCertificateIsNoOperatorsForTheHealthServiceEither) {
  herd_.Start("Goloman");
  const auto check_as = [&](const std::string& name) {
    const auto channel =
        ChannelTo(Goloman(), Goloman().operator_port, Load(certificates_.Files(name)).get());
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(kPatienceMs));
    const grpc::internal::RpcMethod check("/grpc.health.v1.Health/Check",
                                          grpc::internal::RpcMethod::NORMAL_RPC);
    const grpc::health::v1::HealthCheckRequest request;
    grpc::health::v1::HealthCheckResponse response;
    return grpc::internal::BlockingUnaryCall(channel.get(), check, &context, request, &response)
        .error_code();
  };
  EXPECT_EQ(check_as("operator"), grpc::StatusCode::OK);
  EXPECT_EQ(check_as("Hands"), grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(Tls, AnOperatorsCertificateIsNoNeighbors) {
  herd_.Start("Goloman");
  const grpc::Status status = LinkAs(Load(certificates_.Files("operator")).get(), "Hands");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(status.error_message(), "the certificate is that of operator, not of Hands");
}

TEST_F(Tls, TellsUntilWhenItsCertificateHolds) {
  herd_.Start("Goloman");
  EXPECT_EQ(absl::FromUnixNanos(
                static_cast<std::int64_t>(herd_.StatusOf("Goloman").certificate_expires_ns())),
            Load(certificates_.Files("Goloman"))->expires);
  EXPECT_EQ(herd_.StatusOf("Goloman").client_certificate_expires_ns(), 0u);
}

TEST(ACertificate, ExpiresSoonInTheLastQuarterOfItsTime) {
  const absl::Time begin = absl::FromUnixSeconds(1'000'000);
  const tls::Identity identity{.begins = begin, .expires = begin + absl::Hours(100)};
  EXPECT_FALSE(tls::ExpiresSoon(identity, begin));
  EXPECT_FALSE(tls::ExpiresSoon(identity, begin + absl::Hours(75)));
  EXPECT_TRUE(tls::ExpiresSoon(identity, begin + absl::Hours(76)));
  EXPECT_TRUE(tls::ExpiresSoon(identity, begin + absl::Hours(101)));
}

class LoadingAnIdentity : public testing::Test {
 protected:
  std::string Refusal() { return std::string(tls::LoadIdentity(files_).status().message()); }

  // As when a copy of it was cut short.
  static void AppendDamaged(const std::string& file) {
    const std::string pem = ReadFile(file);
    std::ofstream(file, std::ios::app) << pem.substr(0, pem.size() / 2);
  }

  Certificates certificates_{{"Goloman", "Hands"}};
  tls::IdentityFiles files_ = certificates_.Files("Goloman");
};

TEST_F(LoadingAnIdentity, RefusesAChainOfWhichALaterPartIsDamaged) {
  std::ofstream(files_.certificate, std::ios::app)
      << ReadFile(certificates_.Files("Hands").certificate);
  EXPECT_EQ(Refusal(), "");
  AppendDamaged(files_.certificate);
  EXPECT_THAT(Refusal(), HasSubstr("Goloman.pem cannot be used: "));
}

TEST_F(LoadingAnIdentity, RefusesAuthoritiesOfWhichALaterOneIsDamaged) {
  AppendDamaged(files_.authorities);
  EXPECT_THAT(Refusal(), HasSubstr("ca.pem is damaged: "));
}

TEST_F(LoadingAnIdentity, RefusesAKeyThatOpenSslFindsTooWeak) {
  const std::string command = absl::StrCat(
      "openssl req -x509 -newkey rsa:1024 -nodes -subj /CN=Goloman -addext "
      "subjectAltName=DNS:Goloman -keyout ",
      files_.key, " -out ", files_.certificate, " 2>/dev/null");
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_THAT(Refusal(), HasSubstr("Goloman.pem cannot be used: ee key too small"));
}

TEST_F(Tls, ServersWhoseNamesDifferOnlyInCaseAreRefused) {
  config::HerdConfig herd = DefaultGraph();
  herd.servers[1].name = "GOLOMAN";
  for (config::ServerConfig& server : herd.servers) {
    std::replace(server.neighbors.begin(), server.neighbors.end(), std::string("Hands"),
                 herd.servers[1].name);
  }
  TestHerd alike({.herd = herd});
  std::vector<std::string> command = alike.CommandLine("Goloman");
  for (const std::string& flag : certificates_.Flags("Goloman")) command.push_back(flag);
  Process server(command, alike.File("refused.out"));
  EXPECT_EQ(server.Wait(), 1);
  EXPECT_THAT(server.Output(), HasSubstr("with TLS, GOLOMAN and Goloman are one name"));
}

TEST_F(Tls, CertificatesAreReplacedWhileTheHerdRuns) {
  herd_.StartAllLinked();
  herd_.AwaitInSync();
  int seconds = 0;
  const auto report_everywhere = [&] {
    ++seconds;
    for (const std::string& name : herd_.Names()) Report(name, "kiwi-" + name, seconds);
  };
  report_everywhere();
  certificates_.Make(kAll);
  for (const std::string& name : herd_.Names()) {
    EXPECT_TRUE(Eventually([&] {
      report_everywhere();
      return herd_.Log(name).find("new certificate of " + name) != std::string::npos;
    }));
  }
  // Connections that are opened now are opened with them.
  for (const std::string& name : herd_.Names()) {
    herd_.Kill(name);
    herd_.Start(name);
    herd_.AwaitLinksUp();
    herd_.AwaitInSync();
    report_everywhere();
  }
  ASSERT_TRUE(herd_.AwaitConverged());
  for (const std::string& name : herd_.Names()) {
    TextClient client(herd_.Port(name));
    for (const std::string& other : herd_.Names()) {
      EXPECT_THAT(client.Ask(Whatsat("kiwi-" + other, 0)),
                  HasSubstr(absl::StrCat(" ", seconds, "\n")));
      while (client.ReadLine() != "\n") {
      }
    }
  }
}

TEST_F(Tls, ANameThatIsNoDnsNameIsNone) {
  certificates_.Make({"email:operator", "URI:operator"});
  herd_.Start("Goloman");
  for (const char* const name : {"email:operator", "URI:operator"}) {
    const grpc::Status status = GetStatusAs(Load(certificates_.Files(name)).get());
    EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED) << name;
    EXPECT_THAT(status.error_message(), HasSubstr("it has no DNS name"));
  }
}

TEST_F(Tls, AnotherOnesPairIsNotUsed) {
  herd_.StartAllLinked();
  for (const auto of : {&tls::IdentityFiles::certificate, &tls::IdentityFiles::key}) {
    std::ofstream(certificates_.Files("Goloman").*of) << ReadFile(certificates_.Files("Hands").*of);
  }
  EXPECT_TRUE(AwaitLog("Goloman", "Goloman.pem is not for Goloman; its names: Hands"));
  herd_.Kill("Hands");
  herd_.Start("Hands");
  EXPECT_TRUE(herd_.AwaitLinksUp());
}

TEST_F(Tls, APairThatDoesNotHoldTogetherIsNotUsed) {
  herd_.StartAllLinked();
  const tls::IdentityFiles files = certificates_.Files("Goloman");
  std::ofstream(files.key) << ReadFile(certificates_.Files("Hands").key);
  EXPECT_TRUE(
      AwaitLog("Goloman", absl::StrCat("the new certificate is not used, and the one before "
                                       "still is: ",
                                       files.key, " is not the key of the certificate in ")));
  herd_.Kill("Hands");
  herd_.Start("Hands");
  EXPECT_TRUE(herd_.AwaitLinksUp());
}

}  // namespace
}  // namespace herd::test
