#pragma once

#include <stdexcept>
#include <string>

namespace stl10 {

/// What every user-facing failure says, in one line: WHAT (expected X, found Y); next: WHAT TO DO.
/// Empty parts are left out.
struct Complaint {
  std::string what;
  std::string expected;
  std::string found;
  std::string next;
};

/// The line that `complaint` makes, without a trailing newline; line breaks become spaces.
std::string to_line(const Complaint& complaint);

/// A failure that the user can mend. Only `main` turns it into an exit code.
class Error : public std::runtime_error {
 public:
  int exit_code() const { return exit_code_; }

 protected:
  Error(int exit_code, const Complaint& complaint)
      : std::runtime_error(to_line(complaint)), exit_code_(exit_code) {}

 private:
  int exit_code_;
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

/// A signal ended the run after its state was saved (exit 128 + signal: 130 or 143).
class Interrupted : public Error {
 public:
  Interrupted(int signal, const Complaint& complaint) : Error(128 + signal, complaint) {}
};

}  // namespace stl10
