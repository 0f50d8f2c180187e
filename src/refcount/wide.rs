//! Wide counts: an object that many threads clone and drop at once is counted in cells of those threads.
//!
//! One shared word that all threads change is one cache line that travels to each of them for every operation; a biased count does not
//! help there, `Arc` neither. While an object is *wide*, a thread that does not own it counts in a cell of its own, by plain stores; the
//! owner goes on counting in `local`. References in existence = `local` + count of the shared word + the object's cells.
//!
//! # States
//!
//! A slot of the table is one object's, and stands for one cell of every thread. `key` is its word that all may read:
//!
//! | `key` | shared word | cells | who changes it |
//! |---|---|---|---|
//! | 0: free | – | 0 | [`widen`], under the lock |
//! | address: open | wide | changed by their threads | [`Table::fold`], under the lock |
//! | address + 1: closed | wide | frozen, as soon as no mark says otherwise | the same thread |
//!
//! # Transitions
//!
//! - *Widen*, by a holder of a reference, under the lock: shared word → wide; `key` := address (release).
//! - *Step*, by a thread that does not own the object: changes its cell if `key` is open behind the light barrier of
//!   [`cells`](crate::runtime::cells). Else it changes the shared word, as if the object were not wide, but neither queues nor finds it dead.
//! - *Fold*, under the lock: `key` := closed; heavy barrier; if a thread is in the middle of a step, `key` := open again, and nothing has
//!   happened. Else the cells' sum is exact, and one CAS of the shared word decides:
//!
//! | state | count + sum | becomes |
//! |---|---|---|
//! | merged | 0 | **dead** |
//! | default, weak | < 0 | queued, with one more: the others have dropped more than they made, so the owner has to merge, and gets a reference |
//! | else | | the same state with the sum added, if folding was asked for; or open again |
//!
//! # Why it is sound
//!
//! A wide object is not destroyed but by a fold: every other path to death compares the whole shared word with one that is not wide. So under
//! the lock the object of a slot is alive. The last step of a thread precedes the fold that finds no reference left through the
//! release and acquire of its mark.
//!
//! # Who destroys it
//!
//! Whoever finds it dead, even a thread that never had a reference to it. So only objects are made wide whose references go from thread to thread: by their
//! types, if a program asks; else because another thread was seen to change the shared word, which takes a reference.
//!
//! # When an object is found dead
//!
//! Nobody can see that in one word, so it is looked for: in a drop that takes the thread's cell lower than it ever was, most of the time; when
//! the owner merges; and at `collect`, `detach`, thread exit and checkpoints at which the epoch has moved on. The look adds the cells up as they are, and folds
//! if nothing seems left. At most [`CELLS`] objects can be late.
//!
//! Checked by: `loom-tests/tests/loom_wide.rs`.

use core::cell::Cell;

use super::shared::{Shared, State};
use super::word::{Decrement, RefCount};
use crate::runtime::cells::{self, CELLS};
use crate::runtime::{self, Garbage, Pile, registry};
use crate::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use crate::sync::{Mutex, barrier, const_unless_loom, process_wide, thread_cells};

/// Objects of which a thread remembers how its drops of them went.
const REMEMBERED: usize = 8;

/// What the table knows of a wide object.
pub(super) struct Object {
    /// How to destroy it.
    pub(super) garbage: Garbage,
    /// Gives up a reference that was queued for the owner; returns whether the object is dead.
    pub(super) settle: unsafe fn(*mut ()) -> bool,
    count: *const RefCount,
}

// SAFETY: only objects are made wide whose references go from thread to thread.
unsafe impl Send for Object {}

/// The part of a slot that is read without the lock.
struct Slot {
    /// See the table of states.
    key: AtomicUsize,
    /// How often the slot was taken, so that one tenancy is told from the next.
    tenancy: AtomicU64,
}

/// One object's stay in a slot.
#[derive(Clone, Copy)]
pub(super) struct Tenancy {
    slot: usize,
    number: u64,
}

struct Table {
    slots: [Slot; CELLS],
    objects: Mutex<[Option<Object>; CELLS]>,
    /// Whether hot objects are made wide without being asked for.
    adaptive: AtomicBool,
}

process_wide! {
    fn table() -> &'static Table {
        Table {
            #[cfg(not(loom))]
            slots: [const { Slot::new() }; CELLS],
            #[cfg(loom)]
            slots: core::array::from_fn(|_| Slot::new()),
            objects: Mutex::new([const { None }; CELLS]),
            adaptive: AtomicBool::new(true),
        }
    }
}

impl Slot {
    const_unless_loom! {
        const fn new() -> Self {
            Self { key: AtomicUsize::new(0), tenancy: AtomicU64::new(0) }
        }
    }
}

