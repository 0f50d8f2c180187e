//! An entry of a table: hash, key, and one atomic value pointer.

use core::cell::Cell;
use core::marker::PhantomData;
use core::ptr::{self, NonNull};

use crate::heap;
use crate::refcount::SharedPtr;
use crate::runtime::{Garbage, Operation};
use crate::sync::atomic::{AtomicPtr, Ordering};
use core::alloc::Layout;

/// A node is made with its value, published in a table, and shared between a table and the one that replaces it, so a
/// value that is replaced is replaced for readers of both. Hash and key never change.
///
/// A null value means that the node was removed. It is nulled first, before the table forgets the node, and never becomes anything else again.
pub(crate) struct Node<K> {
    pub(super) hash: u64,
    value: AtomicPtr<()>,
    /// Where the node stands in the order of the current table. Used under the table's lock only.
    pub(super) place: Cell<usize>,
    pub(crate) key: K,
}

/// What a table keeps for each key.
///
/// # Safety
/// `release` may be called on any thread, at any later time.
pub(crate) unsafe trait Value: 'static {
    /// Whether there is anything to release.
    const IS_SOMETHING: bool = true;

    /// Drops the table's reference. May run user code.
    ///
    /// # Safety
    /// `raw` was stored in a node as a value of this kind, and is released once.
    unsafe fn release(raw: NonNull<()>);

    /// Bytes that a release may free.
    fn bytes() -> usize;
}

/// The value of a `Dict`: a counted reference.
pub(crate) struct Counted<P>(PhantomData<P>);

// SAFETY: `SharedPtr` allows it.
unsafe impl<P: SharedPtr> Value for Counted<P> {
    unsafe fn release(raw: NonNull<()>) {
        // SAFETY: the caller's.
        drop(unsafe { P::from_raw(raw) });
    }

    fn bytes() -> usize {
        P::bytes()
    }
}

/// The value of a `Set`: there is none.
pub(crate) struct Present;

impl Present {
    /// What stands in the node.
    pub(crate) const RAW: NonNull<()> = NonNull::dangling();
}

// SAFETY: nothing to release.
unsafe impl Value for Present {
    const IS_SOMETHING: bool = false;

    unsafe fn release(_raw: NonNull<()>) {}

    fn bytes() -> usize {
        0
    }
}

impl<K> Node<K> {
    const LAYOUT: Layout = Layout::new::<Self>();

    pub(super) fn allocate(hash: u64, key: K, value: NonNull<()>) -> NonNull<Self> {
        let node: NonNull<Self> = heap::allocate(Self::LAYOUT).cast();
        let value = AtomicPtr::new(value.as_ptr());
        // SAFETY: freshly allocated for this type.
        unsafe { node.write(Self { hash, value, place: Cell::new(0), key }) };
        node
    }

    /// Drops the key and frees the memory.
    ///
    /// # Safety
    /// The node came from [`allocate`](Self::allocate), and nobody uses it any more.
    pub(super) unsafe fn free(node: NonNull<Self>) {
        /// Frees the memory even if the key's destructor unwinds.
        struct Free<K>(NonNull<Node<K>>);
        impl<K> Drop for Free<K> {
            fn drop(&mut self) {
                // SAFETY: the contract of `free`; the contents are dropped.
                unsafe { heap::deallocate(self.0.cast(), Node::<K>::LAYOUT) };
            }
        }
        let _free = Free(node);
        // SAFETY: the contract.
        unsafe { ptr::drop_in_place(node.as_ptr()) };
    }

    /// Takes the key out and frees the memory.
    ///
    /// # Safety
    /// The node came from [`allocate`](Self::allocate), and nobody uses it any more.
    pub(super) unsafe fn into_key(node: NonNull<Self>) -> K {
        // SAFETY: the contract; read once, then freed as plain memory.
        let whole = unsafe { node.read() };
        // SAFETY: as above.
        unsafe { heap::deallocate(node.cast(), Self::LAYOUT) };
        whole.key
    }

    pub(crate) fn hash(&self) -> u64 {
        self.hash
    }

    pub(crate) const fn bytes() -> usize {
        size_of::<Self>()
    }

    /// The value, unless the node was removed.
    #[inline(always)]
    pub(crate) fn value(&self) -> Option<NonNull<()>> {
        // Acquire: partner is the release of whoever stored it; what it points to is read next.
        NonNull::new(self.value.load(Ordering::Acquire))
    }

    /// Puts another value in the place of the current one. The caller holds the table's lock; `free` says whether values are replaced without it.
    #[inline(always)]
    pub(super) fn replace(&self, value: NonNull<()>, free: bool) -> NonNull<()> {
        let old = self.exchange(value.as_ptr(), free);
        old.expect("a node in a table has a value")
    }

