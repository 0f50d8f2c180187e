//! Biases: the right of a thread to enter certain locks by plain stores.
//!
//! A lock that is biased names the *bias* under which its owner enters it. A bias is one thread's, from the first lock that it claims
//! under it up to its end, and no bias is given out twice.
//!
//! | a bias ends | ordered by |
//! |---|---|
//! | with its thread, or when the thread gives its record back | the lock below: the thread enters nothing any more |
//! | *in bulk*, when others have revoked it from many locks in a short time | the lock below, and a heavy barrier under it |
//!
//! Whoever takes a lock that is biased to another thread asks here, under one lock for all: if the bias has ended, the thread that had it enters nothing by it any
//! more, and everything it did inside is visible; else a heavy barrier makes sure of that for the one lock that has been marked before. So a
//! thread that makes ten thousand objects and gives them away costs others a few barriers, not one for each. After a bulk end the thread goes
//! without a bias for its next new locks, for more each time.
//!
//! Checked by: `loom-tests/tests/loom_bias.rs`.

use std::time::{Duration, Instant};

use super::record::Record;
use super::registry::registry;
use crate::sync::atomic::{AtomicU32, Ordering};
use crate::sync::{barrier, unmodelled};

/// So many revocations from one thread within [`SHORT`] end its bias.
const MANY: u32 = if cfg!(loom) { 2 } else { 32 };
const SHORT: Duration = if cfg!(loom) { Duration::MAX } else { Duration::from_millis(10) };

/// New locks that go without a bias after the first bulk end; twice as many after the next, and so on.
const WITHOUT: u32 = 256;
const DOUBLINGS: u32 = 10;

/// The bias of one record's occupant.
pub(crate) struct Bias {
    /// 0 if there is none. Set by the occupant, cleared by anyone; both under the lock.
    present: AtomicU32,
    /// The occupant's: new locks that are to go without one.
    without: unmodelled::AtomicU32,
    /// Written under the lock, as what follows.
    ended_in_bulk: unmodelled::AtomicU32,
    revocations: unmodelled::AtomicU32,
}

impl Bias {
    pub(super) fn new() -> Self {
        Self {
            present: AtomicU32::new(0),
            without: unmodelled::AtomicU32::new(0),
            ended_in_bulk: unmodelled::AtomicU32::new(0),
            revocations: unmodelled::AtomicU32::new(0),
        }
    }

    /// The present bias, or 0. To be asked by the occupant.
    #[inline(always)]
    pub(crate) fn present(&self) -> u32 {
        // Relaxed: the barriers on both sides order it.
        self.present.load(Ordering::Relaxed)
    }

    /// The bias for a lock that the occupant claims, or 0 if it is to be nobody's.
    #[cold]
    pub(crate) fn for_new_lock(&self) -> u32 {
        let present = self.present();
        if present != 0 {
            return present;
        }
        // Relaxed, both: the occupant's, or set while it was not looking, which costs it a bias more or less.
        let without = self.without.load(Ordering::Relaxed);
        if without != 0 {
            self.without.store(without - 1, Ordering::Relaxed);
            return 0;
        }
        let mut biases = registry().biases.lock();
        if biases.last == Self::MAX {
            return 0;
        }
        biases.last += 1;
        // Relaxed: the thread's own, and others look under the lock.
        self.present.store(biases.last, Ordering::Relaxed);
        biases.last
    }

    /// The largest number that a bias has: it leaves a lock word one bit.
    pub(crate) const MAX: u32 = (1 << 31) - 1;

    /// The occupant enters no lock any more.
    pub(super) fn end(&self) {
        if self.present() != 0 {
            // The lock orders what the thread did inside before whoever finds the bias ended.
            let _biases = registry().biases.lock();
            self.present.store(0, Ordering::Relaxed);
        }
        self.without.store(0, Ordering::Relaxed);
        self.ended_in_bulk.store(0, Ordering::Relaxed);
    }

    /// One more revocation. Returns whether that is too many.
    fn is_revoked_too_often(&self, biases: &mut Biases) -> bool {
        let now = Instant::now();
        let first = *biases.window.get_or_insert(now);
        if now.saturating_duration_since(first) > SHORT {
            // The window is for all records: so are the counts.
            biases.window = Some(now);
            registry().records().for_each(|record| record.bias.revocations.store(0, Ordering::Relaxed));
        }
        let revocations = self.revocations.load(Ordering::Relaxed) + 1;
        self.revocations.store(revocations, Ordering::Relaxed);
        revocations >= MANY
    }
}

/// What is known of all biases.
pub(super) struct Biases {
    /// The last one given out.
    last: u32,
    /// When the revocations began that are counted together.
    window: Option<Instant>,
    pub(super) revoked: u64,
    pub(super) ended_in_bulk: u64,
}

impl Biases {
    pub(super) const fn new() -> Self {
        Self { last: 0, window: None, revoked: 0, ended_in_bulk: 0 }
    }
}

/// Called by a thread that has marked a lock which was biased under `bias`. When it returns, the owner of the bias either is inside that
/// lock, and says so in it, or will not enter it by the bias any more; and what it did inside before is visible.
#[cold]
pub(crate) fn revoke(bias: u32) {
    let mut biases = registry().biases.lock();
    // Relaxed: set and cleared under the lock.
    let owner = |record: &&Record| record.bias.present.load(Ordering::Relaxed) == bias;
    let Some(record) = registry().records().find(owner) else {
        // Ended: a barrier, or the end of the thread, lies behind us in the order of the lock.
        return;
    };
    biases.revoked += 1;
    if record.bias.is_revoked_too_often(&mut biases) {
        biases.ended_in_bulk += 1;
        record.bias.revocations.store(0, Ordering::Relaxed);
        let before = record.bias.ended_in_bulk.load(Ordering::Relaxed);
        record.bias.ended_in_bulk.store(before + 1, Ordering::Relaxed);
        record.bias.without.store(WITHOUT << before.min(DOUBLINGS), Ordering::Relaxed);
        // Relaxed: the barrier orders it.
        record.bias.present.store(0, Ordering::Relaxed);
    }
    barrier::heavy();
}

/// How many locks were taken from the thread that they were biased to, and how often all of a thread's at once.
pub(super) fn revocations() -> (u64, u64) {
    let biases = registry().biases.lock();
    (biases.revoked, biases.ended_in_bulk)
}
