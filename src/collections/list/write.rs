//! Writes of single elements.

use core::fmt;
use core::ptr::{self, NonNull};

use super::super::block::Block;
use super::elements::{
    Draft, Elements, copied, element, length, length_of, replace, replace_freely, room, set_length, vacate,
};
use super::slice::Slice;
use super::{Counted, List, retire_full, retire_value};
use crate::lock::{Turn, at_once, section_of_key};
use crate::refcount::SharedPtr;
use crate::runtime::{Operation, operation};
use crate::sync::atomic::Ordering;

impl<P: SharedPtr> List<P> {
    /// Adds an element at the end.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = List::new();
    /// list.push(7);
    /// assert_eq!(list.len(), 1);
    /// ```
    #[inline]
    pub fn push(&self, value: impl Into<P>) {
        let raw = P::into_raw(value.into());
        let operation = operation();
        // SAFETY: under the lock.
        let at_once = at_once(&self.lock, || Self::push_into(unsafe { self.elements() }?, raw));
        if at_once.is_none() {
            self.push_in_section(&operation, raw);
        }
    }

    /// Adds an element to a block, if there is room. Under the lock.
    #[inline]
    fn push_into(block: Elements<'_>, raw: NonNull<()>) -> Option<()> {
        let len = length(block);
        (len < block.count()).then(|| {
            // SAFETY: below the count. Release: partner is the acquire in `element`.
            unsafe { block.slot(len) }.store(raw.as_ptr(), Ordering::Release);
            set_length(block, len + 1);
        })
    }

    /// [`push`](Self::push), if it cannot be done at once.
    #[cold]
    #[inline(never)]
    fn push_in_section(&self, operation: &Operation, raw: NonNull<()>) {
        self.under_lock(|block| {
            if block.and_then(|block| Self::push_into(block, raw)).is_none() {
                // Published with the element in it: one store for both.
                self.exchange_range(operation, block, (length_of(block), 0), core::iter::once(raw));
            }
        });
    }

    /// Removes the last element and returns it.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2].into();
    /// assert_eq!(list.pop().as_deref(), Some(&2));
    /// ```
    pub fn pop(&self) -> Option<P> {
        let operation = operation();
        // SAFETY: under the lock.
        let at_once = at_once(&self.lock, || Self::pop_from(unsafe { self.elements() }?));
        let raw = at_once.or_else(|| self.under_lock(|block| Self::pop_from(block?)))?;
        let element = Self::give_up(&operation, raw);
        // Here, since a destructor that unwinds at the end of a scope leaks what is being returned.
        drop(operation);
        Some(element)
    }

    /// Unlinks the last element of a block. Under the lock.
    #[inline]
    fn pop_from(block: Elements<'_>) -> Option<NonNull<()>> {
        let last = length(block).checked_sub(1)?;
        // Then null, so that a place above the length is empty, and a reader that saw the old length finds nothing stale.
        set_length(block, last);
        vacate(block, last)
    }

    /// Replaces the element at `index` and returns the old one.
    ///
    /// # Errors
    /// Returns `value` if the list is not that long.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2].into();
    /// assert_eq!(*list.set(0, 9).unwrap(), 1);
    /// assert_eq!(*list.set(5, 9).unwrap_err(), 9);
    /// ```
    #[inline]
    pub fn set(&self, index: usize, value: impl Into<P>) -> Result<P, P> {
        let raw = P::into_raw(value.into());
        let operation = operation();
        let at_once = at_once(&self.lock, || {
            // SAFETY: under the lock.
            let block = unsafe { self.elements() }.filter(|&block| index < length(block))?;
            // SAFETY: below the length.
            NonNull::new(unsafe { replace(block, index, raw.as_ptr()) })
        });
        let old = at_once.or_else(|| self.set_in_section(index, raw));
        let result = match old {
            Some(old) => Ok(Self::give_up(&operation, old)),
            // SAFETY: the reference came from `value`, and no list has it.
            None => Err(unsafe { P::from_raw(raw) }),
        };
        // As in `pop`.
        drop(operation);
        result
    }

