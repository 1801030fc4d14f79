#include "stl10/commands/commands.h"
#include "stl10/commands/pretraining.h"
#include "stl10/tasks/simclr.h"

namespace stl10 {

Command simclr_pretrain_command() {
  return pretraining_command<SimclrTask>(
      "simclr-pretrain",
      "Train the encoder on images without labels, by comparing two views of each");
}

}  // namespace stl10
