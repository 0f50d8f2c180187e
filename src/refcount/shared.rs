//! The shared half of a refcount: a signed count and two state bits in one word.

/// What has happened to an object's count. States only rise, but for [`RefCount::adopt`](super::RefCount::adopt) and a new life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u32)]
pub enum State {
    /// Only counted references exist. The owner may free without a locked instruction.
    Default = 0,
    /// Weak references exist or existed: the owner must go through a merge to free.
    Weak = 1,
    /// A thread that is not the owner has handed its reference to the owner's merge queue.
    Queued = 2,
    /// No owner: only the shared count means anything.
    Merged = 3,
}

/// The shared word: state in the low two bits, then whether the object is counted [widely](super::wide), signed count in the high 29.
///
/// While it is wide, the count is only a part of the references that are not the owner's; the others stand in cells of the threads.
/// So a wide word says nothing about death, and neither [`DEAD`](Self::DEAD) nor [`UNTOUCHED`](Self::UNTOUCHED) is wide.
///
/// The state is low so that no carry out of the count can touch it: with the state above the count, an increment at −1
/// would carry into it.
///
/// Counts from [`BAND`](Self::BAND) on, either way, are *saturated*: the object is leaked rather than ever freed. In the band
/// references are no longer counted, so nothing may lead out of it. Whoever meets such a count, or would step into the
/// band, sets it to the middle; then threads that were a step behind cannot carry it out:
/// each moves it by one, and there are fewer threads than half a band is wide. (The plain addition of an increment may
/// stop at the edge, where it has still counted right.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub(crate) struct Shared(pub(crate) u32);

impl Shared {
    /// One reference.
    pub(crate) const ONE: u32 = 1 << Self::SHIFT;
    const SHIFT: u32 = 3;
    const STATE: u32 = 3;
    const WIDE: u32 = 4;
    const BELOW_COUNT: u32 = Self::STATE | Self::WIDE;
    /// From this count on, and from its negative down, a count is saturated.
    pub(crate) const BAND: i32 = 1 << 27;
    /// Where a saturated count is set.
    const MIDDLE: i32 = Self::BAND + (1 << 26);
    pub(crate) const MAX_COUNT: i32 = (1 << 28) - 1;
    pub(crate) const MIN_COUNT: i32 = -(1 << 28);

    /// Merged, count 0: dead.
    pub(crate) const DEAD: Self = Self::new(0, State::Merged);
    /// Default, count 0: nobody but the owner has ever counted.
    pub(crate) const UNTOUCHED: Self = Self::new(0, State::Default);

    #[inline]
    pub(crate) const fn new(count: i32, state: State) -> Self {
        debug_assert!(count >= Self::MIN_COUNT && count <= Self::MAX_COUNT);
        Self((count << Self::SHIFT) as u32 | state as u32)
    }

    #[inline]
    pub(crate) const fn count(self) -> i32 {
        self.0 as i32 >> Self::SHIFT
    }

    #[inline]
    pub(crate) const fn state(self) -> State {
        match self.0 & Self::STATE {
            0 => State::Default,
            1 => State::Weak,
            2 => State::Queued,
            _ => State::Merged,
        }
    }

    #[inline]
    pub(crate) const fn is_merged(self) -> bool {
        self.0 & Self::STATE == State::Merged as u32
    }

    #[inline(always)]
    pub(crate) const fn is_saturated(self) -> bool {
        // Count in [-BAND, BAND) as one unsigned comparison; the state bits do not matter, being below.
        self.0.wrapping_add((Self::BAND as u32) << Self::SHIFT) >= (Self::BAND as u32) << (Self::SHIFT + 1)
    }

    #[inline(always)]
    pub(crate) const fn is_wide(self) -> bool {
        self.0 & Self::WIDE != 0
    }

    /// Whether one reference less than this is simply that: merged, and alive for others; neither wide nor saturated.
    #[inline(always)]
    pub(crate) const fn leaves_others(self) -> bool {
        // The low bits of what is not merged and narrow become high ones.
        let others = self.0.wrapping_sub(Self::new(2, State::Merged).0).rotate_right(Self::SHIFT);
        others < Self::BAND as u32 - 2
    }

    /// Whether one reference less than this is simply that, though the object has an owner: more are counted here, and neither is it wide nor saturated.
    #[inline(always)]
    pub(crate) const fn can_spare_one(self) -> bool {
        self.0 & Self::BELOW_COUNT < State::Merged as u32
            && self.0.wrapping_sub(Self::ONE) < (Self::BAND as u32 - 1) << Self::SHIFT
    }

    pub(crate) const fn wide(self) -> Self {
        Self(self.0 | Self::WIDE)
    }

    pub(crate) const fn narrow(self) -> Self {
        Self(self.0 & !Self::WIDE)
    }

    const fn with_count(self, count: i32) -> Self {
        Self(Self::new(count, State::Default).0 | self.0 & Self::BELOW_COUNT)
    }

