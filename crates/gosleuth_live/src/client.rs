//! One HTTP request at a time: limits, credentials, TLS, redirects that stay on the server.

use std::io::{self, Read};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ureq::http::Response;
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Timeout};

use crate::error::Error;
use crate::target::Target;

/// Limits and credentials of all requests.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Longest time for name resolution, connection and TLS handshake.
    pub connect_timeout: Duration,
    /// Longest silence: until the answer begins, and between two pieces of it.
    pub read_timeout: Duration,
    /// Longest time for one request from its start to the last byte.
    pub total_timeout: Duration,
    /// Most bytes of one response.
    pub max_response: u64,
    /// Extra headers.
    pub headers: Vec<(String, String)>,
    /// TLS.
    pub tls: Tls,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            read_timeout: Duration::from_secs(30),
            total_timeout: Duration::from_secs(120),
            max_response: 256_000_000,
            headers: Vec::new(),
            tls: Tls::default(),
        }
    }
}

/// Whom to trust and who we are, as the contents of PEM files.
#[derive(Clone, Debug, Default)]
pub struct Tls {
    /// Certificate authorities instead of those of the system.
    pub authorities: Option<Vec<u8>>,
    /// Client certificate (with its chain) and key.
    pub identity: Option<(Vec<u8>, Vec<u8>)>,
    /// Trust anyone.
    pub insecure: bool,
}

/// A client with fixed settings.
#[derive(Debug)]
pub struct Client {
    agent: Agent,
    settings: Settings,
}

/// Redirects followed on one server; Go's own mux needs one.
const MOST_REDIRECTS: usize = 3;

impl Client {
    /// A client; opens no connection.
    ///
    /// # Errors
    ///
    /// [`Error::Certificate`] if a PEM file holds something else, [`Error::Url`] if a header cannot be sent.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        for (name, value) in &settings.headers {
            let name_is_bad = ureq::http::HeaderName::try_from(name).is_err();
            if name_is_bad || ureq::http::HeaderValue::try_from(value).is_err() {
                return Err(Error::Url(format!(
                    "the header {name:?} cannot be sent: it has characters that HTTP does not allow"
                )));
            }
        }
        let config = Agent::config_builder()
            .tls_config(tls(&settings.tls)?)
            .timeout_connect(Some(settings.connect_timeout))
            .timeout_resolve(Some(settings.connect_timeout))
            .timeout_per_read(Some(settings.read_timeout))
            .timeout_recv_response(Some(settings.read_timeout))
            .timeout_global(Some(settings.total_timeout))
            .http_status_as_error(false)
            // Followed by hand: a redirect must not carry credentials to another server.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections(1)
            .user_agent(concat!("gosleuth/", env!("CARGO_PKG_VERSION")))
            .accept("*/*")
            // Compression would cost the target; what comes compressed all the same is unpacked by the reader of evidence.
            .accept_encoding("identity")
            .build();
        Ok(Self {
            agent: config.new_agent(),
            settings,
        })
    }

    /// Asks for one page.
    ///
    /// # Errors
    ///
    /// See [`Error`]; any status but 200 is one.
    pub fn get(&self, target: &Target) -> Result<Body, Error> {
        self.get_slowly(target, Duration::ZERO)
    }

    /// Asks for an execution trace, which the target records for `length` from now on. `target` is a server, a path below which
    /// `debug/pprof/` stands, or the page itself.
    ///
    /// # Errors
    ///
    /// See [`Error`]; any status but 200 is one.
    pub fn trace(&self, target: &Target, length: Duration) -> Result<Body, Error> {
        self.get_slowly(&target.trace(length), length)
    }

    /// Like [`Client::get`], for a page that the target works on for `longer` before it is complete.
    ///
    /// # Errors
    ///
    /// See [`Error`]; any status but 200 is one.
    pub(crate) fn get_slowly(&self, target: &Target, longer: Duration) -> Result<Body, Error> {
        let mut target = target.clone();
        for _ in 0..=MOST_REDIRECTS {
            let response = self.send(&target, longer)?;
            let status = response.status().as_u16();
            let header = |name: &str| {
                response
                    .headers()
                    .get(name)
                    .and_then(|value| value.to_str().ok())
                    .unwrap_or_default()
                    .to_owned()
            };
            match (status, header("location")) {
                (200, _) => {
                    let is_html = header("content-type").starts_with("text/html");
                    return Ok(Body {
                        url: target.name(),
                        path: target.path,
                        time: SystemTime::now(),
                        is_html,
                        reader: Box::new(response.into_body().into_reader()),
                        left: self.settings.max_response,
                        cut: false,
                        stalled: false,
                    });
                }
                (301 | 302 | 303 | 307 | 308, location) if !location.is_empty() => {
                    target = target.redirected(&location)?
                }
                _ => return Err(Error::Status(status)),
            }
        }
        Err(Error::Redirect(target.name()))
    }

    fn send(&self, target: &Target, longer: Duration) -> Result<Response<ureq::Body>, Error> {
        let mut request = self.agent.get(target.name());
        if !longer.is_zero() {
            request = request
                .config()
                .timeout_per_read(Some(self.settings.read_timeout + longer))
                .timeout_recv_response(Some(self.settings.read_timeout + longer))
                .timeout_global(Some(self.settings.total_timeout + longer))
                .build();
        }
        if let Some(user) = &target.user {
            request = request.header("authorization", basic(user));
        }
        for (name, value) in &self.settings.headers {
            request = request.header(name, value);
        }
        request.call().map_err(|error| self.explained(error, target))
    }

    /// A sentence for an error of the HTTP library.
    fn explained(&self, error: ureq::Error, target: &Target) -> Error {
        let host = target.host().to_owned();
        match error {
            ureq::Error::HostNotFound => Error::Unknown(host),
            ureq::Error::BadUri(why) => Error::Url(format!("not a URL that can be asked: {why}")),
            ureq::Error::Timeout(phase) => {
                let (what, limit) = match phase {
                    Timeout::Resolve | Timeout::Connect => ("connection", self.settings.connect_timeout),
                    Timeout::Global | Timeout::PerCall => ("complete answer", self.settings.total_timeout),
                    _ => ("answer", self.settings.read_timeout),
                };
                Error::Timeout { what, limit, host }
            }
            ureq::Error::Tls(why) => Error::Tls {
                host,
                why: why.to_owned(),
            },
            ureq::Error::Rustls(error) => tls_error(host, &error.to_string()),
            ureq::Error::Io(error) => match error.kind() {
                io::ErrorKind::ConnectionRefused => Error::Refused(host),
                io::ErrorKind::TimedOut => Error::Timeout {
                    what: "answer",
                    limit: self.settings.read_timeout,
                    host,
                },
                _ if error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()) => {
                    tls_error(host, &error.to_string())
                }
                // The standard library has no kind of its own for a resolver that says no.
                _ if error.to_string().contains("failed to lookup address") => Error::Unknown(host),
                _ => Error::Protocol {
                    host,
                    why: error.to_string(),
                },
            },
            other => Error::Protocol {
                host,
                why: other.to_string(),
            },
        }
    }
}

