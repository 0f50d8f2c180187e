//! What is done to strong references.

use std::hint::black_box;

use super::MANY;
use super::foreign::Foreign;
use super::pointer::{OBJECT, Object, Pointer};
use crate::collection::shuffle;
use crate::run::{Control, Entrant};

#[inline(always)]
fn clone_and_drop<P: Clone>(control: &mut Control, pointer: &P) {
    control.start();
    while let Some(n) = control.next() {
        for _ in 0..n {
            drop(black_box(black_box(pointer).clone()));
        }
    }
}

pub(super) fn own<P: Pointer>(name: &'static str) -> Entrant {
    Entrant::own(name, || {
        let pointer = P::new(OBJECT);
        move |control: &mut Control| clone_and_drop(control, &pointer)
    })
}

#[inline(never)]
fn call_clone<P: Clone>(pointer: &P) -> P {
    pointer.clone()
}

#[inline(never)]
fn call_drop<P>(pointer: P) {
    drop(pointer);
}

/// As [`own`], clone and drop each behind a call, as in a program whose pointers are used in many places.
pub(super) fn own_through_calls<P: Pointer>(name: &'static str) -> Entrant {
    Entrant::own(name, || {
        let pointer = P::new(OBJECT);
        move |control: &mut Control| {
            control.start();
            while let Some(n) = control.next() {
                for _ in 0..n {
                    call_drop(black_box(call_clone(black_box(&pointer))));
                }
            }
        }
    })
}

/// Cloned and dropped by any thread; made by the thread that enters it. What is used by two threads at once is another object
/// than what is used by one: it may count itself differently from then on.
pub(super) fn anywhere<P: Pointer + Send + Sync>(name: &'static str, make: fn(Object) -> P) -> Entrant {
    Entrant::shared(name, move || {
        let [alone, together] = [make(OBJECT), make(OBJECT)];
        move |control: &mut Control, _| {
            clone_and_drop(control, if control.together() { &together } else { &alone });
        }
    })
}

/// The same of objects that other, living threads own.
pub(super) fn of_others<P: Pointer + Send + Sync>(name: &'static str, make: fn() -> Foreign<P>) -> Entrant {
    Entrant::shared(name, move || {
        let [alone, together] = [make(), make()];
        move |control: &mut Control, _| {
            clone_and_drop(control, if control.together() { together.pointer() } else { alone.pointer() });
        }
    })
}

pub(super) fn foreign<P: Pointer + Send + Sync>(name: &'static str) -> Entrant {
    of_others(name, Foreign::<P>::new)
}

pub(super) fn sustained<P: Pointer + Send + Sync>(name: &'static str) -> Entrant {
    of_others(name, Foreign::<P>::in_sustained_use)
}

pub(super) fn in_turn<P: Pointer>(name: &'static str) -> Entrant {
    Entrant::own(name, || {
        let pointers: Vec<P> = (0..64).map(|_| P::new(OBJECT)).collect();
        move |control: &mut Control| {
            control.start();
            let mut at = 0;
            while let Some(n) = control.next() {
                for _ in 0..n {
                    drop(black_box(black_box(&pointers[at]).clone()));
                    at = (at + 1) & 63;
                }
            }
        }
    })
}

pub(super) fn make<P: Pointer>(name: &'static str) -> Entrant {
    Entrant::own(name, || {
        |control: &mut Control| {
            control.start();
            while let Some(n) = control.next() {
                for _ in 0..n {
                    drop(black_box(P::new(black_box(OBJECT))));
                }
            }
        }
    })
}

fn many<P: Pointer>() -> Vec<P> {
    let mut pointers: Vec<P> = (0..MANY).map(|_| P::new(OBJECT)).collect();
    shuffle(&mut pointers);
    pointers
}

pub(super) fn vector<P: Pointer>(name: &'static str) -> Entrant {
    Entrant::own(name, || {
        let pointers = many::<P>();
        move |control: &mut Control| {
            control.one_at_a_time();
            control.start();
            while control.next().is_some() {
                drop(black_box(pointers.clone()));
            }
        }
    })
}

/// The drop of a vector that has the last reference to each of its objects.
pub(super) fn destroy<P: Pointer>(name: &'static str) -> Entrant {
    Entrant::own(name, || {
        |control: &mut Control| {
            control.one_at_a_time();
            control.start();
            while control.next().is_some() {
                let pointers = control.aside(many::<P>);
                drop(black_box(pointers));
            }
        }
    })
}
