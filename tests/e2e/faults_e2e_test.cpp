#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "e2e/program.h"
#include "e2e/run_files.h"

/// Faults of the machine around a run: streams that are closed or full, limits, files that change,
/// other runs, signals at bad moments.
namespace stl10 {
namespace {

using testing::Call;
using testing::json_of;
using testing::lines_of;
using testing::Outcome;
using testing::quick_run;
using testing::run;
using testing::ToyFolder;
using testing::operator+;

namespace fs = std::filesystem;

using Words = std::vector<std::string>;

class Faults : public ::testing::Test {
 protected:
  /// Runs a quick training into `out` through the shell, with `before` in front and `after` behind
  /// it. Its stderr goes to "err", unless `after` says otherwise.
  int shell(const std::string& before, const std::string& after) {
    std::string line =
        "cd '" + folder_.path().string() + "' && (" + before + " '" STL10_PROGRAM "'";
    for (const std::string& word : quick_run("out")) line += " " + word;
    const int status = std::system((line + " 2>err " + after + ")").c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  std::string said() const { return read_file(folder_ / "err"); }
  std::string status() const { return json_of(folder_ / "out/summary.json")["status"]; }

  /// A run that lasts, after its first epoch.
  Call long_run(const Words& more = {}) {
    Call call(folder_.path(), quick_run("out") + Words{"--epochs", "1000000"} + more);
    call.wait_until([&] {
      const auto metrics = folder_ / "out/metrics.jsonl";
      return fs::exists(metrics) && !lines_of(metrics).empty();
    });
    return call;
  }

  static Json json_of_line(const std::string& line) { return parse_json(line, "metrics.jsonl"); }

  ToyFolder folder_;
};

TEST_F(Faults, AFullOrClosedStdoutIsOneAfterEverythingIsSaved) {
  for (const char* place : {"> /dev/full", ">&-"}) {
    EXPECT_EQ(shell("", place), 1) << place;
    EXPECT_NE(said().find("cannot write the result"), std::string::npos) << said();
    EXPECT_EQ(status(), "done");
    EXPECT_TRUE(fs::exists(folder_ / "out/predictions.csv"));
    EXPECT_EQ(read_file(folder_ / "out/log.txt").find("final weights"), std::string::npos)
        << "the result was written into a file that took stdout's place";
    fs::remove_all(folder_ / "out");
  }
}

TEST_F(Faults, OtherResultsToAFullStdoutAreOneToo) {
  for (const char* words : {"--help", "--version", "data toy --output t --train 20 --test 10"}) {
    const std::string line = "cd '" + folder_.path().string() + "' && '" STL10_PROGRAM "' " +
                             words + " > /dev/full 2> err";
    EXPECT_EQ(WEXITSTATUS(std::system(line.c_str())), 1) << words;
  }
}

TEST_F(Faults, AClosedStderrEndsTheProgressNotTheTraining) {
  EXPECT_EQ(shell("", "2>&- > out.txt"), 0);
  EXPECT_EQ(status(), "done");
  fs::remove_all(folder_ / "out");
  shell("", "2>&1 > out.txt | head -n 1 > first");
  EXPECT_EQ(status(), "done") << "a reader that went away ended the run";
}

TEST_F(Faults, AFileSizeLimitIsAnErrorAndLeavesNoTemporaryFile) {
  EXPECT_EQ(shell("ulimit -f 20;", "> out.txt"), 1);
  EXPECT_NE(said().find("out/best.safetensors"), std::string::npos) << said();
  for (const auto& file : fs::directory_iterator(folder_ / "out")) {
    EXPECT_NE(file.path().extension(), ".tmp");
  }
}

TEST_F(Faults, DataThatIsCutDuringTrainingEndsTheRunWithItsName) {
  Call call = long_run();
  fs::resize_file(folder_ / "toy/train_X.bin", 0);
  const Outcome outcome = call.finish();
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_NE(outcome.err.find("train_X.bin was cut"), std::string::npos) << outcome.err;
  EXPECT_NO_THROW(load_safetensors(folder_ / "out/last.safetensors"));
}

TEST_F(Faults, ANamedPipeAmongTheDataIsRefused) {
  fs::remove(folder_ / "toy/class_names.txt");
  ASSERT_EQ(::mkfifo((folder_ / "toy/class_names.txt").c_str(), 0600), 0);
  const Outcome outcome = run(folder_.path(), quick_run("out"));
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_NE(outcome.err.find("class_names.txt"), std::string::npos) << outcome.err;
}

TEST_F(Faults, AFolderInUseIsLocked) {
  Call call = long_run();
  for (const Words& words :
       {quick_run("out") + Words{"--overwrite"}, {"supervised", "--resume", "out"}}) {
    const Outcome second = run(folder_.path(), words);
    EXPECT_EQ(second.exit_code, 4) << second.err;
    EXPECT_EQ(second.error_lines(), 1u) << second.err;
  }
  call.send(SIGTERM);
  EXPECT_EQ(call.finish().exit_code, 143);
  EXPECT_EQ(status(), "interrupted");
}

TEST_F(Faults, ALinkThatCannotBeMadeIsAWarningAfterTheResults) {
  make_folder(folder_ / "runs/supervised/latest/mine");
  const Outcome outcome = run(folder_.path(), quick_run("out"));
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_NE(outcome.out.find("final weights"), std::string::npos);
  EXPECT_NE(outcome.err.find("warning: cannot make the link"), std::string::npos) << outcome.err;
  EXPECT_EQ(status(), "done");
}

TEST_F(Faults, HangingUpSavesAndEndsUnlessItIsIgnored) {
  Call call = long_run();
  call.send(SIGHUP);
  EXPECT_EQ(call.finish().exit_code, 129);
  EXPECT_EQ(status(), "interrupted");
  fs::remove_all(folder_ / "out");
  std::signal(SIGHUP, SIG_IGN);  // as nohup does; the program inherits it
  Call ignoring = long_run();
  std::signal(SIGHUP, SIG_DFL);
  ignoring.send(SIGHUP);
  const size_t before = lines_of(folder_ / "out/metrics.jsonl").size();
  ignoring.wait_until([&] { return lines_of(folder_ / "out/metrics.jsonl").size() > before + 2; });
  EXPECT_GT(lines_of(folder_ / "out/metrics.jsonl").size(), before + 2);
  ignoring.send(SIGINT);
  EXPECT_EQ(ignoring.finish().exit_code, 130);
}

TEST_F(Faults, InterruptedWhileItIsJudgedARunGoesOnToTheBit) {
  // One step an epoch and many images to judge: a signal nearly always falls into a judgement.
  ASSERT_EQ(run(folder_.path(), {"data", "toy", "--output", "judged", "--train", "20", "--test",
                                 "800", "--unlabeled", "0"})
                .exit_code,
            0);
  const Words more = {"--data-dir", "judged", "--epochs", "6", "--width", "32"};
  ASSERT_EQ(run(folder_.path(), quick_run("straight") + more).exit_code, 0);
  Call call(folder_.path(), quick_run("out") + more);
  call.wait_until([&] {
    const auto metrics = folder_ / "out/metrics.jsonl";
    return fs::exists(metrics) && lines_of(metrics).size() >= 2;
  });
  ::usleep(30000);
  call.send(SIGTERM);
  EXPECT_EQ(call.finish().exit_code, 143);
  ASSERT_EQ(run(folder_.path(), {"supervised", "--resume", "out"}).exit_code, 0);
  testing::expect_equal_weights(folder_ / "straight/last.safetensors",
                                folder_ / "out/last.safetensors");
  EXPECT_EQ(testing::results_of(folder_ / "straight"), testing::results_of(folder_ / "out"));
  EXPECT_EQ(read_file(folder_ / "straight/predictions.csv"),
            read_file(folder_ / "out/predictions.csv"));
}

TEST_F(Faults, ARunGoesOnWhenAPowerCutTookLinesOfItsMetrics) {
  Call call = long_run();
  call.send(SIGINT);
  EXPECT_EQ(call.finish().exit_code, 130);
  save_atomically(folder_ / "out/metrics.jsonl", "");
  Call resumed(folder_.path(), {"supervised", "--resume", "out", "--threads", "2"});
  resumed.wait_until([&] { return !lines_of(folder_ / "out/metrics.jsonl").empty(); });
  resumed.send(SIGINT);
  const Outcome outcome = resumed.finish();
  EXPECT_EQ(outcome.exit_code, 130) << outcome.err;
  EXPECT_NE(outcome.err.find("metrics.jsonl has lost"), std::string::npos) << outcome.err;
  const Json environment = json_of(folder_ / "out/environment.json");
  EXPECT_EQ(environment["threads"], 2);
  EXPECT_EQ(environment["earlier"][0]["threads"], 1);
  EXPECT_NE(outcome.err.find("used 1 thread, it goes on with 2 threads: not to the same bits"),
            std::string::npos)
      << outcome.err;
}

TEST_F(Faults, AKillBetweenAnEpochsLineAndItsSaveLeavesTheLineOnce) {
  Call call = long_run();
  call.send(SIGINT);
  EXPECT_EQ(call.finish().exit_code, 130);
  // As if nothing but the line of the first epoch had been saved.
  const std::string first = lines_of(folder_ / "out/metrics.jsonl").front() + "\n";
  fs::remove_all(folder_ / "out");
  Call again(folder_.path(), quick_run("out") + Words{"--epochs", "1000000", "--width", "128"});
  again.wait_until([&] { return fs::exists(folder_ / "out/environment.json"); });
  again.send(SIGINT);
  ASSERT_EQ(again.finish().exit_code, 130) << "in its first epoch";
  save_atomically(folder_ / "out/metrics.jsonl", first);
  Call resumed(folder_.path(), {"supervised", "--resume", "out"});
  resumed.wait_until([&] { return lines_of(folder_ / "out/metrics.jsonl").size() >= 2; });
  resumed.send(SIGINT);
  resumed.finish();
  const std::vector<std::string> lines = lines_of(folder_ / "out/metrics.jsonl");
  EXPECT_EQ(json_of_line(lines.at(0))["epoch"], 1);
  EXPECT_EQ(json_of_line(lines.at(1))["epoch"], 2);
}

TEST_F(Faults, WhereThreadsCannotBeStartedFewerComputeAndItIsSaid) {
  // The limit is one of users, and the root user has none: for him another one stands in.
  const std::string user = ::getuid() != 0
                               ? ""
                               : "setpriv --reuid=65534 --regid=65534 --clear-groups "
                                 "--inh-caps=+dac_override --ambient-caps=+dac_override ";
  const std::string limited = "timeout -s KILL 120 prlimit --nproc=1 " + user;
  if (WEXITSTATUS(std::system((limited + "true 2>/dev/null").c_str())) != 0) {
    GTEST_SKIP() << "no prlimit and setpriv, or they may not change the user";
  }
  EXPECT_EQ(shell(limited, "--threads 2 > out.txt"), 0) << said();
  EXPECT_NE(said().find("lets this process compute on 1 of 2 threads"), std::string::npos)
      << said();
  EXPECT_EQ(json_of(folder_ / "out/environment.json")["threads"], 1);
  fs::remove_all(folder_ / "out");
  EXPECT_EQ(shell(limited, "--threads 1 > out.txt"), 0) << said() << "with a core left idle";
}

TEST_F(Faults, AnInterruptedToyDataSetLeavesNothing) {
  Call call(folder_.path(), {"data", "toy", "--output", "place/big", "--train", "60000"});
  call.wait_until(
      [&] { return fs::exists(folder_ / "place") && !fs::is_empty(folder_ / "place"); });
  call.send(SIGINT);
  EXPECT_EQ(call.finish().exit_code, 130);
  EXPECT_TRUE(fs::is_empty(folder_ / "place"));
}

}  // namespace
}  // namespace stl10
