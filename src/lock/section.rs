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
//! A section of a single key is one that lets others go on to [replace values](super::free) without the lock; all others end that first.
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
use super::object_lock::Hold;
use crate::runtime::{self, Held, Me, me};

/// A lock of a section, and how the thread holds it while the section is not suspended.
struct Entered<'a> {
    lock: &'a ObjectLock,
    hold: Cell<Hold>,
}

impl<'a> Entered<'a> {
    #[inline(always)]
    fn new(lock: &'a ObjectLock, hold: Hold) -> Self {
        Self { lock, hold: Cell::new(hold) }
    }

    #[inline(always)]
    fn leave(&self) {
        // SAFETY: this thread holds it for the section, which is not suspended.
        unsafe { self.lock.leave(self.hold.get()) };
    }

    fn enter_again(&self, me: &Me) {
        self.hold.set(wait_for_all_of(self.lock, me));
    }
}

/// One section, in the frame that runs it.
#[repr(C)]
struct Frame<'a> {
    /// First: the runtime sees a section through it.
    head: Held,
    outer: *const Held,
    first: Entered<'a>,
    /// At a higher address than the first.
    second: Option<Entered<'a>>,
    suspended: Cell<bool>,
}

/// What a thread that wants a lock comes to.
enum Entry {
    Taken(Hold),
    /// The innermost section holds it.
    Inside,
}

impl<'a> Frame<'a> {
    #[inline(always)]
    fn new(me: &Me, first: Entered<'a>, second: Option<Entered<'a>>) -> Self {
        let outer = me.sections.innermost();
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
            && (ptr::eq(self.first.lock, lock)
                || self.second.as_ref().is_some_and(|second| ptr::eq(second.lock, lock)))
    }

    /// Runs `f` as this section, whose locks the thread has just taken.
    #[inline(always)]
    fn run<R>(&self, me: &Me, f: impl FnOnce() -> R) -> R {
        // From the whole frame, which is what `Frame::of` makes of it again.
        me.sections.set_innermost(ptr::from_ref(self).cast());
        let _end = End { frame: self, me };
        f()
    }

    /// Gives up the locks.
    #[inline(always)]
    fn leave(&self) {
        if let Some(second) = &self.second {
            second.leave();
        }
        self.first.leave();
    }
}

/// The end of a section, also on unwinding.
struct End<'a> {
    frame: &'a Frame<'a>,
    me: &'a Me,
}

impl Drop for End<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        let outer = self.frame.outer;
        self.me.sections.set_innermost(outer);
        self.frame.leave();
        if !outer.is_null() {
            // SAFETY: the section outside this one lies in a frame further up the stack, and is the innermost now.
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
        frame.leave();
        head = frame.outer;
    }
}

/// Takes the locks of a section again, if it is suspended.
///
/// # Safety
/// The section has not ended, and is the innermost of the calling thread.
#[inline(never)]
unsafe fn resume(innermost: *const Held) {
    // SAFETY: the caller's.
    let Some(frame) = (unsafe { Frame::of(innermost) }) else { return };
    if frame.suspended.get() {
        // All outside it are suspended too, so nothing is held while this waits.
        let me = me();
        frame.first.enter_again(me);
        if let Some(second) = &frame.second {
            second.enter_again(me);
        }
        frame.suspended.set(false);
    }
}

/// Takes a lock, while the thread's sections are suspended.
fn wait_for(lock: &ObjectLock, me: &Me) -> Hold {
    // Not with the global lock held: the holder of this lock may be waiting for that one.
    lock.try_enter(me).unwrap_or_else(|| runtime::without_gil(|| lock.wait(me)))
}

/// [`wait_for`], for a section that is not of a single key.
fn wait_for_all_of(lock: &ObjectLock, me: &Me) -> Hold {
    let hold = wait_for(lock, me);
    lock.end_freedom();
    hold
}

/// Runs `f` with `lock` held, but for what the [module](self) says of waiting. If `f` unwinds the lock is given up.
#[inline]
pub(crate) fn section<R>(lock: &ObjectLock, f: impl FnOnce() -> R) -> R {
    let me = me();
    let hold = match lock.try_enter(me) {
        Some(hold) => hold,
        None => match enter_slowly(lock, me) {
            Entry::Taken(hold) => hold,
            Entry::Inside => return f(),
        },
    };
    Frame::new(me, Entered::new(lock, hold), None).run(me, f)
}

