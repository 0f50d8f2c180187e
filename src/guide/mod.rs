//! How the crate works, what it costs, and what one must know before depending on it. No code, only pages.
//!
//! | page | for |
//! |---|---|
//! | [`refcounts`] | who knows `Arc` and wants to know what a biased count does, and when an object is destroyed |
//! | [`python`] | who knows Python's containers, or CPython's C API, and wants to know what is atomic, lock-free and called back here |
//! | [`embedding`] | who has objects with a header of their own |
//! | [`performance`] | what operations cost, what makes them slow and what to do about it, when `Arc` is the better choice |
//! | [`limitations`] | everything that does not work, or not as one would expect |
//!
//! The reference is elsewhere: [`refcount`](crate::refcount) has the types and the parity with `Arc`, [`runtime`](crate::runtime) the rules for destructors and their bounds,
//! [`collections`](crate::collections) the guarantees of the containers. `DESIGN.md` in the repository says why things are as they are, and the head comments of the source files have the protocols.

pub mod embedding;
pub mod limitations;
pub mod performance;
pub mod python;
pub mod refcounts;
