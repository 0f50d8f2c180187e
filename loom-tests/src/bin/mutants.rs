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

#[path = "mutants/table.rs"]
mod table;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, io, thread};

use table::{DEEPER, MUTANTS, Mutant};

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
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a package of the workspace");
    let home = root.join("target/mutants");
    let copy = home.join("copy");
    if copy.exists() {
        fs::remove_dir_all(&copy)?;
    }
    copy_sources(root, &copy)?;
    let mut failed = 0;
    for (n, mutant) in mutants.iter().enumerate() {
        print!("{}/{} {} | {} | ", n + 1, mutants.len(), mutant.file, mutant.name);
        io::Write::flush(&mut io::stdout())?;
        match try_mutant(mutant, &copy, &home, search)? {
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

/// Copies what the build needs: everything but build results and what git keeps.
fn copy_sources(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name());
        if name == "target" || name == ".git" {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy_sources(&path, &to.join(name))?;
        } else {
            fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}

fn try_mutant(mutant: &Mutant, copy: &Path, home: &Path, search: bool) -> io::Result<Verdict> {
    let path = copy.join(mutant.file);
    let source = fs::read_to_string(&path)?;
    let found = source.matches(mutant.find).count();
    if found != 1 {
        return Ok(Verdict::Broken(format!("its text is there {found} times")));
    }
    fs::write(&path, source.replacen(mutant.find, mutant.replace, 1))?;
    let verdict = test(mutant, copy, home, search);
    fs::write(&path, source)?;
    verdict
}

fn test(mutant: &Mutant, copy: &Path, home: &Path, search: bool) -> io::Result<Verdict> {
    let build = cargo(mutant, copy, home).arg("--no-run").output()?;
    if !build.status.success() {
        let errors = String::from_utf8_lossy(&build.stderr);
        let first = errors.lines().find(|line| line.starts_with("error")).unwrap_or("cargo failed");
        return Ok(Verdict::Broken(format!("does not compile: {first}")));
    }
    let mut command = cargo(mutant, copy, home);
    command.arg("--");
    if !search && !mutant.model.is_empty() {
        command.args(["--exact", mutant.model]);
    }
    command.args(["--test-threads", "2"]);
    let log = home.join("log");
    let output = fs::File::create(&log)?;
    command.stdout(output.try_clone()?).stderr(output).stdin(Stdio::null());
    let start = Instant::now();
    let mut child = command.spawn()?;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break Some(status);
        }
        if start.elapsed() > LIMIT {
            stop(&mut child)?;
            break None;
        }
        thread::sleep(Duration::from_millis(20));
    };
    let log = fs::read(&log)?;
    let log = String::from_utf8_lossy(&log);
    if log.contains("running 0 tests") {
        return Ok(Verdict::Broken(format!("there is no model {}", mutant.model)));
    }
    Ok(match status {
        Some(status) if status.success() => Verdict::Survived,
        Some(_) => {
            let by = failed_model(&log).unwrap_or_else(|| format!("a crash of {}", mutant.model));
            Verdict::Killed { by, after: start.elapsed() }
        }
        None => Verdict::Killed { by: "the time limit".into(), after: start.elapsed() },
    })
}

/// Ends cargo and the model that it runs, which is in cargo's process group.
fn stop(child: &mut std::process::Child) -> io::Result<()> {
    Command::new("kill").args(["-9", "--", &format!("-{}", child.id())]).status()?;
    child.wait()?;
    Ok(())
}

fn cargo(mutant: &Mutant, copy: &Path, home: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let target: PathBuf = home.join("target");
    command
        .current_dir(copy)
        .env("CARGO_TARGET_DIR", target)
        .env_remove("RUSTFLAGS")
        .env("RUST_BACKTRACE", "0")
        .args(["test", "--release", "--config", "build.rustflags=['--cfg','loom']"])
        // Building takes most of the time.
        .args(["--config", "profile.release.debug=false", "--config", "profile.release.incremental=true"])
        .args(["--config", "profile.release.package.freethreaded.opt-level=1"])
        .args(["--config", "profile.release.package.loom-tests.opt-level=1"])
        .args(["-p", "loom-tests", "--test", mutant.tests]);
    if let Some((_, preemptions)) = DEEPER.iter().find(|(name, _)| *name == mutant.name) {
        command.env("LOOM_MAX_PREEMPTIONS", preemptions);
    }
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
}

/// The model that failed: loom often aborts the process, so this is what the panic message says.
fn failed_model(log: &str) -> Option<String> {
    let panicked = log.lines().find(|line| line.starts_with("thread '") && line.contains("panicked"))?;
    panicked.split('\'').nth(1).map(str::to_owned)
}
