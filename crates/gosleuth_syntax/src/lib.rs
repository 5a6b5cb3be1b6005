#![cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))]
//! Go text to trees.
//!
//! Role: everything that can be known of one text alone. Files become a [`File`]: a typed tree in per-file arenas whose nodes are
//! named by `u32` ids, so that later stages keep their facts in side tables indexed by those ids.
//!
//! Constraints that shaped the code: parsing never fails and never panics (a value plus errors); text that is damaged in one
//! declaration does not hide the others; nesting is bounded; nothing is shared between files, so that they are parsed in parallel.
//!
//! Non-goals: no names are resolved here and no I/O is done.

pub mod ast;
pub mod constraint;
mod encoding;
pub mod gomod;
pub mod gowork;
pub mod header;
mod layout;
mod lexer;
mod literal;
mod modfile;
mod parser;
mod quote;
mod token;
mod validate;
mod version;
pub mod walk;

pub use lexer::{MAX_ERRORS, Tokens, tokens};
pub use literal::{char_value, string_value};
pub use modfile::LineError;
pub use parser::{MAX_NESTING, ParseOptions, parse};
pub use token::{Token, TokenKind};
pub use validate::validate;
pub use version::{GoVersion, Stage};
