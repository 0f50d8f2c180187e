//! A small dynamic object model on `RefCount`, without `Brc`: what an interpreter would start from.
//!
//! ```sh
//! cargo run --example embed
//! ```
//!
//! Every object begins with the same header of 24 bytes: the count (12 bytes), flags, and a pointer to its type. `None`, `True`, `False` and small
//! integers are `static` and immortal. All others die with their last reference, on whichever thread that is dropped; a list that contains
//! itself would stay, since cycles are not collected yet.
//!
//! From top to bottom: the header and what the crate has to know of it, the pointer, the objects, and a program that uses them from several
//! threads and checks what comes out.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex, OnceLock, mpsc};
use std::thread;

use freethreaded::refcount::{
    Counted, Finalized, RefCount, SharedPtr, finalize, make_immortal, release, retain, shared_widely,
};
use freethreaded::runtime::{ThreadId, on_this_thread, stats};
use freethreaded::{Dict, List, attach, collect};

// ---- The header, and what the crate has to know of it ----

/// What every object begins with.
#[repr(C)]
struct Header {
    count: RefCount,
    flags: AtomicU32,
    ty: &'static Type,
}

const _: () = assert!(size_of::<Header>() == 24);

/// The finalizer has run; it runs once.
const FINALIZED: u32 = 1;
/// In the table of interned strings, which has a pointer to it that is not counted.
const INTERNED: u32 = 2;

/// What objects of one kind have in common.
struct Type {
    name: &'static str,
    /// Frees the object, which nobody refers to any more.
    free: unsafe fn(*mut Header),
    repr: fn(&Object) -> String,
    call: Option<fn(&Object, &[Object]) -> Object>,
    /// Runs before the object is freed, and may store it.
    finalize: Option<fn(&Object)>,
}

// SAFETY: the count is where `count` says; `destroy` frees what `Box::into_raw` gave, on any thread, since every `Kind` is Send and Sync.
unsafe impl Counted for Header {
    unsafe fn count(this: *const Self) -> *const RefCount {
        // SAFETY: `this` points to an object.
        unsafe { &raw const (*this).count }
    }

    unsafe fn destroy(this: *mut Self) {
        // SAFETY: dead, but not freed.
        let header = unsafe { &*this };
        if let Some(finalizer) = header.ty.finalize
            && header.flags.fetch_or(FINALIZED, Ordering::Relaxed) & FINALIZED == 0
        {
            // SAFETY: this is its `destroy`, and the finalizer gets an object that is alive.
            let fate = unsafe { finalize(this, || finalizer(&Object::borrowed(this))) };
            if fate == Finalized::Resurrected {
                return;
            }
        }
        if header.flags.load(Ordering::Relaxed) & INTERNED != 0 {
            forget_interned(this);
        }
        // SAFETY: nobody refers to it: what weak pointers there are lead to a dead count, and the table has lost its own.
        unsafe { (header.ty.free)(this) };
    }
}

// ---- The pointer ----

/// A counted reference to any object.
struct Object(NonNull<Header>);

// SAFETY: the count may be used on any thread, and so may every `Kind`.
unsafe impl Send for Object {}
// SAFETY: as above.
unsafe impl Sync for Object {}

impl Clone for Object {
    fn clone(&self) -> Self {
        // SAFETY: our reference keeps it alive.
        unsafe { Self::borrowed(self.0.as_ptr()) }
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        // SAFETY: our reference, given up once.
        unsafe { release(self.0.as_ptr()) }
    }
}

// SAFETY: the pointer is the object's, and references may be made, dropped and used on any thread.
unsafe impl SharedPtr for Object {
    type Target = Header;

    fn into_raw(this: Self) -> NonNull<()> {
        let raw = this.0.cast();
        std::mem::forget(this);
        raw
    }

    unsafe fn from_raw(raw: NonNull<()>) -> Self {
        Self(raw.cast())
    }

    unsafe fn borrow<'a>(raw: NonNull<()>) -> &'a Header {
        // SAFETY: the reference that became `raw` keeps the object alive.
        unsafe { raw.cast().as_ref() }
    }

    unsafe fn increment(raw: NonNull<()>) {
        // SAFETY: as above.
        unsafe { retain(raw.cast::<Header>().as_ptr()) }
    }
}

impl Object {
    /// # Safety
    /// A reference to the object exists during the call.
    unsafe fn borrowed(header: *mut Header) -> Self {
        // SAFETY: the caller's; and what has a reference is not null.
        unsafe {
            retain(header);
            Self(NonNull::new_unchecked(header))
        }
    }

    fn header(&self) -> &Header {
        // SAFETY: our reference keeps it alive.
        unsafe { self.0.as_ref() }
    }

