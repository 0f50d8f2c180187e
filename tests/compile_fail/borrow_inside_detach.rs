//! Nor inside of it.
use freethreaded::{Brc, List, attach};

fn main() {
    let list: List<Brc<String>> = List::new();
    let mut cx = attach();
    let value = list.get_ref(0, &cx);
    cx.detach(|| println!("{value:?}"));
}
