//! Containers that many threads share: [`Dict`], [`Set`] and [`List`].
//!
//! Reads take no lock, never retry, and can [borrow](Dict::get_ref) from a token, so that threads that read one hot object write
//! nothing that they share. Writes take the container's own [lock](crate::lock). Nothing here hands out a guard that blocks others.
//!
//! What a container holds is a counted pointer, [`SharedPtr`](crate::refcount::SharedPtr). A reference that it gives up is dropped a grace period later, so
//! whoever is reading keeps a valid reference; see [the runtime](crate::runtime#what-waits-for-what).
//!
//! # Atomicity
//!
//! | operation | happens at one moment | lock-free | sees of concurrent writes |
//! |---|---|---|---|
//! | look-up, `get`, `get_ref`, `contains` | yes | yes | all that ended before it began |
//! | `insert`, `replace`, `remove`, `get_or_insert_with`, `update`, `compare_exchange`, `remove_if`, `push`, `pop`, `set` | yes | no | – |
//! | `Dict::pop_first`, `pop_last`, `move_to_end`, `insert_at`, `drain`, `clone` | yes | no | – |
//! | `Dict::merge`, `==`, key views against other keys | yes, of both | no | – |
//! | `Dict::update_from`, `retain`, `swap_contents` | one section: see [`Dict`] | no | – |
//! | `clear`, `truncate`, `snapshot` | yes | no | – |
//! | `Dict::len`, `Set::len` | no: may be off by the writes under way | yes | |
//! | `List::len` | yes | yes | |
//! | `iter`, `keys`, `values`, `Debug`, `contains` of a list | each entry by itself | yes | some, each at most once |
//! | `Extend` of a `Dict` or `Set`, `FromIterator` | each entry by itself | no | |
//! | [all other writes of a `List`](List), slices, sorting, `extend` | yes | no | – |
//! | set algebra, comparison, `swap_contents`, what takes in another container | yes, of both, for whoever takes their locks | no | – |
//!
//! A [`FrozenSet`] does not change, so nothing of it takes a lock or needs a token.
//!
//! # Re-entrancy
//!
//! `Hash`, `Drop`, `Into` and `Clone` run without a lock, unless a method says otherwise; so do closures, but for those that decide about what is there (`update`, `retain`, …). `Eq` of keys runs under the lock in a write of a `Dict` or `Set`. All of
//! them may use any container, the same one included: a write that was interrupted by another looks its key up again. Locks are
//! [critical sections](crate::critical_section), so threads that do so crosswise do not wait for each other for ever.
//!
//! # Traits of other crates
//!
//! - Feature `serde`: `Serialize` and `Deserialize` for [`Dict`], [`Set`], [`FrozenSet`] and [`List`]. What is written is the container at one moment, in its order; values are
//!   written as their targets, and each that is read is an object of its own. Of a key that comes twice the last value stays. No announced length is believed beyond a mebibyte.
//! - Feature `rayon`: `par_iter`, which borrows what is there at one moment from the caller's token, for all threads; `IntoParallelIterator` for the containers and for references to
//!   them, which needs no token; `FromParallelIterator` and `ParallelExtend`, which keep the order. With the [global lock](crate::gil) on, a thread that waits for others with a
//!   token keeps them out: then iterate without one.

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
#[cfg(loom)]
pub(crate) use table::small;
