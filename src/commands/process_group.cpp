// The one file beside nccl_backend.cpp that sees c10d, which LibTorch brings; both are compiled
// apart from all others.
#include "stl10/commands/process_group.h"

#include <c10/util/Logging.h>

#include <thread>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include "stl10/base/error.h"
#include "stl10/base/interrupt.h"
#include "stl10/commands/nccl_backend.h"

C10_DECLARE_int(caffe2_log_level);

namespace stl10 {
namespace {

using Store = c10::intrusive_ptr<c10d::Store>;

std::string headline(const std::exception& error) {
  const auto* const ours = dynamic_cast<const c10::Error*>(&error);
  const std::string text = ours ? ours->what_without_backtrace() : error.what();
  return text.substr(0, text.find('\n'));
}

/// Through Gloo; between GPUs, where all processes can, through NCCL.
class C10dExchange : public Exchange {
 public:
  C10dExchange(const Store& store, const GroupPlace& place, const GroupTimes& times, bool with_nccl)
      : store_(store),
        place_(place),
        times_(times),
        with_nccl_(with_nccl),
        gloo_(c10::make_intrusive<c10d::ProcessGroupGloo>(
            store, static_cast<int>(place.rank), static_cast<int>(place.size),
            c10d::ProcessGroupGloo::Options::create_default(times.exchange))) {}
  ~C10dExchange() override {
    try {
      if (nccl_) failed_ ? nccl_->abort() : nccl_->shutdown();
    } catch (const std::exception&) {
      // The process leaves all the same.
    }
  }
  C10dExchange(const C10dExchange&) = delete;
  C10dExchange& operator=(const C10dExchange&) = delete;

  bool takes(const at::Device& device) const override {
    return device.is_cpu() || (with_nccl_ && device.is_cuda());
  }

  void sum(at::Tensor& values) override {
    std::vector<at::Tensor> list = {values};
    wait(values, [&](c10d::Backend& backend) { return backend.allreduce(list); });
  }

  at::Tensor gather(const at::Tensor& values) override {
    std::vector<int64_t> shape = values.sizes().vec();
    shape.insert(shape.begin(), place_.size);
    at::Tensor all = at::empty(shape, values.options());
    at::Tensor own = values.contiguous(), flat = all.view({-1});
    if (own.numel() == 0) return all;
    own = own.view({-1});
    wait(own, [&](c10d::Backend& backend) { return backend._allgather_base(flat, own); });
    return all;
  }

  at::Tensor sum_for_each(const at::Tensor& values) override {
    at::Tensor own = at::empty(values.sizes().slice(1), values.options());
    if (own.numel() == 0) return own;
    at::Tensor flat = own.view({-1}), all = values.contiguous().view({-1});
    wait(all, [&](c10d::Backend& backend) { return backend._reduce_scatter_base(flat, all); });
    return own;
  }

  void broadcast(at::Tensor& values) override {
    std::vector<at::Tensor> list = {values};
    wait(values, [&](c10d::Backend& backend) { return backend.broadcast(list); });
  }

  void barrier() override {
    wait({}, [](c10d::Backend& backend) { return backend.barrier(); });
  }

 private:
  /// Whose devices these values lie on.
  c10d::Backend& backend_of(const at::Tensor& values) {
    if (!values.defined() || !values.is_cuda()) return *gloo_;
    if (!nccl_) nccl_ = make_nccl_backend(store_, place_, times_);
    return *nccl_;
  }

  template <class Begin>
  void wait(const at::Tensor& values, const Begin& begin) {
    try {
      begin(backend_of(values))->wait();
    } catch (const std::exception& error) {
      failed_ = true;
      // All processes are told to stop together; whoever is still in an exchange meets this.
      throw_if_interrupted();
      const std::string text = headline(error);
      const bool late = text.find("Timed out") != std::string::npos ||  // Gloo
                        text.find("timeout") != std::string::npos;      // NCCL
      throw GroupError({late ? "a process of the group lets the others wait"
                             : "a process of the group has ended",
                        late ? "an answer within " + std::to_string(times_.exchange.count()) +
                                   " seconds (--exchange-seconds)"
                             : "",
                        "", "see what it said; then go on with --resume"});
    }
  }

