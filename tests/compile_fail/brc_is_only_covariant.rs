//! `Brc` is covariant in its value's lifetimes, as `Arc` is, and not more.
use freethreaded::Brc;

fn shorter<'a>(object: Brc<&'static str>) -> Brc<&'a str> {
    object
}

fn longer<'a>(object: Brc<&'a str>) -> Brc<&'static str> {
    object
}

fn main() {
    drop(longer(shorter(Brc::new("text"))));
}
