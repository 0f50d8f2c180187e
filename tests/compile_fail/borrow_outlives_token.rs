//! What was borrowed with a token ends with it.
use freethreaded::{Brc, Dict, attach};

fn main() {
    let dict: Dict<u32, Brc<String>> = Dict::new();
    let value = {
        let cx = attach();
        dict.get_ref(&1, &cx)
    };
    println!("{value:?}");
}
