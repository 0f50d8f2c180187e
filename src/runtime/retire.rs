//! Delayed reclamation: a thread's retire list and the grace period.
//!
//! # Protocol
//!
//! One global epoch `G`, which only grows; one epoch word per record, [`Record::IDLE`] while the thread is outside.
//!
//! - *Reader*: `e := G` (acquire); `record.epoch := e` (release); **light barrier**; then it loads pointers. On leaving
//!   `record.epoch := IDLE` (release).
//! - *Remover*: unlinks the thing, puts it on its list of *fresh* garbage. Later, in a **pass**: `tag := G += 1`
//!   (acquire + release), the fresh garbage becomes a batch with that tag; **heavy barrier**, by this thread or [another](super::fences); then it loads
//!   the epoch word of every record (acquire). A batch is *ready* when every word is `IDLE` or at least its tag.
//!
//! Why nobody still reads ready garbage. Let a reader store `e` and the remover load its word:
//! - The barriers order the reader's store first: the load sees `e` or a later value. It waits while `e < tag`. If
//!   `e >= tag`, the reader's load of `G` read from the remover's increment or one after it, and so saw the unlinking.
//! - The barriers order the heavy side first: the reader's loads behind its light barrier see the unlinking.
//! - What the reader did before it left or renewed is visible to the remover through release and acquire on the word.
//!   The store of `e` is a release too: a scanner may see it without ever having seen the `IDLE` before it.
//!
//! The tag is taken by the remover itself *after* unlinking. Reading `G + 1` without the increment would be too early: another
//! remover may have made that epoch before our unlinking, and a reader in it may hold our pointer.
//!
//! One increment per pass and a minimum over the readers frees a batch after one grace period. (Three rotating
//! generations, as epoch schemes often have, would need two.) Later passes need no new barrier for a batch that has had one: a reader that
//! its heavy barrier did not show cannot reach the batch.
//!
//! A pass that nobody asked for does not make the barrier soon after another of the process. Its batch then waits for the next one, or until
//! so many have come together that they are worth one by themselves.
//!
//! # Where destructors run
//!
//! Garbage that is ready goes on a pile, and the pile is run only
//! 1. in the call that removed the thing, when no other thread is known and no token is alive;
//! 2. at explicit points: `checkpoint`, `detach`, the end of an outermost attach scope, `collect`, thread exit;
//! 3. past the [bounds](super::bounds), at the end of an outermost writing operation of a container, after every lock is released, or in
//!    a drop of a reference that was handed to another thread.
//!
//! Never while a pass looks at records, never in a critical section, whose `checkpoint` and `detach` are outside it, and never during unwinding (a second panic would end the process).
//!
//! # Orphans
//!
//! Garbage that belongs to no thread lies on one list under a lock: what a thread could not destroy before it ended or went into `detach`, and
//! what a thread that only makes objects or reads found dead past the bound. Who puts the first thing there moves the epoch on, behind a hint that there is something; so
//! each thread's next checkpoint, which compares epochs anyway, looks at the hint, and the first that comes takes the list over. `collect`, `detach` and thread exit take it
//! in any case, other operations and drops past the bounds.
//!
//! Checked by: `loom-tests/tests/loom_epoch.rs`.

use std::collections::VecDeque;

use super::bounds;
use super::garbage::{Amount, Garbage, Pile};
use super::record::Record;
use super::registry::{Registry, registry};
use crate::sync::atomic::Ordering;

/// Why there is a pass.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Haste {
    /// Somebody asked for all that can be reclaimed.
    Asked,
    /// It is about time.
    Due,
}

/// What became of the barrier of a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Barrier {
    Made,
    /// To a later pass, or another thread's.
    PutOff,
    /// Everything is behind one.
    NotNeeded,
}

/// Garbage of one thread, by how far its grace period has come.
pub(crate) struct RetireList {
    fresh: Pile,
    waiting: VecDeque<(u64, Pile)>,
    pub(crate) ready: Pile,
}

impl RetireList {
    pub(crate) const fn new() -> Self {
        Self { fresh: Pile::new(), waiting: VecDeque::new(), ready: Pile::new() }
    }

