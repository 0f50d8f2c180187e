//! What only lists do: popping, inserting in the middle, sorting.

use super::{Collection, shuffle};
use crate::run::{Control, Entrant, Loop};

/// A list from the outside.
pub(crate) trait Sequence: Collection<Key = u64> {
    /// Takes the last element away.
    fn pop(&self, hold: &Self::Hold<'_>);
    fn insert_at(&self, hold: &Self::Hold<'_>, place: usize, value: u64);
    fn remove_at(&self, hold: &Self::Hold<'_>, place: usize);
    /// By value, stable.
    fn sort(&self, hold: &Self::Hold<'_>);
}

/// A pair of operations that leaves a list as long as it was.
#[derive(Clone, Copy)]
pub(crate) enum Change {
    PushPop,
    /// Inserting in the middle, and removing there.
    Middle,
}

struct Changed<C: Collection> {
    change: Change,
    entries: u64,
    together: Option<C>,
}

impl<C: Sequence> Changed<C> {
    fn new(change: Change, entries: u64, concurrent: bool) -> Self {
        Self { change, entries, together: concurrent.then(|| filled(entries)) }
    }

    fn run_on(&self, c: &C, control: &mut Control) {
        let middle = self.entries as usize / 2;
        control.start();
        let mut hold = c.hold();
        while let Some(n) = control.next() {
            for i in 0..n {
                match self.change {
                    Change::PushPop => {
                        c.add(&hold, 0, i);
                        c.pop(&hold);
                    }
                    Change::Middle => {
                        c.insert_at(&hold, middle, i);
                        c.remove_at(&hold, middle);
                    }
                }
            }
            C::renew(&mut hold);
        }
    }
}

fn filled<C: Collection<Key = u64>>(entries: u64) -> C {
    super::with_entries(0..entries, |n| n)
}

/// A thread alone changes a list of its own, for the reason that is written at the other operations.
impl<C: Sequence> Loop for Changed<C> {
    fn run(&self, control: &mut Control, _thread: usize) {
        match &self.together {
            Some(c) if control.together() => self.run_on(c, control),
            _ => self.run_on(&filled::<C>(self.entries), control),
        }
    }
}

/// An entrant whose list one thread changes.
pub(crate) fn own_changed<C: Sequence>(name: &'static str, change: Change, entries: u64) -> Entrant {
    Entrant::own_loop(name, move || Changed::<C>::new(change, entries, false))
}

/// An entrant whose list threads share.
pub(crate) fn shared_changed<C: Sequence + Send + Sync>(
    name: &'static str,
    change: Change,
    entries: u64,
) -> Entrant {
    Entrant::shared_loop(name, move || Changed::<C>::new(change, entries, true))
}

/// Sorting a list in random order, which is made anew each time.
pub(crate) fn sorted<C: Sequence>(name: &'static str, entries: u64) -> Entrant {
    Entrant::own(name, move || {
        let mut values: Vec<u64> = (0..entries).collect();
        shuffle(&mut values);
        move |control: &mut Control| {
            control.one_at_a_time();
            control.start();
            while control.next().is_some() {
                let c = control.aside(|| {
                    let c = C::new();
                    let hold = c.hold();
                    values.iter().for_each(|value| c.add(&hold, 0, *value));
                    drop(hold);
                    c
                });
                c.sort(&c.hold());
                control.aside(|| drop(c));
            }
        }
    })
}
