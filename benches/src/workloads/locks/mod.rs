//! Locks: what the lock of an object costs when it is not free, or not one's own. The same program runs with `Dict`, whose lock is
//! biased to the thread that used it first, and with a `parking_lot` mutex around an `IndexMap`. Both hold `Arc`s, so that they
//! differ in the lock and in what lock-free readers ask of a writer.

mod contest;
mod revocation;

use std::sync::Arc;
use std::time::{Duration, Instant};

use freethreaded::{Dict, critical_section};
use indexmap::IndexMap;
use parking_lot::Mutex;
use rustc_hash::FxBuildHasher;
use serde::Serialize;

use crate::measure::{Failure, interrupted};
pub(crate) use contest::{Rate, Work};

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Amounts {
    /// Locks per situation.
    pub(crate) locks: usize,
    /// Objects that are given away at once.
    pub(crate) bulk: usize,
    /// Length of one contest.
    pub(crate) duration: Duration,
}

impl Amounts {
    /// Of a run in full, and of a quick one.
    pub(crate) const FULL: Self = Self { locks: 2000, bulk: 10_000, duration: Duration::from_millis(200) };
    /// See [`FULL`](Self::FULL).
    pub(crate) const QUICK: Self = Self { locks: 100, bulk: 500, duration: Duration::from_millis(10) };
}

/// Whose lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Whose {
    /// `Dict`.
    Ours,
    /// `parking_lot::Mutex<IndexMap>`.
    ParkingLot,
}

impl Whose {
    /// In a few words.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Ours => "Dict",
            Self::ParkingLot => "Mutex",
        }
    }
}

/// What a thread waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Situation {
    /// The first write of another thread than the first user, which is blocked.
    FirstUserBlocked,
    /// The same; the first user has finished.
    FirstUserFinished,
    /// The same; the first user computes and calls nothing.
    FirstUserComputes,
    /// The same; the first user writes to another object all the time.
    FirstUserElsewhere,
    /// The same; the first user writes to this object all the time.
    FirstUserInside,
    /// The first write where the first user is blocked, and has made the object when the one before had been taken.
    MadeInTurn,
    /// The next write of that thread, where the first user is blocked.
    NextWrite,
    /// Many objects given away at once, the first write to each; their first user is blocked.
    ManyAtOnce,
    /// The same; their first user writes to another object all the time.
    ManyAtOnceElsewhere,
    /// A write now and then against a thread that writes to the same object all the time.
    AgainstHog,
    /// A write now and then against a thread that is in sections of 20 µs on the same object, with nothing between them.
    AgainstLongHog,
}

impl Situation {
    /// Every situation, in the order of the report.
    pub(crate) const ALL: [Self; 11] = [
        Self::FirstUserBlocked,
        Self::FirstUserFinished,
        Self::FirstUserComputes,
        Self::FirstUserElsewhere,
        Self::FirstUserInside,
        Self::MadeInTurn,
        Self::NextWrite,
        Self::ManyAtOnce,
        Self::ManyAtOnceElsewhere,
        Self::AgainstHog,
        Self::AgainstLongHog,
    ];

    /// In a few words.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::FirstUserBlocked => "first write, user blocked",
            Self::FirstUserFinished => "first write, user finished",
            Self::FirstUserComputes => "first write, user computes",
            Self::FirstUserElsewhere => "first write, user writes elsewhere",
            Self::FirstUserInside => "first write, user writes here",
            Self::MadeInTurn => "first write, each made after the last",
            Self::NextWrite => "next write, user blocked",
            Self::ManyAtOnce => "many at once, user blocked",
            Self::ManyAtOnceElsewhere => "many at once, user writes elsewhere",
            Self::AgainstHog => "against a writer in a loop",
            Self::AgainstLongHog => "against sections of 20 µs",
        }
    }
}

/// How long writes took in one situation, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Wait {
    /// The situation.
    pub(crate) situation: Situation,
    /// Whose lock.
    pub(crate) whose: Whose,
    /// Writes.
    pub(crate) writes: usize,
    /// The shortest.
    pub(crate) min: f64,
    /// Half of them took at most this.
    pub(crate) p50: f64,
    /// 90 in 100.
    pub(crate) p90: f64,
    /// 99 in 100.
    pub(crate) p99: f64,
    /// The longest.
    pub(crate) max: f64,
    /// All of them together, over their number.
    pub(crate) mean: f64,
}

impl Wait {
    fn of(situation: Situation, whose: Whose, mut nanos: Vec<u64>) -> Result<Self, Failure> {
        nanos.sort_unstable();
        let Some(last) = nanos.len().checked_sub(1) else {
            return Err(Failure::Wrong(format!("locks, {}: nothing was measured", situation.title())));
        };
        let quantile = |share: f64| nanos[(last as f64 * share).round() as usize] as f64;
        Ok(Self {
            situation,
            whose,
            writes: nanos.len(),
            min: quantile(0.0),
            p50: quantile(0.5),
            p90: quantile(0.9),
            p99: quantile(0.99),
            max: quantile(1.0),
            mean: nanos.iter().sum::<u64>() as f64 / nanos.len() as f64,
        })
    }
}

/// What was found.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Locks {
    /// By situation, ours first.
    pub(crate) waits: Vec<Wait>,
    /// By what is done and number of threads, ours first.
    pub(crate) rates: Vec<Rate>,
}

