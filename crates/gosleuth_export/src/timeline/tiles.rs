//! Tiles: pieces of lanes, packed so that a page can unpack each on its own.
//!
//! A tile holds whole lanes, or a part of one that is long. Its numbers stand by column, which packs better, as varints; a column is preceded by
//! its length in bytes. Times are differences in units of the level: what is not exact anyway needs no nanoseconds.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::DeflateEncoder;

use super::lane::{Piece, STATES};

/// Pieces of a tile.
const PIECES: usize = 1 << 15;

/// What tells signs and sizes of lanes apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Labels {
    /// Numbers of goroutines, near to each other.
    Near,
    /// Numbers of places, small.
    Small,
}

/// Where a tile lies and what it holds, in the order in which the page's data has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tile {
    /// Lanes from and to, by index.
    pub lanes: (usize, usize),
    /// Time from and to, nanoseconds since the start; only of use if it holds part of one lane.
    pub span: (u64, u64),
    /// Characters from and length in the text of all tiles.
    pub at: (usize, usize),
}

/// Packed bytes as text.
#[derive(Debug, Default)]
pub(super) struct Packed {
    pub text: String,
}

impl Packed {
    /// Packs bytes; where they are in the text.
    pub(super) fn add(&mut self, bytes: &[u8]) -> io::Result<(usize, usize)> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(6));
        encoder.write_all(bytes)?;
        let start = self.text.len();
        base64(&encoder.finish()?, &mut self.text);
        Ok((start, self.text.len() - start))
    }
}

/// The unit of times at a resolution: a power of two, at most a 32nd of it.
pub(super) fn unit(resolution: u64) -> u64 {
    match resolution / 32 {
        0 => 1,
        most => 1 << (63 - most.leading_zeros()),
    }
}

/// Packs the lanes of a level.
pub(super) fn pack(lanes: &[Vec<Piece>], unit: u64, labels: Labels, packed: &mut Packed) -> io::Result<Vec<Tile>> {
    let mut tiles = Vec::new();
    let mut first = 0;
    while first < lanes.len() {
        // As many whole lanes as have room, at least one.
        let mut last = first;
        let mut count = lanes[first].len();
        while last + 1 < lanes.len() && count + lanes[last + 1].len() <= PIECES {
            last += 1;
            count += lanes[last].len();
        }
        if count > PIECES {
            for part in lanes[first].chunks(PIECES) {
                let at = packed.add(&encode(first, &[part], unit, labels))?;
                let span = (part[0].start, part[part.len() - 1].end);
                tiles.push(Tile {
                    lanes: (first, first),
                    span,
                    at,
                });
            }
        } else if count > 0 {
            let parts: Vec<&[Piece]> = lanes[first..=last].iter().map(Vec::as_slice).collect();
            let at = packed.add(&encode(first, &parts, unit, labels))?;
            let starts = parts.iter().filter_map(|part| Some(part.first()?.start));
            let ends = parts.iter().filter_map(|part| Some(part.last()?.end));
            tiles.push(Tile {
                lanes: (first, last),
                span: (starts.min().unwrap_or(0), ends.max().unwrap_or(0)),
                at,
            });
        }
        first = last + 1;
    }
    Ok(tiles)
}

/// The bytes of a tile: columns of number of pieces by lane; gaps before pieces; lengths; tones, the lowest bit of which is set if the piece
/// is merged; labels; shares of merged pieces in 255ths.
fn encode(_first: usize, lanes: &[&[Piece]], unit: u64, labels: Labels) -> Vec<u8> {
    let mut columns: [Vec<u8>; 6] = Default::default();
    let [counts, gaps, lengths, tones, names, shares] = &mut columns;
    let mut before = 0u64;
    for lane in lanes {
        varint(lane.len() as u64, counts);
        let mut at = 0;
        for piece in *lane {
            let (start, end) = ((piece.start / unit).max(at), piece.end.div_ceil(unit));
            varint(start - at, gaps);
            varint(end.saturating_sub(start), lengths);
            at = end.max(start);
            varint(u64::from(piece.tone) << 1 | u64::from(!piece.is_exact), tones);
            match labels {
                Labels::Small => varint(piece.label, names),
                Labels::Near => {
                    let change = piece.label.wrapping_sub(before) as i64;
                    varint((change << 1 ^ change >> 63) as u64, names);
                    before = piece.label;
                }
            }
            if !piece.is_exact {
                for share in &piece.shares[..STATES] {
                    shares.push((share * 255.0).round() as u8);
                }
            }
        }
    }
    let mut out = Vec::with_capacity(columns.iter().map(Vec::len).sum::<usize>() + 60);
    for column in &columns {
        varint(column.len() as u64, &mut out);
        out.extend_from_slice(column);
    }
    out
}

