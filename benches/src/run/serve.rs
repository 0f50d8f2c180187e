//! The other side of [`child`](super::child): a process of this program that has the library's global lock on, which
//! holds for a whole process and cannot be undone. It measures what it is asked for, one line of JSON at a time.

use std::io::{self, BufRead, Write};

use serde::{Deserialize, Serialize};

use super::{Bench, Conditions};
use crate::measure::Failure;
use crate::strategies::StrategyId;
use crate::workloads::{Sample, WorkloadId};

/// What the child is asked: all thread counts of one workload.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Ask {
    /// The workload.
    pub(crate) workload: WorkloadId,
    /// The thread counts.
    pub(crate) threads: Vec<usize>,
}

/// What the child answers: a line per sample, then one of the others.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Answer {
    /// One sample.
    Sample(Sample),
    /// All samples were sent and the results were right.
    Done,
    /// The result was wrong.
    Wrong(String),
    /// A worker panicked.
    Panicked(String),
    /// Anything else.
    Failed(String),
}

/// Answers until the asking process closes the pipe.
pub(crate) fn serve() -> io::Result<()> {
    let mut lines = io::stdin().lock().lines();
    let Some(first) = lines.next() else { return Ok(()) };
    let conditions: Conditions = serde_json::from_str(&first?)?;
    let mut bench = Bench::new(conditions);
    for line in lines {
        let ask: Ask = serde_json::from_str(&line?)?;
        let mut pipe = Ok(());
        let mut each = |sample| {
            if pipe.is_ok() {
                pipe = answer(&Answer::Sample(sample));
            }
        };
        let done = if freethreaded::gil::is_enabled() {
            bench.run(ask.workload, StrategyId::OursGil, &ask.threads, &mut each)
        } else {
            Err(Failure::Child("the library did not turn its global lock on".to_owned()))
        };
        pipe?;
        answer(&match done {
            Ok(()) => Answer::Done,
            Err(Failure::Wrong(what)) => Answer::Wrong(what),
            Err(Failure::Panicked(what)) => Answer::Panicked(what),
            Err(other) => Answer::Failed(other.to_string()),
        })?;
    }
    Ok(())
}

fn answer(answer: &Answer) -> io::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, answer)?;
    out.write_all(b"\n")?;
    out.flush()
}
