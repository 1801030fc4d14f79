#include <cstdio>
#include <exception>

#include "stl10/base/allocator.h"
#include "stl10/base/error.h"
#include "stl10/base/process.h"
#include "stl10/commands/commands.h"

int main(int argc, char** argv) {
  stl10::prepare_process();
  stl10::tune_allocator();
  try {
    return stl10::run_command_line(argc, argv);
  } catch (const stl10::ToldElsewhere& error) {
    return error.exit_code();
  } catch (const stl10::Error& error) {
    std::fprintf(stderr, "stl10: error: %s\n", error.what());
    return error.exit_code();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "stl10: error: %s; next: this is a fault of stl10, please report it\n",
                 stl10::printable(error.what()).c_str());
    return 1;
  }
}
