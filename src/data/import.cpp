#include "stl10/data/import.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>

#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/base/image.h"
#include "stl10/base/interrupt.h"
#include "stl10/base/new_folder.h"
#include "stl10/base/parallel.h"
#include "stl10/base/philox.h"
#include "stl10/base/sha256.h"
#include "stl10/base/spool.h"
#include "stl10/data/import_sources.h"
#include "stl10/data/shuffle.h"
#include "stl10/data/text_files.h"
#include "stl10/data/writer.h"

namespace stl10 {
namespace {

/// Images that take turns in memory.
constexpr int64_t kBlock = 256;

/// An image that is kept; its place in the spool is its place in the list.
struct KeptImage {
  ImportSource source;
  std::string sha256;
};

/// What one file gave, and the digest of its image.
struct ReadImage : ReadPicture {
  std::string sha256;
};

ReadImage read_image(const ImportSource& source, const ImportOptions& options) {
  ReadImage read{read_or_complain(source.path(options).string(), options.fit)};
  read.sha256 = sha256_hex({reinterpret_cast<const char*>(read.image.data()), read.image.size()});
  return read;
}

/// Reads all sources and spools the images that no earlier one equals.
std::vector<KeptImage> read_all(const std::vector<ImportSource>& sources,
                                const ImportOptions& options, int64_t threads,
                                const ImportWatcher& watcher, Spool& spool, ImportCounts& counts) {
  std::vector<KeptImage> kept;
  std::unordered_map<std::string, size_t> known;
  const auto all = static_cast<int64_t>(sources.size());
  for (int64_t begin = 0; begin < all; begin += kBlock) {
    throw_if_interrupted();
    std::vector<ReadImage> block(static_cast<size_t>(std::min(kBlock, all - begin)));
    on_threads(threads, static_cast<int64_t>(block.size()), [&](int64_t i) {
      block[static_cast<size_t>(i)] = read_image(sources[static_cast<size_t>(begin + i)], options);
    });
    for (size_t i = 0; i < block.size(); ++i) {
      const ImportSource& source = sources[static_cast<size_t>(begin) + i];
      if (!block[i].complaint.empty()) {
        ++counts.left_out;
        watcher.left_out(block[i].complaint);
        continue;
      }
      const auto [first, is_new] = known.emplace(block[i].sha256, kept.size());
      if (is_new) {
        spool.append(block[i].image.data(), block[i].image.size());
        kept.push_back({source, block[i].sha256});
        continue;
      }
      ++counts.equal;
      const ImportSource& same = kept[first->second].source;
      if (source.class_name.empty() || source.class_name == same.class_name) continue;
      watcher.left_out(source.path(options).string() + " is left out: it equals " +
                       same.path(options).string() + ", of another class");
    }
    watcher.progress(begin + static_cast<int64_t>(block.size()), all);
  }
  return kept;
}

/// Marks a part of each class's images as test images, at least one and not all where it can be.
void split_off_test(std::vector<KeptImage>& images, double fraction, uint64_t seed) {
  constexpr uint32_t kImportDraw = 2;  // beside those of data/splits.cpp
  std::map<std::string, std::vector<int64_t>> classes;
  for (size_t i = 0; i < images.size(); ++i) {
    if (images[i].source.part != DataPart::kTrain) continue;
    classes[images[i].source.class_name].push_back(static_cast<int64_t>(i));
  }
  uint32_t label = 0;
  for (auto& [name, members] : classes) {
    const auto size = static_cast<int64_t>(members.size());
    const int64_t wanted = std::llround(fraction * static_cast<double>(size));
    const int64_t count = size < 2 ? 0 : std::clamp<int64_t>(wanted, 1, size - 1);
    members = shuffled(std::move(members), seed, {Purpose::kSplit, 0, label++, kImportDraw});
    for (int64_t i = 0; i < count; ++i) {
      images[static_cast<size_t>(members[static_cast<size_t>(i)])].source.part = DataPart::kTest;
    }
  }
}

/// The data set to write, from images that have found their parts.
class Layout {
 public:
  Layout(const std::vector<KeptImage>& images, const Spool& spool) : spool_(spool) {
    std::set<std::string> names;
    for (const KeptImage& image : images) {
      if (image.source.part != DataPart::kUnlabeled) names.insert(image.source.class_name);
    }
    data.class_names.assign(names.begin(), names.end());
    std::map<std::string, int64_t> label_of;
    for (const std::string& name : names) {
      label_of.emplace(name, static_cast<int64_t>(label_of.size()));
    }
    for (const DataPart part : kDataParts) add_part(images, part, label_of);
  }

