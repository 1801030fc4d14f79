// Images per second of the augmentation alone: `augment_bench [repetitions]`.

#include <ATen/Functions.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "stl10/augment/augmenter.h"
#include "stl10/base/allocator.h"
#include "stl10/base/philox.h"

namespace stl10 {
namespace {

constexpr int kBatch = 525;

struct Case {
  std::string name;
  AugmentOptions options;
};

std::vector<Case> cases() {
  AugmentOptions plain = augment_preset("contrastive");
  plain.noise = 0;
  return {{"crop+flip+jitter", plain},
          {"classification", augment_preset("classification")},
          {"contrastive", augment_preset("contrastive")},
          {"simclr", augment_preset("simclr")}};
}

std::vector<uint8_t> random_images() {
  std::vector<uint8_t> bytes(size_t{kBatch} * kImageBytes);
  Philox random(1, {Purpose::kToy, 0, 0, 0});
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random.bits() >> 24);
  return bytes;
}

/// Seconds of each of `repetitions` batches, sorted.
std::vector<double> time_batches(const Augmenter& augmenter, const ImageView& images,
                                 const at::Tensor& out, int repetitions) {
  std::vector<int64_t> indices(kBatch);
  std::iota(indices.begin(), indices.end(), 0);
  std::vector<double> seconds;
  for (int i = -2; i < repetitions; ++i) {  // two to warm up
    const auto start = std::chrono::steady_clock::now();
    const ViewKey key{.epoch = static_cast<uint32_t>(i + 2)};
    augmenter.views_into(images, indices, key, out);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    if (i >= 0) seconds.push_back(took.count());
  }
  std::sort(seconds.begin(), seconds.end());
  return seconds;
}

void run(int repetitions) {
  tune_allocator();
  const std::vector<uint8_t> bytes = random_images();
  const ImageView images{bytes.data(), kBatch};
  std::printf("cpu, batch %d, %d repetitions; images/s: median (slowest to fastest tenth)\n",
              kBatch, repetitions);
  for (const InstructionSet set :
       {InstructionSet::kBaseline, InstructionSet::kAvx2, InstructionSet::kAvx512}) {
    if (set > best_instruction_set()) continue;
    for (const int threads : {1, 2}) {
      at::set_num_threads(threads);
      for (const Case& item : cases()) {
        for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
          const at::Tensor out =
              at::empty({kBatch, kChannels, kSide, kSide},
                        at::TensorOptions(type).memory_format(at::MemoryFormat::ChannelsLast));
          const auto seconds =
              time_batches(Augmenter(item.options, 1, set), images, out, repetitions);
          const auto rate = [&](size_t tenths) {
            return kBatch / seconds[tenths * (seconds.size() - 1) / 10];
          };
          std::printf("%-8s %d threads  %-16s %-4s %8.0f (%.0f to %.0f)\n",
                      std::string(name_of(set)).c_str(), threads, item.name.c_str(),
                      type == at::kFloat ? "fp32" : "bf16", rate(5), rate(9), rate(1));
        }
      }
    }
  }
}

}  // namespace
}  // namespace stl10

int main(int count, char** arguments) {
  stl10::run(count > 1 ? std::max(1, std::atoi(arguments[1])) : 21);
}
