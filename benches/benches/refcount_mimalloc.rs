//! Make and drop of counted pointers with mimalloc as everybody's allocator.

#[cfg(not(loom))]
mod suite;

#[cfg(not(loom))]
#[global_allocator]
static MIMALLOC: freethreaded_benches::mimalloc::Mimalloc = freethreaded_benches::mimalloc::Mimalloc;

#[cfg(not(loom))]
fn main() {
    suite::suite(vec![freethreaded_benches::counts::allocating()]);
}

#[cfg(loom)]
fn main() {}
