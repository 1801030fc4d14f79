#include "stl10/data/picture.h"

#ifdef STL10_WITH_OPENCV
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#endif

#include <algorithm>
#include <cmath>
#include <iostream>
#include <mutex>
#include <string>

#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/base/image.h"
#include "stl10/base/png.h"
#include "stl10/data/picture_bytes.h"

namespace stl10 {

#ifdef STL10_WITH_OPENCV

namespace {

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& found) {
  throw DataError({path.string() + " can't be read as a picture",
                   "a whole file of a format that OpenCV knows", found,
                   "save it as PNG or JPEG, or leave it out"});
}

/// How far a JPEG may be reduced while it is decoded (only the low frequencies of each block are
/// transformed then, which takes a half of the time or less): by 1, 2, 4 or 8, as long as nearly
/// twice the pixels of an image are left to average.
int reduction_of(int jpeg_side) {
  constexpr int kEnough = kSide * 15 / 8;
  int reduction = 1;
  while (reduction < 8 && jpeg_side / (2 * reduction) >= kEnough) reduction *= 2;
  return reduction;
}

int reading_flags(int reduction) {
  if (reduction == 2) return cv::IMREAD_REDUCED_COLOR_2;
  if (reduction == 4) return cv::IMREAD_REDUCED_COLOR_4;
  if (reduction == 8) return cv::IMREAD_REDUCED_COLOR_8;
  return cv::IMREAD_COLOR | cv::IMREAD_ANYDEPTH;
}

/// What OpenCV would print of files that it can't read is said by our own errors.
void silence_opencv() {
  static std::once_flag done;
  std::call_once(done, [] {
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    cv::redirectError([](int, const char*, const char*, const char*, int, void*) { return 0; });
    std::cerr.rdbuf(nullptr);  // nobody but OpenCV's decoders and LibTorch's warnings writes there
    cv::setNumThreads(1);      // callers read several pictures at a time
  });
}

/// @return 8-bit B, G, R.
cv::Mat decoded(const std::filesystem::path& path) {
  silence_opencv();
  std::string file = read_file(path);
  auto* const data = reinterpret_cast<uint8_t*>(file.data());
  const PictureFacts facts = picture_facts({data, file.size()});
  if (file.empty()) refuse(path, "an empty file");
  if (!facts.whole) refuse(path, "one that ends too early");
  const cv::Mat bytes(1, static_cast<int>(file.size()), CV_8U, data);
  cv::Mat picture;
  try {
    picture = cv::imdecode(bytes, reading_flags(reduction_of(facts.jpeg_side)));
  } catch (const std::exception&) {
    picture.release();  // of cv::Exception the text speaks of OpenCV's sources
  }
  if (picture.empty()) refuse(path, "one that is damaged, or of another kind");
  const int depth = picture.depth();
  const double scale = depth == CV_8U ? 1 : depth == CV_16U ? 1 / 257.0 : 255;
  if (depth != CV_8U) picture.convertTo(picture, CV_8U, scale);
  return picture;
}

/// Adds `weight` times each of `count` values to sums.
template <class Value>
void add_weighted(const Value* values, float weight, int count, float* sums) {
  for (int i = 0; i < count; ++i) sums[i] += weight * static_cast<float>(values[i]);
}

/// How equal parts of a row of pixels are made of them: each of `count` pixels from `first` on, by
/// shares that sum to 1 and stand behind those of the part before.
struct Overlaps {
  struct Part {
    int first, count;
  };
  std::vector<Part> parts;
  std::vector<float> shares;
};

Overlaps overlaps_of(int pixels, int parts) {
  const double step = static_cast<double>(pixels) / parts;
  Overlaps all;
  for (int part = 0; part < parts; ++part) {
    const double begin = part * step, end = begin + step;
    const int first = static_cast<int>(begin);
    int pixel = first;
    for (; pixel < pixels && pixel < end; ++pixel) {
      all.shares.push_back(static_cast<float>(
          (std::min<double>(pixel + 1, end) - std::max<double>(pixel, begin)) / step));
    }
    all.parts.push_back({first, pixel - first});
  }
  return all;
}

/// Averages of areas, first of rows and then of columns: OpenCV's own INTER_AREA takes as long as
/// decoding half the picture.
cv::Mat averaged(const cv::Mat& picture, int height, int width) {
  const int values = picture.cols * kChannels;
  const Overlaps across = overlaps_of(picture.cols, width),
                 down = overlaps_of(picture.rows, height);
  cv::Mat result(height, width, CV_8UC3);
  // A pixel is summed as four values, as a vector has them: the last is the next pixel's, and
  // unused.
  constexpr int kLanes = 4;
  std::vector<float> row(static_cast<size_t>(values + kLanes));
  const float* row_share = down.shares.data();
  for (int y = 0; y < height; ++y) {
    std::fill(row.begin(), row.end(), 0.0f);
    const Overlaps::Part rows = down.parts[static_cast<size_t>(y)];
    for (int i = 0; i < rows.count; ++i) {
      add_weighted(picture.ptr<uint8_t>(rows.first + i), *row_share++, values, row.data());
    }
    auto* averages = result.ptr<uint8_t>(y);
    const float* share = across.shares.data();
    for (const Overlaps::Part& part : across.parts) {
      float sums[kLanes] = {};
      const float* pixel = &row[static_cast<size_t>(part.first * kChannels)];
      for (int i = 0; i < part.count; ++i, pixel += kChannels) {
        add_weighted(pixel, *share++, kLanes, sums);
      }
      for (int c = 0; c < kChannels; ++c) *averages++ = cv::saturate_cast<uint8_t>(sums[c]);
    }
  }
  return result;
}

cv::Mat resized(const cv::Mat& picture, int height, int width) {
  if (picture.rows == height && picture.cols == width) return picture;
  if (picture.rows >= height && picture.cols >= width) return averaged(picture, height, width);
  cv::Mat result;
  cv::resize(picture, result, {width, height}, 0, 0, cv::INTER_LINEAR);
  return result;
}

cv::Mat cropped(const cv::Mat& picture) {
  const int side = std::min(picture.rows, picture.cols);
  const cv::Rect middle((picture.cols - side) / 2, (picture.rows - side) / 2, side, side);
  return resized(picture(middle), kSide, kSide);
}

cv::Mat padded(const cv::Mat& picture) {
  const double zoom = static_cast<double>(kSide) / std::max(picture.rows, picture.cols);
  const auto pixels = [&](int of) { return std::max(1, static_cast<int>(std::lround(of * zoom))); };
  const cv::Mat whole = resized(picture, pixels(picture.rows), pixels(picture.cols));
  const int above = (kSide - whole.rows) / 2, left = (kSide - whole.cols) / 2;
  cv::Mat square;
  cv::copyMakeBorder(whole, square, above, kSide - whole.rows - above, left,
                     kSide - whole.cols - left, cv::BORDER_CONSTANT);
  return square;
}

}  // namespace

std::vector<uint8_t> read_picture(const std::filesystem::path& path, Fit fit) {
  const cv::Mat picture = decoded(path);
  const cv::Mat square = fit == Fit::kCrop ? cropped(picture) : padded(picture);
  std::vector<uint8_t> image(kImageBytes);
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const auto& bgr = square.at<cv::Vec3b>(y, x);
      for (int c = 0; c < kChannels; ++c) {
        image[static_cast<size_t>(stored_offset(c, y, x))] = bgr[kChannels - 1 - c];
      }
    }
  }
  return image;
}

#else

std::vector<uint8_t> read_picture(const std::filesystem::path& path, Fit) {
  throw UsageError({"this stl10 can't read the picture " + path.string(), "a build with OpenCV",
                    "STL10_WITH_OPENCV=OFF", "install libopencv-dev and build again"});
}

#endif

void save_picture(const std::filesystem::path& path, const uint8_t* image) {
  std::vector<uint8_t> rgb;
  rgb.reserve(kImageBytes);
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      for (int c = 0; c < kChannels; ++c) rgb.push_back(image[stored_offset(c, y, x)]);
    }
  }
  save_png(path, rgb.data(), kSide, kSide);
}

}  // namespace stl10
