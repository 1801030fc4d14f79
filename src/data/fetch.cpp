#include "stl10/data/fetch.h"

#include <curl/curl.h>

#include <charconv>
#include <cstdlib>
#include <exception>
#include <new>
#include <stdexcept>
#include <string_view>
#include <thread>

#include "stl10/base/disk_space.h"
#include "stl10/base/error.h"
#include "stl10/base/interrupt.h"

namespace stl10 {
namespace {

/// Why a request brought no whole file.
class FailedTry : public std::runtime_error {
 public:
  FailedTry(const std::string& what, bool is_final) : std::runtime_error(what), final(is_final) {}

  bool final;  ///< another one would fail, too
};

/// The number in `text` behind the first `mark`; −1 where there is none.
int64_t number_behind(std::string_view text, std::string_view mark) {
  const size_t place = text.find(mark);
  if (place == std::string_view::npos) return -1;
  const char* const begin = text.data() + place + mark.size();
  int64_t number = -1;
  std::from_chars(begin, text.data() + text.size(), number);
  return number;
}

bool is_final(CURLcode code) {
  return code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_URL_MALFORMAT ||
         code == CURLE_TOO_MANY_REDIRECTS || code == CURLE_PEER_FAILED_VERIFICATION ||
         code == CURLE_SSL_CACERT_BADFILE || code == CURLE_OUT_OF_MEMORY;
}

std::string way_on(const PartialFile& file) {
  if (file.size() == 0) return "run this again";
  return "run this again: it goes on behind the " + bytes_text(static_cast<double>(file.size())) +
         " in " + file.path().string();
}

/// One request.
class Transfer {
 public:
  Transfer(const FetchSource& source, PartialFile& file, const FetchLimits& limits,
           const FetchWatcher& watcher)
      : source_(source),
        file_(file),
        limits_(limits),
        watcher_(watcher),
        handle_(curl_easy_init()),
        all_(source.bytes.value_or(-1)) {
    if (handle_ == nullptr) throw std::bad_alloc();
    set_options();
  }
  ~Transfer() { curl_easy_cleanup(handle_); }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// @throws FailedTry, IoError, Interrupted.
  void run();

 private:
  void set_options();
  void set_callbacks();
  void begin(std::string_view body);
  void learn_size(int64_t bytes);
  void go_on();
  void begin_anew(std::string_view body);
  void meet_refused_range();
  void receive(std::string_view body);
  bool goes_on(int64_t come);
  std::string failure(CURLcode code) const;
  std::string header(const char* name) const;

