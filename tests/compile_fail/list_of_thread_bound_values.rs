//! Pointers in containers may be dropped on any thread.
use std::cell::Cell;

use freethreaded::{Brc, List};

fn main() {
    let _: List<Brc<Cell<u32>>> = List::new();
}
