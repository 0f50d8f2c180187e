//! Collections of a few entries, one at a time or many of them.

use std::hint::black_box;

use super::{Collection, Key, shuffle, with_entries};
use crate::run::{Control, Entrant};

/// Making a collection, filling it, and dropping it with its objects.
pub(crate) fn make<C: Collection>(name: &'static str, entries: u64) -> Entrant {
    Entrant::own(name, move || {
        let keys: Vec<C::Key> = (0..entries).map(C::Key::nth).collect();
        move |control: &mut Control| {
            // Held around all of them, as a program that makes small collections does.
            let outer = C::new();
            control.start();
            let mut hold = outer.hold();
            while let Some(n) = control.next() {
                for i in 0..n {
                    let c = C::new();
                    for key in &keys {
                        c.add(&hold, key.clone(), i);
                    }
                    drop(black_box(c));
                }
                C::renew(&mut hold);
            }
        }
    })
}

fn many<C: Collection>(collections: u64, entries: u64) -> Vec<C> {
    (0..collections).map(|_| with_entries(0..entries, C::Key::nth)).collect()
}

/// Building so many collections, all of which stay.
pub(crate) fn many_build<C: Collection>(name: &'static str, collections: u64, entries: u64) -> Entrant {
    Entrant::own(name, move || {
        move |control: &mut Control| {
            control.one_at_a_time();
            control.start();
            while control.next().is_some() {
                let all = many::<C>(collections, entries);
                control.aside(|| drop(all));
            }
        }
    })
}

/// Reading in place any entry of any of so many collections.
pub(crate) fn many_get<C: Collection>(name: &'static str, collections: u64, entries: u64) -> Entrant {
    Entrant::own(name, move || {
        let all = many::<C>(collections, entries);
        let mut visits: Vec<(u32, C::Key)> = (0..collections.next_power_of_two())
            .map(|n| ((n % collections) as u32, C::Key::nth((n ^ n >> 8) % entries)))
            .collect();
        shuffle(&mut visits);
        let outer = C::new();
        move |control: &mut Control| {
            let (mask, mut at) = (visits.len() - 1, control.salt);
            control.start();
            let mut hold = outer.hold();
            while let Some(n) = control.next() {
                for _ in 0..n {
                    let (which, key) = &visits[at & mask];
                    black_box(all[*which as usize].get(&hold, key));
                    at += 1;
                }
                C::renew(&mut hold);
            }
        }
    })
}
