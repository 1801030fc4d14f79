#include "stl10/report/contact_sheet.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#ifdef STL10_WITH_OPENCV
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#endif

#include "stl10/base/error.h"
#include "stl10/base/file.h"

namespace stl10 {

#ifdef STL10_WITH_OPENCV

void save_contact_sheet(const std::filesystem::path& path, const at::Tensor& images, int zoom) {
  constexpr int64_t kGap = 2;
  TORCH_CHECK(images.dim() == 5 && images.size(2) == 3, "images must be (rows, columns, 3, H, W)");
  const int64_t rows = images.size(0), columns = images.size(1);
  const at::Tensor padded = at::constant_pad_nd(images, {kGap, kGap, kGap, kGap}, 1);
  const int64_t side_y = padded.size(3), side_x = padded.size(4);
  // (rows, y, columns, x, BGR): the sheet's own memory order.
  const at::Tensor sheet =
      (padded.flip(2).permute({0, 3, 1, 4, 2}) * 255).round().to(at::kByte).contiguous();
  const cv::Mat small(static_cast<int>(rows * side_y), static_cast<int>(columns * side_x), CV_8UC3,
                      sheet.data_ptr());
  cv::Mat large;
  cv::resize(small, large, {}, zoom, zoom, cv::INTER_NEAREST);
  std::vector<uint8_t> png;
  cv::imencode(".png", large, png);
  save_atomically(path, std::string_view(reinterpret_cast<const char*>(png.data()), png.size()));
}

#else

void save_contact_sheet(const std::filesystem::path& path, const at::Tensor&, int) {
  throw UsageError({"this stl10 can't write the picture " + path.string(), "a build with OpenCV",
                    "STL10_WITH_OPENCV=OFF", "install libopencv-dev and build again"});
}

#endif

}  // namespace stl10
