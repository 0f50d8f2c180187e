//! What is counted: those contests of one thread that take the same instructions each time.

use std::hint::black_box;

use freethreaded_benches::{Contest, Control, Entrant, Stop};

/// The contests, in the order of the table. Not among them are those with a clock in them (`refcount/sustained`), those that wait
/// for a second thread, and those of a million objects, which are a matter of the cache.
const IDS: [&str; 14] = [
    "refcount/own-calls",
    "refcount/own",
    "refcount/own-64",
    "refcount/foreign",
    "refcount/merged",
    "refcount/wide",
    "refcount/immortal",
    "refcount/make",
    "refcount/weak-own",
    "refcount/weak-foreign",
    "refcount/downgrade",
    "attach/outermost",
    "attach/nested",
    "attach/checkpoint",
];

/// A path, and who goes it.
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) what: String,
    /// Ours is the first.
    pub(crate) entrants: Vec<&'static str>,
}

/// What the loop and its `black_box`es cost by themselves: part of every other figure.
fn the_loop_alone() -> Contest {
    let nothing = Entrant::own("nothing", || {
        let thing = Box::new(0_u64);
        move |control: &mut Control| {
            control.start();
            while let Some(n) = control.next() {
                for _ in 0..n {
                    black_box(black_box(&thing));
                }
            }
        }
    });
    Contest::new("loop/alone", "the loop alone, which is part of every other figure", vec![nothing])
}

fn contests() -> Vec<Contest> {
    let mut all = freethreaded_benches::all();
    let counted = IDS.map(|id| {
        let at = all.iter().position(|contest| contest.id == id);
        all.swap_remove(at.expect("a contest of that name"))
    });
    counted.into_iter().chain([the_loop_alone()]).collect()
}

/// All paths.
pub(crate) fn all() -> Vec<Case> {
    let case = |contest: Contest| Case {
        id: contest.id,
        what: contest.what,
        entrants: contest.entrants.iter().map(|entrant| entrant.name).collect(),
    };
    contests().into_iter().map(case).collect()
}

/// Every path with everyone who goes it.
pub(crate) fn names() -> Vec<(String, &'static str)> {
    all().iter().flat_map(|case| case.entrants.iter().map(|name| (case.id.clone(), *name))).collect()
}

/// Does so many operations.
pub(crate) fn run(id: &str, name: &str, operations: &str) -> Result<(), String> {
    let operations = operations.parse().map_err(|_| format!("{operations:?} is no number of operations"))?;
    let contests = contests();
    let contest =
        contests.iter().find(|contest| contest.id == id).ok_or_else(|| format!("no path {id:?}"))?;
    let entrant = contest.entrants.iter().find(|entrant| entrant.name == name);
    // What is noticed depends on the clock, and a wide object would be made narrow: one thread alone uses it.
    freethreaded::refcount::set_adaptive(false);
    let contestant = (entrant.ok_or_else(|| format!("nobody called {name:?} in {id}"))?.enter)();
    contestant.run(Stop::Whole(operations), 0);
    Ok(())
}

#[cfg(test)]
mod tests {
    use freethreaded_benches::{Threads, Work};

    use super::*;

    #[test]
    fn every_path_can_be_gone_alone() {
        for contest in contests() {
            assert!(contest.threads != Threads::Two && contest.work == Work::Timed, "{}", contest.id);
        }
        for (id, name) in names() {
            run(&id, name, "100").unwrap_or_else(|error| panic!("{id} {name}: {error}"));
        }
    }

    #[test]
    fn wrong_names_are_errors() {
        assert!(run("refcount/own", "nobody", "1").is_err());
        assert!(run("nowhere", "Brc", "1").is_err());
        assert!(run("refcount/own", "Brc", "many").is_err());
    }
}
