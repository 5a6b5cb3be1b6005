//! The rules, one file each.

pub(crate) mod dr005;
pub(crate) mod gl004;
pub(crate) mod gl005;
pub(crate) mod gs001;
pub(crate) mod gs002;
pub(crate) mod pn003;
