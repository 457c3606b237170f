//! How files come: asked for by name, gone on with where they broke off, and compared with what was promised.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};
use ureq::config::RedirectAuthHeaders;
use ureq::http::{HeaderMap, Response};
use ureq::{Agent, Body, Proxy};

use super::cache::{Cache, at, make_parent};
use super::{HubId, Transfer};
use crate::endpoint::{check, words};
use crate::error::Error;
use crate::retry::{Retry, is_passing, may_pass, pause_until, told};
use crate::secret::Secret;

/// The most bytes of a list of files.
const LONGEST_LISTING: u64 = 64 << 20;
/// Nothing comes for so long: the connection is given up, and another one tried.
const SILENCE: Duration = Duration::from_mins(1);

/// Somebody who asks a hub.
#[derive(Debug)]
pub(super) struct Client {
    endpoint: String,
    token: Option<Secret>,
    retry: Retry,
    /// Follows a redirection to where files lie, without the token.
    follows: Agent,
    /// Does not: what a file is, is said before.
    stays: Agent,
}

/// What a hub promises of a file.
struct Promise {
    etag: String,
    size: Option<u64>,
}

impl Promise {
    /// The file's hash, where the tag is one: files of LFS.
    fn sha256(&self) -> Option<&str> {
        (self.etag.len() == 64).then_some(self.etag.as_str())
    }
}

/// How an attempt failed; see the same of endpoints.
enum Failure {
    Final(Error),
    Passing(Error, Option<Duration>),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Final(error)
    }
}

impl Client {
    pub(super) fn new(
        endpoint: &str,
        token: Option<Secret>,
        retry: Retry,
        proxy: Option<&Proxy>,
    ) -> Result<Self, Error> {
        if !endpoint.starts_with("http://") && !endpoint.starts_with("https://") {
            let problem = "HF_ENDPOINT begins with http:// or https://";
            return Err(Error::Url {
                url: endpoint.to_owned(),
                problem,
            });
        }
        let agent = |redirects: u32| -> Agent {
            Agent::config_builder()
                .http_status_as_error(false)
                .max_redirects(redirects)
                .max_redirects_will_error(redirects > 0)
                .redirect_auth_headers(RedirectAuthHeaders::SameHost)
                .timeout_connect(Some(SILENCE))
                .timeout_recv_response(Some(SILENCE))
                .timeout_per_read(Some(SILENCE))
                .proxy(proxy.cloned())
                .user_agent(concat!("scrl/", env!("CARGO_PKG_VERSION")))
                .build()
                .into()
        };
        Ok(Self {
            endpoint: endpoint.trim_end_matches('/').to_owned(),
            token,
            retry,
            follows: agent(10),
            stays: agent(0),
        })
    }

    /// What the hub says of a model, as JSON.
    pub(super) fn listing(&self, id: &HubId, stop: &AtomicBool) -> Result<Vec<u8>, Error> {
        let url = format!(
            "{}/api/models/{}/revision/{}",
            self.endpoint,
            id.model(),
            escaped(id.revision())
        );
        self.until_done(stop, |attempts| {
            let mut response = self.get(&url, None, attempts)?;
            let read = response
                .body_mut()
                .with_config()
                .limit(LONGEST_LISTING)
                .read_to_vec();
            read.map_err(|source| lost(&url, attempts, source))
        })
    }

    /// A file of a commit, from the cache or the hub.
    pub(super) fn fetch(
        &self,
        id: &HubId,
        commit: &str,
        file: &str,
        cache: &Cache,
        stop: &AtomicBool,
        tell: &mut dyn FnMut(Transfer),
    ) -> Result<PathBuf, Error> {
        let path = cache.file(commit, file);
        if path.is_file() {
            return Ok(path);
        }
        let url = format!("{}/{}/resolve/{commit}/{file}", self.endpoint, id.model());
        let promise = self.until_done(stop, |attempts| self.promise(&url, attempts))?;
        let _lock = cache.lock(&promise.etag)?;
        let blob = cache.blob(&promise.etag);
        if !blob.is_file() {
            let mut download = Download {
                id,
                file,
                url: &url,
                promise: &promise,
                unfinished: blob.with_added_extension("incomplete"),
            };
            self.until_done(stop, |attempts| download.go_on(self, attempts, stop, tell))?;
            download.verify()?;
            fs::rename(&download.unfinished, &blob).map_err(at(&blob))?;
        }
        cache.link(commit, file, &promise.etag)
    }