/// A map with one lock.
trait Lockable: Send + Sync + Sized + 'static {
    const WHOSE: Whose;
    fn new() -> Self;
    /// Inserts, or replaces.
    fn write(&self, key: u64, value: u64);
    /// Does `f` with the lock held.
    fn inside(&self, f: impl FnOnce());
    fn len(&self) -> usize;
}

impl Lockable for Dict<u64, Arc<u64>, FxBuildHasher> {
    const WHOSE: Whose = Whose::Ours;
    fn new() -> Self {
        Self::default()
    }
    #[inline]
    fn write(&self, key: u64, value: u64) {
        drop(self.insert(key, Arc::new(value)));
    }
    fn inside(&self, f: impl FnOnce()) {
        critical_section(self, |_| f());
    }
    fn len(&self) -> usize {
        Self::len(self)
    }
}

impl Lockable for Mutex<IndexMap<u64, Arc<u64>, FxBuildHasher>> {
    const WHOSE: Whose = Whose::ParkingLot;
    fn new() -> Self {
        Self::default()
    }
    #[inline]
    fn write(&self, key: u64, value: u64) {
        let value = Arc::new(value);
        let old = self.lock().insert(key, value);
        drop(old);
    }
    fn inside(&self, f: impl FnOnce()) {
        let guard = self.lock();
        f();
        drop(guard);
    }
    fn len(&self) -> usize {
        self.lock().len()
    }
}

/// How long a long section is.
const SECTION: Duration = Duration::from_micros(20);

type Ours = Dict<u64, Arc<u64>, FxBuildHasher>;
type Theirs = Mutex<IndexMap<u64, Arc<u64>, FxBuildHasher>>;

/// Measures everything; what was measured before a failure or Ctrl-C is in `found` either way.
pub(crate) fn locks(amounts: Amounts, found: &mut Locks) -> Result<(), Failure> {
    for situation in Situation::ALL {
        found.waits.push(wait::<Ours>(situation, amounts)?);
        found.waits.push(wait::<Theirs>(situation, amounts)?);
    }
    for work in [Work::Write, Work::Section] {
        for threads in [2, 4] {
            found.rates.extend(contest::rates::<Ours, Theirs>(work, threads, amounts.duration)?);
        }
    }
    Ok(())
}

fn wait<L: Lockable>(situation: Situation, amounts: Amounts) -> Result<Wait, Failure> {
    use revocation::{Made, User};
    if interrupted() {
        return Err(Failure::Interrupted);
    }
    let first = |user, made| revocation::each::<L>(user, made, 1, amounts.locks);
    let nanos = match situation {
        Situation::FirstUserBlocked => first(User::Blocked, Made::Before),
        Situation::FirstUserFinished => first(User::Finished, Made::Before),
        Situation::FirstUserComputes => first(User::Computes, Made::Before),
        Situation::FirstUserElsewhere => first(User::Elsewhere, Made::Before),
        Situation::FirstUserInside => first(User::Inside, Made::Before),
        Situation::MadeInTurn => first(User::Blocked, Made::InTurn),
        Situation::NextWrite => revocation::each::<L>(User::Blocked, Made::Before, 2, amounts.locks),
        Situation::ManyAtOnce => revocation::many::<L>(User::Blocked, amounts.bulk),
        Situation::ManyAtOnceElsewhere => revocation::many::<L>(User::Elsewhere, amounts.bulk),
        Situation::AgainstHog => contest::against_hog::<L>(|object| object.write(0, 0), amounts.locks),
        Situation::AgainstLongHog => {
            contest::against_hog::<L>(|object| object.inside(|| pause(SECTION)), amounts.locks / 4)
        }
    };
    Wait::of(situation, L::WHOSE, nanos?)
}

/// Nanoseconds that `f` takes.
fn nanos_of(f: impl FnOnce()) -> u64 {
    let began = Instant::now();
    f();
    began.elapsed().as_nanos() as u64
}

/// Spins for a time: sleeping is much coarser.
fn pause(time: Duration) {
    let began = Instant::now();
    while began.elapsed() < time {
        std::hint::spin_loop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_situation_is_measured_for_both() {
        let amounts = Amounts { locks: 20, bulk: 30, duration: Duration::from_millis(2) };
        let mut found = Locks::default();
        locks(amounts, &mut found).expect("no failure");
        let seen: Vec<_> = found.waits.iter().map(|wait| (wait.situation, wait.whose)).collect();
        let all: Vec<_> = Situation::ALL
            .into_iter()
            .flat_map(|s| [Whose::Ours, Whose::ParkingLot].map(|whose| (s, whose)))
            .collect();
        assert_eq!(seen, all);
        for wait in &found.waits {
            assert!(
                wait.min <= wait.p50 && wait.p50 <= wait.p90 && wait.p90 <= wait.p99 && wait.p99 <= wait.max
            );
            assert!(wait.min <= wait.mean && wait.mean <= wait.max);
        }
        let seen: Vec<_> = found.rates.iter().map(|rate| (rate.work, rate.threads, rate.whose)).collect();
        let all: Vec<_> = [(Work::Write, 2), (Work::Write, 4), (Work::Section, 2), (Work::Section, 4)]
            .into_iter()
            .flat_map(|(work, threads)| [Whose::Ours, Whose::ParkingLot].map(|whose| (work, threads, whose)))
            .collect();
        assert_eq!(seen, all);
        assert!(found.rates.iter().all(|rate| rate.per_second > 0.0));
    }
}
