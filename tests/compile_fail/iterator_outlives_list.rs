//! As a borrowed value, an iterator ends with its container.
use freethreaded::{Brc, List, attach};

fn main() {
    let cx = attach();
    let mut iter = {
        let list: List<Brc<String>> = List::new();
        list.iter(&cx)
    };
    iter.next();
}
