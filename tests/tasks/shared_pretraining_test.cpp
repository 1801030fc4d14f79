// Methods that processes train together, against one process.
#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <cmath>
#include <initializer_list>
#include <map>
#include <string>

#include "golden.h"
#include "meeting.h"
#include "stl10/data/toy.h"
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
#include "temporary_folder.h"

namespace stl10 {
namespace {

struct SharedOutcome {
  std::map<std::string, at::Tensor> tensors;  ///< weights and buffers
  std::map<std::string, Sum> sums;            ///< of the last step's metrics, of all processes
};

/// Plain gradient descent, whatever the type.
void move_weights(Task& task) {
  const at::NoGradGuard no_grad;
  for (auto& [optimizer, schedule] : task.optimizers()) {
    for (at::Tensor parameter : optimizer.parameters()) {
      parameter.sub_(parameter.grad(), optimizer.base_rate());
    }
  }
}

/// How many steps are compared. In fp32 rounding decides before long which of two values is a
/// pool's maximum, in one process as in several, and from there on the gradients differ visibly.
int64_t steps_in(at::ScalarType type) { return type == at::kDouble ? 10 : 1; }

/// After some steps in fp32, or in float64 throughout.
SharedOutcome after_steps(Task& task, const Group& group, at::ScalarType type) {
  const int64_t steps = steps_in(type);
  task.network().to(type);
  task.network().train();
  SharedOutcome outcome;
  for (int64_t step = 0; step < steps; ++step) {
    Prepared prepared = task.prepare({0, step});
    for (auto& [name, views] : prepared.views) views = views.to(type);
    for (auto& [optimizer, schedule] : task.optimizers()) optimizer.zero_gradients();
    MetricSums sums;
    task.step(prepared, sums, unobserved);
    share_step(group, task.optimizers(), {});
    move_weights(task);
    task.after_update({0, step});
    outcome.sums = sums.read_of_all(group).sums;
  }
  for (const auto& item : task.network().named_parameters()) {
    outcome.tensors[item.key()] = item.value().detach().clone();
  }
  for (const auto& item : task.network().named_buffers()) {
    outcome.tensors[item.key()] = item.value().clone();
  }
  return outcome;
}

class SharedToy : public ::testing::Test {
 protected:
  SharedToy() {
    write_toy(folder_ / "toy", {.train = 40, .test = 20, .unlabeled = 40});
    data_ = open_dataset(folder_ / "toy", {.unlabeled = true});
  }

  /// @param images a step, by their kind.
  template <class Options>
  static void make_small(Options& options, int64_t labeled, int64_t unlabeled) {
    options.encoder.width = 16;
    options.batch_size = labeled;
    options.unlabeled_batch_size = unlabeled;
    options.projection.hidden = 16;
    options.projection.outputs = 12;
    options.learning_rate = 0.02;
    options.split.validation = Validation::kHoldout;  // some join the unlabeled images
  }

  /// Every tensor and every metric within `share` of the largest value of one process's, or 1e-12
  /// (in fp32 1e-7).
  template <class Method, class Options>
  void expect_same(const Options& options, at::ScalarType type,
                   std::initializer_list<int64_t> sizes, double share) {
    const auto outcome = [&](const Group& group) {
      TaskInput input{.data = data_, .steps_per_epoch = 10, .epochs = 1};
      input.compute.group = group;
      Method method(options, input);
      return after_steps(method, group, type);
    };
    const SharedOutcome one = outcome({});
    for (const int64_t size : sizes) {
      testing::in_group(size, [&](const Group& group) {
        const SharedOutcome several = outcome(group);
        for (const auto& [name, tensor] : one.tensors) {
          const double largest = tensor.abs().max().template item<double>();
          EXPECT_LE(testing::distance(several.tensors.at(name), tensor),
                    share * largest + (type == at::kDouble ? 1e-12 : 1e-7))
              << name << " of " << size << " processes";
        }
        for (const auto& [name, sum] : one.sums) {
          const Sum& found = several.sums.at(name);
          ASSERT_EQ(found.count, sum.count) << name;
          // Features that hardly vary tie, and rounding decides.
          const double ties = name == "correlation_accuracy" ? 2 : 0;
          EXPECT_NEAR(found.sum, sum.sum, ties + 100 * share * (1 + std::abs(sum.sum))) << name;
        }
      });
    }
  }

