//! The command line: what can be asked for, and one clear line about everything that cannot be done.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;
use std::time::Duration;

use clap::Parser;

use crate::run::Conditions;
use crate::site::input::{self, Request};
use crate::strategies::StrategyId;
use crate::workloads::WorkloadId;
use crate::workloads::locks::Amounts;

/// What is measured beside the workloads, by name: how soon objects are destroyed.
pub(crate) const PROMPTNESS: &str = "promptness";

/// The same: what locks cost when they are not free.
pub(crate) const LOCKS: &str = "locks";

/// More threads than this measure the scheduler of the operating system.
const MOST_THREADS: usize = 1024;

/// Something that the user can mend: ends the program with exit code 2.
#[derive(Debug)]
pub(crate) struct Complaint(String);

impl Complaint {
    /// A complaint of one line.
    pub(crate) fn new(line: String) -> Self {
        Self(line)
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Whatever a file name or an argument contains, the complaint stays on one line.
        for c in self.0.chars() {
            if c.is_control() { write!(f, "{}", c.escape_default())? } else { write!(f, "{c}")? }
        }
        Ok(())
    }
}

/// Runs small real programs under many ways to share objects between threads, and reports what a program gains when
/// its global lock goes away.
#[derive(Parser, Debug)]
#[command(name = "experiments", version, max_term_width = 100)]
pub(crate) struct Args {
    /// Workloads, comma-separated; see --list
    #[arg(short, long, value_name = "NAMES", value_delimiter = ',')]
    workloads: Vec<String>,
    /// Strategies, comma-separated; see --list
    #[arg(short, long, value_name = "NAMES", value_delimiter = ',')]
    strategies: Vec<String>,
    /// Thread counts, comma-separated [default: 1, 2, 4, … up to twice the cores]
    #[arg(short, long, value_name = "COUNTS", value_delimiter = ',')]
    threads: Vec<String>,
    /// Seconds per measurement of the likes and settings workloads; a crawl takes as long as it takes [default: 0.15]
    #[arg(short, long, value_name = "SECONDS", allow_negative_numbers = true)]
    duration: Option<f64>,
    /// Measurements per cell, of which the median is reported [default: 3]
    #[arg(short, long, value_name = "N", allow_negative_numbers = true)]
    repetitions: Option<i64>,
    /// Seed of everything random
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Folder of HTML pages to crawl [default: the Rust documentation of the toolchain, or a generated site]
    #[arg(short, long, value_name = "DIR")]
    input: Option<PathBuf>,
    /// Follow only links to paths that start with this, "." for everything; may be given several times
    #[arg(long, value_name = "PREFIX")]
    scope: Vec<String>,
    /// Page to start from, as a path inside of the input folder [default: index.html of each scope]
    #[arg(long, value_name = "PAGE")]
    start: Option<String>,
    /// Crawl a generated site even if real documentation is there
    #[arg(long, conflicts_with = "input")]
    generated: bool,
    /// Posts of the likes workload [default: 1000000]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    posts: Option<i64>,
    /// Share of all likes that go to one celebrity post, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.2, allow_negative_numbers = true)]
    celebrity: f64,
    /// Folder for index.html, results.json and results.csv
    #[arg(short, long, value_name = "DIR", default_value = "target/report")]
    output: PathBuf,
    /// Also write the results as JSON to this file; "-" for standard output, which then has nothing else
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Everything once and small, in less than ten seconds
    #[arg(short, long)]
    quick: bool,
    /// List workloads and strategies and leave
    #[arg(short, long)]
    pub(crate) list: bool,
    /// Serve measurements to another process of this program over standard input and output
    #[arg(long, hide = true)]
    pub(crate) serve: bool,
}

/// A checked request.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// What to run.
    pub(crate) workloads: Vec<WorkloadId>,
    /// Objects per situation of the promptness measurement, if it is wanted.
    pub(crate) promptness: Option<usize>,
    /// How much of the measurement of locks, if it is wanted.
    pub(crate) locks: Option<Amounts>,
    /// How to share.
    pub(crate) strategies: Vec<StrategyId>,
    /// On how many threads, ascending.
    pub(crate) threads: Vec<usize>,
    /// How often.
    pub(crate) repetitions: usize,
    /// Sizes, seeds and the input, which the process with the global lock on needs too.
    pub(crate) conditions: Conditions,
    /// Where the report goes.
    pub(crate) output: PathBuf,
    /// Where JSON goes besides.
    pub(crate) json: Option<PathBuf>,
}

