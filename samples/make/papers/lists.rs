//! Lists of which the names of the columns are known and their places are not.

use super::account::Owner;
use super::print::{PAGES, Pages, even, pages};
use super::table::Wrap;
use crate::MakeError;

/// Lines above the table: x and text of each piece.
pub type Line = &'static [(f32, &'static str)];

pub const HEAD: &[Line] =
    &[&[(24.0, "户名：{holder}"), (260.0, "账号：{number}"), (520.0, "起止日期：{from} 至 {to}")]];

/// A printed list whose columns are equally wide.
#[derive(Clone, Copy)]
pub struct List {
    pub owner: Owner,
    pub seed: u64,
    pub rows: usize,
    pub newest_first: bool,
    pub title: &'static str,
    pub names: &'static str,
    pub row: &'static str,
    pub before: &'static [Line],
    pub after: &'static [&'static str],
    pub carried: &'static str,
    pub per_page: usize,
    pub wrap: Wrap,
    pub repeat_header: bool,
}

pub const LIST: List = List {
    owner: Owner::Person,
    seed: 0,
    rows: 24,
    newest_first: false,
    title: "",
    names: "",
    row: "",
    before: HEAD,
    after: &[],
    carried: "",
    per_page: 12,
    wrap: Wrap::Centred,
    repeat_header: true,
};

/// # Errors
/// [`MakeError`] when the PDF writer refuses.
pub fn list(list: &List) -> Result<Vec<u8>, MakeError> {
    let columns = even(list.names);
    pages(&Pages {
        owner: list.owner,
        seed: list.seed,
        rows: list.rows,
        newest_first: list.newest_first,
        title: list.title,
        before: list.before,
        columns: &columns,
        row: list.row,
        carried: list.carried,
        after: list.after,
        foot: &["第{page}页/共{pages}页"],
        per_page: list.per_page,
        wrap: list.wrap,
        repeat_header: list.repeat_header,
        ..PAGES
    })
}
