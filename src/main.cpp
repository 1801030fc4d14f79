#include <cstdio>
#include <exception>
#include <new>

#include "stl10/base/device.h"
#include "stl10/base/error.h"
#include "stl10/commands/commands.h"

int main(int argc, char** argv) {
  stl10::tune_allocator();
  try {
    return stl10::run_command_line(argc, argv);
  } catch (const stl10::Error& error) {
    std::fprintf(stderr, "stl10: error: %s\n", error.what());
    return error.exit_code();
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "stl10: error: out of memory; next: use a smaller --batch-size\n");
    return 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "stl10: error: %s; next: this is a fault of stl10, please report it\n",
                 error.what());
    return 1;
  }
}
