//! The rounds of a contest.

use std::time::Duration;

use freethreaded_benches::{Contest, Contestant, Stop, Threads, Work};

/// How much is measured.
pub(crate) struct Settings {
    pub(crate) rounds: usize,
    pub(crate) window: Duration,
    /// The cores, of which the first is this thread's. With one core only, nothing runs on several threads.
    pub(crate) cores: Vec<usize>,
}

/// Rounds of contests whose runs take a tenth of a second.
const BIG_ROUNDS: usize = 9;

/// What one entrant did, round by round.
#[derive(Default)]
pub(crate) struct Figures {
    /// Nanoseconds of one operation, on one thread.
    pub(crate) one: Vec<f64>,
    /// The same on two threads together: time over the operations of both.
    pub(crate) two: Vec<f64>,
    /// The same on four threads.
    pub(crate) four: Vec<f64>,
    /// What two threads do in the time of one: each thread's speed over that of its core alone, added up. So a core that is slow
    /// by itself does not count against an entrant.
    pub(crate) scaling: Vec<f64>,
    /// What four threads do in the time of one.
    pub(crate) scaling_of_four: Vec<f64>,
}

impl Figures {
    /// Nanoseconds on so many threads.
    pub(crate) fn ns(&self, threads: usize) -> &[f64] {
        match threads {
            1 => &self.one,
            2 => &self.two,
            _ => &self.four,
        }
    }

    /// What so many threads do in the time of one.
    pub(crate) fn scaling(&self, threads: usize) -> &[f64] {
        match threads {
            1 => &[],
            2 => &self.scaling,
            _ => &self.scaling_of_four,
        }
    }
}

/// Runs a contest: every round each entrant, beginning with another one each time.
pub(crate) fn measure(contest: &Contest, settings: &Settings) -> Vec<Figures> {
    let contestants: Vec<Contestant> = contest.entrants.iter().map(|entrant| (entrant.enter)()).collect();
    let timed = contest.work == Work::Timed;
    let rounds = if timed { settings.rounds } else { settings.rounds.min(BIG_ROUNDS) };
    let mut figures: Vec<Figures> = contestants.iter().map(|_| Figures::default()).collect();
    let mut salt = 0;
    if timed && contest.threads != Threads::Two {
        for contestant in &contestants {
            contestant.run(Stop::After(settings.window), 0);
        }
    }
    for round in 0..rounds {
        for turn in 0..contestants.len() {
            let at = (round + turn) % contestants.len();
            // Odd, so that operations that alternate do not keep to their halves of the trace.
            salt += 104_729;
            let turn = Turn { contest, contestant: &contestants[at], settings, salt };
            if contest.threads == Threads::Two {
                turn.together(&mut figures[at]);
            } else {
                // The threads of a crowded run disturb nobody else's rounds, but take as long as all others together.
                turn.once(&mut figures[at], !timed || round % 2 == 0);
            }
        }
    }
    figures
}

/// One entrant's turn in a round.
struct Turn<'a> {
    contest: &'a Contest,
    contestant: &'a Contestant,
    settings: &'a Settings,
    salt: usize,
}

impl Turn<'_> {
    fn stop_alone(&self) -> Stop {
        match self.contest.work {
            Work::Timed | Work::TimedLarge => Stop::After(self.settings.window),
            Work::Single => Stop::Operations(1),
            Work::Fixed(operations) => Stop::Operations(operations),
        }
    }

    fn stop_together(&self, threads: usize) -> Stop {
        match self.contest.work {
            Work::Fixed(operations) => Stop::Operations(operations / threads as u64),
            _ => Stop::After(self.settings.window * 10),
        }
    }

    fn ns(&self, rate: f64) -> f64 {
        1.0 / (rate * self.contest.per as f64)
    }

    fn once(&self, figures: &mut Figures, with_four: bool) {
        let (contestant, salt, cores) = (self.contestant, self.salt, &self.settings.cores[..]);
        let solo = contestant.run(self.stop_alone(), salt).rate();
        figures.one.push(self.ns(solo));
        let (Some(&core), true) = (cores.get(1), self.contest.threads != Threads::One) else { return };
        let Some(solo_there) = contestant.run_on(core, self.stop_alone(), salt) else { return };
        let Some(both) = contestant.run_together(&cores[..2], 2, self.stop_together(2), salt) else { return };
        let rates: Vec<f64> = both.samples.iter().map(|sample| sample.rate()).collect();
        figures.two.push(self.ns(rates[0] + rates[1]));
        figures.scaling.push(rates[0] / solo + rates[1] / solo_there.rate());
        if self.contest.threads != Threads::UpToFour || !with_four {
            return;
        }
        let Some(all) = contestant.run_together(cores, 4, self.stop_together(4), salt) else { return };
        figures.four.push(self.ns(all.rate_of_span()));
        figures.scaling_of_four.push(all.rate_of_span() / solo);
    }

    /// A round of threads that do different things: there is no speed of one alone.
    fn together(&self, figures: &mut Figures) {
        let Some(cores) = self.settings.cores.get(..2) else { return };
        let Some(both) = self.contestant.run_together(cores, 2, self.stop_together(2), self.salt) else {
            return;
        };
        figures.two.push(self.ns(both.samples.iter().map(|sample| sample.rate()).sum()));
    }
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
        let settings = Settings { rounds: 1, window: Duration::from_micros(10), cores: vec![0, 0] };
        // Those with a million entries take their time in a test build, and of keys that are strings a few are enough.
        let short = freethreaded_benches::all().into_iter().filter(|contest| {
            let sized =
                ["bustle/", "small/", "persistent/"].iter().any(|group| contest.id.starts_with(group));
            let is_small = contest.by_default || contest.id.contains("/8");
            !sized && !contest.id.contains("00000") && contest.per <= 1000 && is_small
        });
        let sized = freethreaded_benches::dicts::of_sizes(512, 100);
        for contest in short.chain(sized).chain(freethreaded_benches::persistent::of_size(1000)) {
            let figures = measure(&contest, &settings);
            assert_eq!(figures.len(), contest.entrants.len());
            for (figures, entrant) in figures.iter().zip(&contest.entrants) {
                let one = usize::from(contest.threads != Threads::Two);
                let two = usize::from(entrant.concurrent && contest.threads != Threads::One);
                let four = usize::from(entrant.concurrent && contest.threads == Threads::UpToFour);
                let scaling = one.min(two);
                let lengths =
                    (figures.one.len(), figures.two.len(), figures.scaling.len(), figures.four.len());
                assert_eq!(lengths, (one, two, scaling, four), "{} of {}", entrant.name, contest.id);
                let all = figures.one.iter().chain(&figures.two).chain(&figures.four);
                assert!(all.into_iter().all(|ns| ns.is_finite() && *ns > 0.0));
            }
        }
    }
}
