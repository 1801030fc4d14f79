#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <string>

#include "stl10/base/error.h"
#include "stl10/commands/process_group.h"

namespace stl10 {
namespace {

using Variables = std::map<std::string, std::string>;

/// The place that these variables say.
std::optional<GroupPlace> place_by(const Variables& variables) {
  struct Guard {
    const Variables& set;
    ~Guard() {
      for (const auto& [name, value] : set) ::unsetenv(name.c_str());
    }
  } guard{variables};
  for (const auto& [name, value] : variables) ::setenv(name.c_str(), value.c_str(), 1);
  return place_in_group();
}

TEST(GroupPlace, WithoutALauncherOrOfOneProcessThereIsNone) {
  EXPECT_FALSE(place_by({}));
  EXPECT_FALSE(place_by({{"RANK", "0"}, {"WORLD_SIZE", "1"}}));
  // A batch script of SLURM without srun.
  EXPECT_FALSE(place_by({{"SLURM_NTASKS", "4"}, {"SLURM_PROCID", "0"}}));
}

TEST(GroupPlace, IsTorchruns) {
  const auto place = place_by({{"RANK", "5"},
                               {"WORLD_SIZE", "8"},
                               {"LOCAL_RANK", "1"},
                               {"LOCAL_WORLD_SIZE", "4"},
                               {"MASTER_ADDR", "first"},
                               {"MASTER_PORT", "1234"},
                               {"TORCHELASTIC_USE_AGENT_STORE", "True"},
                               {"TORCHELASTIC_RESTART_COUNT", "2"},
                               {"SLURM_PROCID", "7"},
                               {"SLURM_STEP_NUM_TASKS", "9"}});
  ASSERT_TRUE(place);
  EXPECT_EQ(place->rank, 5);
  EXPECT_EQ(place->size, 8);
  EXPECT_EQ(place->local.rank, 1);
  EXPECT_EQ(place->local.size, 4);
  EXPECT_EQ(place->address, "first");
  EXPECT_EQ(place->port, 1234);
  EXPECT_TRUE(place->port_is_served);
  EXPECT_EQ(place->attempt, "2");
}

TEST(GroupPlace, IsOpenMpisOrSlurms) {
  const auto mpi = place_by({{"OMPI_COMM_WORLD_RANK", "1"},
                             {"OMPI_COMM_WORLD_SIZE", "2"},
                             {"OMPI_COMM_WORLD_LOCAL_RANK", "1"},
                             {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}});
  ASSERT_TRUE(mpi);
  EXPECT_EQ(mpi->rank, 1);
  EXPECT_EQ(mpi->address, "127.0.0.1");
  const auto slurm = place_by({{"SLURM_PROCID", "3"},
                               {"SLURM_STEP_NUM_TASKS", "4"},
                               {"SLURM_LOCALID", "1"},
                               {"SLURM_STEP_NODELIST", "node[07-08,11]"},
                               {"SLURM_JOB_ID", "123456"}});
  ASSERT_TRUE(slurm);
  EXPECT_EQ(slurm->rank, 3);
  EXPECT_EQ(slurm->address, "node07");
  EXPECT_EQ(slurm->port, 18456);
}

TEST(GroupPlace, TheFirstOfSlurmsHosts) {
  EXPECT_EQ(first_host("alone"), "alone");
  EXPECT_EQ(first_host("a1,b2"), "a1");
  EXPECT_EQ(first_host("host[5-9,12],other"), "host5");
  EXPECT_EQ(first_host("host[3]"), "host3");
}

TEST(GroupPlace, WhatDoesNotFitIsRefused) {
  EXPECT_THROW(place_by({{"RANK", "0"}}), UsageError);
  EXPECT_THROW(place_by({{"WORLD_SIZE", "2"}}), UsageError);
  EXPECT_THROW(place_by({{"RANK", "2"}, {"WORLD_SIZE", "2"}}), UsageError);
  EXPECT_THROW(place_by({{"RANK", "-1"}, {"WORLD_SIZE", "2"}}), UsageError);
  EXPECT_THROW(place_by({{"RANK", "x"}, {"WORLD_SIZE", "2"}}), UsageError);
  // Of two machines that don't know where to meet.
  EXPECT_THROW(place_by({{"RANK", "0"}, {"WORLD_SIZE", "2"}, {"LOCAL_WORLD_SIZE", "1"}}),
               UsageError);
}

}  // namespace
}  // namespace stl10
