//! A value that is not thread-safe stays on its thread.
use std::rc::Rc;

use freethreaded::Brc;

fn main() {
    let object = Brc::new(Rc::new(1));
    std::thread::spawn(move || drop(object));
}
