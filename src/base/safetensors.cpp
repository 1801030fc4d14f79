#include "stl10/base/safetensors.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

#include "stl10/base/error.h"
#include "stl10/base/file.h"
#include "stl10/base/options_json.h"
#include "stl10/base/sha256.h"

namespace stl10 {
namespace {

constexpr uint64_t kMaxHeader = 100'000'000;  // as the Rust reference
constexpr size_t kDigestSize = 64;
constexpr char kDigestKey[] = "sha256";

struct Type {
  const char* name;
  at::ScalarType type;
};
constexpr Type kTypes[] = {{"F64", at::kDouble}, {"F32", at::kFloat}, {"BF16", at::kBFloat16},
                           {"I64", at::kLong},   {"I32", at::kInt},   {"U8", at::kByte},
                           {"BOOL", at::kBool}};

[[noreturn]] void unsound(const std::filesystem::path& path, const std::string& expected,
                          const std::string& found) {
  throw DataError({path.string() + " is not a sound safetensors file", expected, found,
                   "use another checkpoint, or train again"});
}

std::string header_of(const std::map<std::string, at::Tensor>& tensors,
                      std::map<std::string, std::string> metadata) {
  metadata[kDigestKey] = std::string(kDigestSize, '0');
  nlohmann::json header = {{"__metadata__", metadata}};
  size_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    const at::ScalarType scalar_type = tensor.scalar_type();  // clang 14 can't capture a binding
    const auto* type = std::find_if(std::begin(kTypes), std::end(kTypes),
                                    [&](const Type& known) { return known.type == scalar_type; });
    TORCH_CHECK(type != std::end(kTypes), name, " has a type that safetensors lacks");
    const size_t end = offset + tensor.nbytes();
    header[name] = {
        {"dtype", type->name}, {"shape", tensor.sizes().vec()}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  return text;
}

std::string size_prefix(uint64_t size) {
  std::string bytes(8, '\0');
  for (int i = 0; i < 8; ++i) bytes[i] = static_cast<char>(size >> (8 * i));
  return bytes;
}

/// Where the digest's characters stand in a header, or npos. They are zeros when it is computed.
size_t digest_position(std::string_view header, std::string_view digest) {
  const std::string entry = "\"" + std::string(kDigestKey) + "\":\"" + std::string(digest) + "\"";
  const size_t start = header.find(entry);
  return start == std::string_view::npos ? start : start + entry.size() - 1 - kDigestSize;
}

/// One entry of the header, checked against its type, its shape and where the last one ended.
at::Tensor read_tensor(const std::filesystem::path& path, const std::string& name,
                       const Json& entry, const uint8_t* data, uint64_t data_size,
                       uint64_t* end_of_last) {
  const Type* type = nullptr;
  for (const Type& known : kTypes) {
    if (entry.at("dtype") == known.name) type = &known;
  }
  if (type == nullptr) unsound(path, "a known dtype for " + name, shown(entry.at("dtype")));
  uint64_t bytes = at::elementSize(type->type), strides = 1;
  std::vector<int64_t> shape;
  for (const Json& size : entry.at("shape")) {
    // Beside a size of 0 any other fits the file, but the strides must be numbers all the same.
    const uint64_t count = size.is_number_unsigned() ? size.get<uint64_t>() : 0;
    const bool fits = size.is_number_unsigned() && (count == 0 || bytes <= data_size / count) &&
                      !__builtin_mul_overflow(strides, std::max<uint64_t>(1, count), &strides) &&
                      strides <= uint64_t{std::numeric_limits<int64_t>::max()};
    if (!fits) unsound(path, "a shape of " + name + " that fits the file", shown(entry["shape"]));
    shape.push_back(size.get<int64_t>());
    bytes *= count;
  }
  const auto& offsets = entry.at("data_offsets");
  const bool sound = offsets.size() == 2 && offsets[0].is_number_unsigned() &&
                     offsets[1].is_number_unsigned() && offsets[0] == *end_of_last &&
                     offsets[1] == *end_of_last + bytes && *end_of_last + bytes <= data_size;
  if (!sound) unsound(path, "gapless offsets of " + name, shown(offsets));
  at::Tensor tensor = at::empty(shape, type->type);
  if (bytes > 0) std::memcpy(tensor.data_ptr(), data + *end_of_last, bytes);
  *end_of_last += bytes;
  return tensor;
}

void check_digest(const std::filesystem::path& path, const MappedFile& file,
                  std::string_view header, const std::string& digest) {
  const size_t position = digest_position(header, digest);
  if (digest.size() != kDigestSize || position == std::string_view::npos) {
    unsound(path, "a SHA-256 of 64 digits in the metadata", "`" + digest + "`");
  }
  const size_t start = 8 + position, end = start + kDigestSize;
  Sha256 hash;
  hash.update(file.data(), start);
  hash.update(std::string(kDigestSize, '0').data(), kDigestSize);
  hash.update(file.data() + end, file.size() - end);
  const std::string found = hash.hex();
  if (found != digest) unsound(path, "content with SHA-256 " + digest, found);
}

}  // namespace

void save_safetensors(const std::filesystem::path& path, const TensorFile& content) {
  std::map<std::string, at::Tensor> tensors;
  for (const auto& [name, tensor] : content.tensors) {
    tensors[name] = tensor.detach().to(at::kCPU).contiguous();
  }
  std::string header = header_of(tensors, content.metadata);
  Sha256 hash;
  const std::string prefix = size_prefix(header.size());
  hash.update(prefix.data(), prefix.size());
  hash.update(header.data(), header.size());
  for (const auto& [name, tensor] : tensors) hash.update(tensor.data_ptr(), tensor.nbytes());
  const size_t position = digest_position(header, std::string(kDigestSize, '0'));
  header.replace(position, kDigestSize, hash.hex());
  save_atomically(path, [&](const auto& write) {
    write(prefix.data(), prefix.size());
    write(header.data(), header.size());
    for (const auto& [name, tensor] : tensors) write(tensor.data_ptr(), tensor.nbytes());
  });
}

TensorFile load_safetensors(const std::filesystem::path& path) {
  const MappedFile file(path);
  if (file.size() < 8) unsound(path, "at least 8 bytes", std::to_string(file.size()));
  uint64_t header_size = 0;
  for (int i = 0; i < 8; ++i) header_size |= uint64_t{file.data()[i]} << (8 * i);
  if (header_size > kMaxHeader || header_size > file.size() - 8) {
    unsound(path, "a header of at most " + std::to_string(file.size() - 8) + " bytes",
            std::to_string(header_size));
  }
  const std::string_view header(reinterpret_cast<const char*>(file.data()) + 8, header_size);
  const uint8_t* data = file.data() + 8 + header_size;
  const uint64_t data_size = file.size() - 8 - header_size;
  TensorFile content;
  try {
    const Json json = parse_json(header, "its header");
    if (!json.is_object()) unsound(path, "a JSON object as header", json.type_name());
    std::vector<std::pair<std::vector<uint64_t>, std::string>> order;
    for (const auto& [name, entry] : json.items()) {
      if (name == "__metadata__") {
        content.metadata = entry.get<std::map<std::string, std::string>>();
      } else {
        order.emplace_back(entry.at("data_offsets").get<std::vector<uint64_t>>(), name);
      }
    }
    std::sort(order.begin(), order.end());
    uint64_t end = 0;
    for (const auto& [offsets, name] : order) {
      content.tensors[name] = read_tensor(path, name, json.at(name), data, data_size, &end);
    }
    if (end != data_size) {
      unsound(path, std::to_string(end) + " bytes of tensors", std::to_string(data_size));
    }
  } catch (const Json::exception& error) {
    unsound(path, "a JSON header", error.what());
  } catch (const ConfigError& error) {
    unsound(path, "a JSON header", error.what());
  }
  const auto digest = content.metadata.find(kDigestKey);
  if (digest != content.metadata.end()) check_digest(path, file, header, digest->second);
  return content;
}

}  // namespace stl10
