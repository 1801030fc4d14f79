#include "stl10/commands/pictures.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <system_error>

#include "stl10/base/error.h"
#include "stl10/base/parallel.h"

namespace stl10 {
namespace {

constexpr char kStandardInput[] = "-";

void take_pictures(Invocation& invocation) {
  if (!invocation.words.empty()) words_as_flag(invocation, "pictures", invocation.words);
}

void add_lines(std::istream& input, std::vector<std::string>& lines) {
  for (std::string line; std::getline(input, line);) {
    if (!line.empty()) lines.push_back(line);
  }
}

}  // namespace

Words pictures_as_words() {
  return {.name = "PICTURE",
          .help = "pictures, and folders of them; -: paths from stdin",
          .apply = take_pictures};
}

std::vector<std::string> files_of(const std::vector<std::string>& words, const LeftOut& left_out) {
  std::vector<std::string> named, files;
  for (const std::string& word : words) {
    word == kStandardInput ? add_lines(std::cin, named) : named.push_back(word);
  }
  for (const std::string& name : named) {
    std::error_code ignored;
    if (!std::filesystem::is_directory(name, ignored)) {
      files.push_back(name);
      continue;
    }
    for (const std::string& inside : files_below(name, left_out)) {
      files.push_back((std::filesystem::path(name) / inside).string());
    }
  }
  return files;
}

std::vector<std::string> block_of(const std::vector<std::string>& files, size_t begin,
                                  size_t size) {
  const auto first = files.begin() + static_cast<std::ptrdiff_t>(begin);
  return {first, first + static_cast<std::ptrdiff_t>(std::min(size, files.size() - begin))};
}

std::vector<ReadPicture> read_pictures(const std::vector<std::string>& paths, Fit fit,
                                       int64_t threads) {
  std::vector<ReadPicture> pictures(paths.size());
  on_threads(threads, std::ssize(paths), [&](int64_t i) {
    pictures[static_cast<size_t>(i)] = read_or_complain(paths[static_cast<size_t>(i)], fit);
  });
  return pictures;
}

void check_all_read(size_t skipped, size_t all) {
  if (skipped == 0) return;
  throw IoError(
      {std::to_string(skipped) + " of " + std::to_string(all) + " pictures could not be read", "",
       "", "the warnings above say why; all others are there"});
}

}  // namespace stl10
