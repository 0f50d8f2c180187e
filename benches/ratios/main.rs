//! Ours against its peers as ratios: all entrants of a contest take turns in one process, so that what the machine does to one it
//! does to all, and the median of the ratios of single rounds is printed beside the goal.
//!
//! The global allocator is mimalloc, which is what our heap is: no ratio is one of allocators.

#[cfg(not(loom))]
mod facts;
#[cfg(not(loom))]
mod footprints;
#[cfg(not(loom))]
mod measure;
#[cfg(not(loom))]
mod table;
#[cfg(not(loom))]
mod verdict;

#[cfg(not(loom))]
#[global_allocator]
static MIMALLOC: freethreaded_benches::mimalloc::Mimalloc = freethreaded_benches::mimalloc::Mimalloc;

#[cfg(not(loom))]
mod program {
    use std::fs;
    use std::io::{self, Write};
    use std::path::PathBuf;
    use std::process::ExitCode;
    use std::time::Duration;

    use clap::Parser;
    use freethreaded_benches::run::{cores, pin_to};
    use freethreaded_benches::{Contest, Threads, limits};

    use crate::facts::Facts;
    use crate::footprints::Footprints;
    use crate::measure::{Settings, measure};
    use crate::table;
    use crate::verdict::{Report, rows};

    /// Runs comparisons in turns, and prints ours / peer and whether the goals are met.
    #[derive(Parser)]
    #[command(name = "ratios")]
    struct Args {
        /// Run only the comparison of this name, or those whose names contain this, also those that are not run by default; repeat it for more
        #[arg(long, value_name = "TEXT")]
        filter: Vec<String>,
        /// Run all comparisons: every size, and string keys
        #[arg(long)]
        all: bool,
        /// Rounds of each comparison, in each of which every entrant runs once
        #[arg(long, default_value_t = 31, value_parser = clap::value_parser!(u32).range(3..))]
        rounds: u32,
        /// Milliseconds of one run on one thread; ten times that on two, where locks change hands every 5 ms
        #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..))]
        millis: u64,
        /// Print Markdown, as BENCHMARKS.md has it
        #[arg(long)]
        markdown: bool,
        /// Write all figures to this file as JSON
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
        /// Print the names of the comparisons
        #[arg(long)]
        list: bool,
    }

    pub(crate) fn main() -> ExitCode {
        let args = Args::parse();
        let all = freethreaded_benches::all();
        let is_met = |text: &String, id: &str| {
            id == text || id.contains(text) && !all.iter().any(|contest| contest.id == *text)
        };
        // Of a filter it is enough that it is met, else it depends.
        let asked = |id: &str, else_it_is: bool| match &args.filter[..] {
            [] => else_it_is,
            texts => texts.iter().any(|text| is_met(text, id)),
        };
        let bytes = asked("bytes", true);
        let named: Vec<bool> = all
            .iter()
            .map(|contest| asked(&contest.id, args.all || args.list || contest.by_default))
            .collect();
        let contests: Vec<Contest> =
            all.into_iter().zip(named).filter_map(|(contest, named)| named.then_some(contest)).collect();
        if contests.is_empty() && !bytes {
            eprintln!("ratios: no comparison is called that; --list names them");
            return ExitCode::from(2);
        }
        if args.list {
            let line = |id: &str, what: &str, by_default: bool| {
                format!("{id:<30} {what}{}\n", if by_default { "" } else { " (not by default)" })
            };
            let mut names: String = contests.iter().map(|c| line(&c.id, &c.what, c.by_default)).collect();
            if bytes {
                names += &line("bytes", "bytes per entry", true);
            }
            return put(&names);
        }
        let cores = cores();
        let settings =
            Settings { rounds: args.rounds as usize, window: Duration::from_millis(args.millis), cores };
        let facts = Facts::here();
        if let Some(&first) = settings.cores.first() {
            pin_to(first);
        }
        if settings.cores.len() < 2 {
            eprintln!("ratios: one core only, so no comparison runs on several threads");
        }
        // First, while there are no other threads and not much else.
        let bytes = bytes.then(|| {
            eprintln!("bytes per entry");
            Footprints::measure()
        });
        let mut report = Report { facts, limits: limits::measure(), rows: Vec::new(), bytes };
        for (number, contest) in contests.iter().enumerate() {
            let threads = match contest.threads {
                Threads::One => "1",
                Threads::OneAndTwo => "1 and 2",
                Threads::UpToFour => "1, 2 and 4",
                Threads::Two => "2",
            };
            eprintln!("[{}/{}] {} on {threads} threads", number + 1, contests.len(), contest.id);
            report.rows.extend(rows(contest, &measure(contest, &settings)));
            // What one comparison leaves behind is not to be paid by the next.
            freethreaded::collect();
        }
        let text = if args.markdown { table::markdown(&report) } else { table::plain(&report) };
        let printed = put(&text);
        if let Some(file) = args.json {
            let written = serde_json::to_string_pretty(&report).map_err(io::Error::from);
            if let Err(error) = written.and_then(|json| fs::write(&file, json)) {
                eprintln!("ratios: cannot write {}: {error}", file.display());
                return ExitCode::FAILURE;
            }
        }
        printed
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

/// Under the model checker there is nothing to time.
#[cfg(loom)]
fn main() {}
