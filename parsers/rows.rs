//! Which lines of a printed table belong to which row.
//!
//! A row is anchored by the line with its date and its amount. A cell that takes several lines stands around that
//! line (centred) or hangs from it (top), as the layout says; nothing is assigned by "the next date starts a new row",
//! which gives a centred cell's first line to the row above.

/// One line of one column: its place and its text's place in the page's arena.
#[derive(Debug, Clone, Copy)]
pub struct CellLine {
    pub line: usize,
    pub baseline: f32,
    pub font_size: f32,
    pub text_start: usize,
    pub text_end: usize,
    pub x0: f32,
    pub x1: f32,
    pub top: f32,
    pub bottom: f32,
    pub confidence: f32,
}

/// More lines than a cell of any known document takes.
const CELL_LINES_MAX: usize = 10;
/// Lines further apart than this (in font sizes) are not one cell.
const LEADING_MAX: f32 = 2.0;
/// Cost of a line that belongs to no row: more than any distance on a page.
const STRAY_COST: f32 = 10_000.0;

/// Gives each line of a column (top to bottom) the index of its row, or none. `anchors` are the baselines of the
/// rows, top to bottom.
#[must_use]
pub fn assign_centred(lines: &[CellLine], anchors: &[f32]) -> Vec<Option<usize>> {
    if let Some(direct) = assign_direct(lines, anchors) {
        return direct;
    }
    // cost[k][i]: the least cost of giving the first i lines to the first k rows; each row takes a block of
    // neighbouring lines whose middle should be the row's anchor.
    let (rows, count) = (anchors.len(), lines.len());
    // A line that stands exactly on another row's line would rather be that row's.
    let own: Vec<Option<usize>> = lines
        .iter()
        .map(|line| anchors.iter().position(|anchor| (anchor - line.baseline).abs() <= 0.3 * line.font_size))
        .collect();
    let width = count + 1;
    let mut cost = vec![f32::INFINITY; (rows + 1) * width];
    // How many lines the last step took; 0: the row is empty; usize::MAX: the line is stray.
    let mut step = vec![0_usize; (rows + 1) * width];
    let at = |k: usize, i: usize| k * width + i;
    let get = |values: &[f32], k: usize, i: usize| values.get(at(k, i)).copied().unwrap_or(f32::INFINITY);
    for k in 0..=rows {
        for i in 0..=count {
            let mut best = if k == 0 && i == 0 { 0.0 } else { f32::INFINITY };
            let mut how = 0;
            if let Some(previous) = i.checked_sub(1) {
                let stray = get(&cost, k, previous) + STRAY_COST;
                if stray < best {
                    (best, how) = (stray, usize::MAX);
                }
            }
            if let Some(anchor) = k.checked_sub(1).and_then(|k| anchors.get(k)) {
                let empty = get(&cost, k - 1, i);
                if empty < best {
                    (best, how) = (empty, 0);
                }
                for length in 1..=CELL_LINES_MAX.min(i) {
                    let Some(block) = lines.get(i - length..i) else { break };
                    let Some(distance) = block_distance(block, *anchor) else { continue };
                    let others = own.get(i - length..i).unwrap_or(&[]).iter().filter(|o| o.is_some_and(|o| o != k - 1));
                    let reluctance = others.count() as f32 * block.first().map_or(0.0, |line| line.font_size);
                    let total = get(&cost, k - 1, i - length) + distance + reluctance;
                    if total < best {
                        (best, how) = (total, length);
                    }
                }
            }
            if let Some(slot) = cost.get_mut(at(k, i)) {
                *slot = best;
            }
            if let Some(slot) = step.get_mut(at(k, i)) {
                *slot = how;
            }
        }
    }
    let mut assigned = vec![None; count];
    let (mut k, mut i) = (rows, count);
    while k > 0 || i > 0 {
        match step.get(at(k, i)).copied().unwrap_or(0) {
            usize::MAX if i > 0 => i -= 1,
            0 if k > 0 => k -= 1,
            length if k > 0 && length > 0 && length <= i => {
                for slot in assigned.get_mut(i - length..i).into_iter().flatten() {
                    *slot = Some(k - 1);
                }
                (k, i) = (k - 1, i - length);
            }
            _ => break,
        }
    }
    assigned
}

