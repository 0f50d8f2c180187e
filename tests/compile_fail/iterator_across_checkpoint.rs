//! An iterator holds a place in memory that a checkpoint may let go.
use freethreaded::{Brc, List, attach};

fn main() {
    let list: List<Brc<String>> = List::new();
    let mut cx = attach();
    for _ in list.iter(&cx) {
        cx.checkpoint();
    }
}
