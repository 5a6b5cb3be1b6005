//! What a URL on the command line stands for.

use std::time::Duration;

use ureq::http::Uri;

use crate::error::Error;

/// A parsed URL: where to ask, what to ask for, and credentials that stood in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// `http://host:port` without user and path.
    pub(crate) server: String,
    /// Path and query as given; empty for a bare server.
    pub(crate) path: String,
    /// `user:password` of the URL. Never part of a name that is shown.
    pub(crate) user: Option<String>,
}

impl Target {
    /// Whether an argument is a URL rather than a file.
    pub fn is_url(text: &str) -> bool {
        text.starts_with("http://") || text.starts_with("https://")
    }

    /// Parses a URL.
    ///
    /// # Errors
    ///
    /// [`Error::Url`] if it has no host or is no URL at all.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let wrong = |why: &str| Error::Url(format!("not a URL that can be asked: {why}"));
        let text = text.split('#').next().unwrap_or_default();
        let uri: Uri = text.parse().map_err(|error| wrong(&format!("{error}")))?;
        let scheme = uri.scheme_str().ok_or_else(|| wrong("no http:// or https://"))?;
        let authority = uri.authority().ok_or_else(|| wrong("no host"))?.as_str();
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (Some(percent_decoded(user)), host),
            None => (None, authority),
        };
        if host.is_empty() || host.starts_with(':') {
            return Err(wrong("no host"));
        }
        let path = uri.path_and_query().map_or("", |path| path.as_str());
        Ok(Self {
            server: format!("{scheme}://{host}"),
            path: if path == "/" { String::new() } else { path.to_owned() },
            user,
        })
    }

    /// The URL without credentials.
    pub fn name(&self) -> String {
        format!("{}{}", self.server, self.path)
    }

    /// Host and port.
    pub(crate) fn host(&self) -> &str {
        self.server.split("://").nth(1).unwrap_or(&self.server)
    }

    /// Another page of the same server.
    pub(crate) fn page(&self, path: &str) -> Self {
        Self {
            path: path.to_owned(),
            ..self.clone()
        }
    }

    /// The page that records an execution trace for this long, unless the URL names a page with arguments itself.
    pub(crate) fn trace(&self, length: Duration) -> Self {
        if self.path.contains('?') {
            return self.clone();
        }
        let path = self.path.trim_end_matches('/');
        let page = if path.ends_with("/debug/pprof/trace") {
            path.to_owned()
        } else if path.ends_with("/debug/pprof") {
            format!("{path}/trace")
        } else {
            format!("{path}/debug/pprof/trace")
        };
        self.page(&format!("{page}?seconds={}", length.as_secs_f64()))
    }

    /// What a `Location` header means on this page, if it stays on the same server.
    pub(crate) fn redirected(&self, location: &str) -> Result<Self, Error> {
        if let Some(rest) = location.strip_prefix("//") {
            let scheme = self.server.split("://").next().unwrap_or("http");
            return self.redirected(&format!("{scheme}://{rest}"));
        }
        if location.starts_with('/') {
            return Ok(self.page(location));
        }
        if Self::is_url(location) {
            let other = Self::parse(location)?;
            if other.server.eq_ignore_ascii_case(&self.server) {
                return Ok(self.page(&other.path));
            }
            return Err(Error::Redirect(other.server));
        }
        if location.contains("://") {
            return Err(Error::Redirect(location.to_owned()));
        }
        Ok(self.page(&sibling(&self.path, location)))
    }
}

/// A path relative to the directory of `path`.
fn sibling(path: &str, name: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let directory = path.rfind('/').map_or("/", |slash| &path[..=slash]);
    format!("{directory}{name}")
}

fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        if let Some(byte) = hex {
            decoded.push(byte);
            at += 3;
        } else {
            decoded.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_a_trace() {
        for (url, page) in [
            ("http://h:1", "http://h:1/debug/pprof/trace?seconds=2"),
            ("http://h:1/app/", "http://h:1/app/debug/pprof/trace?seconds=2"),
            ("http://h:1/debug/pprof/", "http://h:1/debug/pprof/trace?seconds=2"),
            (
                "http://h:1/x/debug/pprof/trace",
                "http://h:1/x/debug/pprof/trace?seconds=2",
            ),
            ("http://h:1/t?seconds=9", "http://h:1/t?seconds=9"),
        ] {
            let target = Target::parse(url).expect("a URL");
            assert_eq!(target.trace(Duration::from_secs(2)).name(), page);
        }
    }

    fn parse(text: &str) -> Target {
        Target::parse(text).expect("a URL")
    }

    #[test]
    fn a_bare_server_has_no_path() {
        for text in [
            "http://localhost:6060",
            "http://localhost:6060/",
            "http://localhost:6060/#top",
        ] {
            let target = parse(text);
            assert_eq!(
                (target.server.as_str(), target.path.as_str()),
                ("http://localhost:6060", ""),
                "{text}"
            );
        }
    }

    #[test]
    fn credentials_never_show() {
        let target = parse("https://me:p%40ss@[::1]:7070/debug/pprof/goroutine?debug=2");
        assert_eq!(target.user.as_deref(), Some("me:p@ss"));
        assert_eq!(target.name(), "https://[::1]:7070/debug/pprof/goroutine?debug=2");
        assert_eq!(target.host(), "[::1]:7070");
    }

    #[test]
    fn what_is_no_url() {
        for text in ["http://", "http://:80", "http:///debug", "ht tp://x", "http://a b/"] {
            assert!(Target::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn redirects_stay_on_the_server() {
        let target = parse("http://h:1/debug/pprof?x=1");
        assert_eq!(
            target.redirected("/debug/pprof/").map(|to| to.path).ok().as_deref(),
            Some("/debug/pprof/")
        );
        assert_eq!(
            target.redirected("pprof/").map(|to| to.path).ok().as_deref(),
            Some("/debug/pprof/")
        );
        assert_eq!(
            target.redirected("http://H:1/x").map(|to| to.name()).ok().as_deref(),
            Some("http://h:1/x")
        );
        for away in ["http://other/", "//other/", "https://h:1/", "ftp://h:1/"] {
            assert!(matches!(target.redirected(away), Err(Error::Redirect(_))), "{away}");
        }
    }
}
