//! What a thread knows of itself: its id, its record, how deep inside the runtime it is.
//!
//! The cells are `const` and have no destructor, so they can be read at any time, thread exit included. A second
//! thread-local has the destructor that takes the thread out of the runtime.
//!
//! | life | record | id |
//! |---|---|---|
//! | not yet registered | none | `NO_ONE` |
//! | registered | its own | its own; `NO_ONE` inside `detach`, or when its slot has no generation left |
//! | locals destroyed | none, but a borrowed one for the length of a stay | `NO_ONE` |
//!
//! A token that lies in a thread-local may outlive the destructor. Then the thread's own record goes on as a borrowed one.

use core::cell::Cell;
use core::ptr;

use super::bias::Bias;
use super::bounds;
use super::cells::{self, Cells};
use super::garbage::{Garbage, Pile};
use super::id::ThreadId;
use super::mailbox::Presence;
use super::marks::Mark;
use super::record::{Record, Request};
use super::registry::registry;
use super::retire::{self, Barrier, Haste, RetireList};
use super::sections::{self, Sections};
use crate::sync::atomic::Ordering;
use crate::sync::{barrier, thread_cells};

/// The bits of [`Current::after`]: what is to be done on leaving, so that leaving tests one word.
pub(crate) struct After;

impl After {
    /// The retire list is not empty.
    pub(crate) const GARBAGE: u32 = 1;
    /// So much has been retired that it is worth a pass.
    pub(crate) const RETIRED: u32 = 8;
    /// So much needs no more waiting that it is not left to an explicit point.
    pub(crate) const READY: u32 = 16;
    const OF_GARBAGE: u32 = Self::GARBAGE | Self::RETIRED | Self::READY;
    /// This thread holds the global lock.
    pub(crate) const GIL: u32 = 2;
    /// The record is borrowed by a thread whose locals are gone: given back when the stay ends.
    pub(crate) const BORROWED: u32 = 4;
}

/// How many tokens, pins and operations of a thread are alive, less one: so entering and leaving are one instruction each,
/// whose flags tell the outermost.
struct Depth(Cell<u64>);

impl Depth {
    const fn outside() -> Self {
        Self(Cell::new(u64::MAX))
    }

    fn get(&self) -> u64 {
        self.0.get().wrapping_add(1)
    }

    /// One more; returns whether it is the first.
    #[inline(always)]
    fn increase(&self) -> bool {
        self.0.set(self.0.get().wrapping_add(1));
        self.0.get() == 0
    }

    /// One less; returns whether it was the last.
    #[inline(always)]
    fn decrease(&self) -> bool {
        debug_assert!(self.get() > 0);
        self.0.set(self.0.get().wrapping_sub(1));
        self.0.get() == u64::MAX
    }
}

/// What the layers above ask of the calling thread, all in one place.
pub(crate) struct Me {
    id: Cell<u32>,
    /// Drops of references to objects that the thread does not own; whoever counts them sets this.
    pub(crate) foreign_drops: Cell<u32>,
    /// The record's cells, once they were needed.
    cells: Cell<Option<&'static Cells>>,
    record: Cell<*const Record>,
    pub(crate) sections: Sections,
}

impl Me {
    const fn new() -> Self {
        Self {
            id: Cell::new(ThreadId::NO_ONE),
            foreign_drops: Cell::new(0),
            cells: Cell::new(None),
            record: Cell::new(ptr::null()),
            sections: Sections::new(),
        }
    }

    /// The bias of the calling thread, if it has a record.
    #[inline(always)]
    pub(crate) fn bias(&self) -> Option<&'static Bias> {
        // SAFETY: null, or a record, and records are never freed while the registry is in use.
        unsafe { self.record.get().as_ref() }.map(|record| &record.bias)
    }

    /// The mark of the calling thread, if it has a record.
    #[inline(always)]
    pub(super) fn mark(&self) -> Option<&'static Mark> {
        // SAFETY: as in `bias`.
        unsafe { self.record.get().as_ref() }.map(|record| &record.mark)
    }

    /// As [`id`].
    #[inline(always)]
    pub(crate) fn id(&self) -> u32 {
        self.id.get()
    }

    /// The calling thread's cells, if it ever asked for them.
    #[inline(always)]
    pub(crate) fn cells_if_any(&self) -> Option<&'static Cells> {
        self.cells.get()
    }
}

