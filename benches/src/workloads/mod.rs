//! The workloads by name, and how one of them is run under one strategy. A workload is written once against the
//! [`Strategy`] trait and compiled for each of them.

use serde::{Deserialize, Serialize};

use crate::measure::{Failure, Latency};
use crate::strategies::dashmap::Dash;
use crate::strategies::gil::Gil;
use crate::strategies::mutex::MutexPer;
use crate::strategies::ours::Ours;
use crate::strategies::papaya::Papaya;
use crate::strategies::rwlock::RwLockPer;
use crate::strategies::{Strategy, StrategyId};

pub(crate) mod crawl;
pub(crate) mod likes;
pub(crate) mod locks;
mod paced;
pub(crate) mod promptness;
pub(crate) mod settings;

/// One measurement: what a crew of workers did, and how long it took them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sample {
    /// Worker threads.
    pub(crate) threads: usize,
    /// Operations: pages, likes or reads.
    pub(crate) operations: u64,
    /// From the first worker's start to the last one's end.
    pub(crate) seconds: f64,
    /// Where operations are short enough for it to matter.
    pub(crate) latency: Option<Latency>,
}

impl Sample {
    /// Operations per second.
    pub(crate) fn throughput(&self) -> f64 {
        self.operations as f64 / self.seconds.max(f64::MIN_POSITIVE)
    }
}

/// A program that can be run under every strategy.
pub(crate) trait Workload {
    /// Builds the shared structures, measures one sample per thread count, hands each to `each`, and checks that the
    /// result is right.
    fn run<S: Strategy>(&self, threads: &[usize], each: &mut dyn FnMut(Sample)) -> Result<(), Failure>;
}

/// Runs a workload under the strategy with this name, in this process.
pub(crate) fn run_as(
    strategy: StrategyId,
    workload: &impl Workload,
    threads: &[usize],
    each: &mut dyn FnMut(Sample),
) -> Result<(), Failure> {
    match strategy {
        // The same code: what differs is whether this process has its global lock on.
        StrategyId::Ours | StrategyId::OursGil => workload.run::<Ours>(threads, each),
        StrategyId::Gil => workload.run::<Gil>(threads, each),
        StrategyId::Mutex => workload.run::<MutexPer>(threads, each),
        StrategyId::Rwlock => workload.run::<RwLockPer>(threads, each),
        StrategyId::Dashmap => workload.run::<Dash>(threads, each),
        StrategyId::Papaya => workload.run::<Papaya>(threads, each),
    }
}

/// The workloads by name, in the order of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum WorkloadId {
    /// The link checker.
    Crawl,
    /// The like counters.
    Likes,
    /// Read-mostly configuration, borrowed reads.
    SettingsBorrowed,
    /// Read-mostly configuration, counted reads.
    SettingsCounted,
}

impl WorkloadId {
    /// Every workload.
    pub(crate) const ALL: [Self; 4] =
        [Self::Crawl, Self::Likes, Self::SettingsBorrowed, Self::SettingsCounted];

    /// The name on the command line and in the files.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Crawl => "crawl",
            Self::Likes => "likes",
            Self::SettingsBorrowed => "settings-borrowed",
            Self::SettingsCounted => "settings-counted",
        }
    }

    /// The name that chooses all forms of one program.
    pub(crate) fn family(self) -> &'static str {
        match self {
            Self::Crawl => "crawl",
            Self::Likes => "likes",
            Self::SettingsBorrowed | Self::SettingsCounted => "settings",
        }
    }

    /// One line that says what the program does.
    pub(crate) fn explain(self) -> &'static str {
        match self {
            Self::Crawl => {
                "a link checker walks a site: shared set of claimed pages, shared frontier, shared table of pages"
            }
            Self::Likes => {
                "likes on a million posts, Zipf popularity and one celebrity post: shared table, shared counters"
            }
            Self::SettingsBorrowed => "read-mostly configuration, each read looks at the object in place",
            Self::SettingsCounted => {
                "read-mostly configuration, each read takes a counted reference of its own"
            }
        }
    }

    /// What is counted, in the plural.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::Crawl => "pages",
            Self::Likes => "likes",
            Self::SettingsBorrowed | Self::SettingsCounted => "reads",
        }
    }
}
