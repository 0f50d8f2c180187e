//! Entering and leaving: what a read pays before and after it.

use std::hint::black_box;

use freethreaded::attach;
use seize::Collector;

use crate::Threads::OneAndTwo;
use crate::run::{Contest, Control, Cost, Entrant, Issue};

/// An entrant that makes a guard and drops it.
fn guard<G>(name: &'static str, enter: impl Fn() -> G + Copy + Send + Sync + 'static) -> Entrant {
    Entrant::shared(name, move || {
        move |control: &mut Control, _| {
            control.start();
            while let Some(n) = control.next() {
                for _ in 0..n {
                    drop(black_box(enter()));
                }
            }
        }
    })
}

/// The same inside another guard.
fn nested<G>(name: &'static str, enter: impl Fn() -> G + Copy + Send + Sync + 'static) -> Entrant {
    Entrant::shared(name, move || {
        move |control: &mut Control, _| {
            let _outer = enter();
            control.start();
            while let Some(n) = control.next() {
                for _ in 0..n {
                    drop(black_box(enter()));
                }
            }
        }
    })
}

/// Saying that nothing is held any more while inside.
fn renew<G>(
    name: &'static str,
    enter: impl Fn() -> G + Copy + Send + Sync + 'static,
    renew: impl Fn(&mut G) + Copy + Send + Sync + 'static,
) -> Entrant {
    Entrant::shared(name, move || {
        move |control: &mut Control, _| {
            let mut guard = enter();
            control.start();
            while let Some(n) = control.next() {
                for _ in 0..n {
                    renew(black_box(&mut guard));
                }
            }
        }
    })
}

/// Seize has no collector of its own: this one lives as long as the program.
fn collector() -> &'static Collector {
    static COLLECTOR: std::sync::LazyLock<Collector> = std::sync::LazyLock::new(Collector::new);
    &COLLECTOR
}

/// All contests of guards.
pub fn contests() -> Vec<Contest> {
    let seize = collector();
    vec![
        Contest {
            threads: OneAndTwo,
            goals: vec![Issue::First.goal(Cost::Peer("crossbeam-epoch", 1), 0.3)],
            ..Contest::new(
                "attach/outermost",
                "attach + leave",
                vec![
                    guard("attach", attach),
                    guard("crossbeam-epoch", crossbeam_epoch::pin),
                    guard("seize", move || seize.enter()),
                    guard("sdd", sdd::Guard::new),
                ],
            )
        },
        Contest {
            threads: OneAndTwo,
            goals: vec![Issue::First.goal(Cost::Peer("crossbeam-epoch", 1), 0.3)],
            ..Contest::new(
                "attach/nested",
                "attach + leave, inside another",
                vec![
                    nested("attach", attach),
                    nested("crossbeam-epoch", crossbeam_epoch::pin),
                    nested("seize", move || seize.enter()),
                    nested("sdd", sdd::Guard::new),
                ],
            )
        },
        Contest {
            threads: OneAndTwo,
            goals: vec![],
            ..Contest::new(
                "attach/checkpoint",
                "checkpoint with nothing to do",
                vec![
                    renew("checkpoint", attach, |cx| cx.checkpoint()),
                    renew("crossbeam-epoch repin", crossbeam_epoch::pin, |guard| guard.repin()),
                    renew("seize refresh", move || seize.enter(), seize::Guard::refresh),
                ],
            )
        },
    ]
}
