//! What a thread does to memory that others may share, for `--cfg count_traffic`: its accesses to atomics and locks, in order.
//!
//! Each thread has a log of its own, which is open only inside [`record`], so logging shares nothing itself. `tests/traffic` turns addresses into
//! cache lines, lays the logs of several threads side by side, and counts the accesses for which a line has to travel.
//!
//! Plain memory is not logged. It cannot be written by one thread and touched by another without an access that is logged, unless it is on the
//! line of another's data: a thread's own plain memory is its thread-locals and its retire list, which lies in its record.
//! The heap's own memory is mimalloc's and not logged either.

#[cfg(loom)]
compile_error!("loom's atomics have no addresses: `--cfg count_traffic` and `--cfg loom` exclude each other");

use core::cell::Cell;
use core::mem::ManuallyDrop;

use crate::sync::thread_cells;

/// Something that a thread does to an address, or to all other threads at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Reads.
    Load(usize),
    /// Writes.
    Store(usize),
    /// Reads and writes in one locked instruction; takes a mutex, or gives it back.
    ReadModifyWrite(usize),
    /// A compare-and-swap that found something else. It writes nothing, but has taken the line from the others as if it did.
    FailedExchange(usize),
    /// The heavy side of the asymmetric barrier: every running thread of the process is interrupted.
    HeavyBarrier,
}

thread_cells! {
    /// `None` outside [`record`]. `ManuallyDrop`: the cell can be used while thread-locals are destroyed, since it has no destructor itself.
    static LOG: Cell<ManuallyDrop<Option<Vec<Event>>>> = Cell::new(ManuallyDrop::new(None));
}

fn exchange_log(log: Option<Vec<Event>>) -> Option<Vec<Event>> {
    LOG.with(|cell| ManuallyDrop::into_inner(cell.replace(ManuallyDrop::new(log))))
}

/// Adds to the calling thread's log, if that is open.
pub(crate) fn note(event: Event) {
    // Taken out meanwhile, so an access made by growing the log is not logged.
    if let Some(mut log) = exchange_log(None) {
        log.push(event);
        exchange_log(Some(log));
    }
}

/// Runs `f` and returns what the calling thread did meanwhile.
///
/// # Panics
/// Inside itself.
pub fn record(f: impl FnOnce()) -> Vec<Event> {
    /// Closes the log even if `f` unwinds.
    struct Close;
    impl Drop for Close {
        fn drop(&mut self) {
            exchange_log(None);
        }
    }
    let outer = exchange_log(Some(Vec::new()));
    assert!(outer.is_none(), "the log of this thread is open already");
    let _close = Close;
    f();
    exchange_log(None).expect("open until here")
}
