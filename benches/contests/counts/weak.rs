//! What is done to weak references.

use std::hint::black_box;

use super::foreign::Foreign;
use super::pointer::{OBJECT, WithWeak};
use crate::run::{Control, Entrant};

#[inline(always)]
fn upgrade_and_drop<P: WithWeak>(control: &mut Control, weak: &P::Weak) {
    assert!(P::upgrade(weak).is_some(), "the object is there");
    control.start();
    while let Some(n) = control.next() {
        for _ in 0..n {
            drop(black_box(P::upgrade(black_box(weak))));
        }
    }
}

/// Upgrade and drop, an object of this thread.
pub(super) fn own<P: WithWeak>(name: &'static str) -> Entrant {
    Entrant::own(name, || {
        let strong = P::new(OBJECT);
        let weak = strong.downgrade();
        move |control: &mut Control| {
            upgrade_and_drop::<P>(control, &weak);
            black_box(&strong);
        }
    })
}

/// Upgrade and drop, an object of another living thread; two threads share another one than one thread uses alone.
pub(super) fn foreign<P>(name: &'static str) -> Entrant
where
    P: WithWeak<Weak: Send + Sync> + Send + Sync,
{
    Entrant::shared(name, || {
        let [alone, together] =
            [Foreign::<P>::new(), Foreign::new()].map(|strong| (strong.pointer().downgrade(), strong));
        move |control: &mut Control, _| {
            let (weak, strong) = if control.together() { &together } else { &alone };
            upgrade_and_drop::<P>(control, weak);
            black_box(strong.pointer());
        }
    })
}

/// Making a weak reference and dropping it, an object of this thread.
pub(super) fn downgrade<P: WithWeak>(name: &'static str) -> Entrant {
    Entrant::own(name, || {
        let strong = P::new(OBJECT);
        // The first one may change how the object is counted.
        let first = strong.downgrade();
        move |control: &mut Control| {
            control.start();
            while let Some(n) = control.next() {
                for _ in 0..n {
                    drop(black_box(black_box(&strong).downgrade()));
                }
            }
            black_box(&first);
        }
    })
}
