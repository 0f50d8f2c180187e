//! `Brc<[T]>` and `Brc<str>`: the elements lie behind the header, in the object's one allocation.

use core::mem;
use core::ptr::{self, NonNull};

use super::brc::Brc;
use super::inner::Inner;
use super::word::RefCount;

/// A slice under construction; dropped before its end it destroys the elements that are there, and frees the memory.
struct Unfinished<T> {
    object: NonNull<Inner<[T]>>,
    len: usize,
}

impl<T> Unfinished<T> {
    fn with_room_for(len: usize) -> Self {
        Self { object: Inner::allocate_slice(len), len: 0 }
    }

    fn first(&self) -> *mut T {
        // SAFETY: the object's memory is ours.
        unsafe { (&raw mut (*self.object.as_ptr()).value).cast() }
    }

    /// Copies the bytes of `elements` behind those that are there.
    ///
    /// # Safety
    /// There is room for them, and the caller treats them as moved out, or they are `Copy`.
    unsafe fn append(&mut self, elements: *const [T]) {
        // SAFETY: the caller's; a new object does not overlap with them.
        unsafe { ptr::copy_nonoverlapping(elements.cast::<T>(), self.first().add(self.len), elements.len()) };
        self.len += elements.len();
    }

    /// # Safety
    /// All elements are there.
    unsafe fn finish(self) -> Brc<[T]> {
        // Behind the elements, whose making may be user code that leaves and enters the runtime.
        let count = RefCount::new();
        let object = mem::ManuallyDrop::new(self).object;
        // SAFETY: the value is complete, and nobody refers to the object yet; the count's first reference is the caller's.
        unsafe {
            Inner::write_header(object, count);
            Brc::from_inner(object)
        }
    }
}

impl<T> Drop for Unfinished<T> {
    fn drop(&mut self) {
        // SAFETY: the first `len` elements are there, and nobody refers to the memory. A destructor that unwinds here, on top of
        // the panic that left the slice unfinished, ends the process.
        unsafe {
            ptr::slice_from_raw_parts_mut(self.first(), self.len).drop_in_place();
            Inner::free_unwritten(self.object);
        }
    }
}

impl<T: Clone> From<&[T]> for Brc<[T]> {
    /// Clones each element. If a clone panics, those before it are destroyed and nothing leaks.
    ///
    /// ```
    /// use freethreaded::Brc;
    /// let words: Brc<[String]> = ["a".to_string(), "b".to_string()].as_slice().into();
    /// assert_eq!(words.len(), 2);
    /// ```
    fn from(elements: &[T]) -> Self {
        let mut new = Unfinished::<T>::with_room_for(elements.len());
        for element in elements {
            let clone = element.clone();
            // SAFETY: there is room for as many as `elements` has.
            unsafe { new.first().add(new.len).write(clone) };
            new.len += 1;
        }
        // SAFETY: all are there.
        unsafe { new.finish() }
    }
}

impl<T: Clone> From<&mut [T]> for Brc<[T]> {
    fn from(elements: &mut [T]) -> Self {
        (&*elements).into()
    }
}

impl<T> From<Vec<T>> for Brc<[T]> {
    /// Moves the elements behind a header; the vector's memory is freed.
    ///
    /// ```
    /// use freethreaded::Brc;
    /// let numbers: Brc<[u32]> = vec![1, 2, 3].into();
    /// assert_eq!(*numbers, [1, 2, 3]);
    /// ```
    fn from(mut elements: Vec<T>) -> Self {
        let mut new = Unfinished::with_room_for(elements.len());
        let moved: *const [T] = elements.as_slice();
        // SAFETY: there is room; the vector gives the elements up first.
        unsafe {
            elements.set_len(0);
            new.append(moved);
            new.finish()
        }
    }
}

impl<T, const N: usize> From<[T; N]> for Brc<[T]> {
    /// Makes a [`Brc`] of the array, and forgets the length in its type.
    ///
    /// ```
    /// use freethreaded::Brc;
    /// let numbers: Brc<[u32]> = [1, 2, 3].into();
    /// assert_eq!(numbers.len(), 3);
    /// ```
    fn from(elements: [T; N]) -> Self {
        let object = Brc::into_inner_ptr(Brc::new(elements)).as_ptr() as *mut Inner<[T]>;
        // SAFETY: the same object, and its one reference.
        unsafe { Brc::from_inner(NonNull::new_unchecked(object)) }
    }
}

impl<T, const N: usize> TryFrom<Brc<[T]>> for Brc<[T; N]> {
    type Error = Brc<[T]>;

    /// The same object with its length in its type, if that is its length; else the reference as it was.
    ///
    /// ```
    /// use freethreaded::Brc;
    /// let numbers: Brc<[u32]> = [1, 2].into();
    /// let pair: Brc<[u32; 2]> = numbers.clone().try_into().unwrap();
    /// assert_eq!(*pair, [1, 2]);
    /// assert!(<Brc<[u32; 3]>>::try_from(numbers).is_err());
    /// ```
    fn try_from(slice: Brc<[T]>) -> Result<Self, Brc<[T]>> {
        if slice.len() != N {
            return Err(slice);
        }
        // SAFETY: an array of `N` lies as a slice of `N` does; the reference goes over.
        Ok(unsafe { Brc::from_inner(Brc::into_inner_ptr(slice).cast()) })
    }
}

impl<T> FromIterator<T> for Brc<[T]> {
    /// Collects into a `Vec`, whose elements are then moved behind a header. If the iterator panics nothing leaks.
    ///
    /// ```
    /// use freethreaded::Brc;
    /// let squares: Brc<[u32]> = (0..4).map(|n| n * n).collect();
    /// assert_eq!(*squares, [0, 1, 4, 9]);
    /// ```
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        elements.into_iter().collect::<Vec<T>>().into()
    }
}

impl<T> Default for Brc<[T]> {
    /// An empty slice; it does allocate, its header.
    fn default() -> Self {
        Vec::new().into()
    }
}

impl Default for Brc<str> {
    /// An empty string; it does allocate, its header.
    fn default() -> Self {
        "".into()
    }
}

impl From<&str> for Brc<str> {
    /// Copies the text behind a header, in one allocation.
    ///
    /// ```
    /// use freethreaded::Brc;
    /// let name: Brc<str> = "Ada".into();
    /// let same = name.clone();
    /// assert_eq!(&*same, "Ada");
    /// ```
    #[inline]
    fn from(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut new = Unfinished::with_room_for(bytes.len());
        // SAFETY: there is room for them, and then all are there.
        let bytes = unsafe {
            new.append(bytes);
            new.finish()
        };
        let object = Brc::into_inner_ptr(bytes).as_ptr() as *mut Inner<str>;
        // SAFETY: the bytes of a `str`; the same object and its one reference.
        unsafe { Brc::from_inner(NonNull::new_unchecked(object)) }
    }
}

impl From<&mut str> for Brc<str> {
    fn from(text: &mut str) -> Self {
        (&*text).into()
    }
}

impl From<String> for Brc<str> {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<Brc<str>> for Brc<[u8]> {
    /// The same object as bytes.
    ///
    /// ```
    /// use freethreaded::Brc;
    /// let bytes: Brc<[u8]> = <Brc<str>>::from("Ada").into();
    /// assert_eq!(&*bytes, b"Ada");
    /// ```
    fn from(text: Brc<str>) -> Self {
        let object = Brc::into_inner_ptr(text).as_ptr() as *mut Inner<[u8]>;
        // SAFETY: a `str` is bytes; the reference goes over.
        unsafe { Brc::from_inner(NonNull::new_unchecked(object)) }
    }
}
