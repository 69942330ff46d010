//! The `codetta` command.

#![forbid(unsafe_code)]

mod cli;

/// What candle takes its number of threads from. Each answer's sentence and voice are small: shared among threads they
/// take longer, and the threads spin on the cores that recognition needs.
const THREADS: &str = "RAYON_NUM_THREADS";

fn main() -> std::process::ExitCode {
    #[cfg(unix)]
    if std::env::var_os(THREADS).is_none()
        && let Ok(program) = std::env::current_exe()
    {
        use std::os::unix::process::CommandExt;

        // A program may not change its own environment while it runs, so it begins anew. It returns only on failure, in
        // which case all goes on as well, only slower.
        let mut arguments = std::env::args_os();
        let name = arguments.next().unwrap_or_else(|| program.clone().into());
        let _ = std::process::Command::new(program).arg0(name).args(arguments).env(THREADS, "1").exec();
    }
    cli::run()
}
