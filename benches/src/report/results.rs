//! All samples of a run, and the figures that the other parts of the report are made from.

use std::fmt::Write as _;
use std::io;

use serde::Serialize;

use super::findings::{Finding, findings};
use super::machine::Machine;
use crate::measure::Latency;
use crate::run::{Conditions, SETTINGS};
use crate::site::Outcome;
use crate::strategies::StrategyId;
use crate::workloads::locks::Locks;
use crate::workloads::promptness::Delays;
use crate::workloads::{Sample, WorkloadId};

/// One workload under one strategy on one number of threads.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    /// The workload.
    pub(crate) workload: WorkloadId,
    /// The strategy.
    pub(crate) strategy: StrategyId,
    /// The threads.
    pub(crate) threads: usize,
    /// One sample per repetition.
    pub(crate) samples: Vec<Sample>,
}

impl Cell {
    fn throughputs(&self) -> Vec<f64> {
        self.samples.iter().map(Sample::throughput).collect()
    }

    /// Median operations per second.
    pub(crate) fn median(&self) -> f64 {
        median(self.throughputs())
    }

    /// The slowest and the fastest repetition.
    pub(crate) fn range(&self) -> (f64, f64) {
        let all = self.throughputs();
        (all.iter().copied().fold(f64::INFINITY, f64::min), all.iter().copied().fold(0.0, f64::max))
    }

    /// Half of the range, as a share of the median.
    pub(crate) fn spread(&self) -> f64 {
        let (low, high) = self.range();
        (high - low) / 2.0 / self.median()
    }