    #[inline]
    pub(crate) fn retire(&mut self, garbage: Garbage) {
        self.fresh.push(garbage);
    }

    /// Whether enough has come together for a pass to be worth its barrier.
    #[inline]
    pub(crate) fn is_due(&self) -> bool {
        bounds::is_retired_due(self.fresh.amount())
    }

    /// Whether what still waits would be due if it had just been retired.
    pub(crate) fn is_pending_due(&self) -> bool {
        bounds::is_retired_due(self.pending())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.fresh.is_empty() && self.waiting.is_empty() && self.ready.is_empty()
    }

    /// Everything is ready at once: nobody else can be reading.
    pub(crate) fn skip_grace(&mut self) {
        for (_, mut pile) in self.waiting.drain(..) {
            self.ready.append(&mut pile);
        }
        self.ready.append(&mut self.fresh);
    }

    /// A pass: ends the fresh batch and makes ready what no reader can hold any more. With `renew`, the
    /// epoch of that record (the caller's own) moves on first, so that its own batch does not wait for it.
    pub(crate) fn pass(&mut self, registry: &Registry, renew: Option<&Record>, haste: Haste) -> Barrier {
        let barrier = self.barrier(registry, haste);
        // A batch of few things only behind the barrier of the one before, so that there are not more of them than barriers.
        if barrier != Barrier::PutOff || self.is_due() || !self.has_unfenced_batch(registry) {
            self.close(registry, renew);
        }
        match (barrier, self.waiting.back()) {
            (Barrier::Made, Some((newest, _))) => {
                registry.fences.make(*newest);
                // Everything is fenced.
                self.look_up_to(u64::MAX, registry);
            }
            _ => self.look(registry),
        }
        barrier
    }

    /// What becomes of the barrier of a pass.
    fn barrier(&self, registry: &Registry, haste: Haste) -> Barrier {
        if self.fresh.is_empty() && !self.has_unfenced_batch(registry) {
            Barrier::NotNeeded
        } else if haste == Haste::Asked || self.is_overdue(registry) || registry.fences.is_time() {
            Barrier::Made
        } else {
            Barrier::PutOff
        }
    }

    fn has_unfenced_batch(&self, registry: &Registry) -> bool {
        self.waiting.back().is_some_and(|(tag, _)| *tag > registry.fences.reached())
    }

    /// Whether what no barrier has been made for has become so much that it is worth one by itself.
    fn is_overdue(&self, registry: &Registry) -> bool {
        let reached = registry.fences.reached();
        let unfenced = self.waiting.iter().rev().take_while(|(tag, _)| *tag > reached).map(|(_, pile)| pile);
        let mut sum = self.fresh.amount();
        unfenced.for_each(|pile| sum.add_all(pile.amount()));
        bounds::is_retired_overdue(sum)
    }

    /// Ends the fresh batch.
    fn close(&mut self, registry: &Registry, renew: Option<&Record>) {
        if self.fresh.is_empty() {
            return;
        }
        // Release: partners are the acquire in `Current::announce`, so a reader of this epoch sees our unlinking, and that of later increments, whose barrier is also ours.
        // Acquire: the release sequence of earlier increments, so that epochs order all removers.
        let tag = registry.epoch.fetch_add(1, Ordering::AcqRel) + 1;
        // As big as the last batch, so that it does not grow again.
        let fresh = Pile::with_capacity(self.fresh.amount().objects);
        self.waiting.push_back((tag, core::mem::replace(&mut self.fresh, fresh)));
        if let Some(record) = renew {
            // Release: partner is the acquire in `Registry::oldest_reader`. No light barrier behind it: who misses it sees an older epoch, and waits.
            record.epoch.store(tag, Ordering::Release);
        }
    }

    /// Makes ready what no reader can hold any more, of what an earlier pass has begun to wait for. No barrier.
    pub(crate) fn look(&mut self, registry: &Registry) {
        // Before the records are looked at, which is to be behind the barrier.
        if !self.waiting.is_empty() {
            self.look_up_to(registry.fences.reached(), registry);
        }
    }

