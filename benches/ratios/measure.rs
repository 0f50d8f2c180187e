//! The rounds of a contest.

use std::time::Duration;

use freethreaded_benches::{Contest, Contestant, Stop, Threads};

/// How much is measured.
pub(crate) struct Settings {
    pub(crate) rounds: usize,
    pub(crate) window: Duration,
    /// The core of the second thread, where there is one.
    pub(crate) second_core: Option<usize>,
}

/// Rounds of contests whose single operations take a tenth of a second.
const BIG_ROUNDS: usize = 9;

/// What one entrant did, round by round.
#[derive(Default)]
pub(crate) struct Figures {
    /// Nanoseconds of one operation, on one thread.
    pub(crate) one: Vec<f64>,
    /// The same on two threads together: time over the operations of both.
    pub(crate) two: Vec<f64>,
    /// What two threads do in the time of one: each thread's speed over that of its core alone, added up. So a core that is slow
    /// by itself does not count against an entrant.
    pub(crate) scaling: Vec<f64>,
}

/// Runs a contest: every round each entrant, beginning with another one each time.
pub(crate) fn measure(contest: &Contest, settings: &Settings) -> Vec<Figures> {
    let contestants: Vec<Contestant> = contest.entrants.iter().map(|entrant| (entrant.enter)()).collect();
    let big = contest.per > 1;
    let rounds = if big { settings.rounds.min(BIG_ROUNDS) } else { settings.rounds };
    let second = settings.second_core.filter(|_| contest.threads != Threads::One);
    let mut figures: Vec<Figures> = contestants.iter().map(|_| Figures::default()).collect();
    let mut salt = 0;
    if !big && contest.threads != Threads::Two {
        for contestant in &contestants {
            contestant.run(Stop::After(settings.window), 0);
        }
    }
    for round in 0..rounds {
        for turn in 0..contestants.len() {
            let at = (round + turn) % contestants.len();
            // Odd, so that operations that alternate do not keep to their halves of the trace.
            salt += 104_729;
            let figures = &mut figures[at];
            if contest.threads == Threads::Two {
                run_together(&contestants[at], contest.per, settings, second, salt, figures);
            } else {
                run_once(&contestants[at], contest.per, settings, second, salt, figures);
            }
        }
    }
    figures
}

fn run_once(
    contestant: &Contestant,
    per: u64,
    settings: &Settings,
    second: Option<usize>,
    salt: usize,
    figures: &mut Figures,
) {
    let stop = if per > 1 { Stop::Operations(1) } else { Stop::After(settings.window) };
    let solo = contestant.run(stop, salt).rate();
    figures.one.push(1.0 / (solo * per as f64));
    let Some(core) = second else { return };
    let Some(solo_there) = contestant.run_on(core, stop, salt) else { return };
    let Some(both) = contestant.run_on_both(core, Stop::After(settings.window * 10), salt) else { return };
    let [here, there] = both.map(|sample| sample.rate());
    figures.two.push(1.0 / ((here + there) * per as f64));
    figures.scaling.push(here / solo + there / solo_there.rate());
}

/// A round of threads that do different things: there is no speed of one alone.
fn run_together(
    contestant: &Contestant,
    per: u64,
    settings: &Settings,
    second: Option<usize>,
    salt: usize,
    figures: &mut Figures,
) {
    let Some(core) = second else { return };
    let Some(both) = contestant.run_on_both(core, Stop::After(settings.window * 10), salt) else { return };
    let [here, there] = both.map(|sample| sample.rate());
    figures.two.push(1.0 / ((here + there) * per as f64));
}

/// The middle of some figures, and the middle of each half.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub(crate) struct Middle {
    pub(crate) median: f64,
    pub(crate) first_quartile: f64,
    pub(crate) third_quartile: f64,
}

impl Middle {
    /// `None` of nothing.
    pub(crate) fn of(mut figures: Vec<f64>) -> Option<Self> {
        let last = figures.len().checked_sub(1)?;
        figures.sort_by(f64::total_cmp);
        let at = |share: f64| figures[(share * last as f64).round() as usize];
        Some(Self { median: at(0.5), first_quartile: at(0.25), third_quartile: at(0.75) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn middles() {
        assert!(Middle::of(vec![]).is_none());
        let middle = Middle::of(vec![5.0, 1.0, 3.0, 2.0, 4.0]).expect("not empty");
        assert_eq!((middle.median, middle.first_quartile, middle.third_quartile), (3.0, 2.0, 4.0));
    }

    #[test]
    fn every_contest_runs_in_full() {
        let settings = Settings { rounds: 1, window: Duration::from_micros(10), second_core: Some(0) };
        // Those with a million entries take their time in a test build.
        let short = freethreaded_benches::all()
            .into_iter()
            .filter(|contest| contest.per == 1 && !contest.id.ends_with("000000"));
        for contest in short.chain(freethreaded_benches::persistent::of_size(1000)) {
            let figures = measure(&contest, &settings);
            assert_eq!(figures.len(), contest.entrants.len());
            for (figures, entrant) in figures.iter().zip(&contest.entrants) {
                let one = usize::from(contest.threads != Threads::Two);
                let two = usize::from(entrant.concurrent && contest.threads != Threads::One);
                let scaling = one.min(two);
                let lengths = (figures.one.len(), figures.two.len(), figures.scaling.len());
                assert_eq!(lengths, (one, two, scaling), "{} of {}", entrant.name, contest.id);
                assert!(figures.one.iter().chain(&figures.two).all(|ns| ns.is_finite() && *ns > 0.0));
            }
        }
    }
}