    /// Per percentile the median of the repetitions.
    pub(crate) fn latency(&self) -> Option<Latency> {
        let all: Vec<Latency> = self.samples.iter().filter_map(|sample| sample.latency).collect();
        let of = |field: fn(&Latency) -> f64| median(all.iter().map(field).collect());
        (!all.is_empty()).then(|| Latency {
            p50: of(|l| l.p50),
            p99: of(|l| l.p99),
            p999: of(|l| l.p999),
            longest_stall: of(|l| l.longest_stall),
        })
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

/// A run.
#[derive(Clone, Debug)]
pub(crate) struct Results {
    /// Machine, versions, command.
    pub(crate) machine: Machine,
    /// Sizes, seed and input.
    pub(crate) conditions: Conditions,
    /// Repetitions that were asked for.
    pub(crate) repetitions: usize,
    /// What the link checker found, if it ran.
    pub(crate) crawl: Option<Outcome>,
    /// How soon objects are destroyed, by what their owner did, if that was measured.
    pub(crate) promptness: Vec<Delays>,
    /// What locks cost when they are not free, if that was measured.
    pub(crate) locks: Locks,
    /// Whether everything that was asked for was measured.
    pub(crate) complete: bool,
    /// The share of the machine that other programs used meanwhile, where that is known.
    pub(crate) others: Option<f64>,
    cells: Vec<Cell>,
}

impl Results {
    /// Nothing measured yet.
    pub(crate) fn new(machine: Machine, conditions: Conditions, repetitions: usize) -> Self {
        Self {
            machine,
            conditions,
            repetitions,
            crawl: None,
            promptness: Vec::new(),
            locks: Locks::default(),
            complete: false,
            others: None,
            cells: Vec::new(),
        }
    }

    /// Adds a sample.
    pub(crate) fn add(&mut self, workload: WorkloadId, strategy: StrategyId, sample: Sample) {
        let threads = sample.threads;
        let known = self
            .cells
            .iter_mut()
            .find(|cell| (cell.workload, cell.strategy, cell.threads) == (workload, strategy, threads));
        match known {
            Some(cell) => cell.samples.push(sample),
            None => {
                self.cells.push(Cell { workload, strategy, threads, samples: vec![sample] });
                self.cells.sort_by_key(|cell| (cell.workload, cell.strategy, cell.threads));
            }
        }
    }

    /// All cells, by workload, strategy and threads.
    pub(crate) fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// One cell, if it was measured.
    pub(crate) fn cell(&self, workload: WorkloadId, strategy: StrategyId, threads: usize) -> Option<&Cell> {
        self.cells
            .iter()
            .find(|cell| (cell.workload, cell.strategy, cell.threads) == (workload, strategy, threads))
    }

    /// The workloads that were measured.
    pub(crate) fn workloads(&self) -> Vec<WorkloadId> {
        WorkloadId::ALL.into_iter().filter(|id| self.cells.iter().any(|cell| cell.workload == *id)).collect()
    }

    /// The strategies a workload was measured under.
    pub(crate) fn strategies(&self, workload: WorkloadId) -> Vec<StrategyId> {
        let has = |id| self.cells.iter().any(|cell| cell.workload == workload && cell.strategy == id);
        StrategyId::ALL.into_iter().filter(|&id| has(id)).collect()
    }

    /// The thread counts a workload was measured on.
    pub(crate) fn threads(&self, workload: WorkloadId) -> Vec<usize> {
        let mut threads: Vec<usize> =
            self.cells.iter().filter(|cell| cell.workload == workload).map(|cell| cell.threads).collect();
        threads.sort_unstable();
        threads.dedup();
        threads
    }

    /// The thread count that uses the machine without overloading it: the largest that has a core per thread.
    pub(crate) fn full_threads(&self, workload: WorkloadId) -> Option<usize> {
        let threads = self.threads(workload);
        threads.iter().rev().find(|&&n| n <= self.machine.cores).or(threads.first()).copied()
    }

    /// How much faster a strategy is than itself on one thread.
    pub(crate) fn speed_up(&self, cell: &Cell) -> Option<f64> {
        let one = self.cell(cell.workload, cell.strategy, 1)?;
        Some(cell.median() / one.median())
    }

    /// A warning if other programs took so much of the machine that the figures are lower than they could be.
    pub(crate) fn disturbance(&self) -> Option<String> {
        let others = self.others.filter(|&share| share > 0.05)?;
        Some(format!(
            "Other programs used {:.0} % of the machine during the run: expect wide spreads, and less gain from threads than there is.",
            100.0 * others
        ))
    }

    /// The input in one line.
    pub(crate) fn input(&self) -> Option<String> {
        use super::format::{bytes, grouped};
        let site = self.conditions.site.as_ref()?;
        let crawl = self.crawl.as_ref()?;
        let scope =
            if site.scopes.is_empty() { String::new() } else { format!(" ({})", site.scopes.join(", ")) };
        let (pages, links) = (grouped(crawl.pages), grouped(crawl.links));
        Some(format!("{}{scope}: {pages} pages, {}, {links} links", site.description, bytes(crawl.bytes)))
    }

    /// Everything, for programs.
    pub(crate) fn to_json(&self) -> io::Result<String> {
        let cells: Vec<CellJson<'_>> = self
            .cells
            .iter()
            .map(|cell| {
                let (min, max) = cell.range();
                CellJson {
                    workload: cell.workload,
                    strategy: cell.strategy,
                    threads: cell.threads,
                    unit: format!("{}/s", cell.workload.unit()),
                    median: cell.median(),
                    min,
                    max,
                    speed_up: self.speed_up(cell),
                    latency_ns: cell.latency(),
                    samples: &cell.samples,
                }
            })
            .collect();
        let file = FileJson {
            format: 1,
            complete: self.complete,
            others_share_of_machine: self.others,
            findings: findings(self),
            machine: &self.machine,
            conditions: ConditionsJson {
                seed: self.conditions.seed,
                repetitions: self.repetitions,
                seconds: self.conditions.duration.as_secs_f64(),
                posts: self.conditions.posts,
                celebrity: self.conditions.celebrity,
                settings: SETTINGS,
                site: self.conditions.site.as_ref(),
            },
            crawl: self.crawl.as_ref(),
            promptness_ns: &self.promptness,
            locks: &self.locks,
            cells,
        };
        let mut text = serde_json::to_string_pretty(&file)?;
        text.push('\n');
        Ok(text)
    }

    /// One line per cell, for spreadsheets. No field needs quoting: all are numbers and fixed names.
    pub(crate) fn to_csv(&self) -> String {
        let mut csv = String::from(
            "workload,strategy,threads,unit,repetitions,median,min,max,speed_up,p50_ns,p99_ns,p999_ns,longest_stall_ns\n",
        );
        for cell in &self.cells {
            let (min, max) = cell.range();
            let speed_up = self.speed_up(cell).map(|ratio| format!("{ratio:.4}")).unwrap_or_default();
            let latency = cell.latency().map_or(",,,".to_owned(), |l| {
                format!("{:.0},{:.0},{:.0},{:.0}", l.p50, l.p99, l.p999, l.longest_stall)
            });
            let _ = writeln!(
                csv,
                "{},{},{},{}/s,{},{:.1},{min:.1},{max:.1},{speed_up},{latency}",
                cell.workload.name(),
                cell.strategy.name(),
                cell.threads,
                cell.workload.unit(),
                cell.samples.len(),
                cell.median(),
            );
        }
        csv
    }
}

#[derive(Serialize)]
struct FileJson<'a> {
    format: u32,
    complete: bool,
    others_share_of_machine: Option<f64>,
    findings: Vec<Finding>,
    machine: &'a Machine,
    conditions: ConditionsJson<'a>,
    crawl: Option<&'a Outcome>,
    promptness_ns: &'a [Delays],
    locks: &'a Locks,
    cells: Vec<CellJson<'a>>,
}

#[derive(Serialize)]
struct ConditionsJson<'a> {
    seed: u64,
    repetitions: usize,
    seconds: f64,
    posts: usize,
    celebrity: f64,
    settings: usize,
    site: Option<&'a crate::site::SiteSpec>,
}