    /// [`look`](Self::look), where tags up to `fenced` are behind a barrier.
    fn look_up_to(&mut self, fenced: u64, registry: &Registry) {
        if self.waiting.front().is_none_or(|(tag, _)| *tag > fenced) {
            return;
        }
        let oldest = registry.oldest_reader().min(fenced);
        while let Some((tag, pile)) = self.waiting.front_mut() {
            if *tag > oldest {
                break;
            }
            self.ready.append(pile);
            self.waiting.pop_front();
        }
    }

    /// Takes over the garbage of a finished thread, `other`. The caller is behind that thread's last unlinking, so
    /// its fresh garbage becomes the caller's.
    pub(crate) fn adopt(&mut self, other: &mut RetireList) {
        self.fresh.append(&mut other.fresh);
        self.ready.append(&mut other.ready);
        if !other.waiting.is_empty() {
            self.waiting.append(&mut other.waiting);
            // In the order of tags, since a pass stops at the first batch that must wait.
            self.waiting.make_contiguous().sort_by_key(|(tag, _)| *tag);
        }
    }

    /// Everything on the list, whatever its state.
    pub(crate) fn pending(&self) -> Amount {
        let piles = self.waiting.iter().map(|(_, pile)| pile).chain([&self.fresh, &self.ready]);
        let mut sum = Amount::default();
        piles.for_each(|pile| sum.add_all(pile.amount()));
        sum
    }

    #[cfg(test)]
    pub(crate) fn amounts(&self) -> (Amount, Amount) {
        (self.fresh.amount(), self.ready.amount())
    }
}

/// Destroys what is on a pile that belongs to no thread. What a panicking destructor leaves goes to the orphans.
pub(crate) fn run_pile(pile: Pile) {
    struct Rest(Pile);
    impl Drop for Rest {
        fn drop(&mut self) {
            if !self.0.is_empty() {
                registry().orphan(|list| list.ready.append(&mut self.0));
            }
        }
    }
    let mut rest = Rest(pile);
    while let Some(garbage) = rest.0.pop() {
        // Relaxed: statistics.
        let [objects, bytes] = &registry().reclaimed_outside;
        objects.fetch_add(1, Ordering::Relaxed);
        bytes.fetch_add(garbage.bytes as u64, Ordering::Relaxed);
        // SAFETY: piles hold only garbage whose grace period has passed.
        unsafe { garbage.run() };
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn nothing() -> Garbage {
        unsafe fn destroy(_: *mut ()) {}
        // SAFETY: does nothing.
        unsafe { Garbage::new(core::ptr::null_mut(), destroy, 100) }
    }

    #[test]
    fn due_by_count_and_by_bytes() {
        let mut list = RetireList::new();
        let bound = bounds::bounds().retired_objects;
        for _ in 1..bound {
            list.retire(nothing());
        }
        assert!(!list.is_due());
        list.retire(nothing());
        assert!(list.is_due());
        list.skip_grace();
        assert_eq!(list.amounts(), (Amount::default(), Amount { objects: bound, bytes: 100 * bound }));

        let mut list = RetireList::new();
        unsafe fn destroy(_: *mut ()) {}
        // SAFETY: does nothing.
        list.retire(unsafe { Garbage::new(core::ptr::null_mut(), destroy, 64 * 1024) });
        assert!(list.is_due(), "one big block is reason enough");
    }

    #[test]
    fn adopted_batches_keep_the_order_of_tags() {
        let (mut mine, mut theirs) = (RetireList::new(), RetireList::new());
        for tag in [3, 9] {
            mine.waiting.push_back((tag, Pile::new()));
        }
        for tag in [1, 5, 12] {
            theirs.waiting.push_back((tag, Pile::new()));
        }
        mine.adopt(&mut theirs);
        assert_eq!(mine.waiting.iter().map(|w| w.0).collect::<Vec<_>>(), [1, 3, 5, 9, 12]);
        assert!(theirs.is_empty());
    }
}
