//! Sections: the stretches in which a thread holds the lock of an object.
//!
//! Each thread keeps its sections on a stack, linked through the frames that run them, innermost first. Today the stack
//! answers one question: does this thread already hold the lock that it is about to wait for? Then it would wait for itself,
//! and panics instead. It is also where critical sections will find the outer sections to suspend.

use core::cell::Cell;
use core::ptr;

use super::ObjectLock;
use crate::runtime;
use crate::sync::thread_cells;

/// One section, in the frame of [`section`].
struct Frame<'a> {
    lock: &'a ObjectLock,
    outer: *const Frame<'static>,
}

thread_cells! {
    static INNERMOST: Cell<*const Frame<'static>> = Cell::new(ptr::null());
}

/// Leaves the section, also on unwinding.
struct Leave<'a>(&'a Frame<'a>);

impl Drop for Leave<'_> {
    #[inline]
    fn drop(&mut self) {
        INNERMOST.with(|innermost| innermost.set(self.0.outer));
        // SAFETY: this thread took the lock when the section began.
        unsafe { self.0.lock.unlock() };
    }
}

/// Runs `f` with `lock` held. If `f` unwinds the lock is released.
///
/// # Panics
/// If the calling thread already holds the lock: a `Hash`, `Eq` or `Drop` that was called under it has come back to the same
/// container to change it.
#[inline]
pub(crate) fn section<R>(lock: &ObjectLock, f: impl FnOnce() -> R) -> R {
    if !lock.try_lock() {
        wait(lock);
    }
    let outer = INNERMOST.with(Cell::get);
    let frame = Frame { lock, outer };
    INNERMOST.with(|innermost| innermost.set((&raw const frame).cast()));
    let _leave = Leave(&frame);
    f()
}

#[cold]
#[inline(never)]
fn wait(lock: &ObjectLock) {
    let mut frame = INNERMOST.with(Cell::get);
    // SAFETY: the frames on the stack are those of sections of this thread that have not ended.
    while let Some(section) = unsafe { frame.as_ref() } {
        assert!(
            !ptr::eq(section.lock, lock),
            "freethreaded: a container was changed from inside its own operation: \
             a Hash, Eq or Drop that it called has called back to write to it"
        );
        frame = section.outer;
    }
    // Not with the global lock held: the holder of this lock may be waiting for that one.
    runtime::without_gil(|| lock.lock_contended());
}