#[derive(Serialize)]
struct CellJson<'a> {
    workload: WorkloadId,
    strategy: StrategyId,
    threads: usize,
    unit: String,
    median: f64,
    min: f64,
    max: f64,
    speed_up: Option<f64>,
    latency_ns: Option<Latency>,
    samples: &'a [Sample],
}

#[cfg(test)]
pub(crate) mod tests {
    use std::time::Duration;

    use super::*;
    use crate::workloads::locks::{Rate, Situation, Wait, Whose, Work};
    use crate::workloads::promptness::Owner;

    /// Made-up results in which every strategy scales in its own way.
    pub(crate) fn made_up() -> Results {
        let conditions = Conditions {
            seed: 1,
            duration: Duration::from_millis(10),
            posts: 10,
            celebrity: 0.2,
            most_threads: 4,
            site: Some(crate::site::SiteSpec {
                root: "docs".into(),
                starts: vec!["index.html".into()],
                scopes: vec!["book".into()],
                description: "a <site> & more".into(),
            }),
        };
        let mut results = Results::new(Machine::here(), conditions, 3);
        results.machine.cores = 2;
        results.crawl = Some(Outcome { pages: 10, bytes: 1000, links: 50, ..Outcome::default() });
        results.promptness = Owner::ALL
            .into_iter()
            .map(|owner| Delays { owner, objects: 9, min: 0.0, p50: 80.0, p99: 5e4, max: 2e9, left: 3 })
            .collect();
        for (factor, whose) in [(1.0, Whose::Ours), (2.0, Whose::ParkingLot)] {
            let wait = |situation| Wait {
                situation,
                whose,
                writes: 9,
                min: 0.0,
                p50: 80.0 * factor,
                p90: 90.0 * factor,
                p99: 5e4 * factor,
                max: 2e6 * factor,
                mean: 7e3 * factor,
            };
            results.locks.waits.extend(Situation::ALL.map(wait));
            let rate =
                |work, threads| Rate { work, whose, threads, per_second: 3e7 / factor, least_share: 0.9 };
            results.locks.rates.extend([rate(Work::Write, 2), rate(Work::Section, 4)]);
        }
        results.complete = true;
        for workload in WorkloadId::ALL {
            for (index, strategy) in StrategyId::ALL.into_iter().enumerate() {
                for threads in [1, 2, 4] {
                    for repetition in 0..3 {
                        let operations = 1000 + 100 * index as u64 * threads as u64 + repetition;
                        let latency = (workload != WorkloadId::Crawl).then_some(Latency {
                            p50: 50.0,
                            p99: 500.0,
                            p999: 5e3,
                            longest_stall: 5e6,
                        });
                        results.add(
                            workload,
                            strategy,
                            Sample { threads, operations, seconds: 0.5, latency },
                        );
                    }
                }
            }
        }
        results
    }

    #[test]
    fn figures_of_a_cell() {
        let results = made_up();
        let cell = results.cell(WorkloadId::Likes, StrategyId::Gil, 2).expect("measured");
        assert_eq!(cell.median(), 2802.0);
        assert_eq!(cell.range(), (2800.0, 2804.0));
        assert_eq!(results.full_threads(WorkloadId::Likes), Some(2));
        assert!((results.speed_up(cell).expect("one thread was measured") - 2802.0 / 2402.0).abs() < 1e-9);
        assert_eq!(median(vec![3.0, 1.0]), 2.0);
    }

    #[test]
    fn csv_has_a_full_line_per_cell() {
        let csv = made_up().to_csv();
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines.len(), 1 + 4 * 7 * 3);
        let columns = lines[0].split(',').count();
        assert!(lines.iter().all(|line| line.split(',').count() == columns), "{csv}");
        assert!(lines[1].starts_with("crawl,ours,1,pages/s,3,2002.0,2000.0,2004.0,1.0000,"));
    }

    #[test]
    fn json_has_everything() {
        let json: serde_json::Value =
            serde_json::from_str(&made_up().to_json().expect("serialise")).expect("valid JSON");
        assert_eq!(json["cells"].as_array().expect("cells").len(), 4 * 7 * 3);
        assert_eq!(json["cells"][0]["samples"].as_array().expect("samples").len(), 3);
        assert!(
            json["machine"]["cpu"].is_string() && json["findings"].as_array().is_some_and(|f| !f.is_empty())
        );
        assert_eq!(json["crawl"]["pages"], 10);
        let promptness = json["promptness_ns"].as_array().expect("delays");
        assert_eq!((promptness.len(), &promptness[1]["owner"]), (7, &"detached".into()));
        let waits = json["locks"]["waits"].as_array().expect("waits");
        assert_eq!((waits.len(), &waits[1]["situation"]), (22, &"first-user-finished".into()));
        assert_eq!(json["locks"]["rates"][3]["whose"], "parking-lot");
    }
}
