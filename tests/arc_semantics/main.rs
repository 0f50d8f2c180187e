//! What `std::sync::Arc` and its `Weak` promise, asked of `Brc` and `Weak`: values without a size first of all.
//!
//! Each test runs alone and ends with a leak check. `tests/brc.rs` has the rest of the surface.

#[path = "../common/mod.rs"]
mod common;
mod counts;
mod objects;
mod slices;
mod threads;

use std::cell::Cell;
use std::fmt::Debug;

use freethreaded::{Brc, brc_unsize};

use common::{Drops, Probe};

trait Speak: Send + Sync {
    fn speak(&self) -> String;
}

struct Loud(String, #[expect(dead_code, reason = "counts its drop")] Probe);

impl Speak for Loud {
    fn speak(&self) -> String {
        self.0.to_uppercase()
    }
}

fn loud(drops: &Drops) -> Brc<dyn Speak> {
    brc_unsize!(Brc::new(Loud("hey".to_string(), drops.probe())), dyn Speak)
}

/// Clones until its budget is used up, then panics.
struct Budget<'a>(&'a Cell<u32>, Drops);

impl Clone for Budget<'_> {
    fn clone(&self) -> Self {
        let left = self.0.get().checked_sub(1).expect("no budget left");
        self.0.set(left);
        Budget(self.0, self.1.clone())
    }
}

impl Drop for Budget<'_> {
    fn drop(&mut self) {
        self.1.count();
    }
}

#[repr(align(128))]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Aligned(u8);

#[repr(align(64))]
#[derive(Debug)]
struct AlignedNothing;