impl Options {
    /// Whether standard output belongs to the JSON.
    pub(crate) fn json_on_stdout(&self) -> bool {
        self.json.as_deref() == Some(Path::new("-"))
    }
}

/// Checks a request.
pub(crate) fn check(args: &Args) -> Result<Options, Complaint> {
    let Chosen { workloads, promptness, locks } = workloads(&args.workloads)?;
    let promptness = promptness.then_some(if args.quick { 200 } else { 2000 });
    let locks = locks.then_some(if args.quick { Amounts::QUICK } else { Amounts::FULL });
    let strategies = strategies(&args.strategies)?;
    let threads = threads(&args.threads, args.quick)?;
    let default_seconds = if args.quick { 0.025 } else { 0.15 };
    let duration = seconds(args.duration.unwrap_or(default_seconds))?;
    let repetitions =
        bounded("repetitions", args.repetitions.unwrap_or(if args.quick { 1 } else { 3 }), 1, 1000)?;
    let posts =
        bounded("posts", args.posts.unwrap_or(if args.quick { 100_000 } else { 1_000_000 }), 2, 50_000_000)?;
    if !(0.0..=1.0).contains(&args.celebrity) {
        return Err(Complaint::new(format!("--celebrity is a share from 0 to 1, not {}", args.celebrity)));
    }
    check_output(&args.output)?;
    if let Some(file) = args.json.as_deref().filter(|file| *file != Path::new("-")) {
        // Opened without truncating: an older file stays whole until there are results.
        let opened = fs::OpenOptions::new().create(true).append(true).open(file);
        opened.map_err(|error| Complaint::new(format!("cannot write {}: {error}", file.display())))?;
    }
    let request = Request {
        folder: args.input.clone(),
        scopes: args.scope.clone(),
        start: args.start.clone(),
        generate: args.generated,
        quick: args.quick,
        output: args.output.clone(),
        seed: args.seed,
    };
    let wants_site = workloads.contains(&WorkloadId::Crawl) || args.input.is_some();
    let site = if wants_site { Some(input::choose(&request)?) } else { None };
    let conditions = Conditions {
        seed: args.seed,
        duration,
        posts,
        celebrity: args.celebrity,
        most_threads: threads.iter().copied().max().unwrap_or(1),
        site,
    };
    let (output, json) = (args.output.clone(), args.json.clone());
    Ok(Options { workloads, promptness, locks, strategies, threads, repetitions, conditions, output, json })
}

