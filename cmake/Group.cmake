# Several processes, on the c10d that LibTorch brings. Its Gloo needs headers that LibTorch doesn't
# bring: cmake/gloo has the declarations that LibTorch 2.11 wants, and only that. With another one the
# program trains in one process, and says so where it is asked for more.
set(STL10_GROUPS OFF)
if(LibTorch_VERSION VERSION_GREATER_EQUAL 2.11 AND LibTorch_VERSION VERSION_LESS 2.12)
  set(STL10_GROUPS ON)
endif()