pub(crate) struct Current {
    me: Me,
    depth: Depth,
    /// Of those, writing operations of containers.
    operations: Cell<u32>,
    after: Cell<u32>,
    /// Destructors of garbage are running further up the stack.
    destroying: Cell<bool>,
    /// Checkpoints in a row that have put off a pass.
    late_checkpoints: Cell<u32>,
    /// Whether the last pass came too early for a barrier.
    too_early: Cell<bool>,
    /// Absences further up the stack, see [`Away`].
    absences: Cell<u32>,
    /// The thread's locals are being destroyed, and this thread has left.
    exited: Cell<bool>,
}

thread_cells! {
    static CURRENT: Current = Current::new();
}

#[cfg(not(loom))]
std::thread_local! {
    static LEAVE: Leave = const { Leave };
}

/// Takes the thread out of the runtime when its locals are destroyed.
#[cfg(not(loom))]
struct Leave;

#[cfg(not(loom))]
impl Drop for Leave {
    fn drop(&mut self) {
        with(Current::exit);
    }
}

/// The calling thread's cells.
#[inline(always)]
pub(crate) fn with<R>(f: impl FnOnce(&Current) -> R) -> R {
    // Not `f` itself, which may be too large to be inlined there.
    let current = CURRENT.with(ptr::from_ref);
    // SAFETY: the cells have no destructor, and stay where they are for as long as the thread runs code.
    f(unsafe { &*current })
}

/// The id under which the calling thread owns objects at this moment, as it stands in owner fields:
/// [`ThreadId::NO_ONE`] if it can own none.
#[inline(always)]
pub(crate) fn id() -> u32 {
    CURRENT.with(|c| c.me.id.get())
}

/// Calls `f` with [what a count asks](Me) of the calling thread: once for all of it, since in a library asking for a thread-local is a call.
#[inline(always)]
pub(crate) fn with_me<R>(f: impl FnOnce(&Me) -> R) -> R {
    with(|c| f(&c.me))
}

/// [What the layers above ask](Me) of the calling thread, for a function that would be too large inside of a closure.
///
/// The reference cannot leave the thread, since `Me` is not `Sync`.
#[inline(always)]
pub(crate) fn me<'a>() -> &'a Me {
    let me = CURRENT.with(|c| ptr::from_ref(&c.me));
    // SAFETY: the cells have no destructor, and stay where they are for as long as the thread runs code.
    unsafe { &*me }
}

/// The calling thread's cells. Registers the thread on its first call; `None` for one whose locals are gone.
#[inline(always)]
pub(crate) fn cells() -> Option<&'static Cells> {
    CURRENT.with(|c| c.me.cells.get().or_else(|| c.first_cells()))
}

/// As [`id`], for a thread that is about to own a new object: registers it on its first call, and merges
/// what others have left in its mailbox. Runs no user code.
#[cold]
pub(crate) fn id_for_new_object() -> u32 {
    with(|c| {
        c.prepare_for_new_object();
        c.me.id.get()
    })
}

/// [`id`], and whether it is also what [`id_for_new_object`] would return, with nothing to be done first.
#[inline(always)]
pub(crate) fn id_and_readiness() -> (u32, bool) {
    let (id, record) = CURRENT.with(|c| (c.me.id.get(), c.me.record.get()));
    // SAFETY: a thread with an id has a record, and records are never freed.
    let ready =
        id != ThreadId::NO_ONE && unsafe { &*record }.requests.load(Ordering::Relaxed) & Request::MAIL == 0;
    (id, ready)
}

impl Current {
    const fn new() -> Self {
        Self {
            me: Me::new(),
            depth: Depth::outside(),
            operations: Cell::new(0),
            after: Cell::new(0),
            destroying: Cell::new(false),
            late_checkpoints: Cell::new(0),
            too_early: Cell::new(false),
            absences: Cell::new(0),
            exited: Cell::new(false),
        }
    }

    /// The id under which the thread owns objects at this moment, if it can own any.
    pub(crate) fn id(&self) -> Option<ThreadId> {
        let id = self.me.id.get();
        if id == ThreadId::NO_ONE { None } else { ThreadId::from_owner(id) }
    }

    pub(crate) fn depth(&self) -> u64 {
        self.depth.get()
    }

    pub(crate) fn is_outermost(&self) -> bool {
        self.depth.get() == 1
    }

