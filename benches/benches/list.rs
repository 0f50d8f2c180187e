//! `List` against arrays.

#[cfg(not(loom))]
mod suite;

#[cfg(not(loom))]
fn main() {
    suite::suite(freethreaded_benches::lists::contests());
}

#[cfg(loom)]
fn main() {}
