//! Unsizing is of the value itself, not of what the value dereferences to.
use freethreaded::{Brc, brc_unsize};

fn main() {
    drop(brc_unsize!(Brc::new(String::new()), str));
    drop(brc_unsize!(Brc::new(Box::new([1, 2])), [i32]));
    drop(brc_unsize!(Brc::new(1_u32), i32));
}
