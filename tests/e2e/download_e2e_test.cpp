#include <gtest/gtest.h>
#include <sys/prctl.h>

#include <cstdlib>
#include <fstream>
#include <regex>

#include "data/http_server.h"
#include "e2e/program.h"
#include "e2e/run_files.h"
#include "stl10/base/sha256.h"

#ifdef STL10_WITH_DOWNLOAD

namespace stl10 {
namespace {

using testing::asked_begin;
using testing::Call;
using testing::expect_refusal;
using testing::good_answer;
using testing::http_answer;
using testing::HttpClient;
using testing::HttpServer;
using testing::Outcome;
using testing::run;
using testing::ToyFolder;

using Words = std::vector<std::string>;

/// Toy data, and an archive of them.
class DownloadE2e : public ::testing::Test {
 protected:
  DownloadE2e() {
    shell("tar -czf archive.tar.gz toy");
    archive_ = read_file(folder_ / "archive.tar.gz");
  }
  void shell(const std::string& command) const {
    ASSERT_EQ(std::system(("cd " + folder_.path().string() + " && " + command).c_str()), 0);
  }
  Words words(const std::string& url) const {
    return {"data",     "download", "--output", "got",
            "--mirror", url,        "--sha256", sha256_hex(archive_)};
  }
  void expect_got() const {
    shell("diff -r toy got");
    EXPECT_FALSE(std::filesystem::exists(partial()));
  }
  std::filesystem::path partial() const {
    return folder_ / ("got." + sha256_hex(archive_).substr(0, 8) + ".part");
  }
  uintmax_t partial_bytes() const {
    std::error_code error;
    const uintmax_t bytes = std::filesystem::file_size(partial(), error);
    return error ? 0 : bytes;
  }