  NewDataset data;
  Manifest manifest;

 private:
  void add_part(const std::vector<KeptImage>& images, DataPart part,
                const std::map<std::string, int64_t>& label_of) {
    std::vector<size_t> places;
    NewImages written;
    for (size_t i = 0; i < images.size(); ++i) {
      const ImportSource& source = images[i].source;
      if (source.part != part) continue;
      const bool labeled = part != DataPart::kUnlabeled;
      const int64_t label = labeled ? label_of.at(source.class_name) : -1;
      if (labeled) written.labels.push_back(label);
      rows_of(manifest, part).push_back({label, source.name, images[i].sha256});
      places.push_back(i);
    }
    written.count = static_cast<int64_t>(places.size());
    written.make = [this, places](int64_t index, uint8_t* image) {
      spool_.read(places[static_cast<size_t>(index)] * kImageBytes, image, kImageBytes);
    };
    (part == DataPart::kTrain  ? data.train
     : part == DataPart::kTest ? data.test
                               : data.unlabeled) = std::move(written);
  }

  const Spool& spool_;
};

/// Ten folds, each a fifth of every class.
std::vector<std::vector<int64_t>> make_folds(const std::vector<int64_t>& labels, uint64_t seed) {
  constexpr uint32_t kFolds = 10, kFoldDraw = 3;
  constexpr size_t kShare = 5;
  std::map<int64_t, std::vector<int64_t>> classes;
  for (size_t i = 0; i < labels.size(); ++i) classes[labels[i]].push_back(static_cast<int64_t>(i));
  std::vector<std::vector<int64_t>> folds(kFolds);
  for (uint32_t f = 0; f < kFolds; ++f) {
    for (const auto& [label, members] : classes) {
      const auto order =
          shuffled(members, seed, {Purpose::kSplit, f, static_cast<uint32_t>(label), kFoldDraw});
      const size_t count = std::max<size_t>(1, (members.size() + kShare / 2) / kShare);
      folds[f].insert(folds[f].end(), order.begin(),
                      order.begin() + static_cast<std::ptrdiff_t>(count));
    }
    std::sort(folds[f].begin(), folds[f].end());
  }
  return folds;
}

void check_counts(const NewDataset& data, const ImportOptions& options) {
  if (options.folder.empty()) {
    if (data.unlabeled.count > 0) return;
    throw DataError({options.unlabeled + " holds no picture", "at least 1", "0",
                     "name a folder with pictures"});
  }
  check_imported_classes(data.class_names, options.folder);
  for (const auto& [part, images] : {std::pair("training", &data.train), {"testing", &data.test}}) {
    if (images->count > 0) continue;
    throw DataError({options.folder + " leaves no picture for " + part, "at least 1", "0",
                     "give a class two different pictures or more"});
  }
}

}  // namespace

ImportCounts import_pictures(const ImportOptions& options, int64_t threads,
                             const ImportWatcher& watcher) {
  check_new_folder(options.output);
  const auto seed = static_cast<uint64_t>(options.seed);
  const ImportSources sources = find_import_sources(options, watcher.left_out);
  Spool spool(options.output);
  ImportCounts counts;
  std::vector<KeptImage> images = read_all(sources.files, options, threads, watcher, spool, counts);
  if (!sources.has_test) split_off_test(images, options.test_fraction, seed);
  Layout layout(images, spool);
  NewDataset& data = layout.data;
  check_counts(data, options);
  if (!options.folder.empty()) data.folds = make_folds(data.train.labels, seed);
  data.more_files = {{kManifestFile, manifest_text(layout.manifest)}};
  data.fit = options.fit;
  write_dataset(options.output, data);
  counts.classes = static_cast<int64_t>(data.class_names.size());
  counts.train = data.train.count;
  counts.test = data.test.count;
  counts.unlabeled = data.unlabeled.count;
  return counts;
}

}  // namespace stl10
