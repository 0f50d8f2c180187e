//! Which types may leave their thread, pinned; and programs that must not compile.

use std::cell::{Cell, RefCell};
use std::fmt::Display;
use std::hash::RandomState;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;
use std::sync::{Arc, MutexGuard};

use freethreaded::collections::{Iter, Keys, ListIter, SetIter, Values};
use freethreaded::gil::AlreadyRunning;
use freethreaded::lock::ObjectLock;
use freethreaded::refcount::{Decrement, Immortal, RefCount, SharedPtr, State};
use freethreaded::runtime::{Stats, ThreadId, ThreadInfo};
use freethreaded::{Attached, Brc, Dict, List, Set, Weak};
use static_assertions::{assert_impl_all, assert_not_impl_any};

/// Neither: a raw pointer.
type Neither = *mut u8;
/// `Send` but not `Sync`.
type OnlySend = Cell<u8>;
/// `Sync` but not `Send`.
type OnlySync = MutexGuard<'static, u8>;

// Counted pointers travel only with values that any thread may reach, and destroy at any later time.
assert_impl_all!(Brc<u8>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Clone);
assert_impl_all!(Brc<&'static str>: Send, Sync);
assert_impl_all!(Brc<Brc<Weak<String>>>: Send, Sync);
assert_not_impl_any!(Brc<OnlySend>: Send, Sync);
assert_not_impl_any!(Brc<OnlySync>: Send, Sync);
assert_not_impl_any!(Brc<Neither>: Send, Sync);
assert_not_impl_any!(Brc<Rc<u8>>: Send, Sync);
assert_not_impl_any!(Brc<RefCell<u8>>: Send, Sync, UnwindSafe, RefUnwindSafe);
assert_impl_all!(Brc<str>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Clone);
assert_impl_all!(Brc<dyn Display + Send + Sync>: Send, Sync, Unpin, Clone);
assert_not_impl_any!(Brc<dyn Display>: Send, Sync);
assert_not_impl_any!(Brc<dyn Display + Send>: Send, Sync);
assert_not_impl_any!(Brc<[OnlySend]>: Send, Sync);
assert_not_impl_any!(Brc<[OnlySync]>: Send, Sync);
assert_impl_all!(Weak<u8>: Send, Sync, Unpin, Clone);
assert_impl_all!(Weak<[String]>: Send, Sync);
assert_not_impl_any!(Weak<dyn Display>: Send, Sync);
assert_not_impl_any!(Weak<OnlySend>: Send, Sync);
assert_not_impl_any!(Weak<OnlySync>: Send, Sync);
assert_not_impl_any!(Weak<Neither>: Send, Sync);
assert_impl_all!(Immortal<u8>: Send, Sync);
assert_impl_all!(Immortal<OnlySend>: Send);
assert_not_impl_any!(Immortal<OnlySend>: Sync);
assert_impl_all!(Immortal<OnlySync>: Sync);
assert_not_impl_any!(Immortal<OnlySync>: Send);

// What is of one thread.
assert_not_impl_any!(Attached<'static>: Send, Sync, Clone);
assert_not_impl_any!(&'static Attached<'static>: Send);

// Plain values and parts.
assert_impl_all!(ThreadId: Send, Sync, Copy);
assert_impl_all!(Stats: Send, Sync, Copy);
assert_impl_all!(ThreadInfo: Send, Sync, Copy);
assert_impl_all!(RefCount: Send, Sync);
assert_impl_all!(ObjectLock: Send, Sync);
assert_impl_all!(Decrement: Send, Sync, Copy);
assert_impl_all!(State: Send, Sync, Copy, Ord);
assert_impl_all!(AlreadyRunning: Send, Sync, std::error::Error);

// What a container can hold.
assert_impl_all!(Brc<u8>: SharedPtr);
assert_impl_all!(Arc<u8>: SharedPtr);
assert_not_impl_any!(Brc<OnlySend>: SharedPtr);
assert_not_impl_any!(Arc<OnlySend>: SharedPtr);
assert_not_impl_any!(Rc<u8>: SharedPtr);
assert_not_impl_any!(Weak<u8>: SharedPtr);
assert_not_impl_any!(Brc<str>: SharedPtr);
assert_impl_all!(Brc<Brc<str>>: SharedPtr);

// Containers are shared by nature; their iterators stay with the token that they borrow.
assert_impl_all!(Dict<String, Brc<u8>>: Send, Sync);
assert_impl_all!(Dict<&'static str, Arc<u8>, RandomState>: Send, Sync);
assert_not_impl_any!(Dict<Rc<u8>, Brc<u8>>: Send, Sync);
assert_not_impl_any!(Dict<Cell<u8>, Brc<u8>>: Sync);
assert_not_impl_any!(Dict<u8, Brc<u8>, Rc<u8>>: Send, Sync);
assert_impl_all!(List<Brc<u8>>: Send, Sync);
assert_impl_all!(Set<String>: Send, Sync);
assert_not_impl_any!(Set<Rc<u8>>: Send, Sync);
assert_not_impl_any!(Set<Cell<u8>>: Sync);
assert_not_impl_any!(Iter<'static, u8, Brc<u8>>: Send, Sync);
assert_not_impl_any!(Keys<'static, u8, Brc<u8>>: Send, Sync);
assert_not_impl_any!(Values<'static, u8, Brc<u8>>: Send, Sync);
assert_not_impl_any!(SetIter<'static, u8>: Send, Sync);
assert_not_impl_any!(ListIter<'static, Brc<u8>>: Send, Sync);

#[test]
fn programs_that_must_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
