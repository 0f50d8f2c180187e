//! Wide counts: an object that many threads clone and drop at once is counted in cells of those threads.
//!
//! One shared word that all threads change is one cache line that travels to each of them for every operation; a biased count does not
//! help there, `Arc` neither. While an object is *wide*, a thread counts in a cell of its own, by plain stores; the
//! owner too, once it has come to it and merged. References in existence = `local` + count of the shared word + the object's cells.
//!
//! # States
//!
//! A slot of the table is one object's, and stands for one cell of every thread. `key` is its word that all may read:
//!
//! | `key` | shared word | owner word | cells | who changes it |
//! |---|---|---|---|---|
//! | 0: free | – | no detour | 0 | [`widen`], under the lock |
//! | address: open | wide | detour | changed by their threads | [`Table::fold`], under the lock |
//! | address + 1: closed | wide | either | frozen, as soon as no mark says otherwise | the same thread |
//!
//! The detour only says where to look: it keeps what is counted aside off the paths of all other objects, and calls the owner to merge. What decides is
//! the bit in the shared word.
//!
//! # Transitions
//!
//! - *Widen*, by a holder of a reference, under the lock: detour; shared word → wide; `key` := address (release).
//! - *Step*, by a thread on the detour: changes its cell if `key` is open behind the light barrier of
//!   [`cells`](crate::runtime::cells). Else it changes the shared word, as if the object were not wide, but neither queues nor finds it dead.
//!   An upgrade of a weak reference is a step too: a slot that is open under the object's address, whose memory the weak reference keeps, says that the
//!   object has not been found dead, and no fold can find it so without the step.
//! - *Fold*, under the lock: `key` := closed; heavy barrier; if a thread is in the middle of a step, `key` := open again, and nothing has
//!   happened. Else the cells' sum is exact; the detour ends, while the object is sure to be alive; and one CAS of the shared word decides:
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
//! Nobody can see that in one word, so it is looked for: in a drop that takes the thread's cell lower than it ever was, most of the time, or
//! that finds the word wide behind its subtraction; when the owner merges; and at `collect`, `detach`, thread exit and checkpoints at which the epoch has moved on. The look adds the cells up as they are, and folds
//! if nothing seems left. At most [`CELLS`] objects can be late.
//!
//! Checked by: `loom-tests/tests/loom_wide.rs`; what it shares, by `tests/traffic`.

use super::shared::{Shared, State};
use super::word::{Decrement, RefCount};
use crate::runtime::cells::{self, CELLS, Cells};
use crate::runtime::{self, Garbage, Me, Pile, registry};
use crate::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use crate::sync::{Mutex, barrier, const_unless_loom, process_wide};

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
}

