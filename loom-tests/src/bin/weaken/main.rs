//! Weakens every ordering, fence and barrier of the lower layers, one at a time, and checks that a loom model notices.
//!
//! ```text
//! cargo run --release -p loom-tests --bin weaken                   as --check
//! cargo run --release -p loom-tests --bin weaken -- --check        every place has a line in orderings.txt, every line a place;
//!                                                                  and what changed since origin/main is tried again
//! … -- --check --changed HEAD~3                                    since another revision
//! … -- --check --all                                               everything is tried again
//! … -- --update                                                    finds models for places without a line, and writes the file
//! … -- --update --all                                              for all places
//! … -- --update --all --preemptions 5 Registry                     with a higher bound; only lines that contain "Registry"
//! ```
//!
//! Trying again stops after `--minutes` (7, without `--all`), and then says what was left. Functions that changed come first, then those
//! whose model changed, then the rest of their files. Works in a copy of the repository under `target/weaken`. Exit status 1 if
//! anything is missing or wrong.

mod code;
#[path = "../../mutation/mod.rs"]
mod mutation;
mod record;
mod revision;
mod scan;
mod trials;

use std::collections::HashSet;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{env, fs, io};

use mutation::Workshop;
use record::{FILE, Killer, Record, Verdict};
use revision::Changed;
use scan::{Id, Mutant};
use trials::{Finding, Tries};

#[derive(Default)]
struct Options {
    update: bool,
    all: bool,
    changed: Option<String>,
    preemptions: Option<String>,
    minutes: Option<u64>,
    words: Vec<String>,
}

fn main() -> ExitCode {
    let start = Instant::now();
    let result = options().and_then(|options| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a package of the workspace");
        run(root, &options, start).unwrap_or_else(|error| Err(vec![error.to_string()]))
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(errors) => {
            for error in &errors {
                println!("weaken: {error}");
            }
            ExitCode::FAILURE
        }
    }
}

fn options() -> Result<Options, Vec<String>> {
    let mut options = Options::default();
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| vec![format!("{argument} what?")]);
        match argument.as_str() {
            "--check" => {}
            "--update" => options.update = true,
            "--all" => options.all = true,
            "--changed" => options.changed = Some(value()?),
            "--preemptions" => options.preemptions = Some(value()?),
            "--minutes" => {
                let minutes = value()?.parse().map_err(|_| vec!["--minutes takes a number".to_owned()])?;
                options.minutes = Some(minutes);
            }
            unknown if unknown.starts_with('-') => return Err(vec![format!("there is no option {unknown}")]),
            _ => options.words.push(argument),
        }
    }
    if options.minutes.is_none() && !options.all && !options.update {
        options.minutes = Some(7);
    }
    Ok(options)
}

fn run(root: &Path, options: &Options, start: Instant) -> io::Result<Result<(), Vec<String>>> {
    let mutants = match scan::scan(root)? {
        Ok(mutants) => mutants,
        Err(why) => return Ok(Err(vec![why])),
    };
    let text = match fs::read_to_string(root.join(FILE)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        text => text?,
    };
    let (mut record, mut errors) = record::parse(&text);
    let deadline = options.minutes.map(|minutes| start + Duration::from_secs(60 * minutes));
    let session = Session { root, options, mutants: &mutants, deadline };
    if options.update {
        // The file is written anew, and what could not be read would be lost.
        if errors.is_empty() {
            session.update(&mut record)?;
        }
    } else {
        errors.extend(compare(root, &mutants, &record)?);
        if errors.is_empty() {
            errors = session.try_again(&record)?;
        }
    }
    summary(&mutants, &record);
    Ok(if errors.is_empty() { Ok(()) } else { Err(errors) })
}

fn summary(mutants: &[Mutant], record: &Record) {
    let [mut killed, mut equivalent, mut no_model, mut unexplained] = [0; 4];
    for mutant in mutants {
        match record.get(&mutant.id) {
            Some(Verdict::Killed(_)) => killed += 1,
            Some(Verdict::Equivalent(_)) => equivalent += 1,
            Some(Verdict::NoModel(_)) => no_model += 1,
            Some(Verdict::Unexplained) | None => unexplained += 1,
        }
    }
    println!(
        "{} mutants: {killed} killed, {equivalent} equivalent, {no_model} without a model, {unexplained} unexplained",
        mutants.len()
    );
}

