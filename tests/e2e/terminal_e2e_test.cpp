#include <gtest/gtest.h>
#include <pty.h>

#include <optional>

#include "data/http_server.h"
#include "e2e/program.h"

/// What a person sees on a terminal: the program runs on a pseudo-terminal of 40 columns.
namespace stl10 {
namespace {

using testing::quick_run;
using testing::ToyFolder;
using testing::operator+;

constexpr size_t kColumns = 40;
constexpr char kClearLine[] = "\r\033[K";

/// All that the program writes there; nothing where the system has no pseudo-terminals, as in a
/// bare root.
std::optional<std::string> on_terminal(const std::filesystem::path& folder,
                                       const std::vector<std::string>& words,
                                       size_t columns = kColumns) {
  std::vector<char*> argv = {const_cast<char*>(STL10_PROGRAM)};
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  winsize size{.ws_row = 24, .ws_col = static_cast<unsigned short>(columns)};
  int terminal = -1;
  const pid_t process = ::forkpty(&terminal, nullptr, nullptr, &size);
  if (process < 0) return std::nullopt;
  if (process == 0) {
    if (::chdir(folder.c_str()) == 0) ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  std::string seen;
  char part[4096];
  for (ssize_t got = 0; (got = ::read(terminal, part, sizeof part)) > 0;) {
    seen.append(part, static_cast<size_t>(got));
  }
  ::close(terminal);
  ::waitpid(process, nullptr, 0);
  return seen;
}

TEST(TerminalE2e, TheBarFitsAndIsTakenAwayBeforeWhatFollows) {
  const ToyFolder folder;
  const std::optional<std::string> output = on_terminal(folder.path(), quick_run("out"));
  if (!output) GTEST_SKIP() << "no pseudo-terminals here";
  const std::string& seen = *output;
  size_t bars = 0;
  for (size_t at = seen.find(kClearLine); at != std::string::npos;
       at = seen.find(kClearLine, at + 1)) {
    const size_t start = at + sizeof kClearLine - 1;
    const std::string text = seen.substr(start, seen.find_first_of("\r\n", start) - start);
    if (text.find('[') == std::string::npos) continue;  // an epoch's line, which stays
    EXPECT_LT(text.size(), kColumns) << text;
    ++bars;
  }
  EXPECT_GE(bars, 2u) << seen;
  EXPECT_NE(seen.find(std::string(kClearLine) + "epoch 2/2: train"), std::string::npos) << seen;
}

#ifdef STL10_WITH_DOWNLOAD
TEST(TerminalE2e, ADownloadHasABarWhereThereIsRoom) {
  const testing::TemporaryFolder folder;
  const std::string archive = "\x1F\x8B" + std::string(500000, 'x');
  for (const size_t columns : {kColumns, size_t{100}}) {
    const testing::HttpServer server(
        [&](const testing::HttpClient& client, const std::string&, int) {
          const std::string answer = testing::http_answer(200, "", archive);
          constexpr size_t kPiece = 100000, kPause = 150000;
          for (size_t begin = 0; begin < answer.size(); begin += kPiece) {
            client.send(answer.substr(begin, kPiece));
            ::usleep(kPause);
          }
        });
    const std::optional<std::string> output = on_terminal(
        folder.path(),
        {"data", "download", "--mirror", server.url(), "--sha256", std::string(64, 'a')}, columns);
    if (!output) GTEST_SKIP() << "no pseudo-terminals here";
    const std::string begin = std::string(kClearLine) + "downloading ";
    size_t lines = 0;
    for (size_t at = output->find(begin); at != std::string::npos;
         at = output->find(begin, at + 1)) {
      const size_t start = at + sizeof kClearLine - 1;
      const std::string text = output->substr(start, output->find_first_of("\r\n", start) - start);
      EXPECT_LT(text.size(), columns) << text;
      EXPECT_NE(text.find("/488 KiB, "), std::string::npos) << text;
      EXPECT_EQ(text.find('[') != std::string::npos, columns > kColumns) << text;
      ++lines;
    }
    EXPECT_GE(lines, 2U) << *output;
  }
}
#endif

TEST(TerminalE2e, AnErrorStartsOnALineOfItsOwn) {
  const ToyFolder folder;
  const std::optional<std::string> output = on_terminal(
      folder.path(), quick_run("out") + std::vector<std::string>{"--learning-rate", "1e30"});
  if (!output) GTEST_SKIP() << "no pseudo-terminals here";
  const std::string& seen = *output;
  const size_t error = seen.find("stl10: error: training diverged");
  ASSERT_NE(error, std::string::npos) << seen;
  const std::string before = seen.substr(0, error);
  EXPECT_TRUE(before.ends_with("\n") || before.ends_with(kClearLine)) << seen;
}

}  // namespace
}  // namespace stl10
