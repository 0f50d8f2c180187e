//! A trait object lives no longer than the value that it was made of.
use std::fmt::Display;

use freethreaded::{Brc, brc_unsize};

fn longer<'a>(object: Brc<dyn Display + 'a>) -> Brc<dyn Display + 'static> {
    brc_unsize!(object, dyn Display + 'static)
}

fn main() {
    let text = "text".to_string();
    let object: Brc<dyn Display + 'static> = brc_unsize!(Brc::new(text.as_str()), dyn Display);
    drop(text);
    drop(longer(object));
}
