//! Reads, which take no lock but for `snapshot`.

use core::cmp::Ordering;
use core::ptr::NonNull;

use super::super::block::Block;
use super::List;
use super::elements::{copied, element_at, last_element, length, length_of, raws};
use crate::refcount::SharedPtr;
use crate::runtime::{Attached, pin};

impl<P: SharedPtr> List<P> {
    /// The number of elements. Lock-free.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2].into();
    /// assert_eq!(list.len(), 2);
    /// ```
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        let _pin = pin();
        // SAFETY: inside the runtime.
        unsafe { self.elements() }.map_or(0, length)
    }

    /// Whether [`len`](Self::len) is 0.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// assert!(List::<Brc<u8>>::new().is_empty());
    /// ```
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Elements that fit before the list grows. Lock-free.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// assert_eq!(List::<Brc<u8>>::new().capacity(), 0);
    /// ```
    #[must_use]
    pub fn capacity(&self) -> usize {
        let _pin = pin();
        // SAFETY: inside the runtime.
        unsafe { self.elements() }.map_or(0, Block::count)
    }

    /// # Safety
    /// As for [`elements`](Self::elements).
    #[inline]
    unsafe fn find(&self, index: usize) -> Option<NonNull<()>> {
        // SAFETY: the caller's.
        element_at(unsafe { self.elements() }?, index)
    }

    /// A counted reference to the element at `index`. Lock-free.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2].into();
    /// assert_eq!(list.get(1).as_deref(), Some(&2));
    /// assert!(list.get(2).is_none());
    /// ```
    #[inline]
    #[must_use]
    pub fn get(&self, index: usize) -> Option<P> {
        let _pin = pin();
        // SAFETY: inside the runtime, so the list's reference exists during the call.
        unsafe { self.find(index).map(|raw| copied(raw)) }
    }

    /// The element at `index`, borrowed for as long as the token is: no count, no write to shared memory. Lock-free.
    ///
    /// ```
    /// use freethreaded::{Brc, List, attach};
    /// let list: List<Brc<u8>> = [1, 2].into();
    /// let cx = attach();
    /// assert_eq!(list.get_ref(0, &cx), Some(&1));
    /// ```
    #[inline]
    #[must_use]
    pub fn get_ref<'a>(&'a self, index: usize, _token: &'a Attached<'_>) -> Option<&'a P::Target> {
        // SAFETY: inside the runtime for as long as the token is borrowed, so the list's reference is dropped after that.
        unsafe { self.find(index).map(|raw| P::borrow(raw)) }
    }

    /// The first element. Lock-free.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2].into();
    /// assert_eq!(list.first().as_deref(), Some(&1));
    /// ```
    #[inline]
    #[must_use]
    pub fn first(&self) -> Option<P> {
        self.get(0)
    }

    /// The last element. Lock-free; looks again if the end moves meanwhile.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2].into();
    /// assert_eq!(list.last().as_deref(), Some(&2));
    /// ```
    #[must_use]
    pub fn last(&self) -> Option<P> {
        let _pin = pin();
        // SAFETY: inside the runtime, so the block and the list's reference exist during the call.
        unsafe { last_element(self.elements()?).map(|raw| copied(raw)) }
    }

    /// The last element, borrowed for as long as the token is. Lock-free; looks again if the end moves meanwhile.
    ///
    /// ```
    /// use freethreaded::{Brc, List, attach};
    /// let list: List<Brc<u8>> = [1, 2].into();
    /// assert_eq!(list.last_ref(&attach()), Some(&2));
    /// ```
    #[must_use]
    pub fn last_ref<'a>(&'a self, _token: &'a Attached<'_>) -> Option<&'a P::Target> {
        // SAFETY: inside the runtime for as long as the token is borrowed.
        unsafe { last_element(self.elements()?).map(|raw| P::borrow(raw)) }
    }

    /// Whether some element equals `value`. Lock-free; goes by [`iter`](Self::iter).
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2].into();
    /// assert!(list.contains(&2));
    /// ```
    pub fn contains<Q>(&self, value: &Q) -> bool
    where
        P::Target: PartialEq<Q>,
        Q: ?Sized,
    {
        self.index_of(value).is_some()
    }

    /// The index of the first element that equals `value`. Lock-free; goes by [`iter`](Self::iter).
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [3, 4, 4].into();
    /// assert_eq!(list.index_of(&4), Some(1));
    /// assert_eq!(list.index_of(&5), None);
    /// ```
    pub fn index_of<Q>(&self, value: &Q) -> Option<usize>
    where
        P::Target: PartialEq<Q>,
        Q: ?Sized,
    {
        self.iter(&crate::attach()).position(|element| element == value)
    }

    /// How many elements equal `value`. Lock-free; goes by [`iter`](Self::iter).
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [3, 4, 4].into();
    /// assert_eq!(list.count(&4), 2);
    /// ```
    pub fn count<Q>(&self, value: &Q) -> usize
    where
        P::Target: PartialEq<Q>,
        Q: ?Sized,
    {
        self.iter(&crate::attach()).filter(|&element| element == value).count()
    }

    /// Looks for `value` in a sorted list: the index of an element that equals it, or where it can be inserted. Lock-free.
    ///
    /// # Errors
    /// If there is no such element, where it belongs.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 3, 5].into();
    /// assert_eq!(list.binary_search(&3), Ok(1));
    /// assert_eq!(list.binary_search(&4), Err(2));
    /// ```
    pub fn binary_search(&self, value: &P::Target) -> Result<usize, usize>
    where
        P::Target: Ord,
    {
        self.binary_search_by(|element| element.cmp(value))
    }

    /// [`binary_search`](Self::binary_search) with a comparison: where an element stands relative to what is looked for.
    ///
    /// What is changed in place meanwhile is seen as it is when the search comes to it.
    ///
    /// # Errors
    /// If there is no such element, where it belongs.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<&str>> = ["a", "bb", "cccc"].into();
    /// assert_eq!(list.binary_search_by(|word| word.len().cmp(&2)), Ok(1));
    /// ```
    pub fn binary_search_by(&self, mut compare: impl FnMut(&P::Target) -> Ordering) -> Result<usize, usize> {
        let _pin = pin();
        // SAFETY: inside the runtime.
        let Some(block) = (unsafe { self.elements() }) else { return Err(0) };
        let (mut low, mut high) = (0, length(block));
        while low < high {
            let middle = low + (high - low) / 2;
            let found = match element_at(block, middle) {
                // SAFETY: inside the runtime, so the list's reference exists.
                Some(raw) => compare(unsafe { P::borrow(raw) }),
                // The list ends before it by now.
                None => Ordering::Greater,
            };
            match found {
                Ordering::Equal => return Ok(middle),
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
            }
        }
        Err(low)
    }

    /// [`binary_search`](Self::binary_search) in a list that is sorted by a key.
    ///
    /// # Errors
    /// If there is no such element, where it belongs.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<&str>> = ["a", "bb", "cccc"].into();
    /// assert_eq!(list.binary_search_by_key(&3, |word| word.len()), Err(2));
    /// ```
    pub fn binary_search_by_key<K: Ord>(
        &self,
        key: &K,
        mut of: impl FnMut(&P::Target) -> K,
    ) -> Result<usize, usize> {
        self.binary_search_by(|element| of(element).cmp(key))
    }

    /// The index of the first element that `is_before` says no to, in a list in which all that it says yes to come first. Lock-free.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 3, 5].into();
    /// assert_eq!(list.partition_point(|&n| n < 4), 2);
    /// ```
    pub fn partition_point(&self, mut is_before: impl FnMut(&P::Target) -> bool) -> usize {
        let order = |element: &P::Target| {
            if is_before(element) { Ordering::Less } else { Ordering::Greater }
        };
        self.binary_search_by(order).unwrap_or_else(|index| index)
    }

    /// All elements at one moment. Takes the lock while it copies their pointers; counts them behind it.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2].into();
    /// let copy: Vec<Brc<u8>> = list.snapshot();
    /// list.clear();
    /// assert_eq!(*copy[1], 2);
    /// ```
    #[must_use]
    pub fn snapshot(&self) -> Vec<P> {
        let _pin = pin();
        let all = self.under_lock(|block| raws(block, 0..length_of(block)).collect());
        // SAFETY: inside the runtime.
        unsafe { Self::copies(all) }
    }
}