  Store store_;
  GroupPlace place_;
  GroupTimes times_;
  bool with_nccl_, failed_ = false;
  c10::intrusive_ptr<c10d::Backend> gloo_, nccl_;
};

Store open_store(const GroupPlace& place, const GroupTimes& times) {
  const bool serves = place.rank == 0 && !place.port_is_served;
  c10d::TCPStoreOptions options;
  options.port = static_cast<std::uint16_t>(place.port);
  options.isServer = serves;
  options.waitWorkers = false;
  options.timeout = times.join;
  const std::string where = place.address + ":" + std::to_string(place.port);
  try {
    return c10::make_intrusive<c10d::PrefixStore>(
        "stl10/" + place.attempt, c10::make_intrusive<c10d::TCPStore>(place.address, options));
  } catch (const std::exception& error) {
    if (serves) {
      throw GroupError({"rank 0 can't serve at " + where, "a free port", headline(error),
                        "choose another MASTER_PORT"});
    }
    throw GroupError({"nobody answers at " + where,
                      "rank 0 within " + std::to_string(times.join.count()) + " seconds", "",
                      "check MASTER_ADDR and MASTER_PORT, and that rank 0 has been started"});
  }
}

/// Before a process leaves whose store others may still ask.
constexpr std::chrono::seconds kLast{1};

/// Tells those that wait, and lets them hear it.
void tell(const Store& store, const Complaint& complaint) {
  store->set("refused", complaint.what + " (found " + complaint.found + ")");
  std::this_thread::sleep_for(kLast);
}

void check_place(const Store& store, const GroupPlace& place) {
  const std::string size = std::to_string(place.size), rank = std::to_string(place.rank);
  const std::string known = store->compareSet("size", std::string(), size);
  if (known != size) {
    const Complaint complaint{"the processes don't agree on how many they are", "one WORLD_SIZE",
                              size + " on rank " + rank + ", " + known + " elsewhere",
                              "start all processes with the same WORLD_SIZE"};
    tell(store, complaint);
    throw UsageError(complaint);
  }
  if (store->add("rank" + rank, 1) != 1) {
    const Complaint complaint{"a rank was given to two processes",
                              "each of 0 to " + std::to_string(place.size - 1) + " once",
                              "RANK " + rank + " twice", "give every process its own RANK"};
    tell(store, complaint);
    throw UsageError(complaint);
  }
}

void wait_for_all(const Store& store, const GroupPlace& place, const GroupTimes& times) {
  const auto start = std::chrono::steady_clock::now();
  int64_t joined = store->add("joined", 1);
  while (joined < place.size) {
    throw_if_interrupted();
    if (store->check({"refused"})) {
      const std::vector<uint8_t> said = store->get("refused");
      if (place.rank == 0) std::this_thread::sleep_for(kLast);
      throw UsageError(
          {std::string(said.begin(), said.end()), "", "", "see what the other process said"});
    }
    const std::chrono::seconds later = place.rank == 0 ? kLast : std::chrono::seconds(0);
    if (std::chrono::steady_clock::now() - start > times.join + later) {
      throw GroupError(
          {"too few processes have come", std::to_string(place.size),
           std::to_string(joined) + " after " + std::to_string(times.join.count()) + " seconds",
           "start the others, or give more --join-seconds"});
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    joined = store->add("joined", 0);
  }
}

}  // namespace

Group join_group(const GroupPlace& place, const GroupTimes& times) {
  FLAGS_caffe2_log_level = 3;  // c10d prints back traces of what is said in one line here
  try {
    const Store store = open_store(place, times);
    check_place(store, place);
    // Who can't stays silent, and the others hear it when all have come.
    if (can_use_nccl(place.local)) store->add("nccl", 1);
    wait_for_all(store, place, times);
    const bool with_nccl = store->add("nccl", 0) == place.size;
    return {place.rank, place.size, std::make_shared<C10dExchange>(store, place, times, with_nccl)};
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw GroupError({"the processes can't meet", "", headline(error),
                      "check that they reach each other (GLOO_SOCKET_IFNAME names an interface)"});
  }
}

}  // namespace stl10
