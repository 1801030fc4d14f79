#pragma once

#include <chrono>
#include <string>
#include <vector>

// What LibTorch 2.11's ProcessGroupGloo.hpp names of Gloo, whose own headers LibTorch doesn't
// bring. The class holds these types behind shared pointers alone, and its vtable lies in
// libtorch_cpu.so, so that declarations are enough; another LibTorch may name others
// (cmake/Group.cmake).
namespace gloo {

class Context {
 public:
  void setTimeout(std::chrono::milliseconds);
};

namespace transport {

class Device;
class UnboundBuffer {
 public:
  virtual ~UnboundBuffer() {}
};

}  // namespace transport

namespace rendezvous {

class Store {
 public:
  virtual ~Store();
  virtual void set(const std::string&, const std::vector<char>&) = 0;
  virtual std::vector<char> get(const std::string&) = 0;
  virtual void wait(const std::vector<std::string>&) = 0;
  virtual void wait(const std::vector<std::string>&, const std::chrono::milliseconds&) = 0;
};

}  // namespace rendezvous

}  // namespace gloo
