#pragma once

#include <ATen/core/ivalue.h>
#include <torch/csrc/autograd/custom_function.h>

#include <utility>

#include "stl10/base/group.h"

namespace stl10 {

/// A group as a torch::autograd::Function hands it on to its backward pass.
struct KeptGroup : torch::CustomClassHolder {
  explicit KeptGroup(Group kept) : group(std::move(kept)) {}
  Group group;
};

inline void keep(torch::autograd::AutogradContext& context, const Group& group) {
  if (group.is_one()) return;
  context.saved_data["group"] = c10::IValue::make_capsule(c10::make_intrusive<KeptGroup>(group));
}

/// What `keep` kept.
inline Group kept_group(const torch::autograd::AutogradContext& context) {
  const auto found = context.saved_data.find("group");
  if (found == context.saved_data.end()) return {};
  return static_cast<const KeptGroup*>(found->second.toCapsule().get())->group;
}

}  // namespace stl10
