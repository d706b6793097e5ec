//! How many requests one caller may make: a bucket each, filled at a steady rate.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Callers remembered at once. A full bucket is as good as none, so those that are full again are forgotten first;
/// this many that are not full are a hundred bytes each, and an attack.
const CALLERS_MAX: usize = 50_000;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    pub per_second: u32,
    /// Requests at once after a pause.
    pub burst: u32,
}

#[derive(Debug)]
pub struct Rates {
    rate: Rate,
    buckets: Mutex<HashMap<String, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// Thousandths of a request, so that the arithmetic is whole.
    left: i64,
    at_ms: i64,
}

impl Rates {
    #[must_use]
    pub fn new(rate: Rate) -> Self {
        Self { rate, buckets: Mutex::new(HashMap::new()) }
    }

    /// Takes one request from a caller's bucket.
    ///
    /// # Errors
    /// Whole seconds until there is one again, at least 1.
    pub fn take(&self, caller: &str, now_ms: i64) -> Result<(), u32> {
        const ONE: i64 = 1_000;
        let full = i64::from(self.rate.burst.max(1)).saturating_mul(ONE);
        // Requests a second are thousandths of a request a millisecond.
        let per_ms = i64::from(self.rate.per_second.max(1));
        let filled = |bucket: &Bucket| {
            let passed = now_ms.saturating_sub(bucket.at_ms).max(0);
            bucket.left.saturating_add(passed.saturating_mul(per_ms)).min(full)
        };
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= CALLERS_MAX && !buckets.contains_key(caller) {
            buckets.retain(|_, bucket| filled(bucket) < full);
            if buckets.len() >= CALLERS_MAX {
                return Err(1);
            }
        }
        let left = buckets.get(caller).map_or(full, filled);
        let missing = ONE.saturating_sub(left);
        if missing > 0 {
            let wait_ms = missing.unsigned_abs().div_ceil(per_ms.unsigned_abs());
            return Err(u32::try_from(wait_ms.div_ceil(1_000)).unwrap_or(u32::MAX).max(1));
        }
        buckets.insert(caller.to_owned(), Bucket { left: left.saturating_sub(ONE), at_ms: now_ms });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_let_through_and_then_the_rate() {
        let rates = Rates::new(Rate { per_second: 2, burst: 3 });
        for _ in 0..3 {
            assert_eq!(rates.take("a", 0), Ok(()));
        }
        assert_eq!(rates.take("a", 0), Err(1));
        assert_eq!(rates.take("b", 0), Ok(()), "each caller has a bucket of their own");
        assert_eq!(rates.take("a", 499), Err(1));
        assert_eq!(rates.take("a", 500), Ok(()));
        assert_eq!(rates.take("a", 500), Err(1));
        // A pause fills it, and never more than full.
        for _ in 0..3 {
            assert_eq!(rates.take("a", 100_000), Ok(()));
        }
        assert_eq!(rates.take("a", 100_000), Err(1));
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing_away() {
        let rates = Rates::new(Rate { per_second: 1, burst: 1 });
        assert_eq!(rates.take("a", 10_000), Ok(()));
        assert_eq!(rates.take("a", 0), Err(1));
    }
}