    /// [`set`](Self::set), if it cannot be done at once.
    #[inline(never)]
    fn set_in_section(&self, index: usize, raw: NonNull<()>) -> Option<NonNull<()>> {
        section_of_key(
            &self.lock,
            &mut (),
            |()| self.set_freely(index, raw),
            |(), turn| {
                // SAFETY: under the lock.
                let block = unsafe { self.elements() }.filter(|&block| index < length(block))?;
                if self.lock.is_free() {
                    return replace_freely(block, index, raw);
                }
                // SAFETY: below the length.
                let old = NonNull::new(unsafe { replace(block, index, raw.as_ptr()) });
                if let Turn::Waited = turn {
                    self.lock.waited_to_replace();
                }
                old
            },
        )
    }

    /// [`set`](Self::set) without the lock, while that is allowed. `None`, and nothing is done, if it is not, or there is no such place.
    #[cold]
    fn set_freely(&self, index: usize, raw: NonNull<()>) -> Option<Option<NonNull<()>>> {
        self.lock.freely(|| {
            // SAFETY: inside the runtime, in the operation of `set`. Acquired behind the light barrier: whoever needs the list to stand still waits for this.
            let block = unsafe { self.elements() }.filter(|&block| index < length(block))?;
            Some(replace_freely(block, index, raw))
        })
    }

    /// Replaces the element at `index` if it is the very object `current`.
    ///
    /// Identity, not `==`: what is compared is the address of the target.
    ///
    /// # Errors
    /// If another element is there, or none, with `new` and what was found.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1].into();
    /// let seen = list.get(0).unwrap();
    /// assert!(list.compare_exchange(0, &seen, 2).is_ok());
    /// let refused = list.compare_exchange(0, &seen, 3).unwrap_err();
    /// assert_eq!((refused.current.as_deref(), *refused.new), (Some(&2), 3));
    /// ```
    pub fn compare_exchange(
        &self,
        index: usize,
        current: &P::Target,
        new: impl Into<P>,
    ) -> Result<P, NotExchanged<P>> {
        let new = P::into_raw(new.into());
        let operation = operation();
        let old = self.under_lock(|block| {
            let Some(block) = block.filter(|&block| index < length(block)) else { return Err(None) };
            let found = element(block, index);
            // SAFETY: under the lock the list's reference exists.
            if found.is_some_and(|found| ptr::eq(unsafe { P::borrow(found) }, current)) {
                // SAFETY: below the length.
                unsafe { replace(block, index, new.as_ptr()) };
                return Ok(found);
            }
            Err(found)
        });
        let result = match old {
            Ok(Some(old)) => Ok(Self::give_up(&operation, old)),
            Ok(None) => unreachable!("places below the length are not empty"),
            // SAFETY: inside the runtime since before it was found; `new` came from the caller, and no list has it.
            Err(found) => Err(unsafe {
                NotExchanged { current: found.map(|found| copied(found)), new: P::from_raw(new) }
            }),
        };
        // As in `pop`.
        drop(operation);
        result
    }

    /// Replaces the element at `index` by what `f` makes of it, and returns the old one; `None` if the list is not that long.
    ///
    /// `f` runs in the list's critical section, so nobody else writes in between. If `f` itself writes to the list, or waits and so lets others do it, this is
    /// no more than a `get` and a `set`: what it made goes to the same index, and is dropped if the list has become too short.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u32>> = [1, 2].into();
    /// std::thread::scope(|s| {
    ///     for _ in 0..4 {
    ///         s.spawn(|| (0..100).for_each(|_| drop(list.update(0, |n| n + 1))));
    ///     }
    /// });
    /// assert_eq!(list.get(0).as_deref(), Some(&401));
    /// assert!(list.update(2, |n| n + 1).is_none());
    /// ```
    pub fn update<V: Into<P>>(&self, index: usize, f: impl FnOnce(&P::Target) -> V) -> Option<P> {
        let operation = operation();
        let result = self.under_lock(|block| {
            let current =
                block.filter(|&block| index < length(block)).and_then(|block| element(block, index))?;
            // SAFETY: inside the runtime, so the list's reference exists during the call.
            let made = f(unsafe { P::borrow(current) }).into();
            Some(self.set(index, made))
        });
        // As in `pop`; and what is not returned is dropped behind the lock.
        drop(operation);
        result?.ok()
    }

