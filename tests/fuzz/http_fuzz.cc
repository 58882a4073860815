// Throws bytes at what reads the heads of HTTP requests.
//
// libFuzzer calls LLVMFuzzerTestOneInput; ctest runs it for some seconds over tests/fuzz/http.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "frontend/http/message.h"

namespace herd::http {
namespace {

void Require(bool held, const char* what) {
  if (held) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

void CheckHead(std::string_view input) {
  const std::size_t size = HeadSize(input);
  Require(size <= input.size(), "a head is a part of the input");
  if (size == 0) return;
  Require(input[size - 1] == '\n', "a head ends with a line end");
  Require(HeadSize(input.substr(0, size - 1)) == 0, "a head is the shortest there is");
  const absl::StatusOr<Request> request = ParseHead(input.substr(0, size));
  if (!request.ok()) return;
  Require(input.substr(0, request->method.size()) == request->method, "the method comes first");
  Require(!request->method.empty(), "there is a method");
  Require(request->path.find_first_of(" ?\n") == std::string::npos, "a path is a word");
}

}  // namespace
}  // namespace herd::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A buffer of exactly that size, so that a read beyond it is seen.
  const std::unique_ptr<char[]> exact(new char[size]);
  for (std::size_t i = 0; i < size; ++i) exact[i] = static_cast<char>(data[i]);
  herd::http::CheckHead({exact.get(), size});
  return 0;
}
