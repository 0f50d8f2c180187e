//! The registry of threads: records by slot, the global epoch, what finished threads left behind.
//!
//! Records live in segments that double in size; a slot finds its record without a lock and for ever. Who registers or
//! leaves holds the registry lock, so one occupant of a slot is ordered behind the one before it.

use core::ptr;

use super::bias::Biases;
use super::fences::Fences;
use super::garbage::Pile;
use super::gil_lock::Gil;
use super::id::ThreadId;
use super::mailbox::Presence;
use super::record::{Record, Request};
use super::retire::RetireList;
use crate::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering};
use crate::sync::{Mutex, barrier, process_wide, unmodelled};

/// Slots in the first segment; each later one has twice as many as the one before.
const FIRST_SEGMENT: u32 = if cfg!(loom) { 8 } else { 32 };
const SEGMENTS: usize = if cfg!(loom) { 1 } else { (ThreadId::SLOT_BITS - FIRST_SEGMENT.ilog2()) as usize };

/// Slots without a generation left, past which they are used again: a million threads.
const MANY_SPENT: usize = 1024;

pub(crate) struct Registry {
    segments: [AtomicPtr<Record>; SEGMENTS],
    /// Slots that exist: 1 up to this.
    slots: AtomicU32,
    /// Threads that are registered now.
    live: AtomicU32,
    /// The global epoch, from 1.
    pub(crate) epoch: AtomicU64,
    pub(crate) fences: Fences,
    inner: Mutex<Inner>,
    orphans: Mutex<Orphans>,
    /// The orphans' hints, to be read without their lock.
    orphan_hints: AtomicU32,
    /// Objects and bytes destroyed by threads without a record.
    pub(crate) reclaimed_outside: [unmodelled::AtomicU64; 2],
    pub(crate) gil: Gil,
    pub(super) biases: Mutex<Biases>,
    /// What the layer above does now and then, once it has something to do: it adds what it finds dead to a pile.
    sweeper: Mutex<Option<Sweeper>>,
    /// Whether there is one: a hint, as above.
    has_sweeper: unmodelled::AtomicBool,
}

/// Garbage that belongs to no thread.
struct Orphans {
    list: RetireList,
    /// What is to be said of it to those who do not take the lock, so that nobody takes it for nothing.
    hints: u32,
}

impl Orphans {
    /// There is some.
    const ANY: u32 = 1;
    /// So much in all that the next writing operation of a container sees to it.
    const DUE: u32 = 2;
    /// So much that needs no waiting that the next drop of a reference to another thread's object destroys it.
    const READY_DUE: u32 = 4;

    fn look(&self) -> u32 {
        let ready_is_due = self.list.ready.is_due();
        let bits = [
            (Self::ANY, !self.list.is_empty()),
            (Self::DUE, ready_is_due || self.list.is_pending_due()),
            (Self::READY_DUE, ready_is_due),
        ];
        bits.into_iter().filter(|(_, holds)| *holds).fold(0, |bits, (bit, _)| bits | bit)
    }
}

/// Adds what it finds dead to the pile.
pub(crate) type Sweeper = fn(&mut Pile);

struct Inner {
    started: bool,
    free: Vec<u32>,
    /// Free slots without a generation left: their occupants own nothing, so they serve last.
    spent: Vec<u32>,
    /// How often the slot of this index + 1 has been occupied.
    generations: Vec<u32>,
}

process_wide! {
    pub(crate) fn registry() -> &'static Registry {
        Registry::new()
    }
}

impl Registry {
    crate::sync::const_unless_loom! {
        const fn new() -> Self {
            Self {
                #[cfg(not(loom))]
                segments: [const { AtomicPtr::new(ptr::null_mut()) }; SEGMENTS],
                #[cfg(loom)]
                segments: core::array::from_fn(|_| AtomicPtr::new(ptr::null_mut())),
                slots: AtomicU32::new(0),
                live: AtomicU32::new(0),
                epoch: AtomicU64::new(1),
                fences: Fences::new(),
                inner: Mutex::new(Inner {
                    started: false,
                    free: Vec::new(),
                    spent: Vec::new(),
                    generations: Vec::new(),
                }),
                orphans: Mutex::new(Orphans { list: RetireList::new(), hints: 0 }),
                orphan_hints: AtomicU32::new(0),
                reclaimed_outside: [const { unmodelled::AtomicU64::new(0) }; 2],
                gil: Gil::new(),
                biases: Mutex::new(Biases::new()),
                sweeper: Mutex::new(None),
                has_sweeper: unmodelled::AtomicBool::new(false),
            }
        }
    }

    /// Segment and place of a slot: segment `s` has `FIRST_SEGMENT << s` slots.
    fn place(slot: u32) -> (usize, usize) {
        let n = slot - 1 + FIRST_SEGMENT;
        let segment = n.ilog2() - FIRST_SEGMENT.ilog2();
        (segment as usize, (n - (FIRST_SEGMENT << segment)) as usize)
    }

