// herd-bench-fetch: what libcurl itself costs. A bare curl_multi loop, one thread, that keeps so
// many GETs of one URL in flight and throws their bodies away.
#include <curl/curl.h>

#include <chrono>
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"

namespace herd::bench {
namespace {

using Clock = std::chrono::steady_clock;

std::size_t Discard(char*, std::size_t size, std::size_t count, void* bytes) {
  *static_cast<std::uint64_t*>(bytes) += size * count;
  return size * count;
}

struct Outcome {
  std::uint64_t requests = 0;
  std::uint64_t failures = 0;
  std::uint64_t bytes = 0;
};

void Start(CURLM* multi, const std::string& url, Outcome* outcome) {
  CURL* const easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, Discard);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &outcome->bytes);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_multi_add_handle(multi, easy);
}

Outcome Fetch(const std::string& url, int in_flight, double seconds) {
  CURLM* const multi = curl_multi_init();
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, long{in_flight});
  Outcome outcome;
  for (int i = 0; i < in_flight; ++i) Start(multi, url, &outcome);
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  while (Clock::now() < end) {
    int running = 0;
    curl_multi_perform(multi, &running);
    int left = 0;
    while (const CURLMsg* const message = curl_multi_info_read(multi, &left)) {
      CURL* const easy = message->easy_handle;
      ++(message->data.result == CURLE_OK ? outcome.requests : outcome.failures);
      curl_multi_remove_handle(multi, easy);
      curl_multi_add_handle(multi, easy);
    }
    curl_multi_poll(multi, nullptr, 0, 100, nullptr);
  }
  return outcome;
}

int Main(int argc, char** argv) {
  CLI::App app("Fetches a URL again and again, and prints as JSON how fast.", "herd-bench-fetch");
  std::string url;
  int in_flight = 64;
  double seconds = 3;
  app.add_option("--url", url)->required();
  app.add_option("--in-flight", in_flight)->check(CLI::Range(1, 1024));
  app.add_option("--seconds", seconds);
  CLI11_PARSE(app, argc, argv);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  const auto start = Clock::now();
  const Outcome outcome = Fetch(url, in_flight, seconds);
  const double passed = std::chrono::duration<double>(Clock::now() - start).count();
  std::cout << "{\"requests\": " << outcome.requests << ", \"failures\": " << outcome.failures
            << ", \"bytes\": " << outcome.bytes << ", \"seconds\": " << passed
            << ", \"rate\": " << static_cast<double>(outcome.requests) / passed << "}\n";
  return outcome.failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace herd::bench

int main(int argc, char** argv) { return herd::bench::Main(argc, argv); }
