#include <ATen/Functions.h>

#include <charconv>
#include <cstdlib>
#include <functional>

#include "stl10/base/error.h"
#include "stl10/commands/process_group.h"

namespace stl10 {
namespace {

/// The whole number that a variable holds; empty where it isn't set. @throws UsageError.
std::optional<int64_t> number_in(const char* variable) {
  const char* const text = variable == nullptr ? nullptr : std::getenv(variable);
  if (text == nullptr || *text == '\0') return std::nullopt;
  const std::string value(text);
  int64_t number = -1;
  const auto [rest, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error == std::errc() && rest == value.data() + value.size() && number >= 0) return number;
  throw UsageError({std::string(variable) + " is no number", "0 or more", value,
                    "correct it, or unset it to train in one process"});
}

/// The variables of one launcher.
struct Launcher {
  const char *rank, *size, *local_rank, *local_size;
};
constexpr Launcher kLaunchers[] = {
    {"RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE"},
    {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK",
     "OMPI_COMM_WORLD_LOCAL_SIZE"},
    {"PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID", "MPI_LOCALNRANKS"},
};

/// srun's; a batch script without srun is one process, although SLURM_NTASKS speaks of more.
/// Its tasks have cores of their own, so that none shares.
constexpr Launcher kSlurm = {"SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID", nullptr};

std::optional<GroupPlace> place_by(const Launcher& launcher) {
  const std::optional<int64_t> rank = number_in(launcher.rank), size = number_in(launcher.size);
  if (!rank && !size) return std::nullopt;
  if (!rank || !size || *rank >= *size) {
    const auto said = [](const std::optional<int64_t>& value) {
      return value ? std::to_string(*value) : std::string("none");
    };
    throw UsageError({"the launcher's variables don't fit",
                      std::string(launcher.rank) + " below " + launcher.size,
                      said(rank) + " and " + said(size),
                      "set both, or unset both to train in one process"});
  }
  GroupPlace place{.rank = *rank, .size = *size};
  place.local = {.rank = number_in(launcher.local_rank).value_or(0),
                 .size = std::max<int64_t>(number_in(launcher.local_size).value_or(1), 1)};
  return place;
}

std::optional<GroupPlace> place_of_any() {
  for (const Launcher& launcher : kLaunchers) {
    if (std::optional<GroupPlace> place = place_by(launcher)) return place;
  }
  return std::getenv(kSlurm.size) != nullptr ? place_by(kSlurm) : std::nullopt;
}

int64_t hash_of_text(const std::string& text) {
  return static_cast<int64_t>(std::hash<std::string>{}(text) >> 1);
}

}  // namespace

std::optional<GroupPlace> place_in_group() {
  std::optional<GroupPlace> place = place_of_any();
  if (!place || place->size == 1) return std::nullopt;
  const char* const address = std::getenv("MASTER_ADDR");
  if (address != nullptr && *address != '\0') {
    place->address = address;
  } else if (place->local.size < place->size) {
    throw UsageError({"several machines don't know where to meet", "MASTER_ADDR", "none",
                      "export MASTER_ADDR=<the first machine> MASTER_PORT=29500"});
  }
  place->port = number_in("MASTER_PORT").value_or(place->port);
  const char* const served = std::getenv("TORCHELASTIC_USE_AGENT_STORE");
  place->port_is_served = served != nullptr && std::string(served) == "True";
  const char* const attempt = std::getenv("TORCHELASTIC_RESTART_COUNT");
  if (attempt != nullptr) place->attempt = attempt;
  return place;
}

void check_agreement(const Group& group,
                     const std::vector<std::pair<std::string, std::string>>& values) {
  if (group.is_one()) return;
  std::vector<int64_t> hashes;
  for (const auto& [name, value] : values) hashes.push_back(hash_of_text(value));
  const at::Tensor all = group.gather_rows(at::tensor(hashes).unsqueeze(0));  // (size, n)
  for (int64_t rank = 1; rank < group.size(); ++rank) {
    for (size_t i = 0; i < values.size(); ++i) {
      const auto column = static_cast<int64_t>(i);
      if (all[rank][column].item<int64_t>() == all[0][column].item<int64_t>()) continue;
      throw UsageError(
          {"rank " + std::to_string(rank) + " has another " + values[i].first + " than rank 0",
           "the same in all processes",
           "here, on rank " + std::to_string(group.rank()) + ": " + values[i].second,
           "start all processes with the same program, words and data"});
    }
  }
}

}  // namespace stl10
