//! Entering and leaving the runtime against guards of collectors.

#[cfg(not(loom))]
mod suite;

#[cfg(not(loom))]
fn main() {
    suite::suite(freethreaded_benches::guards::contests());
}

#[cfg(loom)]
fn main() {}
