//! Containers that many threads share: [`Dict`], [`Set`] and [`List`].
//!
//! Reads take no lock, never retry, and can [borrow](Dict::get_ref) from a token, so that threads that read one hot object write
//! nothing that they share. Writes take the container's own lock of one byte. Nothing here hands out a guard that blocks others.
//!
//! What a container holds is a counted pointer, [`SharedPtr`](crate::refcount::SharedPtr). A reference that it gives up is dropped a grace period later, so
//! whoever is reading keeps a valid reference; see [the runtime](crate::runtime#what-waits-for-what).
//!
//! # Atomicity
//!
//! | operation | happens at one moment | lock-free | sees of concurrent writes |
//! |---|---|---|---|
//! | look-up, `get`, `get_ref`, `contains` | yes | yes | all that ended before it began |
//! | `insert`, `replace`, `remove`, `get_or_insert_with`, `push`, `pop`, `set` | yes | no | – |
//! | `clear`, `truncate`, `snapshot` | yes | no | – |
//! | `Dict::len`, `Set::len` | no: may be off by the writes under way | yes | |
//! | `List::len` | yes | yes | |
//! | `iter`, `keys`, `values`, `Debug`, `contains` of a list | each entry by itself | yes | some, each at most once |
//! | `Extend`, `FromIterator` | each entry by itself | no | |
//!
//! # Re-entrancy
//!
//! `Hash`, `Drop`, `Into`, closures and `Clone` run without a lock, unless a method says otherwise. `Eq` of keys runs under the lock in a write of a `Dict` or `Set`. All of
//! them may use any container, the same one included: a write that was interrupted by another looks its key up again. Locks are
//! [critical sections](crate::critical_section), so threads that do so crosswise do not wait for each other for ever.

mod block;
mod dict;
#[cfg(any(feature = "rayon", feature = "serde"))]
mod interop;
mod list;
mod set;
mod table;
mod unordered;

pub use dict::{
    CompareExchangeError, Dict, Drain, IntoIter, IntoKeys, IntoValues, ItemsView, Iter, KeySource, Keys,
    KeysView, LockedDict, LockedIter, Values, ValuesView,
};
pub use list::{
    Changed, LengthMismatch, List, ListIntoIter, ListIter, ListOwnedIter, LockedList, NotExchanged, Place,
    Slice, SliceIndices, ZeroStep,
};
pub use set::{FrozenSet, LockedSet, LockedSetIter, Set, SetIntoIter, SetIter, SetOperand};
pub use table::End;
