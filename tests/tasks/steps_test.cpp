#include <ATen/Functions.h>
#include <ATen/record_function.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "gpu.h"
#include "stl10/data/toy.h"
#include "stl10/tasks/barlow_twins.h"
#include "stl10/tasks/byol.h"
#include "stl10/tasks/dcl.h"
#include "stl10/tasks/dino.h"
#include "stl10/tasks/feature_task.h"
#include "stl10/tasks/hsic.h"
#include "stl10/tasks/moco.h"
#include "stl10/tasks/nnclr.h"
#include "stl10/tasks/simclr.h"
#include "stl10/tasks/simsiam.h"
#include "stl10/tasks/supervised.h"
#include "stl10/tasks/twist.h"
#include "stl10/tasks/vicreg.h"
#include "temporary_folder.h"

namespace stl10 {
namespace {

/// What LibTorch was asked for, by name, while it lives.
class AskedOperations {
 public:
  AskedOperations() {
    names().clear();
    handle_ = at::addGlobalCallback(at::RecordFunctionCallback(
        [](const at::RecordFunction& function) -> std::unique_ptr<at::ObserverContext> {
          const std::lock_guard lock(mutex());
          names().insert(function.name());
          return nullptr;
        }));
  }
  ~AskedOperations() { at::removeCallback(handle_); }
  AskedOperations(const AskedOperations&) = delete;
  AskedOperations& operator=(const AskedOperations&) = delete;

  static std::set<std::string>& names() {
    static std::set<std::string> found;
    return found;
  }

 private:
  static std::mutex& mutex() {
    static std::mutex one;
    return one;
  }
  at::CallbackHandle handle_;
};

using TaskUse = std::function<void(const std::string& name, Task& task)>;

/// Calls `use` with a method that needs no labels.
template <class Method>
void with_method(const std::string& name, const EncoderOptions& encoder, const TaskInput& input,
                 const TaskUse& use, typename Method::Options options = {}) {
  options.batch_size = 8;
  options.unlabeled_batch_size = 16;
  options.encoder = encoder;
  options.projection.batch_norm = encoder.batch_norm || encoder.kind == EncoderKind::kResnet;
  Method method(options, input);
  use(name, method);
}

/// Every method on toy images, with each kind of encoder, on a device.
class Methods {
 public:
  Methods() {
    write_toy(folder_ / "toy", {.train = 48, .test = 20, .unlabeled = 60});
    data_ = open_dataset(folder_ / "toy", {.unlabeled = true});
  }

  /// Calls `f` with each task.
  void each(const Compute& compute, const TaskUse& f) const {
    const std::vector<std::pair<std::string, EncoderOptions>> encoders = {
        {"", {.width = 32}},
        {" with batch normalization", {.width = 32, .pools = false, .batch_norm = true}},
        {" of a residual network", {.kind = EncoderKind::kResnet, .width = 16, .blocks = {1, 1}}}};
    for (const auto& [what, encoder] : encoders) {
      const bool batch_norm = !what.empty();
      const TaskInput input{.data = data_, .compute = compute};
      SupervisedTask supervised(
          {.batch_size = 16, .encoder = encoder, .optimizer = {.kind = OptimizerKind::kAdamW}},
          input);
      f("supervised" + what, supervised);
      SimclrOptions simclr;
      simclr.nt_xent = batch_norm ? NtXentForm::kFull : NtXentForm::kCrossView;
      with_method<SimclrTask>("simclr" + what, encoder, input, f, simclr);
      with_method<DclTask>("dcl" + what, encoder, input, f);
      with_method<MocoTask>("moco" + what, encoder, input, f);
      with_method<NnclrTask>("nnclr" + what, encoder, input, f);
      with_method<ByolTask>("byol" + what, encoder, input, f);
      with_method<SimsiamTask>("simsiam" + what, encoder, input, f);
      with_method<DinoTask>("dino" + what, encoder, input, f);
      with_method<BarlowTwinsTask>("barlow-twins" + what, encoder, input, f);
      with_method<HsicTask>("hsic" + what, encoder, input, f);
      with_method<VicregTask>("vicreg" + what, encoder, input, f);
      with_method<TwistTask>("twist" + what, encoder, input, f);
    }
    const at::Tensor x = at::arange(48 * 6, at::kFloat).sin().reshape({48, 6}).to(compute.device);
    FeatureTask probe({.batch_size = 16, .optimizer = {.kind = OptimizerKind::kSgd}}, x,
                      at::tensor(data_.train.labels, at::kLong), 10, 0);
    f("probe", probe);
  }

