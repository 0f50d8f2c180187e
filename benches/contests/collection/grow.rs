//! Filling a collection from empty, by one thread or by several that add different entries.

use parking_lot::RwLock;

use super::{Collection, Key};
use crate::run::{Control, Entrant, Loop};

struct Grow<C: Collection> {
    entries: u64,
    key: fn(u64) -> C::Key,
    /// What the run is about, and its threads.
    fresh: RwLock<(C, usize)>,
}

impl<C: Collection> Grow<C> {
    fn new(entries: u64, key: fn(u64) -> C::Key) -> Self {
        Self { entries, key, fresh: RwLock::new((C::new(), 1)) }
    }
}

impl<C: Collection> Loop for Grow<C> {
    fn prepare(&self, threads: usize) {
        *self.fresh.write() = (C::new(), threads);
    }

    fn run(&self, control: &mut Control, thread: usize) {
        let fresh = self.fresh.read();
        let (c, threads) = &*fresh;
        let share = self.entries / *threads as u64;
        // One thread by itself adds the first share whatever its number is.
        let first = share * (thread % threads) as u64;
        let mut keys: std::vec::IntoIter<C::Key> =
            (first..first + share).map(self.key).collect::<Vec<_>>().into_iter();
        control.start();
        let mut hold = c.hold();
        let mut value = first;
        while let Some(n) = control.next() {
            for key in keys.by_ref().take(n as usize) {
                c.add(&hold, key, value);
                value += 1;
            }
            C::renew(&mut hold);
        }
    }
}

/// An entrant whose collection one thread fills with so many entries.
pub(crate) fn own_grow<C: Collection>(name: &'static str, entries: u64, key: fn(u64) -> C::Key) -> Entrant {
    Entrant::own_loop(name, move || Grow::<C>::new(entries, key))
}

/// An entrant whose collection threads fill.
pub(crate) fn shared_grow<C>(name: &'static str, entries: u64, key: fn(u64) -> C::Key) -> Entrant
where
    C: Collection + Send + Sync,
    C::Key: Key,
{
    Entrant::shared_loop(name, move || Grow::<C>::new(entries, key))
}