    /// Inserts an element before `index`. What is behind it moves up: a new block is published, unless it goes to the end.
    ///
    /// # Panics
    /// If `index` is greater than the length.
    ///
    /// ```
    /// use freethreaded::{Brc, List, attach};
    /// let list: List<Brc<u8>> = [1, 3].into();
    /// list.insert(1, 2);
    /// assert!(list.iter(&attach()).eq(&[1, 2, 3]));
    /// ```
    pub fn insert(&self, index: usize, value: impl Into<P>) {
        let mut value = Some(value.into());
        let operation = operation();
        let len = self.under_lock(|block| {
            let len = length_of(block);
            if index > len {
                return Err(len);
            }
            let value = value.take().into_iter().map(P::into_raw);
            self.exchange_range(&operation, block, (index, 0), value);
            Ok(())
        });
        if let Err(len) = len {
            panic!("insertion index (is {index}) should be <= len (is {len})");
        }
    }

    /// Removes the element at `index` and returns it. What is behind it moves down: a new block is published, unless it is the last.
    ///
    /// ```
    /// use freethreaded::{Brc, List, attach};
    /// let list: List<Brc<u8>> = [1, 2, 3].into();
    /// assert_eq!(list.remove(1).as_deref(), Some(&2));
    /// assert!(list.remove(5).is_none());
    /// assert!(list.iter(&attach()).eq(&[1, 3]));
    /// ```
    pub fn remove(&self, index: usize) -> Option<P> {
        self.remove_where(|len| (index < len).then_some(index))
    }

    /// Removes the element at the place that `index` finds in a list of a length.
    fn remove_where(&self, index: impl FnOnce(usize) -> Option<usize>) -> Option<P> {
        let operation = operation();
        let raw = self.under_lock(|block| {
            let block = block?;
            let index = index(length(block))?;
            self.take_out(&operation, block, index)
        })?;
        let element = Self::give_up(&operation, raw);
        // As in `pop`.
        drop(operation);
        Some(element)
    }

    /// Unlinks the element at a place below the length. Under the lock.
    pub(super) fn take_out(
        &self,
        operation: &Operation,
        block: Elements<'_>,
        index: usize,
    ) -> Option<NonNull<()>> {
        if index + 1 == length(block) {
            set_length(block, index);
            return vacate(block, index);
        }
        let removed = element(block, index);
        self.exchange_range(operation, Some(block), (index, 1), core::iter::empty());
        removed
    }

