#include "stl10/data/picture.h"

#include <gtest/gtest.h>

#ifdef STL10_WITH_OPENCV
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#endif

#include <array>
#include <cmath>

#include "made_jpegs.h"
#include "stl10/base/error.h"
#include "stl10/base/png.h"
#include "tiny_data.h"

namespace stl10 {
namespace {

using testing::bytes_of;
using testing::cmyk_jpeg;
using testing::expect_says;
using testing::message_of;
using testing::TemporaryFolder;
using testing::turned_jpeg;
using testing::write_bytes;

#ifdef STL10_WITH_OPENCV

using Colour = std::array<int, 3>;  // R, G, B

Colour at(const std::vector<uint8_t>& image, int y, int x) {
  Colour colour{};
  for (int c = 0; c < kChannels; ++c) {
    colour[static_cast<size_t>(c)] = image[static_cast<size_t>(stored_offset(c, y, x))];
  }
  return colour;
}

/// Every pixel different in some channel: B, G, R of (height, width).
cv::Mat colourful(int height, int width) {
  cv::Mat picture(height, width, CV_8UC3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      picture.at<cv::Vec3b>(y, x) = {static_cast<uchar>(2 * y), static_cast<uchar>(2 * x),
                                     static_cast<uchar>(y + x)};
    }
  }
  return picture;
}

class Picture : public ::testing::Test {
 protected:
  std::filesystem::path saved(const cv::Mat& picture, const std::string& name = "p.png",
                              const std::vector<int>& flags = {}) {
    cv::imwrite((folder_ / name).string(), picture, flags);
    return folder_ / name;
  }
  std::vector<uint8_t> read(const cv::Mat& picture, Fit fit = Fit::kCrop) {
    return read_picture(saved(picture), fit);
  }
  std::string refusal(const std::string& bytes, const std::string& name = "p.png") {
    write_bytes(folder_ / name, bytes);
    return message_of<DataError>([&] { read_picture(folder_ / name, Fit::kCrop); });
  }

  TemporaryFolder folder_;
};

TEST_F(Picture, OfTheRightSizeKeepsItsBytes) {
  const std::vector<uint8_t> image = read(colourful(kSide, kSide));
  for (const auto& [y, x] : {std::pair(0, 0), {0, 95}, {95, 0}, {17, 60}}) {
    EXPECT_EQ(at(image, y, x), (Colour{y + x, 2 * x, 2 * y}));
  }
  EXPECT_EQ(image, read(colourful(kSide, kSide), Fit::kPad));
}

TEST_F(Picture, IsWrittenAsItIsRead) {
  std::vector<uint8_t> rgb(kImageBytes);
  for (size_t i = 0; i < rgb.size(); ++i) rgb[i] = static_cast<uint8_t>(i * 7 % 251);
  save_png(folder_ / "own.png", rgb.data(), kSide, kSide);
  const std::vector<uint8_t> image = read_picture(folder_ / "own.png", Fit::kCrop);
  for (int c = 0; c < kChannels; ++c) {
    EXPECT_EQ(at(image, 3, 5)[static_cast<size_t>(c)],
              rgb[static_cast<size_t>((3 * kSide + 5) * 3 + c)]);
  }
}

TEST_F(Picture, CropTakesTheMiddle) {
  cv::Mat wide(kSide, 3 * kSide, CV_8UC3, cv::Scalar(0, 0, 0));
  colourful(kSide, kSide).copyTo(wide(cv::Rect(kSide, 0, kSide, kSide)));
  EXPECT_EQ(read(wide), read(colourful(kSide, kSide)));
  cv::Mat tall;
  cv::transpose(wide, tall);
  EXPECT_EQ(at(read(tall), 10, 80), (Colour{90, 20, 160}));
}

TEST_F(Picture, PadTakesAllOfItBetweenBlackBars) {
  const cv::Mat wide(kSide, 3 * kSide, CV_8UC3, cv::Scalar(10, 20, 30));
  const std::vector<uint8_t> image = read(wide, Fit::kPad);
  EXPECT_EQ(at(image, 31, 50), (Colour{0, 0, 0}));
  EXPECT_EQ(at(image, 32, 0), (Colour{30, 20, 10}));
  EXPECT_EQ(at(image, 63, 95), (Colour{30, 20, 10}));
  EXPECT_EQ(at(image, 64, 50), (Colour{0, 0, 0}));
}

TEST_F(Picture, FewerPixelsAreAveragesOfAreas) {
  // Each pixel of the image is the mean of 2 × 2 pixels, 0, 10, 20 and 30 or half a step more.
  cv::Mat large(2 * kSide, 2 * kSide, CV_8UC3);
  for (int y = 0; y < large.rows; ++y) {
    for (int x = 0; x < large.cols; ++x) {
      const auto value = static_cast<uchar>(10 * (x % 2) + 20 * (y % 2) + x / 2);
      large.at<cv::Vec3b>(y, x) = {value, value, value};
    }
  }
  EXPECT_EQ(at(read(large), 40, 7), (Colour{22, 22, 22}));
}

TEST_F(Picture, OfAnySizeHasTheAveragesOfOpenCv) {
  for (const auto& [height, width] : {std::pair(375, 375), {97, 97}, {1000, 1000}, {375, 500}}) {
    cv::Mat picture(height, width, CV_8UC3), expected;
    cv::randu(picture, 0, 256);
    cv::resize(picture(cv::Rect((width - height) / 2, 0, height, height)), expected, {kSide, kSide},
               0, 0, cv::INTER_AREA);
    const std::vector<uint8_t> image = read(picture);
    for (int y = 0; y < kSide; ++y) {
      for (int x = 0; x < kSide; ++x) {
        EXPECT_NEAR(at(image, y, x)[0], expected.at<cv::Vec3b>(y, x)[2], 1);
      }
    }
  }
  const cv::Mat plain(500, 375, CV_8UC3, cv::Scalar(3, 128, 255));
  EXPECT_EQ(at(read(plain), 50, 95), (Colour{255, 128, 3}));
}

/// Decoded at a part of its size: as the whole picture, which the PNG holds.
TEST_F(Picture, OfALargeJpegIsAsOfTheWholePicture) {
  for (const auto& [height, width] :
       {std::pair(359, 359), {375, 500}, {500, 375}, {768, 768}, {1500, 2000}}) {
    cv::Mat picture(height, width, CV_8UC3);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        const double wave = std::sin(9.0 * x / height) * std::cos(7.0 * y / height);
        const auto value = static_cast<uchar>(127 + 100 * wave);
        picture.at<cv::Vec3b>(y, x) = {value, static_cast<uchar>(255 - value), 90};
      }
    }
    const auto jpeg = saved(picture, "large.jpg", {cv::IMWRITE_JPEG_QUALITY, 95});
    const cv::Mat decoded = cv::imread(jpeg.string());
    for (const Fit fit : {Fit::kCrop, Fit::kPad}) {
      const std::vector<uint8_t> image = read_picture(jpeg, fit), whole = read(decoded, fit);
      double sum = 0;
      for (size_t i = 0; i < image.size(); ++i) sum += std::abs(image[i] - whole[i]);
      EXPECT_LE(sum / static_cast<double>(image.size()), 1) << height << " " << width;
    }
  }
}

