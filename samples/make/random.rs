//! A small generator of pseudo-random numbers: the same seed gives the same papers on every machine.

/// xorshift64*, which is plenty for making up groceries.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// Any seed will do, zero too.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        // Zero is xorshift's only fixed point; mixing in an odd constant keeps small seeds apart as well.
        let mixed = (seed ^ 0x9E37_79B9_7F4A_7C15).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        Self(if mixed == 0 { 1 } else { mixed })
    }

    pub const fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number from `low` to `high`, both included; `low` when the range is empty.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let Some(span) = high.checked_sub(low).filter(|span| *span > 0) else {
            return low;
        };
        let span = span.unsigned_abs().saturating_add(1);
        low.saturating_add_unsigned(self.next() % span)
    }

    /// True `percent` times in a hundred.
    pub fn chance(&mut self, percent: i64) -> bool {
        self.between(0, 99) < percent
    }

    /// `None` only when there is nothing to choose from.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        let last = i64::try_from(choices.len()).ok()?.checked_sub(1)?;
        choices.get(usize::try_from(self.between(0, last)).ok()?)
    }

    /// `length` decimal digits.
    pub fn digits(&mut self, length: usize) -> String {
        (0..length).map(|_| char::from(b'0' + (self.next() % 10) as u8)).collect()
    }

    /// `length` capital letters and digits, as merchants number their orders.
    pub fn code(&mut self, length: usize) -> String {
        const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
        (0..length).filter_map(|_| self.pick(ALPHABET)).map(|&byte| char::from(byte)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_and_seeds_differ() {
        let (mut a, mut b, mut c) = (Random::new(0), Random::new(0), Random::new(1));
        let first: Vec<u64> = (0..5).map(|_| a.next()).collect();
        assert_eq!(first, (0..5).map(|_| b.next()).collect::<Vec<_>>());
        assert_ne!(first, (0..5).map(|_| c.next()).collect::<Vec<_>>());
    }

    #[test]
    fn between_stays_inside_and_reaches_both_ends() {
        let mut random = Random::new(7);
        let drawn: std::collections::BTreeSet<i64> = (0..200).map(|_| random.between(-1, 2)).collect();
        assert_eq!(drawn.into_iter().collect::<Vec<_>>(), [-1, 0, 1, 2]);
        assert_eq!(random.between(5, 5), 5);
    }
}
