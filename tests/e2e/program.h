#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "stl10/base/file.h"
#include "temporary_folder.h"

namespace stl10::testing {

/// What a call of the program gave back.
struct Outcome {
  int exit_code = -1;  ///< 128 + signal where a signal ended it
  std::string out, err;

  size_t error_lines() const {
    return static_cast<size_t>(std::count(err.begin(), err.end(), '\n'));
  }
};

/// A call of the built program in the folder `folder`, with its output in files there.
class Call {
 public:
  /// @param input a file to read from on stdin; empty: the caller's own.
  Call(const std::filesystem::path& folder, const std::vector<std::string>& words,
       const std::string& input = "")
      : out_(output_file(folder, "stdout")), err_(output_file(folder, "stderr")) {
    std::vector<char*> argv = {const_cast<char*>(STL10_PROGRAM)};
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    process_ = ::fork();
    if (process_ != 0) return;
    if (!input.empty()) ::dup2(::open((folder / input).c_str(), O_RDONLY), STDIN_FILENO);
    const int out = ::open(out_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    const int err = ::open(err_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(err, STDERR_FILENO);
    if (::chdir(folder.c_str()) == 0) ::execv(argv[0], argv.data());
    ::_exit(127);
  }

  void send(int signal) const { ::kill(process_, signal); }

  /// Waits until `ready` or the end of the process.
  void wait_until(const std::function<bool()>& ready) {
    while (!ready() && ::waitpid(process_, &status_, WNOHANG) == 0) ::usleep(5000);
  }

  Outcome finish() {
    while (::waitpid(process_, &status_, 0) < 0 && errno == EINTR) {
    }
    const int code = WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
    return {code, read_file(out_), read_file(err_)};
  }

 private:
  /// Of each call its own, because calls may run side by side.
  static std::filesystem::path output_file(const std::filesystem::path& folder, const char* name) {
    static int calls = 0;
    return folder / (name + std::to_string(++calls) + ".txt");
  }

  std::filesystem::path out_, err_;
  pid_t process_ = -1;
  int status_ = 0;
};

inline Outcome run(const std::filesystem::path& folder, const std::vector<std::string>& words) {
  return Call(folder, words).finish();
}

/// An empty folder with a tiny toy data set in "toy": 60 training, 40 test, 20 unlabeled images.
class ToyFolder : public TemporaryFolder {
 public:
  ToyFolder() {
    const Outcome outcome = run(path(), {"data", "toy", "--output", "toy", "--train", "60",
                                         "--test", "40", "--unlabeled", "20"});
    if (outcome.exit_code != 0) throw std::runtime_error(outcome.err);
  }
};

/// A run of seconds: two small epochs.
inline std::vector<std::string> quick_run(const std::string& output) {
  return {"supervised", "--data-dir",  "toy",  "--output",     output, "--epochs",
          "2",          "--width",     "8",    "--batch-size", "20",   "--validation",
          "test",       "--precision", "fp32", "--threads",    "1"};
}

/// A run of seconds: two small epochs of five steps, with batch normalization.
inline std::vector<std::string> quick_simclr(const std::string& output) {
  return {"simclr-pretrain",
          "--data-dir",
          "toy",
          "--output",
          output,
          "--epochs",
          "2",
          "--steps-per-epoch",
          "5",
          "--width",
          "8",
          "--batch-size",
          "8",
          "--unlabeled-batch-size",
          "8",
          "--projection.hidden",
          "16",
          "--threads",
          "1",
          "--precision",
          "fp32"};
}

inline std::vector<std::string> operator+(std::vector<std::string> a,
                                          const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace stl10::testing
