//! One run of models, with a time limit.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use std::{fs, io, thread};

/// What a run of models came to.
pub(crate) enum Outcome {
    Passed,
    /// A model failed. Loom often ends the process at once.
    Failed,
    /// It was still running at the time limit.
    Hung,
    /// There is no such model.
    NoModel,
    /// Somebody raised the flag.
    Stopped,
}

pub(crate) struct Trial<'a> {
    /// A built file of models.
    pub(crate) program: &'a Path,
    /// One model, or all of the file.
    pub(crate) model: Option<&'a str>,
    /// The bound, if not the model's own.
    pub(crate) preemptions: Option<&'a str>,
    pub(crate) limit: Duration,
    /// Ends the run early.
    pub(crate) stop: &'a AtomicBool,
    pub(crate) log: &'a Path,
}

impl Trial<'_> {
    pub(crate) fn run(&self) -> io::Result<(Outcome, Duration)> {
        let mut command = Command::new(self.program);
        if let Some(model) = self.model {
            command.args(["--exact", model]);
        }
        if let Some(preemptions) = self.preemptions {
            command.env("LOOM_MAX_PREEMPTIONS", preemptions);
        }
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let output = fs::File::create(self.log)?;
        command.args(["--test-threads", "2"]).env("RUST_BACKTRACE", "0");
        command.stdout(output.try_clone()?).stderr(output).stdin(Stdio::null());
        let start = Instant::now();
        let mut child = command.spawn()?;
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            let hung = start.elapsed() > self.limit;
            if hung || self.stop.load(Ordering::Relaxed) {
                end(&mut child)?;
                return Ok((if hung { Outcome::Hung } else { Outcome::Stopped }, start.elapsed()));
            }
            thread::sleep(Duration::from_millis(10));
        };
        let log = fs::read_to_string(self.log)?;
        let outcome = match status.success() {
            _ if log.contains("running 0 tests") => Outcome::NoModel,
            true => Outcome::Passed,
            false => Outcome::Failed,
        };
        Ok((outcome, start.elapsed()))
    }
}

/// Ends the process group of the child.
fn end(child: &mut Child) -> io::Result<()> {
    Command::new("kill").args(["-9", "--", &format!("-{}", child.id())]).status()?;
    child.wait()?;
    Ok(())
}