fn tls_error(host: String, why: &str) -> Error {
    let hint = if why.contains("UnknownIssuer") {
        " (name its authority with --ca, or use --insecure)"
    } else if why.contains("InvalidContentType") || why.contains("corrupt message") {
        " (it may speak plain HTTP: try http://)"
    } else if why.contains("CertificateRequired") || why.contains("HandshakeFailure") {
        " (it may want a client certificate: --cert and --key)"
    } else if why.contains("NotValidForName") || why.contains("not valid for") {
        " (use a name that the certificate holds, or --insecure)"
    } else {
        ""
    };
    Error::Tls {
        host,
        why: format!("{why}{hint}"),
    }
}

fn tls(tls: &Tls) -> Result<TlsConfig, Error> {
    let mut builder = TlsConfig::builder()
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .root_certs(RootCerts::PlatformVerifier)
        .disable_verification(tls.insecure);
    if let Some(pem) = &tls.authorities {
        builder = builder.root_certs(RootCerts::new_with_certs(&certificates(pem, "--ca")?));
    }
    if let Some((certificate, key)) = &tls.identity {
        let key = PrivateKey::from_pem(key)
            .map_err(|_| Error::Certificate("the file of --key holds no private key in PEM form".into()))?;
        builder = builder.client_cert(Some(ClientCert::new_with_certs(
            &certificates(certificate, "--cert")?,
            key,
        )));
    }
    Ok(builder.build())
}

fn certificates(pem: &[u8], flag: &str) -> Result<Vec<Certificate<'static>>, Error> {
    let certificates: Vec<_> = parse_pem(pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if certificates.is_empty() {
        return Err(Error::Certificate(format!(
            "the file of {flag} holds no certificate in PEM form"
        )));
    }
    Ok(certificates)
}

/// The value of an `Authorization` header for `user:password`.
pub fn basic(user: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::from("Basic ");
    for chunk in user.as_bytes().chunks(3) {
        let bits = chunk.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for position in 0..4 {
            if position <= chunk.len() {
                text.push(char::from(ALPHABET[(bits >> (18 - 6 * position)) as usize & 63]));
            } else {
                text.push('=');
            }
        }
    }
    text
}

/// A response that is being read.
pub struct Body {
    /// The URL that answered, without credentials.
    pub url: String,
    /// When the answer began.
    pub time: SystemTime,
    pub(crate) path: String,
    pub(crate) is_html: bool,
    reader: Box<dyn Read>,
    left: u64,
    cut: bool,
    stalled: bool,
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Body").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Body {
    /// Whether the cap on bytes ended it.
    pub fn was_cut(&self) -> bool {
        self.cut
    }

    /// Whether it ended because nothing came for too long.
    pub(crate) fn has_stalled(&self) -> bool {
        self.stalled
    }

    /// At most `most` bytes at once, for small pages. What came before an error is kept.
    pub(crate) fn small(&mut self, most: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        // An index page that breaks off still names the profiles before the break.
        let _ = self.take(most).read_to_end(&mut bytes);
        bytes
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            // Tells a response that ends exactly at the cap from one that goes on.
            self.cut = self.cut || self.reader.read(&mut [0])? > 0;
            return Ok(0);
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.reader.read(&mut buffer[..most]).inspect_err(|error| {
            let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<ureq::Error>());
            self.stalled |= error.kind() == io::ErrorKind::TimedOut || matches!(inner, Some(ureq::Error::Timeout(_)));
        })?;
        self.left -= count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_credentials() {
        assert_eq!(basic("Aladdin:open sesame"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert_eq!(basic("a:b"), "Basic YTpi");
        assert_eq!(basic("ab:cd"), "Basic YWI6Y2Q=");
    }

    #[test]
    fn files_that_hold_no_certificate() {
        let settings = |tls: Tls| Settings {
            tls,
            ..Settings::default()
        };
        let error = Client::new(settings(Tls {
            authorities: Some(b"not PEM".to_vec()),
            ..Tls::default()
        }));
        assert_eq!(
            error.map(|_| ()).map_err(|error| error.to_string()),
            Err("the file of --ca holds no certificate in PEM form".into())
        );
    }

    #[test]
    fn a_header_that_would_smuggle_another() {
        let settings = Settings {
            headers: vec![("X".into(), "a\r\nHost: other".into())],
            ..Settings::default()
        };
        assert!(Client::new(settings).is_err());
    }
}
