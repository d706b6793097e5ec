//! JSON of no known form as sheets: what a site's own program fetched lists its rows as objects, so each list is a table
//! whose columns are the objects' names, and what stands outside lists is a sheet of names and values.

use std::collections::HashMap;
use std::sync::Arc;

use model::sheet::{Cell, CellKind, Row, Sheet, SheetOrigin};
use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

use super::place::Cursor;

/// Answers nest their rows three to five deep. Each level is read once more than the one above it.
const DEPTH_MAX: usize = 16;
/// A row has some twenty values, a ten-year list some 40,000 rows.
const CELLS_MAX: usize = 2_000_000;

/// `None` when the text is no JSON, is nested deeper than [`DEPTH_MAX`], or holds more than [`CELLS_MAX`] values.
#[must_use]
pub fn sheets(text: &str) -> Option<Vec<Sheet>> {
    let root: &RawValue = serde_json::from_str(text).ok()?;
    let mut reader = Reader { text, cells: 0, lists: Vec::new(), facts: Vec::new() };
    reader.walk("", root, 0)?;
    let mut cursor = Cursor::new(text);
    let mut sheets = Vec::with_capacity(reader.lists.len() + 1);
    if !reader.facts.is_empty() {
        let mut sheet = Sheet::new(SheetOrigin::Workbook { name: Arc::from("") });
        for (name, value) in &reader.facts {
            let key = Value { text: name.clone(), kind: CellKind::Text, offset: value.offset };
            push_row(&mut sheet, &mut cursor, [(1, &key), (2, value)].into_iter());
        }
        sheets.push(sheet);
    }
    sheets.extend(reader.lists.iter().map(|list| sheet_of(list, &mut cursor)));
    Some(sheets)
}

/// A value that holds no others: its text, and the byte offset at which it stands.
#[derive(Debug)]
struct Value {
    text: String,
    kind: CellKind,
    offset: usize,
}

struct List {
    name: String,
    offset: usize,
    rows: Vec<Vec<(String, Value)>>,
}

struct Reader<'t> {
    text: &'t str,
    cells: usize,
    lists: Vec<List>,
    facts: Vec<(String, Value)>,
}

/// Names and values in the order of the file; a name given twice stays twice.
struct Members<'t>(Vec<(String, &'t RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry::<String, &'de RawValue>()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

impl<'t> Reader<'t> {
    fn offset(&self, raw: &RawValue) -> usize {
        (raw.get().as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize)
    }

    /// `None` beyond a bound.
    fn walk(&mut self, name: &str, raw: &'t RawValue, depth: usize) -> Option<()> {
        if depth > DEPTH_MAX {
            return None;
        }
        match raw.get().as_bytes().first() {
            Some(b'{') => {
                for (key, value) in serde_json::from_str::<Members<'t>>(raw.get()).ok()?.0 {
                    self.walk(&key, value, depth + 1)?;
                }
            }
            Some(b'[') => self.list(name, raw, depth)?,
            _ => {
                if let Some(value) = self.scalar(raw)? {
                    self.facts.push((name.to_owned(), value));
                }
            }
        }
        Some(())
    }

    fn list(&mut self, name: &str, raw: &'t RawValue, depth: usize) -> Option<()> {
        let mut list = List { name: name.to_owned(), offset: self.offset(raw), rows: Vec::new() };
        let at = self.lists.len();
        for item in serde_json::from_str::<Vec<&'t RawValue>>(raw.get()).ok()? {
            if item.get().starts_with('{') {
                let mut row = Vec::new();
                self.row(item, &mut row, depth + 1)?;
                list.rows.push(row);
            } else {
                self.walk(name, item, depth + 1)?;
            }
        }
        if list.rows.iter().any(|row| !row.is_empty()) {
            // Before the lists that its rows hold.
            self.lists.insert(at.min(self.lists.len()), list);
        }
        Some(())
    }

    /// An object's values, those of objects in it beside them; a list in it is a table of its own.
    fn row(&mut self, raw: &'t RawValue, row: &mut Vec<(String, Value)>, depth: usize) -> Option<()> {
        if depth > DEPTH_MAX {
            return None;
        }
        for (key, value) in serde_json::from_str::<Members<'t>>(raw.get()).ok()?.0 {
            match value.get().as_bytes().first() {
                Some(b'{') => self.row(value, row, depth + 1)?,
                Some(b'[') => self.list(&key, value, depth + 1)?,
                _ => row.extend(self.scalar(value)?.map(|value| (key, value))),
            }
        }
        Some(())
    }

    /// `Some(None)` for null and blank texts.
    fn scalar(&mut self, raw: &RawValue) -> Option<Option<Value>> {
        let printed = raw.get();
        let (text, kind) = if printed.starts_with('"') {
            (serde_json::from_str(printed).ok()?, CellKind::Text)
        } else {
            let is_number = printed.starts_with(|c: char| c == '-' || c.is_ascii_digit());
            (printed.to_owned(), if is_number { CellKind::Number } else { CellKind::Text })
        };
        if printed == "null" || text.trim().is_empty() {
            return Some(None);
        }
        self.cells += 1;
        (self.cells <= CELLS_MAX).then(|| Some(Value { text, kind, offset: self.offset(raw) }))
    }
}

