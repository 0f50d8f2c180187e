//! A checkpoint says that nothing borrowed from the token is held.
use freethreaded::{Brc, Dict, attach};

fn main() {
    let dict: Dict<u32, Brc<String>> = Dict::new();
    let mut cx = attach();
    let value = dict.get_ref(&1, &cx);
    cx.checkpoint();
    println!("{value:?}");
}
