//! What waits to be destroyed: a pointer, the function that destroys it, and its size.

use super::bounds;

/// Something to destroy. Dropping this value without running it leaks the thing.
#[derive(Debug)]
pub(crate) struct Garbage {
    pub(crate) object: *mut (),
    /// May run user code (destructors), and may panic.
    pub(crate) destroy: unsafe fn(*mut ()),
    pub(crate) bytes: usize,
}

// SAFETY: garbage is made only by `Garbage::new`, whose contract is that any thread may destroy the object.
unsafe impl Send for Garbage {}

impl Garbage {
    /// # Safety
    /// `destroy(object)` is sound to call once, on any thread, at any time after the grace period that this
    /// garbage is given.
    #[inline]
    pub(crate) unsafe fn new(object: *mut (), destroy: unsafe fn(*mut ()), bytes: usize) -> Self {
        Self { object, destroy, bytes }
    }

    /// Destroys the object.
    ///
    /// # Safety
    /// The grace period has passed.
    pub(crate) unsafe fn run(self) {
        // SAFETY: by the contract of `new`; `self` is consumed, so this is the only call.
        unsafe { (self.destroy)(self.object) }
    }
}

/// A sum of objects and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Amount {
    pub(crate) objects: usize,
    pub(crate) bytes: usize,
}

impl Amount {
    #[inline]
    pub(crate) fn add(&mut self, garbage: &Garbage) {
        self.objects += 1;
        self.bytes += garbage.bytes;
    }

    pub(crate) fn add_all(&mut self, other: Self) {
        self.objects += other.objects;
        self.bytes += other.bytes;
    }
}

/// Garbage whose grace period has passed, or that never needed one.
#[derive(Debug, Default)]
pub(crate) struct Pile {
    items: Vec<Garbage>,
    amount: Amount,
}

impl Pile {
    pub(crate) const fn new() -> Self {
        Self { items: Vec::new(), amount: Amount { objects: 0, bytes: 0 } }
    }

    pub(crate) fn with_capacity(objects: usize) -> Self {
        Self { items: Vec::with_capacity(objects), amount: Amount::default() }
    }

    #[inline]
    pub(crate) fn push(&mut self, garbage: Garbage) {
        self.amount.add(&garbage);
        self.items.push(garbage);
    }

    #[inline]
    pub(crate) fn pop(&mut self) -> Option<Garbage> {
        let garbage = self.items.pop()?;
        self.amount.objects -= 1;
        self.amount.bytes -= garbage.bytes;
        Some(garbage)
    }

    pub(crate) fn append(&mut self, other: &mut Pile) {
        if self.items.is_empty() {
            core::mem::swap(&mut self.items, &mut other.items);
        } else {
            self.items.append(&mut other.items);
        }
        self.amount.add_all(other.amount);
        other.amount = Amount::default();
    }

    pub(crate) fn amount(&self) -> Amount {
        self.amount
    }

    /// Whether it is past the bound of what may wait for an explicit point.
    pub(crate) fn is_due(&self) -> bool {
        bounds::is_ready_due(self.amount)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}
