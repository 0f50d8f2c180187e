//! Tries a mutant against the models.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{io, thread};

use crate::mutation::{Outcome, Trial, Workshop};
use crate::record::Killer;
use crate::scan::{LAYERS, Mutant};

/// A model that takes longer hangs, if without the change it takes less than a quarter of this.
const LIMIT: Duration = Duration::from_secs(160);

pub(crate) enum Finding {
    Killed(Killer),
    Survived,
    /// There was no time to run all models.
    Undecided,
    Broken(String),
}

pub(crate) struct Tries<'a> {
    pub(crate) workshop: &'a Workshop,
    /// When to give up.
    pub(crate) deadline: Option<Instant>,
    /// The bound of every model, if not its own.
    pub(crate) preemptions: Option<&'a str>,
}

impl Tries<'_> {
    /// Runs the models that are known to kill such mutants, then, if `search`, all others.
    pub(crate) fn run(&self, mutant: &Mutant, known: &[Killer], search: bool) -> io::Result<Finding> {
        let change = |source: &str| Ok(mutant.apply(source));
        let mut hung = Vec::new();
        let finding = self
            .workshop
            .changed(&mutant.id.file, change, || self.try_models(mutant, known, search, &mut hung))?
            .unwrap_or_else(Finding::Broken);
        if !matches!(finding, Finding::Survived) {
            return Ok(finding);
        }
        for killer in hung {
            let Ok(program) = self.workshop.build(&killer.tests)? else { continue };
            let (outcome, after) = self.trial(&program, &killer, LIMIT, &AtomicBool::new(false), 0)?;
            if matches!(outcome, Outcome::Passed) && after < LIMIT / 4 {
                return Ok(Finding::Killed(Killer { hangs: true, ..killer }));
            }
        }
        Ok(Finding::Survived)
    }

    fn try_models(
        &self,
        mutant: &Mutant,
        known: &[Killer],
        search: bool,
        hung: &mut Vec<Killer>,
    ) -> io::Result<Finding> {
        for killer in known {
            let program = match self.workshop.build(&killer.tests)? {
                Ok(program) => program,
                Err(why) => return Ok(Finding::Broken(why)),
            };
            match self.trial(&program, killer, LIMIT, &AtomicBool::new(false), 0)?.0 {
                Outcome::Failed => return Ok(Finding::Killed(killer.clone())),
                Outcome::Hung => hung.push(killer.clone()),
                Outcome::NoModel => {
                    return Ok(Finding::Broken(format!("there is no model {}", killer.model)));
                }
                Outcome::Passed | Outcome::Stopped => {}
            }
        }
        if !search {
            return Ok(Finding::Survived);
        }
        let files =
            LAYERS.iter().find(|(layer, _)| mutant.id.file.starts_with(layer)).map_or(&[][..], |l| l.1);
        for tests in files {
            let program = match self.workshop.build(tests)? {
                Ok(program) => program,
                Err(why) => return Ok(Finding::Broken(why)),
            };
            let mut models = models(&program)?;
            models.retain(|model| known.iter().all(|killer| killer.model != *model));
            let found = self.search(tests, &program, &models)?;
            hung.extend(found.hung);
            if let Some(killer) = found.killer {
                return Ok(Finding::Killed(killer));
            }
            if self.deadline.is_some_and(|deadline| Instant::now() > deadline) {
                return Ok(Finding::Undecided);
            }
        }
        Ok(Finding::Survived)
    }

    /// Runs models side by side until one fails.
    fn search(&self, tests: &str, program: &Path, models: &[String]) -> io::Result<Found> {
        let next = AtomicUsize::new(0);
        let stop = AtomicBool::new(false);
        let found = Mutex::new(Found::default());
        let work = |worker: usize| -> io::Result<()> {
            while let Some(model) = models.get(next.fetch_add(1, Ordering::Relaxed)) {
                let late = self.deadline.is_some_and(|deadline| Instant::now() > deadline);
                if late || stop.load(Ordering::Relaxed) {
                    break;
                }
                let killer = Killer {
                    tests: tests.to_owned(),
                    model: model.clone(),
                    preemptions: self.preemptions.map(str::to_owned),
                    hangs: false,
                };
                let (outcome, _) = self.trial(program, &killer, LIMIT, &stop, worker)?;
                let mut found = found.lock().expect("no worker panics");
                match outcome {
                    Outcome::Failed => {
                        stop.store(true, Ordering::Relaxed);
                        found.killer.get_or_insert(killer);
                    }
                    Outcome::Hung => found.hung.push(killer),
                    Outcome::Passed | Outcome::NoModel | Outcome::Stopped => {}
                }
            }
            Ok(())
        };
        let workers = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            let workers: Vec<_> = (0..workers).map(|worker| scope.spawn(move || work(worker))).collect();
            workers.into_iter().try_for_each(|worker| worker.join().expect("a worker does not panic"))
        })?;
        Ok(found.into_inner().expect("no worker panics"))
    }

    fn trial(
        &self,
        program: &Path,
        killer: &Killer,
        limit: Duration,
        stop: &AtomicBool,
        worker: usize,
    ) -> io::Result<(Outcome, Duration)> {
        let log: PathBuf = self.workshop.log(&format!("log-{worker}"));
        Trial {
            program,
            model: Some(&killer.model),
            preemptions: killer.preemptions.as_deref(),
            limit,
            stop,
            log: &log,
        }
        .run()
    }
}

#[derive(Default)]
struct Found {
    killer: Option<Killer>,
    hung: Vec<Killer>,
}

/// The names of a program's models.
fn models(program: &Path) -> io::Result<Vec<String>> {
    let list = Command::new(program).arg("--list").output()?;
    let list = String::from_utf8_lossy(&list.stdout);
    Ok(list.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect())
}
