//! Progress on standard error: a bar with an estimate where a person watches, a few plain lines where a log does.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use crate::workloads::WorkloadId;

/// Width of the bar in characters.
const WIDTH: usize = 28;
/// Seconds between two lines of a log.
const LOG_EVERY: Duration = Duration::from_secs(10);

/// How far the run is.
pub(crate) struct Progress {
    terminal: bool,
    kinds: Vec<Kind>,
    doing: String,
    stepped: Instant,
    logged: Instant,
}

/// The steps of one workload, which take about the same time each, while those of another may take ten times that.
struct Kind {
    workload: WorkloadId,
    expected: u32,
    done: u32,
    /// What a step is thought to take before the first one is done.
    guess: Duration,
    spent: Duration,
}

impl Kind {
    fn left(&self) -> Duration {
        let each = if self.done > 0 { self.spent / self.done } else { self.guess };
        each * self.expected.saturating_sub(self.done)
    }
}

impl Progress {
    /// Starts the clock.
    pub(crate) fn new() -> Self {
        let now = Instant::now();
        let terminal = io::stderr().is_terminal();
        Self { terminal, kinds: Vec::new(), doing: String::new(), stepped: now, logged: now }
    }

    /// Says something that takes a while and is no measurement.
    pub(crate) fn say(&mut self, what: &str) {
        what.clone_into(&mut self.doing);
        if self.terminal {
            self.write(&format!("\r\x1b[K  {what} …"));
        } else {
            self.write(&format!("{what}\n"));
        }
    }

    /// Says how many steps of a workload there will be and what one of them may take.
    pub(crate) fn expect(&mut self, workload: WorkloadId, steps: usize, guess: Duration) {
        let expected = u32::try_from(steps).unwrap_or(u32::MAX);
        self.kinds.push(Kind { workload, expected, done: 0, guess, spent: Duration::ZERO });
    }

    /// Begins with the steps.
    pub(crate) fn start(&mut self) {
        self.stepped = Instant::now();
        if !self.terminal {
            let (_, expected) = self.count();
            self.write(&format!(
                "{expected} measurements, about {:.0} s\n",
                self.left().as_secs_f64().ceil()
            ));
        }
    }

    /// Says what is measured next.
    pub(crate) fn begin(&mut self, what: &str) {
        what.clone_into(&mut self.doing);
        self.show();
    }

    /// One measurement is done.
    pub(crate) fn step(&mut self, workload: WorkloadId) {
        let took = self.stepped.elapsed();
        self.stepped = Instant::now();
        if let Some(kind) = self.kinds.iter_mut().find(|kind| kind.workload == workload) {
            kind.done += 1;
            kind.spent += took;
        }
        self.show();
    }

    /// Leaves the terminal as it was.
    pub(crate) fn end(&self) {
        if self.terminal {
            self.write("\r\x1b[K");
        }
    }

    fn show(&mut self) {
        let (done, expected) = self.count();
        let left = format!("{:>3} s left", self.left().as_secs_f64().ceil());
        if self.terminal {
            let full = (WIDTH * done as usize / expected.max(1) as usize).min(WIDTH);
            let bar = format!("{}{}", "█".repeat(full), "░".repeat(WIDTH - full));
            // Below 80 columns, since a line that wraps cannot be taken back.
            let doing: String = self.doing.chars().take(28).collect();
            self.write(&format!("\r\x1b[K{bar} {done}/{expected} {left}  {doing}"));
        } else if self.logged.elapsed() >= LOG_EVERY {
            self.logged = Instant::now();
            self.write(&format!("{done}/{expected} {left}  {}\n", self.doing));
        }
    }

    fn count(&self) -> (u32, u32) {
        self.kinds.iter().fold((0, 0), |(done, expected), kind| (done + kind.done, expected + kind.expected))
    }

    fn left(&self) -> Duration {
        self.kinds.iter().map(Kind::left).sum()
    }

    /// A closed standard error is no reason to stop.
    fn write(&self, text: &str) {
        let mut err = io::stderr().lock();
        let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_estimate_follows_each_workload() {
        let mut progress = Progress::new();
        progress.expect(WorkloadId::Crawl, 10, Duration::from_secs(1));
        progress.expect(WorkloadId::Likes, 5, Duration::from_secs(2));
        assert_eq!(progress.left(), Duration::from_secs(20));
        progress.kinds[0].done = 5;
        progress.kinds[0].spent = Duration::from_secs(10);
        assert_eq!((progress.left(), progress.count()), (Duration::from_secs(20), (5, 15)));
        progress.step(WorkloadId::Likes);
        assert_eq!(progress.count(), (6, 15));
    }
}
