#include "stl10/tasks/floors.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>

#include "stl10/base/cpu.h"
#include "stl10/base/error.h"
#include "stl10/base/sha256.h"
#include "stl10/evaluate/simple_features.h"
#include "stl10/tasks/linear_probe.h"

namespace stl10 {
namespace {

constexpr int kSeeds = 3;

/// Probes one kind of features; several calls for one floor are the seeds of a random encoder.
void add_probe(Floor& floor, std::vector<double>& l2s, const ProbeFeatures& features,
               const FloorRequest& request, const TaskInput& input) {
  for (const ProbeResult& result :
       probe_features({.class_weights = request.class_weights}, features, request.labels, input,
                      /*choose_on_test=*/false)) {
    const at::Tensor correct = result.test.predicted.eq(result.test.labels).to(at::kDouble);
    floor.correct = floor.correct.defined() ? floor.correct + correct : correct;
    floor.accuracies.push_back(result.test.accuracy);
    floor.held_out_accuracy += result.held_out->accuracy;
    l2s.push_back(*result.model.l2);
  }
}

void finish(Floor& floor, std::vector<double>& l2s) {
  floor.correct = floor.correct / static_cast<double>(floor.accuracies.size());
  floor.accuracy = floor.correct.mean().item<double>();
  floor.held_out_accuracy /= static_cast<double>(floor.accuracies.size());
  std::sort(l2s.begin(), l2s.end());
  floor.l2 = l2s[l2s.size() / 2];
}

/// Features of training and test images by `compute(images, indices)`.
template <class Compute>
ProbeFeatures features_by(const FloorRequest& request, const TaskInput& input,
                          const Compute& compute) {
  const Dataset& data = input.data;
  const std::vector<int64_t> test = all_indices(data.test);
  ProbeFeatures features{.images = images_of(request.labels)};
  features.views = compute(data.train, features.images).unsqueeze(0);
  features.test = compute(data.test, test);
  features.labels = labels_of(features.images, data.train.labels);
  features.test_labels = labels_of(test, data.test.labels);
  return features;
}

ProbeFeatures random_features(uint64_t seed, const FloorRequest& request, const TaskInput& input,
                              PlainImages& train, PlainImages& test) {
  const std::vector<int64_t> images = images_of(request.labels);
  const Encoder encoder = random_encoder(request.encoder.options, request.encoder.last, seed,
                                         {train, images}, input.compute);
  return features_by(request, input, [&](const ImageSet& set, const std::vector<int64_t>& indices) {
    return mean_features(encoder, request.encoder.tap,
                         {&set == &input.data.train ? train : test, indices}, request.views,
                         input.compute);
  });
}

/// Of all images and labels that floors are made from.
std::string digest_of(const FloorRequest& request, const Dataset& data) {
  Sha256 digest;
  const auto add = [&](const ImageSet& set, const std::vector<int64_t>& indices) {
    for (const int64_t index : indices) {
      const int64_t label = set.labels[static_cast<size_t>(index)];
      digest.update(&label, sizeof label);
      digest.update(set.images().image(index), kImageBytes);
    }
  };
  add(data.train, images_of(request.labels));
  add(data.test, all_indices(data.test));
  return digest.hex();
}

}  // namespace

std::vector<Floor> measure_floors(const FloorRequest& request, const TaskInput& input) {
  std::vector<Floor> floors;
  const auto add = [&](const char* name, int count, const auto& features_of) {
    Floor floor{.name = name};
    std::vector<double> l2s;
    for (int i = 0; i < count; ++i) add_probe(floor, l2s, features_of(i), request, input);
    finish(floor, l2s);
    floors.push_back(floor);
  };
  add("pixels", 1, [&](int) {
    return features_by(request, input, [](const ImageSet& set, const auto& indices) {
      return pixel_features(set.images(), indices);
    });
  });
  add("color_histogram", 1, [&](int) {
    return features_by(request, input, [](const ImageSet& set, const auto& indices) {
      return color_histogram_features(set.images(), indices);
    });
  });
  const int64_t side = request.encoder.options.side;
  PlainImages train = plain_images(input.data.train, side, input.compute.device),
              test = plain_images(input.data.test, side, input.compute.device);
  add("random_encoder", kSeeds, [&](int i) {
    return random_features(input.seed + static_cast<uint64_t>(i), request, input, train, test);
  });
  return floors;
}

Json floors_key(const FloorRequest& request, const TaskInput& input) {
  std::string parts;
  const auto append = [&](const std::vector<int64_t>& indices) {
    for (const int64_t index : indices) parts += std::to_string(index) + " ";
    parts += "\n";
  };
  for (const ProbeLabels& given : request.labels) {
    append(given.images);
    for (const Split& part : given.parts) append(part.held_out);
  }
  return {{"data", digest_of(request, input.data)},
          {"classes", input.data.class_count()},
          {"parts", sha256_hex(parts)},
          {"seed", input.seed},
          {"encoder", encoder_json(request.encoder.options, request.encoder.tap)},
          {"views", request.views},
          {"class_weights", std::string(name_of(request.class_weights))},
          {"device", input.compute.device.str()},
          {"precision", std::string(precision_name(input.compute))},
          {"instruction_set", std::string(name_of(best_instruction_set()))}};
}

std::string floors_text(const std::vector<Floor>& floors, const Json& key) {
  Json json = {{"key", key}, {"floors", Json::array()}};
  for (const Floor& floor : floors) {
    const double* correct = floor.correct.data_ptr<double>();
    json["floors"].push_back(
        {{"name", floor.name},
         {"accuracy", floor.accuracy},
         {"l2", floor.l2},
         {"accuracies", floor.accuracies},
         {"held_out_accuracy", floor.held_out_accuracy},
         {"correct", std::vector<double>(correct, correct + floor.correct.numel())}});
  }
  return json.dump() + "\n";
}

std::vector<Floor> floors_from_text(const std::string& text, const Json& key) {
  try {
    const Json json = parse_json(text, "floors");
    if (json.at("key") != key) return {};
    std::vector<Floor> floors;
    for (const Json& item : json.at("floors")) {
      floors.push_back(
          {.name = item.at("name"),
           .accuracy = item.at("accuracy"),
           .l2 = item.at("l2"),
           .accuracies = item.at("accuracies"),
           .held_out_accuracy = item.at("held_out_accuracy"),
           .correct = at::tensor(item.at("correct").get<std::vector<double>>(), at::kDouble)});
    }
    return floors;
  } catch (const Json::exception&) {
    return {};
  } catch (const ConfigError&) {
    return {};
  }
}

}  // namespace stl10
