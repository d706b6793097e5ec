//! Pages read at the same time, as many as are allowed.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// What `work` gives for each number below `count`, in their order; `None` where it panicked.
pub fn side_by_side<T: Send>(count: usize, at_once: NonZeroUsize, work: impl Fn(usize) -> T + Sync) -> Vec<Option<T>> {
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(usize, Option<T>)>> = Mutex::new(Vec::with_capacity(count));
    std::thread::scope(|scope| {
        for _ in 0..at_once.get().min(count) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= count {
                        break;
                    }
                    let result = catch_unwind(AssertUnwindSafe(|| work(at))).ok();
                    results.lock().unwrap_or_else(PoisonError::into_inner).push((at, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_and_a_panic_is_its_own() {
        let two = NonZeroUsize::MIN.saturating_add(1);
        let work = |at: usize| if at == 3 { panic!("a defect") } else { at * 10 };
        let results = side_by_side(5, two, work);
        assert_eq!(results, [Some(0), Some(10), Some(20), None, Some(40)]);
        assert_eq!(side_by_side(0, two, |at| at), []);
    }
}