/// What a thread remembers of an object that it drops references to without owning it.
#[derive(Clone, Copy)]
struct Memory {
    /// Where it is. Never followed.
    address: usize,
    drops: u32,
    /// How much speaks for other threads being at the same word at the same moment; [`ASKED`](Self::ASKED) when that was enough.
    contention: u32,
}

impl Memory {
    const NONE: Self = Self { address: 0, drops: 0, contention: 0 };
    const ASKED: u32 = u32::MAX;
    /// Every so many drops, the thread tries the word.
    const TRIED: u32 = 16;
    /// A try that fails counts as so many that do not.
    const FAILURE: u32 = 8;
    const ENOUGH: u32 = 256;

    /// One more drop of the object at `address`. Returns whether to try the word.
    fn dropped(&mut self, address: usize) -> bool {
        if self.address != address {
            // Another object has this place: it stays for as long as it is dropped as often.
            self.drops = self.drops.saturating_sub(1);
            if self.drops == 0 {
                *self = Self { address, drops: 1, contention: 0 };
            }
            return false;
        }
        self.drops = self.drops.saturating_add(1);
        self.drops.is_multiple_of(Self::TRIED) && self.contention != Self::ASKED
    }

    /// What a try gave. Returns whether the object is to be made wide, once.
    fn tried(&mut self, failed: bool) -> bool {
        if !failed {
            self.contention = self.contention.saturating_sub(1);
            return false;
        }
        self.contention += Self::FAILURE;
        let enough = self.contention >= Self::ENOUGH;
        if enough {
            self.contention = Self::ASKED;
        }
        enough
    }
}

thread_cells! {
    static REMEMBER: [Cell<Memory>; REMEMBERED] = [const { Cell::new(Memory::NONE) }; REMEMBERED];
}

/// The slots in which an object may stand.
fn places(address: usize) -> [usize; 2] {
    if cfg!(loom) {
        // Addresses differ from one execution to the next.
        return [0, 1];
    }
    // Fibonacci hashing: objects lie at multiples of 16.
    let hash = (address >> 3).wrapping_mul(0x9e37_79b9_7f4a_7c15_u64 as usize);
    let bits = CELLS.ilog2();
    [hash >> (usize::BITS - bits), hash >> (usize::BITS - 2 * bits) & (CELLS - 1)]
}

/// What a fold is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum For {
    /// To find out whether the object is dead.
    Death,
    /// To count in one word again.
    Narrowing,
}

enum Folded {
    /// The object is as wide as before.
    Open,
    /// It is not wide any more.
    Narrow,
    /// It is dead; its destruction is the caller's.
    Dead(Object),
    /// It is not wide any more, and a reference to it is the caller's, queued for the owner.
    Queued(Object),
}

/// Whether the object, to which the thread is about to drop a reference without owning it, is dropped by others at the same moment, and
/// has been for a while.
#[inline]
pub(super) fn is_contended(count: &RefCount) -> bool {
    REMEMBER.with(|remember| {
        let address = address(count);
        let place = &remember[(address >> 4) % REMEMBERED];
        let mut memory = place.get();
        let try_it = memory.dropped(address);
        // Relaxed: a switch.
        let contended =
            try_it && table().adaptive.load(Ordering::Relaxed) && memory.tried(count.is_word_contended());
        place.set(memory);
        contended
    })
}

/// Turns the widening of hot objects on or off, for the whole process. Objects that are wide stay so.
pub(super) fn set_adaptive(on: bool) {
    table().adaptive.store(on, Ordering::Relaxed);
}

pub(super) fn is_adaptive() -> bool {
    table().adaptive.load(Ordering::Relaxed)
}

/// How many objects are wide.
pub(super) fn occupied() -> usize {
    table().objects.lock().iter().flatten().count()
}

