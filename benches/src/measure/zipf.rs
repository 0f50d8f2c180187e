//! Popularity as social networks see it: the post of rank r gets a share of the traffic proportional to 1/r, and one
//! celebrity post takes a share of its own on top.

use super::Random;

/// Draws ranks `0..n`; rank 0 is the most popular.
#[derive(Clone, Debug)]
pub(crate) struct Zipf {
    n: usize,
    /// The area under 1/x from 1 to n + 1, the envelope that draws are made from.
    area: f64,
}

impl Zipf {
    /// A distribution over `n` ranks.
    ///
    /// # Panics
    /// If `n` is 0.
    pub(crate) fn new(n: usize) -> Self {
        assert!(n > 0, "a Zipf distribution needs at least one rank");
        Self { n, area: ((n + 1) as f64).ln() }
    }

    /// Draws a rank: invert the area under the curve 1/x, then reject what the curve has above the steps 1/r.
    pub(crate) fn draw(&self, random: &mut Random) -> usize {
        loop {
            let x = (random.unit() * self.area).exp();
            let rank = x as usize;
            // The slice of the curve over [rank, rank + 1) weighs ln(1 + 1/rank); accept in proportion to 1/rank.
            // Dividing by the largest ratio, that of the first rank, keeps the probability at or below one.
            let weight = 1.0 / rank as f64;
            let slice = weight.ln_1p();
            let bound = std::f64::consts::LN_2.recip();
            if rank <= self.n && random.unit() * bound <= weight / slice {
                return rank - 1;
            }
        }
    }
}

/// Who gets the next like: the celebrity with probability `share`, otherwise a Zipf rank.
#[derive(Clone, Debug)]
pub(crate) struct Popularity {
    zipf: Zipf,
    share: f64,
}

impl Popularity {
    /// The rank of the celebrity post.
    pub(crate) const CELEBRITY: usize = 0;

    /// Popularity over `posts` posts of which rank 0 gets `share` of all traffic and the rest is Zipf over the others.
    pub(crate) fn new(posts: usize, share: f64) -> Self {
        Self { zipf: Zipf::new(posts.max(2) - 1), share }
    }

    /// Draws a rank in `0..posts`.
    pub(crate) fn draw(&self, random: &mut Random) -> usize {
        if random.unit() < self.share { Self::CELEBRITY } else { 1 + self.zipf.draw(random) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_follow_one_over_r() {
        let (n, draws) = (1000, 400_000);
        let zipf = Zipf::new(n);
        let mut random = Random::new(1, 1);
        let mut seen = vec![0u32; n];
        for _ in 0..draws {
            seen[zipf.draw(&mut random)] += 1;
        }
        let harmonic: f64 = (1..=n).map(|r| 1.0 / r as f64).sum();
        for rank in [1usize, 2, 3, 10, 30] {
            let expected = f64::from(draws) / rank as f64 / harmonic;
            let ratio = f64::from(seen[rank - 1]) / expected;
            assert!((0.9..1.1).contains(&ratio), "rank {rank}: {ratio}");
        }
        assert!(seen[n / 2..].iter().any(|&n| n > 0), "the tail is drawn too");
    }

    #[test]
    fn one_rank_is_always_drawn() {
        let mut random = Random::new(1, 1);
        assert!((0..100).all(|_| Zipf::new(1).draw(&mut random) == 0));
    }

    #[test]
    fn the_celebrity_gets_its_share_and_all_draws_are_in_range() {
        for share in [0.0, 0.2, 1.0] {
            let popularity = Popularity::new(100, share);
            let mut random = Random::new(3, 3);
            let mut celebrity = 0;
            for _ in 0..100_000 {
                let rank = popularity.draw(&mut random);
                assert!(rank < 100);
                celebrity += u32::from(rank == Popularity::CELEBRITY);
            }
            assert!((f64::from(celebrity) / 100_000.0 - share).abs() < 0.01, "{share}: {celebrity}");
        }
    }
}
