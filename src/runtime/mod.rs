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
//! dropped in the call. A thread makes a pass when so much has come together that it reaches a [bound](#bounds), at checkpoints, and on
//! [`collect`]. What a pass ends begins its grace period behind a barrier that interrupts the other cores; one barrier serves all threads, and but for those that somebody asks for,
//! it is made no sooner than a [pause](Bounds::barrier_pause) after the one before.
//!
//! # Where destructors run
//!
//! 1. In the call that drops or removes the last reference, whenever that call can decide it.
//! 2. At explicit points: `checkpoint`, `detach`, the end of an outermost attach scope, `collect`, thread exit.
//! 3. Past a [bound](#bounds), at the end of an outermost writing operation of a container, with all locks released, or in a
//!    drop of a reference to an object of another thread.
//!
//! Never in `clone`, `new`, a read, or under a lock of the crate.
//!
//! # Bounds
//!
//! What is dead and not yet destroyed, by where it waits. The bounds are those of [`bounds`], 64 objects (512 for what was retired) and 64 KiB unless [`set_bounds`] says
//! otherwise; an amount is past a bound when it reaches either.
//!
//! | what waits | bound | who sees to it, and where | what can exceed it |
//! |---|---|---|---|
//! | references to a thread's objects, in its mailbox | the objects that it owns, none of which is newer than its last `Brc::new` | the owner, whenever it makes an object or enters (a container operation included), at checkpoints, `detach`, `collect`, exit; while it is in `detach` or after its end, each dropping thread, at once | nothing: an object is in the box once, and whoever makes another empties the box first. (A request to make one immortal is there once for each time it was made.) But objects that others [give](crate::Brc::transfer) to a thread which does not call in, and then drop, are its too |
//! | things retired by a thread | [`retired_objects`, `retired_bytes`](Bounds) | that thread: a pass, at the end of a writing operation of a container | a token of that thread: until its next checkpoint nothing that it retires can go, so the bound is its checkpoints |
//! | things behind a pass, until every thread that was inside has left or renewed | none: a reader may hold any of them | the thread that made the pass, at its next one, or at an explicit point | a thread that stays inside, under a token without checkpoints. Once it leaves, the next pass frees all |
//! | dead objects and things whose waiting is over, on a thread's pile | [`ready_objects`, `ready_bytes`](Bounds) | that thread, at the end of a writing operation; where it only makes objects or reads, it leaves the pile to the orphans | what one merge or one pass found, at once. A thread that blocks without `detach` keeps less than the bound |
//! | orphans: garbage of threads that have ended or are in `detach`, and piles that were left | as above | the first of all threads that comes to a checkpoint, `detach`, `collect` or its end; past the bound also to the end of a writing operation of a container, or drops a reference to another thread's object | as above |
//! | objects that are [shared widely](crate::refcount::share_widely) and dead | 128 objects | any thread, at a checkpoint, `detach`, `collect` or its end | nothing |
//! | what a thread has retired while it passes checkpoints | [`late_checkpoints`](Bounds), none at first; [`barrier_pause`](Bounds) | that thread, at the first checkpoint past it, or the seven that follow | nothing |
//! | things behind a pass of a thread, until a barrier | [`barrier_pause`](Bounds), 250 µs, or 16 times `retired_objects` or `retired_bytes` | that thread, at the next pass behind the pause, or behind another thread's barrier | a thread that does nothing any more keeps what it has, as with all that is below a bound |
//!
//! So an owner that computes for ever outside the runtime and calls nothing holds back its own objects and no others: at most those that it had made
//! before, since making another would be a call. Nor does it make garbage grow, if no other thread goes on giving it objects; and what it holds back was alive at once when it last called in. A thread that blocks should do so in
//! [`detach`](crate::Attached::detach), one that computes for long should attach, or pass a checkpoint, now and then.
//!
//! A producer that makes objects for ever and a consumer that drops them stay within what is between them (the places of the channel), as much in the mailbox,
//! and the bounds above for each thread; so do they with a container between them, unless one of them stays under a token without checkpoints.

mod attach;
mod bias;
mod bounds;
pub(crate) mod cells;
mod current;
mod fences;
mod garbage;
mod gil_lock;
mod id;
mod mailbox;
mod marks;
mod record;
mod registry;
mod retire;
mod sections;
mod stats;

pub use attach::{Attached, attach, attach_with, collect};
pub use bounds::{Bounds, BoundsError, bounds, set_bounds};
pub use id::ThreadId;
pub use stats::{Stats, ThreadInfo, on_this_thread, stats};

pub(crate) use attach::{Operation, Pin, operation, pin};
pub(crate) use bias::{Bias, revoke};
pub(crate) use current::{
    Delivery, Me, cells as my_cells, deliver, id as current_id, id_and_readiness, id_for_new_object, leave,
    me, open_mail, run_overdue_orphans, with_me, without_gil,
};
pub(crate) use garbage::{Garbage, Pile};
pub(crate) use gil_lock::VARIABLE as GIL_VARIABLE;
pub(crate) use mailbox::Parcel;
pub(crate) use marks::{marked, wait_for_unmarked};
pub(crate) use registry::registry;
pub(crate) use sections::{Held, Outside};

/// Takes the calling thread out of the runtime, as the end of the thread does.
#[cfg(loom)]
pub(crate) fn exit_thread() {
    current::with(|c| c.exit());
}
