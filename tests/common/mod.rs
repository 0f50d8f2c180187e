//! What the integration tests share: isolation with a leak check, waiting, child processes, counted drops.
#![allow(dead_code, reason = "every test binary uses a part of it")]

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use freethreaded::runtime::{bounds, set_bounds, stats};

/// One test at a time: the runtime's statistics belong to the whole process.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `test` on a thread of its own while no other test runs, and then checks that nothing is left of it.
///
/// The harness's threads never register, so that a thread of a test is the only one that the runtime knows.
///
/// Passes make their barriers at once, so that a test knows when what is destroyed. [`isolated_with_pauses`] leaves them as they are.
pub(crate) fn isolated(test: impl FnOnce() + Send + 'static) {
    isolated_with_pauses(|| {
        let before = bounds();
        set_bounds(before.barrier_pause(Duration::ZERO)).expect("valid bounds");
        let done = catch_unwind(AssertUnwindSafe(test));
        set_bounds(before).expect("were valid before");
        done.unwrap_or_else(|panic| resume_unwind(panic));
    });
}

/// As [`isolated`], with barriers as rare as in a program.
pub(crate) fn isolated_with_pauses(test: impl FnOnce() + Send + 'static) {
    let _alone = alone();
    let before = stats().live;
    if let Err(panic) = thread::spawn(test).join() {
        resume_unwind(panic);
    }
    // The end of a scope does not wait for the thread-locals of its threads.
    wait_until("threads that are ending", || stats().threads == 0);
    thread::spawn(freethreaded::collect).join().expect("collects");
    let after = stats();
    assert_eq!(after.live, before, "blocks leaked");
    assert_eq!((after.pending(), after.pending_bytes(), after.mail), (0, 0, 0), "garbage left");
}

/// As [`isolated`], for tests that leave something behind on purpose.
pub(crate) fn isolated_with_leaks(test: impl FnOnce() + Send + 'static) {
    let _alone = alone();
    if let Err(panic) = thread::spawn(test).join() {
        resume_unwind(panic);
    }
    thread::spawn(freethreaded::collect).join().expect("collects");
}

/// Blocks of the heap in use, where they are counted.
pub(crate) fn live_blocks() -> Option<usize> {
    stats().live.map(|(blocks, _)| blocks)
}

/// Set in a child process of [`child`] to the name of the test that it is to run.
const CHILD: &str = "FREETHREADED_TEST_CHILD";

/// Runs `body` in a process of its own, made by running this test binary again with `env`.
/// `None` in that child, after `body` has run there; in the parent, how the child ended.
///
/// For tests that change the process for good: the mode, a pinned epoch, an abort.
pub(crate) fn child_output(name: &str, env: &[(&str, &str)], body: impl FnOnce()) -> Option<Output> {
    if std::env::var_os(CHILD).is_some_and(|running| running == name) {
        body();
        return None;
    }
    let program = std::env::current_exe().expect("has a path");
    let output = Command::new(program)
        .args([name, "--exact", "--nocapture", "--include-ignored", "--test-threads=1"])
        .env(CHILD, name)
        .env("RUST_BACKTRACE", "0")
        .envs(env.iter().copied())
        .stdin(Stdio::null())
        .output()
        .expect("the test binary runs again");
    Some(output)
}

/// [`child_output`] for a body that succeeds.
pub(crate) fn child(name: &str, env: &[(&str, &str)], body: impl FnOnce()) {
    if let Some(output) = child_output(name, env, body) {
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{name} in a child process: {}\n{out}\n{err}", output.status);
        assert!(out.contains("1 passed"), "{name} did not run in the child: is it the full path?\n{out}");
    }
}

/// Waits until `done` says yes.
pub(crate) fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(60), "waited a minute for {what}");
        thread::sleep(Duration::from_micros(50));
    }
}

/// Runs `f` on a new thread and waits for the end of that thread, its thread-locals included.
pub(crate) fn on_thread<R: Send + 'static>(f: impl FnOnce() -> R + Send + 'static) -> R {
    match thread::spawn(f).join() {
        Ok(value) => value,
        Err(panic) => resume_unwind(panic),
    }
}

type Task = Box<dyn FnOnce() + Send>;

/// A thread that does what it is told, one thing at a time, and else blocks without detaching. Ends on drop.
pub(crate) struct Remote {
    tasks: Option<mpsc::Sender<Task>>,
    thread: Option<JoinHandle<()>>,
}

impl Remote {
    pub(crate) fn new() -> Self {
        let (tasks, todo) = mpsc::channel::<Task>();
        let thread = thread::spawn(move || todo.into_iter().for_each(|task| task()));
        Self { tasks: Some(tasks), thread: Some(thread) }
    }

    /// Begins `f` there.
    pub(crate) fn start<R: Send + 'static>(
        &self,
        f: impl FnOnce() -> R + Send + 'static,
    ) -> mpsc::Receiver<R> {
        let (done, result) = mpsc::channel();
        // Whoever does not wait does not want the result.
        let task = Box::new(move || _ = done.send(f()));
        self.tasks.as_ref().expect("not ended").send(task).expect("it waits for tasks");
        result
    }

    /// Runs `f` there and waits for it.
    pub(crate) fn run<R: Send + 'static>(&self, f: impl FnOnce() -> R + Send + 'static) -> R {
        self.start(f).recv().expect("the task did not panic")
    }

    /// Ends the thread and waits for it, its thread-locals included.
    pub(crate) fn end(mut self) {
        self.join();
    }

    fn join(&mut self) {
        drop(self.tasks.take());
        if let Some(thread) = self.thread.take() {
            let result = thread.join();
            if !thread::panicking() {
                result.expect("no task panicked");
            }
        }
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        self.join();
    }
}

/// A counter of drops.
#[derive(Clone, Debug, Default)]
pub(crate) struct Drops(Arc<AtomicUsize>);

impl Drops {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn get(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    /// A value whose drop is counted here.
    pub(crate) fn probe(&self) -> Probe {
        Probe(self.clone())
    }

    pub(crate) fn count(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// A value that counts its drop.
#[derive(Debug)]
pub(crate) struct Probe(Drops);

impl Drop for Probe {
    fn drop(&mut self) {
        self.0.count();
    }
}

/// Runs a closure when it is dropped.
pub(crate) struct OnDrop<F: FnOnce() = Box<dyn FnOnce() + Send + Sync>>(Option<F>);

impl<F: FnOnce()> OnDrop<F> {
    pub(crate) fn new(f: F) -> Self {
        Self(Some(f))
    }
}

impl<F: FnOnce()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        if let Some(f) = self.0.take() {
            f();
        }
    }
}

/// A place in a thread-local for something to do when it is destroyed.
pub(crate) type AtExit = RefCell<Option<OnDrop<Box<dyn FnOnce()>>>>;
