// The main program of tests whose herds have a network of their own.
#include "gtest/gtest.h"
#include "tests/herd/harness/network.h"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (!testing::GTEST_FLAG(list_tests)) herd::test::Network::Enter();
  return RUN_ALL_TESTS();
}
