//! Free replacement: replacing values of a container without its lock, as long as nobody needs the container to stand still.
//!
//! Where several threads replace values of present keys all the time, the lock is what they wait for, though each replacement is one atomic swap in a place of its own.
//! So a lock that is contended by replacements becomes *free*: a bit in its word, which says that whoever replaces a value need not take it.
//!
//! | who | in a free container does |
//! |---|---|
//! | replaces a value | finds the place; [marks](crate::runtime::marked) its record with the lock's address; **light barrier**; if the lock is free, and the place is still the container's: swaps, by CAS; unmarks |
//! | adds or removes one key | takes the lock, and leaves it free: takes values out by swaps, too |
//! | anything else: sections, snapshots, comparison, `clear`, … | takes the lock and *ends* the freedom: clears the bit; **heavy barrier**; waits until no record is marked with the address |
//!
//! Two cases, by the order of the barriers: the replacer's comes first, then its mark is seen, and waited for; or the heavy one comes first, then the replacer sees that the
//! lock is not free, and takes the lock. So nothing changes in a container whose lock is held and not free.
//!
//! A section that starts inside one of a single key, from an `Eq`, ends the freedom as any other does.
//!
//! # When
//!
//! A thread counts how often it had to wait for one lock in order to replace a value. At [`FIRST`] it makes the lock free, under the lock; after that only at twice as
//! many, and so on, so that a container that is also used otherwise does not go back and forth for more than it gains. Nothing of this is on the path of those who do not wait.
//!
//! Checked by: `loom-tests/tests/loom_free.rs`.

use core::cell::Cell;

use super::ObjectLock;
use crate::runtime::{marked, wait_for_unmarked, with_me};
use crate::sync::thread_cells;

/// Waits to replace a value before a lock becomes free.
const FIRST: u32 = 16;
const LAST: u32 = 1 << 16;

/// What a thread remembers of the lock that it had to wait for last.
#[derive(Clone, Copy)]
struct Waits {
    /// Where it is. Never followed.
    address: usize,
    count: u32,
    /// Waits at which the lock becomes free.
    due: u32,
}

thread_cells! {
    static WAITS: Cell<Waits> = Cell::new(Waits { address: 0, count: 0, due: FIRST });
}

impl ObjectLock {
    fn address(&self) -> usize {
        core::ptr::from_ref(self).addr()
    }

    /// Replaces a value without the lock: `f` does, by a CAS in a place that it makes sure of, and runs no user code. `None` if the lock is not free.
    #[inline]
    pub(crate) fn freely<R>(&self, f: impl FnOnce() -> Option<R>) -> Option<R> {
        with_me(|me| marked(me, self.address(), || if self.is_free() { f() } else { None }))?
    }

    /// The calling thread holds the lock: ends the freedom, so that nothing changes but what the thread does.
    #[inline]
    pub(super) fn end_freedom(&self) {
        if self.is_free() {
            self.end_freedom_slowly();
        }
    }

    #[cold]
    #[inline(never)]
    fn end_freedom_slowly(&self) {
        self.clear_free();
        wait_for_unmarked(self.address());
    }

    /// Takes in that the calling thread, which holds the lock, had to wait for it and has replaced a value.
    #[cold]
    pub(crate) fn waited_to_replace(&self) {
        WAITS.with(|waits| {
            let mut seen = waits.get();
            if seen.address != self.address() {
                seen = Waits { address: self.address(), count: 0, due: FIRST };
            }
            seen.count += 1;
            if seen.count >= seen.due {
                seen.count = 0;
                seen.due = (seen.due * 2).min(LAST);
                self.set_free();
            }
            waits.set(seen);
        });
    }

    /// Makes the lock plain, and free, for models.
    #[cfg(loom)]
    pub(crate) fn make_free(&self) {
        super::section(self, || ());
        assert!(!self.is_biased(), "a thread that the runtime knows was here before");
        self.free_again();
    }

    /// Makes a plain lock free, for models.
    #[cfg(loom)]
    pub(crate) fn free_again(&self) {
        super::section(self, || self.set_free());
    }
}
