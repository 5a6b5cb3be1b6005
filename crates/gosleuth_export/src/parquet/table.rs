//! One table as a Parquet file: columns of numbers and texts, with or without empty cells.
//!
//! Numbers are written as packed differences, texts as numbers of a dictionary of their row group; both are compressed with gzip. That is all of
//! the format that is needed here, and every reader knows it. Row groups bound the memory.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use rustc_hash::FxHashMap;

use super::thrift::Writer;

/// Rows of a row group.
const GROUP: usize = 1 << 17;

const DATA_PAGE: i32 = 0;
const DICTIONARY_PAGE: i32 = 2;
const PLAIN: i32 = 0;
const RLE: i32 = 3;
const DELTA: i32 = 5;
const DICTIONARY: i32 = 8;
const GZIP: i32 = 2;
const INT64: i32 = 2;
const BYTES: i32 = 6;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Text,
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    pub name: &'static str,
    pub kind: Kind,
    /// Whether cells may be empty.
    pub optional: bool,
}

/// A column of numbers.
pub(super) const fn number(name: &'static str) -> Column {
    Column {
        name,
        kind: Kind::Number,
        optional: false,
    }
}

/// A column of texts.
pub(super) const fn text(name: &'static str) -> Column {
    Column {
        name,
        kind: Kind::Text,
        optional: false,
    }
}

impl Column {
    /// The same column with empty cells.
    pub(super) const fn or_none(self) -> Self {
        Self { optional: true, ..self }
    }
}

/// What stands in a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cell<'c> {
    None,
    Number(u64),
    Text(&'c str),
}

impl From<Option<u64>> for Cell<'_> {
    fn from(number: Option<u64>) -> Self {
        number.map_or(Self::None, Self::Number)
    }
}

impl<'c> From<Option<&'c str>> for Cell<'c> {
    fn from(text: Option<&'c str>) -> Self {
        text.map_or(Self::None, Self::Text)
    }
}

/// Cells of a row group.
#[derive(Debug, Default)]
struct Cells {
    /// Of every row, where cells may be empty.
    is_there: Vec<bool>,
    /// Numbers, or numbers of texts.
    values: Vec<i64>,
    index: FxHashMap<String, i64>,
    texts: Vec<u8>,
}

/// A column within a row group that was written.
#[derive(Debug)]
struct Chunk {
    start: u64,
    data: u64,
    plain: u64,
    packed: u64,
    has_dictionary: bool,
}

/// A table that is being written.
pub(super) struct Table {
    out: Box<dyn Write>,
    columns: &'static [Column],
    cells: Vec<Cells>,
    rows: usize,
    all_rows: u64,
    at: u64,
    groups: Vec<(u64, Vec<Chunk>)>,
    failed: Option<io::Error>,
}

impl Table {
    pub(super) fn new(out: Box<dyn Write>, columns: &'static [Column]) -> Self {
        let mut table = Self {
            out,
            columns,
            cells: columns.iter().map(|_| Cells::default()).collect(),
            rows: 0,
            all_rows: 0,
            at: 0,
            groups: Vec::new(),
            failed: None,
        };
        table.write(b"PAR1");
        table
    }

