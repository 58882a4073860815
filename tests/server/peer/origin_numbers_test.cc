#include "server/peer/origin_numbers.h"

#include <string>

#include "gtest/gtest.h"

namespace herd::peer {
namespace {

v1::Origin Declaration(const std::string& server, std::uint64_t start_ns) {
  v1::Origin origin;
  origin.set_server(server);
  origin.set_start_ns(start_ns);
  return origin;
}

TEST(OriginNumbers, AreGivenInTheOrderInWhichOriginsAreNamed) {
  Store store({"Goloman", 1});
  const OriginIndex hands = *store.Intern({"Hands", 2});
  OriginWriter writer(&store);
  OriginDeclarations declarations;
  EXPECT_EQ(writer.Number(hands, &declarations), 0u);
  EXPECT_EQ(writer.Number(Store::kOwnOrigin, &declarations), 1u);
  EXPECT_EQ(writer.Number(hands, &declarations), 0u);
  ASSERT_EQ(declarations.size(), 2);
  EXPECT_EQ(declarations[0].server(), "Hands");
  EXPECT_EQ(declarations[0].start_ns(), 2u);
  EXPECT_EQ(declarations[1].server(), "Goloman");
}

TEST(OriginNumbers, GoOnOverTheWholeStream) {
  Store store({"Goloman", 1});
  OriginReader reader(&store);
  OriginDeclarations first;
  *first.Add() = Declaration("Hands", 2);
  ASSERT_TRUE(reader.Declare(first).ok());
  EXPECT_FALSE(reader.Find(1));
  OriginDeclarations second;
  *second.Add() = Declaration("Goloman", 1);
  *second.Add() = Declaration("Hands", 3);
  ASSERT_TRUE(reader.Declare(second).ok());
  EXPECT_EQ(store.Origin(*reader.Find(0)), (OriginId{"Hands", 2}));
  EXPECT_EQ(reader.Find(1), Store::kOwnOrigin);
  EXPECT_EQ(store.Origin(*reader.Find(2)), (OriginId{"Hands", 3}));
  EXPECT_FALSE(reader.Find(3));
  EXPECT_FALSE(reader.Find(~0U));
}

TEST(ADeclaration, OfWhatNoOriginCanBeIsAnError) {
  for (const v1::Origin& none :
       {Declaration("", 1), Declaration("Hands", 0), Declaration(std::string(65, 'x'), 1),
        Declaration("Han ds", 1), Declaration("Hands\n", 1), Declaration("Hands\r", 1)}) {
    Store store({"Goloman", 1});
    OriginReader reader(&store);
    OriginDeclarations declarations;
    *declarations.Add() = none;
    EXPECT_EQ(reader.Declare(declarations).code(), absl::StatusCode::kInvalidArgument)
        << none.ShortDebugString();
    EXPECT_EQ(store.origins(), 1u);
  }
}

TEST(ADeclaration, BeyondWhatAStoreCanCountIsAnError) {
  Store store({"Goloman", 1});
  OriginReader reader(&store);
  OriginDeclarations declarations;
  for (std::uint64_t run = 1; run <= 65536; ++run) *declarations.Add() = Declaration("Hands", run);
  EXPECT_EQ(reader.Declare(declarations).code(), absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace herd::peer
