#include <gtest/gtest.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>

#include "e2e/program.h"
#include "e2e/run_files.h"

namespace stl10 {
namespace {

using testing::json_of;
using testing::Outcome;
using testing::run;
using testing::ToyFolder;
using testing::operator+;

using Words = std::vector<std::string>;

/// Toy images in `three`, of three classes of other names than those of `toy`.
class OtherClassesE2e : public ::testing::Test {
 protected:
  OtherClassesE2e() {
    const std::filesystem::path from = folder_ / "toy", to = folder_ / "three";
    std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
    for (const char* name : {"train_y.bin", "test_y.bin"}) {
      std::string labels = read_file(to / name);
      for (char& label : labels) label = static_cast<char>(label % 3 + 1);
      save_atomically(to / name, labels);
    }
    save_atomically(to / "class_names.txt", "rock\npaper\nscissors\n");
    std::filesystem::remove(to / "fold_indices.txt");
  }

  Outcome on_three(const Words& words) {
    return run(folder_.path(), words + Words{"--data-dir", "three", "--threads", "1", "--json"});
  }
  Json done(const Words& words) {
    const Outcome outcome = on_three(words);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return parse_json(outcome.out, "stdout");
  }

  ToyFolder folder_;
};

TEST_F(OtherClassesE2e, EncodersServeAnyAndClassifiersTheirOwn) {
  ASSERT_EQ(run(folder_.path(), testing::quick_simclr("pre")).exit_code, 0);
  for (const Words& words : {Words{"linear-probe", "--no-floors"}, Words{"label-spread"},
                             Words{"finetune", "--no-floors", "--epochs", "1"}}) {
    const Json summary =
        done(words + Words{"--checkpoint", "pre", "--output", words.front() + "_out"});
    EXPECT_EQ(summary["test"]["count"], 40) << words.front();
  }
  EXPECT_TRUE(done({"eval", "--features", "pre"})["features"].is_object());
  const Json judged = done({"eval", "linear-probe_out", "--features", "false"});
  EXPECT_EQ(judged["test"]["confusion"].size(), 3u);

  ASSERT_EQ(run(folder_.path(), testing::quick_run("ten")).exit_code, 0);
  testing::expect_refusal(on_three({"eval", "ten"}), folder_.path(), 2,
                          {"ten/last.safetensors", "other classes", "scissors", "--classifier"});
  const Json features = done({"eval", "ten", "--classifier", "false"});
  EXPECT_TRUE(features["features"].is_object());
  EXPECT_TRUE(features["test"].is_null());
  testing::expect_refusal(on_three({"eval", "ten", "--classifier", "false", "--features", "false"}),
                          folder_.path(), 2, {"nothing to judge", "--classifier false"});
  testing::expect_refusal(
      run(folder_.path(), {"finetune", "--resume", "finetune_out", "--data-dir", "toy"}),
      folder_.path(), 2, {"finetune_out/last.safetensors", "other classes"});
}

/// How often files are opened while it lives, as the kernel tells.
class Openings {
 public:
  explicit Openings(const std::filesystem::path& file) {
    ::inotify_add_watch(events_, file.c_str(), IN_OPEN);
  }
  ~Openings() { ::close(events_); }
  Openings(const Openings&) = delete;
  Openings& operator=(const Openings&) = delete;

  size_t count() const {
    size_t count = 0;
    std::array<char, 4096> buffer;
    for (ssize_t bytes; (bytes = ::read(events_, buffer.data(), buffer.size())) > 0;) {
      count += static_cast<size_t>(bytes) / sizeof(inotify_event);  // of a file: no names behind
    }
    return count;
  }

 private:
  int events_ = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
};

TEST_F(OtherClassesE2e, ACheckpointIsOpenedOnce) {
  ASSERT_EQ(run(folder_.path(), testing::quick_simclr("pre")).exit_code, 0);
  ASSERT_EQ(run(folder_.path(), testing::quick_run("ten")).exit_code, 0);
  const Words toy = {"--data-dir", "toy", "--threads", "1"};
  const auto openings = [&](const std::string& run_folder, const Words& words) {
    const Openings watched(folder_ / run_folder / "last.safetensors");
    const Outcome outcome = run(folder_.path(), words);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return watched.count();
  };
  EXPECT_EQ(openings("ten", Words{"eval", "ten"} + toy), 1u);
  EXPECT_EQ(openings("pre", Words{"linear-probe", "--checkpoint", "pre", "--output", "lp"} + toy),
            1u);
  EXPECT_EQ(openings("pre", Words{"finetune", "--checkpoint", "pre", "--output", "ft", "--epochs",
                                  "2", "--no-floors"} +
                                toy),
            1u);
  EXPECT_EQ(openings("ten", testing::quick_run("more") + Words{"--checkpoint", "ten"}), 1u);
}

}  // namespace
}  // namespace stl10
