//! From the command line to the exit code: 0 for a finished run, 1 for a wrong result or a panic, 2 for a request that
//! cannot be fulfilled, 130 after Ctrl-C.

use std::fs;
use std::io::{self, Write};
use std::process::{self, ExitCode};

use clap::Parser;
use clap::error::ErrorKind;

use crate::cli::{Args, Complaint, LOCKS, Options, PROMPTNESS, check};
use crate::measure::{Failure, interrupt};
use crate::report::load::Usage;
use crate::report::machine::Machine;
use crate::report::results::Results;
use crate::report::table::table;
use crate::report::write_files;
use crate::run::progress::Progress;
use crate::run::{run, serve};
use crate::strategies::StrategyId;
use crate::workloads::WorkloadId;

/// The library keeps its objects on mimalloc; with the same allocator under the competitors' `Arc`s and tables the rows
/// differ in how they share, not in where their memory comes from.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const WRONG: u8 = 1;
const USAGE: u8 = 2;
const INTERRUPTED: u8 = 130;

/// The program.
pub(crate) fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            return print(&error.render().to_string());
        }
        Err(error) => return complain(&Complaint::new(one_line(&error))),
    };
    if args.list {
        return print(&list());
    }
    // A second Ctrl-C is for those who do not want to wait for the report.
    let handler = ctrlc::set_handler(|| {
        if !interrupt() {
            process::exit(i32::from(INTERRUPTED));
        }
    });
    if let Err(error) = handler {
        warn(&format!("Ctrl-C will end the run without a report: {error}"));
    }
    if args.serve {
        return match serve::serve() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                warn(&format!("the process with the global lock on: {error}"));
                ExitCode::from(WRONG)
            }
        };
    }
    if freethreaded::gil::is_enabled() {
        let line = "FREETHREADED_GIL is set: unset it, the experiments turn the lock on where it belongs";
        return complain(&Complaint::new(line.to_owned()));
    }
    match check(&args) {
        Ok(options) => experiment(&options),
        Err(complaint) => complain(&complaint),
    }
}

fn experiment(options: &Options) -> ExitCode {
    let mut results = Results::new(Machine::here(), options.conditions.clone(), options.repetitions);
    let before = Usage::now();
    let mut progress = Progress::new();
    let outcome = run(options, &mut results, &mut progress);
    progress.end();
    results.complete = outcome.is_ok();
    results.others = before.zip(Usage::now()).and_then(|(before, after)| before.others_until(&after));
    // Files first: whatever happens to the terminal, they are there.
    let written = write_files(&results, &options.output).and_then(|()| write_json(&results, options));
    let text = table(&results);
    if options.json_on_stdout() {
        warn(text.trim_end());
    } else {
        let page = options.output.join("index.html");
        put(&mut io::stdout().lock(), &format!("{text}\nreport: {}\n", page.display()));
    }
    if let Err(error) = written {
        warn(&format!("cannot write the report to {}: {error}", options.output.display()));
        return ExitCode::from(WRONG);
    }
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Interrupted) => {
            warn("interrupted: the report has what was measured until then");
            ExitCode::from(INTERRUPTED)
        }
        Err(failure) => {
            warn(&failure.to_string());
            ExitCode::from(WRONG)
        }
    }
}

fn write_json(results: &Results, options: &Options) -> io::Result<()> {
    let Some(file) = &options.json else { return Ok(()) };
    let json = results.to_json()?;
    if options.json_on_stdout() {
        put(&mut io::stdout().lock(), &json);
        return Ok(());
    }
    fs::write(file, json)
}

fn list() -> String {
    let mut text = "workloads\n".to_owned();
    for id in WorkloadId::ALL {
        text += &format!("  {:<18} {}\n", id.name(), id.explain());
    }
    let explain =
        "how soon an object is destroyed after a thread that does not own it dropped it (ours alone)";
    text += &format!("  {PROMPTNESS:<18} {explain}\n");
    let explain =
        "what the lock of an object costs when it is another thread's, or held (ours and parking_lot's)";
    text += &format!("  {LOCKS:<18} {explain}\n");
    text += "  (\"settings\" is both settings workloads)\n\nstrategies\n";
    for id in StrategyId::ALL {
        text += &format!("  {:<18} {}\n", id.name(), id.explain());
    }
    text
}

/// Clap's complaint without its page of usage.
fn one_line(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default().trim_start_matches("error: ").to_owned();
    match lines.find_map(|line| line.strip_prefix("tip: ")) {
        Some(tip) => format!("{first} ({tip})"),
        None => first,
    }
}

fn print(text: &str) -> ExitCode {
    put(&mut io::stdout().lock(), text);
    ExitCode::SUCCESS
}

fn complain(complaint: &Complaint) -> ExitCode {
    warn(&complaint.to_string());
    ExitCode::from(USAGE)
}

fn warn(text: &str) {
    put(&mut io::stderr().lock(), &format!("experiments: {text}\n"));
}

/// Writes as far as anybody listens: a reader like `head` that leaves early is no error.
fn put(out: &mut impl Write, text: &str) {
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
