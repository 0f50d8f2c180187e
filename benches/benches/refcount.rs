//! Counted pointers; the global allocator is the system's.

#[cfg(not(loom))]
mod suite;

#[cfg(not(loom))]
fn main() {
    suite::suite(freethreaded_benches::counts::contests());
}

#[cfg(loom)]
fn main() {}
