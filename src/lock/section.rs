//! Critical sections: the stretches in which a thread holds the locks of one or two objects.
//!
//! As CPython's, they cannot deadlock. Each thread keeps its sections on a stack, linked through the frames that run them, innermost first.
//!
//! | a thread that | does |
//! |---|---|
//! | begins a section of a lock that its innermost section holds | nothing: it is inside already |
//! | begins a section whose lock is free | takes the lock |
//! | begins a section and has to wait | *suspends* all its sections, which gives up their locks; then waits |
//! | ends a section | gives its locks up; if the section outside is suspended, *resumes* it, which takes its locks again and may wait |
//! | is in `detach` | has suspended all its sections, and resumes the innermost when it comes back |
//!
//! So while a thread waits for a lock it holds none, but for the first of a pair, which is the one at the lower address: no cycle of
//! waiting threads can close. The price: a section is atomic up to a call that may wait, such as user code that begins a section of another object.
//! Whoever holds references across such a call is protected by the epoch, not by the lock.
//!
//! | the sections of a thread, from the innermost outward | |
//! |---|---|
//! | while its own code runs | active, then any number active, then all suspended |
//! | while it waits, or is in `detach` | all suspended |
//!
//! Checked by: `loom-tests/tests/loom_lock.rs`.

use core::cell::Cell;
use core::ptr;

use super::ObjectLock;
use crate::runtime::{self, Held, with_sections};

/// One section, in the frame that runs it.
#[repr(C)]
struct Frame<'a> {
    /// First: the runtime sees a section through it.
    head: Held,
    outer: *const Held,
    first: &'a ObjectLock,
    /// At a higher address than `first`.
    second: Option<&'a ObjectLock>,
    suspended: Cell<bool>,
}

/// What a thread that wants a lock finds.
enum Entry {
    /// The lock is taken.
    Taken,
    /// The innermost section holds it.
    Inside,
}

impl<'a> Frame<'a> {
    fn new(first: &'a ObjectLock, second: Option<&'a ObjectLock>) -> Self {
        let outer = with_sections(|sections| sections.innermost());
        Self { head: Held { suspend, resume }, outer, first, second, suspended: Cell::new(false) }
    }

    /// # Safety
    /// `head` is that of a frame whose section has not ended, or null.
    unsafe fn of<'f>(head: *const Held) -> Option<&'f Frame<'f>> {
        // SAFETY: the caller's; the head is the first field.
        unsafe { head.cast::<Frame<'f>>().as_ref() }
    }

    fn holds(&self, lock: &ObjectLock) -> bool {
        !self.suspended.get()
            && (ptr::eq(self.first, lock) || self.second.is_some_and(|second| ptr::eq(second, lock)))
    }

    /// Runs `f` as this section, whose locks the thread has just taken.
    #[inline(always)]
    fn run<R>(&self, f: impl FnOnce() -> R) -> R {
        with_sections(|sections| sections.set_innermost(&raw const self.head));
        let _end = End(self);
        f()
    }

    /// Gives up the locks.
    #[inline(always)]
    fn unlock(&self) {
        // SAFETY: this thread holds them, for this section.
        unsafe {
            if let Some(second) = self.second {
                second.unlock();
            }
            self.first.unlock();
        }
    }
}

/// The end of a section, also on unwinding.
struct End<'a>(&'a Frame<'a>);

impl Drop for End<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        let outer = self.0.outer;
        with_sections(|sections| sections.set_innermost(outer));
        self.0.unlock();
        // SAFETY: the section outside this one lies in a frame further up the stack.
        if let Some(frame) = unsafe { Frame::of(outer) }
            && frame.suspended.get()
        {
            // SAFETY: as above, and it is the innermost one.
            unsafe { resume(outer) };
        }
    }
}

/// Suspends the section and all outside it.
///
/// # Safety
/// The section has not ended, and is the innermost of the calling thread.
#[cold]
unsafe fn suspend(innermost: *const Held) {
    let mut head = innermost;
    // SAFETY: each frame lies in one that has not returned.
    while let Some(frame) = unsafe { Frame::of(head) } {
        if frame.suspended.replace(true) {
            // Those outside it are suspended too.
            return;
        }
        frame.unlock();
        head = frame.outer;
    }
}

/// Takes the locks of a suspended section again.
///
/// # Safety
/// The section has not ended, is the innermost of the calling thread, and is suspended, as are all outside it.
#[cold]
unsafe fn resume(innermost: *const Held) {
    // SAFETY: the caller's.
    let Some(frame) = (unsafe { Frame::of(innermost) }) else { return };
    wait_for(frame.first);
    if let Some(second) = frame.second {
        wait_for(second);
    }
    frame.suspended.set(false);
}

/// Takes a lock, while the thread's sections are suspended.
fn wait_for(lock: &ObjectLock) {
    if !lock.try_lock() {
        // Not with the global lock held: the holder of this lock may be waiting for that one.
        runtime::without_gil(|| lock.lock_contended());
    }
}

/// Runs `f` with `lock` held, but for what the [module](self) says of waiting. If `f` unwinds the lock is given up.
#[inline]
pub(crate) fn section<R>(lock: &ObjectLock, f: impl FnOnce() -> R) -> R {
    if !lock.try_lock()
        && let Entry::Inside = enter_slowly(lock)
    {
        return f();
    }
    Frame::new(lock, None).run(f)
}

#[cold]
#[inline(never)]
fn enter_slowly(lock: &ObjectLock) -> Entry {
    let innermost = with_sections(|sections| sections.innermost());
    // SAFETY: sections on the stack have not ended.
    if unsafe { Frame::of(innermost) }.is_some_and(|frame| frame.holds(lock)) {
        return Entry::Inside;
    }
    // First without suspending: usually the holder is about to be done.
    if !lock.spin() {
        // SAFETY: as above.
        unsafe { suspend(innermost) };
        wait_for(lock);
    }
    Entry::Taken
}

/// Runs `f` with both locks held, as [`section`] does with one. The same lock twice is one lock.
#[inline]
pub(crate) fn section2<R>(a: &ObjectLock, b: &ObjectLock, f: impl FnOnce() -> R) -> R {
    let (first, second) = if ptr::from_ref(a) < ptr::from_ref(b) { (a, b) } else { (b, a) };
    if ptr::eq(first, second) {
        return section(first, f);
    }
    let innermost = with_sections(|sections| sections.innermost());
    // SAFETY: sections on the stack have not ended.
    if let Some(frame) = unsafe { Frame::of(innermost) }
        && frame.holds(first)
        && frame.holds(second)
    {
        return f();
    }
    if !first.try_lock() {
        // SAFETY: as above.
        unsafe { suspend(innermost) };
        wait_for(first);
    }
    if !second.try_lock() {
        // Holding the first: nobody waits for a lower one while it holds a higher.
        // SAFETY: as above.
        unsafe { suspend(innermost) };
        wait_for(second);
    }
    Frame::new(first, Some(second)).run(f)
}
