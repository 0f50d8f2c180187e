//! Counting objects that have a header of their own.
//!
//! A language runtime has objects that begin with a type pointer, flags, perhaps a lock, and pointers to them that are tagged, typed or nullable. `Brc` brings its own header and its own pointer type and is of no use there. What is of use is
//! [`RefCount`], 12 bytes aligned to 4, and the functions that work on any type that implements [`Counted`]. `Brc` is made of the same ones.
//!
//! `examples/embed.rs` in the repository (`cargo run --example embed`) is a small object model: 24 bytes of header, immortal constants, strings that grow in place, interned names, finalizers, functions in a shared dict. What
//! follows is the order in which to write one.
//!
//! # 1. The header
//!
//! Put a `RefCount` into it, anywhere, as long as a pointer to the object leads there. `#[repr(C)]` if objects of several types begin with the same header.
//!
//! # 2. `Counted`
//!
//! - [`count`](crate::refcount::Counted::count) says where the count is. It takes and returns raw pointers, since a reference to the whole object may not exist while another thread destroys it.
//! - [`destroy`](crate::refcount::Counted::destroy) destroys the value and frees the memory. It may run on any thread that the [guide](super::refcounts#who-destroys-and-when) names, and may run user code: no lock of the crate is held then.
//! - [`bytes`](crate::refcount::Counted::bytes) is what the [bounds](crate::runtime::Bounds) count. The default is the size of the type, so if the type is only the header, say what the object has.
//! - [`destroy_unshared`](crate::refcount::Counted::destroy_unshared) may be left out. It is `destroy` for objects that never had a weak reference and that only their owner counted; one that is written does all that `destroy` would, finalizer included.
//!
//! # 3. The pointer
//!
//! `Clone` calls [`retain`], `Drop` calls [`release`]. It is `Send` and `Sync` if all objects are, whatever they contain; a runtime whose objects all are `Send + Sync + 'static` has no more to think about. To put it into a [`Dict`](crate::Dict) or a [`List`](crate::List), implement
//! [`SharedPtr`], which needs it to be one word and never null.
//!
//! # 4. Making objects
//!
//! | constructor | the object is owned by |
//! |---|---|
//! | [`RefCount::new`] | the calling thread; by nobody inside `detach` |
//! | [`RefCount::new_owned`] | the thread that it is being made for, which must get it before anyone counts |
//! | [`RefCount::new_merged`] | nobody: counted as `Arc` counts |
//! | [`RefCount::new_immortal`] | nobody, and never destroyed; `const`, for `static`s |
//!
//! `static` objects are what small integers, `None`, types and the empty string are made of: no allocation, and clones on all threads cost a test of one bit. [`make_immortal`] does it to what is made at run time and kept for ever, such as the module of builtins.
//!
//! # 5. Writing in place
//!
//! `a + b` may append to `a` if nobody else can see it: [`RefCount::is_unique`], and the caller's pointer borrowed exclusively. Pointers that are not counted (a weak one, a table of interned strings) must be excluded besides.
//!
//! # 6. Weak references
//!
//! The crate knows one thing of them: [`RefCount::make_weak`] comes before the first, and then [`RefCount::try_increment`] fails on a dead object. That the *header* is still there when somebody tries is the runtime's. Two ways:
//!
//! - *A weak count in the header*, as `Brc` has: `destroy` drops the value, and frees the memory if no weak reference is left; the last of those frees it otherwise. 4 bytes, and the memory stays for as long as a weak reference.
//! - *A table under a lock*, from which a dying object takes itself out in `destroy`, before its memory goes. Who looks something up tries under the same lock. No word in the header; the lock is taken by objects that are in the table only. `embed.rs` interns strings so.
//!
//! # 7. Finalizers
//!
//! `destroy` calls [`finalize`] with the user's code before it takes anything apart, and returns if the result is [`Resurrected`](crate::refcount::Finalized::Resurrected). An object whose finalizer runs once has a flag for that. Weak references lead to the object while the finalizer runs; a
//! runtime that wants them dead before clears them first.
//!
//! # 8. Threads
//!
//! Each thread of the program [attaches](crate::attach) when it begins to run code of the language, passes a [checkpoint](crate::Attached::checkpoint) about where the interpreter looks for signals (calls, backward jumps), and [detaches](crate::Attached::detach) around whatever may block. Without that everything
//! works, but [later](super::performance#what-makes-it-slow).
//!
//! Where the runtime knows more than the counts do, it can say so: [`RefCount::increment_by`] and [`release_many`] for several references at once, [`RefCount::transfer`] for a message to a known thread, [`RefCount::disown`] for what is published, [`share_widely`] for what all threads use. A decrement by hand is
//! [`RefCount::decrement`], whose result must be acted on: [`Dead`](crate::refcount::Decrement::Dead), destroy; [`Queued`](crate::refcount::Decrement::Queued), [`hand_over`].
//!
//! # All of it that is needed to begin
//!
//! ```
//! use freethreaded::List;
//! use freethreaded::refcount::{Counted, RefCount, SharedPtr, release, retain};
//! use std::ptr::NonNull;
//!
//! struct Header { count: RefCount, number: i64 }
//!
//! // SAFETY: the count is where `count` says, `destroy` frees what `Box::into_raw` gave, and `Header` is Send and Sync.
//! unsafe impl Counted for Header {
//!     unsafe fn count(this: *const Self) -> *const RefCount {
//!         // SAFETY: `this` points to an object.
//!         unsafe { &raw const (*this).count }
//!     }
//!     unsafe fn destroy(this: *mut Self) {
//!         // SAFETY: the last reference is gone, and immortal objects never come here.
//!         drop(unsafe { Box::from_raw(this) });
//!     }
//! }
//!
//! struct Object(NonNull<Header>);
//! // SAFETY: the count may be used on any thread, and `Header` is Send and Sync.
//! unsafe impl Send for Object {}
//! // SAFETY: as above.
//! unsafe impl Sync for Object {}
//!
//! impl Clone for Object {
//!     fn clone(&self) -> Self {
//!         // SAFETY: our reference keeps it alive.
//!         unsafe { retain(self.0.as_ptr()) };
//!         Self(self.0)
//!     }
//! }
//! impl Drop for Object {
//!     fn drop(&mut self) {
//!         // SAFETY: our reference, given up once.
//!         unsafe { release(self.0.as_ptr()) }
//!     }
//! }
//! // SAFETY: the pointer is the object's, and references may be made, dropped and used on any thread.
//! unsafe impl SharedPtr for Object {
//!     type Target = Header;
//!     fn into_raw(this: Self) -> NonNull<()> {
//!         std::mem::ManuallyDrop::new(this).0.cast()
//!     }
//!     unsafe fn from_raw(raw: NonNull<()>) -> Self {
//!         Self(raw.cast())
//!     }
//!     unsafe fn borrow<'a>(raw: NonNull<()>) -> &'a Header {
//!         // SAFETY: the reference that became `raw` keeps the object alive.
//!         unsafe { raw.cast().as_ref() }
//!     }
//!     unsafe fn increment(raw: NonNull<()>) {
//!         // SAFETY: as above.
//!         unsafe { retain(raw.cast::<Header>().as_ptr()) }
//!     }
//! }
//!
//! static ZERO: Header = Header { count: RefCount::new_immortal(), number: 0 };
//! fn int(number: i64) -> Object {
//!     if number == 0 {
//!         return Object(NonNull::from(&ZERO));
//!     }
//!     Object(NonNull::from(Box::leak(Box::new(Header { count: RefCount::new(), number }))))
//! }
//!
//! let numbers: List<Object> = [int(0), int(0), int(7)].into_iter().collect();
//! let cx = freethreaded::attach();
//! let sum: i64 = (0..3).map(|n| numbers.get_ref(n, &cx).unwrap().number).sum(); // borrowed: nothing is counted
//! assert_eq!(sum, 7);
//! ```
//!
//! [`Counted`]: crate::refcount::Counted
//! [`RefCount`]: crate::refcount::RefCount
//! [`RefCount::decrement`]: crate::refcount::RefCount::decrement
//! [`RefCount::disown`]: crate::refcount::RefCount::disown
//! [`RefCount::increment_by`]: crate::refcount::RefCount::increment_by
//! [`RefCount::is_unique`]: crate::refcount::RefCount::is_unique
//! [`RefCount::make_weak`]: crate::refcount::RefCount::make_weak
//! [`RefCount::new`]: crate::refcount::RefCount::new
//! [`RefCount::new_immortal`]: crate::refcount::RefCount::new_immortal
//! [`RefCount::new_merged`]: crate::refcount::RefCount::new_merged
//! [`RefCount::new_owned`]: crate::refcount::RefCount::new_owned
//! [`RefCount::transfer`]: crate::refcount::RefCount::transfer
//! [`RefCount::try_increment`]: crate::refcount::RefCount::try_increment
//! [`SharedPtr`]: crate::refcount::SharedPtr
//! [`finalize`]: crate::refcount::finalize
//! [`hand_over`]: crate::refcount::hand_over
//! [`make_immortal`]: crate::refcount::make_immortal
//! [`release`]: crate::refcount::release
//! [`release_many`]: crate::refcount::release_many
//! [`retain`]: crate::refcount::retain
//! [`share_widely`]: crate::refcount::share_widely
