#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "stl10/base/compute.h"
#include "stl10/base/group.h"

/// Several processes as one: where a launcher's variables say this one stands, and how they meet.
namespace stl10 {

/// What a launcher (torchrun, srun, mpirun, stl10 launch) says of a process.
struct GroupPlace {
  int64_t rank = 0, size = 1;
  LocalPlace local;
  std::string address = "127.0.0.1";  ///< where the processes meet: rank 0's machine
  int64_t port = 29500;
  bool port_is_served = false;  ///< by the launcher itself (torchrun), not by rank 0
  std::string attempt = "0";    ///< of a launcher that starts a job again on the same port
};

/// By RANK and WORLD_SIZE (torchrun, stl10 launch), else by OMPI_COMM_WORLD_*, PMI_* or SLURM_* of
/// a step that srun started, with MASTER_ADDR and MASTER_PORT; empty where none is set, or for one
/// process. @throws UsageError where they don't fit.
std::optional<GroupPlace> place_in_group();

/// How long processes wait for each other.
struct GroupTimes {
  std::chrono::seconds join{60};       ///< until all have come
  std::chrono::seconds exchange{300};  ///< in one exchange
};

/// Meets the other processes. @throws UsageError where they don't agree on how many they are, or a
/// rank is given twice; GroupError where the port is taken, nobody answers at the address, or too
/// few come in time.
Group join_group(const GroupPlace& place, const GroupTimes& times);

/// Compares what all processes must have alike, by name. @throws UsageError naming the first that
/// differs, and a rank.
void check_agreement(const Group& group,
                     const std::vector<std::pair<std::string, std::string>>& values);

}  // namespace stl10