/// Runs `f` with `lock` held, if the lock is there at once: no section, so `f` runs no code of the user's and takes no lock. `None` if the lock is not there
/// at once, the container is [free](super::free), or `f` gives nothing, having done nothing.
#[inline(always)]
pub(crate) fn at_once<R>(lock: &ObjectLock, f: impl FnOnce() -> Option<R>) -> Option<R> {
    struct Leave<'a>(&'a ObjectLock, Hold);
    impl Drop for Leave<'_> {
        #[inline(always)]
        fn drop(&mut self) {
            // SAFETY: this thread has taken it so.
            unsafe { self.0.leave(self.1) };
        }
    }
    let _leave = Leave(lock, lock.try_enter(me())?);
    f()
}

/// How a section of a single key has got the lock.
pub(crate) enum Turn {
    /// Nobody else was in the way.
    AtOnce,
    /// Another thread had it, or the container is [free](super::free).
    Waited,
}

/// [`section`] of an operation on one key that could not be done [at once](at_once). If the container is free, `free` is tried first, and is enough if it gives
/// something; and `f` takes values out of their places by swaps.
#[inline]
pub(crate) fn section_of_key<C, R>(
    lock: &ObjectLock,
    context: &mut C,
    free: impl FnOnce(&mut C) -> Option<R>,
    f: impl FnOnce(&mut C, Turn) -> R,
) -> R {
    let me = me();
    let hold = match lock.try_enter(me) {
        Some(hold) => hold,
        None => {
            if lock.is_free()
                && let Some(result) = free(context)
            {
                return result;
            }
            match enter_slowly_for_key(lock, me) {
                Entry::Taken(hold) => hold,
                Entry::Inside => return f(context, Turn::AtOnce),
            }
        }
    };
    let turn = match hold {
        Hold::ByBias => Turn::AtOnce,
        Hold::Plainly => Turn::Waited,
    };
    Frame::new(me, Entered::new(lock, hold), None).run(me, || f(context, turn))
}

#[cold]
#[inline(never)]
fn enter_slowly(lock: &ObjectLock, me: &Me) -> Entry {
    let entry = enter_slowly_for_key(lock, me);
    lock.end_freedom();
    entry
}

#[cold]
#[inline(never)]
fn enter_slowly_for_key(lock: &ObjectLock, me: &Me) -> Entry {
    let innermost = me.sections.innermost();
    // SAFETY: sections on the stack have not ended.
    if unsafe { Frame::of(innermost) }.is_some_and(|frame| frame.holds(lock)) {
        return Entry::Inside;
    }
    // First without suspending: usually the holder is about to be done.
    Entry::Taken(lock.spin(me).unwrap_or_else(|| {
        // SAFETY: as above.
        unsafe { suspend(innermost) };
        wait_for(lock, me)
    }))
}

/// Runs `f` with both locks held, as [`section`] does with one. The same lock twice is one lock.
#[inline]
pub(crate) fn section2<R>(a: &ObjectLock, b: &ObjectLock, f: impl FnOnce() -> R) -> R {
    let (first, second) = if ptr::from_ref(a) < ptr::from_ref(b) { (a, b) } else { (b, a) };
    if ptr::eq(first, second) {
        return section(first, f);
    }
    let me = me();
    let innermost = me.sections.innermost();
    // SAFETY: sections on the stack have not ended.
    if let Some(frame) = unsafe { Frame::of(innermost) }
        && frame.holds(first)
        && frame.holds(second)
    {
        first.end_freedom();
        second.end_freedom();
        return f();
    }
    // The second is waited for with the first held: nobody waits for a lower one while it holds a higher.
    let [first, second] = [first, second].map(|lock| {
        let hold = lock.try_enter(me).or_else(|| lock.spin(me)).unwrap_or_else(|| {
            // SAFETY: as above.
            unsafe { suspend(innermost) };
            wait_for(lock, me)
        });
        lock.end_freedom();
        Entered::new(lock, hold)
    });
    Frame::new(me, first, Some(second)).run(me, f)
}
