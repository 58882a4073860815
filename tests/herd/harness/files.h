// Files that a test makes and reads.
#pragma once

#include <string>
#include <string_view>

namespace herd::test {

// A directory that is there as long as this object, with all that is put into it.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  std::string File(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

void WriteFile(const std::string& path, std::string_view text);

// Empty when there is none.
std::string ReadFile(const std::string& path);

// The last lines of a file, for a person who looks into a failure.
std::string Tail(const std::string& path);

}  // namespace herd::test
