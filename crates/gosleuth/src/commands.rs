//! One module per subcommand.

pub(crate) mod capture;
pub(crate) mod case;
pub(crate) mod check;
pub(crate) mod ci;
pub(crate) mod completions;
pub(crate) mod explain;
pub(crate) mod inspect;
pub(crate) mod list;
pub(crate) mod model;
pub(crate) mod rules;
pub(crate) mod trace;