  ToyFolder folder_;
  std::string archive_;
};

TEST_F(DownloadE2e, BringsDataThatVerifyAndTrainTake) {
  const HttpServer server([&](const HttpClient& client, const std::string& request, int) {
    client.send(good_answer(archive_, request));
  });
  const Outcome first = run(folder_.path(), words(server.url()));
  EXPECT_EQ(first.exit_code, 0) << first.err;
  EXPECT_EQ(first.error_lines(), 1U) << first.err;  // the warning of http://
  EXPECT_NE(first.out.find("60 training, 40 test, 20 unlabeled"), std::string::npos) << first.out;
  expect_got();
  const Outcome second = run(folder_.path(), words(server.url()) + Words{"--json"});
  EXPECT_EQ(second.exit_code, 0) << second.err;
  EXPECT_FALSE(parse_json(second.out, "stdout")["downloaded"]);
  EXPECT_EQ(server.requests(), 1);
  EXPECT_EQ(run(folder_.path(), {"data", "verify", "--data-dir", "got"}).exit_code, 0);
}

TEST_F(DownloadE2e, InterruptedItGoesOn) {
  for (const int signal : {SIGINT, SIGTERM, SIGKILL}) {
    const HttpServer server([&](const HttpClient& client, const std::string& request, int number) {
      client.send(
          good_answer(archive_, request).substr(0, number == 1 ? 200000 : std::string::npos));
      if (number == 1) return client.wait_until_gone();
      EXPECT_GT(asked_begin(request), 100000);
    });
    Call call(folder_.path(), words(server.url()));
    call.wait_until([&] { return partial_bytes() > 100000; });
    call.send(signal);
    const Outcome outcome = call.finish();
    EXPECT_EQ(outcome.exit_code, 128 + signal) << outcome.err;
    if (signal != SIGKILL) {
      EXPECT_NE(outcome.err.find("goes on behind"), std::string::npos) << outcome.err;
      EXPECT_EQ(outcome.error_lines(), 2U) << outcome.err;
    }
    EXPECT_FALSE(std::filesystem::exists(folder_ / "got"));
    EXPECT_GT(partial_bytes(), 100000U);
    EXPECT_EQ(run(folder_.path(), words(server.url())).exit_code, 0);
    EXPECT_EQ(server.requests(), 2);
    expect_got();
    std::filesystem::remove_all(folder_ / "got");
  }
}

TEST_F(DownloadE2e, TwoAtATimeAreOneTooMany) {
  const HttpServer server([&](const HttpClient& client, const std::string& request, int) {
    client.send(good_answer(archive_, request).substr(0, 200000));
    client.wait_until_gone();
  });
  Call first(folder_.path(), words(server.url()));
  first.wait_until([&] { return partial_bytes() > 100000; });
  const Outcome second = run(folder_.path(), words(server.url()));
  EXPECT_EQ(second.exit_code, 4) << second.err;
  first.send(SIGTERM);
  EXPECT_EQ(first.finish().exit_code, 143);
}

/// openssl's small web server, whose files are whole answers, on a port of its choice.
class TlsServer {
 public:
  explicit TlsServer(const std::filesystem::path& folder) : log_(folder / "server.txt") {
    process_ = ::fork();
    if (process_ != 0) {
      wait_for_port();
      return;
    }
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int log = ::open(log_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    if (::chdir(folder.c_str()) == 0) {
      ::execlp("openssl", "openssl", "s_server", "-HTTP", "-accept", "127.0.0.1:0", "-cert",
               "cert.pem", "-key", "key.pem", nullptr);
    }
    ::_exit(127);
  }
  ~TlsServer() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  std::string url(const std::string& file) const {
    return "https://127.0.0.1:" + port_ + "/" + file;
  }

 private:
  void wait_for_port() {
    constexpr int kTries = 2000;
    std::smatch found;
    for (int i = 0; i < kTries && port_.empty(); ++i) {
      ::usleep(5000);
      if (!std::filesystem::exists(log_)) continue;
      const std::string text = read_file(log_);
      if (std::regex_search(text, found, std::regex("ACCEPT .*:([0-9]+)"))) port_ = found[1];
    }
  }

  std::filesystem::path log_;
  std::string port_;
  pid_t process_ = -1;
};

TEST_F(DownloadE2e, HttpsIsBelievedAndNotLeft) {
  if (std::system("openssl version >/dev/null 2>&1") != 0) GTEST_SKIP() << "there is no openssl";
  shell(
      "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=here -addext "
      "subjectAltName=IP:127.0.0.1 -days 2 -keyout key.pem -out cert.pem 2>/dev/null");
  const HttpServer plain([&](const HttpClient& client, const std::string& request, int) {
    client.send(good_answer(archive_, request));
  });
  std::ofstream(folder_ / "good") << http_answer(200, "", archive_);
  std::ofstream(folder_ / "away") << http_answer(302, "Location: " + plain.url() + "\r\n", "");
  const TlsServer server(folder_.path());
  const Outcome unknown = run(folder_.path(), words(server.url("good")));
  expect_refusal(unknown, folder_.path(), 1, {"certificate"});
  const char* const bundle = std::getenv("CURL_CA_BUNDLE");
  const std::string before = bundle == nullptr ? "" : bundle;
  ::setenv("CURL_CA_BUNDLE", (folder_ / "cert.pem").c_str(), 1);
  const Outcome away = run(folder_.path(), words(server.url("away")));
  const Outcome good = run(folder_.path(), words(server.url("good")));
  before.empty() ? ::unsetenv("CURL_CA_BUNDLE") : ::setenv("CURL_CA_BUNDLE", before.c_str(), 1);
  expect_refusal(away, folder_.path(), 1, {"another protocol than HTTPS"});
  EXPECT_EQ(plain.requests(), 0);
  EXPECT_EQ(good.exit_code, 0) << good.err;
  EXPECT_EQ(good.err, "");
  expect_got();
}

TEST_F(DownloadE2e, VerifyFindsWhatIsWrong) {
  std::string images = read_file(folder_ / "toy/unlabeled_X.bin");
  const std::string test = read_file(folder_ / "toy/test_X.bin");
  images.replace(0, 27648, test, 3 * 27648, 27648);
  std::ofstream(folder_ / "toy/unlabeled_X.bin", std::ios::binary) << images;
  const Words verify = {"data", "verify", "--data-dir", "toy", "--json"};
  const Outcome equal = run(folder_.path(), verify + Words{"--duplicates", "equal.csv"});
  EXPECT_EQ(equal.exit_code, 0) << equal.err;
  const Json json = parse_json(equal.out, "stdout");
  EXPECT_EQ(json["duplicates"], 1);
  EXPECT_EQ(json["sound"], true);
  EXPECT_EQ(json["files"].size(), 7U);
  EXPECT_EQ(read_file(folder_ / "equal.csv"),
            "part,index,original_part,original_index\nunlabeled,0,test,3\n");

  std::filesystem::resize_file(folder_ / "toy/test_y.bin", 39);
  const Outcome damaged = run(folder_.path(), verify);
  EXPECT_EQ(damaged.exit_code, 1);
  EXPECT_EQ(damaged.error_lines(), 1U) << damaged.err;
  EXPECT_EQ(parse_json(damaged.out, "stdout")["sound"], false);
  expect_refusal(run(folder_.path(), verify + Words{"--duplicates", "toy/class_names.txt"}),
                 folder_.path(), 2, {"class_names.txt"});
}

}  // namespace
}  // namespace stl10

#endif
