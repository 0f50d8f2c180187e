//! The lock of an object, and critical sections.
//!
//! | piece | what it is |
//! |---|---|
//! | [`ObjectLock`] | the lock in an object's header |
//! | [`critical_section`], [`critical_section2`] | several operations on one or two objects as one step, without deadlocks |
//! | [`HasLock`] | what has such a lock: the containers, and types of yours |
//! | [`Locked`] | a plain value with a lock |
//!
//! ```
//! use freethreaded::{Brc, List, critical_section};
//! let queue: List<Brc<u32>> = [3, 1, 2].into();
//! let taken = critical_section(&queue, |_| {
//!     // Nobody else pushes or pops between these two.
//!     if queue.len() >= 2 { [queue.pop(), queue.pop()] } else { [None, None] }
//! });
//! assert!(taken.iter().all(Option::is_some));
//! ```

mod critical;
mod free;
mod locked;
mod object_lock;
mod section;

pub use critical::{HasLock, Section, critical_section, critical_section2};
pub use locked::Locked;
pub use object_lock::ObjectLock;
pub(crate) use section::{Turn, at_once, section, section_of_key, section2};
