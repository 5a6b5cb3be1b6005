//! Tables in three forms: aligned text, JSON, CSV.

use std::io::{self, Write};

pub(super) use gosleuth_base::duration;
use gosleuth_base::thousands;
use serde_json::{Map, Value, json};

/// What a cell holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    None,
    Text(String),
    Count(u64),
    /// A length of time or a time since the start.
    Nanos(u64),
    Bytes(u64),
    /// A part of one.
    Share(f64),
}

impl From<u64> for Cell {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl Cell {
    fn is_number(&self) -> bool {
        !matches!(self, Self::Text(_))
    }

    fn text(&self) -> String {
        match self {
            Self::None => "-".to_owned(),
            Self::Text(text) => text.clone(),
            Self::Count(count) => thousands(*count),
            Self::Nanos(nanos) => duration(*nanos),
            Self::Bytes(bytes) => size(*bytes),
            Self::Share(share) => format!("{:.1} %", share * 100.0),
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::None => Value::Null,
            Self::Text(text) => json!(text),
            Self::Count(number) | Self::Nanos(number) | Self::Bytes(number) => json!(number),
            Self::Share(share) => json!((share * 1e6).round() / 1e6),
        }
    }

    fn csv(&self) -> String {
        match self {
            Self::None => String::new(),
            Self::Text(text) if text.contains([',', '"', '\n']) => format!("\"{}\"", text.replace('"', "\"\"")),
            Self::Text(text) => text.clone(),
            other => other.json().to_string(),
        }
    }
}

/// Rows of equal things. The key of a column is its heading in text with spaces for underscores.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    /// The key in JSON.
    pub name: &'static str,
    /// The heading for a person.
    pub title: String,
    pub columns: Vec<&'static str>,
    pub rows: Vec<Vec<Cell>>,
    /// Sentences below it, for a person.
    pub notes: Vec<String>,
    /// One thing rather than rows of them: shown as lines of key and value.
    pub is_record: bool,
    /// Rows of sentences: each is shown as a record, and nothing where there are none.
    pub is_list: bool,
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{:.1} KiB", bytes as f64 / 1024.0),
        1_048_576..1_073_741_824 => format!("{:.1} MiB", bytes as f64 / 1_048_576.0),
        _ => format!("{:.2} GiB", bytes as f64 / 1_073_741_824.0),
    }
}

/// Tables for a person.
pub(super) fn write_text(tables: &[Table], top: usize, out: &mut dyn Write) -> io::Result<()> {
    let shown = tables.iter().filter(|table| !(table.is_list && table.rows.is_empty()));
    for (index, table) in shown.enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        if !table.title.is_empty() {
            writeln!(out, "{}", table.title)?;
        }
        if table.is_record {
            write_record(table, &table.rows[0], out)?;
        } else if table.is_list {
            for row in table.rows.iter().take(top) {
                write_record(table, row, out)?;
            }
        } else {
            write_rows(table, top, out)?;
        }
        for note in &table.notes {
            writeln!(out, "{note}")?;
        }
    }
    Ok(())
}

fn write_record(table: &Table, row: &[Cell], out: &mut dyn Write) -> io::Result<()> {
    let width = table.columns.iter().map(|column| column.len()).max().unwrap_or(0);
    for (column, cell) in table.columns.iter().zip(row) {
        if *cell != Cell::None {
            writeln!(out, "  {:width$}  {}", column.replace('_', " "), cell.text())?;
        }
    }
    Ok(())
}

fn write_rows(table: &Table, top: usize, out: &mut dyn Write) -> io::Result<()> {
    if table.rows.is_empty() {
        return writeln!(out, "  none");
    }
    let shown = &table.rows[..table.rows.len().min(top)];
    let headings: Vec<String> = table.columns.iter().map(|column| column.replace('_', " ")).collect();
    let texts: Vec<Vec<String>> = shown.iter().map(|row| row.iter().map(Cell::text).collect()).collect();
    let width = |column: usize| {
        let cells = texts.iter().map(|row| row[column].chars().count());
        cells.chain([headings[column].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..headings.len()).map(width).collect();
    let is_number = |column: usize| shown.iter().all(|row| row[column].is_number());
    let numbers: Vec<bool> = (0..headings.len()).map(is_number).collect();
    let mut write = |row: &[String]| {
        let mut line = String::new();
        for ((cell, &width), &is_number) in row.iter().zip(&widths).zip(&numbers) {
            line.push_str("  ");
            if is_number {
                line.push_str(&format!("{cell:>width$}"));
            } else {
                line.push_str(&format!("{cell:width$}"));
            }
        }
        writeln!(out, "{}", line.trim_end())
    };
    write(&headings)?;
    texts.iter().try_for_each(|row| write(row))?;
    let left = table.rows.len() - shown.len();
    if left > 0 {
        writeln!(out, "  … and {} more; --top 0 shows all", thousands(left as u64))?;
    }
    Ok(())
}

/// One document. Times are nanoseconds.
pub(super) fn write_json(tables: &[Table], top: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut document = Map::new();
    document.insert("version".to_owned(), json!(1));
    for table in tables {
        let object = |row: &Vec<Cell>| {
            let fields = table.columns.iter().zip(row);
            Value::Object(
                fields
                    .map(|(column, cell)| ((*column).to_owned(), cell.json()))
                    .collect(),
            )
        };
        let mut rows = table.rows.iter().take(top).map(object);
        let value = if table.is_record {
            rows.next().unwrap_or(Value::Null)
        } else {
            Value::Array(rows.collect())
        };
        document.insert(table.name.to_owned(), value);
    }
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// Tables one below the other, with an empty line between them.
pub(super) fn write_csv(tables: &[Table], top: usize, out: &mut dyn Write) -> io::Result<()> {
    for (index, table) in tables.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{}", table.columns.join(","))?;
        for row in table.rows.iter().take(top) {
            let cells: Vec<String> = row.iter().map(Cell::csv).collect();
            writeln!(out, "{}", cells.join(","))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_three_digits() {
        for (nanos, text) in [
            (0, "0"),
            (999, "999 ns"),
            (1_500, "1.50 µs"),
            (64_000_000, "64.0 ms"),
            (123_456_789_000, "123 s"),
        ] {
            assert_eq!(duration(nanos), text);
        }
    }

    #[test]
    fn csv_quotes_what_would_break_it() {
        assert_eq!(Cell::from("a,\"b\"").csv(), "\"a,\"\"b\"\"\"");
        assert_eq!(Cell::Nanos(1500).csv(), "1500");
    }
}