    fn is_same(&self, other: &Self) -> bool {
        self.0 == other.0
    }

    /// The value, if the object is of that kind.
    fn get<T: Kind>(&self) -> Option<&T> {
        // SAFETY: of this type, so it is an `Instance<T>`, which our reference keeps alive.
        std::ptr::eq(self.header().ty, T::TYPE)
            .then(|| unsafe { &self.0.cast::<Instance<T>>().as_ref().value })
    }

    /// The value to write to, if nobody else can see it.
    fn get_mut<T: Kind>(&mut self) -> Option<&mut T> {
        // The table may hand out an interned string at any moment.
        let header = self.header();
        let mine = header.flags.load(Ordering::Relaxed) & INTERNED == 0 && header.count.is_unique();
        if !mine || !std::ptr::eq(header.ty, T::TYPE) {
            return None;
        }
        // SAFETY: as in `get`; and ours is the only reference, and borrowed exclusively.
        Some(unsafe { &mut self.0.cast::<Instance<T>>().as_mut().value })
    }

    fn call(&self, arguments: &[Object]) -> Object {
        let call = self.header().ty.call.unwrap_or_else(|| panic!("{self:?} cannot be called"));
        call(self, arguments)
    }

    /// Lets thread `to` count it in plain memory, if it is ours alone.
    fn give_to(&mut self, to: ThreadId) -> bool {
        // SAFETY: borrowed exclusively.
        unsafe { self.header().count.transfer(to) }
    }

    /// `n` references, for the price of one.
    fn times(self, n: u32) -> impl Iterator<Item = Object> {
        self.header().count.increment_by(n);
        // SAFETY: those that were added just now.
        (0..n).map(move |_| Self(self.0))
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&(self.header().ty.repr)(self))
    }
}

// ---- Objects ----

/// A kind of value, which one type describes.
trait Kind: Send + Sync + Sized + 'static {
    const TYPE: &'static Type;
}

#[repr(C)]
struct Instance<T> {
    header: Header,
    value: T,
}

/// Objects that were made and not freed.
static LIVE: AtomicUsize = AtomicUsize::new(0);

impl<T: Kind> Instance<T> {
    /// For a `static`: no allocation, and nothing is counted.
    const fn immortal(value: T) -> Self {
        let header = Header { count: RefCount::new_immortal(), flags: AtomicU32::new(0), ty: T::TYPE };
        Self { header, value }
    }

    fn object(&'static self) -> Object {
        Object(NonNull::from(self).cast())
    }
}

fn new<T: Kind>(value: T) -> Object {
    LIVE.fetch_add(1, Ordering::Relaxed);
    let header = Header { count: RefCount::new(), flags: AtomicU32::new(0), ty: T::TYPE };
    Object(NonNull::from(Box::leak(Box::new(Instance { header, value }))).cast())
}

/// # Safety
/// A `T` that `new` made, to which nobody refers.
unsafe fn free<T: Kind>(header: *mut Header) {
    LIVE.fetch_sub(1, Ordering::Relaxed);
    // SAFETY: the caller's.
    drop(unsafe { Box::from_raw(header.cast::<Instance<T>>()) });
}

/// # Safety
/// Never called.
unsafe fn never(_: *mut Header) {
    unreachable!("an immortal object is not freed");
}

const PLAIN: Type =
    Type { name: "", free: never, repr: |o| o.header().ty.name.into(), call: None, finalize: None };

struct Nothing;
impl Kind for Nothing {
    const TYPE: &'static Type = {
        static TYPE: Type = Type { name: "None", ..PLAIN };
        &TYPE
    };
}
static NONE: Instance<Nothing> = Instance::immortal(Nothing);

impl Kind for bool {
    const TYPE: &'static Type = {
        fn repr(object: &Object) -> String {
            let text = if object.get() == Some(&true) { "True" } else { "False" };
            text.into()
        }
        static TYPE: Type = Type { name: "bool", repr, ..PLAIN };
        &TYPE
    };
}
static BOOLS: [Instance<bool>; 2] = [Instance::immortal(false), Instance::immortal(true)];

impl Kind for i64 {
    const TYPE: &'static Type = {
        fn repr(object: &Object) -> String {
            object.get::<i64>().expect("an int").to_string()
        }
        static TYPE: Type = Type { name: "int", free: free::<i64>, repr, ..PLAIN };
        &TYPE
    };
}
const SMALL: Range<i64> = -5..257;
static INTS: [Instance<i64>; 262] = {
    let mut all = [const { Instance::immortal(0) }; 262];
    let mut n = 0;
    while n < all.len() {
        all[n].value = SMALL.start + n as i64;
        n += 1;
    }
    all
};

