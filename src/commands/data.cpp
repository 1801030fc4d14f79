#include <ATen/Functions.h>

#include <memory>

#include "stl10/augment/augmenter.h"
#include "stl10/augment/plain_images.h"
#include "stl10/base/compute.h"
#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/base/philox.h"
#include "stl10/base/process.h"
#include "stl10/commands/commands.h"
#include "stl10/data/dataset.h"
#include "stl10/data/toy.h"
#include "stl10/report/contact_sheet.h"

namespace stl10 {
namespace {

/// `data preview`: what to show.
struct PreviewOptions {
  std::string data_dir = "data/stl10_binary";
  std::string output = "preview.png";
  int64_t images = 8;
  int64_t views = 8;
  bool pairs = false;
  int64_t zoom = 1;
  int64_t seed = 0;
  int64_t epoch = 0;
  AugmentOptions augment = augment_preset("contrastive");
};

template <class Visitor>
void visit_fields(PreviewOptions& options, Visitor& field) {
  field("data_dir", options.data_dir, "folder with the STL-10 binaries");
  field("output", options.output, "the PNG to write");
  field("images", options.images, "rows: training images drawn by the seed", between(1, 100));
  field("views", options.views, "augmented views of each, beside the original", between(1, 32));
  field(
      "pairs", options.pairs,
      "show unlabeled images as a contrastive loss compares them: two views and two, side by side");
  field("zoom", options.zoom, "enlargement", between(1, 4));
  field("seed", options.seed, "of every random draw", at_least(0));
  field("epoch", options.epoch, "the epoch whose draws are shown", at_least(0));
  field("augment", options.augment, "");
}

/// The draws of a column: views of one epoch, or pair after pair the two views of later passes.
ViewKey preview_key(const PreviewOptions& options, int64_t column) {
  if (!options.pairs) {
    return {.source = ImageSource::kTrain,
            .epoch = static_cast<uint32_t>(options.epoch),
            .view = static_cast<uint32_t>(column)};
  }
  return {.source = ImageSource::kUnlabeled,
          .epoch = static_cast<uint32_t>(options.epoch + column / 2),
          .view = static_cast<uint32_t>(column % 2)};
}

Answer preview(const PreviewOptions& options) {
  check(options.augment);
  check_replaceable(options.output, "\x89PNG", "a PNG picture");
  const Compute compute = start_compute({.device = "cpu"});
  if (options.pairs && options.views % 2 != 0) {
    throw UsageError({"`views` with --pairs", "an even number", std::to_string(options.views),
                      "give one more, or one fewer"});
  }
  const bool pairs = options.pairs;
  const Dataset data = open_dataset(
      options.data_dir, {.test = false, .unlabeled = pairs, .without_unlabeled = "--pairs false"});
  const ImageView stored = pairs ? data.unlabeled.images() : data.train.images();
  if (stored.count == 0) {
    throw UsageError({"there are no unlabeled images", "at least 1", "0",
                      "name another --data-dir, or leave out --pairs"});
  }
  const auto seed = static_cast<uint64_t>(options.seed);
  Philox random(seed, {Purpose::kSubset, 0, 0, 0});
  std::vector<int64_t> indices;
  for (int64_t i = 0; i < options.images; ++i) {
    indices.push_back(random.below(static_cast<uint32_t>(stored.count)));
  }
  const Augmenter augmenter(options.augment, seed);
  std::vector<at::Tensor> columns = {
      PlainImages({{}, stored}, augmenter.size()).views(indices, at::kFloat)};
  for (int64_t view = 0; view < options.views; ++view) {
    columns.push_back(
        augmenter.views(stored, indices, preview_key(options, view), compute.device, at::kFloat));
  }
  save_contact_sheet(options.output, at::stack(columns, 1), static_cast<int>(options.zoom));
  return {.json = {{"output", options.output},
                   {"images", options.images},
                   {"views", options.views},
                   {"pairs", pairs}},
          .text = options.output + ": " + std::to_string(options.images) +
                  " originals (first column) and " + std::to_string(options.views) +
                  " views of each" + (pairs ? ", two and two as the loss compares them" : "") +
                  "\n"};
}

/// `data toy`: where, and how many images.
struct ToyCommandOptions {
  std::string output = "data/toy";
  ToyOptions toy;
};

template <class Visitor>
void visit_fields(ToyCommandOptions& options, Visitor& field) {
  field("output", options.output, "the folder to make");
  visit_fields(options.toy, field);
}

Answer make_toy(const ToyCommandOptions& options) {
  write_toy(options.output, options.toy);
  return {.json = {{"output", options.output},
                   {"train", options.toy.train},
                   {"test", options.toy.test},
                   {"unlabeled", options.toy.unlabeled}},
          .text = options.output + ": toy data in the STL-10 layout; train with\n" +
                  "  stl10 supervised --data-dir " + options.output + "\n"};
}

}  // namespace

Command data_toy_command() {
  return plain_command("data toy", "Make a small artificial data set", make_toy);
}

Command data_preview_command() {
  return plain_command("data preview", "Write a sheet of originals and augmented views as PNG",
                       preview);
}

}  // namespace stl10
