//! Nor can another thread read with it.
use freethreaded::{Brc, List, attach};

fn main() {
    let list: List<Brc<String>> = List::new();
    let cx = attach();
    std::thread::scope(|s| {
        s.spawn(|| list.get_ref(0, &cx));
    });
}
