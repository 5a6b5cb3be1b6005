//! What the writers make of cases built by hand, of hostile evidence and of secrets.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected may stop at once")]

mod hostile;
mod html;
mod json;
mod markdown;
mod schema;
mod support;
mod text;
