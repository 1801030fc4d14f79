# Several processes, on the c10d that LibTorch brings. Its Gloo needs headers that LibTorch doesn't
# bring: cmake/gloo has the declarations that LibTorch 2.11 wants, and only that. With another one the
# program trains in one process, and says so where it is asked for more.
set(STL10_GROUPS OFF)
if(LibTorch_VERSION VERSION_GREATER_EQUAL 2.11 AND LibTorch_VERSION VERSION_LESS 2.12)
  set(STL10_GROUPS ON)
endif()

# Between GPUs they exchange through NCCL, of which LibTorch brings c10d's part, and the library where
# it can be used. Its header must be of the version whose structures LibTorch 2.11 has inside its own;
# that one includes those of CUDA's libraries. They are a toolkit's, or of packages beside LibTorch.
set(STL10_NCCL OFF)
if(STL10_GROUPS AND STL10_CUDA)
  set(places ${CUDAToolkit_INCLUDE_DIRS} ${LibTorch_PREFIX}/../nvidia/nccl/include
    ${LibTorch_PREFIX}/../nvidia/cu13/include)
  find_path(Nccl_INCLUDE_DIR nccl.h HINTS ${places} NO_DEFAULT_PATH)
  find_path(Cusolver_INCLUDE_DIR cusolverDn.h HINTS ${places} NO_DEFAULT_PATH)
  if(Nccl_INCLUDE_DIR AND Cusolver_INCLUDE_DIR)
    file(STRINGS ${Nccl_INCLUDE_DIR}/nccl.h nccl_lines REGEX "define NCCL_(MAJOR|MINOR) ")
    if("${nccl_lines}" MATCHES "MAJOR 2;.*MINOR 28")
      set(STL10_NCCL ON)
    endif()
  endif()
  if(STL10_NCCL)
    message(STATUS "NCCL: on")
  else()
    message(STATUS "NCCL: off (no nccl.h of version 2.28, or no headers of CUDA's libraries); GPUs of "
      "several processes exchange through the CPU")
  endif()
endif()
