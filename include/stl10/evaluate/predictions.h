#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// predictions.csv: what a classifier says of single images.
namespace stl10 {

/// N images of K classes; everything on the CPU.
struct Predictions {
  std::vector<int64_t> indices;  ///< of the images in their file
  at::Tensor labels;             ///< int64 (N)
  at::Tensor probabilities;      ///< float (N, K): softmax over the outputs of the K classes
  at::Tensor predicted;          ///< int64 (N): the most probable of the K classes
};

/// Rows "split,index,label,predicted,p0,…[,fold]" without a header, 9 significant digits.
std::string to_csv(const Predictions& predictions, const std::string& split,
                   const std::optional<int64_t>& fold = {});

/// "split,index,label,predicted,p0,…,p<classes-1>[,fold]\n".
std::string csv_header(int64_t classes, bool with_fold = false);

/// The rows of one split of a predictions.csv; where it holds several folds, those of each, in the
/// order of their numbers.
/// @throws IoError where there is no such file; DataError, naming the line, where it isn't one, has
/// no rows of the split, or names an image twice.
std::vector<Predictions> read_predictions(const std::filesystem::path& path,
                                          const std::string& split);

/// An image that the classifier got wrong.
struct Mistake {
  int64_t index = 0, label = 0, predicted = 0;
  double confidence = 0;  ///< probability of `predicted`
};

/// The mistakes that it is surest of, surest first; of equally sure ones, the first images.
std::vector<Mistake> surest_mistakes(const Predictions& predictions, size_t count);

}  // namespace stl10