/// What is wrong with the lines themselves.
fn compare(root: &Path, mutants: &[Mutant], record: &Record) -> io::Result<Vec<String>> {
    let mut errors = Vec::new();
    for Mutant { id, .. } in mutants {
        let place = format!("{}: `{}` in `{}`, {}", id.file, id.operation, id.function, id.change);
        match record.get(id) {
            None => errors.push(format!(
                "{place}: no line in {FILE}; run `cargo run --release -p loom-tests --bin weaken -- --update`"
            )),
            Some(Verdict::Unexplained) => errors.push(format!(
                "{place}: no model notices; write one, or weaken it in the source, or say in {FILE} why it is equivalent"
            )),
            Some(Verdict::Killed(killer)) => {
                let tests = root.join(format!("loom-tests/tests/{}.rs", killer.tests));
                let models = fs::read_to_string(tests).map(|source| scan::bodies(&source));
                if !models.is_ok_and(|models| models.contains_key(&killer.model)) {
                    errors.push(format!(
                        "{place}: its model {}::{} is gone; delete the line in {FILE} and run --update",
                        killer.tests, killer.model
                    ));
                }
            }
            Some(Verdict::Equivalent(_) | Verdict::NoModel(_)) => {}
        }
    }
    let places: HashSet<&Id> = mutants.iter().map(|mutant| &mutant.id).collect();
    for id in record.keys().filter(|id| !places.contains(id)) {
        errors.push(format!(
            "{}: `{}` in `{}`, {}: a line in {FILE} and no such place; run --update, which deletes it",
            id.file, id.operation, id.function, id.change
        ));
    }
    Ok(errors)
}

struct Session<'a> {
    root: &'a Path,
    options: &'a Options,
    mutants: &'a [Mutant],
    deadline: Option<Instant>,
}

