// Runs tests over the server that ROWAN_TEST_POSTGRES_URL names.

#include "drivers/postgres/postgres_test.hpp"

#include <cstdlib>
#include <iostream>

const std::string& rowan::test::server_url() {
  static const std::string url = std::getenv("ROWAN_TEST_POSTGRES_URL") != nullptr
                                     ? std::getenv("ROWAN_TEST_POSTGRES_URL")
                                     : "";
  return url;
}

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (rowan::test::server_url().empty()) {
    std::cerr
        << "no server: ROWAN_TEST_POSTGRES_URL is not set; scripts/test starts one and sets it\n";
    return 1;
  }
  return RUN_ALL_TESTS();
}
