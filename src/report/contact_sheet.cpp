#include "stl10/report/contact_sheet.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include "stl10/base/png.h"

namespace stl10 {

void save_contact_sheet(const std::filesystem::path& path, const at::Tensor& images, int zoom) {
  constexpr int64_t kGap = 2;
  TORCH_CHECK(images.dim() == 5 && images.size(2) == 3, "images must be (rows, columns, 3, H, W)");
  const at::Tensor padded = at::constant_pad_nd(images, {kGap, kGap, kGap, kGap}, 1);
  // (rows, y, columns, x, channel): the sheet's own memory order.
  const at::Tensor sheet = (padded.permute({0, 3, 1, 4, 2}) * 255).round().to(at::kByte);
  const at::Tensor rows = sheet.flatten(2, 3).flatten(0, 1);
  const at::Tensor large = rows.repeat_interleave(zoom, 0).repeat_interleave(zoom, 1).contiguous();
  save_png(path, large.data_ptr<uint8_t>(), large.size(1), large.size(0));
}

}  // namespace stl10