impl Session<'_> {
    fn is_selected(&self, id: &Id, verdict: Option<&Verdict>) -> bool {
        let verdict = verdict.map(Verdict::to_string).unwrap_or_default();
        let line = format!("{id} | {verdict}");
        self.options.words.iter().all(|word| line.contains(word))
    }

    /// Finds verdicts for what has none, or for everything, and writes the file after each.
    fn update(&self, record: &mut Record) -> io::Result<()> {
        let places: HashSet<&Id> = self.mutants.iter().map(|mutant| &mutant.id).collect();
        record.retain(|id, _| places.contains(id));
        let write = |record: &Record| {
            fs::write(self.root.join(FILE), record::render(self.mutants.iter().map(|m| &m.id), record))
        };
        write(record)?;
        let undecided: Vec<&Mutant> = self
            .mutants
            .iter()
            .filter(|mutant| {
                let verdict = record.get(&mutant.id);
                let open = self.options.all || matches!(verdict, None | Some(Verdict::Unexplained));
                open && self.is_selected(&mutant.id, verdict)
            })
            .collect();
        if undecided.is_empty() {
            return Ok(());
        }
        let workshop = Workshop::new("weaken")?;
        for (n, mutant) in undecided.iter().enumerate() {
            self.announce(n, undecided.len(), &mutant.id)?;
            let known: Vec<Killer> = match record.get(&mutant.id) {
                Some(Verdict::Killed(killer)) => vec![killer.clone()],
                _ => Vec::new(),
            };
            match self.tries(&workshop).run(mutant, &known, true)? {
                Finding::Killed(killer) => {
                    println!("killed by {killer}");
                    record.insert(mutant.id.clone(), Verdict::Killed(killer));
                }
                Finding::Survived => {
                    println!("SURVIVED");
                    let verdict = record.entry(mutant.id.clone()).or_insert(Verdict::Unexplained);
                    if matches!(verdict, Verdict::Killed(_)) {
                        *verdict = Verdict::Unexplained;
                    }
                }
                Finding::Undecided => println!("not decided in time"),
                Finding::Broken(why) => println!("BROKEN: {why}"),
            }
            write(record)?;
        }
        Ok(())
    }

    /// Runs recorded verdicts again, and returns what is wrong with them.
    fn try_again(&self, record: &Record) -> io::Result<Vec<String>> {
        let changed = match self.options.all {
            true => None,
            false => match Changed::since(self.root, self.options.changed.as_deref())? {
                None if self.options.changed.is_some() => {
                    return Ok(vec!["git does not know that revision".to_owned()]);
                }
                None => {
                    println!("no earlier revision to compare with: only the lines were checked");
                    return Ok(Vec::new());
                }
                changed => changed,
            },
        };
        let mut chosen: Vec<(u8, &Mutant, &Verdict)> = Vec::new();
        for mutant in self.mutants {
            let verdict = &record[&mutant.id];
            if self.is_selected(&mutant.id, Some(verdict))
                && let Some(turn) = changed.as_ref().map_or(Some(0), |changed| turn(mutant, verdict, changed))
            {
                chosen.push((turn, mutant, verdict));
            }
        }
        chosen.sort_by_key(|(turn, ..)| *turn);
        if chosen.is_empty() {
            return Ok(Vec::new());
        }
        let workshop = Workshop::new("weaken")?;
        let mut errors = Vec::new();
        for (n, (_, mutant, verdict)) in chosen.iter().enumerate() {
            if self.deadline.is_some_and(|deadline| Instant::now() > deadline) {
                println!("out of time: {} of {} were not tried again", chosen.len() - n, chosen.len());
                break;
            }
            self.announce(n, chosen.len(), &mutant.id)?;
            let known = match verdict {
                Verdict::Killed(killer) => vec![killer.clone()],
                _ => Vec::new(),
            };
            let finding = self.tries(&workshop).run(mutant, &known, known.is_empty())?;
            let wrong = match (&finding, verdict) {
                (Finding::Killed(killer), Verdict::Killed(recorded)) if killer.hangs == recorded.hangs => {
                    None
                }
                (Finding::Survived, Verdict::Equivalent(_) | Verdict::NoModel(_)) => None,
                (Finding::Undecided, _) => None,
                (Finding::Killed(killer), _) => Some(format!("it is killed by {killer}")),
                (Finding::Survived, _) => Some("it survives that model".to_owned()),
                (Finding::Broken(why), _) => Some(why.clone()),
            };
            println!("{}", if wrong.is_some() { "WRONG" } else { "as recorded" });
            if let Some(wrong) = wrong {
                errors.push(format!(
                    "{}: `{}` in `{}`, {}: {FILE} says \"{verdict}\", but {wrong}; delete the line and run --update",
                    mutant.id.file, mutant.id.operation, mutant.id.function, mutant.id.change
                ));
            }
        }
        Ok(errors)
    }

    fn tries<'a>(&'a self, workshop: &'a Workshop) -> Tries<'a> {
        Tries { workshop, deadline: self.deadline, preemptions: self.options.preemptions.as_deref() }
    }

    fn announce(&self, n: usize, of: usize, id: &Id) -> io::Result<()> {
        print!("{}/{of} {id} | ", n + 1);
        io::Write::flush(&mut io::stdout())
    }
}

/// When the mutant's turn is, if what changed concerns it.
fn turn(mutant: &Mutant, verdict: &Verdict, changed: &Changed) -> Option<u8> {
    let Id { file, function, .. } = &mutant.id;
    let own = changed.has_function(file, function);
    match verdict {
        Verdict::Killed(_) if own => Some(0),
        Verdict::Killed(killer)
            if changed.has_function(&format!("loom-tests/tests/{}.rs", killer.tests), &killer.model) =>
        {
            Some(1)
        }
        Verdict::Killed(_) if changed.has_file(file) => Some(2),
        // All models have to run for these.
        Verdict::Equivalent(_) | Verdict::NoModel(_) if own => Some(3),
        _ => None,
    }
}
