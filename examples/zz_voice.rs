use clap::Parser;
#[derive(Parser)]
struct A {
    #[arg(long, default_value = "table")]
    format: String,
    #[command(flatten)]
    v: codetta::cli::voice::VoiceArgs,
}
fn main() {
    let a = A::parse();
    match codetta::cli::voice::run(&a.v, a.format == "json", &mut std::io::stdout()) {
        Ok(n) => std::process::exit((n > 0) as i32),
        Err(e) => {
            eprintln!("{e}");
            std::process::exit(2)
        }
    }
}
