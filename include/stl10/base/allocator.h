#pragma once

namespace stl10 {

/// Makes glibc keep freed memory, without which a training step spends most of its time in page
/// faults (twice the speed of the whole step), and asks for huge pages, since maps of 10 MB miss
/// the address cache at every row (5 % of a step). Call once, first thing in `main`.
void tune_allocator();

}  // namespace stl10
