//! Notices objects that threads count which do not own them, again and again: how they are counted is then changed.
//!
//! | what a thread sees of its own drops, for a while | what it asks for |
//! |---|---|
//! | others change the count in the same moments | that the object be counted [widely](super::wide) |
//! | nobody does, but somebody owns the object | that the owner merge: one word is then cheaper than two |
//! | it is counted widely, and nobody else counts | that it be counted in one word again |
//!
//! *For a while* is in drops and in time: of an object that others use ten million times a second and this thread a thousand times, the others
//! should keep the fast path.
//!
//! All of it stays on the thread, and looks at one drop in [`PERIOD`]: between those, a drop costs one countdown.

use core::cell::Cell;
use std::time::{Duration, Instant};

use super::shared::State;
use super::wide;
use super::word::RefCount;
use crate::runtime::{self, Me};
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{const_unless_loom, process_wide, thread_cells};

/// One of so many drops is looked at.
const PERIOD: u32 = 64;
/// Drops that were looked at, after which the thread makes up its mind.
const WINDOW: u32 = 16;
/// More time for a window than this, and the object is not in heavy use: a microsecond for each drop.
const LONG: Duration = Duration::from_micros((PERIOD * WINDOW) as u64);
/// Of the drops of a window, how many others have to disturb.
const DISTURBED: u32 = 2;
/// Disturbed windows in a row, before the object is made wide.
const WIDEN: i32 = 2;
/// Quiet windows in a row, before an owner is asked to merge.
const MERGE: i32 = 4;
/// Windows of an object that is wide after which the thread looks at the others' cells. Seldom: it fetches a line from each of them.
const WATCH: u32 = 4;
/// Of such, how many quiet ones in a row before the object is made narrow.
const NARROW: i32 = 16;
/// Objects that a thread can have an eye on.
const PLACES: usize = 8;

/// What to do about an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Advice {
    Nothing,
    Widen,
    Merge,
    Narrow,
}

/// What a drop that was looked at has shown.
#[derive(Clone, Copy)]
struct Look {
    /// Others changed the count meanwhile.
    disturbed: bool,
    /// An owner counts, and has not been asked to merge.
    owned: bool,
    wide: bool,
}

/// What a thread remembers of an object.
#[derive(Clone, Copy)]
struct Memory {
    /// Where it is. Never followed.
    address: usize,
    /// How often it was looked at, less how often another object wanted this place.
    looks: u32,
    /// In the present window.
    looks_of_window: u32,
    disturbed: u32,
    begun: Option<Instant>,
    /// Windows in a row that were disturbed, if positive, or quiet.
    windows: i32,
    /// The cells of all other threads at the last window, if wide.
    others: u64,
}

impl Memory {
    const NONE: Self =
        Self { address: 0, looks: 0, looks_of_window: 0, disturbed: 0, begun: None, windows: 0, others: 0 };

    /// The object at `address` is being dropped. Returns whether this is its memory.
    fn is_of(&mut self, address: usize) -> bool {
        if self.address == address {
            self.looks = self.looks.saturating_add(1);
            return true;
        }
        // Another object has this place: it stays for as long as it is dropped as often.
        self.looks = self.looks.saturating_sub(1);
        if self.looks == 0 {
            *self = Self { address, looks: 1, ..Self::NONE };
            return true;
        }
        false
    }

    /// Takes in what was seen. `now` is asked at the ends of windows; `others` then for what other threads have in their cells.
    fn look(&mut self, look: Look, now: impl FnOnce() -> Instant, others: impl FnOnce() -> u64) -> Advice {
        // Disturbed in this very look: the windows may be those of an earlier object at this address, whose value went to other threads where this
        // one's may not.
        if look.disturbed && self.windows >= WIDEN {
            return self.start_anew(Advice::Widen);
        }
        self.disturbed += u32::from(look.disturbed);
        self.looks_of_window += 1;
        if self.looks_of_window < WINDOW {
            return Advice::Nothing;
        }
        if look.wide {
            return self.watch(others);
        }
        let now = now();
        let busy = self.begun.is_some_and(|begun| now.saturating_duration_since(begun) <= LONG);
        let disturbed = self.disturbed >= DISTURBED;
        (self.looks_of_window, self.disturbed, self.begun) = (0, 0, Some(now));
        // Windows of one kind count up, the first of the other kind starts anew.
        self.windows = match (busy, disturbed) {
            (false, _) => 0,
            (true, true) => WIDEN.min(self.windows.max(0) + 1),
            (true, false) => self.windows.min(0) - 1,
        };
        if self.windows > -MERGE {
            return Advice::Nothing;
        }
        self.start_anew(if look.owned { Advice::Merge } else { Advice::Nothing })
    }

    /// The end of a window of an object that is wide.
    fn watch(&mut self, others: impl FnOnce() -> u64) -> Advice {
        if self.looks_of_window < WATCH * WINDOW {
            return Advice::Nothing;
        }
        let others = others();
        self.windows = if others == self.others { self.windows.min(0) - 1 } else { 0 };
        (self.looks_of_window, self.others) = (0, others);
        if self.windows > -NARROW { Advice::Nothing } else { self.start_anew(Advice::Narrow) }
    }

    fn start_anew(&mut self, advice: Advice) -> Advice {
        (self.looks_of_window, self.disturbed, self.begun, self.windows) = (0, 0, None, 0);
        advice
    }
}

