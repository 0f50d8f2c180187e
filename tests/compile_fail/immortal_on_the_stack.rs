//! References to an `Immortal` are not counted, so it must be there for ever.
use freethreaded::refcount::Immortal;

fn main() {
    let local = Immortal::new(1);
    let _ = local.brc();
}
