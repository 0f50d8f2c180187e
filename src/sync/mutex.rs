//! A mutex and a condition variable without poisoning: `parking_lot`'s, or loom's behind the same names.

#[cfg(not(loom))]
pub(crate) use real::{Condvar, Mutex};

#[cfg(loom)]
pub(crate) use modelled::{Condvar, Mutex};

#[cfg(not(loom))]
mod real {
    #[cfg(not(count_traffic))]
    pub(crate) use parking_lot::Mutex;
    use parking_lot::MutexGuard;
    use std::time::Duration;

    /// A mutex that writes to the log.
    #[cfg(count_traffic)]
    pub(crate) struct Mutex<T>(parking_lot::Mutex<T>);

    #[cfg(count_traffic)]
    impl<T> Mutex<T> {
        pub(crate) const fn new(value: T) -> Self {
            Self(parking_lot::Mutex::new(value))
        }

        pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
            use crate::sync::traffic::{Event, note};
            // Taken here, and given back by whoever has the guard: usually in the same operation, and the log is of whole ones.
            for _ in ["taken", "given back"] {
                note(Event::ReadModifyWrite((&raw const *self).addr()));
            }
            self.0.lock()
        }

        #[allow(dead_code, reason = "for tests of single modules")]
        pub(crate) fn get_mut(&mut self) -> &mut T {
            self.0.get_mut()
        }
    }

    /// A condition variable whose timed wait says whether it was woken.
    pub(crate) struct Condvar(parking_lot::Condvar);

    impl Condvar {
        pub(crate) const fn new() -> Self {
            Self(parking_lot::Condvar::new())
        }

        pub(crate) fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
            self.0.wait(guard);
        }

        /// Returns whether the time ran out.
        pub(crate) fn wait_for<T>(&self, guard: &mut MutexGuard<'_, T>, time: Duration) -> bool {
            self.0.wait_for(guard, time).timed_out()
        }

        pub(crate) fn notify_one(&self) {
            self.0.notify_one();
        }

        pub(crate) fn notify_all(&self) {
            self.0.notify_all();
        }
    }
}

#[cfg(loom)]
mod modelled {
    use std::time::Duration;

    pub(crate) struct Mutex<T>(loom::sync::Mutex<T>);

    /// `Some` except while a wait has it: loom's condition variable takes the guard by value.
    pub(crate) struct MutexGuard<'a, T>(Option<loom::sync::MutexGuard<'a, T>>);

    impl<T> Mutex<T> {
        pub(crate) fn new(value: T) -> Self {
            Self(loom::sync::Mutex::new(value))
        }

        pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
            MutexGuard(Some(self.0.lock().expect("a model never panics under a lock")))
        }

        pub(crate) fn get_mut(&mut self) -> &mut T {
            self.0.get_mut().expect("a model never panics under a lock")
        }
    }

    impl<T> core::ops::Deref for MutexGuard<'_, T> {
        type Target = T;
        fn deref(&self) -> &T {
            self.0.as_ref().expect("only a wait takes it")
        }
    }

    impl<T> core::ops::DerefMut for MutexGuard<'_, T> {
        fn deref_mut(&mut self) -> &mut T {
            self.0.as_mut().expect("only a wait takes it")
        }
    }

    pub(crate) struct Condvar(loom::sync::Condvar);

    impl Condvar {
        pub(crate) fn new() -> Self {
            Self(loom::sync::Condvar::new())
        }

        pub(crate) fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
            let inner = guard.0.take().expect("only a wait takes it");
            guard.0 = Some(self.0.wait(inner).expect("a model never panics under a lock"));
        }

        /// Loom has no time: this waits until it is woken, and says that the time did not run out.
        pub(crate) fn wait_for<T>(&self, guard: &mut MutexGuard<'_, T>, _time: Duration) -> bool {
            self.wait(guard);
            false
        }

        pub(crate) fn notify_one(&self) {
            self.0.notify_one();
        }

        pub(crate) fn notify_all(&self) {
            self.0.notify_all();
        }
    }
}