/// ` (did you mean 'x'?)` if a known name is near to what was typed, else nothing.
pub(crate) fn suggestion<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> String {
    let typed = typed.to_ascii_lowercase();
    let near = known
        .map(|name| (strsim::jaro_winkler(&typed, &name.to_ascii_lowercase()), name))
        .filter(|(similarity, _)| *similarity > 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    near.map(|(_, name)| format!(" (did you mean '{name}'?)")).unwrap_or_default()
}

/// What is to be measured.
#[derive(Debug, PartialEq)]
struct Chosen {
    workloads: Vec<WorkloadId>,
    promptness: bool,
    locks: bool,
}

/// What was named; everything where nothing was.
fn workloads(typed: &[String]) -> Result<Chosen, Complaint> {
    if typed.is_empty() {
        return Ok(Chosen { workloads: WorkloadId::ALL.to_vec(), promptness: true, locks: true });
    }
    let (mut chosen, mut promptness, mut locks) = (BTreeSet::new(), false, false);
    for name in typed.iter().map(|name| name.trim()) {
        if name == PROMPTNESS {
            promptness = true;
            continue;
        }
        if name == LOCKS {
            locks = true;
            continue;
        }
        let matching: Vec<_> =
            WorkloadId::ALL.into_iter().filter(|id| id.name() == name || id.family() == name).collect();
        if matching.is_empty() {
            let beside = [PROMPTNESS, LOCKS];
            let known = WorkloadId::ALL.iter().flat_map(|id| [id.family(), id.name()]).chain(beside);
            let hint = suggestion(name, known);
            return Err(Complaint::new(format!("unknown workload '{name}'{hint}; --list shows all")));
        }
        chosen.extend(matching);
    }
    Ok(Chosen { workloads: chosen.into_iter().collect(), promptness, locks })
}

fn strategies(typed: &[String]) -> Result<Vec<StrategyId>, Complaint> {
    let mut chosen = BTreeSet::new();
    for name in typed.iter().map(|name| name.trim()) {
        let Some(id) = StrategyId::ALL.into_iter().find(|id| id.name() == name) else {
            let hint = suggestion(name, StrategyId::ALL.iter().map(|id| id.name()));
            return Err(Complaint::new(format!("unknown strategy '{name}'{hint}; --list shows all")));
        };
        chosen.insert(id);
    }
    Ok(if chosen.is_empty() { StrategyId::ALL.to_vec() } else { chosen.into_iter().collect() })
}

fn threads(typed: &[String], quick: bool) -> Result<Vec<usize>, Complaint> {
    let mut counts = BTreeSet::new();
    for text in typed.iter().map(|text| text.trim()) {
        match text.parse::<usize>() {
            Ok(0) => return Err(Complaint::new("--threads 0: at least one thread is needed".to_owned())),
            Ok(n) if n > MOST_THREADS => {
                return Err(Complaint::new(format!(
                    "--threads {n}: more than {MOST_THREADS} threads make no sense"
                )));
            }
            Ok(n) => counts.insert(n),
            Err(_) => {
                return Err(Complaint::new(format!(
                    "--threads takes whole numbers such as 1,2,4, not '{text}'"
                )));
            }
        };
    }
    if counts.is_empty() {
        let cores = available_parallelism().map_or(1, |n| n.get());
        let most = if quick { cores } else { (2 * cores).min(MOST_THREADS) };
        // Powers of two, and the end of the scale, which need not be one.
        counts.extend(std::iter::successors(Some(1), |n| Some(n * 2)).take_while(|&n| n <= most));
        counts.insert(most);
        counts.insert(cores);
    }
    Ok(counts.into_iter().collect())
}

fn seconds(seconds: f64) -> Result<Duration, Complaint> {
    if (0.001..=600.0).contains(&seconds) {
        return Ok(Duration::from_secs_f64(seconds));
    }
    Err(Complaint::new(format!("--duration is a number of seconds from 0.001 to 600, not {seconds}")))
}

fn bounded(what: &str, n: i64, least: i64, most: i64) -> Result<usize, Complaint> {
    match usize::try_from(n) {
        Ok(count) if (least..=most).contains(&n) => Ok(count),
        _ => Err(Complaint::new(format!("--{what} is a number from {least} to {most}, not {n}"))),
    }
}

/// Finds out before the first measurement whether the report can be written after the last one.
fn check_output(folder: &Path) -> Result<(), Complaint> {
    let complain =
        |error| Complaint::new(format!("cannot write the report to {}: {error}", folder.display()));
    fs::create_dir_all(folder).map_err(complain)?;
    let probe = folder.join(format!(".probe-{}", std::process::id()));
    fs::write(&probe, b"").map_err(complain)?;
    fs::remove_file(&probe).map_err(complain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn names_are_checked_and_near_ones_suggested() {
        let chosen = |names: &[&str]| workloads(&strings(names)).expect("known");
        let settings = chosen(&["settings"]);
        assert_eq!((settings.workloads.len(), settings.promptness, settings.locks), (2, false, false));
        let all = Chosen { workloads: WorkloadId::ALL.to_vec(), promptness: true, locks: true };
        assert_eq!(chosen(&[]), all);
        let beside = |promptness, locks| Chosen { workloads: vec![], promptness, locks };
        assert_eq!(chosen(&["promptness"]), beside(true, false));
        assert_eq!(chosen(&["locks"]), beside(false, true));
        assert_eq!(
            strategies(&strings(&["papaya", "ours"])).expect("known"),
            [StrategyId::Ours, StrategyId::Papaya]
        );
        let complaint = strategies(&strings(&["papya"])).expect_err("unknown").to_string();
        assert!(complaint.contains("'papya'") && complaint.contains("did you mean 'papaya'?"), "{complaint}");
        let complaint = workloads(&strings(&["qqq"])).expect_err("unknown").to_string();
        assert!(!complaint.contains("did you mean"), "{complaint}");
    }

    #[test]
    fn numbers_are_checked() {
        assert_eq!(threads(&strings(&["4", "1", "4"]), false).expect("valid"), [1, 4]);
        for wrong in ["0", "-1", "1000000", "two", ""] {
            assert!(threads(&strings(&[wrong]), false).is_err(), "{wrong}");
        }
        assert!(threads(&[], false).expect("default").contains(&1));
        for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e9] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
        assert!(bounded("posts", -5, 2, 10).is_err() && bounded("posts", 5, 2, 10).is_ok());
    }

    #[test]
    fn a_complaint_is_one_line() {
        assert_eq!(Complaint::new("a\nb".to_owned()).to_string(), "a\\nb");
    }
}
