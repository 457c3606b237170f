//! A server on this machine that says what a test tells it to.

// Each test file uses its own part of this.
#![allow(dead_code)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// What is sent back, byte for byte, in parts with a pause before each.
pub(crate) struct Reply(Vec<(Duration, Vec<u8>)>);

impl Reply {
    pub(crate) fn new(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let length = body.len().to_string();
        let is_there = headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let own = (!is_there).then_some(("Content-Length", length.as_str()));
        let lines = headers
            .iter()
            .copied()
            .chain(own)
            .map(|(name, value)| format!("{name}: {value}\r\n"));
        let head = format!(
            "HTTP/1.1 {status} Said\r\nConnection: close\r\n{}\r\n",
            lines.collect::<String>()
        );
        Self(vec![(Duration::ZERO, [head.as_bytes(), body].concat())])
    }

    pub(crate) fn ok(body: impl AsRef<[u8]>) -> Self {
        Self::new(200, &[], body)
    }

    /// Only the first bytes; then the connection ends.
    pub(crate) fn cut(mut self, bytes: usize) -> Self {
        self.0[0].1.truncate(bytes);
        self
    }

    /// In single bytes, with pauses.
    pub(crate) fn dribble(self, pause: Duration) -> Self {
        let bytes = self.0.into_iter().flat_map(|(_, bytes)| bytes);
        Self(bytes.map(|byte| (pause, vec![byte])).collect())
    }

    pub(crate) fn after(mut self, pause: Duration) -> Self {
        self.0[0].0 = pause;
        self
    }
}

/// A server on a free port of the loopback. It ends with the test.
pub(crate) struct Server {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// `reply` is given a request, and how many came before it.
    pub(crate) fn new(reply: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (all, reply) = (Arc::clone(&asked), Arc::new(reply));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (all, reply, stream) = (Arc::clone(&all), Arc::clone(&reply), stream.unwrap());
                thread::spawn(move || serve(stream, &all, &*reply));
            }
        });
        Self { url, asked }
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(
    mut stream: TcpStream,
    all: &Mutex<Vec<Asked>>,
    reply: &dyn Fn(&Asked, usize) -> Reply,
) -> Option<()> {
    let asked = read(&stream)?;
    let before = {
        let mut all = all.lock().unwrap();
        all.push(asked.clone());
        all.len() - 1
    };
    for (pause, bytes) in reply(&asked, before).0 {
        thread::sleep(pause);
        // Whoever asked may be gone.
        stream.write_all(&bytes).ok()?;
        stream.flush().ok()?;
    }
    Some(())
}

fn read(stream: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        headers.push((name.to_lowercase(), value.to_owned()));
    }
    let mut asked = Asked {
        method,
        path,
        headers,
        body: String::new(),
    };
    let length = asked
        .header("content-length")
        .map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    asked.body = String::from_utf8(body).ok()?;
    Some(asked)
}
