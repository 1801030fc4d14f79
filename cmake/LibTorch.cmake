# Finds LibTorch 2.x and makes the target `LibTorch` of it.
#
# Torch's own find_package(Torch) demands an nvcc for its CUDA builds and drags every CUDA library
# into CPU programs, so the few files needed are looked up here: Torch_DIR (cache or environment) or
# CMAKE_PREFIX_PATH may name a LibTorch, or the folder that holds it.
# Sets LibTorch_VERSION, LibTorch_HAS_CUDA, LibTorch_RPATH; with CUDA, the target `LibTorchCuda`.

set(Torch_DIR "$ENV{Torch_DIR}" CACHE PATH "Folder of TorchConfig.cmake, or of LibTorch itself")
set(hints ${Torch_DIR} ${Torch_DIR}/../../.. ${CMAKE_PREFIX_PATH})
string(REPLACE ":" ";" environment_prefixes "$ENV{CMAKE_PREFIX_PATH}")
list(APPEND hints ${environment_prefixes})

find_path(LibTorch_INCLUDE_DIR torch/csrc/api/include/torch/version.h HINTS ${hints}
  PATH_SUFFIXES include ../../include torch/include NO_DEFAULT_PATH)
if(NOT LibTorch_INCLUDE_DIR)
  message(FATAL_ERROR "LibTorch was not found. Run scripts/setup.sh, which fetches it, or name "
    "yours: cmake -DTorch_DIR=/path/to/libtorch/share/cmake/Torch …")
endif()
get_filename_component(LibTorch_PREFIX ${LibTorch_INCLUDE_DIR}/.. ABSOLUTE)

# Older releases define the version elsewhere.
set(version_file ${LibTorch_INCLUDE_DIR}/torch/headeronly/version.h)
if(NOT EXISTS ${version_file})
  set(version_file ${LibTorch_INCLUDE_DIR}/torch/csrc/api/include/torch/version.h)
endif()
file(STRINGS ${version_file} version_lines REGEX "define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
string(REGEX MATCHALL "[0-9]+" version_numbers "${version_lines}")
list(JOIN version_numbers "." LibTorch_VERSION)

add_library(LibTorch INTERFACE)
target_include_directories(LibTorch SYSTEM INTERFACE ${LibTorch_INCLUDE_DIR}
  ${LibTorch_INCLUDE_DIR}/torch/csrc/api/include)
target_link_libraries(LibTorch INTERFACE ${LibTorch_PREFIX}/lib/libtorch_cpu.so
  ${LibTorch_PREFIX}/lib/libc10.so)

# A PyPI wheel finds NVIDIA's libraries in the wheels beside it.
file(GLOB nvidia_libraries ${LibTorch_PREFIX}/../nvidia/*/lib)
set(LibTorch_RPATH ${LibTorch_PREFIX}/lib ${nvidia_libraries})

# CUDA: LibTorch's CUDA libraries and the libraries that these need; without the latter, the program
# can still be linked for a machine that has them.
set(STL10_CUDA_HALF "" CACHE PATH
  "Folder of libtorch_cuda.so and libc10_cuda.so: makes the CUDA program for another machine")
set(LibTorch_HAS_CUDA FALSE)
set(cuda_half ${LibTorch_PREFIX}/lib)
if(STL10_CUDA_HALF)
  if(NOT EXISTS ${STL10_CUDA_HALF}/libtorch_cuda.so)
    message(FATAL_ERROR "STL10_CUDA_HALF=${STL10_CUDA_HALF} has no libtorch_cuda.so. "
      "Run scripts/setup.sh cuda, which fetches it.")
  endif()
  set(LibTorch_HAS_CUDA TRUE)
  set(cuda_half ${STL10_CUDA_HALF})
elseif(EXISTS ${LibTorch_PREFIX}/lib/libtorch_cuda.so)
  set(CMAKE_REQUIRED_LINK_OPTIONS "")
  foreach(folder ${LibTorch_RPATH})
    list(APPEND CMAKE_REQUIRED_LINK_OPTIONS "-Wl,-rpath,${folder}" "-Wl,-rpath-link,${folder}")
  endforeach()
  set(CMAKE_REQUIRED_LIBRARIES ${LibTorch_PREFIX}/lib/libtorch_cuda.so
    ${LibTorch_PREFIX}/lib/libc10_cuda.so ${LibTorch_PREFIX}/lib/libtorch_cpu.so
    ${LibTorch_PREFIX}/lib/libc10.so)
  include(CheckCXXSourceCompiles)
  check_cxx_source_compiles("int main() { return 0; }" LibTorch_CUDA_LINKS)
  set(LibTorch_HAS_CUDA ${LibTorch_CUDA_LINKS})
  unset(CMAKE_REQUIRED_LIBRARIES)
  unset(CMAKE_REQUIRED_LINK_OPTIONS)
endif()

if(LibTorch_HAS_CUDA)
  # Nothing calls libtorch_cuda.so by name: it registers its operations when it is loaded.
  add_library(LibTorchCuda INTERFACE)
  target_link_libraries(LibTorchCuda INTERFACE -Wl,--no-as-needed ${cuda_half}/libtorch_cuda.so
    -Wl,--as-needed ${cuda_half}/libc10_cuda.so)
  if(STL10_CUDA_HALF)
    target_link_options(LibTorchCuda INTERFACE -Wl,--allow-shlib-undefined)
  endif()
endif()