  const FetchSource& source_;
  PartialFile& file_;
  const FetchLimits& limits_;
  const FetchWatcher& watcher_;
  CURL* handle_;
  char words_[CURL_ERROR_SIZE] = {};  ///< of libcurl on a failure
  int64_t all_;                       ///< bytes of the whole file; −1 where unknown
  bool begun_ = false, body_counts_ = true, stalled_ = false;
  int64_t come_ = 0;  ///< bytes of this answer when the last one came
  std::chrono::steady_clock::time_point came_at_ = std::chrono::steady_clock::now();
  std::exception_ptr error_;  ///< thrown while libcurl called
};

void Transfer::set_options() {
  const bool encrypted = !source_.url.starts_with("http:");
  const char* const protocols = encrypted ? "https" : "http,https";
  constexpr long kRedirects = 5;
  curl_easy_setopt(handle_, CURLOPT_URL, source_.url.c_str());
  curl_easy_setopt(handle_, CURLOPT_PROTOCOLS_STR, protocols);
  curl_easy_setopt(handle_, CURLOPT_REDIR_PROTOCOLS_STR, protocols);
  curl_easy_setopt(handle_, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(handle_, CURLOPT_MAXREDIRS, kRedirects);
  curl_easy_setopt(handle_, CURLOPT_CONNECTTIMEOUT, static_cast<long>(limits_.stall.count()));
  curl_easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle_, CURLOPT_USERAGENT, "stl10");
  curl_easy_setopt(handle_, CURLOPT_ERRORBUFFER, words_);
  // Certificates of an own authority are named by the variables that curl itself knows.
  for (const char* variable : {"CURL_CA_BUNDLE", "SSL_CERT_FILE"}) {
    const char* const certificates = std::getenv(variable);
    if (certificates == nullptr) continue;
    curl_easy_setopt(handle_, CURLOPT_CAINFO, certificates);
    break;
  }
  if (file_.size() > 0) {
    curl_easy_setopt(handle_, CURLOPT_RANGE, (std::to_string(file_.size()) + "-").c_str());
  }
  set_callbacks();
}

void Transfer::set_callbacks() {
  curl_easy_setopt(handle_, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(
      handle_, CURLOPT_WRITEFUNCTION,
      +[](const char* data, size_t one, size_t count, void* self) -> size_t {
        auto* const transfer = static_cast<Transfer*>(self);
        try {
          transfer->receive({data, one * count});
          return one * count;
        } catch (...) {
          transfer->error_ = std::current_exception();
          return CURL_WRITEFUNC_ERROR;
        }
      });
  curl_easy_setopt(handle_, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(handle_, CURLOPT_XFERINFODATA, this);
  curl_easy_setopt(
      handle_, CURLOPT_XFERINFOFUNCTION,
      +[](void* self, curl_off_t, curl_off_t come, curl_off_t, curl_off_t) {
        return static_cast<Transfer*>(self)->goes_on(come) ? 0 : 1;
      });
}

/// Of the answer to the last request, behind all redirections.
std::string Transfer::header(const char* name) const {
  curl_header* found = nullptr;
  constexpr int kLastRequest = -1;
  const CURLHcode code = curl_easy_header(handle_, name, 0, CURLH_HEADER, kLastRequest, &found);
  return code == CURLHE_OK ? found->value : "";
}

/// With the first bytes of the answer's body, or without any.
void Transfer::begin(std::string_view body) {
  constexpr long kOk = 200, kPart = 206, kNotThatRange = 416, kTimeout = 408, kTooMany = 429,
                 kServerError = 500;
  begun_ = true;
  long status = 0;
  curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
  if (status == kPart) return go_on();
  if (status == kOk) return begin_anew(body);
  if (status == kNotThatRange && file_.size() > 0) return meet_refused_range();
  throw FailedTry("the server answers with status " + std::to_string(status),
                  status < kServerError && status != kTimeout && status != kTooMany);
}

/// What the server says of the whole file; −1: nothing.
void Transfer::learn_size(int64_t bytes) {
  if (bytes < 0) return;
  if (source_.bytes && bytes != *source_.bytes) {
    throw FailedTry("the server has a file of " + std::to_string(bytes) + " bytes, not of " +
                        std::to_string(*source_.bytes),
                    true);
  }
  all_ = bytes;
}

/// The server sends a part, of whose beginning it decides.
void Transfer::go_on() {
  const std::string range = header("content-range");
  const int64_t begin = number_behind(range, "bytes "), all = number_behind(range, "/");
  if (begin < 0 || begin > file_.size()) {
    file_.cut(0);
    throw FailedTry("the server sends another part than was asked for (" + range + ")", false);
  }
  learn_size(all);
  file_.cut(begin);
}

/// The server sends all.
void Transfer::begin_anew(std::string_view body) {
  constexpr std::string_view kGzip = "\x1F\x8B";
  curl_off_t length = -1;
  curl_easy_getinfo(handle_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  learn_size(length);
  if (body.empty() || !kGzip.starts_with(body.substr(0, kGzip.size()))) {
    throw FailedTry("the server sends no gzip file, but " + header("content-type"), true);
  }
  file_.cut(0);
  if (all_ >= 0) check_space(file_.path(), all_, "the archive");
}

/// There is nothing behind what we have: it is whole, or another file.
void Transfer::meet_refused_range() {
  const int64_t all = number_behind(header("content-range"), "/");
  if (all == file_.size() || (all < 0 && !source_.bytes)) {
    body_counts_ = false;
    return;
  }
  file_.cut(0);
  throw FailedTry("the server's file is smaller than what was fetched of it before", false);
}

void Transfer::receive(std::string_view body) {
  if (!begun_) begin(body);
  if (!body_counts_) return;
  file_.append(body.data(), body.size());
  const int64_t most = source_.bytes.value_or(limits_.most);
  if (file_.size() <= most) return;
  file_.cut(0);
  throw FailedTry("the server sends more than " + std::to_string(most) + " bytes", true);
}

/// Asked about once a second; libcurl's own limit of speed notices a stall seconds late.
bool Transfer::goes_on(int64_t come) {
  const auto now = std::chrono::steady_clock::now();
  if (come != come_) {
    come_ = come;
    came_at_ = now;
  }
  stalled_ = now - came_at_ >= limits_.stall;
  if (begun_) watcher_.progress(file_.size(), all_);
  return !stalled_ && interrupting_signal() == 0;
}

std::string Transfer::failure(CURLcode code) const {
  if (stalled_ || code == CURLE_OPERATION_TIMEDOUT) {
    return "nothing came for " + std::to_string(limits_.stall.count()) + " s";
  }
  long redirections = 0;
  curl_easy_getinfo(handle_, CURLINFO_REDIRECT_COUNT, &redirections);
  if (code == CURLE_UNSUPPORTED_PROTOCOL && redirections > 0) {
    return "the server redirects to another protocol than HTTPS";
  }
  return words_[0] != '\0' ? words_ : curl_easy_strerror(code);
}

void Transfer::run() {
  const CURLcode code = curl_easy_perform(handle_);
  if (error_) std::rethrow_exception(error_);
  throw_if_interrupted(way_on(file_));
  if (code != CURLE_OK) throw FailedTry(failure(code), is_final(code));
  if (!begun_) begin({});
  if (!body_counts_ || all_ < 0 || file_.size() == all_) return;
  throw FailedTry("the connection ended after " + std::to_string(file_.size()) + " of " +
                      std::to_string(all_) + " bytes",
                  false);
}

void wait_for(std::chrono::milliseconds pause, const PartialFile& file) {
  constexpr std::chrono::milliseconds kBetween(50);
  for (; pause.count() > 0; pause -= kBetween) {
    throw_if_interrupted(way_on(file));
    std::this_thread::sleep_for(std::min(pause, kBetween));
  }
}

}  // namespace

void fetch(const FetchSource& source, PartialFile& file, const FetchLimits& limits,
           const FetchWatcher& watcher) {
  if (source.bytes && file.size() > *source.bytes) file.cut(0);
  if (source.bytes && file.size() == *source.bytes) return;
  std::chrono::milliseconds pause = limits.pause;
  for (int tries = 0;;) {
    const int64_t before = file.size();
    try {
      Transfer(source, file, limits, watcher).run();
      return;
    } catch (const FailedTry& failed) {
      const bool brought_much = file.size() - before >= limits.little;
      if (brought_much) pause = limits.pause;
      tries = brought_much ? 1 : tries + 1;
      if (failed.final || tries >= limits.tries) {
        throw IoError({"cannot fetch " + source.url, "", failed.what(),
                       file.size() > 0 && !failed.final
                           ? way_on(file)
                           : "check the network, or name another source by --mirror"});
      }
      watcher.failed_try(std::string(failed.what()) + "; trying again in " +
                         std::to_string(pause.count() / 1000) + " s (try " +
                         std::to_string(tries + 1) + " of " + std::to_string(limits.tries) + ")");
    }
    wait_for(pause, file);
    pause *= 2;
  }
}

}  // namespace stl10