    /// Removes the first element and returns it, in O(n).
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2].into();
    /// assert_eq!(list.pop_first().as_deref(), Some(&1));
    /// ```
    pub fn pop_first(&self) -> Option<P> {
        self.remove(0)
    }

    /// [`remove`](Self::remove) with Python's indices: negative ones count from the end.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2, 3].into();
    /// assert_eq!(list.pop_at(-2).as_deref(), Some(&2));
    /// assert!(list.pop_at(-3).is_none());
    /// ```
    pub fn pop_at(&self, index: isize) -> Option<P> {
        self.remove_where(|len| Slice::place(index, len))
    }

    /// Removes the element at `index` and puts the last one in its place. In one moment, and therefore O(n): a new block is published, unless it is the last.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2, 3].into();
    /// assert_eq!(list.swap_remove(0).as_deref(), Some(&1));
    /// assert_eq!(list, [3, 2]);
    /// ```
    pub fn swap_remove(&self, index: usize) -> Option<P> {
        let operation = operation();
        let raw = self.under_lock(|block| {
            let block = block.filter(|&block| index < length(block))?;
            let last = length(block) - 1;
            if index == last {
                return self.take_out(&operation, block, index);
            }
            let removed = element(block, index);
            let mut draft = Draft::new(block.count());
            draft.copy(Some(block), 0..index);
            draft.copy(Some(block), last..last + 1);
            draft.copy(Some(block), index + 1..last);
            self.replace_block(&operation, Some(block), draft);
            removed
        })?;
        let element = Self::give_up(&operation, raw);
        // As in `pop`.
        drop(operation);
        Some(element)
    }

    /// Exchanges two elements. In one moment, and therefore O(n): a new block is published.
    ///
    /// # Panics
    /// If an index is not below the length.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2, 3].into();
    /// list.swap(0, 2);
    /// assert_eq!(list, [3, 2, 1]);
    /// ```
    pub fn swap(&self, a: usize, b: usize) {
        let (low, high) = if a < b { (a, b) } else { (b, a) };
        let operation = operation();
        let done = self.under_lock(|block| {
            let len = length_of(block);
            if high >= len {
                return Err(len);
            }
            if low != high {
                let mut draft = Draft::new(block.map_or(0, Block::count));
                for places in [0..low, high..high + 1, low + 1..high, low..low + 1, high + 1..len] {
                    draft.copy(block, places);
                }
                self.replace_block(&operation, block, draft);
            }
            Ok(())
        });
        if let Err(len) = done {
            panic!("index out of bounds: the len is {len} but the index is {high}");
        }
    }

    /// Shortens the list to `len` elements; does nothing if it is not longer.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2, 3].into();
    /// list.truncate(1);
    /// assert_eq!(list.len(), 1);
    /// ```
    pub fn truncate(&self, len: usize) {
        let operation = operation();
        self.under_lock(|block| {
            let Some(block) = block else { return };
            for raw in Self::cut(block, len) {
                retire_value::<Counted<P>>(&operation, raw);
            }
        });
    }

    /// Unlinks the elements from `len` on, as the iterator goes. Under the lock.
    pub(super) fn cut(block: Elements<'_>, len: usize) -> impl Iterator<Item = NonNull<()>> {
        let old = length(block);
        if len < old {
            set_length(block, len);
        }
        (len..old).filter_map(move |place| vacate(block, place))
    }

    /// Removes all elements. They are destroyed in this call, or after a grace period.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2].into();
    /// list.clear();
    /// assert!(list.is_empty());
    /// ```
    pub fn clear(&self) {
        let operation = operation();
        let block = self.under_lock(|block| {
            self.unlink();
            block.map(Block::into_raw)
        });
        // SAFETY: unlinked just now, and not freed yet.
        if let Some(block) = block.and_then(|raw| unsafe { Block::from_raw(raw) }) {
            // SAFETY: unlinked, with the references to its elements.
            unsafe { retire_full::<P>(&operation, block) };
        }
    }

    /// Makes room for `additional` more elements.
    ///
    /// # Panics
    /// If that is more than the address space has.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2].into();
    /// list.reserve(10);
    /// assert!(list.capacity() >= 12);
    /// ```
    pub fn reserve(&self, additional: usize) {
        let operation = operation();
        self.under_lock(|block| {
            let (len, places) = (length_of(block), block.map_or(0, Block::count));
            let needed = len.checked_add(additional).expect("freethreaded: a list outgrew the address space");
            if needed > places {
                let mut draft = Draft::new(room(places, needed));
                draft.copy(block, 0..len);
                self.replace_block(&operation, block, draft);
            }
        });
    }

    /// Gives up the room that is not used.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = List::with_capacity(10);
    /// list.push(1);
    /// list.shrink_to_fit();
    /// assert_eq!(list.capacity(), 1);
    /// ```
    pub fn shrink_to_fit(&self) {
        let operation = operation();
        self.under_lock(|block| {
            let Some(old) = block.filter(|block| length(*block) < block.count()) else { return };
            let len = length(old);
            if len != 0 {
                let mut draft = Draft::new(len);
                draft.copy(block, 0..len);
                return self.replace_block(&operation, block, draft);
            }
            self.unlink();
            // SAFETY: unlinked just now, without elements.
            unsafe { retire_full::<P>(&operation, old) };
        });
    }
}

/// Why [`compare_exchange`](List::compare_exchange) has not replaced the element.
#[derive(Clone, Debug)]
pub struct NotExchanged<P> {
    /// The element that is at the index; `None` if the list is not that long.
    pub current: Option<P>,
    /// What was to be its successor.
    pub new: P,
}

impl<P> fmt::Display for NotExchanged<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.current.is_some() {
            "another element is at the index"
        } else {
            "no element is at the index"
        })
    }
}

impl<P: fmt::Debug> core::error::Error for NotExchanged<P> {}
