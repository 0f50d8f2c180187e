//! A small seeded generator, so that a run can be repeated and no strategy draws from another's stream.

/// SplitMix64: one add and three multiplications a draw, and every seed is a good seed.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// A generator for one purpose (`stream`) of a run (`seed`).
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        Self(scramble(seed ^ scramble(stream.wrapping_add(1))))
    }

    /// The next 64 bits.
    #[inline]
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        scramble(self.0)
    }

    /// A number below `bound`, by multiplication instead of division; the bias is below 2⁻³² for our bounds.
    #[inline]
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }

    /// A number in `0.0..1.0`.
    #[inline]
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// A bijection on 64-bit numbers that leaves no visible pattern: also turns ranks into ids.
#[inline]
pub(crate) fn scramble(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_repeatable_and_in_range() {
        let draws = |stream| {
            let mut random = Random::new(7, stream);
            (0..1000).map(|_| random.below(10)).collect::<Vec<_>>()
        };
        assert_eq!(draws(1), draws(1));
        assert_ne!(draws(1), draws(2));
        let mut seen = [0usize; 10];
        draws(1).into_iter().for_each(|n| seen[n] += 1);
        assert!(seen.iter().all(|&n| (60..140).contains(&n)), "{seen:?}");
        let mut random = Random::new(7, 0);
        assert!((0..1000).map(|_| random.unit()).all(|u| (0.0..1.0).contains(&u)));
    }
}
