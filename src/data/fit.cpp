#include "stl10/data/fit.h"

#include <system_error>

#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/base/options_json.h"

namespace stl10 {
namespace {

struct FitFile {
  Fit fit = Fit::kCrop;
};

template <class Visitor>
void visit_fields(FitFile& file, Visitor& field) {
  field("fit", file.fit, "");
}

}  // namespace

std::string fit_file_text(Fit fit) { return to_json(FitFile{fit}).dump() + "\n"; }

Fit read_fit(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / kFitFile;
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return Fit::kCrop;
  FitFile file;
  try {
    apply_json(file, parse_json(read_text(path), path.string()), path.string());
  } catch (const ConfigError& error) {
    throw DataError({error.what(), "", "", "import the pictures again, or remove the file"});
  }
  return file.fit;
}

}  // namespace stl10