    /// What a file is.
    fn promise(&self, url: &str, attempts: u32) -> Result<Promise, Failure> {
        let mut url = url.to_owned();
        // A model that was renamed is somewhere else on the same hub.
        for _ in 0..5 {
            let request = self.authorized(self.stays.head(&url));
            // Of a packed answer the length is another one.
            let response = request
                .header("accept-encoding", "identity")
                .call()
                .map_err(|source| lost(&url, attempts, source))?;
            let headers = response.headers();
            let moved = response
                .status()
                .is_redirection()
                .then(|| text(headers, "location"))
                .flatten();
            match moved
                .filter(|place| place.starts_with('/') && !headers.contains_key("x-linked-etag"))
            {
                Some(place) => url = format!("{}{place}", self.endpoint),
                None if response.status().is_success() || response.status().is_redirection() => {
                    return promised(headers, response.status().is_success()).ok_or_else(|| {
                        let problem =
                            "the hub does not say what the file is (no usable ETag)".to_owned();
                        Error::Answer {
                            url,
                            attempts,
                            problem,
                        }
                        .into()
                    });
                }
                None => return Err(self.refusal(&url, attempts, response)),
            }
        }
        let problem = "it redirects without end".to_owned();
        Err(Error::Answer {
            url,
            attempts,
            problem,
        }
        .into())
    }

    fn get(&self, url: &str, from: Option<u64>, attempts: u32) -> Result<Response<Body>, Failure> {
        let mut request = self
            .authorized(self.follows.get(url))
            .header("accept-encoding", "identity");
        if let Some(from) = from {
            request = request.header("range", format!("bytes={from}-"));
        }
        let response = request
            .call()
            .map_err(|source| lost(url, attempts, source))?;
        if response.status().is_success() || response.status() == 416 {
            return Ok(response);
        }
        Err(self.refusal(url, attempts, response))
    }

    fn authorized<B>(&self, request: ureq::RequestBuilder<B>) -> ureq::RequestBuilder<B> {
        match &self.token {
            Some(token) => request.header("authorization", token.bearer()),
            None => request,
        }
    }

    fn refusal(&self, url: &str, attempts: u32, mut response: Response<Body>) -> Failure {
        let (status, told) = (response.status(), told(response.headers()));
        // A HEAD has no body; the hub says why in a header as well.
        let said = text(response.headers(), "x-error-message").map(str::to_owned);
        let read = || {
            response
                .body_mut()
                .with_config()
                .limit(64 << 10)
                .lossy_utf8(true)
                .read_to_string()
                .unwrap_or_default()
        };
        let message = words(&said.unwrap_or_else(read));
        let message = self
            .token
            .as_ref()
            .map_or(message.clone(), |token| token.hide(&message));
        let (url, code) = (url.to_owned(), status.as_u16());
        if may_pass(status) {
            return Failure::Passing(
                Error::Busy {
                    url,
                    status: code,
                    attempts,
                    message,
                },
                told,
            );
        }
        let advice = match (code, &self.token) {
            (401 | 403, None) => {
                "; the model may be gated, private or not there: check its name, ask for access on its page, and set HF_TOKEN"
            }
            (401 | 403, Some(_)) => {
                "; HF_TOKEN does not open it: ask for access on the model's page, or use a token that may read it"
            }
            (404, _) => "; check owner, name and revision; a private model needs HF_TOKEN",
            _ => "",
        };
        Failure::Final(Error::Refused {
            url,
            status: code,
            advice,
            message,
        })
    }

    /// Tries until it is done, for good or for bad.
    fn until_done<T>(
        &self,
        stop: &AtomicBool,
        mut attempt: impl FnMut(u32) -> Result<T, Failure>,
    ) -> Result<T, Error> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            check(stop)?;
            match attempt(attempts) {
                Ok(done) => return Ok(done),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Passing(error, _)) if attempts >= self.retry.attempts => {
                    return Err(error);
                }
                Err(Failure::Passing(_, told)) => {
                    pause_until(Instant::now() + self.retry.wait(attempts, told), stop)?;
                }
            }
        }
    }
}

/// A file on its way.
struct Download<'a> {
    id: &'a HubId,
    file: &'a str,
    url: &'a str,
    promise: &'a Promise,
    unfinished: PathBuf,
}

