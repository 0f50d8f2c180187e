//! The process that measures this crate with its global lock on. It lives as long as the run, so that its input is
//! read once, and does nothing while another strategy is measured.

use std::io::{BufRead, BufReader, Write};
use std::process::{self, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;
use std::time::Duration;

use serde::Serialize;

use super::Conditions;
use super::serve::{Answer, Ask};
use crate::measure::{Failure, interrupted};
use crate::workloads::{Sample, WorkloadId};

/// A running child.
pub(crate) struct Child {
    process: process::Child,
    /// Always there until the child is dropped; closing it tells the process to end.
    asks: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Child {
    /// Starts this program again with the lock on.
    pub(crate) fn start(conditions: &Conditions) -> Result<Self, Failure> {
        let failed = |what: String| Failure::Child(what);
        let program = std::env::current_exe().map_err(|error| failed(error.to_string()))?;
        let mut process = Command::new(program)
            .arg("--serve")
            .env("FREETHREADED_GIL", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| failed(error.to_string()))?;
        let asks = process.stdin.take();
        let answers = process.stdout.take().ok_or_else(|| failed("it has no output".to_owned()))?;
        let mut child = Self { process, asks, answers: BufReader::new(answers) };
        child.send(conditions)?;
        Ok(child)
    }

    /// Has one workload measured.
    pub(crate) fn run(
        &mut self,
        workload: WorkloadId,
        threads: &[usize],
        each: &mut dyn FnMut(Sample),
    ) -> Result<(), Failure> {
        self.send(&Ask { workload, threads: threads.to_vec() })?;
        loop {
            let mut line = String::new();
            let read = self.answers.read_line(&mut line).map_err(|error| self.broken(&error.to_string()))?;
            if read == 0 {
                return Err(self.broken("it ended"));
            }
            match serde_json::from_str(&line).map_err(|error| self.broken(&error.to_string()))? {
                Answer::Sample(_) if interrupted() => return Err(Failure::Interrupted),
                Answer::Sample(sample) => each(sample),
                Answer::Done => return Ok(()),
                Answer::Wrong(what) => return Err(Failure::Wrong(what)),
                Answer::Panicked(what) => return Err(Failure::Panicked(what)),
                Answer::Failed(what) => return Err(self.broken(&what)),
            }
        }
    }

    fn send(&mut self, message: &impl Serialize) -> Result<(), Failure> {
        let mut line = serde_json::to_string(message).map_err(|error| Failure::Child(error.to_string()))?;
        line.push('\n');
        match &mut self.asks {
            Some(asks) => asks.write_all(line.as_bytes()).map_err(|error| self.broken(&error.to_string())),
            None => Err(self.broken("it was told to end")),
        }
    }

    /// Ctrl-C reaches both processes, perhaps the child first: what breaks then is no fault.
    fn broken(&self, what: &str) -> Failure {
        for _ in 0..20 {
            if interrupted() {
                return Failure::Interrupted;
            }
            thread::sleep(Duration::from_millis(5));
        }
        Failure::Child(what.to_owned())
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.asks = None;
        // It ends by itself when its input does, unless it is in the middle of a measurement nobody waits for.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