    /// The record of a slot that exists.
    pub(crate) fn record(&self, slot: u32) -> &Record {
        let (segment, place) = Self::place(slot);
        // Relaxed: who knows a slot has it from `slots`, from under the registry lock, or from an object that its occupant made
        // and handed on; each is behind the segment's store.
        let records = self.segments[segment].load(Ordering::Relaxed);
        debug_assert!(!records.is_null());
        // SAFETY: a slot exists only after its segment was stored, full, and segments are never freed while the
        // registry is in use.
        unsafe { &*records.add(place) }
    }

    /// What comes before the first barrier of the process.
    pub(crate) fn start(&self) {
        self.start_under(&mut self.inner.lock());
    }

    fn start_under(&self, inner: &mut Inner) {
        if !inner.started {
            barrier::choose();
            // Panics if the environment is wrong, and does so for every thread.
            self.gil.decide();
            inner.started = true;
        }
    }

    /// Registers the calling thread: its record, and the id under which it owns objects if there is one left.
    pub(crate) fn register(&self) -> (&Record, Option<ThreadId>) {
        let (record, id) = {
            let mut inner = self.inner.lock();
            self.start_under(&mut inner);
            let slot = match inner.free.pop() {
                Some(slot) => slot,
                // Every slot makes the scans longer, so not for ever a new one.
                None if inner.spent.len() >= MANY_SPENT => inner.spent.pop().expect("not empty"),
                None => self.make_slot(&mut inner),
            };
            let generation = &mut inner.generations[slot as usize - 1];
            let id = ThreadId::new(slot, *generation);
            *generation = generation.saturating_add(1);
            let record = self.record(slot);
            let gil = if self.gil.is_on() { Request::GIL } else { 0 };
            let fence = if barrier::is_asymmetric() { 0 } else { Request::FENCE };
            // Relaxed: only this thread acts on them before it has left this lock.
            record.requests.store(gil | fence, Ordering::Relaxed);
            record.mailbox.lock().presence = id.map_or(Presence::Gone, Presence::Present);
            // Relaxed: the heavy barrier below is what `alone` pairs with.
            self.live.fetch_add(1, Ordering::Relaxed);
            (record, id)
        };
        // Partner: the light barrier in `alone`. A thread that found itself alone had unlinked what it destroys
        // before this barrier, so nothing read behind it leads there.
        barrier::heavy();
        (record, id)
    }

    fn make_slot(&self, inner: &mut Inner) -> u32 {
        // Relaxed: written under the registry lock only.
        let slot = self.slots.load(Ordering::Relaxed) + 1;
        let (segment, place) = Self::place(slot);
        assert!(
            segment < SEGMENTS && slot <= ThreadId::MAX_SLOT,
            "freethreaded: more than {} threads inside the runtime at once",
            slot - 1
        );
        if place == 0 {
            let first = slot;
            let records: Box<[Record]> =
                (0..FIRST_SEGMENT << segment).map(|i| Record::new(first + i)).collect();
            // Relaxed: `slots`, below, and the registry lock publish it.
            self.segments[segment].store(Box::into_raw(records).cast(), Ordering::Relaxed);
        }
        inner.generations.push(0);
        // Release: partner is the acquire in `records`, which then finds the segment.
        self.slots.store(slot, Ordering::Release);
        slot
    }

    /// Frees the record of a thread that has finished: its mailbox is `Gone`, its epoch `IDLE`, its list empty.
    pub(crate) fn unregister(&self, record: &Record) {
        let mut inner = self.inner.lock();
        // Release: partner is the acquire in `alone`; this thread reads nothing any more.
        self.live.fetch_sub(1, Ordering::Release);
        let slot = record.slot();
        let spent = inner.generations[slot as usize - 1] >= ThreadId::GENERATIONS;
        if spent { inner.spent.push(slot) } else { inner.free.push(slot) }
    }

    /// Whether no thread but the caller, which is registered, has ever to be waited for. To be asked after
    /// unlinking what the caller wants to destroy at once.
    #[inline]
    pub(crate) fn alone(&self) -> bool {
        // Relaxed: not alone is what it says if in doubt.
        if self.live.load(Ordering::Relaxed) != 1 {
            return false;
        }
        // Partner: the heavy barrier in `register`.
        barrier::light();
        // Acquire: partner is the release in `unregister`.
        self.live.load(Ordering::Acquire) == 1
    }

    pub(crate) fn records(&self) -> impl Iterator<Item = &Record> {
        // Acquire: partner is the release in `make_slot`.
        let slots = self.slots.load(Ordering::Acquire);
        (1..=slots).map(|slot| self.record(slot))
    }

    /// The oldest epoch that a thread inside the runtime is in, or `u64::MAX` when all are outside.
    ///
    /// To be called behind a heavy barrier of any thread: a thread whose slot or epoch this misses then reads after that barrier.
    pub(crate) fn oldest_reader(&self) -> u64 {
        self.records()
            // Acquire: partner is the release with which a reader leaves or renews.
            .map(|record| record.epoch.load(Ordering::Acquire))
            .filter(|&epoch| epoch != Record::IDLE)
            .min()
            .unwrap_or(u64::MAX)
    }

