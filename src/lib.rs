//! Free-threaded objects for Rust.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod heap;
mod sync;

pub mod collections;
pub mod gil;
#[cfg(loom)]
#[doc(hidden)]
pub mod internals;
pub mod lock;
pub mod refcount;
pub mod runtime;

pub use collections::{Dict, List, Set};
pub use refcount::{Brc, Weak};
pub use runtime::{Attached, attach, attach_with, collect};