    /// `count`, or the middle of the band that it lies in.
    pub(crate) const fn with_count_or_band(self, count: i64) -> Self {
        if count >= Self::BAND as i64 {
            self.with_count(Self::MIDDLE)
        } else if count < -(Self::BAND as i64) {
            self.with_count(-Self::MIDDLE)
        } else {
            self.with_count(count as i32)
        }
    }

    #[inline]
    pub(crate) const fn with_state(self, state: State) -> Self {
        Self(self.0 & !Self::STATE | state as u32)
    }

    /// One reference more. Wraps, as the fetch-and-add does that this describes.
    #[inline]
    pub(crate) const fn plus_one(self) -> Self {
        Self(self.0.wrapping_add(Self::ONE))
    }

    /// `n` references more, or the middle of the band.
    pub(crate) const fn plus(self, n: u32) -> Self {
        let sum = self.count() as i64 + n as i64;
        if self.is_saturated() {
            self.recentred()
        } else if sum >= Self::BAND as i64 {
            self.with_count(Self::MIDDLE)
        } else {
            self.with_count(sum as i32)
        }
    }

    /// One reference less, or the middle of the band.
    #[inline]
    pub(crate) const fn minus_one(self) -> Self {
        let less = Self(self.0.wrapping_sub(Self::ONE));
        if less.is_saturated() { less.recentred() } else { less }
    }

    /// `n` references less, or the middle of the band.
    pub(crate) const fn minus(self, n: u32) -> Self {
        if self.is_saturated() {
            self.recentred()
        } else {
            self.with_count_or_band(self.count() as i64 - n as i64)
        }
    }

    /// A saturated count in the middle of its band.
    #[inline]
    pub(crate) const fn recentred(self) -> Self {
        let middle = if self.count() < 0 { -Self::MIDDLE } else { Self::MIDDLE };
        self.with_count(middle)
    }

    /// The merged word for this count plus `more` references; saturated if either is.
    #[inline]
    pub(crate) const fn merged_with(self, more: i64) -> Self {
        let total = self.count() as i64 + more;
        let merged = self.with_state(State::Merged);
        if self.is_wide() && !self.is_saturated() {
            // The cells make up for a negative count.
            return merged.with_count_or_band(total);
        }
        if self.is_saturated() || total >= Self::BAND as i64 {
            return merged.with_count(Self::MIDDLE);
        }
        debug_assert!(total >= 0, "more references were dropped than made");
        // A negative total is a caller's error that safe code cannot make. Leak rather than free.
        if total < 0 {
            return merged.with_count(Self::MIDDLE);
        }
        merged.with_count(total as i32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATES: [State; 4] = [State::Default, State::Weak, State::Queued, State::Merged];

    #[test]
    fn round_trips_and_steps_for_every_sign_and_state() {
        let edges = [0, 1, 2, Shared::BAND - 1, Shared::BAND, Shared::MIDDLE, Shared::MAX_COUNT];
        for count in edges.into_iter().flat_map(|c| [c, -c, -c - 1]) {
            for state in STATES {
                let narrow = Shared::new(count, state);
                let wide = narrow.wide();
                assert_eq!((wide.count(), wide.state(), wide.narrow()), (count, state, narrow));
                assert_eq!(wide.is_saturated(), narrow.is_saturated());
                assert!(wide.is_wide() && wide.minus_one().is_wide() && wide.recentred().is_wide());
                assert!(wide.merged_with(0).is_wide() && wide.with_state(State::Merged).is_wide());
                assert!(wide != Shared::DEAD && wide != Shared::UNTOUCHED && !narrow.is_wide());
                let alive = (2..Shared::BAND).contains(&count) && state == State::Merged;
                assert_eq!(
                    (narrow.leaves_others(), wide.leaves_others()),
                    (alive, false),
                    "{count} {state:?}"
                );
                let spare = (1..Shared::BAND).contains(&count) && state != State::Merged;
                assert_eq!(
                    (narrow.can_spare_one(), wide.can_spare_one()),
                    (spare, false),
                    "{count} {state:?}"
                );
                let word = narrow;
                assert_eq!((word.count(), word.state()), (count, state));
                assert_eq!(word.is_merged(), state == State::Merged);
                assert_eq!(word.is_saturated(), !(-Shared::BAND..Shared::BAND).contains(&count), "{count}");
                if count < Shared::MAX_COUNT {
                    assert_eq!(word.plus_one(), Shared::new(count + 1, state));
                }
                if (1 - Shared::BAND..=Shared::BAND).contains(&count) {
                    assert_eq!(word.minus_one(), Shared::new(count - 1, state));
                    assert_eq!(
                        word.minus_one().plus(1),
                        if word.is_saturated() { word.recentred() } else { word }
                    );
                } else {
                    assert!(word.minus_one().is_saturated());
                }
                if word.is_saturated() {
                    let middle = word.recentred();
                    assert_eq!((middle.state(), middle.count() < 0), (state, count < 0));
                    assert!(middle.is_saturated());
                }
            }
        }
    }
}
