// Reads URLs, for tests.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

namespace herd::standin {

// Reads one URL after another, over one connection as long as the server keeps it. One thread.
class Browser {
 public:
  // The HTTP status, 0 where there is no reply within 60 s.
  long Get(const std::string& url) {
    body.clear();
    CURL* const curl = curl_.get();
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, Append);
    if (curl_easy_perform(curl) != CURLE_OK) return 0;
    long status = 0;
    long connects = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(curl, CURLINFO_NUM_CONNECTS, &connects);
    connections += connects;
    return status;
  }

  // JSON, or what claims to be.
  long Post(const std::string& url, const std::string& content) {
    const std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers(
        curl_slist_append(nullptr, "Content-Type: application/json"), curl_slist_free_all);
    curl_easy_setopt(curl_.get(), CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl_.get(), CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(content.size()));
    curl_easy_setopt(curl_.get(), CURLOPT_POSTFIELDS, content.c_str());
    const long status = Get(url);
    curl_easy_setopt(curl_.get(), CURLOPT_HTTPHEADER, nullptr);
    curl_easy_setopt(curl_.get(), CURLOPT_HTTPGET, 1L);
    return status;
  }

  // Of the last reply.
  std::string ContentType() const {
    const char* type = nullptr;
    curl_easy_getinfo(curl_.get(), CURLINFO_CONTENT_TYPE, &type);
    return type == nullptr ? "" : type;
  }

  std::string body;      // of the last reply
  long connections = 0;  // opened so far

 private:
  static size_t Append(char* data, size_t, size_t length, void* body) {
    static_cast<std::string*>(body)->append(data, length);
    return length;
  }

  std::unique_ptr<CURL, void (*)(CURL*)> curl_{curl_easy_init(), curl_easy_cleanup};
};

}  // namespace herd::standin
