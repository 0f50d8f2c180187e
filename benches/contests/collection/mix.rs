//! Reads, inserts, removals and updates in given shares, as the *bustle* suite has them: each thread inserts new keys of its own, removes
//! its oldest ones, and reads and updates at random any key that it has in the run, so that some are not there yet or not any more.

use std::hint::black_box;

use parking_lot::RwLock;

use super::{Key, Map, shuffle, with_entries};
use crate::run::{Control, Entrant, Loop};

/// Shares of the operations, in percent; the rest are reads.
#[derive(Clone, Copy)]
pub(crate) struct Mix {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    pub(crate) insert: usize,
    pub(crate) remove: usize,
    pub(crate) update: usize,
    /// Whether half of the capacity is filled at the beginning.
    pub(crate) prefilled: bool,
}

/// What the sizes of a run are shares of, by default.
pub(crate) const CAPACITY: u64 = 1 << 16;

impl Mix {
    /// The three mixes of the suite.
    pub(crate) const ALL: [Self; 3] = [
        Self {
            name: "read-heavy",
            what: "98 % read, 1 % insert, 1 % remove",
            insert: 1,
            remove: 1,
            update: 0,
            prefilled: true,
        },
        Self {
            name: "exchange",
            what: "10 % read, 40 % insert, 40 % remove, 10 % update",
            insert: 40,
            remove: 40,
            update: 10,
            prefilled: true,
        },
        Self {
            name: "rapid-grow",
            what: "5 % read, 80 % insert, 5 % remove, 10 % update, from empty",
            insert: 80,
            remove: 5,
            update: 10,
            prefilled: false,
        },
    ];

    /// Operations of a run.
    pub(crate) const fn operations(capacity: u64) -> u64 {
        capacity / 4 * 3
    }

    fn prefill(self, capacity: u64) -> u64 {
        if self.prefilled { capacity / 2 } else { 0 }
    }

    fn pattern(self) -> [Step; 100] {
        let mut pattern = [Step::Read; 100];
        let (inserts, rest) = pattern.split_at_mut(self.insert);
        inserts.fill(Step::Insert);
        rest[..self.remove].fill(Step::Remove);
        rest[self.remove..self.remove + self.update].fill(Step::Update);
        shuffle(&mut pattern);
        pattern
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Read,
    Insert,
    Remove,
    Update,
}

struct Mixed<C: Map> {
    mix: Mix,
    capacity: u64,
    pattern: [Step; 100],
    /// What the run is about, and its threads.
    fresh: RwLock<(C, u64)>,
}

impl<C: Map> Mixed<C> {
    fn new((mix, capacity): (Mix, u64)) -> Self {
        Self { mix, capacity, pattern: mix.pattern(), fresh: RwLock::new((C::new(), 1)) }
    }
}

impl<C: Map> Loop for Mixed<C> {
    fn prepare(&self, threads: usize) {
        *self.fresh.write() = (with_entries(0..self.mix.prefill(self.capacity), C::Key::nth), threads as u64);
    }

    fn run(&self, control: &mut Control, thread: usize) {
        let fresh = self.fresh.read();
        let (c, threads) = &*fresh;
        let thread = thread as u64 % threads;
        let prefilled = (self.mix.prefill(self.capacity) / threads) as usize;
        let inserts = (Mix::operations(self.capacity) / threads) as usize * self.mix.insert / 100 + 100;
        // The threads share the first keys out among themselves, and all others.
        let keys: Vec<C::Key> =
            (0..prefilled + inserts).map(|n| C::Key::nth(n as u64 * threads + thread)).collect();
        let (mut oldest, mut newest, mut at) = (0, prefilled, 0);
        let mut random = 0x9e37_79b9_7f4a_7c15u64 ^ thread;
        let mut any = || {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            &keys[((u128::from(random) * keys.len() as u128) >> 64) as usize]
        };
        control.start();
        let mut hold = c.hold();
        while let Some(n) = control.next() {
            for _ in 0..n {
                match self.pattern[at % 100] {
                    Step::Read => _ = black_box(c.get(&hold, any())),
                    Step::Insert if newest < keys.len() => {
                        c.add(&hold, keys[newest].clone(), at as u64);
                        newest += 1;
                    }
                    Step::Remove if oldest < newest => {
                        c.remove(&hold, &keys[oldest]);
                        oldest += 1;
                    }
                    Step::Update => c.update(&hold, any(), at as u64),
                    Step::Insert | Step::Remove => {}
                }
                at += 1;
            }
            C::renew(&mut hold);
        }
    }
}

/// An entrant whose map one thread uses.
pub(crate) fn own_mixed<C: Map>(name: &'static str, mix: (Mix, u64)) -> Entrant {
    Entrant::own_loop(name, move || Mixed::<C>::new(mix))
}

/// An entrant whose map threads share.
pub(crate) fn shared_mixed<C: Map + Send + Sync>(name: &'static str, mix: (Mix, u64)) -> Entrant {
    Entrant::shared_loop(name, move || Mixed::<C>::new(mix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_have_the_shares_of_the_mix() {
        for mix in Mix::ALL {
            let pattern = mix.pattern();
            let count = |step| pattern.iter().filter(|s| **s == step).count();
            let seen = [Step::Read, Step::Insert, Step::Remove, Step::Update].map(count);
            let reads = 100 - mix.insert - mix.remove - mix.update;
            assert_eq!(seen, [reads, mix.insert, mix.remove, mix.update], "{}", mix.name);
        }
    }
}
