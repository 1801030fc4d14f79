#pragma once

namespace CLI {
class App;
}

namespace stl10 {

/// Parses the command line, runs the command and returns the exit code. @throws Error.
int run_command_line(int argc, char** argv);

// Each adds one command, with its flags and its help, to the program.
void add_supervised(CLI::App& app);
void add_simclr_pretrain(CLI::App& app);
void add_linear_probe(CLI::App& app);
void add_finetune(CLI::App& app);
void add_label_spread(CLI::App& app);
void add_eval(CLI::App& app);
void add_bench(CLI::App& app);
void add_data(CLI::App& app);

}  // namespace stl10