thread_cells! {
    static MEMORIES: [Cell<Memory>; PLACES] = [const { Cell::new(Memory::NONE) }; PLACES];
}

struct Switch {
    /// Whether anything is noticed.
    on: AtomicBool,
}

impl Switch {
    const_unless_loom! {
        const fn new() -> Self {
            Self { on: AtomicBool::new(true) }
        }
    }
}

process_wide! {
    fn switch() -> &'static Switch { Switch::new() }
}

/// Whether the drop that is about to begin is one to look at.
#[inline(always)]
pub(super) fn is_due(me: &Me) -> bool {
    let drops = me.foreign_drops.get() + 1;
    me.foreign_drops.set(drops);
    drops == PERIOD
}

/// Looks at an object that the calling thread does not own and is about to drop a reference to.
#[cold]
#[inline(never)]
pub(super) fn look(count: &RefCount) -> Advice {
    let address = core::ptr::from_ref(count).addr();
    // Not always the same, or a loop over as many objects would show one of them for ever.
    runtime::with_me(|me| me.foreign_drops.set((address >> 4) as u32 % 4));
    // Relaxed: a switch.
    if !switch().on.load(Ordering::Relaxed) {
        return Advice::Nothing;
    }
    MEMORIES.with(|memories| {
        let place = &memories[(address >> 4) % PLACES];
        let mut memory = place.get();
        let mut advice = Advice::Nothing;
        if memory.is_of(address) {
            let wide = count.is_wide();
            let disturbed = !wide && count.is_changed_meanwhile();
            let look = Look { disturbed, owned: count.state() < State::Queued, wide };
            advice = memory.look(look, Instant::now, || wide::others_of(address));
        }
        place.set(memory);
        advice
    })
}

/// Turns this off or on, for the whole process. What was changed stays.
pub(super) fn set(on: bool) {
    switch().on.store(on, Ordering::Relaxed);
}

pub(super) fn is_on() -> bool {
    switch().on.load(Ordering::Relaxed)
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    /// Looks at the object until there is an advice. `seen(n)` is what the `n`th shows; each takes `nanos`.
    fn looks_until_advice(nanos: u64, seen: impl Fn(u64) -> Look) -> Option<(u64, Advice)> {
        let mut memory = Memory::NONE;
        let start = Instant::now();
        (0..1_000_000).find_map(|n| {
            assert!(memory.is_of(16));
            let advice = memory.look(seen(n), || start + Duration::from_nanos(n * nanos), || n);
            (advice != Advice::Nothing).then_some((n, advice))
        })
    }

    const QUIET: Look = Look { disturbed: false, owned: false, wide: false };

    #[test]
    fn contention_shows_in_disturbed_drops() {
        let every = |k: u64| looks_until_advice(100, move |n| Look { disturbed: n % k == 0, ..QUIET });
        for k in [1, 2, 7] {
            assert!(matches!(every(k), Some((..100, Advice::Widen))), "one in {k}");
        }
        assert_eq!(every(20), None);
        assert_eq!(looks_until_advice(100, |_| QUIET), None);
    }

    #[test]
    fn an_owner_that_does_not_count_is_asked_to_merge() {
        let (looks, advice) = looks_until_advice(100, |_| Look { owned: true, ..QUIET }).expect("sustained");
        assert_eq!(advice, Advice::Merge);
        assert!((50..200).contains(&looks), "{looks}");
    }

    #[test]
    fn seldom_is_not_sustained() {
        let slow = 2 * LONG.as_nanos() as u64 / u64::from(WINDOW);
        assert_eq!(looks_until_advice(slow, |_| Look { disturbed: true, ..QUIET }), None);
        assert_eq!(looks_until_advice(slow, |_| Look { owned: true, ..QUIET }), None);
    }

    #[test]
    fn a_wide_object_that_one_thread_counts_is_made_narrow() {
        let wide = Look { wide: true, ..QUIET };
        assert_eq!(looks_until_advice(100, |_| wide), None, "the others' cells change");
        let mut memory = Memory::NONE;
        let looks = (0..100_000).find(|_| memory.look(wide, Instant::now, || 7) == Advice::Narrow);
        assert!(looks.is_some_and(|n| n > 1000), "{looks:?}");
    }

    #[test]
    fn a_place_goes_to_who_comes_more_often() {
        let mut memory = Memory::NONE;
        for _ in 0..100 {
            assert!(memory.is_of(16));
        }
        for _ in 0..99 {
            assert!(!memory.is_of(32));
        }
        assert!(memory.is_of(32) && memory.address == 32);
    }

    /// A memory may be of an earlier object at that address, which other threads had references to.
    #[test]
    fn an_object_is_widened_only_while_it_is_disturbed() {
        let disturbed = Look { disturbed: true, ..QUIET };
        let start = Instant::now();
        let first = looks_until_advice(100, |_| disturbed).expect("sustained").0;
        let mut memory = Memory::NONE;
        for n in 0..=first {
            assert!(memory.is_of(16));
            let seen = if n < first { disturbed } else { QUIET };
            let advice = memory.look(seen, || start + Duration::from_nanos(n * 100), || n);
            assert_ne!((advice, seen.disturbed), (Advice::Widen, false), "at look {n}");
        }
    }
}