TEST_F(Picture, MorePixelsAreInterpolated) {
  cv::Mat small(2, 2, CV_8UC3, cv::Scalar(0, 0, 0));
  small.col(1).setTo(cv::Scalar(200, 200, 200));
  const std::vector<uint8_t> image = read(small);
  EXPECT_EQ(at(image, 0, 0)[0], 0);
  EXPECT_EQ(at(image, 95, 95)[0], 200);
  // Pixel centres: column 47 lies at (47 + 0.5) / 48 − 0.5 of the small one.
  EXPECT_NEAR(at(image, 50, 47)[0], 200 * (47.5 / 48 - 0.5), 1);
}

TEST_F(Picture, OfOnePixelOrOneRowIsRead) {
  EXPECT_EQ(at(read(cv::Mat(1, 1, CV_8UC3, cv::Scalar(1, 2, 3))), 60, 30), (Colour{3, 2, 1}));
  const cv::Mat line(1, 2000, CV_8UC3, cv::Scalar(4, 5, 6));
  EXPECT_EQ(at(read(line), 0, 95), (Colour{6, 5, 4}));
  const std::vector<uint8_t> padded = read(line, Fit::kPad);
  EXPECT_EQ(at(padded, 47, 0), (Colour{6, 5, 4}));
  EXPECT_EQ(at(padded, 46, 0), (Colour{0, 0, 0}));
  EXPECT_EQ(at(padded, 48, 95), (Colour{0, 0, 0}));
}

TEST_F(Picture, GrayHasThreeEqualChannels) {
  EXPECT_EQ(at(read(cv::Mat(kSide, kSide, CV_8UC1, cv::Scalar(77))), 5, 5), (Colour{77, 77, 77}));
}

TEST_F(Picture, DropsItsTransparency) {
  const cv::Mat half(kSide, kSide, CV_8UC4, cv::Scalar(10, 20, 30, 128));
  EXPECT_EQ(at(read(half), 5, 5), (Colour{30, 20, 10}));
}

TEST_F(Picture, SixteenBitsAreRoundedToEight) {
  // 257 · 9 + 128 lies nearer to 9, 257 · 9 + 129 to 10; the upper byte of both is 9.
  const cv::Mat deep(kSide, kSide, CV_16UC3, cv::Scalar(257 * 9 + 129, 257 * 9 + 128, 65535));
  EXPECT_EQ(at(read(deep), 5, 5), (Colour{255, 9, 10}));
}