/// Makes an object wide, if there is a slot for it. Returns whether it is wide.
///
/// # Safety
/// The caller holds a reference to the object of `count`, to which `garbage` and `settle` belong: `garbage` destroys it, and `settle` gives up a queued
/// reference, both on any thread.
#[cold]
#[inline(never)]
pub(super) unsafe fn widen(count: &RefCount, garbage: Garbage, settle: unsafe fn(*mut ()) -> bool) -> bool {
    let table = table();
    let address = address(count);
    let mut evicted = Folded::Open;
    let done = {
        let mut objects = table.objects.lock();
        // Relaxed: set and cleared under the lock only.
        if count.shared_word(Ordering::Relaxed).is_wide() {
            return true;
        }
        let places = places(address);
        if places.iter().all(|&n| objects[n].is_some()) {
            // Whoever has the place will come back if it is hot.
            evicted = table.fold(&mut objects, places[0], For::Narrowing);
        }
        let free = places.into_iter().find(|&n| objects[n].is_none());
        free.is_some_and(|n| {
            let wide = count.make_wide();
            if wide {
                let slot = &table.slots[n];
                // Relaxed: written under the lock only.
                slot.tenancy.store(slot.tenancy.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
                objects[n] = Some(Object { garbage, settle, count });
                registry().sweep_with(sweep);
                // Release: partner is the acquire in `step`, which then sees cleared cells.
                slot.key.store(address, Ordering::Release);
            }
            wide
        })
    };
    if let Folded::Dead(other) = evicted {
        runtime::leave(other.garbage);
    }
    done
}

fn address(count: &RefCount) -> usize {
    core::ptr::from_ref(count).addr()
}

/// The place of an object that is wide, to be asked by a thread that holds a reference to it.
#[inline]
pub(super) fn tenancy(address: usize) -> Option<Tenancy> {
    let slots = &table().slots;
    // Relaxed, both: a step makes sure of the slot, a look of the number; one that is out of date makes the look find nothing.
    let slot = places(address).into_iter().find(|&n| slots[n].key.load(Ordering::Relaxed) & !1 == address)?;
    Some(Tenancy { slot, number: slots[slot].tenancy.load(Ordering::Relaxed) })
}

/// Adds to the calling thread's cell of a wide object, to which it holds a reference. Returns the new number, or `None` if the shared word
/// has to serve.
#[inline]
pub(super) fn step(tenancy: Tenancy, address: usize, by: i64) -> Option<i64> {
    let cells = runtime::my_cells()?;
    let slot = &table().slots[tenancy.slot];
    // Acquire: partner is the release in `widen` and `fold`, behind which the cell is clear.
    cells.change(tenancy.slot, by, || slot.key.load(Ordering::Acquire) == address)
}

/// Whether a drop that took the calling thread's cell to `number` should look for the object's death. A thread that drops what others made
/// goes on downwards for ever, so not always.
#[inline]
pub(super) fn is_worth_a_look(tenancy: Tenancy, number: i64) -> bool {
    number < 0
        && runtime::my_cells_if_any().is_some_and(|cells| cells.is_new_low(tenancy.slot, number))
        && (number > -16 || number % 64 == 0)
}

/// Finds out whether a wide object is dead, which the caller then destroys; or whether its owner has to merge, to whom
/// the caller then hands a reference. The caller has held one when it asked for the tenancy.
#[cold]
#[inline(never)]
pub(super) fn look(tenancy: Tenancy) -> Decrement {
    let table = table();
    let n = tenancy.slot;
    let mut objects = table.objects.lock();
    // Relaxed: written under the lock only.
    if table.slots[n].tenancy.load(Ordering::Relaxed) != tenancy.number
        || !objects[n].as_ref().is_some_and(|object| object.seems_spent(n))
    {
        return Decrement::Alive;
    }
    match table.fold(&mut objects, n, For::Death) {
        Folded::Open | Folded::Narrow => Decrement::Alive,
        Folded::Dead(_) => Decrement::Dead,
        Folded::Queued(_) => Decrement::Queued,
    }
}

/// Counts the object in one word again, if no thread is in the middle of a step. The caller holds a reference.
#[cold]
#[inline(never)]
pub(super) fn narrow(count: &RefCount) {
    let table = table();
    let mut objects = table.objects.lock();
    if let Some(tenancy) = tenancy(address(count)) {
        let folded = table.fold(&mut objects, tenancy.slot, For::Narrowing);
        debug_assert!(matches!(folded, Folded::Open | Folded::Narrow), "the caller holds a reference");
    }
}

/// The sum of the cells of a wide object, as they are.
#[cold]
pub(super) fn cells_of(count: &RefCount) -> i64 {
    tenancy(address(count)).map_or(0, |tenancy| cells::sum(tenancy.slot))
}

/// Looks through all wide objects, at the explicit points of some thread.
fn sweep(dead: &mut Pile) {
    let table = table();
    let mut queued = Vec::new();
    {
        let mut objects = table.objects.lock();
        for n in 0..CELLS {
            let purpose = match &objects[n] {
                Some(object) if object.is_immortal() => For::Narrowing,
                Some(object) if object.seems_spent(n) => For::Death,
                _ => continue,
            };
            match table.fold(&mut objects, n, purpose) {
                Folded::Open | Folded::Narrow => {}
                Folded::Dead(object) => dead.push(object.garbage),
                Folded::Queued(object) => queued.push(object),
            }
        }
    }
    // Behind the lock: a merge on behalf of an absent owner comes back to it.
    for object in queued {
        // SAFETY: the reference is ours.
        if unsafe { (object.settle)(object.garbage.object) } {
            dead.push(object.garbage);
        }
    }
}

impl Object {
    fn count(&self) -> &RefCount {
        // SAFETY: what stands in the table is alive.
        unsafe { &*self.count }
    }

    fn is_immortal(&self) -> bool {
        self.count().is_immortal()
    }

    /// Whether a fold would find the object dead, or in need of its owner, if no thread did anything meanwhile.
    fn seems_spent(&self, n: usize) -> bool {
        // Relaxed: a guess, which the fold makes sure of.
        let word = self.count().shared_word(Ordering::Relaxed);
        let foreign = i64::from(word.count()) + cells::sum(n);
        match word.state() {
            State::Merged => foreign <= 0,
            State::Default | State::Weak => foreign < 0,
            State::Queued => false,
        }
    }
}

impl Table {
    /// Folds the object of slot `n`, which is not empty. See the [module](self).
    fn fold(&self, objects: &mut [Option<Object>; CELLS], n: usize, purpose: For) -> Folded {
        let slot = &self.slots[n];
        let count: *const RefCount = objects[n].as_ref().expect("an object").count;
        // SAFETY: what stands in the table is alive; if the CAS below ends that, the last access is behind us.
        let count = unsafe { &*count };
        let address = address(count);
        // Relaxed: the heavy barrier orders it.
        slot.key.store(address | 1, Ordering::Relaxed);
        barrier::heavy();
        let open = || {
            // Release: partner is the acquire in `step`.
            slot.key.store(address, Ordering::Release);
            Folded::Open
        };
        if !cells::is_frozen(n) {
            return open();
        }
        let sum = cells::sum(n);
        // Relaxed: the CAS makes sure of it.
        let mut seen = count.shared_word(Ordering::Relaxed);
        let (dead, queued) = loop {
            let foreign = i64::from(seen.count()) + sum;
            // What is immortal needs no owner any more.
            let overdrawn =
                matches!(seen.state(), State::Default | State::Weak) && foreign < 0 && !count.is_immortal();
            let settled = if seen.is_saturated() {
                seen.recentred().narrow()
            } else {
                seen.narrow().with_count_or_band(foreign)
            };
            let dead = settled == Shared::DEAD;
            let new = match purpose {
                _ if dead => settled,
                For::Death if overdrawn => settled.plus_one().with_state(State::Queued),
                For::Narrowing if !overdrawn => settled,
                For::Death | For::Narrowing => return open(),
            };
            match count.exchange_shared(seen, new) {
                Ok(()) => break (dead, overdrawn),
                Err(now) => seen = now,
            }
        };
        cells::clear(n);
        // Relaxed: a thread that still takes the slot for this object's fails the comparison in `step`.
        slot.key.store(0, Ordering::Relaxed);
        let object = objects[n].take().expect("an object");
        if objects.iter().all(Option::is_none) {
            registry().stop_sweeping();
        }
        match (dead, queued) {
            (true, _) => Folded::Dead(object),
            (false, true) => Folded::Queued(object),
            (false, false) => Folded::Narrow,
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    /// Drops until the object is to be made wide, if every `n`th try fails.
    fn drops_until_wide(n: u32) -> Option<u32> {
        let mut memory = Memory::NONE;
        let mut tries = 0;
        (0..1_000_000).find(|_| {
            memory.dropped(16) && {
                tries += 1;
                memory.tried(tries % n == 0)
            }
        })
    }

    #[test]
    fn contention_shows_in_failing_tries() {
        assert!(drops_until_wide(1).expect("at once") < 1000);
        assert!(drops_until_wide(2).expect("soon") < 2000);
        assert!(drops_until_wide(5).is_some());
        assert_eq!(drops_until_wide(10), None);
        assert_eq!(drops_until_wide(u32::MAX), None);
    }

    #[test]
    fn a_place_goes_to_who_comes_more_often() {
        let mut memory = Memory::NONE;
        for _ in 0..100 {
            memory.dropped(16);
        }
        for _ in 0..99 {
            memory.dropped(32);
        }
        assert_eq!(memory.address, 16);
        memory.dropped(32);
        assert_eq!(memory.address, 32);
    }

    /// A look by who had a reference in an earlier tenancy concludes nothing about the present one.
    #[test]
    fn a_tenancy_is_told_from_the_next() {
        unsafe fn nothing(_: *mut ()) {}
        unsafe fn settle(_: *mut ()) -> bool {
            false
        }
        let count = RefCount::new_merged();
        let wide = || {
            // SAFETY: does nothing.
            let garbage = unsafe { Garbage::new(core::ptr::null_mut(), nothing, 0) };
            // SAFETY: the count belongs to no object.
            assert!(unsafe { widen(&count, garbage, settle) });
            tenancy(address(&count)).expect("wide")
        };
        let first = wide();
        narrow(&count);
        assert!(!count.is_wide());
        let second = wide();
        assert_eq!(step(second, address(&count), -1), Some(-1));
        assert_eq!(count.references(), 0);
        assert_eq!(look(first), Decrement::Alive);
        assert_eq!(look(second), Decrement::Dead);
        assert_eq!(look(second), Decrement::Alive);
    }
}