/// The names of all rows head the columns, in the order in which they appear.
fn sheet_of(list: &List, cursor: &mut Cursor<'_>) -> Sheet {
    let mut columns: HashMap<&str, u32> = HashMap::new();
    let mut names = Vec::new();
    for (name, _) in list.rows.iter().flatten() {
        let next = u32::try_from(columns.len()).unwrap_or(u32::MAX).saturating_add(1);
        columns.entry(name.as_str()).or_insert_with(|| {
            names.push(Value { text: name.clone(), kind: CellKind::Text, offset: list.offset });
            next
        });
    }
    let mut sheet = Sheet::new(SheetOrigin::Workbook { name: Arc::from(list.name.as_str()) });
    push_row(&mut sheet, cursor, (1..).zip(&names));
    for row in &list.rows {
        let column = |name: &str| columns.get(name).copied().unwrap_or(1);
        let mut cells: Vec<(u32, &Value)> = row.iter().map(|(name, value)| (column(name), value)).collect();
        cells.sort_by_key(|(column, _)| *column);
        // Of a name given twice the first counts.
        cells.dedup_by_key(|(column, _)| *column);
        push_row(&mut sheet, cursor, cells.into_iter());
    }
    sheet
}

fn push_row<'v>(sheet: &mut Sheet, cursor: &mut Cursor<'_>, cells: impl Iterator<Item = (u32, &'v Value)>) {
    let size = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let cell_start = size(sheet.cells.len());
    for (column, value) in cells {
        let start = size(sheet.text.len());
        sheet.text.push_str(&value.text);
        let cell = Cell { start, end: size(sheet.text.len()), column, kind: value.kind };
        let place = cursor.place(value.offset);
        sheet.cells.push(cell);
        sheet.places.push((place.line, place.column));
    }
    let cell_end = size(sheet.cells.len());
    if cell_end > cell_start {
        let number = size(sheet.rows.len()).saturating_add(1);
        sheet.rows.push(Row { number, cell_start, cell_end });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let sheets = sheets(text).unwrap();
        let row = |sheet: &Sheet, row: &Row| {
            let cells = sheet.cells_of(row).iter();
            cells.map(|c| format!("{}={}", c.column, sheet.cell_text(c))).collect::<Vec<_>>().join(" ")
        };
        sheets.iter().flat_map(|sheet| sheet.rows.iter().map(|r| row(sheet, r)).collect::<Vec<_>>()).collect()
    }

    #[test]
    fn a_list_is_a_table_and_the_rest_names_and_values() {
        let text = r#"{"code": 0, "data": {"name": "某某", "none": null,
            "list": [{"day": "2026-03-01", "sum": -12.30}, {"sum": 5, "more": {"who": "a"}, "day": "2026-03-02"}]}}"#;
        assert_eq!(
            shown(text),
            ["1=code 2=0", "1=name 2=某某", "1=day 2=sum 3=who", "1=2026-03-01 2=-12.30", "1=2026-03-02 2=5 3=a"]
        );
    }

    #[test]
    fn a_value_knows_its_place() {
        let text = "[{\"a\": 1},\n {\"a\": \"甲\", \"b\": 2}]";
        let sheets = sheets(text).unwrap();
        let row = sheets[0].rows[2];
        assert_eq!(sheets[0].source(&row, 2), model::Source::Line { line: 2, column: 18 });
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
        assert!(sheets(&deep).is_none());
        assert!(sheets("{\"a\": ").is_none());
        assert_eq!(shown("[[{\"a\": [{\"b\": 1}], \"c\": 2}]]"), ["1=c", "1=2", "1=b", "1=1"]);
    }
}
