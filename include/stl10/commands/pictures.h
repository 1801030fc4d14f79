#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "stl10/commands/command.h"
#include "stl10/data/picture_files.h"

/// What the commands that read pictures do alike.
namespace stl10 {

/// PICTURE|FOLDER… as words; they set the option `pictures`.
Words pictures_as_words();

/// The files that words name: themselves, those in folders in byte order, and for "-" those whose
/// paths stdin holds, a line each.
std::vector<std::string> files_of(const std::vector<std::string>& words, const LeftOut& left_out);

/// At most `size` files from `begin` on.
std::vector<std::string> block_of(const std::vector<std::string>& files, size_t begin, size_t size);

/// All of them in their order, several at a time.
std::vector<ReadPicture> read_pictures(const std::vector<std::string>& paths, Fit fit,
                                       int64_t threads);

/// The last word of a command that has warned of pictures it couldn't read.
/// @throws IoError where there were such.
void check_all_read(size_t skipped, size_t all);

}  // namespace stl10
