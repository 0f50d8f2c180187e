//! What Python does with `dict`, `list` and `set`, what that is in CPython's C API, and what it is here.
//!
//! For who puts a language runtime on these containers, or ports an extension. How the containers do it is in their own pages: [`Dict`], [`List`], [`Set`], [`FrozenSet`].
//!
//! # How to read the tables
//!
//! | *atomic* says | |
//! |---|---|
//! | moment | the operation takes effect at one moment of its call, for everybody: it is linearizable |
//! | section | one step to all who take the container's lock; whoever reads without lock sees the steps |
//! | each | every entry or element by itself |
//!
//! | *lock* says | |
//! |---|---|
//! | – | none: lock-free, and no retry |
//! | 1, 2 | that of the container, or of both operands; never waits for the lock of a third object |
//!
//! *Under it* is the code of the user's types that runs while the lock is held; what is not named there runs without it: `Hash` of the key that is looked up, `Into`, `Drop` of whatever the container gives up. Any of it may use
//! the same container, or others; see [below](#user-code).
//!
//! A `k` is a key, `v` a value, `i` a place, `a` and `b` two containers.
//!
//! # `dict`
//!
//! | Python | C API | here | atomic | lock | under it |
//! |---|---|---|---|---|---|
//! | `a[k]`, `a.get(k)` | `PyDict_GetItemRef` | [`Dict::get`]; without a count [`Dict::get_ref`] | moment | – | |
//! | `k in a` | `PyDict_Contains` | [`Dict::contains_key`] | moment | – | |
//! | `len(a)` | `PyDict_Size` | [`Dict::len`] | off by the writes under way | – | |
//! | `a[k] = v` | `PyDict_SetItem` | [`Dict::insert`] | moment | 1 | `Eq`, seldom |
//! | `if k in a: a[k] = v` | | [`Dict::replace`] | moment | 1 | `Eq`, seldom |
//! | `a.setdefault(k, v)` | `PyDict_SetDefaultRef` | [`Dict::get_or_insert`], [`Dict::get_or_insert_with`] | moment | –; 1 if absent | `Eq`, the closure |
//! | `a[k] = f(a.get(k))` | | [`Dict::update`], [`Dict::compare_exchange`] | moment | 1 | `Eq`, the closure |
//! | `del a[k]`, `a.pop(k)` | `PyDict_DelItem`, `PyDict_Pop` | [`Dict::remove`], [`Dict::remove_entry`] | moment | 1 | `Eq`, seldom |
//! | `if f(a.get(k)): del a[k]` | | [`Dict::remove_if`] | moment | 1 | `Eq`, the closure |
//! | `a.popitem()` | | [`Dict::pop_last`] | moment | 1 | |
//! | `next(iter(a.items()))` | | [`Dict::first`], [`Dict::last`] | moment | 1 | |
//! | `OrderedDict.move_to_end` | | [`Dict::move_to_end`] | moment | 1 | `Eq` |
//! | `OrderedDict.popitem(last=False)` | | [`Dict::pop_first`] | moment | 1 | |
//! | `a.clear()` | `PyDict_Clear` | [`Dict::clear`]; with what was there [`Dict::drain`] | moment | 1 | |
//! | `a.copy()`, `list(a.items())` | `PyDict_Copy`, `PyDict_Items` | `clone`, [`Dict::snapshot`] | moment | 1 | |
//! | `for k, v in a.items()` | `PyDict_Next` | [`Dict::iter`], [`Dict::keys`], [`Dict::values`] | each | – | |
//! | `a.keys()`, `.values()`, `.items()` | `PyDict_Keys`, … | [`Dict::keys_view`], [`Dict::values_view`], [`Dict::items_view`] | as what is asked of them | | |
//! | `a.keys() & b.keys()`, `<=`, … | | [`KeysView::intersection`], [`KeysView::is_subset`], … | moment | 2 | |
//! | `a.update(b)`, `a \|= b` | `PyDict_Update`, `PyDict_Merge` | [`Dict::update_from`] | section | 2 | `Eq`, `Clone` and perhaps `Hash` of keys |
//! | `a.update(pairs)` | `PyDict_MergeFromSeq2` | `extend` | each | 1 | `Eq`, seldom |
//! | `a \| b` | `PyNumber_Or` | [`Dict::merge`] | moment | 2 | |
//! | `a == b` | `PyObject_RichCompare` | `==` | moment | 2 | |
//! | `for k in [k for k in a if …]: del a[k]` | | [`Dict::retain`] | section | 1 | the closure |
//! | `repr(a)` | `PyObject_Repr` | `Debug` | each | – | |
//!
//! # `list`
//!
//! | Python | C API | here | atomic | lock | under it |
//! |---|---|---|---|---|---|
//! | `a[i]` | `PyList_GetItemRef` | [`List::get`]; without a count [`List::get_ref`] | moment | – | |
//! | `a[0]`, `a[-1]` | | [`List::first`], [`List::last`] | moment | – | |
//! | `len(a)` | `PyList_Size` | [`List::len`] | moment | – | |
//! | `a[i] = v` | `PyList_SetItem` | [`List::set`] | moment | 1 | |
//! | `a[i] = f(a[i])` | | [`List::update`], [`List::compare_exchange`] | moment | 1 | the closure, and the conversion of what it gives |
//! | `a.append(v)` | `PyList_Append` | [`List::push`] | moment | 1 | |
//! | `a.pop()`, `a.pop(i)` | | [`List::pop`], [`List::pop_at`] | moment | 1 | |
//! | `a.insert(i, v)` | `PyList_Insert` | [`List::insert`] | moment | 1 | |
//! | `del a[i]` | `PySequence_DelItem` | [`List::remove`] | moment | 1 | |
//! | `a.remove(v)` | | [`List::remove_item`] | moment | 1 | `==` |
//! | `v in a`, `a.index(v)`, `a.count(v)` | `PySequence_Contains`, … | [`List::contains`], [`List::index_of`], [`List::count`] | each | – | |
//! | `a.extend(b)`, `a += b` | `PyList_Extend` | [`List::extend_from_list`] | moment | 2 | |
//! | `a.extend(values)` | `PyList_Extend` | [`List::extend`] | moment | 1 | |
//! | `a[i:j:s]` | `PyList_GetSlice` | [`List::slice`] with a [`Slice`] | moment | 1 | |
//! | `a[i:j:s] = values` | `PyList_SetSlice` | [`List::assign_slice`], [`List::assign_slice_from_list`] | moment | 1, 2 | |
//! | `del a[i:j:s]` | | [`List::remove_slice`] | moment | 1 | |
//! | `a.clear()` | `PyList_Clear` | [`List::clear`]; with what was there [`List::take_all`] | moment | 1 | |
//! | `a.copy()`, `list(a)`, `tuple(a)` | `PyList_AsTuple` | `clone`, [`List::snapshot`] | moment | 1 | |
//! | `a + b`, `a * n` | `PySequence_Concat`, … | [`List::concat`], [`List::repeat`] | moment | 2, 1 | |
//! | `a.sort()`, `a.sort(key=f)` | `PyList_Sort` | [`List::sort`], [`List::sort_by_cached_key`] | moment, or [`Changed`] | 1 | `Ord`, the closure |
//! | `a.reverse()` | `PyList_Reverse` | [`List::reverse`] | moment | 1 | |
//! | `a[:] = [v for v in a if …]` | | [`List::retain`] | moment | 1 | the closure |
//! | `bisect_left(a, v)` | | [`List::partition_point`], [`List::binary_search`] | each | – | |
//! | `for v in a`, `reversed(a)` | `PyObject_GetIter` | [`List::iter`], from both ends | each | – | |
//! | `a == b`, `a < b` | `PyObject_RichCompare` | `==`, `<` | moment | 2 | |
//!
//! # `set` and `frozenset`
//!
//! | Python | C API | here | atomic | lock | under it |
//! |---|---|---|---|---|---|
//! | `k in a` | `PySet_Contains` | [`Set::contains`] | moment | – | |
//! | `a.add(k)` | `PySet_Add` | [`Set::insert`], which tells who was first | moment | 1 | `Eq`, seldom |
//! | `a.remove(k)`, `a.discard(k)` | `PySet_Discard` | [`Set::remove`], [`Set::take`] | moment | 1 | `Eq` |
//! | `a.pop()` | `PySet_Pop` | [`Set::pop_first`], [`Set::pop_last`] | moment | 1 | |
//! | `a.clear()` | `PySet_Clear` | [`Set::clear`], [`Set::drain`] | moment | 1 | |
//! | `a.copy()`, `frozenset(a)` | `PySet_New`, `PyFrozenSet_New` | `clone`, [`Set::freeze`] | moment | 1 | |
//! | `a \| b`, `a & b`, `a - b`, `a ^ b` | `PyNumber_Or`, … | [`Set::union`], [`Set::intersection`], [`Set::difference`], [`Set::symmetric_difference`] | moment | 2 | `Hash`, `Eq` |
//! | `a <= b`, `a.isdisjoint(b)`, `a == b` | `PyObject_RichCompare` | [`Set::is_subset`], [`Set::is_disjoint`], `==` | moment | 2 | `Hash`, `Eq` |
//! | `a \|= b`, `a &= b`, `a -= b`, `a ^= b` | `PyNumber_InPlaceOr`, … | [`Set::union_with`], [`Set::intersect_with`], [`Set::difference_with`], [`Set::symmetric_difference_with`] | section | 2 | `Hash`, `Eq`, `Clone` |
//! | `a.update(keys)` | `_PySet_Update` | [`Set::extend`] | each | 1 | `Eq`, seldom |
//! | `for k in a` | `PyObject_GetIter` | [`Set::iter`] | each | – | |
//! | `k in frozen`, `hash(frozen)` | | [`FrozenSet::contains`], `Hash` | never changes | – | |
//!
//! # Threads, locks, references
//!
//! | CPython | here |
//! |---|---|
//! | `PyGILState_Ensure`, `PyThreadState_Attach` | [`attach`] |
//! | `Py_BEGIN_ALLOW_THREADS` | [`Attached::detach`] |
//! | the eval breaker | [`Attached::checkpoint`] |
//! | `Py_BEGIN_CRITICAL_SECTION(a)` | [`critical_section`] |
//! | `Py_BEGIN_CRITICAL_SECTION2(a, b)` | [`critical_section2`] |
//! | `PyMutex` in an object | [`ObjectLock`] |
//! | `Py_INCREF`, `Py_DECREF` | `clone` and `drop` of a [`Brc`] |
//! | a borrowed reference | what `get_ref` and iterators give: the token keeps it valid, and the compiler ends the borrow with it |
//! | `PyWeakref_GetRef` | [`Weak::upgrade`] |
//! | `PyUnstable_Object_EnableDeferredRefcount` | [`Brc::share_widely`], for objects that many threads count |
//! | `PyUnstable_SetImmortal` | [`Brc::make_immortal`] |
//!
//! # Errors
//!
//! | Python raises | here |
//! |---|---|
//! | `KeyError`, `IndexError`, `ValueError` of `remove` and `index` | `None`, `false`, or the value that was not stored as `Err` |
//! | `ValueError: slice step cannot be zero` | [`ZeroStep`], when the slice is made |
//! | `ValueError: attempt to assign sequence of size …` | [`LengthMismatch`] |
//! | `ValueError: list modified during sort` | [`Changed`] |
//! | `RuntimeError: dictionary changed size during iteration` | nothing: see below |
//!
//! # What iteration sees
//!
//! An entry that is there from the beginning of the walk to its end is given, once and in order. What is added or removed meanwhile may be given or not. Nothing is given twice but what was removed and added again, or moved by
//! [`Dict::move_to_end`], and nothing that was never there. A walk never fails, and never holds up a writer: where Python says that the dict changed size, this one goes on.
//! A list's walk goes over what the list was at the beginning where others insert, remove or sort, and sees what they store or append in place.
//!
//! For all at one moment there is [`Dict::snapshot`]; for looking and changing as one, a section:
//!
//! ```
//! use freethreaded::{Brc, Dict, attach, critical_section};
//! let stock: Dict<&str, Brc<u32>> = [("apples", 3), ("pears", 0), ("plums", 0)].into();
//! // Changing what one walks over is no error.
//! let cx = attach();
//! for (fruit, left) in stock.iter(&cx) {
//!     if *left == 0 {
//!         stock.remove(fruit);
//!     }
//! }
//! assert_eq!(stock.len(), 1);
//! // Nobody else changes the dict between the look and the write.
//! critical_section(&stock, |section| {
//!     let stock = stock.locked(section);
//!     if stock.get("apples").is_some_and(|left| *left > 1) {
//!         stock.insert("half the apples", 1);
//!     }
//! });
//! ```
//!
//! # What is more than one operation in Python
//!
//! `a[k] += 1` is a read and a write, there and here. Here it is one operation if it is written as one:
//!
//! ```
//! use freethreaded::{Brc, Dict, List};
//! let counts: Dict<&str, Brc<u64>> = Dict::new();
//! let slots: List<Brc<u64>> = [0, 0].into();
//! std::thread::scope(|s| {
//!     for _ in 0..4 {
//!         s.spawn(|| {
//!             for _ in 0..100 {
//!                 counts.update("words", |n| Some(Brc::new(n.map_or(1, |n| n + 1))));
//!                 slots.update(1, |n| n + 1);
//!             }
//!         });
//!     }
//! });
//! assert_eq!(counts.get("words").as_deref(), Some(&400));
//! assert_eq!(slots.get(1).as_deref(), Some(&400));
//! ```
//!
//! Moving an entry from one container to another is two; in a section of both it is one:
//!
//! ```
//! use freethreaded::{Brc, Dict, List, critical_section2};
//! let waiting: Dict<u32, Brc<String>> = [(7, "seven".to_string())].into();
//! let running: List<Brc<String>> = List::new();
//! critical_section2(&waiting, &running, |_| {
//!     if let Some(job) = waiting.remove(&7) {
//!         running.push(job);
//!     }
//! });
//! assert_eq!((waiting.len(), running.len()), (0, 1));
//! ```
//!
//! # User code
//!
//! Code of the user's types runs in four places, and may do anything in all of them, such as write to the container that called it.
//!
//! | where | what | if it changes the container |
//! |---|---|---|
//! | before the lock | `Hash` of the key, `Into`, iterators that are passed in | it was changed before |
//! | in a search without lock | `Eq` in [`Dict::get`], `==` in [`List::contains`], … | the search goes on over what it began with, whose answer was true in the meantime |
//! | under the lock | what the tables name | a search begins anew, a closure is asked again or its answer goes to what is there by then, a sort reports it; each method says which |
//! | after the lock | `Drop`, `Clone` of what is given, comparisons of `==` | it was changed after |
//!
//! Under the lock it is in a [critical section](critical_section): code that has to wait for another lock gives this one up meanwhile. So two threads whose `Eq`s write to each other's dicts do not wait for ever. What is a *moment* stays
//! one: the operation looks again. What is a *section* may then be seen in between.
//!
//! A panic in any of it leaves the container unlocked and valid, as it was before or after, or with a part done where the tables say *each* or *section*.
//!
//! ```
//! use freethreaded::{Brc, Dict};
//! // A cache whose values are made of others: the closure uses the dict that called it.
//! fn fibonacci(n: u64, known: &Dict<u64, Brc<u64>>) -> u64 {
//!     *known.get_or_insert_with(n, || {
//!         Brc::new(if n < 2 { n } else { fibonacci(n - 1, known) + fibonacci(n - 2, known) })
//!     })
//! }
//! assert_eq!(fibonacci(50, &Dict::new()), 12_586_269_025);
//! ```
//!
//! # What is otherwise than in Python
//!
//! - Python's `==` on elements asks first whether they are the same object. Here it is `==` alone, so a value that does not equal itself is not found. [`Dict::compare_exchange`] and [`List::compare_exchange`] ask for identity alone.
//! - [`List::insert`] panics beyond the end, as `Vec`'s does. Python's, which goes to the nearest end, is `a[i:i] = [v]`: [`List::assign_slice`]. Negative places are in [`Slice`] and [`List::pop_at`].
//! - Sets have an order, that of insertion, and `pop` names an end.
//! - While a list is sorted, others read the old order; in CPython they find it empty. `extend` of an iterator adds all at one moment; in CPython one by one.
//! - Keys are values, not references: what gives keys out clones them, or borrows them from a token.
//!
//! ```
//! use freethreaded::collections::Slice;
//! use freethreaded::{Brc, List};
//! let list: List<Brc<i32>> = (0..6).collect();
//! assert_eq!(list.slice(-2..), [4, 5]); // list[-2:]
//! assert_eq!(list.slice(Slice::new(None, None, Some(-2))?), [5, 3, 1]); // list[::-2]
//! list.assign_slice(-100..-100, [9]).expect("a step of 1"); // list.insert(-100, 9)
//! assert_eq!(list.pop_at(-1).as_deref(), Some(&5)); // list.pop(-1)
//! assert_eq!(list, [9, 0, 1, 2, 3, 4]);
//! # Ok::<(), freethreaded::collections::ZeroStep>(())
//! ```
//!
//! # How this is tested
//!
//! Each row that says *moment* is a row of `tests/linearizable`, *section* among those that take the lock, each column *under it* is one of `tests/panics`, and what Python gives is compared with what this gives in `tests/differential`, operation by
//! operation, where there is a Python. `SCENARIOS.md` has the races that CPython has had.

#[cfg(doc)]
use crate::{
    Attached, Brc, Dict, List, Set, Weak, attach,
    collections::{Changed, FrozenSet, KeysView, LengthMismatch, Slice, ZeroStep},
    critical_section, critical_section2,
    lock::ObjectLock,
};
