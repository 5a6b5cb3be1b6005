//! The rules, one file each.

pub(crate) mod dl001;
pub(crate) mod dl002;
pub(crate) mod dl003;
pub(crate) mod dl004;
pub(crate) mod dl005;
pub(crate) mod dl007;
pub(crate) mod dl008;
pub(crate) mod dr005;
pub(crate) mod gl001;
pub(crate) mod gl002;
pub(crate) mod gl003;
pub(crate) mod gl004;
pub(crate) mod gl005;
pub(crate) mod gl006;
pub(crate) mod gl008;
pub(crate) mod gs001;
pub(crate) mod gs002;
pub(crate) mod pn001;
pub(crate) mod pn002;
pub(crate) mod pn003;
pub(crate) mod pn004;
pub(crate) mod pn005;
