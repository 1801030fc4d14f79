#include "stl10/tasks/pretraining_views.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <span>

#include "stl10/base/device.h"
#include "stl10/tasks/own_labels.h"

namespace stl10 {
namespace {

constexpr uint32_t kProbeView = 2;      // between the first two views and the others
constexpr size_t kMappedImages = 1024;  // of the file that are in memory at a time

/// The number that a view is drawn by.
uint32_t drawn_as(int64_t view) {
  return static_cast<uint32_t>(view < kProbeView ? view : view + 1);
}

/// Those of `rows` from number `first` up to `last`, which may lie outside.
std::vector<int64_t> between_rows(const std::vector<int64_t>& rows, int64_t first, int64_t last) {
  const auto count = static_cast<int64_t>(rows.size());
  return {rows.begin() + std::clamp<int64_t>(first, 0, count),
          rows.begin() + std::clamp<int64_t>(last, 0, count)};
}

std::optional<Augmenter> small_augmenter(const PretrainingOptions& options, uint64_t seed) {
  if (parse_view_counts(options.views).small == 0) return std::nullopt;
  return Augmenter(options.small_augmentation(), seed);
}

}  // namespace

PretrainingViews::PretrainingViews(const PretrainingOptions& options, const Images& images,
                                   uint64_t seed, const Compute& compute)
    : images_(images),
      compute_(compute),
      counts_(parse_view_counts(options.views)),
      first_(options.first_augmentation(), seed),
      contrastive_(options.contrastive, seed),
      classification_(
          with_size(options.classification, options.sized_encoder().side, "classification"), seed),
      small_(small_augmenter(options, seed)) {}

Batch PretrainingViews::own_images(const Batch& batch) const {
  const Group& group = compute_.group;
  if (group.is_one()) return batch;
  Batch own = batch;
  std::stable_partition(own.unlabeled.begin(), own.unlabeled.end(),
                        [&](int64_t index) { return index < unlabeled_count(); });
  const auto labeled = static_cast<int64_t>(batch.labeled.size());
  const auto [first, last] = group.part_of(labeled + static_cast<int64_t>(batch.unlabeled.size()));
  own.labeled = between_rows(own.labeled, first, last);
  own.unlabeled = between_rows(own.unlabeled, first - labeled, last - labeled);
  return own;
}

std::vector<int64_t> PretrainingViews::stored_unlabeled(const Batch& batch) const {
  std::vector<int64_t> stored;
  for (const int64_t index : batch.unlabeled) {
    if (index < unlabeled_count()) stored.push_back(images_.chosen[static_cast<size_t>(index)]);
  }
  return stored;
}

void PretrainingViews::render(const Augmenter& augmenter, const Batch& batch, int64_t view,
                              const at::Tensor& out) const {
  int64_t filled = 0;
  const auto add = [&](const PlainImages& images, std::span<const int64_t> indices,
                       ImageSource source, int64_t pass) {
    const auto count = static_cast<int64_t>(indices.size());
    if (count == 0) return;
    augmenter.views_into(
        images.stored(), indices,
        {.source = source, .epoch = static_cast<uint32_t>(pass), .view = drawn_as(view)},
        out.slice(0, filled, filled + count));
    filled += count;
  };
  std::vector<int64_t> joined;
  for (const int64_t index : batch.unlabeled) {
    const int64_t beyond = index - unlabeled_count();
    if (beyond >= 0) joined.push_back(images_.joined[static_cast<size_t>(beyond)]);
  }
  add(images_.train, batch.labeled, ImageSource::kTrain, batch.labeled_pass);
  const std::vector<int64_t> stored = stored_unlabeled(batch);
  for (std::span<const int64_t> rest(stored); !rest.empty();) {
    const std::span<const int64_t> block = rest.first(std::min(kMappedImages, rest.size()));
    add(images_.unlabeled, block, ImageSource::kUnlabeled, batch.unlabeled_pass);
    images_.unlabeled_file.release(0, images_.unlabeled_file.count());
    rest = rest.subspan(block.size());
  }
  add(images_.train, joined, ImageSource::kTrain, batch.unlabeled_pass);
}

at::Tensor PretrainingViews::group(const Batch& batch, const Augmenter& augmenter, int64_t first,
                                   int64_t count) const {
  const auto images = static_cast<int64_t>(batch.labeled.size() + batch.unlabeled.size());
  const int64_t side = augmenter.size();
  at::Tensor views = at::empty({count * images, kChannels, side, side},
                               at::TensorOptions(compute_.network_type)
                                   .device(compute_.device)
                                   .memory_format(at::MemoryFormat::ChannelsLast));
  for (int64_t i = 0; i < count; ++i) {
    const int64_t view = first + i;
    render(view == 0 ? first_ : augmenter, batch, view,
           views.slice(0, i * images, (i + 1) * images));
  }
  return views;
}

Prepared PretrainingViews::of(const Batch& whole) const {
  const Batch batch = own_images(whole), labeled = own_labels(whole, compute_.group);
  const ViewKey probe_key{.source = ImageSource::kTrain,
                          .epoch = static_cast<uint32_t>(batch.labeled_pass),
                          .view = kProbeView};
  Prepared prepared{.views = {{"contrastive", group(batch, contrastive_, 0, counts_.large)},
                              {"labeled", classification_.views(
                                              images_.train.stored(), labeled.labeled, probe_key,
                                              compute_.device, compute_.network_type)}},
                    .labels = to_device(labeled.labels, compute_.device)};
  if (small_) prepared.views["small"] = group(batch, *small_, counts_.large, counts_.small);
  const auto images = static_cast<int64_t>(whole.labeled.size() + whole.unlabeled.size());
  prepared.images = counts_.all() * images;
  return prepared;
}

void PretrainingViews::read_ahead_of(const Batch& whole) const {
  if (!compute_.device.is_cpu()) return;
  const Batch batch = own_images(whole);
  read_ahead(images_.train.on_device(), batch.labeled);
  read_ahead(images_.unlabeled.on_device(), stored_unlabeled(batch));
}

}  // namespace stl10