  testing::TemporaryFolder folder_;
  Dataset data_;
};

template <class Method>
class SharedMethod : public SharedToy {};

using SharedMethods =
    ::testing::Types<SimclrTask, DclTask, MocoTask, NnclrTask, ByolTask, SimsiamTask, DinoTask,
                     BarlowTwinsTask, HsicTask, VicregTask, TwistTask>;
TYPED_TEST_SUITE(SharedMethod, SharedMethods);

TYPED_TEST(SharedMethod, TenStepsInFloat64AreThoseOfOneProcess) {
  typename TypeParam::Options options;
  this->make_small(options, 6, 11);
  this->template expect_same<TypeParam>(options, at::kDouble, {2, 3}, 1e-10);
}

TYPED_TEST(SharedMethod, AStepInFp32IsThatOfOneProcess) {
  typename TypeParam::Options options;
  this->make_small(options, 6, 11);
  this->template expect_same<TypeParam>(options, at::kFloat, {3}, 1e-4);
}

using SharedSimclr = SharedToy;

TEST_F(SharedSimclr, InBothFormsWithAndWithoutBatchNormalization) {
  for (const NtXentForm form : {NtXentForm::kCrossView, NtXentForm::kFull}) {
    for (const bool norm : {false, true}) {
      SimclrOptions options;
      make_small(options, 6, 11);
      options.nt_xent = form;
      options.encoder.batch_norm = options.projection.batch_norm = norm;
      expect_same<SimclrTask>(options, at::kDouble, {2, 4}, 1e-10);
    }
  }
}

TEST_F(SharedSimclr, OfFewerImagesThanProcesses) {
  SimclrOptions options;
  make_small(options, 2, 3);
  expect_same<SimclrTask>(options, at::kDouble, {7}, 1e-10);
}

TEST_F(SharedSimclr, WithSmallViewsAndInChunks) {
  SimclrOptions options;
  make_small(options, 6, 11);
  options.views = "2+2";
  options.tap = options.projection.tap = Tap::kPooled;
  expect_same<SimclrTask>(options, at::kDouble, {3}, 1e-9);
  options.encoder.batch_norm = false;
  options.contrastive_chunk = 4;
  expect_same<SimclrTask>(options, at::kDouble, {3}, 1e-9);
}

TEST_F(SharedSimclr, OfAResidualNetwork) {
  SimclrOptions options;
  make_small(options, 4, 3);
  options.encoder = {.kind = EncoderKind::kResnet, .width = 16, .blocks = {1, 1}};
  options.contrastive.size = 32;
  options.tap = options.projection.tap = Tap::kPooled;
  expect_same<SimclrTask>(options, at::kDouble, {3, 9}, 1e-10);
  expect_same<SimclrTask>(options, at::kFloat, {3, 9}, 1e-4);
}

TEST_F(SharedToy, SupervisedTrainingWithBatchNormalizationIsThatOfOneProcess) {
  SupervisedOptions options;
  options.encoder.width = 16;
  options.batch_size = 5;
  options.learning_rate = 0.02;
  for (const ClassWeights weights : {ClassWeights::kNone, ClassWeights::kBalanced}) {
    options.class_weights = weights;
    expect_same<SupervisedTask>(options, at::kDouble, {2, 3, 7}, 1e-10);
  }
  expect_same<SupervisedTask>(options, at::kFloat, {3, 7}, 1e-4);
}

}  // namespace
}  // namespace stl10