    /// Takes the value away for good. As [`replace`](Self::replace).
    #[inline(always)]
    pub(super) fn take_value(&self, free: bool) -> NonNull<()> {
        // Who sees that the key is gone sees all that was before.
        let old = self.exchange(ptr::null_mut(), free);
        old.expect("a node in a table has a value")
    }

    #[inline(always)]
    fn exchange(&self, value: *mut (), free: bool) -> Option<NonNull<()>> {
        if free {
            // Acquire, Release: as in `replace_freely`.
            return NonNull::new(self.value.swap(value, Ordering::AcqRel));
        }
        // Relaxed: written under the lock only, which orders it. No swap, for the same reason.
        let old = self.value.load(Ordering::Relaxed);
        // Release: partner is the acquire in `value`.
        self.value.store(value, Ordering::Release);
        NonNull::new(old)
    }

    /// [`replace`](Self::replace) without the lock, while that is allowed. `None` if the node was removed.
    pub(super) fn replace_freely(&self, value: NonNull<()>) -> Option<NonNull<()>> {
        // Relaxed: the CAS makes sure of it.
        let mut seen = self.value.load(Ordering::Relaxed);
        loop {
            let old = NonNull::new(seen)?;
            // Release: partner is the acquire in `value`. Acquire: partner is the release of whoever stored the old value, which becomes ours.
            match self.value.compare_exchange_weak(seen, value.as_ptr(), Ordering::AcqRel, Ordering::Relaxed)
            {
                Ok(_) => return Some(old),
                Err(now) => seen = now,
            }
        }
    }
}

/// A node that a table has given up, and the value that it had. To be [disposed](Self::dispose) of after the lock is released.
#[must_use]
pub(crate) struct Removed<K> {
    pub(super) node: NonNull<Node<K>>,
    pub(super) value: NonNull<()>,
}

impl<K: Send + Sync + 'static> Removed<K> {
    /// Gives the memory up, at once or after a grace period, and returns the caller's own reference to the value: `own` turns the
    /// table's reference into it, `copy` makes another.
    pub(crate) fn dispose<V: Value, R>(
        self,
        operation: &Operation,
        own: impl FnOnce(NonNull<()>) -> R,
        copy: impl FnOnce(NonNull<()>) -> R,
    ) -> R {
        if operation.is_alone() {
            let value = own(self.value);
            // SAFETY: unlinked, and nobody can be reading.
            unsafe { Node::free(self.node) };
            return value;
        }
        let value = copy(self.value);
        self.retire::<V>(operation);
        value
    }

    /// [`dispose`](Self::dispose), with the key: the node's own, or a clone of it.
    pub(crate) fn take<V: Value, R>(
        self,
        operation: &Operation,
        own: impl FnOnce(NonNull<()>) -> R,
        copy: impl FnOnce(NonNull<()>) -> R,
    ) -> (K, R)
    where
        K: Clone,
    {
        if operation.is_alone() {
            let value = own(self.value);
            // SAFETY: unlinked, and nobody can be reading.
            return (unsafe { Node::into_key(self.node) }, value);
        }
        let value = copy(self.value);
        let node = self.node;
        // First, since a clone may unwind.
        self.retire::<V>(operation);
        // SAFETY: freed no earlier than this operation ends.
        (unsafe { node.as_ref() }.key.clone(), value)
    }

    /// Has node and value destroyed after a grace period. Runs no user code, so it may be called under the lock.
    pub(crate) fn retire<V: Value>(self, operation: &Operation) {
        retire_value::<V>(operation, self.value);
        // SAFETY: unlinked, and freed after a grace period; keys may be dropped on any thread by this function's bounds.
        operation
            .retire(unsafe { Garbage::new(self.node.as_ptr().cast(), free_node::<K>, Node::<K>::bytes()) });
    }
}

/// # Safety
/// As for [`Node::free`].
unsafe fn free_node<K>(raw: *mut ()) {
    // SAFETY: a node, by the caller's word.
    unsafe { Node::<K>::free(NonNull::new_unchecked(raw.cast())) }
}

/// Has a value that a node no longer holds released after a grace period.
pub(crate) fn retire_value<V: Value>(operation: &Operation, value: NonNull<()>) {
    unsafe fn release<V: Value>(raw: *mut ()) {
        // SAFETY: a value of this kind that nothing holds any more.
        unsafe { V::release(NonNull::new_unchecked(raw)) }
    }
    if !V::IS_SOMETHING {
        return;
    }
    // SAFETY: unlinked; `Value` allows any thread to release it later.
    operation.retire(unsafe { Garbage::new(value.as_ptr(), release::<V>, V::bytes()) });
}
