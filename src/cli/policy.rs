//! `codetta policy`: check a policy file, explain it in words, print the default or the schema.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use codetta::judge::{Policy, explain};
use codetta::{Language, Result};
use serde::Serialize;

use super::Status;
use super::output::{Output, print_line};

#[derive(Args)]
pub struct PolicyArgs {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Check policy files; each fault is named with its line
    Check {
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Say in words what a policy does, in the order of its rules
    Explain {
        /// The policy (default: the one built in)
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
        #[arg(long, value_enum, default_value_t = Language::En)]
        lang: Language,
    },
    /// Print the default policy, a file to copy and change
    Default,
    /// Print the JSON schema of a policy
    Schema,
}

#[derive(Serialize)]
struct Checked<'a> {
    file: String,
    name: &'a str,
    sha256: &'a str,
}

pub fn run(args: &PolicyArgs, output: &mut Output) -> Result<Status> {
    match &args.task {
        Task::Check { files } => check(files, output),
        Task::Explain { file, lang } => explained(file.as_deref(), *lang, output),
        Task::Default => print_line(Policy::DEFAULT_TOML.trim_end()).map(|()| Status::Done),
        Task::Schema => print_line(Policy::SCHEMA_JSON.trim_end()).map(|()| Status::Done),
    }
}

fn check(files: &[PathBuf], output: &mut Output) -> Result<Status> {
    output.columns(&["file", "name", "SHA-256 of the canonical form"]);
    let mut status = Status::Done;
    for file in files {
        match Policy::load(file) {
            Ok(policy) => {
                let file = file.display().to_string();
                let checked = Checked { file, name: &policy.rules().name, sha256: policy.hash() };
                let row = || vec![checked.file.clone(), checked.name.to_owned(), checked.sha256.to_owned()];
                output.result(&checked, row)?;
            }
            Err(error) => {
                eprintln!("codetta: {error}");
                status = Status::SomeFailed;
            }
        }
    }
    output.finish()?;
    Ok(status)
}

fn explained(file: Option<&Path>, language: Language, output: &mut Output) -> Result<Status> {
    let policy = file.map_or_else(|| Ok(Policy::default()), Policy::load)?;
    match language {
        Language::Zh => output.columns(&["情况", "结果"]),
        Language::En => output.columns(&["when", "then"]),
    }
    for rule in explain(&policy, language) {
        output.result(&rule, || vec![rule.when.clone(), rule.then.clone()])?;
    }
    output.finish()?;
    Ok(Status::Done)
}
