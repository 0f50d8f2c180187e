//! Objects, reference counts and containers that many threads share without a global lock, at close to single-threaded cost: what PEP 703
//! gave CPython, for Rust programs.
//!
//! ```
//! use freethreaded::{Brc, Dict, List, Set, attach};
//!
//! struct Page { title: String, links: List<Brc<String>> }
//!
//! let site: Dict<String, Brc<Page>> = Dict::new();        // insertion order, lock-free reads
//! let seen: Set<String> = Set::new();
//! std::thread::scope(|s| {
//!     for name in ["index", "about", "index"] {
//!         let (site, seen) = (&site, &seen);
//!         s.spawn(move || {
//!             if seen.insert(name.to_string()) {              // exactly one thread is first
//!                 let page = Page { title: name.to_uppercase(), links: List::new() };
//!                 page.links.push("/".to_string());
//!                 site.insert(name.to_string(), page);         // becomes a Brc<Page>
//!             }
//!         });
//!     }
//! });
//!
//! let cx = attach();                                      // inside the runtime
//! let index: &Page = site.get_ref("index", &cx).unwrap(); // borrowed: no count, no shared write
//! assert_eq!((index.title.as_str(), site.len()), ("INDEX", 2));
//! ```
//!
//! # The pieces
//!
//! | piece | what it is |
//! |---|---|
//! | [`Brc`], [`Weak`] | `Arc` and `Weak` without atomics on the thread that made the object; [immortal](Brc::immortal) objects without counts |
//! | [`refcount::RefCount`] | the same count as a 12-byte word to embed in a runtime's own object header |
//! | [`Dict`], [`Set`], [`List`] | insertion-ordered map and set, and array, with lock-free reads, a [lock of their own](lock) for writes that costs no locked instruction until it is shared, and no guards that block |
//! | [`critical_section`], [`critical_section2`] | several operations on one or two objects as one step, without deadlocks |
//! | [`attach`], [`Attached`] | the token of being inside the runtime: borrowed reads, checkpoints, [detaching](Attached::detach) while blocked |
//! | [`gil`] | the same program under one global lock, to measure what it costs |
//!
//! Nothing has to be set up, and nothing that a caller can forget is unsound: each operation attaches for its own length, and a token only
//! makes that cheaper and unlocks borrowed reads.
//!
//! # Guarantees
//!
//! - Each operation on one key or element is linearizable; reads are lock-free and see every write that ended before they began. The whole
//!   table is in [`collections`](collections#atomicity).
//! - A destructor runs in the call that drops the last reference whenever that call can decide it, otherwise at explicit points or past a small bound: see
//!   [`runtime`](runtime#where-destructors-run). Never in `clone`, `new`, a read, or under a lock of the crate.
//! - No operation on one container deadlocks, nor using several, whatever `Hash`, `Eq`, `Drop` and closures do: locks are [critical sections](critical_section).
//! - A count that overflows leaks its object; it never frees one that is used, and never aborts.
//!
//! # The guide
//!
//! | page | what |
//! |---|---|
//! | [`guide::refcounts`] | how biased counts work, with a diagram of the states; when an object is destroyed, and by whom |
//! | [`guide::embedding`] | objects with a header of their own |
//! | [`guide::performance`] | what operations cost in instructions, what makes them slow, when `Arc` is the better choice |
//! | [`guide::limitations`] | what to know before depending on the crate |
//!
//! # When not to use it
//!
//! - A program of one thread: `Rc`, `indexmap` and `Vec` cost less.
//! - Objects that are mostly dropped on other threads than made them, or that few references are made of: `Arc`. The guide has [the whole list](guide::performance#when-arc-is-the-better-choice).
//! - An object that its owner and other threads clone and drop at the same moment, all at full speed: until it is [counted widely](Brc::share_widely) its cache line
//!   travels, as that of `Arc` does. [Borrow](Dict::get_ref) it or make it [immortal](Brc::make_immortal).
//! - A map that is mostly written by many threads at once, and needs no order: a sharded map spreads the lock.
//! - Values that must be destroyed by a certain thread, or at once when another thread drops them: see [`refcount`](refcount#when-an-object-is-destroyed).
//! - Reference cycles are not collected yet; break them with [`Weak`].
//!
//! # Layers
//!
//! `sync` (the shim over std or loom) → `heap` (a mimalloc heap of the crate's own; feature `mimalloc`, on by default) → [`runtime`] → [`refcount`] → [`lock`] →
//! [`collections`] → [`gil`]. Each uses only those before it.
//!
//! # Cargo features
//!
//! `mimalloc` is on by default. `serde`, `stable_deref_trait`, `arc-swap` and `archery` add the traits of those crates to `Brc`: see
//! [`refcount`](refcount#traits-of-other-crates). `serde` and `rayon` do so for the containers: see [`collections`](collections#traits-of-other-crates).
//!
//! # Verification
//!
//! Each protocol has a head comment with its states and orderings, and loom models that fail when an ordering is weakened or a step dropped; see
//! `loom-tests/README.md` in the repository. Besides: an exhaustive table test of the count word, property tests against `IndexMap`, `IndexSet` and `Vec`, recorded
//! histories checked for linearizability, panic injection, stress under AddressSanitizer and ThreadSanitizer, leak counts, and a count of the
//! cache lines that each operation makes travel, from a log of all accesses to atomics and locks.
//!
//! Tested on Linux x86-64. Other systems take the portable paths (fences instead of `membarrier`), which the models and ThreadSanitizer runs
//! exercise but no test machine has. MSRV 1.95, as `parking_lot` 0.13 has.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod heap;
mod sync;

pub mod collections;
pub mod gil;
pub mod guide;
#[cfg(loom)]
#[doc(hidden)]
pub mod internals;
pub mod lock;
pub mod refcount;
pub mod runtime;

/// What `tests/traffic` counts. Exists under `--cfg count_traffic` only.
#[cfg(count_traffic)]
#[doc(hidden)]
pub mod traffic {
    pub use crate::sync::atomic::AtomicUsize;
    pub use crate::sync::traffic::{Event, record};
}

pub use collections::{Dict, List, Set};
pub use lock::{critical_section, critical_section2};
pub use refcount::{Brc, Weak};
pub use runtime::{Attached, attach, attach_with, collect};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeDoctests;
