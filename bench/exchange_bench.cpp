// What a step of each method sends between processes, and what rank 0 computes of it:
// `exchange_bench DATA [images a step [processes …]]`, a line of JSON each. Nobody else is there:
// what the others would send is made up, so that any number of processes can be looked at.

#include <ATen/Functions.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "stl10/base/options_json.h"
#include "stl10/tasks/barlow_twins.h"
#include "stl10/tasks/byol.h"
#include "stl10/tasks/dcl.h"
#include "stl10/tasks/dino.h"
#include "stl10/tasks/hsic.h"
#include "stl10/tasks/moco.h"
#include "stl10/tasks/nnclr.h"
#include "stl10/tasks/simclr.h"
#include "stl10/tasks/simsiam.h"
#include "stl10/tasks/supervised.h"
#include "stl10/tasks/twist.h"
#include "stl10/tasks/vicreg.h"
#include "stl10/train/shared_step.h"

namespace stl10 {
namespace {

/// Calls of one kind, and what this process has in them.
struct Traffic {
  int64_t calls = 0, bytes = 0;
};

/// Gives back what the other processes would send if they had the same as this one.
class Mirror : public Exchange {
 public:
  explicit Mirror(int64_t size) : size_(size) {}

  void sum(at::Tensor& values) override {
    count("sum", values);
    values.mul_(size_);
  }
  at::Tensor gather(const at::Tensor& values) override {
    count("gather", values);
    return at::stack(std::vector<at::Tensor>(static_cast<size_t>(size_), values));
  }
  at::Tensor sum_for_each(const at::Tensor& values) override {
    count("sum_for_each", values[0]);
    return values[0] * size_;
  }
  void broadcast(at::Tensor& values) override { count("broadcast", values); }
  void barrier() override {}

  std::map<std::string, Traffic> traffic;

 private:
  void count(const std::string& kind, const at::Tensor& values) {
    Traffic& of_kind = traffic[kind];
    ++of_kind.calls;
    of_kind.bytes += static_cast<int64_t>(values.nbytes());
  }
  int64_t size_;
};

void one_step(Task& task, const Group& group, int64_t step) {
  const Prepared prepared = task.prepare({0, step});
  for (auto& [optimizer, schedule] : task.optimizers()) optimizer.zero_gradients();
  MetricSums sums;
  task.step(prepared, sums, unobserved);
  share_step(group, task.optimizers(), {});
  for (auto& [optimizer, schedule] : task.optimizers()) optimizer.step(1);
  task.after_update({0, step});
}

Json measured(Task& task, const Group& group, Mirror& mirror) {
  constexpr int64_t kSteps = 5;
  std::vector<double> seconds;
  for (int64_t step = 0; step <= kSteps; ++step) {
    mirror.traffic.clear();
    const auto start = std::chrono::steady_clock::now();
    one_step(task, group, step);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    if (step > 0) seconds.push_back(taken.count());
  }
  std::sort(seconds.begin(), seconds.end());
  Json json = {{"seconds", seconds[seconds.size() / 2]}};
  for (const auto& [kind, traffic] : mirror.traffic) {
    json[kind] = {{"calls", traffic.calls}, {"bytes", traffic.bytes}};
  }
  return json;
}

template <class Method>
Json measured_of(const Dataset& data, int64_t images, int64_t processes, const Compute& compute) {
  const auto mirror = std::make_shared<Mirror>(processes);
  TaskInput input{.data = data, .compute = compute, .steps_per_epoch = 6, .epochs = 1};
  if (processes > 1) input.compute.group = Group(0, processes, mirror);
  typename Method::Options options;
  options.batch_size = std::min(images, data.train.count() / 5);
  if constexpr (requires { options.unlabeled_batch_size; }) {
    options.batch_size = images / 5;
    options.unlabeled_batch_size = images - options.batch_size;
  }
  if constexpr (requires { options.queue; }) options.queue = 16384;
  Method task(options, input);
  return measured(task, input.compute.group, *mirror);
}

struct Supervised : SupervisedTask {
  using Options = SupervisedOptions;
  using SupervisedTask::SupervisedTask;
};

void run(const std::string& folder, int64_t images, const std::vector<int64_t>& sizes) {
  const Compute compute = start_compute({.threads = 1});
  const Dataset data = open_dataset(folder, {.unlabeled = true});
  const auto print = [&](const char* method, const auto& measure) {
    for (const int64_t size : sizes) {
      Json json = measure(data, images, size, compute);
      json.update({{"method", method}, {"processes", size}, {"images", images}});
      std::printf("%s\n", json.dump().c_str());
      std::fflush(stdout);
    }
  };
  print("supervised", measured_of<Supervised>);
  print("simclr", measured_of<SimclrTask>);
  print("dcl", measured_of<DclTask>);
  print("moco", measured_of<MocoTask>);
  print("nnclr", measured_of<NnclrTask>);
  print("byol", measured_of<ByolTask>);
  print("simsiam", measured_of<SimsiamTask>);
  print("dino", measured_of<DinoTask>);
  print("barlow-twins", measured_of<BarlowTwinsTask>);
  print("hsic", measured_of<HsicTask>);
  print("vicreg", measured_of<VicregTask>);
  print("twist", measured_of<TwistTask>);
}

}  // namespace
}  // namespace stl10

int main(int count, char** arguments) {
  if (count < 2) {
    std::fprintf(stderr, "exchange_bench DATA [images a step [processes …]]\n");
    return 2;
  }
  std::vector<int64_t> sizes;
  for (int i = 3; i < count; ++i) sizes.push_back(std::atoll(arguments[i]));
  if (sizes.empty()) sizes = {1, 2, 4, 8};
  stl10::run(arguments[1], count > 2 ? std::atoll(arguments[2]) : 1024, sizes);
}
