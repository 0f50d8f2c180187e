//! The per-object lock, and the stack of sections that a thread is in.

mod object_lock;
mod section;

pub use object_lock::ObjectLock;
pub(crate) use section::section;
