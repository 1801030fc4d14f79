#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "stl10/base/error.h"
#include "stl10/base/interrupt.h"
#include "stl10/commands/command.h"
#include "stl10/commands/commands.h"

extern char** environ;

namespace stl10 {
namespace {

using Clock = std::chrono::steady_clock;

/// The keys of `stl10 launch`.
struct LaunchOptions {
  std::vector<std::string> words;
  int64_t processes = 2;
};

template <class Visitor>
void visit_fields(LaunchOptions& options, Visitor& field) {
  field("words", options.words, "COMMAND…: what each process runs, behind --");
  field("processes", options.processes, "on this machine, whose cores they share",
        between(1, 1024));
}

/// A port of this machine that nobody listens at.
int free_port() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const general = reinterpret_cast<sockaddr*>(&address);
  const bool found = descriptor >= 0 && ::bind(descriptor, general, size) == 0 &&
                     ::getsockname(descriptor, general, &size) == 0;
  const std::string obstacle = std::strerror(errno);
  if (descriptor >= 0) ::close(descriptor);
  if (!found) throw GroupError({"there is no port to meet at", "", obstacle, "check the network"});
  return ::ntohs(address.sin_port);
}

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

/// A process that was started.
struct Child {
  pid_t pid = -1;
  std::unique_ptr<std::FILE, FileCloser>
      said;                        ///< its stderr; null: goes where the launcher's goes
  std::optional<int> status = {};  ///< as waitpid has it; empty: it runs

  int code() const { return WIFEXITED(*status) ? WEXITSTATUS(*status) : 128 + WTERMSIG(*status); }
  bool was_killed() const { return WIFSIGNALED(*status); }
};

std::vector<std::string> environment_of(int64_t rank, int64_t size, int port) {
  const std::vector<std::pair<std::string, std::string>> own = {
      {"RANK", std::to_string(rank)},       {"WORLD_SIZE", std::to_string(size)},
      {"LOCAL_RANK", std::to_string(rank)}, {"LOCAL_WORLD_SIZE", std::to_string(size)},
      {"MASTER_ADDR", "127.0.0.1"},         {"MASTER_PORT", std::to_string(port)}};
  std::vector<std::string> all;
  for (char** item = environ; *item != nullptr; ++item) {
    const std::string text(*item);
    const bool replaced = std::any_of(
        own.begin(), own.end(), [&](const auto& one) { return text.starts_with(one.first + "="); });
    if (!replaced && !text.starts_with("TORCHELASTIC_")) all.push_back(text);
  }
  for (const auto& [name, value] : own) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

Child start(const LaunchOptions& options, int64_t rank, int port) {
  std::vector<std::string> words = {"stl10"};
  words.insert(words.end(), options.words.begin(), options.words.end());
  std::vector<std::string> environment = environment_of(rank, options.processes, port);
  const std::vector<char*> arguments = pointers_to(words), variables = pointers_to(environment);
  Child child;
  if (rank > 0) child.said.reset(std::tmpfile());
  const pid_t launcher = ::getpid();
  child.pid = ::fork();
  if (child.pid < 0) {
    throw GroupError({"cannot start process " + std::to_string(rank), "", std::strerror(errno),
                      "start fewer --processes"});
  }
  if (child.pid > 0) return child;
  ::setpgid(0, 0);  // the terminal's signals reach it through the launcher, once
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != launcher) ::_exit(1);
  if (rank > 0) {
    std::freopen("/dev/null", "w", stdout);
    if (child.said) ::dup2(::fileno(child.said.get()), STDERR_FILENO);
  }
  ::execve("/proc/self/exe", arguments.data(), variables.data());
  ::_exit(127);
}

void signal_all(const std::vector<Child>& children, int signal) {
  for (const Child& child : children) {
    if (!child.status) ::kill(child.pid, signal);
  }
}

/// Waits for all. Hands a signal on, and ends those that outlive another one's failure for long.
void wait_for(std::vector<Child>& children) {
  constexpr std::chrono::seconds kGrace{30};
  int handed_on = 0;
  std::optional<Clock::time_point> failed;
  for (size_t running = children.size(); running > 0;) {
    for (Child& child : children) {
      int status = 0;
      if (child.status || ::waitpid(child.pid, &status, WNOHANG) != child.pid) continue;
      child.status = status;
      --running;
      if (child.code() != 0 && !failed) failed = Clock::now();
    }
    if (handed_on == 0 && interrupting_signal() != 0) {
      handed_on = interrupting_signal();
      signal_all(children, handed_on);
    }
    if (failed && Clock::now() - *failed > kGrace) signal_all(children, SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

/// What the other processes said that rank 0 hasn't, each line once.
void print_said(const std::vector<Child>& children) {
  std::set<std::string> printed;
  for (size_t rank = 1; rank < children.size(); ++rank) {
    const Child& child = children[rank];
    if (!child.said || child.code() == 0) continue;
    if (child.code() != 1 && child.code() == children[0].code()) continue;  // so has rank 0
    std::rewind(child.said.get());
    char line[4096];
    while (std::fgets(line, sizeof line, child.said.get()) != nullptr) {
      if (printed.insert(line).second) {
        std::fprintf(stderr, "rank %d: %s", static_cast<int>(rank), line);
      }
    }
  }
}

Answer launch(const LaunchOptions& options) {
  if (options.words.empty()) {
    throw UsageError({"launch needs a command to run", "stl10 launch --processes 2 -- supervised …",
                      "none", "name it behind --"});
  }
  const int port = free_port();
  std::vector<Child> children;
  for (int64_t rank = 0; rank < options.processes; ++rank) {
    children.push_back(start(options, rank, port));
  }
  wait_for(children);
  print_said(children);
  for (size_t rank = 0; rank < children.size(); ++rank) {
    if (!children[rank].was_killed()) continue;
    throw GroupError({"rank " + std::to_string(rank) + " was ended by signal " +
                          std::to_string(WTERMSIG(*children[rank].status)),
                      "", "", "go on with --resume, where it makes a run"});
  }
  for (const Child& child : children) {
    if (child.code() != 0) throw ToldElsewhere(child.code());
  }
  return {};
}

}  // namespace

Command launch_command() {
  Command command = plain_command<LaunchOptions>(
      "launch", "Run a command that trains or judges in several processes on this machine", launch,
      {.name = "COMMAND",
       .help = "behind --: the command, and its words",
       .apply = [](Invocation& call) { words_as_flag(call, "words", call.words); }});
  return command;
}

}  // namespace stl10
