//! What the writers make of cases built by hand, of hostile evidence and of secrets.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected may stop at once")]
#![expect(clippy::print_stderr, reason = "a test that cannot look says so")]

mod hostile;
mod html;
mod json;
mod markdown;
mod recorded;
mod support;
mod text;