process_wide! {
    fn table() -> &'static Table {
        Table {
            #[cfg(not(loom))]
            slots: [const { Slot::new() }; CELLS],
            #[cfg(loom)]
            slots: core::array::from_fn(|_| Slot::new()),
            objects: Mutex::new([const { None }; CELLS]),
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

/// The slots in which an object may stand.
#[inline(always)]
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
        // For a caller that was never registered, nor was whoever made the object.
        registry().start();
        let mut objects = table.objects.lock();
        // Relaxed: set and cleared under the lock only.
        if count.load_shared(Ordering::Relaxed).is_wide() {
            return true;
        }
        let places = places(address);
        if places.iter().all(|&n| objects[n].is_some()) {
            // Whoever has the place will come back if it is hot.
            evicted = table.fold(&mut objects, places[0], For::Narrowing);
        }
        let free = places.into_iter().find(|&n| objects[n].is_none());
        free.is_some_and(|n| {
            count.set_detour(true);
            let wide = count.make_wide();
            if !wide {
                count.set_detour(false);
            } else {
                let slot = &table.slots[n];
                // Relaxed load: written under the lock only. Release: partner is the acquire in `tenancy`.
                slot.tenancy.store(slot.tenancy.load(Ordering::Relaxed) + 1, Ordering::Release);
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

/// Whether the object at `address` is in this slot.
#[inline(always)]
fn is_at(slot: usize, address: usize) -> bool {
    // Relaxed: a step makes sure of the slot, a look of the tenancy; one that is out of date makes the look find nothing.
    table().slots[slot].key.load(Ordering::Relaxed) & !1 == address
}

/// The slot of an object on a detour.
fn slot_of(address: usize) -> Option<usize> {
    places(address).into_iter().find(|&n| is_at(n, address))
}

/// Who is in a slot, if the step that follows finds it open.
#[inline(always)]
fn tenancy_of(slot: usize) -> Tenancy {
    // Relaxed: the step reads the key behind it, and makes sure.
    Tenancy { slot, number: table().slots[slot].tenancy.load(Ordering::Relaxed) }
}

/// The place of an object that is wide, to be asked by a thread that holds a reference to it.
pub(super) fn tenancy(address: usize) -> Option<Tenancy> {
    places(address).into_iter().find_map(|slot| {
        // Acquire, and before the key: who reads the number of a later tenancy sees that the key was cleared before that began. With the number
        // of an earlier one, the look finds nothing.
        let number = table().slots[slot].tenancy.load(Ordering::Acquire);
        is_at(slot, address).then_some(Tenancy { slot, number })
    })
}

/// What came of counting a reference less.
pub(super) enum Step {
    /// The shared word has to serve.
    Impossible,
    Done,
    /// Done, and the object may be dead.
    Look(Tenancy),
}

/// Adds to the calling thread's cell of slot `n`, if that is open for the object at `address`. Returns the new number.
#[inline(always)]
fn step(cells: &Cells, n: usize, address: usize, by: i64) -> Option<i64> {
    let slot = &table().slots[n];
    // Acquire: partner is the release in `widen` and `fold`, behind which the cell is clear; and behind which an upgrade sees the object.
    cells.change(n, by, || slot.key.load(Ordering::Acquire) == address)
}

/// One more in the calling thread's cell of an object on a detour, to which it holds a reference. Returns whether that was possible.
pub(super) fn increment(address: usize) -> bool {
    let Some(slot) = slot_of(address) else { return false };
    runtime::my_cells().is_some_and(|cells| step(cells, slot, address, 1).is_some())
}

/// [`increment`] where nothing is out of the way: the object is in its first place, and the thread has cells.
#[inline(always)]
pub(super) fn increment_usual(address: usize, me: &Me) -> bool {
    let [slot, _] = places(address);
    is_at(slot, address) && me.cells_if_any().is_some_and(|cells| step(cells, slot, address, 1).is_some())
}

/// One less in the calling thread's cell of an object on a detour, to which it gives up a reference.
pub(super) fn decrement(address: usize) -> Step {
    let Some(slot) = slot_of(address) else { return Step::Impossible };
    let Some(cells) = runtime::my_cells() else { return Step::Impossible };
    decrement_in(cells, slot, address)
}

/// [`decrement`] where nothing is out of the way.
#[inline(always)]
pub(super) fn decrement_usual(address: usize, me: &Me) -> Step {
    let [slot, _] = places(address);
    match me.cells_if_any() {
        Some(cells) if is_at(slot, address) => decrement_in(cells, slot, address),
        _ => Step::Impossible,
    }
}

#[inline(always)]
fn decrement_in(cells: &Cells, slot: usize, address: usize) -> Step {
    // Before the reference is given up: from then on the slot may be another object's.
    let tenancy = tenancy_of(slot);
    match step(cells, slot, address, -1) {
        None => Step::Impossible,
        // A thread that drops what others made goes on downwards for ever, so not always.
        Some(number)
            if number < 0 && (number > -16 || number % 64 == 0) && cells.is_new_low(slot, number) =>
        {
            Step::Look(tenancy)
        }
        Some(_) => Step::Done,
    }
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

/// Looks at all wide objects, and destroys what is dead. For who finds that it has counted in the word of a wide object.
#[cold]
#[inline(never)]
pub(super) fn find_dead() {
    let mut dead = Pile::new();
    sweep(&mut dead);
    while let Some(garbage) = dead.pop() {
        runtime::leave(garbage);
    }
}

/// Counts the object in one word again, if no thread is in the middle of a step. The caller holds a reference.
#[cold]
#[inline(never)]
pub(super) fn narrow(count: &RefCount) {
    let table = table();
    let mut objects = table.objects.lock();
    if let Some(slot) = slot_of(address(count)) {
        let folded = table.fold(&mut objects, slot, For::Narrowing);
        debug_assert!(matches!(folded, Folded::Open | Folded::Narrow), "the caller holds a reference");
    }
}

/// The sum of the cells of a wide object, as they are.
#[cold]
pub(super) fn cells_of(count: &RefCount) -> i64 {
    slot_of(address(count)).map_or(0, cells::sum)
}

/// What threads other than the calling one have in their cells of the object, if it is wide.
pub(super) fn others_of(address: usize) -> u64 {
    slot_of(address).map_or(0, |slot| cells::sum_of_others(slot, runtime::with_me(Me::cells_if_any)) as u64)
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
        // The cells first: a reference that is made in the word and dropped in a cell meanwhile does not look like one too few.
        let cells = cells::sum(n);
        // Relaxed: a guess, which the fold makes sure of.
        let word = self.count().load_shared(Ordering::Relaxed);
        let foreign = i64::from(word.count()) + cells;
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
            count.set_detour(true);
            // Release: partner is the acquire in `step`.
            slot.key.store(address, Ordering::Release);
            Folded::Open
        };
        if !cells::is_frozen(n) {
            return open();
        }
        let sum = cells::sum(n);
        // Relaxed: the CAS makes sure of it.
        let mut seen = count.load_shared(Ordering::Relaxed);
        // Before the CAS: behind it, the object may be freed.
        count.set_detour(false);
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
        assert!(matches!(decrement(address(&count)), Step::Look(_)));
        assert_eq!(count.references(), 0);
        assert_eq!(look(first), Decrement::Alive);
        assert_eq!(look(second), Decrement::Dead);
        assert_eq!(look(second), Decrement::Alive);
    }
}
