//! Breaks the library on purpose, one place at a time, and checks that a loom model notices.
//!
//! ```text
//! cargo run -p loom-tests --bin mutants              every mutant, against the model that is known to catch it
//! cargo run -p loom-tests --bin mutants -- weak      those whose file, name or model contains "weak"
//! cargo run -p loom-tests --bin mutants -- --search  against every model of the file, and says which one fails
//! cargo run -p loom-tests --bin mutants -- --list    prints the table, as the README of this package has it
//! ```
//!
//! Works in a copy of the repository under `target/mutants`. Exit status 1 if a mutant survives, does not compile, or its text
//! is not found exactly once: then the table has to follow the sources.

#[path = "../mutation/mod.rs"]
mod mutation;
#[path = "mutants/table.rs"]
mod table;

use std::process::ExitCode;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use std::{env, fs, io};

use mutation::{Outcome, Trial, Workshop};
use table::{MUTANTS, Mutant};

/// A model that takes longer than this with a mutant hangs, which counts as noticing.
const LIMIT: Duration = Duration::from_secs(180);

enum Verdict {
    Killed { by: String, after: Duration },
    Survived,
    Broken(String),
}

fn main() -> ExitCode {
    let mut search = false;
    let mut list = false;
    let mut words = Vec::new();
    for argument in env::args().skip(1) {
        match argument.as_str() {
            "--search" => search = true,
            "--list" => list = true,
            _ => words.push(argument),
        }
    }
    let selected: Vec<&Mutant> = MUTANTS
        .iter()
        .filter(|m| {
            words.iter().all(|w| [m.file, m.name, m.tests, m.model].iter().any(|text| text.contains(w)))
        })
        .collect();
    if list {
        println!("| file | what is broken | model that fails |\n|---|---|---|");
        for m in &selected {
            println!("| `{}` | {} | `{}::{}` |", m.file, m.name, m.tests, m.model);
        }
        return ExitCode::SUCCESS;
    }
    match run(&selected, search) {
        Ok(0) => {
            println!("all {} mutants were caught", selected.len());
            ExitCode::SUCCESS
        }
        Ok(failed) => {
            println!("{failed} of {} mutants were not caught", selected.len());
            ExitCode::FAILURE
        }
        Err(error) => {
            println!("mutants: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Tries the mutants and returns how many were not caught.
fn run(mutants: &[&Mutant], search: bool) -> io::Result<usize> {
    let workshop = Workshop::new("mutants")?;
    let mut failed = 0;
    for (n, mutant) in mutants.iter().enumerate() {
        print!("{}/{} {} | {} | ", n + 1, mutants.len(), mutant.file, mutant.name);
        io::Write::flush(&mut io::stdout())?;
        match try_mutant(mutant, &workshop, search)? {
            Verdict::Killed { by, after } => println!("caught by {by} ({:.1} s)", after.as_secs_f64()),
            Verdict::Survived => {
                failed += 1;
                println!("SURVIVED");
            }
            Verdict::Broken(why) => {
                failed += 1;
                println!("BROKEN: {why}");
            }
        }
    }
    Ok(failed)
}

fn try_mutant(mutant: &Mutant, workshop: &Workshop, search: bool) -> io::Result<Verdict> {
    let change = |source: &str| match source.matches(mutant.find).count() {
        1 => Ok(source.replacen(mutant.find, mutant.replace, 1)),
        found => Err(format!("its text is there {found} times")),
    };
    let verdict = workshop.changed(mutant.file, change, || test(mutant, workshop, search))?;
    Ok(verdict.unwrap_or_else(Verdict::Broken))
}

fn test(mutant: &Mutant, workshop: &Workshop, search: bool) -> io::Result<Verdict> {
    let program = match workshop.build(mutant.tests)? {
        Ok(program) => program,
        Err(why) => return Ok(Verdict::Broken(why)),
    };
    let log = workshop.log("log");
    let trial = Trial {
        program: &program,
        model: (!search && !mutant.model.is_empty()).then_some(mutant.model),
        preemptions: None,
        limit: LIMIT,
        stop: &AtomicBool::new(false),
        log: &log,
    };
    let (outcome, after) = trial.run()?;
    Ok(match outcome {
        Outcome::Passed => Verdict::Survived,
        Outcome::Failed => {
            let by = failed_model(&fs::read_to_string(&log)?);
            Verdict::Killed { by: by.unwrap_or_else(|| format!("a crash of {}", mutant.model)), after }
        }
        Outcome::Hung | Outcome::Stopped => Verdict::Killed { by: "the time limit".into(), after },
        Outcome::NoModel => Verdict::Broken(format!("there is no model {}", mutant.model)),
    })
}

/// The model that failed: loom often aborts the process, so this is what the panic message says.
fn failed_model(log: &str) -> Option<String> {
    let panicked = log.lines().find(|line| line.starts_with("thread '") && line.contains("panicked"))?;
    panicked.split('\'').nth(1).map(str::to_owned)
}
