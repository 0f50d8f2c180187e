//! Feature `stable_deref_trait`: for crates such as `yoke` and `owning_ref`, which keep a borrow beside its owner.

use stable_deref_trait::{CloneStableDeref, StableDeref};

use crate::Brc;

// SAFETY: the value stays at one address from the making of the object to its end, whatever is done with the references; a reference
// keeps it alive, and there is no `DerefMut`.
unsafe impl<T: ?Sized> StableDeref for Brc<T> {}

// SAFETY: a clone leads to the same object.
unsafe impl<T: ?Sized> CloneStableDeref for Brc<T> {}
