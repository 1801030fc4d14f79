#include <ATen/Functions.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "stl10/base/error.h"
#include "stl10/commands/process_group.h"

namespace stl10 {
namespace {

/// A variable; empty where it isn't set.
std::string text_in(const char* variable) {
  const char* const text = variable == nullptr ? nullptr : std::getenv(variable);
  return text == nullptr ? "" : text;
}

/// The whole number that a variable holds; empty where it isn't set. @throws UsageError.
std::optional<int64_t> number_in(const char* variable) {
  const std::string value = text_in(variable);
  if (value.empty()) return std::nullopt;
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

/// What each process has, by rank.
std::vector<Json> values_of_all(const Group& group, const Json& own) {
  std::string text = own.dump();
  const auto size = static_cast<int64_t>(text.size());
  const at::Tensor sizes = group.gather_rows(at::full({1}, size, at::kLong));
  const at::Tensor bytes = group.gather_rows(at::from_blob(text.data(), {size}, at::kByte));
  const auto* place = reinterpret_cast<const char*>(bytes.const_data_ptr<uint8_t>());
  std::vector<Json> all;
  for (int64_t rank = 0; rank < group.size(); ++rank) {
    const int64_t length = sizes[rank].item<int64_t>();
    all.push_back(parse_json(std::string(place, static_cast<size_t>(length)), "another process"));
    place += length;
  }
  return all;
}

}  // namespace

std::string first_host(const std::string& nodes) {
  const size_t end = nodes.find_first_of("[,");
  if (end == std::string::npos || nodes[end] == ',') return nodes.substr(0, end);
  return nodes.substr(0, end) + nodes.substr(end + 1, nodes.find_first_of("-,]", end) - end - 1);
}

std::optional<GroupPlace> place_in_group() {
  std::optional<GroupPlace> place = place_of_any();
  if (!place || place->size == 1) return std::nullopt;
  const std::string address = text_in("MASTER_ADDR"), nodes = text_in("SLURM_STEP_NODELIST");
  const bool by_slurm = std::getenv("RANK") == nullptr && !nodes.empty();
  if (by_slurm) {
    constexpr int64_t kFirstPort = 15000, kPorts = 10000;  // jobs of one machine meet at others
    place->address = first_host(nodes);
    place->port = kFirstPort + number_in("SLURM_JOB_ID").value_or(0) % kPorts;
  }
  if (!address.empty()) {
    place->address = address;
  } else if (!by_slurm && place->local.size < place->size) {
    throw UsageError({"several machines don't know where to meet", "MASTER_ADDR", "none",
                      "export MASTER_ADDR=<the first machine> MASTER_PORT=29500"});
  }
  place->port = number_in("MASTER_PORT").value_or(place->port);
  place->port_is_served = text_in("TORCHELASTIC_USE_AGENT_STORE") == "True";
  place->attempt = text_in("TORCHELASTIC_RESTART_COUNT");
  return place;
}

void check_alone(const std::string& command) {
  const std::optional<GroupPlace> place = place_in_group();
  if (!place) return;
  throw UsageError({command + " runs in one process", "one",
                    std::to_string(place->size) + " by the launcher's variables",
                    "start it alone, or unset RANK and WORLD_SIZE"});
}

void check_agreement(const Group& group, const Json& values) {
  if (group.is_one()) return;
  const std::vector<Json> all = values_of_all(group, values);
  for (size_t rank = 1; rank < all.size(); ++rank) {
    const Json one = all[0].flatten(), other = all[rank].flatten();
    Json keys = one;
    keys.update(other);
    for (const auto& [key, ignored] : keys.items()) {
      const Json expected = one.value(key, Json()), found = other.value(key, Json());
      if (expected == found) continue;
      throw UsageError(
          {"rank " + std::to_string(rank) + " has another `" + key.substr(1) + "` than rank 0",
           expected.dump(), found.dump(),
           "start all processes with the same program, words and data"});
    }
  }
}

}  // namespace stl10
