#include "stl10/base/cpu.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <cstdlib>
#include <string>

#include "stl10/base/file.h"
#include "temporary_folder.h"

namespace stl10 {
namespace {

using testing::TemporaryFolder;

class CgroupTest : public ::testing::Test {
 protected:
  void write(const std::string& group, const std::string& file, const std::string& text) {
    make_folder(root_ / group);
    save_atomically(root_ / (group + "/" + file), text);
  }
  std::optional<double> quota(const std::string& membership) {
    return cgroup_quota(root_.path(), membership);
  }
  TemporaryFolder root_;
};

TEST_F(CgroupTest, TheTightestGroupAboveTheProcessCounts) {
  write("a", "cpu.max", "400000 100000\n");
  write("a/b", "cpu.max", "max 100000\n");
  write("a/b/c", "cpu.max", "150000 50000\n");
  write("other", "cpu.max", "100000 100000\n");
  EXPECT_EQ(quota("0::/a/b/c\n"), 3.0);
  EXPECT_EQ(quota("0::/a/b\n"), 4.0);
  EXPECT_EQ(quota("0::/\n"), std::nullopt);
}

TEST_F(CgroupTest, AContainerThatSeesItsGroupAsTheRootIsBound) {
  write(".", "cpu.max", "50000 100000\n");
  EXPECT_EQ(quota("0::/system.slice/docker-1.scope\n"), 0.5);
}

TEST_F(CgroupTest, VersionOneIsRead) {
  write("cpu,cpuacct/job", "cpu.cfs_quota_us", "250000\n");
  write("cpu,cpuacct/job", "cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(quota("5:memory:/job\n3:cpu,cpuacct:/job\n"), 2.5);
  write("cpu,cpuacct/job", "cpu.cfs_quota_us", "-1\n");
  EXPECT_EQ(quota("3:cpu,cpuacct:/job\n"), std::nullopt);
  EXPECT_EQ(quota("4:cpuset:/job\n"), std::nullopt);
}

TEST_F(CgroupTest, NonsenseIsNoQuota) {
  write("a", "cpu.max", "soon\n");
  for (const char* text : {"", "\n", "0::", "nothing", "0::/a\n"})
    EXPECT_EQ(quota(text), std::nullopt);
}

TEST(UsableCores, AreThoseOfTheAffinity) {
  cpu_set_t before, one;
  ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
  EXPECT_GE(usable_cores(), 1);
  EXPECT_LE(usable_cores(), CPU_COUNT(&before));
  CPU_ZERO(&one);
  for (int core = 0; core < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++core) {
    if (CPU_ISSET(core, &before)) CPU_SET(core, &one);
  }
  ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(usable_cores(), 1);
  ::sched_setaffinity(0, sizeof before, &before);
}

TEST(InstructionSet, LibTorchsVariableCapsIt) {
  const char* const given = std::getenv("ATEN_CPU_CAPABILITY");
  const std::string before = given == nullptr ? "" : given;
  ::setenv("ATEN_CPU_CAPABILITY", "avx2", 1);
  EXPECT_LE(best_instruction_set(), InstructionSet::kAvx2);
  ::setenv("ATEN_CPU_CAPABILITY", "default", 1);
  EXPECT_EQ(best_instruction_set(), InstructionSet::kBaseline);
  ::unsetenv("ATEN_CPU_CAPABILITY");
  if (given != nullptr) ::setenv("ATEN_CPU_CAPABILITY", before.c_str(), 1);
}

TEST(Cpu, ThreadsAreStartedToSeeWhetherTheyCanBe) {
  EXPECT_EQ(startable_threads(0), 0);
  EXPECT_EQ(startable_threads(3), 3);
}

}  // namespace
}  // namespace stl10
