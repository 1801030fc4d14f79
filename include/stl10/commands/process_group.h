#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "stl10/base/compute.h"
#include "stl10/base/group.h"
#include "stl10/base/options_json.h"

/// Several processes as one: where a launcher's variables say this one stands, and how they meet.
namespace stl10 {

/// What a launcher (torchrun, srun, mpirun, stl10 launch) says of a process.
struct GroupPlace {
  int64_t rank = 0, size = 1;
  LocalPlace local;
  std::string address = "127.0.0.1";  ///< where the processes meet: rank 0's machine
  int64_t port = 29500;
  bool port_is_served = false;  ///< by the launcher itself (torchrun), not by rank 0
  std::string attempt;          ///< of a launcher that starts a job again on the same port
};

/// By RANK and WORLD_SIZE (torchrun, stl10 launch), else by OMPI_COMM_WORLD_*, PMI_* or SLURM_* of
/// a step that srun started; they meet at MASTER_ADDR and MASTER_PORT, or at SLURM's first host, at
/// a port by the job's number. Empty where none is set, or for one process.
/// @throws UsageError where they don't fit.
std::optional<GroupPlace> place_in_group();

/// The first of SLURM's list of hosts: host5 of "host[5-9,12],other".
std::string first_host(const std::string& nodes);

/// How long processes wait for each other.
struct GroupTimes {
  std::chrono::seconds join{60};       ///< until all have come
  std::chrono::seconds exchange{300};  ///< in one exchange
};

/// Meets the other processes. @throws UsageError where they don't agree on how many they are, or a
/// rank is given twice; GroupError where the port is taken, nobody answers at the address, or too
/// few come in time.
Group join_group(const GroupPlace& place, const GroupTimes& times);

/// Compares what all processes must have alike. @throws UsageError with the first key that differs,
/// a rank, and both values.
void check_agreement(const Group& group, const Json& values);

}  // namespace stl10