    pub(crate) fn live(&self) -> u32 {
        self.live.load(Ordering::Relaxed)
    }

    /// Turns the global lock on, unless a thread has already registered. Returns whether it is on.
    pub(crate) fn enable_gil(&self) -> bool {
        let inner = self.inner.lock();
        if !inner.started {
            self.gil.turn_on();
        }
        self.gil.is_on()
    }

    /// Whether a thread has ever registered.
    pub(crate) fn has_started(&self) -> bool {
        self.inner.lock().started
    }

    /// Calls `f` with the garbage that belongs to no thread.
    pub(crate) fn orphan(&self, f: impl FnOnce(&mut RetireList)) {
        let mut orphans = self.orphans.lock();
        f(&mut orphans.list);
        let hints = orphans.look();
        let before = core::mem::replace(&mut orphans.hints, hints);
        if hints != before {
            // Relaxed: a hint; the list itself is behind the lock.
            self.orphan_hints.store(hints, Ordering::Relaxed);
        }
        if before == 0 && hints != 0 {
            // So that every checkpoint looks once: it compares epochs, and nothing else that is not its thread's own.
            // Release: partner is the acquire in `announce`; who sees this epoch sees the hint. No acquire: this thread takes it neither for its epoch nor for a tag,
            // and the release sequences of earlier increments go on through it.
            self.epoch.fetch_add(1, Ordering::Release);
        }
    }

    #[inline]
    fn hints_at_orphans(&self, bits: u32) -> bool {
        // Relaxed: a hint.
        self.orphan_hints.load(Ordering::Relaxed) & bits != 0
    }

    /// Whether there is garbage that belongs to no thread.
    pub(crate) fn has_orphans(&self) -> bool {
        self.hints_at_orphans(Orphans::ANY)
    }

    /// Whether there is more of it than is left to explicit points.
    #[inline]
    pub(crate) fn has_overdue_orphans(&self) -> bool {
        self.hints_at_orphans(Orphans::DUE)
    }

    /// Has `sweeper`, which is always the same, called at explicit points from now on.
    pub(crate) fn sweep_with(&self, sweeper: Sweeper) {
        *self.sweeper.lock() = Some(sweeper);
        self.has_sweeper.store(true, Ordering::Relaxed);
    }

    pub(crate) fn stop_sweeping(&self) {
        self.has_sweeper.store(false, Ordering::Relaxed);
    }

    /// Calls the sweeper, if there is one.
    pub(crate) fn sweep(&self, dead: &mut Pile) {
        if self.has_sweeper.load(Ordering::Relaxed) {
            let sweeper = *self.sweeper.lock();
            if let Some(sweeper) = sweeper {
                sweeper(dead);
            }
        }
    }

    /// Adds the orphaned garbage to `list`, the caller's.
    pub(crate) fn adopt_orphans(&self, list: &mut RetireList) {
        self.orphan(|orphans| list.adopt(orphans));
    }

    /// The orphans' ready pile, if it has come to the bound.
    pub(crate) fn take_overdue_orphans(&self) -> Pile {
        let mut pile = Pile::new();
        if self.hints_at_orphans(Orphans::READY_DUE) {
            self.orphan(|orphans| pile.append(&mut orphans.ready));
        }
        pile
    }
}

/// Under loom the registry dies with each execution, and takes its records and what is left to destroy along.
#[cfg(loom)]
impl Drop for Registry {
    fn drop(&mut self) {
        let orphans = &mut self.orphans.get_mut().list;
        orphans.skip_grace();
        let mut pile = core::mem::take(&mut orphans.ready);
        // Not `run_pile`: the registry can no longer be reached.
        while let Some(garbage) = pile.pop() {
            // SAFETY: the model's threads have ended.
            unsafe { garbage.run() };
        }
        for (n, segment) in self.segments.iter().enumerate() {
            let records = segment.load(Ordering::Relaxed);
            if !records.is_null() {
                let len = (FIRST_SEGMENT << n) as usize;
                // SAFETY: made from a box of this length in `make_slot`; the model's threads have ended.
                drop(unsafe { Box::from_raw(ptr::slice_from_raw_parts_mut(records, len)) });
            }
        }
        crate::heap::end_quarantine();
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn slots_fill_segments_without_gaps() {
        let mut expected = (0, 0);
        for slot in 1..5000 {
            assert_eq!(Registry::place(slot), expected, "slot {slot}");
            expected.1 += 1;
            if expected.1 == (FIRST_SEGMENT << expected.0) as usize {
                expected = (expected.0 + 1, 0);
            }
        }
        assert!(Registry::place(ThreadId::MAX_SLOT).0 <= SEGMENTS);
    }
}
