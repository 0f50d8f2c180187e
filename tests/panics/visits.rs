//! The rows once more, with code of the user's that changes the container that called it, or another thread's.
//!
//! What the operation does then depends on when the change came; that the container is valid and unlocked, that nothing leaks and that
//! nobody waits for ever does not.

use std::panic::Location;
use std::rc::Rc;
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::Duration;

use freethreaded::{attach, collect};

use super::common::isolated;
use super::items::{CALLS, Tally, acts_at, acts_often};
use super::{CHANGES, Company, Container, SETTINGS, Setting, assert_unlocked};

/// The n-th call of each kind changes the container, in every way.
pub(crate) fn come_back<C: Container>(
    line: &'static Location<'static>,
    before: &'static [u32],
    operate: &Arc<impl Fn(&C, &Tally) + Send + Sync + 'static>,
) {
    for setting in SETTINGS {
        let operate = Arc::clone(operate);
        isolated(move || {
            let _company = (setting == Setting::Company).then(Company::come);
            for (call, change) in
                CALLS.into_iter().flat_map(|call| (0..CHANGES).map(move |change| (call, change)))
            {
                for n in 1.. {
                    let tally = Tally::default();
                    let container = Rc::new(C::with(&tally, before));
                    let (host, theirs) = (Rc::clone(&container), tally.clone());
                    let came = acts_at(
                        call,
                        n,
                        move || host.change(change, &theirs),
                        || {
                            let token = (setting == Setting::Token).then(attach);
                            operate(&container, &tally);
                            drop(token);
                            collect();
                        },
                    );
                    let context = || format!("{line}: change {change} in {call:?} {n}, {setting:?}");
                    let container = Rc::into_inner(container).expect("the guest has gone");
                    container.state();
                    drop(assert_unlocked(container, &tally, &context));
                    collect();
                    assert_eq!(tally.living(), 0, "leaked: {}", context());
                    if !came {
                        break;
                    }
                    assert!(n < 1000);
                }
            }
        });
    }
}

/// Two threads have a container each, and calls change the other's.
pub(crate) fn cross<C: Container>(
    line: &'static Location<'static>,
    before: &'static [u32],
    operate: &Arc<impl Fn(&C, &Tally) + Send + Sync + 'static>,
) {
    const ROUNDS: u32 = 10;
    let operate = Arc::clone(operate);
    isolated(move || {
        let tally = Tally::default();
        let both = Arc::new([C::with(&tally, before), C::with(&tally, before)]);
        let (start, (done, is_done)) = (Arc::new(Barrier::new(2)), mpsc::channel());
        let threads = [0, 1].map(|me| {
            let (both, start, operate) = (Arc::clone(&both), Arc::clone(&start), Arc::clone(&operate));
            let (tally, done) = (tally.clone(), done.clone());
            thread::spawn(move || {
                start.wait();
                for round in 0..ROUNDS {
                    let (other, theirs) = (Arc::clone(&both), tally.clone());
                    let visit = move || other[1 - me].change(round % CHANGES, &theirs);
                    acts_often(visit, || operate(&both[me], &tally));
                }
                drop((both, operate));
                // Nobody listens any more if it took too long.
                _ = done.send(());
            })
        });
        drop(done);
        for _ in 0..2 {
            let waited = is_done.recv_timeout(Duration::from_secs(60));
            assert!(waited != Err(mpsc::RecvTimeoutError::Timeout), "{line}: they wait for each other");
        }
        threads.into_iter().for_each(|thread| thread.join().unwrap_or_else(|_| panic!("{line}: panicked")));
        let both = Arc::into_inner(both).expect("the threads have ended");
        for container in both {
            container.state();
            drop(assert_unlocked(container, &tally, &|| line.to_string()));
        }
        collect();
        assert_eq!(tally.living(), 0, "leaked: {line}");
    });
}
