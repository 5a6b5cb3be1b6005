//! Finished packages as bytes, and back in another [`World`].
//!
//! Role: caches and the embedded summary of the standard library keep packages in this form. Encoding is deterministic: it depends on the
//! package alone, not on the numbers that types and names happen to have in a world. Decoding trusts nothing: what does not fit is an error
//! or unknown, never a panic or a loop.
//!
//! Types of other packages are referred to by path and name; other objects of theirs (fields of a struct type that was taken over) by their
//! position in the tables of their package. Positions stay what they were, so that a package and its dependents may come from bytes or from
//! sources in any mixture; what nobody can reach leaves a hole in the tables.

mod bytes;
mod decode;
mod encode;
mod reach;

pub use decode::{DecodeError, PartReader, decode, references};
pub use encode::{PartWriter, Positions, encode, encode_with_mentions, path};
pub use reach::Reach;

/// Changes when the form does.
const FORM: u8 = 1;

/// Entries of a table, most of them holes perhaps, that a byte of what stands behind their number pays for. Tables with more are nonsense,
/// and would cost memory; where a package has that many, the bytes end in zeros.
const HOLES_PER_BYTE: usize = 64;

/// Types that need no record: the predeclared ones, by their place in every store.
const PREDECLARED: u64 = 29;

/// Tags of the records of types.
mod tag {
    pub(super) const NAMED: u8 = 0;
    pub(super) const NAMED_BY_NAME: u8 = 1;
    pub(super) const TYPE_PARAM: u8 = 2;
    pub(super) const POINTER: u8 = 3;
    pub(super) const SLICE: u8 = 4;
    pub(super) const ARRAY: u8 = 5;
    pub(super) const MAP: u8 = 6;
    pub(super) const CHAN: u8 = 7;
    pub(super) const TUPLE: u8 = 8;
    pub(super) const FUNC: u8 = 9;
    pub(super) const STRUCT: u8 = 10;
    pub(super) const INTERFACE: u8 = 11;
    pub(super) const UNION: u8 = 12;
    pub(super) const UNDERLYING: u8 = 13;
}

/// Tags of the kinds of objects.
mod kind {
    pub(super) const PACKAGE: u8 = 0;
    pub(super) const CONST: u8 = 1;
    pub(super) const TYPE: u8 = 2;
    pub(super) const ALIAS: u8 = 3;
    pub(super) const VAR: u8 = 4;
    pub(super) const FUNC: u8 = 5;
    pub(super) const OTHER: u8 = 6;
}

/// Tags of constants.
mod value {
    pub(super) const UNKNOWN: u8 = 0;
    pub(super) const FALSE: u8 = 1;
    pub(super) const TRUE: u8 = 2;
    pub(super) const INT: u8 = 3;
    pub(super) const BIG_INT: u8 = 4;
    pub(super) const RATIO: u8 = 5;
    pub(super) const COMPLEX: u8 = 6;
    pub(super) const STRING: u8 = 7;
}

#[cfg(test)]
mod tests;
