//! Keys are dropped a grace period after they are removed, so they borrow nothing.
use freethreaded::{Brc, Dict};

fn main() {
    let key = "key".to_string();
    let dict: Dict<&str, Brc<u32>> = Dict::new();
    dict.insert(key.as_str(), 1);
    drop(key);
    println!("{dict:?}");
}
