//! What can go wrong between here and the target, each in one clear sentence.

use std::time::Duration;

/// Why a request gave nothing. The text is one sentence without a final dot: what is wrong and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not a URL that can be asked.
    #[error("{0}")]
    Url(String),
    /// Nobody listens there.
    #[error("nothing listens at {0} (connection refused)")]
    Refused(String),
    /// The name is unknown.
    #[error("the host name of {0} cannot be resolved")]
    Unknown(String),
    /// Too slow.
    #[error("no {what} within {} from {host}", seconds(.limit))]
    Timeout {
        /// What did not come in time.
        what: &'static str,
        /// The limit that was reached.
        limit: Duration,
        /// The target.
        host: String,
    },
    /// The TLS handshake failed.
    #[error("TLS with {host} failed: {why}")]
    Tls {
        /// The target.
        host: String,
        /// What was wrong, and the flag that helps.
        why: String,
    },
    /// A certificate or key file.
    #[error("{0}")]
    Certificate(String),
    /// An answer other than 200.
    #[error("{}", status(*.0))]
    Status(u16),
    /// The answer points to another host, which was not asked: credentials are for the host that was named.
    #[error("the target redirects to {0}, which is another server; name that one if it is meant")]
    Redirect(String),
    /// A page that came does not hold what was looked for.
    #[error("{0}")]
    Absent(String),
    /// The answer is not HTTP, or the connection broke.
    #[error("{host} does not answer as a web server: {why}")]
    Protocol {
        /// The target.
        host: String,
        /// Details.
        why: String,
    },
}

fn seconds(limit: &Duration) -> String {
    if limit.as_millis().is_multiple_of(1000) {
        format!("{} s", limit.as_secs())
    } else {
        format!("{} ms", limit.as_millis())
    }
}

fn status(code: u16) -> String {
    match code {
        401 => "the target wants credentials (401): see --bearer-file, --user, --cert and --header".to_owned(),
        403 => "the target refuses this (403): it wants other credentials or another source address".to_owned(),
        404 => "not found (404)".to_owned(),
        500..=599 => format!("the target failed to answer ({code})"),
        _ => format!("the target answered with status {code}"),
    }
}