    /// The record, if the thread has one.
    #[inline(always)]
    pub(crate) fn record(&self) -> Option<&'static Record> {
        // SAFETY: null, or a record, and records are never freed while the registry is in use.
        unsafe { self.me.record.get().as_ref() }
    }

    /// The record of a thread that is inside.
    #[inline]
    fn inside(&self) -> &'static Record {
        debug_assert!(self.depth.get() > 0);
        self.record().expect("a thread inside the runtime has a record")
    }

    fn set_after(&self, bit: u32) {
        self.after.set(self.after.get() | bit);
    }

    fn clear_after(&self, bit: u32) {
        self.after.set(self.after.get() & !bit);
    }

    /// Says of the retire list what is to be done about it.
    fn set_after_of(&self, list: &RetireList) {
        let bits = [
            (After::GARBAGE, !list.is_empty()),
            (After::RETIRED, list.is_due()),
            (After::READY, list.ready.is_due()),
        ];
        let bits = bits.into_iter().filter(|(_, holds)| *holds).fold(0, |bits, (bit, _)| bits | bit);
        self.after.set(self.after.get() & !After::OF_GARBAGE | bits);
    }

    /// Enters the runtime: what containers publish from here on stays valid until [`leave`](Self::leave).
    #[inline]
    pub(crate) fn enter(&self) {
        if self.depth.increase() {
            self.enter_outermost();
        }
    }

    #[inline]
    fn enter_outermost(&self) {
        let Some(record) = self.record() else { return self.enter_unregistered() };
        Self::announce(record);
        // The light barrier, but for the fence that `answer_requests` makes where fences are needed.
        barrier::light_unless_fence();
        // Relaxed: the occupant's own bits, and hints; whoever must be heard at once stops the threads by other means.
        if record.requests.load(Ordering::Relaxed) != 0 {
            self.answer_requests(record);
        }
    }

    /// Puts the global epoch into the record. A light barrier must follow before any pointer is loaded.
    #[inline(always)]
    fn announce(record: &Record) {
        // Acquire: partner is the increment in `RetireList::pass`.
        let epoch = registry().epoch.load(Ordering::Acquire);
        // Release: partner is the acquire in `Registry::oldest_reader`, see `retire`.
        record.epoch.store(epoch, Ordering::Release);
    }

    fn pin(record: &Record) {
        Self::announce(record);
        barrier::light();
    }

    #[inline(always)]
    fn unpin(record: &Record) {
        // Release: partner is the acquire in `Registry::oldest_reader`: our reads come before the reclaiming.
        record.epoch.store(Record::IDLE, Ordering::Release);
    }

    #[cold]
    #[inline(never)]
    fn enter_unregistered(&self) {
        // Outside meanwhile: registering may panic.
        self.depth.decrease();
        self.register();
        self.depth.increase();
        self.enter_outermost();
    }

    #[cold]
    #[inline(never)]
    fn answer_requests(&self, record: &'static Record) {
        let requests = record.requests.load(Ordering::Relaxed);
        if requests & Request::FENCE != 0 {
            barrier::light();
        }
        if requests & Request::GIL != 0 && self.after.get() & After::GIL == 0 {
            self.take_gil(record);
        }
        if requests & Request::MAIL != 0 {
            self.collect_mail(record);
        }
    }

    /// Takes the global lock, outside while it waits.
    fn take_gil(&self, record: &Record) {
        Self::unpin(record);
        registry().gil.take();
        self.set_after(After::GIL);
        Self::pin(record);
    }

    /// Leaves what [`enter`](Self::enter) entered. Destructors run only if `explicit`.
    #[inline]
    pub(crate) fn leave(&self, explicit: bool) {
        if self.depth.decrease() {
            // SAFETY: a thread inside the runtime has a record.
            Self::unpin(unsafe { &*self.me.record.get() });
            // A reading operation leaves garbage be, unless it is too much.
            let of_reads = if explicit { u32::MAX } else { !(After::GARBAGE | After::RETIRED) };
            if self.after.get() & of_reads != 0 {
                self.leave_slow(explicit);
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn leave_slow(&self, explicit: bool) {
        let _outside = Outside(self);
        if self.after.get() & After::GARBAGE != 0 {
            if explicit {
                self.settle(Settle::AtPoint);
            } else if let Some(record) = self.record() {
                self.spill(record);
            }
        }
    }

    /// Registers this thread, or borrows a record for one whose locals are gone already.
    #[cold]
    fn register(&self) {
        debug_assert!(self.me.record.get().is_null());
        let (record, id) = registry().register();
        self.me.record.set(record);
        #[cfg(not(loom))]
        let stays = !self.exited.get() && LEAVE.try_with(|_| ()).is_ok();
        #[cfg(loom)]
        let stays = !self.exited.get();
        if stays {
            self.me.id.set(id.map_or(ThreadId::NO_ONE, ThreadId::get));
        } else {
            // Nobody would merge what it owned after it gave the record back.
            record.mailbox.lock().presence = Presence::Gone;
            self.set_after(After::BORROWED);
        }
    }

    #[cold]
    #[inline(never)]
    fn first_cells(&self) -> Option<&'static Cells> {
        if self.me.record.get().is_null() && !self.exited.get() {
            self.register_outside();
        }
        let cells = self.record().map(cells::of_record);
        self.me.cells.set(cells);
        cells
    }

    /// Puts on this thread's pile what the layer above finds dead when it looks.
    fn sweep(&self, record: &Record) {
        let mut dead = Pile::new();
        registry().sweep(&mut dead);
        while let Some(garbage) = dead.pop() {
            self.pile(record, garbage);
        }
    }

    #[cold]
    #[inline(never)]
    fn prepare_for_new_object(&self) {
        match self.record() {
            // Without mail it is away, or in a slot that has no id left.
            Some(record) => _ = self.open_mail(record),
            // A thread whose locals are gone makes objects without owner.
            None if self.exited.get() => {}
            None => self.register_outside(),
        }
    }

    /// Registers a thread that is outside and stays there.
    fn register_outside(&self) {
        self.register();
        if self.after.get() & After::BORROWED != 0 {
            self.give_back();
        }
    }

    /// Merges what lies in the mailbox, where no destructor may run. Returns whether there was anything.
    fn open_mail(&self, record: &Record) -> bool {
        let mail = record.requests.load(Ordering::Relaxed) & Request::MAIL != 0;
        if mail {
            self.collect_mail(record);
            self.spill(record);
        }
        mail
    }

    /// Merges what others have left in the mailbox. What is dead goes on the pile.
    fn collect_mail(&self, record: &Record) {
        let parcels = {
            let mut mailbox = record.mailbox.lock();
            // Relaxed: set and cleared under the mailbox lock.
            record.requests.fetch_and(!Request::MAIL, Ordering::Relaxed);
            mailbox.take()
        };
        record.tally.merged.add(parcels.len() as u64);
        for parcel in parcels {
            // SAFETY: the parcel lay in this thread's mailbox, so this thread owns the object, or has merged it
            // meanwhile; and this thread is not absent, or nobody could have left the parcel.
            if let Some(garbage) = unsafe { parcel.open() } {
                self.pile(record, garbage);
            }
        }
    }

    /// Where no destructor may run: leaves what is past the bound to whoever next drops a reference, or comes to an explicit point.
    /// A thread that only makes objects, or only reads, comes to none.
    fn spill(&self, record: &Record) {
        // Destructors that are running come to it.
        if self.destroying.get() {
            return;
        }
        // SAFETY: this thread's record; the closure only moves items between lists.
        unsafe {
            record.owned.with(|list| {
                if list.ready.is_due() {
                    registry().orphan(|orphans| orphans.ready.append(&mut list.ready));
                }
                self.set_after_of(list);
            });
        }
    }

    /// Puts garbage that needs no grace period on this thread's pile.
    fn pile(&self, record: &Record, garbage: Garbage) {
        record.tally.retired.add(1);
        record.tally.retired_bytes.add(garbage.bytes as u64);
        // SAFETY: this thread's record; pushing runs no user code.
        let is_due = unsafe {
            record.owned.with(|list| {
                list.ready.push(garbage);
                list.ready.is_due()
            })
        };
        self.set_after(After::GARBAGE | if is_due { After::READY } else { 0 });
    }

    /// Hands garbage to the retire list, to be destroyed after a grace period.
    #[inline(always)]
    pub(crate) fn retire(&self, garbage: Garbage) {
        let Garbage { object, destroy, bytes } = garbage;
        self.retire_parts(object, destroy, bytes);
    }

    /// [`retire`](Self::retire), the parts in registers.
    #[inline(never)]
    fn retire_parts(&self, object: *mut (), destroy: unsafe fn(*mut ()), bytes: usize) {
        debug_assert!(self.depth.get() > 0);
        // SAFETY: a thread inside the runtime has a record.
        let record = unsafe { &*self.me.record.get() };
        record.tally.retired.add(1);
        record.tally.retired_bytes.add(bytes as u64);
        // SAFETY: this thread's record; pushing runs no user code.
        let is_due = unsafe {
            record.owned.with(|list| {
                list.retire(Garbage { object, destroy, bytes });
                list.is_due()
            })
        };
        self.set_after(After::GARBAGE | if is_due { After::RETIRED } else { 0 });
    }

    #[inline]
    pub(crate) fn begin_operation(&self) {
        self.enter();
        self.operations.set(self.operations.get() + 1);
    }

    #[inline]
    pub(crate) fn end_operation(&self) {
        let operations = self.operations.get() - 1;
        self.operations.set(operations);
        if self.depth.decrease() {
            // Before destructors, so that this thread does not hold back its own garbage.
            // SAFETY: a thread inside the runtime has a record.
            Self::unpin(unsafe { &*self.me.record.get() });
            let after = self.after.get();
            if after != 0
                && (after != After::GARBAGE || registry().has_overdue_orphans() || registry().alone())
            {
                self.end_stay_of_operation();
            }
        } else if operations == 0 && self.after.get() & After::READY != 0 {
            self.settle(Settle::AfterOperation);
        }
    }

    #[cold]
    #[inline(never)]
    fn end_stay_of_operation(&self) {
        let _outside = Outside(self);
        if self.after.get() & After::GARBAGE != 0 {
            self.settle(Settle::AfterOperation);
        }
    }

    /// Whether this thread can destroy what it has just unlinked at once: no other thread is known, and nothing of
    /// this thread but the current operation is inside.
    #[inline]
    pub(crate) fn alone_in_operation(&self) -> bool {
        self.depth.get() == 1 && registry().alone()
    }

    /// Moves garbage on and runs destructors, as far as the occasion allows.
    #[cold]
    #[inline(never)]
    fn settle(&self, occasion: Settle) {
        let Some(record) = self.record() else { return };
        let registry = registry();
        let outside = self.depth.get() == 0;
        // SAFETY: this thread's record; nothing in the closure runs user code.
        let run = unsafe {
            record.owned.with(|list| {
                let adopts = match occasion {
                    Settle::Everything => true,
                    Settle::Checkpoint => registry.has_orphans(),
                    Settle::AtPoint | Settle::AfterOperation => outside && registry.has_overdue_orphans(),
                };
                if adopts {
                    registry.adopt_orphans(list);
                }
                // At a checkpoint of the outermost token this thread holds nothing either.
                let holds_nothing = outside || occasion == Settle::Checkpoint;
                // Nobody else comes for what was just adopted.
                let is_due = |list: &RetireList| list.is_due() || adopts && list.is_pending_due();
                if holds_nothing && !list.is_empty() && registry.alone() {
                    list.skip_grace();
                } else if let Some(haste) = self.haste(occasion, holds_nothing && is_due(list)) {
                    // Not after an operation under a token: until its next checkpoint this thread itself holds back all
                    // that it retires, so the barrier would be for nothing.
                    let renew = matches!(occasion, Settle::Checkpoint).then_some(record);
                    let barrier = list.pass(registry, renew, haste);
                    if barrier == Barrier::Made {
                        record.tally.passes.add(1);
                    }
                    self.too_early.set(barrier == Barrier::PutOff);
                    self.late_checkpoints.set(0);
                } else if occasion == Settle::Checkpoint {
                    list.look(registry);
                }
                match occasion {
                    // With nobody to wait for, the removing call itself destroys.
                    Settle::AfterOperation => list.ready.is_due() || outside && registry.alone(),
                    Settle::AtPoint | Settle::Checkpoint | Settle::Everything => true,
                }
            })
        };
        // The list may have become this thread's just now, and not all of it may be ready.
        self.set_after(After::GARBAGE);
        if run {
            self.run_destructors(record);
        }
        // SAFETY: as above.
        unsafe { record.owned.with(|list| self.set_after_of(list)) };
    }

    /// Whether there is to be a pass, and why. `is_due` says whether enough has been retired for that.
    fn haste(&self, occasion: Settle, is_due: bool) -> Option<Haste> {
        /// Checkpoints after one that came too early that do not look at the clock.
        const PATIENCE: u32 = 8;
        match occasion {
            Settle::Everything => Some(Haste::Asked),
            _ if is_due => Some(Haste::Due),
            Settle::AfterOperation | Settle::AtPoint => None,
            Settle::Checkpoint => {
                let late = self.late_checkpoints.get();
                self.late_checkpoints.set(late.saturating_add(1));
                let least = if self.too_early.get() { PATIENCE } else { 0 };
                (late >= bounds::late_checkpoints().max(least)).then_some(Haste::Due)
            }
        }
    }

    /// Whether a lock of a container may be held: in an operation, whose `Eq` has called, or in a critical section of the user's. A destructor could wait for another
    /// lock, and so let others into what is to be one step. The end of either, or a later point, comes to what there is to destroy.
    fn holds_locks(&self) -> bool {
        self.operations.get() != 0 || !self.me.sections.innermost().is_null()
    }

    fn run_destructors(&self, record: &Record) {
        // Further up the stack the loop below will come to what was added since.
        if self.destroying.get() || self.holds_locks() || std::thread::panicking() {
            return;
        }
        self.destroying.set(true);
        let _done = Destroying(self);
        let mut running = Running { current: self, record, rest: Pile::new() };
        loop {
            // SAFETY: this thread's record; taking runs no user code, and the borrow ends before a destructor runs.
            unsafe { record.owned.with(|list| core::mem::swap(&mut running.rest, &mut list.ready)) };
            if running.rest.is_empty() {
                return;
            }
            while let Some(garbage) = running.rest.pop() {
                record.tally.reclaimed.add(1);
                record.tally.reclaimed_bytes.add(garbage.bytes as u64);
                // SAFETY: on the ready pile, so its grace period has passed.
                unsafe { garbage.run() };
            }
        }
    }

    /// A checkpoint of the outermost token.
    #[inline]
    pub(crate) fn checkpoint(&self) {
        let record = self.inside();
        // Relaxed loads: this thread's own word, and hints.
        let current = registry().epoch.load(Ordering::Relaxed) == record.epoch.load(Ordering::Relaxed);
        let requests = record.requests.load(Ordering::Relaxed) & !Request::FENCE;
        if current && self.after.get() == 0 && requests == 0 {
            return;
        }
        self.checkpoint_slow(record);
    }

    #[cold]
    #[inline(never)]
    fn checkpoint_slow(&self, record: &'static Record) {
        let requests = record.requests.load(Ordering::Relaxed);
        if requests & Request::MAIL != 0 {
            self.collect_mail(record);
        }
        if self.after.get() & After::GIL != 0 && registry().gil.is_asked() {
            Self::unpin(record);
            registry().gil.release();
            registry().gil.take();
        }
        Self::pin(record);
        self.sweep(record);
        if self.after.get() & After::GARBAGE != 0 || registry().has_orphans() {
            self.settle(Settle::Checkpoint);
        }
    }

    /// What [`collect`](super::collect) does on this thread.
    pub(crate) fn collect(&self) {
        if self.me.record.get().is_null() {
            self.enter();
            self.leave(true);
        }
        let Some(record) = self.record() else { return };
        self.collect_mail(record);
        self.sweep(record);
        // The second round takes what the destructors of the first gave up.
        for _ in 0..2 {
            self.settle(Settle::Everything);
        }
    }

    /// Begins an absence: see [`Away`].
    fn go_away(&self, record: &'static Record) -> Option<ThreadId> {
        // None already inside another absence.
        let id = self.id();
        self.me.id.set(ThreadId::NO_ONE);
        if let Some(id) = id {
            let mut mailbox = record.mailbox.lock();
            let parcels = mailbox.take();
            record.requests.fetch_and(!Request::MAIL, Ordering::Relaxed);
            record.tally.merged.add(parcels.len() as u64);
            for parcel in parcels {
                // SAFETY: as in `collect_mail`. Under the lock, so before anybody may act for this thread.
                if let Some(garbage) = unsafe { parcel.open() } {
                    self.pile(record, garbage);
                }
            }
            mailbox.presence = Presence::Absent(id);
        }
        id
    }

    /// Leaves to others what this thread could not destroy before it goes away, for how long nobody knows.
    fn leave_garbage(&self, record: &Record) {
        // Destructors further up the stack come to it.
        if self.destroying.get() || self.after.get() & After::GARBAGE == 0 {
            return;
        }
        // SAFETY: this thread's record; moving garbage runs no user code.
        unsafe { record.owned.with(|list| registry().orphan(|orphans| orphans.adopt(list))) };
        self.clear_after(After::OF_GARBAGE);
    }

    /// The thread ends: it destroys what it can, leaves the rest to others, and gives its record back.
    pub(crate) fn exit(&self) {
        self.exited.set(true);
        let Some(record) = self.record() else { return };
        self.collect_mail(record);
        self.sweep(record);
        if self.depth.get() == 0 {
            // A panic here would end the process; garbage of other threads is no reason for that.
            let settle = core::panic::AssertUnwindSafe(|| self.settle(Settle::Everything));
            if let Err(payload) = std::panic::catch_unwind(settle) {
                // Dropping the payload may panic again.
                let dropped = std::panic::catch_unwind(core::panic::AssertUnwindSafe(|| drop(payload)));
                dropped.unwrap_or_else(core::mem::forget);
            }
        }
        self.go_away(record);
        record.mailbox.lock().presence = Presence::Gone;
        let registry = registry();
        // SAFETY: this thread's record; moving garbage runs no user code.
        unsafe { record.owned.with(|list| registry.orphan(|orphans| orphans.adopt(list))) };
        if self.depth.get() > 0 {
            // A token is alive: it lies in a thread-local that comes later, or was leaked, and what was borrowed from it may
            // then be in use for ever. The record stays pinned, and goes back when the last token is dropped.
            if self.after.replace(After::BORROWED) & After::GIL != 0 {
                registry.gil.release();
            }
            return;
        }
        self.me.record.set(ptr::null());
        self.me.cells.set(None);
        self.after.set(0);
        record.bias.end();
        registry.unregister(record);
    }

    /// At the end of a stay: gives a borrowed record back, unless a frame further up the stack still uses it.
    fn end_stay(&self) {
        let in_use = self.depth.get() != 0 || self.destroying.get() || self.absences.get() != 0;
        if self.after.get() & After::BORROWED != 0 && !in_use {
            self.give_back();
        }
    }

    /// Gives a borrowed record back.
    #[cold]
    fn give_back(&self) {
        let Some(record) = self.record() else { return };
        self.me.record.set(ptr::null());
        self.me.cells.set(None);
        self.after.set(0);
        // SAFETY: this thread occupies the record until it unregisters it below.
        unsafe { record.owned.with(|list| registry().orphan(|orphans| orphans.adopt(list))) };
        record.bias.end();
        registry().unregister(record);
    }
}

/// What a run of destructors has taken off the pile, and puts back if one of them unwinds.
struct Running<'a> {
    current: &'a Current,
    record: &'a Record,
    rest: Pile,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if !self.rest.is_empty() {
            // SAFETY: this thread's record; moving garbage runs no user code.
            unsafe {
                self.record.owned.with(|list| {
                    list.ready.append(&mut self.rest);
                    self.current.set_after_of(list);
                });
            }
        }
    }
}

