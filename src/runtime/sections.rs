//! The critical sections of a thread, as far as the runtime knows of them: a stack that it has given up while the thread is away.

use core::cell::Cell;
use core::ptr;

use super::current;

/// The head of a section on the stack; the layer above adds the rest.
pub(crate) struct Held {
    /// Gives up what this section and those outside it hold.
    pub(crate) suspend: unsafe fn(*const Held),
    /// Takes again what this section holds. May wait.
    pub(crate) resume: unsafe fn(*const Held),
}

/// The innermost section of a thread, or null.
///
/// Whoever puts a section there takes it off before it ends, and puts the one outside it there.
pub(crate) struct Sections(Cell<*const Held>);

impl Sections {
    pub(super) const fn new() -> Self {
        Self(Cell::new(ptr::null()))
    }

    #[inline(always)]
    pub(crate) fn innermost(&self) -> *const Held {
        self.0.get()
    }

    #[inline(always)]
    pub(crate) fn set_innermost(&self, section: *const Held) {
        self.0.set(section);
    }
}

/// A stretch in which the calling thread is in no section: those that it was in are suspended, and the innermost is resumed at the end,
/// also on unwinding.
pub(crate) struct Outside {
    innermost: *const Held,
}

impl Outside {
    #[inline]
    pub(crate) fn begin() -> Self {
        let innermost = current::with_me(|me| me.sections.0.replace(ptr::null()));
        if !innermost.is_null() {
            // SAFETY: sections on the stack have not ended.
            unsafe { ((*innermost).suspend)(innermost) };
        }
        Self { innermost }
    }
}

impl Drop for Outside {
    #[inline]
    fn drop(&mut self) {
        if !self.innermost.is_null() {
            current::with_me(|me| me.sections.set_innermost(self.innermost));
            // SAFETY: it lies in a frame further up the stack.
            unsafe { ((*self.innermost).resume)(self.innermost) };
        }
    }
}
