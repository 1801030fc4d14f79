#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "e2e/program.h"
#include "e2e/run_files.h"

namespace stl10 {
namespace {

namespace fs = std::filesystem;

using testing::Call;
using testing::expect_refusal;
using testing::Outcome;
using testing::quick_run;
using testing::quick_simclr;
using testing::run;
using testing::ToyFolder;
using testing::operator+;

using Words = std::vector<std::string>;

constexpr const char* kHostile[] = {"<img src=x onerror=alert(1)>", "</script><b>", "a&amp;b",
                                    "\"'>"};

/// As a shell takes it.
std::string quoted(const std::string& word) {
  std::string text = "'";
  for (const char byte : word) text += byte == '\'' ? "'\\''" : std::string(1, byte);
  return text + "'";
}

class ReportE2e : public ::testing::Test {
 protected:
  Outcome report(const Words& words) const { return run(folder_.path(), Words{"report"} + words); }
  std::string page(const std::string& path) const { return read_file(folder_ / path); }
  bool has(const std::string& path, const std::string& part) const {
    return page(path).find(part) != std::string::npos;
  }

  /// What `check_page.py` says against a page; empty where it is sound, or can't be checked.
  std::string faults_of(const std::string& path, const Words& names = {}) const {
    if (std::getenv("STL10_PYTHON") == nullptr) return "";
    return said_by(Words{"check_page.py", (folder_ / path).string()} + names);
  }

  /// What a script beside this file says; empty where it finds no fault.
  std::string said_by(const Words& words) const {
    std::string command =
        std::string(std::getenv("STL10_PYTHON")) + " " STL10_SOURCE_DIR "/tests/e2e/" + words[0];
    for (size_t i = 1; i < words.size(); ++i) command += " " + quoted(words[i]);
    command += " > " + quoted((folder_ / "python.txt").string()) + " 2>&1";
    return std::system(command.c_str()) == 0 ? "" : read_file(folder_ / "python.txt");
  }

