//! The last drop may hand the value to its owner, which destroys it later than the borrow lasts.
use freethreaded::Brc;

fn main() {
    let local = 1;
    let object = Brc::new(&local);
    std::thread::scope(|s| {
        s.spawn(move || drop(object));
    });
}
