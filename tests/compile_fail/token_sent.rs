//! A token is of the thread that attached.
use freethreaded::attach;

fn main() {
    let cx = attach();
    std::thread::spawn(move || drop(cx));
}