    /// Appends a row; errors are kept until the end.
    pub(super) fn row(&mut self, row: &[Cell<'_>]) {
        debug_assert_eq!(row.len(), self.columns.len());
        for ((cells, column), cell) in self.cells.iter_mut().zip(self.columns).zip(row) {
            if column.optional {
                cells.is_there.push(*cell != Cell::None);
            }
            match (*cell, column.kind) {
                (Cell::Number(number), Kind::Number) => cells.values.push(number as i64),
                (Cell::Text(text), Kind::Text) => {
                    let next = cells.index.len() as i64;
                    let number = match cells.index.get(text) {
                        Some(&known) => known,
                        None => {
                            cells.index.insert(text.to_owned(), next);
                            cells.texts.extend_from_slice(&(text.len() as u32).to_le_bytes());
                            cells.texts.extend_from_slice(text.as_bytes());
                            next
                        }
                    };
                    cells.values.push(number);
                }
                _ => debug_assert!(column.optional && *cell == Cell::None, "{}: {cell:?}", column.name),
            }
        }
        self.rows += 1;
        if self.rows == GROUP {
            self.end_group();
        }
    }

    fn write(&mut self, bytes: &[u8]) {
        self.at += bytes.len() as u64;
        if self.failed.is_none() {
            self.failed = self.out.write_all(bytes).err();
        }
    }

    /// Writes a page; its sizes with its header, before and after compression.
    fn page(&mut self, kind: i32, body: &[u8], values: usize, encoding: i32) -> (u64, u64) {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::new(3));
        let packed = encoder
            .write_all(body)
            .and_then(|()| encoder.finish())
            .unwrap_or_default();
        let mut header = Writer::default();
        header.structure(|page| {
            page.i32(1, kind);
            page.i32(2, body.len() as i32);
            page.i32(3, packed.len() as i32);
            let field = if kind == DATA_PAGE { 5 } else { 7 };
            page.nested(field, |page| {
                page.i32(1, values as i32);
                page.i32(2, encoding);
                if kind == DATA_PAGE {
                    page.i32(3, RLE);
                    page.i32(4, RLE);
                }
            });
        });
        self.write(&header.out);
        self.write(&packed);
        let head = header.out.len() as u64;
        (head + body.len() as u64, head + packed.len() as u64)
    }

    fn end_group(&mut self) {
        let rows = std::mem::take(&mut self.rows);
        if rows == 0 {
            return;
        }
        let mut chunks = Vec::new();
        for index in 0..self.columns.len() {
            let (cells, column) = (std::mem::take(&mut self.cells[index]), self.columns[index]);
            let start = self.at;
            let (mut plain, mut packed) = (0, 0);
            let mut body = Vec::new();
            if column.optional {
                let levels: Vec<i64> = cells.is_there.iter().map(|&is_there| i64::from(is_there)).collect();
                let mut run = Vec::new();
                pack_run(&levels, 1, &mut run);
                body.extend_from_slice(&(run.len() as u32).to_le_bytes());
                body.append(&mut run);
            }
            let encoding = if column.kind == Kind::Text {
                (plain, packed) = self.page(DICTIONARY_PAGE, &cells.texts, cells.index.len(), PLAIN);
                let width = 64 - (cells.index.len() as u64).leading_zeros();
                body.push(width as u8);
                pack_run(&cells.values, width, &mut body);
                DICTIONARY
            } else {
                pack_differences(&cells.values, &mut body);
                DELTA
            };
            let data = self.at;
            let (more_plain, more_packed) = self.page(DATA_PAGE, &body, rows, encoding);
            chunks.push(Chunk {
                start,
                data,
                plain: plain + more_plain,
                packed: packed + more_packed,
                has_dictionary: column.kind == Kind::Text,
            });
        }
        self.all_rows += rows as u64;
        self.groups.push((rows as u64, chunks));
    }

    /// Writes what is left and the footer.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.end_group();
        let mut footer = Writer::default();
        let columns = self.columns;
        footer.structure(|file| {
            file.i32(1, 1);
            let root = [None];
            let elements: Vec<Option<&Column>> = root.into_iter().chain(columns.iter().map(Some)).collect();
            file.structures(2, &elements, |element, column| match column {
                None => {
                    element.text(4, "trace");
                    element.i32(5, columns.len() as i32);
                }
                Some(column) => {
                    element.i32(1, if column.kind == Kind::Text { BYTES } else { INT64 });
                    element.i32(3, i32::from(column.optional));
                    element.text(4, column.name);
                    if column.kind == Kind::Text {
                        // UTF-8, in the old and in the new way to say so.
                        element.i32(6, 0);
                        element.nested(10, |logical| logical.nested(1, |_| {}));
                    }
                }
            });
            file.i64(3, self.all_rows as i64);
            file.structures(4, &self.groups, |group, (rows, chunks)| {
                let chunks: Vec<(&Column, &Chunk)> = columns.iter().zip(chunks).collect();
                group.structures(1, &chunks, |chunk, &(column, written)| {
                    chunk.i64(2, written.start as i64);
                    chunk.nested(3, |meta| {
                        let (kind, encodings): (i32, &[i32]) = match column.kind {
                            Kind::Text => (BYTES, &[PLAIN, RLE, DICTIONARY]),
                            Kind::Number => (INT64, &[RLE, DELTA]),
                        };
                        meta.i32(1, kind);
                        meta.numbers(2, encodings);
                        meta.texts(3, &[column.name]);
                        meta.i32(4, GZIP);
                        meta.i64(5, *rows as i64);
                        meta.i64(6, written.plain as i64);
                        meta.i64(7, written.packed as i64);
                        meta.i64(9, written.data as i64);
                        if written.has_dictionary {
                            meta.i64(11, written.start as i64);
                        }
                    });
                });
                let bytes: u64 = chunks.iter().map(|(_, chunk)| chunk.plain).sum();
                group.i64(2, bytes as i64);
                group.i64(3, *rows as i64);
            });
            file.text(6, "gosleuth");
        });
        self.write(&footer.out);
        let length = footer.out.len() as u32;
        self.write(&length.to_le_bytes());
        self.write(b"PAR1");
        match self.failed {
            Some(error) => Err(error),
            None => self.out.flush(),
        }
    }
}

fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends numbers of so many bits, lowest bits first.
fn pack_bits(values: impl Iterator<Item = u64>, width: u32, out: &mut Vec<u8>) {
    let (mut buffer, mut bits) = (0u128, 0);
    for value in values {
        buffer |= u128::from(value) << bits;
        bits += width;
        while bits >= 8 {
            out.push(buffer as u8);
            buffer >>= 8;
            bits -= 8;
        }
    }
    if bits > 0 {
        out.push(buffer as u8);
    }
}

/// Appends numbers as one bit-packed run: groups of eight, the last one filled with zeros.
fn pack_run(values: &[i64], width: u32, out: &mut Vec<u8>) {
    let groups = values.len().div_ceil(8);
    varint((groups as u64) << 1 | 1, out);
    let padding = groups * 8 - values.len();
    let padded = values
        .iter()
        .map(|&value| value as u64)
        .chain(std::iter::repeat_n(0, padding));
    pack_bits(padded, width, out);
}

/// Appends numbers as differences in blocks of four times 32.
fn pack_differences(values: &[i64], out: &mut Vec<u8>) {
    const BLOCK: usize = 128;
    const PART: usize = 32;
    let signed = |value: i64| (value << 1 ^ value >> 63) as u64;
    varint(BLOCK as u64, out);
    varint((BLOCK / PART) as u64, out);
    varint(values.len() as u64, out);
    varint(signed(values.first().copied().unwrap_or(0)), out);
    let differences: Vec<i64> = values.windows(2).map(|pair| pair[1].wrapping_sub(pair[0])).collect();
    for block in differences.chunks(BLOCK) {
        let least = block.iter().copied().min().unwrap_or(0);
        varint(signed(least), out);
        let above = |&difference: &i64| difference.wrapping_sub(least) as u64;
        let widths: Vec<u32> = (0..BLOCK / PART)
            .map(|part| {
                let part = block.iter().skip(part * PART).take(PART);
                64 - part.map(above).max().unwrap_or(0).leading_zeros()
            })
            .collect();
        out.extend(widths.iter().map(|&width| width as u8));
        for (part, &width) in block.chunks(PART).zip(&widths) {
            let padded = part.iter().map(above).chain(std::iter::repeat_n(0, PART - part.len()));
            pack_bits(padded, width, out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_format() {
        // Numbers 0 to 7 with three bits each.
        let mut out = Vec::new();
        pack_bits(0..8, 3, &mut out);
        assert_eq!(out, [0b1000_1000, 0b1100_0110, 0b1111_1010]);
        // Differences of 1, 2, 3, 4, 5 are all 1: nothing but the least one.
        let mut out = Vec::new();
        pack_differences(&[1, 2, 3, 4, 5], &mut out);
        assert_eq!(out, [0x80, 1, 4, 5, 2, 2, 0, 0, 0, 0]);
    }

    #[test]
    fn a_run_is_filled_up() {
        let mut out = Vec::new();
        pack_run(&[1, 0, 1], 1, &mut out);
        assert_eq!(out, [3, 0b101]);
    }
}