impl Download<'_> {
    /// Appends what is missing to what is here.
    fn go_on(
        &mut self,
        client: &Client,
        attempts: u32,
        stop: &AtomicBool,
        tell: &mut dyn FnMut(Transfer),
    ) -> Result<(), Failure> {
        make_parent(&self.unfinished)?;
        let failed = at(&self.unfinished);
        let mut file = File::options()
            .create(true)
            .append(true)
            .open(&self.unfinished)
            .map_err(&failed)?;
        let mut here = file.seek(SeekFrom::End(0)).map_err(&failed)?;
        if self.promise.size.is_some_and(|size| here > size) {
            file.set_len(0).map_err(&failed)?;
            here = 0;
        }
        if here > 0 && self.promise.size == Some(here) {
            return Ok(());
        }
        let mut response = client.get(self.url, (here > 0).then_some(here), attempts)?;
        let goes_on = response.status() == 206 && begins_at(response.headers(), here);
        if here > 0 && !goes_on {
            file.set_len(0).map_err(&failed)?;
            here = 0;
            if response.status() != 200 {
                let problem = "it does not go on where it was asked to".to_owned();
                let url = self.url.to_owned();
                return Err(Failure::Passing(
                    Error::Answer {
                        url,
                        attempts,
                        problem,
                    },
                    None,
                ));
            }
        }
        let mut body = response.body_mut().as_reader();
        let mut part = vec![0; 1 << 18];
        loop {
            tell(Transfer {
                file: self.file,
                done: here,
                total: self.promise.size,
            });
            check(stop)?;
            let count = body
                .read(&mut part)
                .map_err(|error| lost(self.url, attempts, ureq::Error::Io(error)))?;
            if count == 0 {
                break;
            }
            here += count as u64;
            if self.promise.size.is_some_and(|size| here > size) {
                return Err(self.damaged("more bytes than promised").into());
            }
            file.write_all(&part[..count]).map_err(&failed)?;
        }
        if self.promise.size.is_some_and(|size| here < size) {
            let cut = std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
            return Err(lost(self.url, attempts, ureq::Error::Io(cut)));
        }
        Ok(())
    }

    /// Compares the hash with the promised one, and leaves nothing where it differs.
    fn verify(&self) -> Result<(), Error> {
        let Some(promised) = self.promise.sha256() else {
            return Ok(());
        };
        let failed = at(&self.unfinished);
        let mut file = File::open(&self.unfinished).map_err(&failed)?;
        let mut hash = Sha256::new();
        let mut part = vec![0; 1 << 18];
        loop {
            match file.read(&mut part).map_err(&failed)? {
                0 => break,
                count => hash.update(&part[..count]),
            }
        }
        let came = format!("{:x}", hash.finalize());
        if came.eq_ignore_ascii_case(promised) {
            return Ok(());
        }
        Err(self.damaged(&format!("SHA-256 {came}, not {promised}")))
    }

    fn damaged(&self, problem: &str) -> Error {
        // What is left of it would be gone on with.
        let _ = fs::remove_file(&self.unfinished);
        Error::Damaged {
            id: self.id.to_string(),
            file: self.file.to_owned(),
            problem: problem.to_owned(),
        }
    }
}

/// What headers promise; the length is the file's where the answer is the file itself.
fn promised(headers: &HeaderMap, is_file: bool) -> Option<Promise> {
    let etag = text(headers, "x-linked-etag").or_else(|| text(headers, "etag"))?;
    let etag = etag.trim_start_matches("W/").trim_matches('"');
    let is_name = (8..=128).contains(&etag.len())
        && etag
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let own = || text(headers, "content-length").filter(|_| is_file);
    let size = text(headers, "x-linked-size")
        .or_else(own)
        .and_then(|size| size.parse().ok());
    is_name.then(|| Promise {
        etag: etag.to_owned(),
        size,
    })
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Whether a part of a file is the one from `first` on.
fn begins_at(headers: &HeaderMap, first: u64) -> bool {
    text(headers, "content-range")
        .is_some_and(|range| range.starts_with(&format!("bytes {first}-")))
}

/// A revision as one part of an address.
fn escaped(revision: &str) -> String {
    revision.replace('/', "%2F")
}

fn lost(url: &str, attempts: u32, source: ureq::Error) -> Failure {
    let passing = is_passing(&source);
    let error = Error::Unreachable {
        url: url.to_owned(),
        attempts,
        advice: "without a network, give the folder of a model by path",
        source: Box::new(source),
    };
    if passing {
        Failure::Passing(error, None)
    } else {
        Failure::Final(error)
    }
}
