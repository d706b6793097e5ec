//! Rows waiting for their other leg: by a key, in the order of time, each given away once.

use std::collections::HashMap;
use std::hash::Hash;

use model::When;
use model::dates::{days_between, seconds_between};

/// How far the other leg may stand from a row: minutes where both print a time, else whole days, both ends included.
#[derive(Clone, Copy)]
pub(super) struct Window {
    pub(super) minutes: (i64, i64),
    pub(super) days: (i64, i64),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stand {
    Before,
    Inside,
    After,
}

impl Window {
    fn stand(self, row: When, other: When) -> Stand {
        let (distance, (from, to)) = match seconds_between(row, other) {
            Some(seconds) => (seconds, (self.minutes.0 * 60, self.minutes.1 * 60)),
            None => (days_between(row.date, other.date), self.days),
        };
        match distance {
            distance if distance < from => Stand::Before,
            distance if distance > to => Stand::After,
            _ => Stand::Inside,
        }
    }
}

/// Candidates by key. A key's list is walked with a cursor: rows asked for in the order of time never look back at
/// what they passed, so equal amounts by the thousand cost no more than different ones.
pub(super) struct Pool<K> {
    slots: HashMap<K, (Vec<(When, u32)>, usize)>,
}

impl<K: Eq + Hash> Pool<K> {
    /// `candidates` in any order.
    pub(super) fn new(candidates: impl IntoIterator<Item = (K, When, u32)>) -> Self {
        let mut slots: HashMap<K, (Vec<(When, u32)>, usize)> = HashMap::new();
        for (key, when, index) in candidates {
            slots.entry(key).or_default().0.push((when, index));
        }
        for (list, _) in slots.values_mut() {
            list.sort_unstable();
        }
        Self { slots }
    }

    /// The earliest candidate inside the window that is still free. Ask in the order of `when`, with one window.
    pub(super) fn take(
        &mut self,
        key: &K,
        when: When,
        window: Window,
        mut is_free: impl FnMut(u32) -> bool,
    ) -> Option<u32> {
        let (list, cursor) = self.slots.get_mut(key)?;
        while let Some(&(other, index)) = list.get(*cursor) {
            if window.stand(when, other) != Stand::Before && is_free(index) {
                break;
            }
            if window.stand(when, other) == Stand::After {
                return None;
            }
            *cursor += 1;
        }
        for &(other, index) in list.get(*cursor..)? {
            match window.stand(when, other) {
                Stand::After => return None,
                Stand::Inside if is_free(index) => return Some(index),
                Stand::Before | Stand::Inside => {}
            }
        }
        None
    }
}
