//! The comparisons of the benchmarks: every operation that has a goal, done by this crate and by its peers.
//!
//! A [`Contest`] is one operation, an [`Entrant`] one implementor of it. The criterion suites in `benches/` time each entrant
//! by itself; the `ratios` program runs all entrants of a contest in turn, in one process, and prints their ratios.
//!
//! | contests | of |
//! |---|---|
//! | [`counts`] | clone, drop, make, upgrade and pass on of counted pointers |
//! | [`persistent`] | building, reading, changing and dropping persistent collections over those pointers |
//! | [`guards`] | entering and leaving a runtime or a collector |
//! | [`dicts`], [`lists`] | reads and writes of maps and arrays, shared and not |
//!
//! [`bytes`] says what the same collections take of memory.
#![cfg(not(loom))]

mod collection;
#[path = "../src/strategies/gil_lock.rs"]
mod gil_lock;
mod locked;
mod maps;

pub mod bytes;
pub mod counts;
pub mod dicts;
pub mod guards;
pub mod limits;
pub mod lists;
pub mod mimalloc;
pub mod persistent;
pub mod run;

pub use run::{Contest, Contestant, Control, Cost, Entrant, Goal, Issue, Stop, Threads, Work};

/// All contests, in the order of the report.
pub fn all() -> Vec<Contest> {
    [counts::contests(), persistent::contests(), guards::contests(), dicts::contests(), lists::contests()]
        .into_iter()
        .flatten()
        .collect()
}
