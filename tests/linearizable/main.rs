//! Recorded histories of threads on one container, checked for linearizability.
//!
//! A history is linearizable if its operations can be put in one order that keeps every pair of which one ended before the
//! other began, and in which a sequential container gives the same results. The search is Wing and Gong's, with Lowe's memo.
//!
//! Each container has a table of its operations; each of them is featured in histories of its own, mixed with the others.
#![cfg(not(loom))]
#![allow(clippy::unit_arg, reason = "rows of what gives nothing")]

mod checker;
#[path = "../common/mod.rs"]
mod common;
mod dict;
mod list;
mod pairs;
mod planted;
mod record;
mod rows;
mod set;
mod sets;
