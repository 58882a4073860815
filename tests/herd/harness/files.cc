#include "tests/herd/harness/files.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace herd::test {
namespace {

constexpr std::size_t kTailBytes = 4000;

}  // namespace

TempDir::TempDir() : path_((std::filesystem::temp_directory_path() / "herd-test-XXXXXX").string()) {
  if (mkdtemp(path_.data()) != nullptr) return;
  std::perror(path_.c_str());
  std::abort();
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void WriteFile(const std::string& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (file.flush()) return;
  std::perror(path.c_str());
  std::abort();
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string Tail(const std::string& path) {
  const std::string text = ReadFile(path);
  if (text.size() <= kTailBytes) return text;
  return "...\n" + text.substr(text.find('\n', text.size() - kTailBytes) + 1);
}

}  // namespace herd::test
