//! Progress on standard error: a bar with an estimate where a person watches, a few plain lines where a log does.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

/// Width of the bar in characters.
const WIDTH: usize = 28;
/// Seconds between two lines of a log.
const LOG_EVERY: Duration = Duration::from_secs(10);

/// How far the run is.
pub(crate) struct Progress {
    terminal: bool,
    began: Instant,
    done: usize,
    expected: usize,
    doing: String,
    logged: Instant,
}

impl Progress {
    /// Starts the clock.
    pub(crate) fn new() -> Self {
        let now = Instant::now();
        Self {
            terminal: io::stderr().is_terminal(),
            began: now,
            done: 0,
            expected: 0,
            doing: String::new(),
            logged: now,
        }
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

    /// Says how many steps there will be, and starts the clock of the estimate.
    pub(crate) fn expect(&mut self, steps: usize) {
        self.expected = steps;
        self.began = Instant::now();
        if !self.terminal {
            self.write(&format!("{steps} measurements\n"));
        }
    }

    /// Says what is measured next.
    pub(crate) fn begin(&mut self, what: &str) {
        what.clone_into(&mut self.doing);
        self.show();
    }

    /// One measurement is done.
    pub(crate) fn step(&mut self) {
        self.done += 1;
        self.show();
    }

    /// Leaves the terminal as it was.
    pub(crate) fn end(&self) {
        if self.terminal {
            self.write("\r\x1b[K");
        }
    }

    fn show(&mut self) {
        let left = match self.left() {
            Some(left) => format!("{:>3} s left", left.as_secs_f64().ceil()),
            None => String::new(),
        };
        if self.terminal {
            let full = WIDTH * self.done / self.expected.max(1);
            let bar = format!("{}{}", "█".repeat(full), "░".repeat(WIDTH - full.min(WIDTH)));
            let (done, expected) = (self.done, self.expected);
            // Below 80 columns, since a line that wraps cannot be taken back.
            let doing: String = self.doing.chars().take(28).collect();
            self.write(&format!("\r\x1b[K{bar} {done}/{expected} {left}  {doing}"));
        } else if self.logged.elapsed() >= LOG_EVERY {
            self.logged = Instant::now();
            self.write(&format!("{}/{} {left}  {}\n", self.done, self.expected, self.doing));
        }
    }

    /// Turns differ in length, but every repetition has all of them, so the average step is a fair guess.
    fn left(&self) -> Option<Duration> {
        let share = self.done as f64 / self.expected.max(1) as f64;
        (self.done > 0).then(|| self.began.elapsed().mul_f64((1.0 - share) / share))
    }

    /// A closed standard error is no reason to stop.
    fn write(&self, text: &str) {
        let mut err = io::stderr().lock();
        let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
    }
}
