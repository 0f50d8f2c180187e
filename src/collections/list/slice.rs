//! `Slice`: which places of a list are meant, as Python counts them.

use core::fmt;
use core::iter::FusedIterator;
use core::num::NonZero;
use core::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

/// Python's `start:stop:step`.
///
/// Negative bounds count from the end. Bounds beyond the list are moved to its ends, so a slice is never out of range: a list that others change has no length to check against beforehand.
/// Ranges of `usize`, `isize` and `i32` turn into slices of step 1.
///
/// ```
/// use freethreaded::{Brc, List, collections::Slice};
/// let list: List<Brc<u8>> = (0..10).collect();
/// assert_eq!(list.slice(2..4), [2, 3]);
/// assert_eq!(list.slice(-2..), [8, 9]);
/// assert_eq!(list.slice(7..100), [7, 8, 9]);
/// let backwards = Slice::new(None, None, Some(-3))?;
/// assert_eq!(list.slice(backwards), [9, 6, 3, 0]);
/// # Ok::<(), freethreaded::collections::ZeroStep>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Slice {
    start: Option<isize>,
    stop: Option<isize>,
    step: Option<NonZero<isize>>,
}

impl Slice {
    /// All elements, in order.
    pub const ALL: Self = Self { start: None, stop: None, step: None };

    /// `start:stop:step`; what is `None` is left out.
    ///
    /// # Errors
    /// If the step is zero.
    ///
    /// ```
    /// use freethreaded::collections::Slice;
    /// assert!(Slice::new(Some(1), Some(-1), Some(2)).is_ok());
    /// assert!(Slice::new(None, None, Some(0)).is_err());
    /// ```
    pub const fn new(
        start: Option<isize>,
        stop: Option<isize>,
        step: Option<isize>,
    ) -> Result<Self, ZeroStep> {
        let step = match step {
            None => None,
            Some(step) => match NonZero::new(step) {
                None => return Err(ZeroStep),
                step => step,
            },
        };
        Ok(Self { start, stop, step })
    }

    /// The start that was given.
    #[must_use]
    pub const fn start(self) -> Option<isize> {
        self.start
    }

    /// The stop that was given.
    #[must_use]
    pub const fn stop(self) -> Option<isize> {
        self.stop
    }

    /// The step; 1 unless another was given. Never 0.
    #[must_use]
    pub const fn step(self) -> isize {
        match self.step {
            Some(step) => step.get(),
            None => 1,
        }
    }

    /// The places that are meant in a list of `len` elements, in the order of the slice.
    ///
    /// ```
    /// use freethreaded::collections::Slice;
    /// let slice = Slice::new(Some(-1), None, Some(-2))?;
    /// assert!(slice.indices(6).eq([5, 3, 1]));
    /// assert_eq!(slice.indices(6).bounds(), (5, -1, -2)); // Python's slice.indices
    /// # Ok::<(), freethreaded::collections::ZeroStep>(())
    /// ```
    #[must_use]
    pub fn indices(self, len: usize) -> SliceIndices {
        let (step, len) = (self.step(), isize::try_from(len).unwrap_or(isize::MAX));
        // Where a walk in this direction may begin and must end.
        let (lowest, highest) = if step > 0 { (0, len) } else { (-1, len - 1) };
        let clamp = |bound: isize| {
            let from_front = if bound < 0 { bound.saturating_add(len) } else { bound };
            from_front.clamp(lowest, highest)
        };
        let (first, end) = if step > 0 { (lowest, highest) } else { (highest, lowest) };
        let start = self.start.map_or(first, clamp);
        let stop = self.stop.map_or(end, clamp);
        let distance = if step > 0 { stop - start } else { start - stop };
        let count = usize::try_from(distance).map_or(0, |distance| distance.div_ceil(step.unsigned_abs()));
        SliceIndices { bounds: (start, stop, step), front: 0, back: count }
    }

    /// The place that a Python index means in a list of `len` elements.
    pub(super) fn place(index: isize, len: usize) -> Option<usize> {
        let place = if index < 0 { len.checked_sub(index.unsigned_abs())? } else { index.unsigned_abs() };
        (place < len).then_some(place)
    }
}

/// The places of a [`Slice`] in a list of a certain length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SliceIndices {
    bounds: (isize, isize, isize),
    /// Steps taken from the front.
    front: usize,
    /// Steps that may be taken in all.
    back: usize,
}

impl SliceIndices {
    /// Start, stop and step with all defaults filled in and moved to the ends of the list, as Python's `slice.indices` gives them. The stop may be -1.
    #[must_use]
    pub const fn bounds(&self) -> (isize, isize, isize) {
        self.bounds
    }

    fn at(&self, step: usize) -> usize {
        let (start, _, stride) = self.bounds;
        // Within the list, by the count of steps.
        start.wrapping_add(stride.wrapping_mul(step.cast_signed())).cast_unsigned()
    }

    /// The places that are left, lowest first, as start, distance and count.
    pub(super) fn ascending(&self) -> impl ExactSizeIterator<Item = usize> + Clone + use<> {
        let (forward, places) = (self.bounds.2 > 0, self.clone());
        (0..places.len())
            .map(move |n| places.at(if forward { places.front + n } else { places.back - 1 - n }))
    }
}

impl Iterator for SliceIndices {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        (self.front < self.back).then(|| {
            self.front += 1;
            self.at(self.front - 1)
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.back - self.front, Some(self.back - self.front))
    }
}

impl DoubleEndedIterator for SliceIndices {
    fn next_back(&mut self) -> Option<usize> {
        (self.front < self.back).then(|| {
            self.back -= 1;
            self.at(self.back)
        })
    }
}

impl ExactSizeIterator for SliceIndices {}
impl FusedIterator for SliceIndices {}

