#include "stl10/commands/report_pictures.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <functional>
#include <set>
#include <tuple>
#include <vector>

#include "stl10/augment/augmenter.h"
#include "stl10/augment/plain_images.h"
#include "stl10/base/error.h"
#include "stl10/base/png.h"
#include "stl10/base/unit_length.h"
#include "stl10/evaluate/predictions.h"
#include "stl10/evaluate/projection.h"
#include "stl10/report/json_at.h"
#include "stl10/report/run_folder.h"
#include "stl10/report/text.h"
#include "stl10/tasks/embedder.h"
#include "stl10/tasks/pretrained.h"

namespace stl10 {
namespace {

namespace fs = std::filesystem;

using Indices = std::vector<int64_t>;

// Few enough for a page of seconds and under 3 MiB, whatever the images hold.
constexpr int64_t kMapped = 500, kBank = 1000, kNeighbours = 5, kAsked = 5;
constexpr int64_t kPairs = 6, kAugmented = 4, kViews = 4;
constexpr size_t kMistakes = 18;

/// At most `wanted` of `count` places, evenly spread.
Indices spread(int64_t count, int64_t wanted) {
  const int64_t size = std::min(count, wanted);
  Indices places;
  for (int64_t i = 0; i < size; ++i) places.push_back(i * count / size);
  return places;
}

/// Images of one file and what they are.
struct Shown {
  const ImageSet& set;
  Indices indices;
  std::string name;  ///< "test"
};

/// The places of the first images of a few classes.
Indices of_different_classes(const Shown& shown) {
  Indices places;
  std::set<int64_t> seen;
  for (size_t i = 0; i < shown.indices.size() && std::ssize(places) < kAsked; ++i) {
    const int64_t label = shown.set.labels[static_cast<size_t>(shown.indices[i])];
    if (seen.insert(label).second) places.push_back(static_cast<int64_t>(i));
  }
  return places;
}

at::Tensor plain(const ImageSet& set, const Indices& indices) {
  return PlainImages({{}, set.images()}, kSide).views(indices, at::kFloat);
}

const std::string& class_of(const Dataset& data, const ImageSet& set, int64_t index) {
  return data.class_names[static_cast<size_t>(set.labels[static_cast<size_t>(index)])];
}

/// The test images where they are open; else training images, of which two of three stay for the
/// bank.
std::pair<Shown, Shown> shown_and_bank(const Dataset& data) {
  if (data.test.is_open()) {
    return {{data.test, spread(data.test.count(), kMapped), "test"},
            {data.train, data.train.is_open() ? spread(data.train.count(), kBank) : Indices{},
             "training"}};
  }
  constexpr size_t kOfThem = (kMapped + kBank) / kMapped;  // one is mapped
  Indices mapped, bank;
  for (const int64_t index : spread(data.train.count(), kMapped + kBank)) {
    ((mapped.size() + bank.size()) % kOfThem == 0 ? mapped : bank).push_back(index);
  }
  return {{data.train, mapped, "training"}, {data.train, bank, "training"}};
}

at::Tensor features_of(Embedder& embedder, const Shown& shown) {
  std::vector<uint8_t> bytes;
  for (const int64_t index : shown.indices) {
    const uint8_t* image = shown.set.images().image(index);
    bytes.insert(bytes.end(), image, image + kImageBytes);
  }
  return embedder.embed({bytes.data(), std::ssize(shown.indices)});
}

/// The run's own encoder, or that of the run that it judges or builds on.
Checkpoint checkpoint_of(const fs::path& folder, const Json& summary) {
  for (const fs::path& path : {folder, fs::path(text_at(summary, "checkpoint", "")),
                               fs::path(text_at(summary, "parent", ""))}) {
    if (path.empty() || !fs::exists(checkpoint_file(path))) continue;
    const Checkpoint checkpoint(path);
    if (holds_encoder(checkpoint)) return checkpoint;
  }
  throw IoError({"no encoder is at hand", "last.safetensors of this run or of the one it judges",
                 "", "keep it beside the run"});
}

void add_neighbours(const Dataset& data, const Shown& shown, const Shown& bank,
                    const at::Tensor& features, const at::Tensor& bank_features,
                    ReportPictures& pictures) {
  const Indices asked = of_different_classes(shown);
  const at::Tensor chosen = features.index_select(0, at::tensor(asked, at::kLong));
  const int64_t k = std::min(kNeighbours, bank_features.size(0));
  const auto [cosines, places] =
      at::mm(unit_length(chosen), unit_length(bank_features).t()).topk(k, 1);
  for (size_t i = 0; i < asked.size(); ++i) {
    const int64_t own = shown.indices[static_cast<size_t>(asked[i])];
    std::vector<CaptionedImage> row = {
        {plain(shown.set, {own})[0],
         class_of(data, shown.set, own) + ", " + shown.name + " image " + std::to_string(own)}};
    for (int64_t rank = 0; rank < k; ++rank) {
      const auto place = static_cast<size_t>(places[static_cast<int64_t>(i)][rank].item<int64_t>());
      const int64_t near = bank.indices[place];
      const auto cosine = cosines[static_cast<int64_t>(i)][rank].item<double>();
      row.push_back({plain(bank.set, {near})[0],
                     class_of(data, bank.set, near) + ", cosine " + fixed(cosine, 2)});
    }
    pictures.neighbours.push_back(row);
  }
}

void add_features(const fs::path& folder, const Json& summary, const Dataset& data,
                  const Compute& compute, ReportPictures& pictures) {
  if (!data.test.is_open() && !data.train.is_open()) return;
  const PretrainedEncoder pretrained = read_pretrained(checkpoint_of(folder, summary), {});
  Embedder embedder(pretrained, /*views=*/1, compute);
  const auto [shown, bank] = shown_and_bank(data);
  if (shown.indices.empty()) return;
  const at::Tensor features = features_of(embedder, shown);
  const std::string of = std::to_string(shown.indices.size()) + " " + shown.name + " images, " +
                         std::string(name_of(pretrained.tap)) + " features";
  pictures.maps = {{"principal components of " + of, principal_plane(features)},
                   {"t-SNE of " + of + ": near is alike, far says little", tsne(features)}};
  for (const int64_t index : shown.indices) {
    pictures.map_labels.push_back(shown.set.labels[static_cast<size_t>(index)]);
  }
  if (bank.indices.empty() || !can_make_pictures()) return;
  add_neighbours(data, shown, bank, features, features_of(embedder, bank), pictures);
}

void add_mistakes(const fs::path& folder, const Dataset& data, ReportPictures& pictures) {
  if (!data.test.is_open() || !fs::exists(folder / "predictions.csv")) return;
  const Predictions predictions = read_predictions(folder / "predictions.csv", "test").front();
  for (const Mistake& one : surest_mistakes(predictions, kMistakes)) {
    if (one.index >= data.test.count() || one.predicted >= data.class_count()) continue;
    pictures.mistakes.push_back({plain(data.test, {one.index})[0],
                                 class_of(data, data.test, one.index) + " taken for " +
                                     data.class_names[static_cast<size_t>(one.predicted)] + ", " +
                                     fixed(100 * one.confidence, 1) + " %, test image " +
                                     std::to_string(one.index)});
  }
}

void add_views(const Json& config, const Dataset& data, ReportPictures& pictures) {
  const bool pairs = config.contains("contrastive");
  const char* group = pairs ? "contrastive" : "augment";
  const bool used = number_at(config, {"views"}).value_or(2) > 1;  // a probe of one takes it whole
  if (!config.contains(group) || !used) {
    pictures.missing.emplace_back(
        "This command shows the network images as they are, so there are no augmented views.");
    return;
  }
  const bool unlabeled = pairs && data.unlabeled.is_open();
  const ImageSet& set = unlabeled ? data.unlabeled : data.train;
  if (!set.is_open()) return;
  AugmentOptions options;
  apply_json(options, config[group], "config.json");
  const auto seed = static_cast<uint64_t>(number_at(config, {"seed"}).value_or(0));
  const Augmenter augmenter(options, seed);
  const Indices indices = spread(set.count(), pairs ? kPairs : kAugmented);
  std::vector<at::Tensor> views;
  for (int64_t view = 0; view < (pairs ? 2 : kViews); ++view) {
    const bool is_plain = view == 0 && text_at(config, "first_view", "") == "plain";
    const ViewKey key{.source = unlabeled ? ImageSource::kUnlabeled : ImageSource::kTrain,
                      .view = static_cast<uint32_t>(view)};
    views.push_back(is_plain ? plain(set, indices)
                             : augmenter.views(set.images(), indices, key, at::kCPU, at::kFloat));
  }
  const at::Tensor originals = plain(set, indices);
  for (size_t i = 0; i < indices.size(); ++i) {
    const auto row = static_cast<int64_t>(i);
    std::vector<CaptionedImage> images = {
        {originals[row], std::string(unlabeled ? "unlabeled" : "training") + " image " +
                             std::to_string(indices[i])}};
    for (size_t view = 0; view < views.size(); ++view) {
      images.push_back({views[view][row], "view " + std::to_string(view + 1)});
    }
    pictures.views.push_back(images);
  }
}

/// Does a part of the work, or says why it can't be done.
void try_part(const std::string& part, ReportPictures& pictures,
              const std::function<void()>& work) {
  try {
    work();
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    pictures.missing.push_back(part + " can't be shown: " + error.what() + ".");
  }
}

}  // namespace

RunImages open_run_images(const fs::path& folder, const std::optional<std::string>& data_dir) {
  const std::string seen = text_at(json_or_empty(folder / "environment.json"), "data", "");
  if (seen.empty()) return {.reason = "This run opened no images, so there are none to show."};
  const auto has = [&](const char* part) { return seen.find(part) != std::string::npos; };
  const Parts parts{.train = has("train:"), .test = has("test:"), .unlabeled = has("unlabeled:")};
  const std::string place =
      data_dir.value_or(text_at(json_or_empty(folder / "config.json"), "data_dir", ""));
  RunImages images;
  try {
    images.data = open_dataset(place, parts);
  } catch (const Error& error) {
    if (data_dir) throw;
    return {.reason = "The data set of this run isn't at hand, so there are no pictures: " +
                      std::string(error.what()) + "."};
  }
  if (fingerprint(images.data) != seen) {
    return {.reason = "The images in " + place +
                      " are not those of this run, so there are no pictures: its data has the "
                      "fingerprint " +
                      seen + ", this one " + fingerprint(images.data) + "."};
  }
  return images;
}

ReportPictures report_pictures(const fs::path& folder, const RunImages& images,
                               const Compute& compute) {
  ReportPictures pictures;
  if (!images.is_open()) {
    pictures.missing.push_back(images.reason);
    return pictures;
  }
  const Dataset& data = images.data;
  pictures.class_names = data.class_names;
  const Json config = json_or_empty(folder / "config.json");
  const Json summary = json_or_empty(folder / "summary.json");
  try_part("Features", pictures, [&] { add_features(folder, summary, data, compute, pictures); });
  if (!can_make_pictures()) {
    pictures.missing.emplace_back(
        "This stl10 was built without OpenCV, so no images can be shown.");
    return pictures;
  }
  try_part("Mistakes", pictures, [&] { add_mistakes(folder, data, pictures); });
  try_part("Augmented views", pictures, [&] { add_views(config, data, pictures); });
  return pictures;
}

}  // namespace stl10
