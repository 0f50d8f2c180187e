//! A trait object gets no marker that its value does not have.
use std::fmt::Display;

use freethreaded::{Brc, brc_unsize};

fn marked(object: Brc<dyn Display>) -> Brc<dyn Display + Send + Sync> {
    brc_unsize!(object, dyn Display + Send + Sync)
}

fn main() {
    drop(brc_unsize!(Brc::new(std::ptr::null::<u8>()), dyn std::any::Any + Send));
    drop(marked(brc_unsize!(Brc::new(1), dyn Display)));
}
