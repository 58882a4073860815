#include "server/state/server_names.h"

#include <string>

#include "gtest/gtest.h"

namespace herd {
namespace {

TEST(ServerNames, KeepEachOnce) {
  ServerNames names;
  const ServerNames::Index hands = names.Intern("Hands");
  EXPECT_NE(hands, ServerNames::kNone);
  EXPECT_NE(names.Intern("Wilkes"), hands);
  EXPECT_EQ(names.Intern(std::string("Hands")), hands);
  EXPECT_EQ(names.Name(hands), "Hands");
}

TEST(ServerNames, HaveANumberForNone) {
  ServerNames names;
  EXPECT_EQ(names.Intern(""), ServerNames::kNone);
  EXPECT_EQ(names.Name(ServerNames::kNone), "");
}

TEST(ServerNames, AreSoManyAtMost) {
  ServerNames names;
  for (std::size_t i = 0; i < ServerNames::kMost; ++i) {
    const ServerNames::Index index = names.Intern("server-" + std::to_string(i));
    ASSERT_NE(index, ServerNames::kNone);
    ASSERT_EQ(names.Name(index), "server-" + std::to_string(i));
  }
  EXPECT_EQ(names.Intern("one more"), ServerNames::kNone);
  EXPECT_EQ(names.Name(names.Intern("server-0")), "server-0");
}

}  // namespace
}  // namespace herd