mod sealed {
    pub trait Sealed {}
    impl Sealed for usize {}
    impl Sealed for isize {}
    impl Sealed for i32 {}
}

/// What the bounds of a range that turns into a [`Slice`] can be: `usize`, `isize` and `i32` (the type of a literal).
pub trait Place: Copy + sealed::Sealed {
    /// As a bound of a slice. What is too large is beyond every list.
    fn bound(self) -> isize;
}

impl Place for usize {
    fn bound(self) -> isize {
        self.try_into().unwrap_or(isize::MAX)
    }
}

impl Place for isize {
    fn bound(self) -> isize {
        self
    }
}

impl Place for i32 {
    fn bound(self) -> isize {
        self as isize
    }
}

/// The stop behind the last place. Behind -1 there is none that has a number.
fn behind<T: Place>(last: T) -> Option<isize> {
    match last.bound() {
        -1 => None,
        last => Some(last.saturating_add(1)),
    }
}

impl<T: Place> From<Range<T>> for Slice {
    fn from(range: Range<T>) -> Self {
        Self { start: Some(range.start.bound()), stop: Some(range.end.bound()), step: None }
    }
}

impl<T: Place> From<RangeInclusive<T>> for Slice {
    fn from(range: RangeInclusive<T>) -> Self {
        Self { start: Some(range.start().bound()), stop: behind(*range.end()), step: None }
    }
}

impl<T: Place> From<RangeFrom<T>> for Slice {
    fn from(range: RangeFrom<T>) -> Self {
        Self { start: Some(range.start.bound()), stop: None, step: None }
    }
}

impl<T: Place> From<RangeTo<T>> for Slice {
    fn from(range: RangeTo<T>) -> Self {
        Self { start: None, stop: Some(range.end.bound()), step: None }
    }
}

impl<T: Place> From<RangeToInclusive<T>> for Slice {
    fn from(range: RangeToInclusive<T>) -> Self {
        Self { start: None, stop: behind(range.end), step: None }
    }
}

impl From<RangeFull> for Slice {
    fn from(_: RangeFull) -> Self {
        Self::ALL
    }
}

/// A slice's step is zero.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ZeroStep;

impl fmt::Display for ZeroStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("slice step cannot be zero")
    }
}

impl core::error::Error for ZeroStep {}

#[cfg(test)]
mod tests {
    use super::Slice;

    /// What Python says, by its definition: walk from the start while the bound is not reached.
    fn walked(start: isize, stop: isize, step: isize) -> Vec<usize> {
        let mut places = Vec::new();
        let mut at = i128::from(start as i64);
        while if step > 0 { at < stop as i128 } else { at > stop as i128 } {
            places.push(usize::try_from(at).expect("in the list"));
            at += step as i128;
        }
        places
    }

    #[test]
    fn indices_are_those_of_a_walk() {
        let far = [isize::MIN, isize::MIN + 1, isize::MAX - 1, isize::MAX];
        let bounds: Vec<Option<isize>> = (-7..8).chain(far).map(Some).chain([None]).collect();
        let steps = (-8..9).chain(far).filter(|&step| step != 0);
        for step in steps {
            for len in 0..6 {
                for &start in &bounds {
                    for &stop in &bounds {
                        let slice = Slice::new(start, stop, Some(step)).unwrap();
                        let indices = slice.indices(len);
                        let (first, end, by) = indices.bounds();
                        let expected = walked(first, end, by);
                        assert_eq!(indices.clone().collect::<Vec<_>>(), expected, "{slice:?} of {len}");
                        assert_eq!(indices.len(), expected.len());
                        assert!(indices.clone().rev().eq(expected.iter().rev().copied()));
                        assert!(expected.iter().all(|&place| place < len));
                        let mut sorted = expected;
                        sorted.sort_unstable();
                        assert!(indices.ascending().eq(sorted));
                    }
                }
            }
        }
    }

    /// Bounds as CPython's `slice(...).indices(n)` gives them.
    #[test]
    fn bounds_are_pythons() {
        let of = |start, stop, step, len| Slice::new(start, stop, step).unwrap().indices(len).bounds();
        assert_eq!(of(None, None, None, 5), (0, 5, 1));
        assert_eq!(of(None, None, Some(-1), 5), (4, -1, -1));
        assert_eq!(of(Some(-3), Some(-1), None, 5), (2, 4, 1));
        assert_eq!(of(Some(-100), Some(100), Some(2), 5), (0, 5, 2));
        assert_eq!(of(Some(100), Some(-100), Some(-2), 5), (4, -1, -2));
        assert_eq!(of(Some(3), Some(1), None, 5), (3, 1, 1));
        assert_eq!(of(Some(1), None, Some(-1), 0), (-1, -1, -1));
        assert_eq!(of(Some(isize::MIN), Some(isize::MAX), Some(isize::MAX), 5), (0, 5, isize::MAX));
        assert_eq!(of(Some(isize::MAX), Some(isize::MIN), Some(isize::MIN), 5), (4, -1, isize::MIN));
    }

    #[test]
    fn ranges_turn_into_slices() {
        let places = |slice: Slice| slice.indices(5).collect::<Vec<_>>();
        assert_eq!(places((1..3).into()), [1, 2]);
        assert_eq!(places((1..=3).into()), [1, 2, 3]);
        assert_eq!(places((-2..=-1).into()), [3, 4]);
        assert_eq!(places((..=-2_isize).into()), [0, 1, 2, 3]);
        assert_eq!(places((3_usize..).into()), [3, 4]);
        assert_eq!(places((..usize::MAX).into()), [0, 1, 2, 3, 4]);
        assert_eq!(places((..).into()), [0, 1, 2, 3, 4]);
        assert_eq!(Slice::default(), Slice::ALL);
    }
}
