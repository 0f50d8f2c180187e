//! Statistics of the runtime, summed over all threads that ever were.

use super::garbage::Amount;
use super::id::ThreadId;
use super::record::Counter;
use super::registry::registry;
use super::{bias, current, record::Record, record::Tally};
use crate::heap;
use crate::sync::atomic::Ordering;
use crate::sync::barrier;

/// What the runtime has done so far, in the whole process. See [`stats`].
///
/// The numbers are read one after the other while other threads go on, so they fit together exactly only while the
/// others are quiet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Threads known to the runtime now.
    pub threads: u32,
    /// Things handed to delayed reclamation: references that containers gave up, nodes, tables, blocks, and objects
    /// found dead in a merge.
    pub retired: u64,
    /// Bytes of those, as far as their sizes are known (a reference counts as its object's header and value).
    pub retired_bytes: u64,
    /// Of [`retired`](Self::retired), how many have been destroyed.
    pub reclaimed: u64,
    /// Of [`retired_bytes`](Self::retired_bytes), how many have been destroyed.
    pub reclaimed_bytes: u64,
    /// Passes over the threads that have made a heavy barrier.
    pub passes: u64,
    /// References that a thread dropped on behalf of others: parcels opened from mailboxes.
    pub merged: u64,
    /// References of threads that do not own the object, settled by themselves because the owner was inside
    /// [`detach`](crate::Attached::detach) or had finished.
    pub merged_on_behalf: u64,
    /// References now waiting in mailboxes for the owner of their object.
    pub mail: u64,
    /// Locks that were taken from the thread that they were [biased](crate::lock::ObjectLock) to, each at the cost of a heavy barrier.
    pub revoked: u64,
    /// How often so many were taken from one thread that it lost all of them at once.
    pub revoked_in_bulk: u64,
    /// The global epoch.
    pub epoch: u64,
    /// The oldest epoch that a thread inside the runtime is in; `None` when all are outside.
    pub oldest_epoch: Option<u64>,
    /// Whether barriers are asymmetric (Linux membarrier) or fences on both sides.
    pub asymmetric_barriers: bool,
    /// Blocks and bytes of the heap that are in use; counted in builds with debug assertions only.
    pub live: Option<(usize, usize)>,
}

impl Stats {
    /// Things retired and not yet destroyed.
    #[must_use]
    pub fn pending(&self) -> u64 {
        self.retired.saturating_sub(self.reclaimed)
    }

    /// Bytes retired and not yet destroyed.
    #[must_use]
    pub fn pending_bytes(&self) -> u64 {
        self.retired_bytes.saturating_sub(self.reclaimed_bytes)
    }
}

/// Reads the statistics: a sum over all threads. O(threads); takes each mailbox lock for a moment.
///
/// ```
/// let before = freethreaded::runtime::stats();
/// let list: freethreaded::List<freethreaded::Brc<u32>> = freethreaded::List::new();
/// list.push(1);
/// drop(list.pop());
/// freethreaded::collect();
/// let after = freethreaded::runtime::stats();
/// assert!(after.reclaimed >= before.reclaimed);
/// ```
#[must_use]
pub fn stats() -> Stats {
    let registry = registry();
    let sum = |pick: fn(&Tally) -> &Counter| registry.records().map(|r| pick(&r.tally).get()).sum::<u64>();
    let outside = |i: usize| registry.reclaimed_outside[i].load(Ordering::Relaxed);
    // Reclaimed before retired: what is reclaimed in between does not show as more than was retired.
    let reclaimed = sum(|t| &t.reclaimed) + outside(0);
    let reclaimed_bytes = sum(|t| &t.reclaimed_bytes) + outside(1);
    let oldest = registry.oldest_reader();
    let (revoked, revoked_in_bulk) = bias::revocations();
    Stats {
        threads: registry.live(),
        retired: sum(|t| &t.retired),
        retired_bytes: sum(|t| &t.retired_bytes),
        reclaimed,
        reclaimed_bytes,
        passes: sum(|t| &t.passes),
        merged: sum(|t| &t.merged),
        merged_on_behalf: sum(|t| &t.merged_on_behalf),
        mail: registry.records().map(|r: &Record| r.mailbox.lock().len() as u64).sum(),
        revoked,
        revoked_in_bulk,
        epoch: registry.epoch.load(Ordering::Relaxed),
        oldest_epoch: (oldest != u64::MAX).then_some(oldest),
        asymmetric_barriers: barrier::is_asymmetric(),
        live: heap::live(),
    }
}

/// What the runtime knows of the calling thread. See [`on_this_thread`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ThreadInfo {
    /// The id under which this thread owns objects; `None` if it has not used the runtime yet, inside
    /// [`detach`](crate::Attached::detach), and while its thread-locals are destroyed.
    pub id: Option<ThreadId>,
    /// Whether the thread is inside the runtime: a token is alive, or an operation is running.
    pub attached: bool,
    /// Tokens and operations of this thread that are alive.
    pub depth: u64,
    /// Things that this thread has retired and not yet destroyed or left to others.
    pub pending: usize,
    /// Bytes of those.
    pub pending_bytes: usize,
}

/// Describes the calling thread, without registering it.
///
/// ```
/// use freethreaded::{attach, runtime::on_this_thread};
/// assert!(!on_this_thread().attached);
/// let token = attach();
/// assert_eq!(on_this_thread().depth, 1);
/// drop(token);
/// assert!(!on_this_thread().attached);
/// ```
#[must_use]
pub fn on_this_thread() -> ThreadInfo {
    current::with(|c| {
        let pending = c.record().map_or(Amount::default(), |record| {
            // SAFETY: this thread's record; summing runs no user code.
            unsafe { record.owned.with(|list| list.pending()) }
        });
        ThreadInfo {
            id: c.id(),
            attached: c.depth() > 0,
            depth: c.depth(),
            pending: pending.objects,
            pending_bytes: pending.bytes,
        }
    })
}
