#include "stl10/report/summary.h"

#include <gtest/gtest.h>

#include "stl10/base/file.h"
#include "temporary_folder.h"

namespace stl10 {
namespace {

using testing::TemporaryFolder;

Metrics metrics(double loss, double accuracy, int64_t count) {
  return {.means = {{"loss", loss}, {"accuracy", accuracy}}, .count = count};
}

TrainState finished() {
  TrainState state;
  state.epoch = 2;
  state.images = 600;
  state.step_seconds = 3;
  state.seconds = 65;
  state.best = {
      .epoch = 1, .metrics = metrics(1.5, 0.5, 30), .lowest_loss_epoch = 2, .lowest_loss = 1.25};
  return state;
}

TEST(Summary, AFinishedRunHasTheContractsKeys) {
  const TemporaryFolder folder;
  RunSummary summary("supervised", folder.path(), "held-out", "accuracy");
  summary.save_done(finished(), {.train = metrics(1, 0.6, 300),
                                 .validation = metrics(1.25, 0.4, 30),
                                 .test = metrics(1.3, 0.45, 80)});
  const Json json = parse_json(read_file(folder / "summary.json"), "summary.json");
  EXPECT_EQ(json["status"], "done");
  EXPECT_EQ(json["images_per_second"], 200);
  EXPECT_EQ(json["seconds"], 65);
  EXPECT_EQ(json["epochs"], 2);
  EXPECT_EQ(json["train"].dump(), R"({"accuracy":0.6,"loss":1.0,"count":300})");
  EXPECT_EQ(json["validation"]["count"], 30);
  EXPECT_EQ(json["test"]["accuracy"], 0.45);
  EXPECT_EQ(json["best"].dump(),
            R"({"epoch":1,"selected_by":"held-out accuracy","accuracy":0.5,"loss":1.5})");
  EXPECT_EQ(json["lowest_validation_loss"].dump(), R"({"value":1.25,"epoch":2})");
  EXPECT_FALSE(json.contains("parent"));
  EXPECT_EQ(summary.table(),
            "final weights   loss    accuracy    images\n"
            "train         1.0000     60.00 %       300\n"
            "validation    1.2500     40.00 %        30\n"
            "test          1.3000     45.00 %        80\n"
            "best epoch 1 by held-out accuracy: 50.00 %\n"
            "1:05, 200 images/s; everything is in " +
                folder.path().string() + "\n");
}

TEST(Summary, WhatWasNotMeasuredIsNullAndADash) {
  const TemporaryFolder folder;
  RunSummary summary("momentum", folder.path(), "held-out", "distance");
  TrainState state = finished();
  state.best.metrics = Metrics{.means = {{"distance", 0.125}}, .count = 30};
  summary.save_done(state, {.train = Metrics{.means = {{"loss", 1}}, .count = 300},
                            .more = {{"knn", {{"accuracy", 0.5}}}}});
  const Json json = parse_json(summary.json_text(), "summary");
  EXPECT_TRUE(json["test"].is_null());
  EXPECT_EQ(json["best"].dump(),
            R"({"epoch":1,"selected_by":"held-out distance","accuracy":null,"loss":null,)"
            R"("distance":0.125})");
  EXPECT_EQ(json["knn"]["accuracy"], 0.5);
  EXPECT_NE(summary.table().find("train         1.0000           –       300\n"), std::string::npos)
      << summary.table();
  EXPECT_NE(summary.table().find("by held-out distance: 0.1250\n"), std::string::npos);
}

TEST(Summary, TheParentOfTheFirstWeightsIsNamed) {
  const TemporaryFolder folder;
  RunSummary summary("supervised", folder.path(), "none", "accuracy",
                     {"It began with the weights of", "runs/one"});
  summary.save_done(finished(), {});
  EXPECT_EQ(parse_json(summary.json_text(), "summary")["parent"], "runs/one");
  EXPECT_NE(summary.table().find("began with the weights of runs/one"), std::string::npos);
}

TEST(Summary, ValidationOnTheTestImagesIsSaid) {
  const TemporaryFolder folder;
  RunSummary summary("supervised", folder.path(), "test", "accuracy");
  summary.save_done(finished(), {.train = metrics(1, 0.6, 300),
                                 .validation = metrics(1, 0.4, 80),
                                 .test = metrics(1, 0.4, 80)});
  EXPECT_NE(summary.table().find("validation images are the test images"), std::string::npos);
  EXPECT_NE(summary.json_text().find("\"selected_by\": \"test accuracy\""), std::string::npos);
}

TEST(Summary, WithoutValidationItIsNull) {
  const TemporaryFolder folder;
  RunSummary summary("supervised", folder.path(), "none", "accuracy");
  TrainState state = finished();
  state.best = {.epoch = 2};
  summary.save_done(state, {.train = metrics(1, 0.6, 300), .test = metrics(1, 0.4, 80)});
  const Json json = parse_json(summary.json_text(), "summary");
  EXPECT_TRUE(json["validation"].is_null());
  EXPECT_TRUE(json["lowest_validation_loss"].is_null());
  EXPECT_EQ(json["best"]["selected_by"], "nothing: the last epoch");
  EXPECT_EQ(json["best"]["epoch"], 2);
  EXPECT_EQ(summary.table().find("best epoch"), std::string::npos);
}

TEST(Summary, AFailureIsNamedByItsKind) {
  const TemporaryFolder folder;
  RunSummary summary("supervised", folder.path(), "test", "accuracy");
  const auto status = [&] {
    return parse_json(read_file(folder / "summary.json"), "summary")["status"].get<std::string>();
  };
  summary.save_failure(Diverged({"the loss is NaN", "", "", ""}));
  EXPECT_EQ(status(), "diverged");
  summary.save_failure(Interrupted(2, {"stopped", "", "", ""}));
  EXPECT_EQ(status(), "interrupted");
  summary.save_failure(IoError({"disk full", "", "", ""}));
  EXPECT_EQ(status(), "failed");
}

}  // namespace
}  // namespace stl10
