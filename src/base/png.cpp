#include "stl10/base/png.h"

#ifdef STL10_WITH_OPENCV
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#endif

#include <vector>

#include "stl10/base/error.h"
#include "stl10/base/file.h"

namespace stl10 {

#ifdef STL10_WITH_OPENCV

bool can_make_pictures() { return true; }

std::string make_png(const uint8_t* rgb, int64_t width, int64_t height) {
  const cv::Mat picture(static_cast<int>(height), static_cast<int>(width), CV_8UC3,
                        const_cast<uint8_t*>(rgb));  // cv::Mat has no view of constant bytes
  cv::Mat bgr;
  cv::cvtColor(picture, bgr, cv::COLOR_RGB2BGR);
  std::vector<uint8_t> png;
  cv::imencode(".png", bgr, png);
  return {png.begin(), png.end()};
}

#else

bool can_make_pictures() { return false; }

std::string make_png(const uint8_t*, int64_t, int64_t) {
  throw UsageError({"this stl10 can't make pictures", "a build with OpenCV",
                    "STL10_WITH_OPENCV=OFF", "install libopencv-dev and build again"});
}

#endif

void save_png(const std::filesystem::path& path, const uint8_t* rgb, int64_t width,
              int64_t height) {
  save_atomically(path, make_png(rgb, width, height));
}

}  // namespace stl10
