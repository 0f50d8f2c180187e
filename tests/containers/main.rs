//! What `Dict`, `Set` and `List` promise beyond their results: who may call back, when destructors run, what others see.
#![cfg(not(loom))]

#[path = "../common/mod.rs"]
mod common;
mod dict_calls;
mod dict_memory;
mod dict_panics;
mod dict_races;
mod dict_reentrancy;
mod list_races;
mod list_reentrancy;
mod races;
mod reclamation;
mod reentrancy;
mod sections;
mod set_algebra;
mod set_frozen;
mod sharing;
mod surface;

use std::sync::mpsc;
use std::thread;

/// Another thread that the runtime knows, so that nothing is destroyed at once.
struct Company(Option<(mpsc::Sender<()>, thread::JoinHandle<()>)>);

impl Company {
    fn come() -> Self {
        let (leave, stay) = mpsc::channel::<()>();
        let (known, is_known) = mpsc::channel();
        let thread = thread::spawn(move || {
            drop(freethreaded::attach());
            known.send(()).unwrap();
            stay.recv().unwrap_err();
        });
        is_known.recv().unwrap();
        Self(Some((leave, thread)))
    }
}

impl Drop for Company {
    fn drop(&mut self) {
        if let Some((leave, thread)) = self.0.take() {
            drop(leave);
            thread.join().unwrap();
        }
    }
}

/// Runs the tasks at once, each on a thread of its own, and waits for the ends of the threads, their thread-locals included.
fn side_by_side(tasks: &[&(dyn Fn() + Sync)]) {
    thread::scope(|s| {
        let threads: Vec<_> = tasks.iter().map(|&task| s.spawn(task)).collect();
        // One by one, since the end of a scope does not wait for the end of thread-locals.
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}
