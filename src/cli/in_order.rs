//! Work in parallel, results in order, and no more of them in memory than are in work.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;

/// Documents rarely come in greater numbers at once, and each in work may take its whole memory bound.
const THREADS_MAX: usize = 8;
/// What the main thread has on Linux; the default of a spawned one is a quarter of it.
const STACK_BYTES: usize = 8 << 20;

struct State<T> {
    /// The next item to be taken.
    next: usize,
    /// Items handed over so far.
    handed: usize,
    done: BTreeMap<usize, thread::Result<T>>,
    stopped: bool,
}

/// Calls `work` for 0, 1, … `count - 1` on several threads and `hand_over` with each result, in that order, on
/// this one. A result waits for those before it; no item is taken further ahead than there are threads twice over.
/// `hand_over` may stop the rest.
pub fn run<T: Send>(
    count: usize,
    work: impl Fn(usize) -> T + Sync,
    mut hand_over: impl FnMut(T) -> ControlFlow<()>,
) -> std::io::Result<()> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(THREADS_MAX).min(count);
    let ahead = threads.saturating_mul(2);
    let state = Mutex::new(State { next: 0, handed: 0, done: BTreeMap::new(), stopped: false });
    let changed = Condvar::new();
    let lock = || state.lock().unwrap_or_else(PoisonError::into_inner);
    let take = || {
        let mut state = lock();
        loop {
            if state.stopped || state.next >= count {
                return None;
            }
            if state.next < state.handed.saturating_add(ahead) {
                state.next += 1;
                return Some(state.next - 1);
            }
            state = changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    };
    let worker = || {
        while let Some(index) = take() {
            // Caught, so that the one who waits for this result does not wait for ever.
            let result = catch_unwind(AssertUnwindSafe(|| work(index)));
            lock().done.insert(index, result);
            changed.notify_all();
        }
    };
    let mut panicked = None;
    let mut hand_all = || {
        for index in 0..count {
            let mut current = lock();
            let result = loop {
                if let Some(result) = current.done.remove(&index) {
                    break result;
                }
                current = changed.wait(current).unwrap_or_else(PoisonError::into_inner);
            };
            current.handed += 1;
            drop(current);
            changed.notify_all();
            let more = match result {
                Ok(result) => hand_over(result),
                Err(panic) => {
                    panicked = Some(panic);
                    ControlFlow::Break(())
                }
            };
            if more.is_break() {
                lock().stopped = true;
                changed.notify_all();
                return;
            }
        }
    };
    let outcome = thread::scope(|scope| {
        for _ in 0..threads {
            let started = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, worker);
            if let Err(error) = started {
                lock().stopped = true;
                changed.notify_all();
                return Err(error);
            }
        }
        hand_all();
        Ok(())
    });
    if let Some(panic) = panicked {
        resume_unwind(panic);
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn results_come_in_order_however_long_each_takes() {
        let mut seen = Vec::new();
        run(
            40,
            |index| {
                thread::sleep(std::time::Duration::from_millis(if index % 7 == 0 { 5 } else { 0 }));
                index
            },
            |index| {
                seen.push(index);
                ControlFlow::Continue(())
            },
        )
        .unwrap();
        assert_eq!(seen, (0..40).collect::<Vec<_>>());
    }

    #[test]
    fn stops_soon_after_nobody_listens() {
        let worked = AtomicUsize::new(0);
        run(1_000, |_| worked.fetch_add(1, Ordering::SeqCst), |_| ControlFlow::Break(())).unwrap();
        assert!(worked.load(Ordering::SeqCst) <= 1 + 4 * THREADS_MAX);
    }

    #[test]
    #[should_panic(expected = "third")]
    fn a_panic_is_passed_on_rather_than_waited_for() {
        let work = |index| assert_ne!(index, 3, "third");
        run(40, work, |()| ControlFlow::Continue(())).unwrap();
    }

    #[test]
    fn nothing_to_do_is_done() {
        run(0, |index| index, |_| ControlFlow::Continue(())).unwrap();
    }
}
