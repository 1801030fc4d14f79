#pragma once

#include <ATen/Functions.h>

#include <barrier>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "stl10/base/group.h"

namespace stl10::testing {

/// Threads in place of processes: each call meets those of the others.
class Meeting {
 public:
  explicit Meeting(int64_t size) : size_(size), parts_(static_cast<size_t>(size)), barrier_(size) {}

  Group group_of(int64_t rank) { return {rank, size_, std::make_shared<Member>(*this, rank)}; }

 private:
  class Member : public Exchange {
   public:
    Member(Meeting& meeting, int64_t rank) : meeting_(meeting), rank_(static_cast<size_t>(rank)) {}
    void sum(at::Tensor& values) override { values.copy_(gather(values).sum(0)); }
    at::Tensor gather(const at::Tensor& values) override {
      meeting_.parts_[rank_] = values.clone();
      meeting_.barrier_.arrive_and_wait();
      const at::Tensor all = at::stack(meeting_.parts_);
      meeting_.barrier_.arrive_and_wait();
      return all;
    }
    at::Tensor sum_for_each(const at::Tensor& values) override {
      return gather(values).sum(0)[static_cast<int64_t>(rank_)];
    }
    void broadcast(at::Tensor& values) override { values.copy_(gather(values)[0]); }
    void barrier() override { meeting_.barrier_.arrive_and_wait(); }

   private:
    Meeting& meeting_;
    size_t rank_;
  };

  int64_t size_;
  std::vector<at::Tensor> parts_;
  std::barrier<> barrier_;
};

/// `work` of each rank, side by side.
inline void in_group(int64_t size, const std::function<void(const Group&)>& work) {
  Meeting meeting(size);
  std::vector<std::thread> threads;
  for (int64_t rank = 0; rank < size; ++rank) {
    threads.emplace_back([&, rank] { work(meeting.group_of(rank)); });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace stl10::testing
