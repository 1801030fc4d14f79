#include "stl10/commands/failures.h"

#include <c10/util/Exception.h>

#include <filesystem>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>

#include "stl10/base/error.h"

namespace stl10 {
namespace {

[[noreturn]] void out_of_memory() {
  throw IoError({"out of memory", "", "",
                 "let it take less, where the command has the option (--batch-size, --width, "
                 "--max-points, --unlabeled-images)"});
}

/// The first line, without the backtrace.
std::string headline(const c10::Error& error) {
  const std::string text = error.what_without_backtrace();
  return text.substr(0, text.find('\n'));
}

bool lacks_memory(const c10::Error& error) {
  const std::string text = error.what_without_backtrace();
  return dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr ||
         text.find("can't allocate memory") != std::string::npos ||  // DefaultCPUAllocator
         text.find("Storage size calculation overflowed") != std::string::npos;
}

}  // namespace

void with_own_errors(const std::function<void()>& work) {
  try {
    work();
  } catch (const c10::Error& error) {
    if (lacks_memory(error)) out_of_memory();
    throw std::runtime_error(headline(error));
  } catch (const std::bad_alloc&) {
    out_of_memory();
  } catch (const std::filesystem::filesystem_error& error) {
    throw IoError({"cannot use " + error.path1().string(), "", error.code().message(),
                   "check the path and its permissions"});
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::resource_unavailable_try_again) throw;
    throw IoError({"cannot start a thread", "", error.code().message(),
                   "raise the limit (`ulimit -u`, the cgroup's pids.max), or end other processes"});
  }
}

}  // namespace stl10
