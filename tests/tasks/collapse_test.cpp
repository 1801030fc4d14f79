#include <gtest/gtest.h>

#include <string>

#include "stl10/data/toy.h"
#include "stl10/tasks/dino.h"
#include "stl10/tasks/pretext_alarm.h"
#include "stl10/tasks/simsiam.h"
#include "stl10/tasks/vicreg.h"
#include "stl10/train/trainer.h"
#include "temporary_folder.h"

namespace stl10 {
namespace {

/// Methods without what keeps them from collapsing, and with it.
class Collapse : public ::testing::Test {
 protected:
  Collapse() {
    write_toy(folder_ / "toy", {.train = 100, .test = 20, .unlabeled = 200});
    data_ = open_dataset(folder_ / "toy", {.unlabeled = true});
  }

  /// What the alarm says in 150 steps.
  template <class Method>
  std::string said(typename Method::Options options) const {
    options.encoder.width = 8;
    options.batch_size = 8;
    options.unlabeled_batch_size = 24;
    options.projection.hidden = 64;
    options.split.validation = Validation::kNone;
    Method method(options, {.data = data_, .steps_per_epoch = 30, .epochs = 5});
    struct Watch : Observer {
      PretextAlarm alarm;
      std::string said;
      void on_epoch(const EpochRecord& record) override {
        said += alarm.warning_after(record).value_or("");
      }
    } watch;
    watch.alarm = PretextAlarm(method.may_gather_in_one_place());
    train({.epochs = 5}, method, {}, {&watch});
    return watch.said;
  }

  testing::TemporaryFolder folder_;
  Dataset data_;
};

TEST_F(Collapse, OfSimsiamWithoutAStoppedGradientIsTold) {
  SimsiamOptions options;
  EXPECT_EQ(said<SimsiamTask>(options), "");
  options.stop_gradient = false;
  EXPECT_NE(said<SimsiamTask>(options).find("embeddings collapse: a uniformity"),
            std::string::npos);
}

TEST_F(Collapse, OfVicregWithoutItsVarianceIsTold) {
  VicregOptions options;
  EXPECT_EQ(said<VicregTask>(options), "");
  options.weights.variance = 0;
  EXPECT_NE(said<VicregTask>(options).find("embeddings collapse: a mean deviation"),
            std::string::npos);
}

TEST_F(Collapse, OfDinoWithoutACentreIsTold) {
  DinoOptions options;
  options.learning_rate = 5e-3;  // else it takes longer
  EXPECT_EQ(said<DinoTask>(options), "");
  options.center_momentum = 1;
  EXPECT_NE(said<DinoTask>(options).find("classes collapse"), std::string::npos);
}

}  // namespace
}  // namespace stl10
