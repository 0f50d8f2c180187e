//! What does not work, or not as one would expect: to be read before depending on the crate.
//!
//! # Destruction
//!
//! ## A value may be destroyed later than its last reference goes
//!
//! Wherever the last reference is dropped by a thread that does not own the object, while the owner is neither in `detach` nor finished. [When it is destroyed then](super::refcounts#who-destroys-and-when), and [how much can be late at once](crate::runtime#bounds), is written down, and
//! tested. Containers add a grace period: what they give up is dropped when no thread can be reading it any more. [`collect`](crate::collect) destroys what can be destroyed now.
//!
//! If it must not be late, [`Brc::disown`](crate::Brc::disown) the object, after which it dies in the drop of its last reference (unless it has become wide; [`set_adaptive`](crate::refcount::set_adaptive) turns that off).
//!
//! ## And on another thread
//!
//! The owner's, that of whoever merges for it, or that of whoever takes over what the owner left. There is no way to choose. A value that must go on a certain thread (a window, a handle of a library that counts threads) should send itself there in its destructor, or not be in a `Brc` that leaves its thread. `Brc<T>` of
//! a `T` that is not `Send + Sync + 'static` never leaves its thread, and is destroyed on it.
//!
//! ## Destructors of others run in your calls
//!
//! In a `checkpoint`, in `detach`, at the end of an attach scope, in a drop of a reference to another thread's object and at the end of a writing operation of a container, destructors may run of objects that the call has nothing to do with. So do not make those calls while you hold a lock of your own that
//! some destructor takes. A destructor that panics unwinds out of the call that it happened to run in; the others stay where they are and run later. At the end of a thread such a panic is caught. While a thread unwinds, no garbage is destroyed on it.
//!
//! ## A thread that blocks without `detach` holds back its objects
//!
//! Those whose last reference other threads drop meanwhile: no other thread may touch its counts. They are at most the objects that it owns, so it does not add up. [`detach`](crate::Attached::detach) around blocking calls is the cure. The same goes for a thread that computes for
//! long and calls nothing of the crate.
//!
//! ## A token without checkpoints holds back everything
//!
//! Nothing that threads retire from containers after one has come inside is destroyed while that one stays, and there is no bound on it. Call [`checkpoint`](crate::Attached::checkpoint) in loops. On a token that is not the outermost it does nothing, so a library that attaches by itself cannot do it for its caller. A token
//! that is *leaked* (`mem::forget`) keeps the thread inside for ever.
//!
//! ## Thread-locals, and the end of the process
//!
//! A thread leaves the runtime in the destructor of a thread-local. Other thread-locals may be destroyed after that. Everything still works in their destructors: objects that they make have no owner, and those that the thread owned are merged by whoever drops them. What a finished thread could not destroy goes to the others.
//!
//! Values in `static`s are never dropped, as always in Rust. What waits when the process ends may not be destroyed by anybody: a program whose destructors flush files calls [`collect`](crate::collect) before it returns from `main`, with its other threads joined.
//!
//! # Leaks
//!
//! ## Immortal and saturated objects
//!
//! An immortal object is never destroyed, on purpose. One whose count overflows is not either: 2^27 references (134 million) counted by threads that do not own it, 2^31 by the owner. `Arc` aborts the process at `isize::MAX`.
//!
//! ## Cycles
//!
//! Objects that lead to each other by counted references are never destroyed. Break cycles with [`Weak`](crate::Weak). A collector for them is planned and not there.
//!
//! ## Memory of the runtime
//!
//! Records of threads are never freed. They are used again, so there are as many as threads were alive at once, rounded up, and at most a thousand whose ids have run out. Cells of wide objects (2 KiB and a little for each thread that ever counted one) stay with the record.
//!
//! # Uniqueness is only seen by the owner
//!
//! [`get_mut`](crate::Brc::get_mut), [`try_unwrap`](crate::Brc::try_unwrap) and [`make_mut`](crate::Brc::make_mut) say no, or clone, on a thread that does not own the object, although it has the only reference; also when the owner has finished. They know for objects without owner.
//! [`into_inner`](crate::Brc::into_inner) does better where the owner is away or has finished. [Examples](super::refcounts#uniqueness).
//!
//! [`strong_count`](crate::Brc::strong_count) is exact in the same cases, and else a snapshot that may never have been true.
//!
//! # Numbers that end
//!
//! | what | how many | past it |
//! |---|--:|---|
//! | threads in the runtime at once | 2 097 120 | the next one panics |
//! | threads in the life of a process, one after the other | about a million | ids run out, and later threads may own nothing: their objects are counted as `Arc`'s are |
//! | wide objects at once | 128 | the others are counted as usual |
//! | entries of the tables | 48 bits of address | an allocator that hands out higher addresses makes an insertion panic; on Linux none does unless asked to |
//!
//! # Values without a fixed size
//!
//! `Brc<str>`, `Brc<[T]>` and `Brc<dyn Trait>` are two words. Containers hold pointers of one, so a `Brc<Brc<str>>` goes in. They are never [wide](super::refcounts#an-object-that-many-threads-use-at-once). Handing one over allocates a small block. Unsizing needs
//! [`brc_unsize!`](crate::brc_unsize), and `self: Brc<Self>` methods do not exist: the traits behind both are unstable. [Everything of `Arc` that is missing](crate::refcount#parity-with-arc).
//!
//! # Locks
//!
//! Nothing hands out a guard, and no use of containers and [critical sections](crate::critical_section) deadlocks, however user code nests them. The price is that a section is one step only up to a call that has to wait for
//! another lock: the section is given up meanwhile. Operations that are promised to take effect at one moment look again after user code; those that are one section may then be seen in between. [Which is which](super::python).
//!
//! A closure or an `Eq` that changes the container *each* time it is asked can keep an operation for ever, since that begins anew each time.
//!
//! Sections are frames of the thread's stack: a stackful coroutine that is suspended inside of one and resumed elsewhere, or never, breaks their order.
//!
//! # The global-lock mode
//!
//! For [measuring](crate::gil), not for protecting: it makes a thread exclusive only while it is inside.
//!
//! - `clone` and `drop` of a `Brc` do not enter the runtime, so outside a token they run beside the holder of the lock.
//! - A thread that blocks inside without `detach` stops all others that want to enter. If it waits for a lock of yours whose holder wants to enter, both wait for ever. (The containers' own locks are waited for without the global one.)
//! - The holder gives way at checkpoints of its outermost token, and when it leaves or detaches. Under nested tokens checkpoints do nothing.
//! - It cannot be turned off again, nor on once a thread has used the crate: [`enable`](crate::gil::enable) says so. A value of `FREETHREADED_GIL` other than 0, 1 or nothing makes the first use panic.
//!
//! # `fork`
//!
//! Nothing is done for it, and it is not tested. The child has one thread; the records of the others stay as they were, so their mailboxes are never opened, what they held back stays, and a lock that one of them had, the global one included, is never released. A child that calls `exec`
//! is all right; one that goes on using the crate is not supported.
//!
//! # Systems
//!
//! Tested on Linux x86-64 only. Other systems take portable paths: fences instead of `membarrier`, which cost more on entering. They are modelled, and run under ThreadSanitizer, but no test machine has such a system. Where a sandbox forbids `membarrier`, Linux takes them too.
//!
//! `std` is needed. Objects live on a mimalloc heap unless the feature `mimalloc` is off, which compiles C. Rust 1.95 or later.
//!
//! Miri has not been run on it: no toolchain that this was written with has it.