/// The end of a run of destructors, which may have unwound.
struct Destroying<'a>(&'a Current);

impl Drop for Destroying<'_> {
    fn drop(&mut self) {
        self.0.destroying.set(false);
    }
}

/// On which occasion garbage is settled.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Settle {
    /// At the end of an outermost writing operation.
    AfterOperation,
    /// At the end of an attach scope.
    AtPoint,
    /// At a checkpoint of the outermost token: the thread's own epoch moves on.
    Checkpoint,
    /// On `collect`, `detach` and thread exit.
    Everything,
}

/// The end of a stay inside, behind destructors, which may have unwound: gives up the global lock and a borrowed
/// record, unless a destructor leaked a token and the thread is inside again.
struct Outside<'a>(&'a Current);

impl Drop for Outside<'_> {
    fn drop(&mut self) {
        let current = self.0;
        if current.depth.get() != 0 {
            return;
        }
        if current.after.get() & After::GIL != 0 {
            current.clear_after(After::GIL);
            registry().gil.release();
        }
        current.end_stay();
    }
}

/// An absence of this thread: its id reads "no one", others may merge what it owns; if no reference borrowed
/// from the runtime can be alive, it is outside as well. Ends on drop, also on unwinding.
pub(crate) struct Away {
    /// The id to take again, if the thread had one.
    id: Option<ThreadId>,
    unpinned: bool,
    gil: bool,
    /// Last, so that its sections are resumed when the thread is back.
    _sections: sections::Outside,
}