TEST_F(Picture, OfSeveralFramesIsTheFirst) {
  const std::vector<cv::Mat> frames = {cv::Mat(kSide, kSide, CV_8UC3, cv::Scalar(1, 1, 1)),
                                       cv::Mat(kSide, kSide, CV_8UC3, cv::Scalar(9, 9, 9))};
  cv::imwrite((folder_ / "two.tiff").string(), frames);
  EXPECT_EQ(at(read_picture(folder_ / "two.tiff", Fit::kCrop), 5, 5), (Colour{1, 1, 1}));
}

TEST_F(Picture, IsTurnedAsItsExifDataSay) {
  for (const int side : {kSide, 9 * kSide}) {
    cv::Mat picture(side, side, CV_8UC3, cv::Scalar(0, 0, 0));
    picture(cv::Rect(0, 0, side, side / 2)).setTo(cv::Scalar(255, 255, 255));  // bright above
    const std::string jpeg = bytes_of(saved(picture, "p.jpg", {cv::IMWRITE_JPEG_QUALITY, 100}));
    const auto bright = [&](char orientation, int y, int x) {
      write_bytes(folder_ / "turned.jpg", turned_jpeg(jpeg, orientation));
      return at(read_picture(folder_ / "turned.jpg", Fit::kCrop), y, x)[1] > 128;
    };
    EXPECT_TRUE(bright(1, 10, 50));
    EXPECT_TRUE(bright(3, 85, 50));  // half a turn
    EXPECT_TRUE(bright(6, 50, 85));  // a quarter to the right
    EXPECT_TRUE(bright(8, 50, 10));  // a quarter to the left
    EXPECT_FALSE(bright(8, 50, 85));
  }
}

TEST_F(Picture, OfPrintersColoursIsConverted) {
  // Red is no cyan, all magenta and yellow, no black; inverted, and K a little on.
  write_bytes(folder_ / "red.jpg", cmyk_jpeg({255, 0, 0, 200}));
  const Colour red = at(read_picture(folder_ / "red.jpg", Fit::kCrop), 50, 50);
  EXPECT_NEAR(red[0], 200, 2);
  EXPECT_NEAR(red[1], 0, 2);
  EXPECT_NEAR(red[2], 0, 2);
}

TEST_F(Picture, ThatIsCutIsRefusedWhateverItsFormat) {
  cv::Mat picture = colourful(64, 64);
  cv::randu(picture, 0, 255);  // so that the files are long enough
  for (const char* name : {"p.png", "p.jpg", "p.bmp", "p.tiff", "p.webp", "p.ppm"}) {
    const std::string bytes = bytes_of(saved(picture, name));
    ASSERT_GT(bytes.size(), 100U) << name;
    for (const double part : {0.99, 0.5, 0.05}) {
      const auto size = static_cast<size_t>(part * static_cast<double>(bytes.size()));
      expect_says(refusal(bytes.substr(0, size), name), {name, "can't be read as a picture"});
    }
  }
  EXPECT_NO_THROW(read_picture(saved(picture, "p.jpg"), Fit::kCrop));
}

TEST_F(Picture, WithBytesBehindItsEndIsRead) {
  const std::string jpeg = bytes_of(saved(colourful(64, 64), "p.jpg"));
  write_bytes(folder_ / "more.jpg", jpeg + std::string(100, '\0') + "a phone's own data");
  EXPECT_EQ(read_picture(folder_ / "more.jpg", Fit::kCrop),
            read_picture(folder_ / "p.jpg", Fit::kCrop));
}

TEST_F(Picture, IsNoFileOfAnotherKind) {
  expect_says(refusal(""), {"an empty file"});
  expect_says(refusal("\xFF\xD8"), {"p.png"});
  expect_says(refusal("notes about a holiday"), {"can't be read as a picture", "leave it out"});
  expect_says(message_of<IoError>([&] { read_picture(folder_ / "none.png", Fit::kCrop); }),
              {"none.png"});
  expect_says(message_of<IoError>([&] { read_picture(folder_.path(), Fit::kCrop); }), {"a folder"});
}

#else

TEST(Picture, NeedsOpenCv) {
  TemporaryFolder folder;
  expect_says(message_of<UsageError>([&] { read_picture(folder / "p.png", Fit::kCrop); }),
              {"p.png", "a build with OpenCV", "install libopencv-dev"});
  const uint8_t pixel[3] = {1, 2, 3};
  expect_says(message_of<UsageError>([&] { save_png(folder / "p.png", pixel, 1, 1); }),
              {"can't make pictures", "a build with OpenCV"});
}

#endif

}  // namespace
}  // namespace stl10
