//! Persistent collections over counted pointers, with mimalloc as everybody's allocator.

#[cfg(not(loom))]
mod suite;

#[cfg(not(loom))]
#[global_allocator]
static MIMALLOC: freethreaded_benches::mimalloc::Mimalloc = freethreaded_benches::mimalloc::Mimalloc;

#[cfg(not(loom))]
fn main() {
    suite::suite(freethreaded_benches::persistent::contests());
}

#[cfg(loom)]
fn main() {}