impl Away {
    /// Begins an absence of a thread that is inside.
    pub(crate) fn begin() -> Self {
        let sections = sections::Outside::begin();
        with(|c| {
            let record = c.inside();
            let id = c.go_away(record);
            let unpinned = c.is_outermost();
            if unpinned {
                c.depth.decrease();
                Current::unpin(record);
            }
            c.absences.set(c.absences.get() + 1);
            // From here on, unwinding ends the absence.
            let gil = c.after.get() & After::GIL != 0;
            let away = Self { id, unpinned, gil, _sections: sections };
            c.sweep(record);
            if c.after.get() & After::GARBAGE != 0 {
                c.settle(if unpinned { Settle::Everything } else { Settle::AtPoint });
                c.leave_garbage(record);
            }
            // Unless a destructor that came inside and left has given it up.
            if gil && c.after.get() & After::GIL != 0 {
                c.clear_after(After::GIL);
                registry().gil.release();
            }
            away
        })
    }
}

impl Drop for Away {
    fn drop(&mut self) {
        with(|c| {
            let record = c.record().expect("the record of a thread that was inside");
            if let Some(id) = self.id {
                // Behind this lock come all merges that others have made meanwhile.
                record.mailbox.lock().presence = Presence::Present(id);
                c.me.id.set(id.get());
            }
            if self.gil && c.after.get() & After::GIL == 0 {
                registry().gil.take();
                c.set_after(After::GIL);
            }
            if self.unpinned {
                // Another token may have been leaked meanwhile, then the thread never went outside again.
                if c.depth.increase() {
                    Current::pin(record);
                }
            }
            c.absences.set(c.absences.get() - 1);
        });
    }
}

