// What of k8s/ depends on which servers there are.
#include "client/topology/kubernetes_files.h"

#include "client/topology/numbered_herd.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace herd::client {
namespace {

using ::testing::HasSubstr;

config::HerdConfig HerdOf(const std::vector<std::string>& names) {
  config::HerdConfig herd = *NumberedHerd({.servers = static_cast<int>(names.size())});
  for (std::size_t i = 0; i < names.size(); ++i) herd.servers[i].name = names[i];
  return herd;
}

TEST(NumberedHerd, IsOneThatServersTake) {
  for (const int servers : {1, 2, 5, 100, 101, 1000}) {
    const auto herd = NumberedHerd({.servers = servers, .degree = 4});
    ASSERT_TRUE(herd.ok()) << herd.status();
    EXPECT_EQ(config::ParseHerdConfig(config::ToJson(*herd)).value(), *herd);
  }
  EXPECT_FALSE(NumberedHerd({.servers = 0}).ok());
  EXPECT_FALSE(NumberedHerd({.servers = 1001}).ok());
  EXPECT_FALSE(NumberedHerd({.servers = 5, .degree = 1}).ok());
}

TEST(NumberedHerd, IsDescribed) {
  EXPECT_EQ(Describe(config::DefaultHerdConfig()),
            "5 servers, 6 links; 1 to 3 neighbors each, 3 links at most from one to another");
}

TEST(KubernetesFiles, PutEachServerIntoAPodOfItsOwn) {
  const config::HerdConfig herd = config::DefaultHerdConfig();
  const auto files = KubernetesFiles(herd);
  ASSERT_TRUE(files.ok()) << files.status();
  const auto in_pods = config::ParseHerdConfig(files->at("herd.json"));
  ASSERT_TRUE(in_pods.ok()) << in_pods.status();
  EXPECT_EQ(in_pods->servers[4].name, "Welsh");
  EXPECT_EQ(in_pods->servers[4].host, "herd-4.herd-peers");
  EXPECT_EQ(in_pods->servers[4].client_port, 12070);
  EXPECT_EQ(in_pods->servers[4].metrics_port, 12370);
  EXPECT_EQ(in_pods->servers[4].neighbors, herd.servers[4].neighbors);
  EXPECT_THAT(files->at("kustomization.yaml"), HasSubstr("count: 5\n"));
  EXPECT_THAT(files->at("services.yaml"), HasSubstr("  name: herd-welsh\n  labels:\n"));
  EXPECT_THAT(files->at("services.yaml"),
              HasSubstr("pod-name: herd-4\n  ports:\n    - name: clients\n      port: 12074\n"));
}

TEST(KubernetesFiles, HaveACertificateForEachServerInTheFolderOfItsPod) {
  const auto files = KubernetesFiles(HerdOf({"1e3", "South_1"}));
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_THAT(files->at("certificates/certificates.yaml"),
              HasSubstr("  secretName: herd-1e3-tls\n  dnsNames:\n    - \"1e3\"\n"));
  EXPECT_THAT(files->at("certificates/certificates.yaml"),
              HasSubstr("  secretName: herd-south-1-tls\n  dnsNames:\n    - \"South_1\"\n"));
  const std::string& volume = files->at("certificates/volume.yaml");
  const std::size_t second = volume.find("name: herd-south-1-tls\n");
  ASSERT_NE(second, std::string::npos);
  EXPECT_THAT(volume.substr(second), HasSubstr("key: tls.key\n                      "
                                               "path: herd-1/tls.key\n"));
}

TEST(KubernetesFiles, AreNotMadeOfServersWhoseServicesWouldClash) {
  EXPECT_TRUE(KubernetesFiles(HerdOf({"a", "b"})).ok());
  for (const std::vector<std::string>& names :
       std::vector<std::vector<std::string>>{{"a_b", "a.b"},
                                             {"North", "north"},
                                             {"Peers", "x"},
                                             {"ends-with_", "x"},
                                             {std::string(60, 'n'), "x"}}) {
    EXPECT_EQ(KubernetesFiles(HerdOf(names)).status().code(), absl::StatusCode::kInvalidArgument)
        << names[0];
  }
}

}  // namespace
}  // namespace herd::client
