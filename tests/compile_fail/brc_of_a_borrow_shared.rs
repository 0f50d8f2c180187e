//! `&Brc` clones into a `Brc`, so it does not travel either.
use freethreaded::{Brc, Weak};

fn main() {
    let local = 1;
    let object = Brc::new(&local);
    let weak: Weak<&i32> = Brc::downgrade(&object);
    std::thread::scope(|s| {
        s.spawn(|| drop(object.clone()));
        s.spawn(|| drop(weak.upgrade()));
    });
}
