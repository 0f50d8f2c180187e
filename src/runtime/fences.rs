//! The heavy barriers of passes. They interrupt the other cores, so threads share them, and none is made soon after another.
//!
//! What a pass needs is a heavy barrier behind the increment of the epoch `G` that made its tag, whoever makes it.
//!
//! - *Making one*: `t := G += 1` (acquire + release), as for any tag; **heavy barrier**; `reached := max(reached, t)` (release).
//! - *Needing one*: the batch of tag `t` is fenced once `reached >= t` (acquire).
//!
//! Whoever has raised `reached` to `t` or more has made `t` or read from the increment that did, and so saw what was unlinked before it when
//! it made its barrier; whoever reads `reached` is behind that barrier. So the cases of [`retire`](super::retire) hold as if the remover itself had made it.
//!
//! Checked by: `loom-tests/tests/loom_epoch.rs`.

#[cfg(not(loom))]
use std::time::Instant;

#[cfg(not(loom))]
use super::bounds;
#[cfg(not(loom))]
use crate::sync::Mutex;
use crate::sync::atomic::{AtomicU64, Ordering};
use crate::sync::barrier;
#[cfg(loom)]
use crate::sync::unmodelled::AtomicBool;

pub(crate) struct Fences {
    /// The latest epoch behind whose increment a heavy barrier was made.
    reached: AtomicU64,
    /// When the last one was begun.
    #[cfg(not(loom))]
    last: Mutex<Option<Instant>>,
    /// Time does not pass in models.
    #[cfg(loom)]
    too_early: AtomicBool,
}

impl Fences {
    crate::sync::const_unless_loom! {
        pub(super) const fn new() -> Self {
            Self {
                reached: AtomicU64::new(0),
                #[cfg(not(loom))]
                last: Mutex::new(None),
                #[cfg(loom)]
                too_early: AtomicBool::new(false),
            }
        }
    }

    /// The latest epoch that is fenced.
    #[inline]
    pub(super) fn reached(&self) -> u64 {
        // Acquire: partner is the release in `make`.
        self.reached.load(Ordering::Acquire)
    }

    /// Makes a barrier behind the increment of the epoch to `tag`, which the calling thread has made or is behind.
    pub(super) fn make(&self, tag: u64) {
        barrier::heavy();
        // Release: partner is the acquire in `reached`.
        self.reached.fetch_max(tag, Ordering::Release);
    }

    /// Whether the last barrier was long enough ago. The caller makes one if so, which nobody else is told to.
    #[cfg(not(loom))]
    pub(super) fn is_time(&self) -> bool {
        let mut last = self.last.lock();
        let now = Instant::now();
        let is_time = last.is_none_or(|last| now.duration_since(last) >= bounds::barrier_pause());
        if is_time {
            *last = Some(now);
        }
        is_time
    }

    #[cfg(loom)]
    pub(super) fn is_time(&self) -> bool {
        !self.too_early.load(Ordering::Relaxed)
    }

    /// From here on it is too early for a barrier that is not asked for. Nobody is registered yet.
    #[cfg(loom)]
    pub(crate) fn be_rare(&self) {
        self.too_early.store(true, Ordering::Relaxed);
    }
}