fn int(value: i64) -> Object {
    if SMALL.contains(&value) { INTS[(value - SMALL.start) as usize].object() } else { new(value) }
}

impl Kind for String {
    const TYPE: &'static Type = {
        fn repr(object: &Object) -> String {
            format!("{:?}", object.get::<String>().expect("a str"))
        }
        static TYPE: Type = Type { name: "str", free: free::<String>, repr, ..PLAIN };
        &TYPE
    };
}

impl Kind for List<Object> {
    const TYPE: &'static Type = {
        fn repr(object: &Object) -> String {
            format!("{:?}", object.get::<List<Object>>().expect("a list").snapshot())
        }
        static TYPE: Type = Type { name: "list", free: free::<List<Object>>, repr, ..PLAIN };
        &TYPE
    };
}

impl Kind for Dict<String, Object> {
    const TYPE: &'static Type = {
        static TYPE: Type = Type { name: "dict", free: free::<Dict<String, Object>>, ..PLAIN };
        &TYPE
    };
}

/// A function in Rust.
struct Native(fn(&[Object]) -> Object);
impl Kind for Native {
    const TYPE: &'static Type = {
        fn call(object: &Object, arguments: &[Object]) -> Object {
            object.get::<Native>().expect("a function").0(arguments)
        }
        static TYPE: Type = Type { name: "function", free: free::<Native>, call: Some(call), ..PLAIN };
        &TYPE
    };
}

/// A connection, which goes back to the pool when nobody uses it any more: its finalizer stores it.
struct Connection(u32);
static POOL: LazyLock<List<Object>> = LazyLock::new(List::new);
impl Kind for Connection {
    const TYPE: &'static Type = {
        static TYPE: Type = Type {
            name: "connection",
            free: free::<Connection>,
            finalize: Some(|object| POOL.push(object.clone())),
            ..PLAIN
        };
        &TYPE
    };
}

/// `a + b`; appends in place to a string that is referred to nowhere else.
fn add(mut a: Object, b: &Object) -> Object {
    if let (Some(x), Some(y)) = (a.get::<i64>(), b.get::<i64>()) {
        return int(x + y);
    }
    let more = b.get::<String>().expect("an int or a str");
    if let Some(text) = a.get_mut::<String>() {
        text.push_str(more);
        return a;
    }
    new(a.get::<String>().expect("an int or a str").clone() + more)
}

// ---- Weak references: the table of interned strings ----

/// A pointer to a string that may be dying; good as long as the table is locked, since the dying string takes itself out first.
struct Uncounted(NonNull<Header>);
// SAFETY: used under the lock of the table.
unsafe impl Send for Uncounted {}

static INTERNED_STRINGS: LazyLock<Mutex<HashMap<String, Uncounted>>> = LazyLock::new(Mutex::default);

/// The one string with this text.
fn intern(text: &str) -> Object {
    let mut table = INTERNED_STRINGS.lock().expect("nobody panics in here");
    if let Some(Uncounted(weak)) = table.get(text) {
        // SAFETY: in the table, so not freed; if it is not dead, the reference is ours.
        if unsafe { weak.as_ref() }.count.try_increment() {
            return Object(*weak);
        }
    }
    let object = new(text.to_string());
    // Before the first weak pointer, so that its last drop decides against `try_increment`.
    object.header().count.make_weak();
    object.header().flags.fetch_or(INTERNED, Ordering::Relaxed);
    table.insert(text.to_string(), Uncounted(object.0));
    object
}

/// Takes a dying string out of the table, unless another one has its place.
fn forget_interned(dying: *mut Header) {
    let mut table = INTERNED_STRINGS.lock().expect("nobody panics in here");
    // SAFETY: a string, dead but not freed.
    let text = unsafe { &(*dying.cast::<Instance<String>>()).value };
    if table.get(text).is_some_and(|entry| entry.0.as_ptr() == dying) {
        table.remove(text);
    }
}

// ---- A program ----

fn main() {
    constants();
    strings();
    finalizers();
    gifts();
    threads();
    collect();
    assert_eq!(LIVE.load(Ordering::Relaxed), 0, "every object that is not immortal was freed");
    println!("every object was freed");
}

fn constants() {
    assert!(int(7).is_same(&add(int(3), &int(4))), "small integers are one object each");
    assert!(!int(1000).is_same(&int(1000)));
    let row: List<Object> = NONE.object().times(3).collect();
    row.push(BOOLS[1].object());
    row.push(int(-5));
    let row = new(row);
    println!("{row:?}, with {} object allocated", LIVE.load(Ordering::Relaxed));
    assert_eq!(format!("{row:?}"), "[None, None, None, True, -5]");
    assert_eq!(LIVE.load(Ordering::Relaxed), 1, "the list");
}

