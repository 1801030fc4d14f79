#include "stl10/report/run_report.h"

#include <gtest/gtest.h>

#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/report/html.h"
#include "stl10/report/metrics_file.h"
#include "stl10/report/run_folder.h"
#include "temporary_folder.h"

namespace stl10 {
namespace {

using testing::TemporaryFolder;

constexpr const char* kHostile[] = {"<img src=x onerror=alert(1)>", "</script><b>", "a&amp;b",
                                    "\"'>"};

class RunReport : public ::testing::Test {
 protected:
  RunReport() { save_json(folder_ / "config.json", {{"command", "supervised"}, {"epochs", 7}}); }

  std::string page() const {
    return run_report(folder_.path(),
                      [](const std::string&) {
                        return std::vector<FieldInfo>{{.key = "epochs", .default_value = 100},
                                                      {.key = "seed", .default_value = 0}};
                      },
                      {.missing = {"No pictures here."}});
  }
  bool has(const std::string& part) const { return page().find(part) != std::string::npos; }

  TemporaryFolder folder_;
};

TEST_F(RunReport, AFolderWithAConfigAloneHasAPage) {
  EXPECT_TRUE(page().starts_with(kPageBeginning));
  EXPECT_TRUE(has("<h1>supervised</h1>"));
  EXPECT_TRUE(has("<b>unfinished</b>status"));
  EXPECT_TRUE(has("No pictures here."));
  EXPECT_TRUE(
      has("<th scope=\"row\">epochs</th><td class=\"wide\">7</td><td "
          "class=\"wide\">100</td>"));
  EXPECT_FALSE(has("<h2>Results</h2>"));
  EXPECT_EQ(page(), page());
}

TEST_F(RunReport, AFolderWithoutARunHasNone) {
  std::filesystem::remove(folder_ / "config.json");
  EXPECT_THROW(page(), IoError);
}

TEST_F(RunReport, AccuraciesOfCountedImagesHaveTheirInterval) {
  save_json(
      folder_ / "summary.json",
      {{"status", "done"},
       {"test", {{"accuracy", 0.6}, {"loss", 1.25}, {"count", 800}}},
       {"floors",
        {{"pixels",
          {{"accuracy", 0.25}, {"difference", 0.35}, {"difference_interval", {0.3, 0.4}}}}}}});
  EXPECT_TRUE(has("60.0 %</td><td class=\"n\">56.6 to 63.3</td>")) << page();  // Wilson's
  EXPECT_TRUE(has("pixels: 25.0 %"));
  EXPECT_TRUE(has("+30.0 to +40.0"));
}

TEST_F(RunReport, MeansOverFoldsHaveNoInterval) {
  save_json(folder_ / "summary.json", {{"status", "done"},
                                       {"test", {{"accuracy", 0.60004}, {"count", 800}}},
                                       {"protocol", {{"mean", 0.60004}, {"deviation", 0.012}}}});
  EXPECT_TRUE(has("60.0 %</td><td class=\"n\">–</td>"));
  EXPECT_TRUE(has("60.00 % ± 1.20 %"));
}

TEST_F(RunReport, AlarmsStandOnTopEachOnce) {
  save_json(folder_ / "summary.json", {{"status", "diverged"}, {"error", "loss is NaN at step 7"}});
  save_atomically(folder_ / "log.txt",
                  "2026-11-28 07:11:01 info: started\n2026-11-28 07:11:02 warning: it <collapsed>\n"
                  "2026-11-28 07:11:03 warning: it <collapsed>\nno time\n");
  const std::string found = page();
  const size_t error = found.find("loss is NaN at step 7"), warning = found.find("collapsed&gt;");
  EXPECT_LT(error, warning);
  EXPECT_LT(warning, found.find("<main>"));
  EXPECT_EQ(found.find("collapsed&gt;</div>", warning + 1), std::string::npos);
  EXPECT_NE(found.find("begun 2026-11-28 07:11:01"), std::string::npos);
}

TEST_F(RunReport, ChartsSayWhatTheyAreToBeReadAgainst) {
  save_atomically(folder_ / "metrics.jsonl",
                  R"({"epoch":1,"train":{"loss":2,"contrastive_accuracy":0.1},"validation":)"
                  R"({"knn_accuracy":0.3},"validation_split":"held-out","classes":10,)"
                  R"("contrastive_chance":0.01,"random_encoder_knn_accuracy":0.2})"
                  "\n{\"epoch\":2,\"train\":{\"loss\":1}}\nno line\n");
  // Constants are those of the last line.
  EXPECT_FALSE(has(">random encoder</text>"));
  save_atomically(folder_ / "metrics.jsonl",
                  R"({"epoch":1,"train":{"loss":2,"contrastive_accuracy":0.1},"validation":)"
                  R"({"knn_accuracy":0.3},"validation_split":"held-out","classes":10,)"
                  R"("contrastive_chance":0.01,"random_encoder_knn_accuracy":0.2})"
                  "\n");
  EXPECT_TRUE(has(">random encoder</text>"));
  EXPECT_TRUE(has(">chance</text>"));
  EXPECT_TRUE(has(">held-out</text>"));
}

TEST_F(RunReport, PredictionsShowConfusionClassesAndReliability) {
  save_json(folder_ / "environment.json", {{"class_names", {"cat", "dog"}}});
  save_atomically(folder_ / "predictions.csv",
                  "split,index,label,predicted,p0,p1\ntest,0,0,0,0.9,0.1\ntest,1,0,1,0.2,0.8\n"
                  "test,2,1,1,0.3,0.7\nvalidation,0,0,0,1,0\n");
  EXPECT_TRUE(has("title=\"50.00 %\">1</td>"));
  EXPECT_TRUE(has("<th scope=\"col\">dog</th>"));
  EXPECT_TRUE(has("Is it as right as it is sure?"));
}

TEST_F(RunReport, ManyClassesAreAListOfPairs) {
  std::string csv = "split,index,label,predicted", zeros;
  for (int k = 0; k < 40; ++k) csv += ",p" + std::to_string(k);
  for (int k = 0; k < 40; ++k) zeros += k == 3 ? ",1" : ",0";
  csv += "\ntest,0,5,3" + zeros + "\ntest,1,5,3" + zeros + "\ntest,2,3,3" + zeros + "\n";
  save_atomically(folder_ / "predictions.csv", csv);
  EXPECT_TRUE(
      has("<th scope=\"row\">class 5</th><td class=\"wide\">class 3</td><td "
          "class=\"n\">2</td>"));
  EXPECT_FALSE(has("class=\"heat\""));
}

TEST_F(RunReport, DamagedFilesAreLeftOut) {
  save_atomically(folder_ / "summary.json",
                  "{\"test\": [1], \"knn\": 3, \"choice\": {\"path\": 1}");
  save_atomically(folder_ / "predictions.csv", "nothing\n");
  save_atomically(folder_ / "metrics.jsonl", "{\"epoch\":1,\"train\":{\"loss\":\"x\"}}\n");
  EXPECT_TRUE(has("<b>unfinished</b>status"));
  save_json(folder_ / "summary.json",
            {{"status", 3},
             {"test", {{"accuracy", "x"}, {"count", -1}}},
             {"floors", {1, 2}},
             {"choice", {{"option", 1}, {"path", {1, {{"l2", 0}, {"loss", nullptr}}}}}},
             {"features", {{"knn", 1}}},
             {"assumptions", {{"verdicts", {1, nullptr}}}},
             {"runs", {1, {{"folders", 2}}}},
             {"comparisons", {{{"classes", 3}}}}});
  EXPECT_TRUE(page().ends_with("</html>\n"));
}

TEST_F(RunReport, HostileNamesAreRead) {
  save_json(folder_ / "environment.json", {{"class_names", kHostile}, {"data", kHostile[0]}});
  save_json(folder_ / "config.json", {{"command", kHostile[1]}, {"seed", kHostile[2]}});
  Json line = {{"epoch", 1}, {"validation_split", kHostile[3]}};
  for (const char* name : kHostile) line["validation"][name] = 0.5;
  save_atomically(folder_ / "metrics.jsonl", line.dump() + "\n");
  const std::string found = page();
  for (const char* markup : {"<img src=x", "</script>", ">\"'>", "<b>\""}) {
    EXPECT_EQ(found.find(markup), std::string::npos) << markup;
  }
  EXPECT_NE(found.find(">&lt;/script&gt;&lt;b&gt;</h1>"), std::string::npos);
  EXPECT_NE(found.find(">a&amp;amp;b</text>"), std::string::npos);
  EXPECT_NE(found.find(">&quot;&#39;&gt;</text>"), std::string::npos);
}

TEST_F(RunReport, IsWrittenAfterEveryTenthOfTheEpochs) {
  for (const auto& [epochs, expected] : {std::pair{1, 1}, {5, 5}, {10, 10}, {25, 8}, {100, 10}}) {
    ReportFile report(folder_.path(), epochs, [](const auto&) { return std::vector<FieldInfo>(); });
    int written = 0;
    for (int epoch = 1; epoch <= epochs; ++epoch) {
      std::filesystem::remove(folder_ / kReportName);
      report.on_epoch({.epoch = epoch});
      written += std::filesystem::exists(folder_ / kReportName) ? 1 : 0;
    }
    EXPECT_EQ(written, expected) << epochs;
  }
}

TEST_F(RunReport, APageThatCannotBeWrittenEndsNoRun) {
  make_folder(folder_ / kReportName);  // in its place
  ReportFile report(folder_.path(), 1, [](const auto&) { return std::vector<FieldInfo>(); });
  EXPECT_NO_THROW(report.on_epoch({.epoch = 1}));
  EXPECT_THROW(
      save_report(folder_.path(), [](const auto&) { return std::vector<FieldInfo>(); }, {}),
      IoError);
}

TEST_F(RunReport, AComparisonOverlaysTheCurvesOfItsRuns) {
  for (const char* run : {"one", "two"}) {
    make_folder(folder_ / run);
    save_atomically(folder_ / run / "metrics.jsonl",
                    "{\"epoch\":1,\"train\":{\"loss\":1}}\n{\"epoch\":2,\"train\":{\"loss\":2}}\n");
  }
  const auto run_json = [&](const std::string& name, const std::string& folder) {
    return Json{{"name", name},
                {"folders", {(folder_ / folder).string()}},
                {"accuracy", {{"mean", 0.5}, {"deviation", nullptr}}},
                {"classes", {{{"name", "cat"}, {"recall", 0.25}}}}};
  };
  save_json(
      folder_ / "summary.json",
      {{"runs", {run_json("A", "one"), run_json("B", "two"), run_json("C", "gone")}},
       {"comparisons",
        {{{"first", "A"},
          {"second", "B"},
          {"difference", -0.1},
          {"interval", {-0.2, 0}},
          {"classes", {{{"name", "cat"}, {"difference", 0.3}, {"interval", {0.1, 0.5}}}}}}}}});
  const std::string found = page();
  EXPECT_NE(found.find(">train: loss</text>"), std::string::npos);
  EXPECT_NE(found.find(">A</text>"), std::string::npos);
  EXPECT_NE(found.find(">B</text>"), std::string::npos);
  EXPECT_NE(found.find("<h3>B against A</h3>"), std::string::npos);
  EXPECT_NE(found.find("-20.0 to 0.0"), std::string::npos);
  EXPECT_NE(found.find("+30.0"), std::string::npos);
  EXPECT_NE(found.find(">25.0</td>"), std::string::npos);
  EXPECT_EQ(found.find("No pictures here."), std::string::npos);
}

}  // namespace
}  // namespace stl10
