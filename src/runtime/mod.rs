//! Threads, epochs and delayed reclamation.
//!
//! A thread becomes known on its first use of the crate. [`attach`](crate::attach) marks it as *inside*: memory read
//! from containers stays valid, and a [checkpoint](crate::Attached::checkpoint) says when nothing is held any more.
//! [`detach`](crate::Attached::detach) marks it as away while it blocks. Everything works without a token too; see
//! [`Attached`].
//!
//! # What waits for what
//!
//! A container that gives up a reference retires it: it is dropped one grace period later, when every thread that was
//! inside has left or passed a checkpoint. With one thread and no token there is nothing to wait for, and it is
//! dropped in the call. A thread makes a pass when 64 things or 64 KiB have come together, at checkpoints, and on
//! [`collect`].
//!
//! # Where destructors run
//!
//! 1. In the call that drops or removes the last reference, whenever that call can decide it.
//! 2. At explicit points: `checkpoint`, `detach`, the end of an outermost attach scope, `collect`, thread exit.
//! 3. Past 64 objects or 64 KiB, at the end of an outermost writing operation of a container, with all locks released, or in a
//!    drop of a reference to an object of another thread.
//!
//! Never in `clone`, `new`, a read, or under a lock of the crate.

mod attach;
mod bounds;
pub(crate) mod cells;
mod current;
mod garbage;
mod gil_lock;
mod id;
mod mailbox;
mod record;
mod registry;
mod retire;
mod stats;

pub use attach::{Attached, attach, attach_with, collect};
pub use bounds::{Bounds, BoundsError, bounds, set_bounds};
pub use id::ThreadId;
pub use stats::{Stats, ThreadInfo, on_this_thread, stats};

pub(crate) use attach::{Operation, operation, pin};
pub(crate) use current::{
    Delivery, cells as my_cells, cells_if_any as my_cells_if_any, deliver, id as current_id,
    id_for_new_object, leave, run_overdue_orphans, without_gil,
};
pub(crate) use garbage::{Garbage, Pile};
pub(crate) use gil_lock::VARIABLE as GIL_VARIABLE;
pub(crate) use mailbox::Parcel;
pub(crate) use registry::registry;

/// Takes the calling thread out of the runtime, as the end of the thread does.
#[cfg(loom)]
pub(crate) fn exit_thread() {
    current::with(|c| c.exit());
}
