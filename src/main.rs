//! The `codetta` command.

#![forbid(unsafe_code)]

mod cli;

fn main() -> std::process::ExitCode {
    codetta::neural::one_thread();
    cli::run()
}
