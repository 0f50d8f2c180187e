//! What operations cost, what makes them slow, and what to do about it.
//!
//! Two kinds of figures are in the repository. `benches/instructions.txt` has the instructions of single operations, counted under callgrind: they are exact, and the same on a loaded machine. `BENCHMARKS.md` has times, as
//! ratios of ours to each peer in one run, with the machine they were taken on and a list of everything that we lose. Ratios are not repeated here, since they are another machine's than yours; `cargo run --release -p freethreaded-benches --bin ratios` measures them.
//!
//! # Costs in instructions
//!
//! rustc 1.95.0, x86_64-unknown-linux-gnu with `membarrier`; the rounded figures of `benches/instructions.txt`, which a test compares with this page. `cargo run --release -p freethreaded-benches --bin instructions` counts them again (it needs valgrind). Each row is one operation with the loop around it, which is 5
//! instructions; a clone *and* a drop, where nothing else is said.
//!
//! | row | of | `Brc` | `Rc` | `Arc` | locked, `Brc` | locked, `Arc` |
//! |---|---|--:|--:|--:|--:|--:|
//! | `refcount/own` | an object of this thread | 25 | 11 | 11 | 0 | 2 |
//! | `refcount/own-calls` | the same, each behind a call | 39 | 20 | 20 | 0 | 2 |
//! | `refcount/immortal` | an immortal object; the peers count | 14 | 11 | 11 | 0 | 2 |
//! | `refcount/make` | making and dropping an object of 32 bytes, with the allocator's share | 89 | 90 | 90 | 0 | 2 |
//! | `refcount/merged` | an object without owner | 48 | – | 11 | 2 | 2 |
//! | `refcount/foreign` | an object of another living thread | 55 | – | 11 | 2 | 2 |
//! | `refcount/wide` | a wide object | 114 | – | 11 | 0 | 2 |
//! | `refcount/weak-own` | an upgrade and the drop of what comes of it, on the owner's thread | 34 | 19 | 23 | 0 | 2 |
//! | `refcount/weak-foreign` | the same on another thread | 76 | – | 23 | 2 | 2 |
//! | `refcount/downgrade` | making a weak reference and dropping it, where others exist | 36 | 13 | 22 | 2 | 2 |
//!
//! | row | of | here |
//! |---|---|--:|
//! | `attach/outermost` | attach and leave | 18 |
//! | `attach/nested` | the same under another token | 6 |
//! | `attach/checkpoint` | a checkpoint with nothing to do | 16 |
//!
//! A locked instruction counts as one here and takes several times as long. How many times differs between machines, and decides what a biased count gains over `Arc` on the owner's thread: it executes about three
//! times as many instructions as `Rc` or `Arc`, the loop aside, and locks none. *Limits of the machine* in `BENCHMARKS.md` has the times. Drops by threads that do not own the object look at it closer one time in about 64, with a locked instruction more; that is not in the figures.
//!
//! What instructions do not show is a cache line on its way from another core, which takes as long as a hundred of them. `cargo traffic` counts those, from a log of all accesses: clone and drop write to **no** line that other threads use, for objects of the thread itself, immortal ones, and wide ones that it drops where it clones; for
//! merged objects and those of other threads they are `Arc`'s two writes and one fetch.
//!
//! # What makes it slow
//!
//! **An object of another living thread.** Each clone and drop reads the owner word, finds that it is somebody else's, and then changes `shared`, which is in the same line: what `Arc` does, and the look besides. Also where no other thread uses the object at that moment. One in
//! about 64 such drops looks whether the object should be counted otherwise. What that finds again and again, for some thousands of drops at least, is acted on: an object that its owner leaves alone is merged, one that several threads use is made wide.
//!
//! **Hand-over, object by object.** In a pipeline, where one thread makes objects and another drops them, each object goes back to its maker: a mutex, a place in a vector, a merge, and a destruction that the maker comes to at its next explicit point. `Arc` has two locked instructions there.
//!
//! **An owner that does not come back.** It blocks without `detach`, or computes for long and calls nothing. Nothing is slow then, but what others have dropped of its objects is not destroyed, and their memory not used again.
//!
//! **One object that its owner and others use at full speed.** Before it is wide its line travels, as `Arc`'s does; a wide object costs a single thread more than any other. Objects of types without a fixed size are never wide.
//!
//! **Replacing in containers while other threads are inside.** What a container gives up waits for a grace period, and the pass that begins one costs a barrier of some microseconds, which interrupts the other cores. A pass comes once for 512 objects or 64 KiB, and at checkpoints behind which something was given up; all threads together make one barrier in 250 µs, unless one of them has 8 192 objects or 1 MiB to give up before, or somebody asks ([`collect`](crate::collect), `detach`, the end of a thread).
//!
//! # What to do about it
//!
//! | it shows as | do |
//! |---|---|
//! | [`mail`](crate::runtime::Stats::mail) that stays: an owner blocks | [`detach`](crate::Attached::detach) around the call that blocks |
//! | the same: an owner computes | a [checkpoint](crate::Attached::checkpoint) in the loop, or `drop(attach())` now and then |
//! | [`merged`](crate::runtime::Stats::merged) that grows with every object: a pipeline with a known receiver | [`Brc::transfer`](crate::Brc::transfer) to the receiver before sending |
//! | the same, where the receiver is not known | [`Brc::disown`](crate::Brc::disown): the price of `Arc`, destroyed at once; a receiver that keeps it can [adopt](crate::Brc::adopt) it |
//! | reads of shared objects that clone and drop | borrow: [`Dict::get_ref`](crate::Dict::get_ref), [`List::get_ref`](crate::List::get_ref) under a token; no count at all |
//! | an object that all threads use for ever | [`Brc::make_immortal`](crate::Brc::make_immortal), or an [`Immortal`](crate::refcount::Immortal) |
//! | an object that all threads use for a while | nothing, it becomes wide by itself; [`Brc::share_widely`](crate::Brc::share_widely) saves the first few thousand operations |
//! | an object that others use and the maker only keeps | [`Brc::disown`](crate::Brc::disown), without waiting for it to be noticed |
//! | [`passes`](crate::runtime::Stats::passes) by the thousand | [`Bounds::barrier_pause`](crate::runtime::Bounds::barrier_pause) longer, [`Bounds::retired`](crate::runtime::Bounds::retired) higher, `collect` and `detach` less often |
//! | operations on containers without a token, one after the other | one token around them: entering is then an increment |
//! | n references to one object (an array of one value) | [`increment_by`](crate::refcount::RefCount::increment_by), [`release_many`](crate::refcount::release_many) |
//!
//! # How to measure in your own program
//!
//! [`runtime::stats`](crate::runtime::stats) says what happened. Take it before and after what you look at, and see what grows with the number of objects:
//!
//! ```
//! use freethreaded::{Brc, attach, runtime::stats};
//!
//! let before = stats();
//! let objects: Vec<Brc<u32>> = (0..100).map(Brc::new).collect();
//! std::thread::spawn(move || drop(objects)).join().unwrap();
//! assert_eq!(stats().mail, 100); // each goes back to this thread
//! drop(attach());
//! let after = stats();
//! assert_eq!((after.mail, after.merged - before.merged), (0, 100));
//!
//! // Disowned before they are sent:
//! let objects: Vec<Brc<u32>> = (0..100).map(Brc::new).collect();
//! assert!(objects.iter().all(Brc::disown));
//! std::thread::spawn(move || drop(objects)).join().unwrap();
//! assert_eq!(stats().merged, after.merged); // none comes back
//! ```
//!
//! [`shared_widely`](crate::refcount::shared_widely) says how many objects are wide, [`set_adaptive`](crate::refcount::set_adaptive) turns the noticing off, so that a run with and one without can be compared. `FREETHREADED_GIL=1` in the environment runs the same program under
//! [one global lock](crate::gil): the difference is what you gain by not having one. `FREETHREADED_BARRIER=fence` makes the fast paths fence, as on systems without `membarrier`. The program `promptness` of the experiments measures how late destruction is, by what the owner does.
//!
//! # When `Arc` is the better choice
//!
//! - **Objects that are mostly dropped on other threads than made them**, and whose receivers are not known. A hand-over costs more than a locked instruction. If most are disowned, the count was `Arc`'s after all.
//! - **Few clones per object.** Making costs about what it does with `Arc`, and a message that is made, sent, read and dropped has two locked instructions to save at most. A biased count pays in data structures and interpreters that copy references all the time.
//! - **Values that must be destroyed at a certain place**: promptly, whoever drops the last reference, or never on a thread that only happens to come by. `disown` gives the first of these.
//! - **Values that borrow.** `Arc<T>` is `Send` for `T: Send + Sync`; `Brc<T>` wants `'static` too, so one with a borrow inside stays on its thread.
//! - **Code that finds uniqueness out on any thread**: `get_mut`, `try_unwrap` and `make_mut` as the way in which threads pass mutable data on.
//! - **Code full of weak references.** An object that ever had one has lost the cheap last drop; upgrades on other threads are compare-and-swaps, as `Arc`'s, with more around them; making and dropping a weak reference locks as often.
//! - **Interfaces that take `Arc`**: `Wake` and wakers, `self: Arc<Self>`, crates that want an `Arc` or a pointer from `Arc::into_raw`. Nothing converts one into the other without moving the value.
//! - **`no_std`**: the crate needs threads, thread-locals and an allocator of its own.
//! - **One thread**: `Rc`.
//! - **Small programs.** The crate starts a registry, a heap and thread records, and has rules on destructors to be learnt. `Arc` has none.
