// Runs the suite over the database that `--url=URL` names, or that of the environment variable `--url-from=NAME`.

#include "conformance.hpp"

#include <cstdlib>
#include <iostream>

namespace {

std::string& url() {
  static std::string chosen = "sqlite::memory:";
  return chosen;
}

}  // namespace

const std::string& rowan::test::database_url() { return url(); }

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with("--url=")) {
      url() = argument.substr(6);
    } else if (argument.starts_with("--url-from=")) {
      const std::string name(argument.substr(11));
      const char* value = std::getenv(name.c_str());
      if (value == nullptr || *value == '\0') {
        std::cerr << "no server: " << name << " is not set; scripts/test starts one and sets it\n";
        return 1;
      }
      url() = value;
    } else {
      std::cerr << "unknown argument: " << argument << '\n';
      return 2;
    }
  }
  return RUN_ALL_TESTS();
}
