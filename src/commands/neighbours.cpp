#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <vector>

#include "stl10/augment/plain_images.h"
#include "stl10/base/compute.h"
#include "stl10/base/device_images.h"
#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/base/log.h"
#include "stl10/base/unit_length.h"
#include "stl10/commands/checkpoint_choice.h"
#include "stl10/commands/commands.h"
#include "stl10/commands/pictures.h"
#include "stl10/data/dataset.h"
#include "stl10/report/contact_sheet.h"
#include "stl10/report/text.h"
#include "stl10/tasks/embedder.h"

namespace stl10 {
namespace {

/// The keys of `stl10 neighbours`.
struct NeighboursOptions {
  std::vector<std::string> pictures;
  std::string data_dir = "data/stl10_binary";
  std::optional<std::string> checkpoint;
  int64_t k = 8;
  std::optional<std::string> output;
  PlainWeightsOptions encoder;
  std::optional<Tap> tap;
  int64_t views = 1;
  ComputeOptions compute;
};

template <class Visitor>
void visit_fields(NeighboursOptions& options, Visitor& field) {
  field("pictures", options.pictures, "PICTURE|FOLDER…: whose neighbours; -: paths from stdin");
  field("data_dir", options.data_dir, "folder with the STL-10 binaries");
  field("checkpoint", options.checkpoint,
        "run folder or file with an encoder; null: the newest run that has one");
  field("k", options.k, "so many of the nearest training images", between(1, 100));
  field("output", options.output, "a PNG to write: each picture and its neighbours in a row");
  field("tap", options.tap, "the encoder's features to take; null: those that its run judged by");
  field("views", options.views, "take the mean feature of this many views of each image",
        between(1, kPlainViews));
  visit_fields(options.compute, field);
  field("encoder", options.encoder, "");
}

/// Of each picture the training images whose features have the largest cosines, nearest first.
struct Found {
  std::vector<ReadPicture> pictures;  ///< those that were read
  at::Tensor cosines, indices;        ///< (N, k)
  Json skipped = Json::array();
};

Found find(const NeighboursOptions& options, const Dataset& data, const Checkpoint& checkpoint,
           const Compute& compute, Log& log) {
  Found found;
  const std::vector<std::string> files =
      files_of(options.pictures, [&](const std::string& line) { log.warn(line); });
  std::vector<uint8_t> images;
  for (ReadPicture& read : read_pictures(files, fit_of(checkpoint), compute.threads)) {
    if (!read.complaint.empty()) {
      log.warn(read.complaint);
      found.skipped.push_back({{"path", as_utf8(read.path)}, {"reason", as_utf8(read.complaint)}});
      continue;
    }
    images.insert(images.end(), read.image.begin(), read.image.end());
    found.pictures.push_back(std::move(read));
  }
  if (found.pictures.empty()) return found;
  Embedder embedder(read_pretrained(checkpoint, options.tap), options.views, compute);
  const at::Tensor bank = unit_length(embedder.embed(data.train.images()));
  const at::Tensor queries =
      unit_length(embedder.embed({images.data(), std::ssize(found.pictures)}));
  const int64_t k = std::min(options.k, data.train.count());
  std::tie(found.cosines, found.indices) = at::mm(queries, bank.t()).topk(k, 1);
  return found;
}

void save_sheet(const std::string& path, const Found& found, const Dataset& data) {
  PlainImages train({{}, data.train.images()}, kSide);
  std::vector<at::Tensor> rows;
  for (size_t i = 0; i < found.pictures.size(); ++i) {
    PlainImages own({{}, {found.pictures[i].image.data(), 1}}, kSide);
    const at::Tensor indices = found.indices[static_cast<int64_t>(i)].contiguous();
    const std::vector<int64_t> near(indices.data_ptr<int64_t>(),
                                    indices.data_ptr<int64_t>() + indices.numel());
    const std::vector<int64_t> first = {0};
    rows.push_back(at::cat({own.views(first, at::kFloat), train.views(near, at::kFloat)}));
  }
  save_contact_sheet(path, at::stack(rows), /*zoom=*/1);
}

Answer answer_of(const NeighboursOptions& options, const std::string& checkpoint,
                 const Found& found, const Dataset& data) {
  Json pictures = Json::array();
  std::string text;
  for (size_t i = 0; i < found.pictures.size(); ++i) {
    const std::string& path = found.pictures[i].path;
    Json neighbours = Json::array();
    text += printable(path) + "\n";
    for (int64_t rank = 0; rank < found.indices.size(1); ++rank) {
      const auto index = found.indices[static_cast<int64_t>(i)][rank].item<int64_t>();
      const auto cosine = found.cosines[static_cast<int64_t>(i)][rank].item<double>();
      const int64_t label = data.train.labels[static_cast<size_t>(index)];
      const std::string& name = data.class_names[static_cast<size_t>(label)];
      neighbours.push_back(
          {{"index", index}, {"label", label}, {"class", name}, {"similarity", cosine}});
      text += "  " + right(std::to_string(index), 6) + "  " + fixed(cosine, 3) + "  " + name + "\n";
    }
    pictures.push_back({{"path", as_utf8(path)}, {"neighbours", neighbours}});
  }
  if (options.output && !found.pictures.empty()) {
    text += *options.output + ": each picture, then its neighbours\n";
  }
  return {.json = {{"checkpoint", checkpoint},
                   {"output", options.output ? Json(*options.output) : Json(nullptr)},
                   {"pictures", pictures},
                   {"skipped", found.skipped}},
          .text = text};
}

void run_neighbours(const Invocation& invocation) {
  const auto options = resolve_options<NeighboursOptions>(invocation);
  if (options.pictures.empty()) {
    throw UsageError({"neighbours needs pictures", "PICTURE or FOLDER", "neither",
                      "name some, or give - and their paths on stdin"});
  }
  if (options.output) check_replaceable(*options.output, "\x89PNG", "a PNG picture");
  const Dataset data = open_dataset(options.data_dir, {.test = false});
  const CheckpointChoice chosen =
      checkpoint_or_newest(options.checkpoint, holds_encoder, "an encoder", "simclr-pretrain");
  const Checkpoint checkpoint = chosen.open(options.encoder);
  Log log;
  const Found found = find(options, data, checkpoint, start_compute(options.compute), log);
  if (options.output && !found.pictures.empty()) save_sheet(*options.output, found, data);
  print_answer(answer_of(options, chosen.path, found, data), invocation);
  check_all_read(found.skipped.size(), found.skipped.size() + found.pictures.size());
}

}  // namespace

Command neighbours_command() {
  return {.name = "neighbours",
          .help = "Find the training images that are nearest to pictures",
          .fields = [] { return describe_fields(NeighboursOptions{}); },
          .run = run_neighbours,
          .words = pictures_as_words()};
}

}  // namespace stl10
