#include "stl10/commands/commands.h"
#include "stl10/commands/pretraining.h"
#include "stl10/tasks/barlow_twins.h"
#include "stl10/tasks/byol.h"
#include "stl10/tasks/dcl.h"
#include "stl10/tasks/dino.h"
#include "stl10/tasks/hsic.h"
#include "stl10/tasks/moco.h"
#include "stl10/tasks/nnclr.h"
#include "stl10/tasks/simclr.h"
#include "stl10/tasks/simsiam.h"
#include "stl10/tasks/twist.h"
#include "stl10/tasks/vicreg.h"

/// A line for each method that trains an encoder without labels.
namespace stl10 {

Command simclr_pretrain_command() {
  return pretraining_command<SimclrTask>(
      "simclr-pretrain",
      "Train the encoder on images without labels, by comparing two views of each");
}

Command dcl_pretrain_command() {
  return pretraining_command<DclTask>(
      "dcl-pretrain", "The same without the positive among the candidates (decoupled; weighted)");
}

Command moco_pretrain_command() {
  return pretraining_command<MocoTask>(
      "moco-pretrain", "The same among the keys of former steps, by a slow copy of the network");
}

Command nnclr_pretrain_command() {
  return pretraining_command<NnclrTask>(
      "nnclr-pretrain", "The same with the nearest of former embeddings in place of a view");
}

Command byol_pretrain_command() {
  return pretraining_command<ByolTask>(
      "byol-pretrain", "The same without negatives, by predicting a slow copy of the network");
}

Command simsiam_pretrain_command() {
  return pretraining_command<SimsiamTask>(
      "simsiam-pretrain", "The same without negatives or a copy, by predicting the other view");
}

Command dino_pretrain_command() {
  return pretraining_command<DinoTask>(
      "dino-pretrain", "The same without negatives, by the classes that a slow copy finds");
}

Command barlow_twins_pretrain_command() {
  return pretraining_command<BarlowTwinsTask>(
      "barlow-twins-pretrain", "The same without negatives, by dimensions that share nothing");
}

Command hsic_pretrain_command() {
  return pretraining_command<HsicTask>(
      "hsic-pretrain", "The same without negatives, by dimensions that are opposite");
}

Command vicreg_pretrain_command() {
  return pretraining_command<VicregTask>(
      "vicreg-pretrain", "The same without negatives, by variance, invariance and covariance");
}

Command twist_pretrain_command() {
  return pretraining_command<TwistTask>(
      "twist-pretrain", "The same without negatives, by classes that both views are sure of");
}

}  // namespace stl10