/// Appends a number in base 128.
pub(super) fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends bytes in base 64, padded.
fn base64(bytes: &[u8], out: &mut String) {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    out.reserve(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0u32, |word, &byte| word << 8 | u32::from(byte)) << (8 * (3 - chunk.len()));
        for index in 0..4 {
            let digit = DIGITS[(word >> (18 - 6 * index)) as usize & 63];
            out.push(if index <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Read as _;

    use super::*;

    /// The other way, as the page's script does it.
    pub(in super::super) fn unpack(text: &str) -> Vec<u8> {
        let digit = |byte: u8| match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            other => panic!("{other}"),
        };
        let mut bytes = Vec::new();
        for chunk in text.as_bytes().chunks(4) {
            let digits: Vec<u8> = chunk
                .iter()
                .filter(|&&byte| byte != b'=')
                .map(|&byte| digit(byte))
                .collect();
            let word =
                digits.iter().fold(0u32, |word, &digit| word << 6 | u32::from(digit)) << (6 * (4 - digits.len()));
            bytes.extend_from_slice(&word.to_be_bytes()[1..digits.len()]);
        }
        let mut out = Vec::new();
        flate2::read::DeflateDecoder::new(bytes.as_slice())
            .read_to_end(&mut out)
            .expect("packed bytes");
        out
    }

    pub(in super::super) fn number(bytes: &[u8], at: &mut usize) -> u64 {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = bytes[*at];
            *at += 1;
            value |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                return value;
            }
        }
    }

    /// The columns of a tile.
    pub(in super::super) fn columns(bytes: &[u8]) -> Vec<&[u8]> {
        let mut at = 0;
        let mut columns = Vec::new();
        while at < bytes.len() {
            let length = number(bytes, &mut at) as usize;
            columns.push(&bytes[at..at + length]);
            at += length;
        }
        columns
    }

    fn numbers(bytes: &[u8]) -> Vec<u64> {
        let mut at = 0;
        std::iter::from_fn(|| (at < bytes.len()).then(|| number(bytes, &mut at))).collect()
    }

    fn piece(start: u64, end: u64, label: u64, is_exact: bool) -> Piece {
        Piece {
            start,
            end,
            label,
            tone: 3,
            shares: [0.5, 0.25, 0.25, 0.0],
            is_exact,
        }
    }

    #[test]
    fn a_tile_comes_back() {
        let lanes = vec![
            vec![piece(100, 200, 7, true), piece(260, 300, 5, false)],
            Vec::new(),
            vec![piece(0, 50, 6, true)],
        ];
        let mut packed = Packed::default();
        let tiles = pack(&lanes, 1, Labels::Near, &mut packed).expect("no error in memory");
        assert_eq!(tiles.len(), 1);
        assert_eq!((tiles[0].lanes, tiles[0].span), ((0, 2), (0, 300)));
        let bytes = unpack(&packed.text[tiles[0].at.0..tiles[0].at.0 + tiles[0].at.1]);
        let columns = columns(&bytes);
        assert_eq!(numbers(columns[0]), [2, 0, 1]);
        assert_eq!(numbers(columns[1]), [100, 60, 0]);
        assert_eq!(numbers(columns[2]), [100, 40, 50]);
        assert_eq!(numbers(columns[3]), [6, 7, 6]);
        // Differences: 7, -2, 1.
        assert_eq!(numbers(columns[4]), [14, 3, 2]);
        assert_eq!(columns[5], [128, 64, 64, 0]);
    }

    #[test]
    fn a_long_lane_has_several_tiles() {
        let long: Vec<Piece> = (0..100_000)
            .map(|index| piece(index * 10, index * 10 + 9, index, true))
            .collect();
        let lanes = vec![vec![piece(0, 1, 1, true)], long, vec![piece(5, 6, 1, true)]];
        let mut packed = Packed::default();
        let tiles = pack(&lanes, 1, Labels::Small, &mut packed).expect("no error in memory");
        let lanes: Vec<(usize, usize)> = tiles.iter().map(|tile| tile.lanes).collect();
        assert_eq!(lanes, [(0, 0), (1, 1), (1, 1), (1, 1), (1, 1), (2, 2)]);
        assert!(tiles[1..5].windows(2).all(|pair| pair[0].span.1 <= pair[1].span.0));
        assert_eq!(tiles[5].at.0 + tiles[5].at.1, packed.text.len());
    }

    #[test]
    fn units_are_fine_enough() {
        assert_eq!(unit(0), 1);
        assert_eq!(unit(64), 2);
        assert_eq!(unit(1000), 16);
        assert_eq!(unit(1 << 20), 1 << 15);
    }
}
