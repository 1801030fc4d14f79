#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace stl10 {

/// What every user-facing failure says, in one line: WHAT (expected X, found Y); next: WHAT TO DO.
/// Empty parts are left out.
struct Complaint {
  std::string what;
  std::string expected;
  std::string found;
  std::string next;
};

/// `text` with a space in place of every control character: what files, flags and libraries say
/// must not command a terminal.
std::string printable(std::string_view text);

/// The line that `complaint` makes, printable and without a trailing newline.
std::string to_line(const Complaint& complaint);

/// A failure that the user can mend. Only `main` turns it into an exit code.
class Error : public std::runtime_error {
 public:
  int exit_code() const { return exit_code_; }

  /// The line without what to do next.
  const std::string& fault() const { return fault_; }

 protected:
  Error(int exit_code, const Complaint& complaint)
      : std::runtime_error(to_line(complaint)),
        exit_code_(exit_code),
        fault_(to_line({complaint.what, complaint.expected, complaint.found, ""})) {}

 private:
  int exit_code_;
  std::string fault_;
};

/// A file or folder that can't be opened, read, written or synchronized (exit 1).
class IoError : public Error {
 public:
  explicit IoError(const Complaint& complaint) : Error(1, complaint) {}
};

/// A data, image or checkpoint file that is missing, damaged or of the wrong kind (exit 1).
class DataError : public Error {
 public:
  explicit DataError(const Complaint& complaint) : Error(1, complaint) {}
};

/// Of a file or folder that is there, but whose content isn't sound. @param next what to do.
DataError damaged(const std::string& path, const std::string& expected, const std::string& found,
                  const std::string& next);

/// Flags that don't fit, or a sound checkpoint that doesn't fit the command (exit 2).
class UsageError : public Error {
 public:
  explicit UsageError(const Complaint& complaint) : Error(2, complaint) {}
};

/// A configuration value: unknown key, wrong type or out of range (exit 2).
class ConfigError : public Error {
 public:
  explicit ConfigError(const Complaint& complaint) : Error(2, complaint) {}
};

/// The loss became NaN or infinite (exit 3).
class Diverged : public Error {
 public:
  explicit Diverged(const Complaint& complaint) : Error(3, complaint) {}
};

/// Another run works in the same folder (exit 4).
class Locked : public Error {
 public:
  explicit Locked(const Complaint& complaint) : Error(4, complaint) {}
};

/// A process of the group is gone, hangs, or doesn't come (exit 1).
class GroupError : public Error {
 public:
  explicit GroupError(const Complaint& complaint) : Error(1, complaint) {}
};

/// What another process tells of, so that this one only leaves with the same exit code.
class ToldElsewhere : public Error {
 public:
  explicit ToldElsewhere(int exit_code) : Error(exit_code, {}) {}
};

/// A signal ended the command, a run after its state was saved (exit 128 + signal: 129, 130, 143).
class Interrupted : public Error {
 public:
  Interrupted(int signal, const Complaint& complaint) : Error(128 + signal, complaint) {}
};

}  // namespace stl10
