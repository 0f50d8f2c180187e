//! `Dict` against maps.

#[cfg(not(loom))]
mod suite;

#[cfg(not(loom))]
fn main() {
    suite::suite(freethreaded_benches::dicts::contests());
}

#[cfg(loom)]
fn main() {}
