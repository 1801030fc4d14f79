#include "stl10/base/npy.h"

#include <stdexcept>
#include <string>

namespace stl10 {
namespace {

std::string header_of(NpyType type, std::span<const int64_t> shape) {
  using namespace std::string_literals;
  constexpr size_t kBeforeText = 10, kAlignment = 64;
  std::string text = "{'descr': '"s + (type == NpyType::kFloat32 ? "<f4" : "<i8") +
                     "', 'fortran_order': False, 'shape': (";
  for (size_t i = 0; i < shape.size(); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  }
  text += shape.size() == 1 ? ",), }" : "), }";
  while ((kBeforeText + text.size() + 1) % kAlignment != 0) text += ' ';
  text += '\n';
  const auto low = static_cast<char>(text.size() & 0xFF),
             high = static_cast<char>(text.size() >> 8);
  return "\x93NUMPY\x01\0"s + low + high + text;
}

}  // namespace

void save_npy(const std::filesystem::path& path, NpyType type, std::span<const int64_t> shape,
              const FileWriter& values) {
  size_t left = type == NpyType::kFloat32 ? sizeof(float) : sizeof(int64_t);
  for (const int64_t size : shape) left *= static_cast<size_t>(size);
  save_atomically(path, [&](const auto& write) {
    const std::string header = header_of(type, shape);
    write(header.data(), header.size());
    values([&](const void* data, size_t size) {
      if (size > left) throw std::logic_error("more values than the array's shape has");
      left -= size;
      write(data, size);
    });
    if (left > 0) throw std::logic_error("fewer values than the array's shape has");
  });
}

}  // namespace stl10
