//! Numbers that a thread changes with plain stores and others add up: a thread's share of counts that are spread over all threads.
//!
//! The layer above says what a cell counts. Here is how the changes are fenced off from whoever wants an exact sum:
//!
//! - *Changing* cell `n`: `mark := n`; **light barrier**; look whether changing is allowed (the caller's word); change; `mark := none` (release).
//! - *Freezing* cell `n`: forbid it; **heavy barrier**; load every mark (acquire). Where none is `n`, nobody is changing the cell and nobody
//!   will: whose mark came before the barrier is seen, or has been taken back, and then its change is seen; whose mark comes later sees that it is forbidden.
//!   Where one is `n`, allow it again and try later: nobody waits for a thread that was put to sleep between two stores.
//!
//! A frozen cell may be written by who froze it. Cells belong to a record and stay with it through all occupants.
//!
//! Checked by: `loom-tests/tests/loom_wide.rs`; what it shares, by `tests/traffic`.

use super::record::Record;
use super::registry::registry;
use crate::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use crate::sync::barrier;

/// Cells that a thread has.
pub(crate) const CELLS: usize = if cfg!(loom) { 2 } else { 128 };

/// No cell is being changed.
const NONE: u32 = u32::MAX;

/// The cells of one record.
#[repr(align(128))]
pub(crate) struct Cells {
    mark: AtomicU32,
    numbers: [AtomicU64; CELLS],
    /// The lowest that a number has been at a call of [`is_new_low`](Self::is_new_low); 0 at most.
    lows: [AtomicU64; CELLS],
}

impl Cells {
    fn new() -> Self {
        let zeros = || core::array::from_fn(|_| AtomicU64::new(0));
        Self { mark: AtomicU32::new(NONE), numbers: zeros(), lows: zeros() }
    }

    /// Adds to cell `n` if `allowed` says so, which it is asked behind the light barrier. Returns the new number. The calling thread
    /// occupies the record; `allowed` does not come back here.
    #[inline(always)]
    pub(crate) fn change(&self, n: usize, by: i64, allowed: impl FnOnce() -> bool) -> Option<i64> {
        // Release: as below, since it may be this mark that the acquire reads, and the change before was of another cell. The light barrier
        // orders it before what `allowed` loads.
        self.mark.store(n as u32, Ordering::Release);
        barrier::light();
        let new = allowed().then(|| {
            // Relaxed, both: nobody else writes the cell before it is frozen.
            let new = (self.numbers[n].load(Ordering::Relaxed) as i64).wrapping_add(by);
            self.numbers[n].store(new as u64, Ordering::Relaxed);
            new
        });
        // Release: partner is the acquire in `is_frozen`.
        self.mark.store(NONE, Ordering::Release);
        new
    }

    /// Whether `number` is lower than cell `n` has been when this was asked. The calling thread occupies the record.
    #[inline]
    pub(crate) fn is_new_low(&self, n: usize, number: i64) -> bool {
        // Relaxed: a hint, of which a clearing at the same moment may be lost.
        let new = number < self.lows[n].load(Ordering::Relaxed) as i64;
        if new {
            self.lows[n].store(number as u64, Ordering::Relaxed);
        }
        new
    }
}

/// The cells of all records that have some.
fn all() -> impl Iterator<Item = &'static Cells> {
    registry().records().filter_map(of)
}

fn of(record: &Record) -> Option<&'static Cells> {
    // Acquire: partner is the release in `of_record`.
    // SAFETY: null, or leaked by `of_record`.
    unsafe { record.cells.load(Ordering::Acquire).as_ref() }
}

/// The cells of a record, made if there are none. The calling thread occupies it.
#[cold]
pub(crate) fn of_record(record: &Record) -> &'static Cells {
    if let Some(cells) = of(record) {
        return cells;
    }
    let cells = Box::leak(Box::new(Cells::new()));
    // Release: partner is the acquire in `of`. Before the light barrier of the first change.
    record.cells.store(cells, Ordering::Release);
    cells
}

/// The sum of cell `n` over all threads, while they go on changing it.
pub(crate) fn sum(n: usize) -> i64 {
    // Relaxed: a sum that may never have been.
    all().fold(0, |sum, cells| sum.wrapping_add(cells.numbers[n].load(Ordering::Relaxed) as i64))
}

/// The sum of cell `n` over all threads but the one of `mine`.
pub(crate) fn sum_of_others(n: usize, mine: Option<&Cells>) -> i64 {
    // Relaxed: as for `sum`.
    let mine = mine.map_or(0, |cells| cells.numbers[n].load(Ordering::Relaxed) as i64);
    sum(n).wrapping_sub(mine)
}

/// Whether nobody is changing cell `n`, which the caller has forbidden before a heavy barrier. Then [`sum`] is exact.
pub(crate) fn is_frozen(n: usize) -> bool {
    // Acquire: partner is the release in `change`.
    all().all(|cells| cells.mark.load(Ordering::Acquire) != n as u32)
}

/// Sets cell `n` of every thread to 0. The cell is frozen.
pub(crate) fn clear(n: usize) {
    // Relaxed: who changes it next has been told so by the caller, behind this.
    all().for_each(|cells| {
        cells.numbers[n].store(0, Ordering::Relaxed);
        cells.lows[n].store(0, Ordering::Relaxed);
    });
}