/// Runs `f`, which blocks, without the global lock. References borrowed from the runtime stay valid.
pub(crate) fn without_gil<R>(f: impl FnOnce() -> R) -> R {
    struct Retake;
    impl Drop for Retake {
        fn drop(&mut self) {
            registry().gil.take();
            with(|c| c.set_after(After::GIL));
        }
    }
    let held = with(|c| c.after.get() & After::GIL != 0);
    let _retake = held.then(|| {
        with(|c| c.clear_after(After::GIL));
        registry().gil.release();
        Retake
    });
    f()
}

/// What became of a parcel.
pub(crate) enum Delivery {
    /// It lies in the owner's mailbox.
    Left,
    /// The owner was away, and the parcel was opened here; what was found dead is for the caller to destroy.
    Opened(Option<Garbage>),
}

/// Takes garbage that needs no grace period, and was found where no destructor may run.
#[cold]
pub(crate) fn leave(garbage: Garbage) {
    with(|c| match c.record() {
        Some(record) => {
            c.pile(record, garbage);
            c.spill(record);
        }
        None => registry().orphan(|orphans| orphans.ready.push(garbage)),
    });
}

/// Merges what others have left in the calling thread's mailbox. Returns whether there was anything. Runs no user code.
#[cold]
pub(crate) fn open_mail() -> bool {
    with(|c| c.record().is_some_and(|record| c.open_mail(record)))
}