 private:
  testing::TemporaryFolder folder_;
  Dataset data_;
};

/// One step as `train` takes it.
void take_step(Task& task, int64_t step, MetricSums& sums) {
  const Prepared prepared = task.prepare({.epoch = 0, .step = step});
  for (auto& [optimizer, schedule] : task.optimizers()) optimizer.zero_gradients();
  sums.begin_step(step);
  task.step(prepared, sums, unobserved);
  for (auto& [optimizer, schedule] : task.optimizers()) optimizer.step(1);
  task.after_update({.epoch = 0, .step = step});
}

/// On a GPU each of these makes the CPU wait until everything before it is done. (Optimizers are
/// left to the test on a GPU: their CPU kernels read the count of steps.)
TEST(Steps, AskForNothingThatWaitsForADevice) {
  const Methods methods;
  methods.each({}, [](const std::string& name, Task& task) {
    MetricSums sums;
    take_step(task, 0, sums);
    const AskedOperations asked;
    task.step(task.prepare({.epoch = 0, .step = 1}), sums, unobserved);
    EXPECT_TRUE(asked.names().contains("aten::sum")) << "nothing was recorded";
    for (const char* waiting :
         {"aten::item", "aten::_local_scalar_dense", "aten::is_nonzero", "aten::equal",
          "aten::allclose", "aten::nonzero", "aten::masked_select", "aten::_unique2",
          "aten::bincount", "aten::one_hot", "aten::histc"}) {
      EXPECT_FALSE(asked.names().contains(waiting)) << name << " asks for " << waiting;
    }
  });
}

TEST(Steps, TheTestAboveSeesAWait) {
  const AskedOperations asked;
  at::ones({2}).sum().item<float>();
  EXPECT_TRUE(asked.names().contains("aten::item"));
}

class StepsGpu : public testing::GpuTest {
 protected:
  Compute compute(at::ScalarType type = at::kFloat) const {
    return {.device = gpu_, .network_type = type};
  }

  /// All weights and buffers after four steps of each method, and the steps' losses.
  static std::vector<at::Tensor> results(const Compute& compute) {
    std::vector<at::Tensor> all;
    const Methods methods;
    methods.each(compute, [&](const std::string&, Task& task) {
      MetricSums sums;
      const auto steps = std::min<int64_t>(4, task.loader().steps_per_epoch());
      for (int64_t step = 0; step < steps; ++step) take_step(task, step, sums);
      all.push_back(at::scalar_tensor(sums.read().sums.at("loss").sum, at::kDouble));
      for (const at::Tensor& weight : task.network().parameters()) {
        all.push_back(weight.detach().cpu().clone());
      }
      for (const at::Tensor& buffer : task.network().buffers()) all.push_back(buffer.cpu().clone());
    });
    return all;
  }
};

TEST_F(StepsGpu, WaitForNothing) {
  const Methods methods;
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    methods.each(compute(type), [](const std::string& name, Task& task) {
      MetricSums sums;
      take_step(task, 0, sums);  // chooses kernels, which waits
      take_step(task, 1, sums);
      const NoWaitGuard no_wait;
      EXPECT_NO_THROW(take_step(task, 2, sums)) << name;
    });
  }
}

TEST_F(StepsGpu, RepeatToTheBit) {
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    const auto one = results(compute(type)), two = results(compute(type));
    ASSERT_EQ(one.size(), two.size());
    for (size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(at::equal(one[i], two[i])) << i;
  }
}

TEST_F(StepsGpu, LossesAreTheCpus) {
  const auto cpu = results({}), gpu = results(compute());
  ASSERT_EQ(cpu.size(), gpu.size());
  for (size_t i = 0; i < cpu.size(); ++i) {
    if (cpu[i].dim() > 0) continue;  // a weight, which Adam moves by the sign of a rounding
    EXPECT_NEAR(gpu[i].item<double>(), cpu[i].item<double>(), 0.01 * cpu[i].item<double>());
  }
}

}  // namespace
}  // namespace stl10