fn strings() {
    let mut text = new("free".to_string());
    let before = text.0;
    text = add(text, &new("-threaded".to_string()));
    assert_eq!(text.0, before, "appended in place");
    let shared = text.clone();
    text = add(text, &intern("!"));
    assert_eq!(format!("{shared:?} {text:?}"), r#""free-threaded" "free-threaded!""#);

    let name = intern("name");
    assert!(name.is_same(&intern("name")));
    drop(name);
    assert!(INTERNED_STRINGS.lock().expect("not poisoned").is_empty(), "the last reference takes it out");
    println!("{shared:?} was shared, so {text:?} is a copy");
}

fn finalizers() {
    drop(new(Connection(7)));
    let saved = POOL.pop().expect("the finalizer has stored it");
    assert_eq!(saved.get::<Connection>().expect("the connection").0, 7);
    drop(saved);
    assert!(POOL.is_empty(), "a finalizer runs once");
    println!("a connection was used again");
}

/// Objects are made here and used there: their new owner counts them.
fn gifts() {
    let (send, receive) = mpsc::channel::<Object>();
    let (tell, told) = mpsc::channel();
    let worker = thread::spawn(move || {
        let mut cx = attach();
        tell.send(on_this_thread().id.expect("attached")).expect("asked for");
        let mut mine = 0;
        while let Ok(gift) = cx.detach(|| receive.recv()) {
            mine += usize::from(gift.header().count.owner() == on_this_thread().id);
        }
        mine
    });
    let id = told.recv().expect("the worker's id");
    for n in 1000..1010 {
        let mut gift = int(n);
        assert!(gift.give_to(id));
        send.send(gift).expect("it waits");
    }
    drop(send);
    assert_eq!(worker.join().expect("no panic"), 10);
    println!("10 integers were given away");
}

/// Threads share one dict of globals, and call what they find in it.
fn threads() {
    const ROUNDS: i64 = 1000;
    let globals = new(Dict::<String, Object>::new());
    let dict: &Dict<String, Object> = globals.get().expect("a dict");
    let square = Native(|arguments| int(arguments[0].get::<i64>().expect("an int").pow(2)));
    dict.insert("square".into(), new(square));
    dict.insert("results".into(), new(List::<Object>::new()));
    let motto = new("no global lock".to_string());
    dict.insert("motto".into(), motto.clone());

    let work = |worker: i64| {
        let mut cx = attach();
        for n in 0..ROUNDS {
            // A borrowed read counts nothing; a counted one does so in this thread's cell or the shared word.
            assert_eq!(dict.get_ref("square", &cx).expect("there").ty.name, "function");
            let (square, results) = (dict.get("square").expect("there"), dict.get("results").expect("there"));
            let result = square.call(&[int(worker * ROUNDS + n)]);
            results.get::<List<Object>>().expect("a list").push(result);
            if n % 100 == 0 {
                assert_eq!(format!("{:?}", dict.get("motto").expect("there")), r#""no global lock""#);
                cx.checkpoint();
            }
        }
    };
    // While this thread waits it is away, and the others merge what it owns.
    attach().detach(|| {
        thread::scope(|s| {
            let workers: Vec<_> = (0..4).map(|worker| s.spawn(move || work(worker))).collect();
            // SAFETY: `motto` is a reference. Its owner is away, so it is done at once.
            unsafe { make_immortal(motto.0.as_ptr()) };
            // The scope itself would wait for the closures, but not for the end of the threads, behind which
            // what they own is anybody's to merge.
            workers.into_iter().for_each(|worker| worker.join().expect("no panic"));
        });
    });
    assert!(motto.header().count.is_immortal());
    // Kept for ever, as a constant of a program would be; not for the sum at the end.
    static MOTTO: OnceLock<Object> = OnceLock::new();
    MOTTO.get_or_init(|| motto);
    LIVE.fetch_sub(1, Ordering::Relaxed);

    let results = dict.get("results").expect("there");
    let results = results.get::<List<Object>>().expect("a list").snapshot();
    let sum: i64 = results.iter().map(|result| result.get::<i64>().expect("an int")).sum();
    let end = 4 * ROUNDS;
    assert_eq!(sum, (end - 1) * end * (2 * end - 1) / 6, "the sum of the squares below {end}");

    let stats = stats();
    println!("4 threads have called a function {} times; the sum is {sum}", results.len());
    println!(
        "{} references were merged by owners, {} on behalf of others; {} objects are shared widely",
        stats.merged,
        stats.merged_on_behalf,
        shared_widely()
    );
}
