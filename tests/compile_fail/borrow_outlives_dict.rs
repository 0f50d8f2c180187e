//! A container that is dropped frees what it holds at once.
use freethreaded::{Brc, Dict, attach};

fn main() {
    let cx = attach();
    let value = {
        let dict: Dict<u32, Brc<String>> = Dict::new();
        dict.get_ref(&1, &cx)
    };
    println!("{value:?}");
}
