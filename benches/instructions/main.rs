//! Instructions of one operation, ours and the peers': exact and the same on a noisy machine, where times are neither.
//!
//! Each entrant of a contest runs twice under callgrind, in a process of its own and on one thread, the second time with more
//! operations. What the difference in instructions is to the difference in operations is one operation; start and end cancel out.
//! A locked instruction counts as one, though it takes as long as ten: the figures stand beside those of `ratios`, not for them.

#[cfg(not(loom))]
mod callgrind;
#[cfg(not(loom))]
mod cases;
#[cfg(not(loom))]
mod record;
#[cfg(not(loom))]
mod table;

#[cfg(not(loom))]
#[global_allocator]
static MIMALLOC: freethreaded_benches::mimalloc::Mimalloc = freethreaded_benches::mimalloc::Mimalloc;

#[cfg(not(loom))]
mod program {
    use std::fs;
    use std::io::{self, Write};
    use std::path::{Path, PathBuf};
    use std::process::ExitCode;

    use clap::Parser;

    use crate::callgrind::{self, Valgrind};
    use crate::cases::{self, Case};
    use crate::record::{Figure, Record};
    use crate::table;

    /// Where the committed figures are.
    const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/instructions.txt");

    /// Counts the instructions of each operation of a counted pointer under callgrind.
    #[derive(Parser)]
    #[command(name = "instructions")]
    struct Args {
        /// Count only paths whose name contains this; repeat it for more
        #[arg(long, value_name = "TEXT")]
        filter: Vec<String>,
        /// Count only our own rows: the peers' change with their versions and the standard library
        #[arg(long)]
        ours: bool,
        /// Compare with the figures in this file, and fail if one is off by more than 1 and by more than 2 %
        #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = COMMITTED)]
        check: Option<PathBuf>,
        /// Write the figures to this file; rows that are not counted stay
        #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = COMMITTED)]
        #[arg(conflicts_with = "check")]
        update: Option<PathBuf>,
        /// Print Markdown, as BENCHMARKS.md has it
        #[arg(long)]
        markdown: bool,
        /// Print the names of the paths
        #[arg(long)]
        list: bool,
        /// Run so many operations of one entrant of one path: what is done under callgrind
        #[arg(long, hide = true, num_args = 3, value_names = ["PATH", "ENTRANT", "OPERATIONS"])]
        run: Option<Vec<String>>,
    }

    pub(crate) fn main() -> ExitCode {
        let args = Args::parse();
        match go(&args) {
            Ok(code) => code,
            Err(message) => {
                eprintln!("instructions: {message}");
                ExitCode::from(2)
            }
        }
    }

    fn go(args: &Args) -> Result<ExitCode, String> {
        if let Some(run) = &args.run {
            return cases::run(&run[0], &run[1], &run[2]).map(|()| ExitCode::SUCCESS);
        }
        let cases: Vec<Case> = cases::all()
            .into_iter()
            .filter(|case| args.filter.is_empty() || args.filter.iter().any(|text| case.id.contains(text)))
            .collect();
        if cases.is_empty() {
            return Err("no path is called that; --list names them".to_owned());
        }
        if args.list {
            let names: String = cases.iter().map(|c| format!("{:<24} {}\n", c.id, c.what)).collect();
            return Ok(put(&names));
        }
        if env!("BUILD_PROFILE") != "release" {
            return Err("a build without optimisation says nothing; run it with --release".to_owned());
        }
        let committed = match args.check.as_deref().or(args.update.as_deref()) {
            Some(file) => read(file)?,
            None => None,
        };
        if let Some(file) = &args.check {
            let committed = committed
                .as_ref()
                .ok_or_else(|| format!("{} is not there; --update writes it", file.display()))?;
            if !committed.is_of_this_build() {
                println!(
                    "skipped: {} is of {}; this is {}, where the counts are others. --update writes it anew.",
                    file.display(),
                    committed.build,
                    Record::this_build(),
                );
                return Ok(ExitCode::SUCCESS);
            }
        }
        let partial = args.ours || !args.filter.is_empty();
        if args.update.is_some() && partial && committed.as_ref().is_some_and(|c| !c.is_of_this_build()) {
            return Err(
                "the rows that would stay are of another compiler or system; run --update without --ours and --filter"
                    .to_owned(),
            );
        }
        let valgrind = Valgrind::find()?;
        let figures = count(&valgrind, &cases, args.ours)?;
        let printed = put(&if args.markdown {
            table::markdown(&cases, &figures)
        } else {
            table::plain(&cases, &figures)
        });
        if let Some(file) = &args.update {
            let names = cases::names();
            let names: Vec<(&str, &str)> = names.iter().map(|(id, name)| (id.as_str(), *name)).collect();
            let record = Record::updated(committed.filter(|_| partial), figures, &names);
            fs::write(file, record.text())
                .map_err(|error| format!("cannot write {}: {error}", file.display()))?;
        } else if let (Some(file), Some(committed)) = (&args.check, committed) {
            let changes = committed.changes(&figures);
            if !changes.is_empty() {
                eprintln!("\ninstructions: not what {} says:", file.display());
                changes.iter().for_each(|change| eprintln!("  {change}"));
                eprintln!(
                    "If that is meant, `--update` (with --ours, if the peers are as they were) writes the new figures."
                );
                return Ok(ExitCode::FAILURE);
            }
            println!("\n{} figures are as in {}.", figures.len(), file.display());
        }
        Ok(printed)
    }

    fn count(valgrind: &Valgrind, cases: &[Case], ours: bool) -> Result<Vec<Figure>, String> {
        let mut figures = Vec::new();
        for (number, case) in cases.iter().enumerate() {
            eprintln!("[{}/{}] {}", number + 1, cases.len(), case.id);
            for name in case.entrants.iter().take(if ours { 1 } else { usize::MAX }) {
                let instructions = callgrind::per_operation(valgrind, &case.id, name)?;
                figures.push(Figure { id: case.id.clone(), name: (*name).to_owned(), instructions });
            }
        }
        Ok(figures)
    }

    fn read(file: &Path) -> Result<Option<Record>, String> {
        match fs::read_to_string(file) {
            Ok(text) => {
                Record::parse(&text).map(Some).map_err(|error| format!("{}: {error}", file.display()))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(format!("cannot read {}: {error}", file.display())),
        }
    }

    /// A reader that leaves early, like `head`, is no error.
    fn put(text: &str) -> ExitCode {
        let _ = io::stdout().lock().write_all(text.as_bytes());
        ExitCode::SUCCESS
    }
}

#[cfg(not(loom))]
fn main() -> std::process::ExitCode {
    program::main()
}

/// Under the model checker there is nothing to count.
#[cfg(loom)]
fn main() {}