/// Leaves a parcel for the thread `owner`, or opens it if that thread is away.
#[cold]
pub(crate) fn deliver(owner: ThreadId, parcel: super::mailbox::Parcel) -> Delivery {
    let record = registry().record(owner.slot());
    let mut mailbox = record.mailbox.lock();
    if mailbox.presence == Presence::Present(owner) {
        if mailbox.push(parcel) {
            // Relaxed: read as a hint; the parcel itself is behind the lock.
            record.requests.fetch_or(Request::MAIL, Ordering::Relaxed);
        }
        return Delivery::Left;
    }
    record.tally.merged_on_behalf.add(1);
    // SAFETY: under the lock, and the owner is absent, or another thread has its slot and it is gone for good.
    Delivery::Opened(unsafe { parcel.open() })
}

/// Runs the destructors of dead objects that no thread claims, if they have become many. For calls in which the
/// user expects destructors: the drop of a reference, but not one under a lock of a container, in a critical section or in such a destructor.
#[cold]
pub(crate) fn run_overdue_orphans() {
    with(|c| {
        if !c.holds_locks() && !c.destroying.get() && !std::thread::panicking() {
            let pile: Pile = registry().take_overdue_orphans();
            if !pile.is_empty() {
                // Behind the destructors: one of them may have come inside and left, with a borrowed record.
                let _stay = Outside(c);
                c.destroying.set(true);
                let _done = Destroying(c);
                retire::run_pile(pile);
            }
        }
    });
}
