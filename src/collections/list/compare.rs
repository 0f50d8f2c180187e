//! Comparison with other lists and with slices.
//!
//! What is compared is what the lists held at one moment, of both where there are two. `==` and `cmp` of the elements run without the lock.

use core::cmp::Ordering;
use core::ptr::NonNull;

use super::List;
use super::bulk::at_one_moment;
use super::elements::{length_of, raws};
use crate::refcount::SharedPtr;
use crate::runtime::pin;

/// # Safety
/// The calling thread stays inside the runtime while the slice is borrowed, since before these were found in a list of `P`.
unsafe fn targets<P: SharedPtr>(raws: &[NonNull<()>]) -> impl ExactSizeIterator<Item = &P::Target> {
    // SAFETY: the caller's.
    raws.iter().map(|&raw| unsafe { P::borrow(raw) })
}

/// Both lists at one moment.
impl<P, R> PartialEq<List<R>> for List<P>
where
    P: SharedPtr<Target: PartialEq<R::Target>>,
    R: SharedPtr,
{
    fn eq(&self, other: &List<R>) -> bool {
        let _pin = pin();
        at_one_moment(self, other, |a, b| a == b).is_some_and(|[a, b]| {
            // SAFETY: inside the runtime.
            unsafe { targets::<P>(&a).zip(targets::<R>(&b)) }.all(|(a, b)| a == b)
        })
    }
}

impl<P: SharedPtr<Target: Eq>> Eq for List<P> {}

/// Lexicographic, both lists at one moment.
impl<P, R> PartialOrd<List<R>> for List<P>
where
    P: SharedPtr<Target: PartialOrd<R::Target>>,
    R: SharedPtr,
{
    fn partial_cmp(&self, other: &List<R>) -> Option<Ordering> {
        let _pin = pin();
        let [a, b] = at_one_moment(self, other, |_, _| true)?;
        // SAFETY: inside the runtime.
        let pairs = unsafe { targets::<P>(&a).zip(targets::<R>(&b)) };
        for (a, b) in pairs {
            match a.partial_cmp(b) {
                Some(Ordering::Equal) => {}
                decided => return decided,
            }
        }
        Some(a.len().cmp(&b.len()))
    }
}

/// Lexicographic, both lists at one moment.
impl<P: SharedPtr<Target: Ord>> Ord for List<P> {
    fn cmp(&self, other: &Self) -> Ordering {
        let _pin = pin();
        let Some([a, b]) = at_one_moment(self, other, |_, _| true) else {
            unreachable!("both are wanted whatever their lengths")
        };
        // SAFETY: inside the runtime.
        unsafe { targets::<P>(&a).cmp(targets::<P>(&b)) }
    }
}

impl<P, U> PartialEq<[U]> for List<P>
where
    P: SharedPtr<Target: PartialEq<U>>,
{
    fn eq(&self, other: &[U]) -> bool {
        let _pin = pin();
        let all = self.under_lock(|block| {
            let len = length_of(block);
            (len == other.len()).then(|| raws(block, 0..len).collect::<Vec<_>>())
        });
        // SAFETY: inside the runtime.
        all.is_some_and(|all| unsafe { targets::<P>(&all) }.zip(other).all(|(a, b)| a == b))
    }
}

impl<P, U> PartialEq<&[U]> for List<P>
where
    P: SharedPtr<Target: PartialEq<U>>,
{
    fn eq(&self, other: &&[U]) -> bool {
        *self == **other
    }
}

impl<P, U, const N: usize> PartialEq<[U; N]> for List<P>
where
    P: SharedPtr<Target: PartialEq<U>>,
{
    fn eq(&self, other: &[U; N]) -> bool {
        *self == other[..]
    }
}

impl<P, U> PartialEq<Vec<U>> for List<P>
where
    P: SharedPtr<Target: PartialEq<U>>,
{
    fn eq(&self, other: &Vec<U>) -> bool {
        *self == other[..]
    }
}
