#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdlib>
#include <map>

#include "e2e/program.h"

/// Several processes on this machine, as one.
namespace stl10::testing {

using Words = std::vector<std::string>;

/// Ten steps of 15 images, without batch normalization.
inline Words ten_steps(const std::string& output) {
  return {"supervised", "--data-dir",
          "toy",        "--output",
          output,       "--epochs",
          "2",          "--steps-per-epoch",
          "5",          "--width",
          "8",          "--batch-size",
          "15",         "--encoder.batch-norm",
          "false",      "--validation",
          "holdout",    "--precision",
          "fp32",       "--threads",
          "1"};
}

/// Ten small steps of 17 images.
inline Words pretraining(const std::string& method, const std::string& output) {
  return {method + "-pretrain",
          "--data-dir",
          "toy",
          "--output",
          output,
          "--epochs",
          "1",
          "--steps-per-epoch",
          "10",
          "--width",
          "16",
          "--batch-size",
          "6",
          "--unlabeled-batch-size",
          "11",
          "--optimizer.kind",
          "sgd",
          "--probe.kind",
          "sgd",
          "--learning-rate",
          "1e-5",
          "--projection.hidden",
          "32",
          "--precision",
          "fp32",
          "--threads",
          "1"};
}

inline Words in_processes(int count, const Words& words) {
  return Words{"launch", "--processes", std::to_string(count), "--"} + words;
}

/// One process of a group, as another launcher would start it.
inline Call process(const std::filesystem::path& folder, int rank, int size, int port,
                    const Words& words) {
  const std::map<std::string, int> variables = {
      {"RANK", rank}, {"WORLD_SIZE", size}, {"LOCAL_WORLD_SIZE", size}, {"MASTER_PORT", port}};
  for (const auto& [name, value] : variables) {
    ::setenv(name.c_str(), std::to_string(value).c_str(), 1);
  }
  Call call(folder, words);
  for (const auto& [name, value] : variables) ::unsetenv(name.c_str());
  return call;
}

/// A port that nobody listens at, or, while `hold` is given, this process alone.
inline int some_port(int* hold = nullptr) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  socklen_t size = sizeof(address);
  auto* const general = reinterpret_cast<sockaddr*>(&address);
  EXPECT_EQ(::bind(descriptor, general, size), 0);
  EXPECT_EQ(::getsockname(descriptor, general, &size), 0);
  if (hold == nullptr) {
    ::close(descriptor);
  } else {
    EXPECT_EQ(::listen(descriptor, 1), 0);
    *hold = descriptor;
  }
  return ::ntohs(address.sin_port);
}

inline void expect_said(const Outcome& outcome, int code, const std::string& text) {
  EXPECT_EQ(outcome.exit_code, code) << outcome.err;
  EXPECT_NE(outcome.err.find(text), std::string::npos) << text << " is not in: " << outcome.err;
}

}  // namespace stl10::testing
