#include "stl10/nn/onnx.h"

#include <ATen/core/Tensor.h>

#include <cstring>
#include <string_view>
#include <variant>

#include "stl10/base/image.h"
#include "stl10/base/protobuf.h"

namespace stl10 {
namespace {

// Numbers of onnx.proto.
constexpr int64_t kIrVersion = 8, kOpset = 17, kFloat = 1, kInt64 = 7;
enum AttributeType : int64_t { kFloatAttribute = 1, kIntAttribute = 2, kIntsAttribute = 7 };

ProtoMessage attribute_message(const std::string& name, const GraphAttribute& value) {
  ProtoMessage message;
  message.text(1, name);
  if (const auto* one = std::get_if<int64_t>(&value)) {
    message.integer(3, *one).integer(20, kIntAttribute);
  } else if (const auto* real = std::get_if<double>(&value)) {
    message.number(2, static_cast<float>(*real)).integer(20, kFloatAttribute);
  } else {
    for (const int64_t item : std::get<std::vector<int64_t>>(value)) message.integer(8, item);
    message.integer(20, kIntsAttribute);
  }
  return message;
}

ProtoMessage node_message(const GraphNode& node) {
  ProtoMessage message;
  for (const std::string& input : node.inputs) message.text(1, input);
  message.text(2, node.output).text(3, node.output).text(4, node.operation);
  for (const auto& [name, value] : node.attributes) {
    message.message(5, attribute_message(name, value));
  }
  return message;
}

ProtoMessage tensor_message(const std::string& name, const at::Tensor& value) {
  ProtoMessage message;
  for (const int64_t size : value.sizes()) message.integer(1, size);
  message.integer(2, value.scalar_type() == at::kLong ? kInt64 : kFloat).text(8, name);
  return message.text(9, {static_cast<const char*>(value.const_data_ptr()), value.nbytes()});
}

/// A float value of the shape (N, sizes…).
ProtoMessage value_message(const std::string& name, const std::vector<int64_t>& sizes) {
  ProtoMessage shape;
  shape.message(1, ProtoMessage().text(2, "N"));
  for (const int64_t size : sizes) shape.message(1, ProtoMessage().integer(1, size));
  const ProtoMessage tensor = ProtoMessage().integer(1, kFloat).message(2, shape);
  return ProtoMessage().text(1, name).message(2, ProtoMessage().message(1, tensor));
}

}  // namespace

std::string onnx_bytes(const NetworkGraph& graph, const OnnxModel& model) {
  ProtoMessage body;
  for (const GraphNode& node : graph.nodes()) body.message(1, node_message(node));
  body.text(2, "stl10");
  for (const auto& [name, value] : graph.constants()) body.message(5, tensor_message(name, value));
  body.message(11, value_message("image", {kChannels, model.side, model.side}));
  for (const auto& [name, features] : model.outputs) {
    body.message(12, value_message(name, {features}));
  }
  ProtoMessage file;
  file.integer(1, kIrVersion).text(2, "stl10").text(3, model.version).message(7, body);
  file.message(8, ProtoMessage().text(1, "").integer(2, kOpset));
  for (const auto& [key, value] : model.metadata) {
    file.message(14, ProtoMessage().text(1, key).text(2, value));
  }
  return file.bytes();
}

}  // namespace stl10
