//! One record a transaction, as Apache Parquet: the columns of `csv`, money as exact decimals.

use std::sync::Arc;

use model::Money;
use parquet::basic::{Compression, GzipLevel};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, FloatType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use super::document::DocumentOut;
use super::statement::{StatementOut, TransactionOut};

/// `csv::HEADER`'s names in its order. Money is counted in ten-thousandths, as it is kept.
const SCHEMA: &str = "message transaction {
    required binary file (string);
    required int32 statement;
    required binary issuer (string);
    required binary kind (string);
    optional binary account (string);
    optional binary currency (string);
    required int32 seq;
    optional binary time (string);
    optional int64 amount (decimal(18, 4));
    required binary flow (string);
    optional int64 balance (decimal(18, 4));
    optional binary counterparty (string);
    optional binary counterparty_account (string);
    optional binary description (string);
    optional binary remark (string);
    optional binary type (string);
    optional binary method (string);
    required binary status (string);
    optional binary category (string);
    optional binary reference (string);
    optional binary merchant_reference (string);
    required float confidence;
    required boolean repaired;
    required binary proof (string);
    required binary source (string);
}";

/// Rows written together: what a reader has in memory at once.
const GROUP_ROWS: usize = 50_000;

/// A transaction with what it is part of.
struct Line<'d> {
    file: &'d str,
    index: i32,
    statement: &'d StatementOut<'d>,
    row: &'d TransactionOut<'d>,
}

/// A file of all transactions of these documents; one that failed has none. The same documents give the same bytes.
///
/// # Errors
/// The library's.
pub fn file<'d>(documents: impl IntoIterator<Item = &'d DocumentOut<'d>>) -> Result<Vec<u8>, ParquetError> {
    let mut lines = Vec::new();
    for document in documents {
        for (index, statement) in (0_i32..).zip(document.statements.iter().flatten()) {
            let rows = statement.transactions.iter();
            lines.extend(rows.map(|row| Line { file: document.file, index, statement, row }));
        }
    }
    let properties = WriterProperties::builder()
        .set_compression(Compression::GZIP(GzipLevel::default()))
        // Without the library's version, which would make every export another file after an update.
        .set_created_by("xinge".to_owned())
        .build();
    let schema = Arc::new(parse_message_type(SCHEMA)?);
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties))?;
    for some in lines.chunks(GROUP_ROWS) {
        let mut group = writer.next_row_group()?;
        columns(&mut Group(&mut group), some)?;
        group.close()?;
    }
    writer.into_inner()
}

fn columns(group: &mut Group<'_, '_>, lines: &[Line<'_>]) -> Result<(), ParquetError> {
    group.words(lines, |line| Some(line.file))?;
    group.numbers(lines, |line| line.index)?;
    group.words(lines, |line| Some(line.statement.issuer))?;
    group.words(lines, |line| Some(line.statement.kind))?;
    group.words(lines, |line| line.statement.account.as_ref().map(|account| account.masked.as_str()))?;
    group.words(lines, |line| line.statement.currency)?;
    group.numbers(lines, |line| i32::try_from(line.row.seq).unwrap_or(i32::MAX))?;
    group.words(lines, |line| line.row.time.as_deref())?;
    group.money(lines, |line| Some(&line.row.amount))?;
    group.words(lines, |line| Some(line.row.flow))?;
    group.money(lines, |line| line.row.balance.as_deref())?;
    group.words(lines, |line| line.row.counterparty.as_deref())?;
    group.words(lines, |line| line.row.counterparty_account.as_deref())?;
    group.words(lines, |line| line.row.description.as_deref())?;
    group.words(lines, |line| line.row.remark.as_deref())?;
    group.words(lines, |line| line.row.printed_type)?;
    group.words(lines, |line| line.row.method.as_deref())?;
    group.words(lines, |line| Some(line.row.status))?;
    group.words(lines, |line| line.row.category)?;
    group.words(lines, |line| line.row.reference)?;
    group.words(lines, |line| line.row.merchant_reference)?;
    group.values::<FloatType>(&lines.iter().map(|line| line.row.confidence).collect::<Vec<_>>(), None)?;
    group.values::<BoolType>(&lines.iter().map(|line| line.row.repaired).collect::<Vec<_>>(), None)?;
    group.words(lines, |line| Some(line.statement.proof.status))?;
    let sources: Vec<ByteArray> =
        lines.iter().map(|line| ByteArray::from(line.row.source.to_string().into_bytes())).collect();
    group.values::<ByteArrayType>(&sources, None)
}

/// The next columns of rows that are written together.
struct Group<'g, 'w>(&'g mut SerializedRowGroupWriter<'w, Vec<u8>>);

impl Group<'_, '_> {
    /// `present` says of each row whether it has a value; a required column is given none.
    fn values<T: parquet::data_type::DataType>(
        &mut self,
        values: &[T::T],
        present: Option<&[i16]>,
    ) -> Result<(), ParquetError> {
        let missing = || ParquetError::General("fewer columns than are written".to_owned());
        let mut column = self.0.next_column()?.ok_or_else(missing)?;
        column.typed::<T>().write_batch(values, present, None)?;
        column.close()
    }

    fn words<'d>(
        &mut self,
        lines: &'d [Line<'d>],
        of: impl Fn(&'d Line<'d>) -> Option<&'d str>,
    ) -> Result<(), ParquetError> {
        let texts: Vec<Option<&str>> = lines.iter().map(of).collect();
        let present: Vec<i16> = texts.iter().map(|text| i16::from(text.is_some())).collect();
        let values: Vec<ByteArray> = texts.into_iter().flatten().map(ByteArray::from).collect();
        self.values::<ByteArrayType>(&values, Some(&present))
    }

    fn numbers<'d>(&mut self, lines: &'d [Line<'d>], of: impl Fn(&'d Line<'d>) -> i32) -> Result<(), ParquetError> {
        self.values::<Int32Type>(&lines.iter().map(of).collect::<Vec<_>>(), None)
    }

    fn money<'d>(
        &mut self,
        lines: &'d [Line<'d>],
        of: impl Fn(&'d Line<'d>) -> Option<&'d str>,
    ) -> Result<(), ParquetError> {
        let mut values = Vec::with_capacity(lines.len());
        let mut present = Vec::with_capacity(lines.len());
        for line in lines {
            let value = of(line).map(exact).transpose()?;
            present.push(i16::from(value.is_some()));
            values.extend(value);
        }
        self.values::<Int64Type>(&values, Some(&present))
    }
}

/// As many ten-thousandths as a printed figure has.
fn exact(text: &str) -> Result<i64, ParquetError> {
    /// What 18 digits hold.
    const BOUND: i64 = 1_000_000_000_000_000_000;
    let money = text.parse::<Money>().ok().map(Money::ten_thousandths).filter(|value| value.abs() < BOUND);
    money.ok_or_else(|| ParquetError::General("an amount of more than 18 digits".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_are_those_of_the_csv() {
        let schema = parse_message_type(SCHEMA).unwrap();
        let names: Vec<&str> = schema.get_fields().iter().map(|field| field.name()).collect();
        assert_eq!(names.join(","), super::super::csv::HEADER.trim_end());
    }

    #[test]
    fn money_keeps_every_digit() {
        assert_eq!(exact("-12.30").unwrap(), -123_000);
        assert_eq!(exact("90071992547409.93").unwrap(), 900_719_925_474_099_300);
        assert!(exact("100000000000000.00").is_err());
    }
}