  ToyFolder folder_;
};

TEST_F(ReportE2e, ARunLeavesThePageThatReportMakesAnew) {
  const Outcome trained = run(folder_.path(), quick_run("out"));
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  EXPECT_TRUE(trained.out.ends_with("\nlook at out/report.html\n")) << trained.out;
  const std::string first = page("out/report.html");
  const Words alike = {"out", "--threads", "1", "--precision", "fp32"};
  const Outcome again = report(alike);
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(again.out, "out/report.html\n");
  EXPECT_TRUE(page("out/report.html") == first);
  ASSERT_EQ(report(alike + Words{"--output", "other.html"}).exit_code, 0);
  EXPECT_TRUE(page("other.html") == first);
  EXPECT_EQ(faults_of("out/report.html", {"stl10 supervised --config out/config.json"}), "");
  EXPECT_LT(first.size(), 3u << 20);
  for (const char* part : {"What is taken for what", "Features in two dimensions"}) {
    EXPECT_TRUE(has("out/report.html", part)) << part;
  }
  const bool pictures = first.find("without OpenCV") == std::string::npos;
  EXPECT_EQ(first.find("Augmented views") != std::string::npos, pictures);
}

TEST_F(ReportE2e, EveryKindOfRunHasASoundPage) {
  ASSERT_EQ(run(folder_.path(), quick_simclr("simclr")).exit_code, 0);
  const Words small = {"--data-dir", "toy", "--threads", "1", "--precision", "fp32"};
  ASSERT_EQ(run(folder_.path(),
                Words{"linear-probe", "--checkpoint", "simclr", "--output", "probe"} + small)
                .exit_code,
            0);
  ASSERT_EQ(run(folder_.path(), quick_run("supervised")).exit_code, 0);
  ASSERT_EQ(run(folder_.path(), Words{"eval", "supervised", "--output", "eval"} + small).exit_code,
            0);
  ASSERT_EQ(run(folder_.path(), {"eval", "supervised", "probe", "--output", "compared"}).exit_code,
            0);
  for (const char* name : {"simclr", "probe", "supervised", "eval", "compared"}) {
    EXPECT_EQ(faults_of(std::string(name) + "/report.html"), "") << name;
  }
  EXPECT_TRUE(has("simclr/report.html", ">random encoder</text>"));
  EXPECT_TRUE(has("simclr/report.html", "60 training images") ||
              has("simclr/report.html", "20 training images"));  // test images weren't opened
  EXPECT_TRUE(has("probe/report.html", "Against floors"));
  EXPECT_TRUE(has("eval/report.html", "davies bouldin"));
  EXPECT_TRUE(has("compared/report.html", "<h3>B against A</h3>"));
  const Outcome listed = run(folder_.path(), {"runs", ".", "--output", "index.html"});
  ASSERT_EQ(listed.exit_code, 0) << listed.err;
  EXPECT_EQ(faults_of("index.html"), "");
  EXPECT_TRUE(has("index.html", "href=\"compared/report.html\""));
  ASSERT_EQ(run(folder_.path(), {"runs", ".", "--output", "toy"}).exit_code, 0);
  EXPECT_TRUE(has("toy/index.html", "href=\"../probe/report.html\""));
  expect_refusal(run(folder_.path(), {"runs", ".", "--output", "toy/train_y.bin"}), folder_.path(),
                 2, {"train_y.bin"});
}

TEST_F(ReportE2e, NamesAreReadLetterByLetter) {
  std::string names;
  for (int k = 0; k < 10; ++k) names += std::string(kHostile[k % 4]) + std::to_string(k) + "\n";
  save_atomically(folder_ / "toy/class_names.txt", names);
  const std::string place = "<b>'&amp;";
  ASSERT_EQ(run(folder_.path(), quick_run(place)).exit_code, 0);
  const Words hostile(std::begin(kHostile), std::end(kHostile));
  EXPECT_EQ(faults_of(place + "/report.html", hostile + Words{place}), "");
  ASSERT_EQ(run(folder_.path(), {"runs", ".", "--output", "index.html"}).exit_code, 0);
  EXPECT_EQ(faults_of("index.html", {place}), "");
  // Names that only a file may hold.
  Json line = testing::json_of(folder_ / place / "environment.json");
  line = {{"epoch", 1}, {"train", {{"loss", 1}}}, {"validation_split", kHostile[3]}};
  for (const char* name : kHostile) line["validation"][name] = 0.5;
  save_atomically(folder_ / place / "metrics.jsonl", line.dump() + "\n");
  ASSERT_EQ(report({place}).exit_code, 0);
  EXPECT_EQ(faults_of(place + "/report.html", hostile), "");
}

TEST_F(ReportE2e, OfOtherDataThereAreNoPictures) {
  ASSERT_EQ(run(folder_.path(), quick_run("run")).exit_code, 0);
  ASSERT_EQ(run(folder_.path(), {"data", "toy", "--output", "other", "--train", "60", "--test",
                                 "40", "--unlabeled", "0", "--seed", "1"})
                .exit_code,
            0);
  const Outcome other = report({"run", "--data-dir", "other"});
  EXPECT_EQ(other.exit_code, 0) << other.err;
  EXPECT_EQ(other.error_lines(), 1u) << other.err;
  EXPECT_NE(other.err.find("not those of this run"), std::string::npos) << other.err;
  EXPECT_TRUE(has("run/report.html", "not those of this run"));
  EXPECT_FALSE(has("run/report.html", "Features in two dimensions"));
  EXPECT_TRUE(has("run/report.html", "What is taken for what"));
  fs::rename(folder_ / "toy", folder_ / "moved");
  const Outcome gone = report({"run"});
  EXPECT_EQ(gone.exit_code, 0) << gone.err;
  EXPECT_EQ(gone.err, "");
  EXPECT_TRUE(has("run/report.html", "isn&#39;t at hand"));
  ASSERT_EQ(report({"run", "--data-dir", "moved"}).exit_code, 0);
  EXPECT_TRUE(has("run/report.html", "Features in two dimensions"));
}

TEST_F(ReportE2e, WhatIsNoRunIsRefused) {
  expect_refusal(report({"none"}), folder_.path(), 1, {"none holds no run"});
  expect_refusal(report({"toy"}), folder_.path(), 1, {"toy holds no run"});
  expect_refusal(report({}), folder_.path(), 1, {"no run in runs"});
  expect_refusal(report({"a", "b"}), folder_.path(), 2, {"one word"});
  ASSERT_EQ(run(folder_.path(), quick_run("run")).exit_code, 0);
  expect_refusal(report({"run", "--data-dir", "none"}), folder_.path(), 1, {"none"});
  expect_refusal(report({"run", "--output", "toy/train_X.bin"}), folder_.path(), 2, {"a page"});
}

TEST_F(ReportE2e, AnUnfinishedRunHasAPageToo) {
  Call call(folder_.path(), quick_run("run") + Words{"--epochs", "5", "--width", "64"});
  call.wait_until([&] { return fs::exists(folder_ / "run/report.html"); });
  call.send(SIGINT);
  ASSERT_EQ(call.finish().exit_code, 130);
  EXPECT_TRUE(has("run/report.html", "This run ended as interrupted"));
  EXPECT_EQ(faults_of("run/report.html"), "");
  const Outcome anew = report({"run"});
  ASSERT_EQ(anew.exit_code, 0) << anew.err;
  EXPECT_TRUE(has("run/report.html", "Features in two dimensions"));
  EXPECT_EQ(faults_of("run/report.html"), "");
}

TEST_F(ReportE2e, ADivergedRunSaysSoOnTop) {
  const Outcome diverged = run(folder_.path(), quick_run("run") + Words{"--learning-rate", "1e30"});
  ASSERT_EQ(diverged.exit_code, 3) << diverged.err;
  EXPECT_TRUE(has("run/report.html", "This run ended as diverged"));
  EXPECT_EQ(faults_of("run/report.html"), "");
}

/// Looks at pages in a browser.
class ReportSlow : public ReportE2e {
 protected:
  std::string looked_at(const std::string& path) const {
    return said_by({"look_at_page.py", std::getenv("STL10_BROWSER"), (folder_ / path).string()});
  }
};

TEST_F(ReportSlow, PagesFitEveryScreenAndFetchNothing) {
  if (std::getenv("STL10_BROWSER") == nullptr || std::getenv("STL10_PYTHON") == nullptr) {
    GTEST_SKIP() << "STL10_BROWSER names no Chromium, or STL10_PYTHON no Python";
  }
  ASSERT_EQ(run(folder_.path(), quick_simclr("simclr")).exit_code, 0);
  ASSERT_EQ(run(folder_.path(), quick_run("supervised")).exit_code, 0);
  const Words small = {"--data-dir", "toy"};
  const Words probe = {"linear-probe", "--checkpoint", "simclr", "--output", "probe"};
  ASSERT_EQ(run(folder_.path(), probe + small).exit_code, 0);
  const Words finetune = {"finetune", "--checkpoint", "simclr", "--output",
                          "finetune", "--epochs",     "2"};
  ASSERT_EQ(run(folder_.path(), finetune + small).exit_code, 0);
  const Words eval = {"eval", "probe", "--assumptions", "true", "--output", "eval"};
  ASSERT_EQ(run(folder_.path(), eval + small).exit_code, 0);
  ASSERT_EQ(run(folder_.path(), {"eval", "supervised", "probe", "--output", "compared"}).exit_code,
            0);
  for (const char* name : {"simclr", "supervised", "probe", "finetune", "eval", "compared"}) {
    EXPECT_EQ(looked_at(std::string(name) + "/report.html"), "") << name;
  }
  ASSERT_EQ(run(folder_.path(), {"runs", ".", "--output", "index.html"}).exit_code, 0);
  EXPECT_EQ(looked_at("index.html"), "");
}

}  // namespace
}  // namespace stl10
