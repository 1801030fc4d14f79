#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

namespace stl10 {

/// Which sizes the members of an archive may have.
enum class MemberSizes {
  kOfficial,  ///< those of data/official.h
  kFitting,   ///< of whole images and their labels, 8 GiB in all
};

/// Unpacks a tar archive, compressed by gzip or not, by libarchive: into `folder`, which exists,
/// the seven files of the official layout, which may lie in one folder of the archive. Their names
/// come from us, never from the archive. What else it holds (another name, a second member of that
/// name, a link, a device, a file with holes, a wrong size) is refused by name before anything of
/// it is written. @param progress in bytes of the archive.
/// @throws DataError for an archive that isn't sound, IoError, Interrupted, UsageError in a program
/// without libarchive. What was written before stays.
void unpack_archive(const std::filesystem::path& archive, const std::filesystem::path& folder,
                    MemberSizes sizes,
                    const std::function<void(int64_t done, int64_t all)>& progress);

}  // namespace stl10
