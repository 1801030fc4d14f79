#include <algorithm>
#include <filesystem>
#include <optional>
#include <vector>

#include "stl10/augment/plain_images.h"
#include "stl10/base/compute.h"
#include "stl10/base/csv.h"
#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/base/interrupt.h"
#include "stl10/base/log.h"
#include "stl10/base/new_folder.h"
#include "stl10/base/npy.h"
#include "stl10/base/spool.h"
#include "stl10/commands/checkpoint_choice.h"
#include "stl10/commands/commands.h"
#include "stl10/commands/pictures.h"
#include "stl10/data/dataset.h"
#include "stl10/report/progress_line.h"
#include "stl10/report/text.h"
#include "stl10/tasks/embedder.h"

namespace stl10 {
namespace {

namespace fs = std::filesystem;

enum class EmbeddedPart { kTrain, kTest, kUnlabeled };
std::vector<std::string_view> enum_names(EmbeddedPart) { return {"train", "test", "unlabeled"}; }

/// The keys of `stl10 embed`.
struct EmbedOptions {
  std::vector<std::string> pictures;
  std::optional<EmbeddedPart> split;
  std::string data_dir = "data/stl10_binary";
  std::optional<std::string> checkpoint;
  std::string output;
  bool overwrite = false;
  PlainWeightsOptions encoder;
  std::optional<Tap> tap;
  int64_t views = 1;
  ComputeOptions compute;
};

template <class Visitor>
void visit_fields(EmbedOptions& options, Visitor& field) {
  field("pictures", options.pictures, "PICTURE|FOLDER…: what to embed; -: paths from stdin");
  field("split", options.split, "embed this part of the data set instead");
  field("data_dir", options.data_dir, "folder with the STL-10 binaries");
  field("checkpoint", options.checkpoint,
        "run folder or file with an encoder; null: the newest run that has one");
  field("output", options.output,
        "folder to make: features.npy, index.csv and, of a labeled part, labels.npy");
  field("overwrite", options.overwrite, "replace such files in a folder that is there");
  field("tap", options.tap, "the encoder's features to take; null: those that its run judged by");
  field("views", options.views, "take the mean feature of this many views of each image",
        between(1, kPlainViews));
  visit_fields(options.compute, field);
  field("encoder", options.encoder, "");
}

/// What comes of embedding: features in a spool, and a line of index.csv for each row.
struct Embedded {
  Spool features;
  int64_t rows = 0;
  std::string index;
  std::vector<int64_t> labels;
  size_t skipped = 0;
};

void add_rows(Embedder& embedder, const ImageView& images, Embedded& embedded) {
  throw_if_interrupted();
  const at::Tensor features = embedder.embed(images).contiguous();
  embedded.features.append(features.data_ptr<float>(), features.nbytes());
  embedded.rows += images.count;
}

void embed_split(const EmbedOptions& options, const Dataset& data, Embedder& embedder,
                 Embedded& embedded) {
  const EmbeddedPart part = *options.split;
  const ImageSet& set = part == EmbeddedPart::kTrain  ? data.train
                        : part == EmbeddedPart::kTest ? data.test
                                                      : data.unlabeled;
  const ImageView images = set.images();
  embedded.labels = set.labels;
  embedded.index = "row,index\n";
  ProgressLine progress("embedding images");
  for (int64_t begin = 0; begin < images.count; begin += Embedder::kBlock) {
    const int64_t count = std::min(Embedder::kBlock, images.count - begin);
    add_rows(embedder, {images.image(begin), count}, embedded);
    set.release(begin, count);
    progress.show(begin + count, images.count);
  }
  for (int64_t row = 0; row < images.count; ++row) {
    embedded.index += std::to_string(row) + "," + std::to_string(row) + "\n";
  }
}

void embed_pictures(const EmbedOptions& options, Fit fit, int64_t threads, Embedder& embedder,
                    Log& log, Embedded& embedded) {
  const std::vector<std::string> files =
      files_of(options.pictures, [&](const std::string& line) { log.warn(line); });
  embedded.index = "row,path\n";
  ProgressLine progress("embedding pictures");
  for (size_t begin = 0; begin < files.size(); begin += Embedder::kBlock) {
    const std::vector<std::string> block = block_of(files, begin, Embedder::kBlock);
    std::vector<uint8_t> images;
    for (const ReadPicture& read : read_pictures(block, fit, threads)) {
      if (read.complaint.empty()) {
        embedded.index += std::to_string(embedded.rows + std::ssize(images) / kImageBytes) + "," +
                          csv_field(read.path) + "\n";
        images.insert(images.end(), read.image.begin(), read.image.end());
        continue;
      }
      progress.clear();
      log.warn(read.complaint);
      ++embedded.skipped;
    }
    add_rows(embedder, {images.data(), std::ssize(images) / kImageBytes}, embedded);
    progress.show(static_cast<int64_t>(begin + block.size()), std::ssize(files));
  }
}

void save(const EmbedOptions& options, int64_t width, const Embedded& embedded) {
  const NewFolder folder(options.output);
  const std::vector<int64_t> shape = {embedded.rows, width}, rows = {embedded.rows};
  save_npy(folder.path() / "features.npy", NpyType::kFloat32, shape, [&](const auto& write) {
    std::vector<char> row(static_cast<size_t>(width) * sizeof(float));
    for (int64_t i = 0; i < embedded.rows; ++i) {
      embedded.features.read(static_cast<size_t>(i) * row.size(), row.data(), row.size());
      write(row.data(), row.size());
    }
  });
  if (!embedded.labels.empty()) {
    save_npy(folder.path() / "labels.npy", NpyType::kInt64, rows, [&](const auto& write) {
      write(embedded.labels.data(), embedded.labels.size() * sizeof(int64_t));
    });
  }
  save_atomically(folder.path() / "index.csv", embedded.index);
  folder.keep();
}

void check_options(const EmbedOptions& options) {
  if (options.pictures.empty() == !options.split.has_value()) {
    throw UsageError({"embed needs images", "pictures, or --split train, test or unlabeled",
                      options.split ? "both" : "neither", "give one of the two"});
  }
  if (options.output.empty()) {
    throw UsageError({"embed needs a folder to write to", "--output DIR", "none", "name one"});
  }
  const bool is_ours = fs::exists(fs::path(options.output) / "features.npy");
  if (!options.overwrite || !is_ours) check_new_folder(options.output);
}

void run_embed(const Invocation& invocation) {
  const auto options = resolve_options<EmbedOptions>(invocation);
  check_options(options);
  Dataset data;
  if (options.split) {
    data = open_dataset(options.data_dir, {.train = options.split == EmbeddedPart::kTrain,
                                           .test = options.split == EmbeddedPart::kTest,
                                           .unlabeled = options.split == EmbeddedPart::kUnlabeled});
  }
  const CheckpointChoice chosen =
      checkpoint_or_newest(options.checkpoint, holds_encoder, "an encoder", "simclr-pretrain");
  const Checkpoint checkpoint = chosen.open(options.encoder);
  const PretrainedEncoder pretrained = read_pretrained(checkpoint, options.tap);
  const Compute compute = start_compute(options.compute);
  Embedder embedder(pretrained, options.views, compute);
  Log log;
  log.info(describe(pretrained));
  Embedded embedded{.features = Spool(options.output)};
  if (options.split) {
    embed_split(options, data, embedder, embedded);
  } else {
    embed_pictures(options, fit_of(checkpoint), compute.threads, embedder, log, embedded);
  }
  save(options, embedder.features(), embedded);
  print_answer({.json = {{"output", options.output},
                         {"checkpoint", chosen.path},
                         {"tap", std::string(name_of(pretrained.tap))},
                         {"images", embedded.rows},
                         {"features", embedder.features()},
                         {"skipped", embedded.skipped}},
                .text = options.output + ": " + with_commas(embedded.rows) + " × " +
                        with_commas(embedder.features()) + " features\n"},
               invocation);
  check_all_read(embedded.skipped, static_cast<size_t>(embedded.rows) + embedded.skipped);
}

}  // namespace

Command embed_command() {
  return {.name = "embed",
          .help = "Write an encoder's features as NumPy arrays",
          .fields = [] { return describe_fields(EmbedOptions{}); },
          .run = run_embed,
          .words = pictures_as_words()};
}

}  // namespace stl10
