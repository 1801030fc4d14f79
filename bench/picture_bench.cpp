// Pictures a second: decoded by OpenCV alone, and read as images of a data set:
// `picture_bench FOLDER [threads]`. The two take turns, three times.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <vector>

#include "stl10/base/cpu.h"
#include "stl10/base/file.h"
#include "stl10/base/parallel.h"
#include "stl10/data/picture.h"
#include "stl10/data/picture_files.h"

namespace stl10 {
namespace {

template <class Work>
double seconds_of(const std::vector<std::string>& files, int64_t threads, const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  on_threads(threads, static_cast<int64_t>(files.size()),
             [&](int64_t i) { work(files[static_cast<size_t>(i)]); });
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void run(const std::filesystem::path& folder, int64_t threads) {
  std::vector<std::string> files = files_below(folder, [](const std::string&) {});
  for (std::string& file : files) file = (folder / file).string();
  const auto decode = [](const std::string& path) {
    const MappedFile file(path);
    const cv::Mat bytes(1, static_cast<int>(file.size()), CV_8U, const_cast<uint8_t*>(file.data()));
    if (cv::imdecode(bytes, cv::IMREAD_COLOR).empty()) std::abort();
  };
  const auto read = [](const std::string& path) { read_picture(path, Fit::kCrop); };
  seconds_of(files, threads, decode);  // the files into the system's memory
  for (int round = 0; round < 3; ++round) {
    const double alone = seconds_of(files, threads, decode),
                 whole = seconds_of(files, threads, read);
    const auto count = static_cast<double>(files.size());
    std::printf("%zu pictures, %ld threads: decoded %.0f/s, read %.0f/s, %.2f of the time\n",
                files.size(), threads, count / alone, count / whole, whole / alone);
  }
}

}  // namespace
}  // namespace stl10

int main(int count, char** arguments) {
  if (count < 2) {
    std::fprintf(stderr, "picture_bench FOLDER [threads]\n");
    return 2;
  }
  stl10::run(arguments[1],
             count > 2 ? std::max(1, std::atoi(arguments[2])) : stl10::usable_cores());
}
