//! Values between the dict's reference and the caller's.

use core::marker::PhantomData;
use core::ptr::NonNull;

use super::super::table::{Counted, Node, Removed, retire_value};
use crate::refcount::SharedPtr;
use crate::runtime::Operation;

/// A value on its way into a dict, which stays its owner's until the dict has it.
pub(super) struct Unstored<P: SharedPtr> {
    raw: Option<NonNull<()>>,
    _owns: PhantomData<P>,
}

impl<P: SharedPtr> Unstored<P> {
    #[inline]
    pub(super) fn new(value: P) -> Self {
        Self { raw: Some(P::into_raw(value)), _owns: PhantomData }
    }

    /// What to store. It is not stored yet.
    #[inline]
    pub(super) fn raw(&self) -> NonNull<()> {
        self.raw.expect("a value is stored once")
    }

    /// The dict has it now.
    #[inline]
    pub(super) fn is_stored(&mut self) {
        self.raw = None;
    }

    /// The value, which was not stored.
    pub(super) fn into_inner(mut self) -> P {
        let raw = self.raw.take().expect("not stored");
        // SAFETY: from `into_raw`, and nobody else has it.
        unsafe { P::from_raw(raw) }
    }
}

impl<P: SharedPtr> Drop for Unstored<P> {
    #[inline]
    fn drop(&mut self) {
        if let Some(raw) = self.raw {
            // SAFETY: as in `into_inner`.
            drop(unsafe { P::from_raw(raw) });
        }
    }
}

/// A reference to a node's value, unless the node was removed. The thread is inside the runtime.
#[inline]
pub(super) fn counted<K, P: SharedPtr>(node: &Node<K>) -> Option<P> {
    // SAFETY: the dict's reference is dropped no earlier than this thread has left the runtime.
    node.value().map(|value| unsafe { copied(value) })
}

/// Another reference to a value that a node holds or held.
///
/// # Safety
/// `value` came from `P::into_raw`, and that reference exists.
#[inline]
pub(super) unsafe fn copied<P: SharedPtr>(value: NonNull<()>) -> P {
    // SAFETY: the caller's; the added reference is the one that is turned back.
    unsafe {
        P::increment(value);
        P::from_raw(value)
    }
}

/// Turns a value that a node no longer holds into the caller's reference.
pub(super) fn give_up<P: SharedPtr>(operation: &Operation, old: NonNull<()>) -> P {
    if operation.is_alone() {
        // SAFETY: the dict's reference, unlinked, and nobody can be reading.
        return unsafe { P::from_raw(old) };
    }
    // SAFETY: the dict's reference exists until it is retired.
    let copy = unsafe { copied(old) };
    retire_value::<Counted<P>>(operation, old);
    copy
}

/// Disposes of a node that was removed, and returns the caller's reference to its value.
pub(super) fn dispose<K, P>(operation: &Operation, removed: Removed<K>) -> P
where
    K: Send + Sync + 'static,
    P: SharedPtr,
{
    removed.dispose::<Counted<P>, P>(
        operation,
        // SAFETY: the dict's reference, taken out of it.
        |value| unsafe { P::from_raw(value) },
        // SAFETY: the dict's reference is still there.
        |value| unsafe { copied(value) },
    )
}

/// [`dispose`], with the key or a clone of it.
pub(super) fn take<K, P>(operation: &Operation, removed: Removed<K>) -> (K, P)
where
    K: Clone + Send + Sync + 'static,
    P: SharedPtr,
{
    removed.take::<Counted<P>, P>(
        operation,
        // SAFETY: as in `dispose`.
        |value| unsafe { P::from_raw(value) },
        // SAFETY: as in `dispose`.
        |value| unsafe { copied(value) },
    )
}
