# Makes the target `OpenCv` of OpenCV's core, imgproc and imgcodecs.
#
# Debian's config file comes only with all of OpenCV, 200 packages and 600 MB more than these three.
find_path(OpenCv_INCLUDE_DIR opencv2/imgcodecs.hpp PATH_SUFFIXES opencv4)
add_library(OpenCv INTERFACE)
foreach(part imgcodecs imgproc core)
  find_library(OpenCv_${part} opencv_${part})
  if(NOT OpenCv_INCLUDE_DIR OR NOT OpenCv_${part})
    message(FATAL_ERROR "OpenCV was not found. Install libopencv-core-dev, libopencv-imgproc-dev and "
      "libopencv-imgcodecs-dev, or configure with -DSTL10_WITH_OPENCV=OFF (no pictures then).")
  endif()
  target_link_libraries(OpenCv INTERFACE ${OpenCv_${part}})
endforeach()
target_include_directories(OpenCv SYSTEM INTERFACE ${OpenCv_INCLUDE_DIR})