/// How far the middle of a block of lines is from the anchor; none when the lines are not one cell or too far.
fn block_distance(block: &[CellLine], anchor: f32) -> Option<f32> {
    let (first, last) = (block.first()?, block.last()?);
    let one_cell = block
        .windows(2)
        .all(|pair| matches!(pair, [a, b] if b.baseline - a.baseline <= LEADING_MAX * a.font_size.max(b.font_size)));
    let distance = ((first.baseline + last.baseline) / 2.0 - anchor).abs();
    // The cells of three rows are centred on the middle row together as well as each on its own: what is taken
    // together costs a part of its height, so that the least is taken.
    let height = 0.25 * (last.baseline - first.baseline);
    (one_cell && distance <= 1.2 * first.font_size.max(1.0) * block.len() as f32).then_some(distance + height)
}

/// The usual case: every line stands on an anchor's line, no two on one.
fn assign_direct(lines: &[CellLine], anchors: &[f32]) -> Option<Vec<Option<usize>>> {
    let mut assigned = Vec::with_capacity(lines.len());
    let mut next = 0;
    for line in lines {
        let tolerance = 0.3 * line.font_size;
        while anchors.get(next).is_some_and(|anchor| *anchor < line.baseline - tolerance) {
            next += 1;
        }
        if anchors.get(next)? - line.baseline > tolerance {
            return None;
        }
        assigned.push(Some(next));
        next += 1;
    }
    Some(assigned)
}

/// As [`assign_centred`], for cells that hang from their row's line.
#[must_use]
pub fn assign_top(lines: &[CellLine], anchors: &[f32]) -> Vec<Option<usize>> {
    let mut before: Option<(usize, f32)> = None;
    lines
        .iter()
        .map(|line| {
            let tolerance = 0.3 * line.font_size;
            let row = anchors.partition_point(|anchor| *anchor <= line.baseline + tolerance).checked_sub(1)?;
            let anchor = *anchors.get(row)?;
            // Each further line follows the one before it closely, or it is not of this cell.
            let from = match before {
                Some((previous_row, baseline)) if previous_row == row => baseline,
                _ => anchor,
            };
            let follows = line.baseline - from <= LEADING_MAX * line.font_size;
            follows.then(|| {
                before = Some((row, line.baseline));
                row
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(baselines: &[f32]) -> Vec<CellLine> {
        let line = |(line, baseline): (usize, &f32)| CellLine {
            line,
            baseline: *baseline,
            font_size: 8.0,
            text_start: 0,
            text_end: 0,
            x0: 0.0,
            x1: 1.0,
            top: baseline - 8.0,
            bottom: *baseline,
            confidence: 1.0,
        };
        baselines.iter().enumerate().map(line).collect()
    }

    #[test]
    fn a_centred_cell_stands_around_its_row() {
        // Rows at 100, 126, 152; the first and the third have two lines, the second none.
        let assigned = assign_centred(&lines(&[94.0, 106.0, 146.0, 158.0]), &[100.0, 126.0, 152.0]);
        assert_eq!(assigned, vec![Some(0), Some(0), Some(2), Some(2)]);
        // Three lines between single ones.
        let assigned = assign_centred(&lines(&[100.0, 114.0, 126.0, 138.0, 152.0]), &[100.0, 126.0, 152.0]);
        assert_eq!(assigned, vec![Some(0), Some(1), Some(1), Some(1), Some(2)]);
    }

    #[test]
    fn neighbouring_cells_of_two_lines_stay_apart() {
        let assigned = assign_centred(&lines(&[94.0, 106.0, 120.0, 132.0, 146.0, 158.0]), &[100.0, 126.0, 152.0]);
        assert_eq!(assigned, vec![Some(0), Some(0), Some(1), Some(1), Some(2), Some(2)]);
    }

    #[test]
    fn a_line_far_from_every_row_is_stray() {
        let assigned = assign_centred(&lines(&[100.0, 300.0]), &[100.0, 126.0]);
        assert_eq!(assigned, vec![Some(0), None]);
        assert_eq!(
            assign_top(&lines(&[90.0, 100.0, 108.0, 160.0]), &[100.0, 126.0]),
            vec![None, Some(0), Some(0), None]
        );
    }

    #[test]
    fn a_top_aligned_cell_hangs_from_its_row() {
        let assigned = assign_top(&lines(&[100.0, 108.0, 126.0, 134.0]), &[100.0, 126.0]);
        assert_eq!(assigned, vec![Some(0), Some(0), Some(1), Some(1)]);
    }
}
