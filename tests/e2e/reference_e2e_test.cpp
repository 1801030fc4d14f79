#include <cstdlib>

#include "e2e/program.h"
#include "e2e/run_files.h"

namespace stl10 {
namespace {

using testing::Outcome;
using testing::run;
using testing::TemporaryFolder;

std::string reference(const std::string& format) {
  const TemporaryFolder folder;
  const Outcome outcome = run(folder.path(), {"reference", "--format", format});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  return outcome.out;
}

bool has(const std::string& program) {
  return std::system(("command -v " + program + " >/dev/null").c_str()) == 0;
}

/// What a shell's command prints.
std::string printed_by(const TemporaryFolder& folder, const std::string& command) {
  const std::string file = (folder / "printed").string();
  EXPECT_EQ(std::system(("(" + command + ") >" + file + " 2>&1").c_str()), 0) << read_file(file);
  return read_file(file);
}

TEST(ReferenceE2e, TheCommittedPagesAreTheProgramsOwn) {
  const std::filesystem::path docs = std::filesystem::path(STL10_SOURCE_DIR) / "docs";
  EXPECT_EQ(reference("markdown"), read_file(docs / "cli.md"))
      << "make it anew: stl10 reference --format markdown >docs/cli.md";
  EXPECT_EQ(reference("man"), read_file(docs / "stl10.1"))
      << "make it anew: stl10 reference --format man >docs/stl10.1";
}

TEST(ReferenceE2e, BashCompletesCommandsFlagsValuesAndFiles) {
  const TemporaryFolder folder;
  save_atomically(folder / "stl10.bash", reference("bash"));
  save_atomically(folder / "one.json", "{}");
  save_atomically(folder / "other.txt", "");
  std::filesystem::create_directories(folder / "runs/x");
  const auto completed = [&](const std::string& words, int place) {
    return printed_by(folder, "cd " + folder.path().string() +
                                  " && bash -c 'source ./stl10.bash; COMP_WORDS=(stl10 " + words +
                                  "); COMP_CWORD=" + std::to_string(place) +
                                  "; _stl10; echo \"${COMPREPLY[@]}\"'");
  };
  EXPECT_EQ(completed("sup", 1), "supervised\n");
  EXPECT_EQ(completed("data im", 2), "import\n");
  EXPECT_EQ(completed("supervised --class-w", 2), "--class-weights\n");
  EXPECT_EQ(completed("supervised --class-weights b", 3), "balanced\n");
  EXPECT_EQ(completed("supervised --config o", 3), "one.json\n");
  EXPECT_EQ(completed("finetune --checkpoint r", 3), "runs\n");
  EXPECT_EQ(completed("eval ru", 2), "runs\n");
}

TEST(ReferenceE2e, OtherProgramsReadWhatIsMadeForThem) {
  const TemporaryFolder folder;
  save_atomically(folder / "_stl10", reference("zsh"));
  save_atomically(folder / "stl10.1", reference("man"));
  if (has("zsh")) {
    EXPECT_EQ(printed_by(folder, "zsh -n " + (folder / "_stl10").string()), "");
  }
  if (has("groff")) {
    const std::string page = (folder / "stl10.1").string();
    EXPECT_EQ(printed_by(folder, "groff -man -Kutf8 -Tutf8 -ww -z " + page), "");
  }
  if (!has("zsh") && !has("groff")) GTEST_SKIP() << "neither zsh nor groff is here";
}

}  // namespace
}  // namespace stl10
