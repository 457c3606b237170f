//! A hub on this machine, and what can be wrong with one.

mod common;

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use common::{Asked, Reply, Server};
use scrl_remote::{Error, Hub, HubOptions, Retry, Secret, Snapshot};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
const OTHER: &str = "ffffffffffffffffffffffffffffffffffffffff";

/// Files of a model, and whether each is kept as a large one.
type Files = Vec<(&'static str, Vec<u8>, bool)>;

fn files() -> Files {
    let index = r#"{"weight_map": {"a": "m-1.safetensors", "b": "m-2.safetensors"}}"#;
    vec![
        ("config.json", b"{}".to_vec(), false),
        ("tokenizer.json", b"{\"t\": 1}".to_vec(), false),
        ("README.md", b"hello".to_vec(), false),
        ("pytorch_model.bin", vec![1; 10], true),
        ("model.safetensors.index.json", index.into(), false),
        (
            "m-1.safetensors",
            (0..200_000u32).map(|n| n as u8).collect(),
            true,
        ),
        ("m-2.safetensors", vec![7; 1_000], true),
    ]
}

fn sha256(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

fn etag(name: &str, bytes: &[u8], is_large: bool) -> String {
    if is_large {
        sha256(bytes)
    } else {
        sha256(&[name.as_bytes(), bytes].concat())[..40].to_owned()
    }
}

/// What the hub says. Large files lie elsewhere, as on the real one.
fn hub(asked: &Asked, files: &Files) -> Reply {
    let at = |prefix: String| asked.path.strip_prefix(&prefix).map(str::to_owned);
    if asked.path.starts_with("/api/models/own/m/revision/") {
        let names: Vec<String> = files
            .iter()
            .map(|(name, ..)| format!(r#"{{"rfilename": "{name}"}}"#))
            .collect();
        return Reply::ok(format!(
            r#"{{"sha": "{COMMIT}", "siblings": [{}], "more": 1}}"#,
            names.join(",")
        ));
    }
    let find = |name: &str| files.iter().find(|(own, ..)| *own == name);
    if let Some((name, bytes, is_large)) = at(format!("/own/m/resolve/{COMMIT}/"))
        .as_deref()
        .and_then(find)
    {
        let tag = format!("\"{}\"", etag(name, bytes, *is_large));
        let length = bytes.len().to_string();
        if *is_large {
            let place = format!("/elsewhere/{name}");
            return Reply::new(
                302,
                &[
                    ("Location", &place),
                    ("X-Linked-Etag", &tag),
                    ("X-Linked-Size", &length),
                ],
                "",
            );
        }
        let body = if asked.method == "HEAD" {
            &[]
        } else {
            bytes.as_slice()
        };
        return Reply::new(200, &[("ETag", &tag), ("Content-Length", &length)], body);
    }
    match at("/elsewhere/".to_owned()).as_deref().and_then(find) {
        Some((_, bytes, _)) => part(asked, bytes),
        None => Reply::new(404, &[], r#"{"error": "Repository not found"}"#),
    }
}

/// A file, or the part of it that was asked for.
fn part(asked: &Asked, bytes: &[u8]) -> Reply {
    let first = asked.header("range").and_then(|range| {
        range
            .strip_prefix("bytes=")?
            .strip_suffix('-')?
            .parse::<usize>()
            .ok()
    });
    match first {
        None => Reply::ok(bytes),
        Some(first) if first >= bytes.len() => Reply::new(416, &[], ""),
        Some(first) => {
            let range = format!("bytes {first}-{}/{}", bytes.len() - 1, bytes.len());
            Reply::new(206, &[("Content-Range", &range)], &bytes[first..])
        }
    }
}

fn client(url: &str, cache: &Path) -> Hub {
    let retry = Retry {
        attempts: 3,
        first_wait: Duration::from_millis(1),
        longest_wait: Duration::from_millis(2),
    };
    let token = Some(Secret::new("hf_x"));
    Hub::new(HubOptions {
        endpoint: url.to_owned(),
        token,
        cache: cache.to_owned(),
        retry,
        proxy: None,
    })
    .unwrap()
}

fn bring(url: &str, cache: &Path, id: &str) -> Result<Snapshot, Error> {
    client(url, cache).snapshot(
        &id.parse().unwrap(),
        true,
        &AtomicBool::new(false),
        &mut |_| (),
    )
}

#[test]
fn a_model_comes_into_the_cache_as_python_keeps_it() {
    let (server, cache) = (
        Server::new(|asked, _| hub(asked, &files())),
        TempDir::new().unwrap(),
    );
    let snapshot = bring(&server.url, cache.path(), "own/m").unwrap();
    let folder = cache.path().join("models--own--m");
    let want = Snapshot {
        folder: folder.join("snapshots").join(COMMIT),
        commit: COMMIT.to_owned(),
        offline: false,
    };
    assert_eq!(snapshot, want);
    assert_eq!(
        fs::read_to_string(folder.join("refs/main")).unwrap(),
        COMMIT
    );
    let mut names: Vec<_> = fs::read_dir(&snapshot.folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    // Neither what may run code nor what is not needed.
    assert_eq!(
        names,
        [
            "config.json",
            "m-1.safetensors",
            "m-2.safetensors",
            "model.safetensors.index.json",
            "tokenizer.json"
        ]
    );
    for (name, bytes, is_large) in files()
        .iter()
        .filter(|(name, ..)| names.contains(&(*name).into()))
    {
        let path = snapshot.folder.join(name);
        assert_eq!(
            fs::read_link(&path).unwrap(),
            Path::new("../../blobs").join(etag(name, bytes, *is_large))
        );
        assert_eq!(&fs::read(&path).unwrap(), bytes);
    }
    let asked = server.asked();
    let before = asked.len();
    assert!(
        asked
            .iter()
            .all(|asked| asked.header("authorization") == Some("Bearer hf_x")
                || asked.path.starts_with("/elsewhere"))
    );
    // A second time only the revision is asked for; a commit that is there not even that.
    bring(&server.url, cache.path(), "own/m").unwrap();
    assert_eq!(server.asked().len(), before + 1);
    bring(&server.url, cache.path(), &format!("own/m@{COMMIT}")).unwrap();
    assert_eq!(server.asked().len(), before + 1);
}

#[test]
fn a_file_that_broke_off_is_gone_on_with() {
    let server = Server::new(|asked, _| {
        let whole = hub(asked, &files());
        let is_first =
            asked.path == "/elsewhere/m-1.safetensors" && asked.header("range").is_none();
        if is_first { whole.cut(100_000) } else { whole }
    });
    let cache = TempDir::new().unwrap();
    let snapshot = bring(&server.url, cache.path(), "own/m").unwrap();
    assert_eq!(
        fs::read(snapshot.folder.join("m-1.safetensors")).unwrap(),
        files()[5].1
    );
    // Where it is redirected it asks twice.
    let last = server
        .asked()
        .into_iter()
        .filter(|asked| asked.path.starts_with("/elsewhere"));
    let ranges: Vec<_> = last
        .filter_map(|asked| asked.header("range").map(str::to_owned))
        .collect();
    assert_eq!(ranges.len(), 1, "{ranges:?}");
    let first: usize = ranges[0]
        .trim_start_matches("bytes=")
        .trim_end_matches('-')
        .parse()
        .unwrap();
    assert!((1..100_000).contains(&first), "{first}");
}

#[test]
fn an_interrupted_download_is_gone_on_with_by_the_next_run() {
    let (server, cache) = (
        Server::new(|asked, _| hub(asked, &files())),
        TempDir::new().unwrap(),
    );
    let stop = AtomicBool::new(false);
    let hub = client(&server.url, cache.path());
    let stopped = hub.snapshot(&"own/m".parse().unwrap(), true, &stop, &mut |transfer| {
        stop.store(
            transfer.file == "m-1.safetensors" && transfer.done > 0,
            Ordering::Relaxed,
        );
    });
    assert!(matches!(stopped, Err(Error::Interrupted)), "{stopped:?}");
    let blobs = cache.path().join("models--own--m/blobs");
    assert!(
        blobs
            .join(format!("{}.incomplete", sha256(&files()[5].1)))
            .is_file()
    );
    let snapshot = bring(&server.url, cache.path(), "own/m").unwrap();
    assert_eq!(
        fs::read(snapshot.folder.join("m-1.safetensors")).unwrap(),
        files()[5].1
    );
}

#[test]
fn a_server_without_parts_sends_all_again() {
    let server = Server::new(|asked, _| match asked.path.strip_prefix("/elsewhere/m-1") {
        Some(_) => Reply::ok(&files()[5].1),
        None => hub(asked, &files()),
    });
    let cache = TempDir::new().unwrap();
    let blobs = cache.path().join("models--own--m/blobs");
    fs::create_dir_all(&blobs).unwrap();
    fs::write(
        blobs.join(format!("{}.incomplete", sha256(&files()[5].1))),
        b"left over",
    )
    .unwrap();
    let snapshot = bring(&server.url, cache.path(), "own/m").unwrap();
    assert_eq!(
        fs::read(snapshot.folder.join("m-1.safetensors")).unwrap(),
        files()[5].1
    );
}

#[test]
fn a_damaged_file_is_named_and_not_kept() {
    let server = Server::new(|asked, _| match asked.path.strip_prefix("/elsewhere/m-2") {
        Some(_) => Reply::ok(vec![8; 1_000]),
        None => hub(asked, &files()),
    });
    let cache = TempDir::new().unwrap();
    let error = bring(&server.url, cache.path(), "own/m").unwrap_err();
    assert!(
        matches!(&error, Error::Damaged { file, .. } if file == "m-2.safetensors"),
        "{error}"
    );
    let blob = cache
        .path()
        .join("models--own--m/blobs")
        .join(sha256(&[7; 1_000]));
    assert!(!blob.exists() && !blob.with_added_extension("incomplete").exists());
}

#[test]
fn more_bytes_than_promised_are_not_taken() {
    let server = Server::new(|asked, _| match asked.path.strip_prefix("/elsewhere/m-2") {
        Some(_) => Reply::ok(vec![7; 5_000_000]),
        None => hub(asked, &files()),
    });
    let cache = TempDir::new().unwrap();
    let error = bring(&server.url, cache.path(), "own/m").unwrap_err();
    assert!(
        error.to_string().contains("more bytes than promised"),
        "{error}"
    );
}

#[test]
fn refusals_say_what_to_do() {
    for (status, said, want) in [
        (401, "", "ask for access on the model's page"),
        (403, "Access to model own/m is restricted", "is restricted"),
        (
            404,
            "Repository Not Found",
            "check owner, name and revision",
        ),
    ] {
        let body = format!(r#"{{"error": "{said}"}}"#);
        let server = Server::new(move |_, _| Reply::new(status, &[], &body));
        let error = bring(&server.url, TempDir::new().unwrap().path(), "own/m").unwrap_err();
        assert!(error.to_string().contains(want), "{error}");
        assert_eq!(server.asked().len(), 1);
    }
}

#[test]
fn without_a_network_what_is_there_is_used() {
    let (server, cache) = (
        Server::new(|asked, _| hub(asked, &files())),
        TempDir::new().unwrap(),
    );
    let nobody = "http://127.0.0.1:1";
    let error = bring(nobody, cache.path(), "own/m").unwrap_err();
    assert!(
        error
            .to_string()
            .contains("give the folder of a model by path"),
        "{error}"
    );
    bring(&server.url, cache.path(), "own/m").unwrap();
    assert!(bring(nobody, cache.path(), "own/m").unwrap().offline);
    // Not where something is missing.
    fs::remove_file(
        cache
            .path()
            .join("models--own--m/snapshots")
            .join(COMMIT)
            .join("m-2.safetensors"),
    )
    .unwrap();
    assert!(bring(nobody, cache.path(), "own/m").is_err());
    assert!(bring(nobody, cache.path(), &format!("own/m@{OTHER}")).is_err());
}

#[test]
fn weights_that_can_run_code_are_refused() {
    let without: Files = files()
        .into_iter()
        .filter(|(name, ..)| !name.contains("safetensors"))
        .collect();
    let server = Server::new(move |asked, _| hub(asked, &without));
    let error = bring(&server.url, TempDir::new().unwrap().path(), "own/m").unwrap_err();
    assert!(
        error
            .to_string()
            .contains("no weights in safetensors, only pytorch_model.bin"),
        "{error}"
    );
}

#[test]
fn a_hostile_hub_writes_nowhere_else() {
    let listing =
        |sha: &str| format!(r#"{{"sha": "{sha}", "siblings": [{{"rfilename": "config.json"}}]}}"#);
    let hostile: [(String, &str); 4] = [
        (listing("../../../../x"), "\"abcdefgh\""),
        (listing(COMMIT), "\"../../../../x\""),
        (listing(COMMIT), "\"\""),
        ("[]".to_owned(), "\"abcdefgh\""),
    ];
    for (listing, tag) in hostile {
        let case = format!("{listing} {tag}");
        let server = Server::new(move |asked, _| {
            if asked.path.starts_with("/api") {
                Reply::ok(&listing)
            } else {
                Reply::new(200, &[("ETag", tag)], "")
            }
        });
        let cache = TempDir::new().unwrap();
        let place = cache.path().join("a/b/c/d/e/f");
        assert!(bring(&server.url, &place, "own/m").is_err(), "{case}");
        assert!(
            !place.exists() || fs::read_dir(&place).unwrap().count() == 0,
            "{case}"
        );
    }
}

#[test]
fn without_weights_the_text_files_are_enough() {
    let server = Server::new(|asked, _| hub(asked, &files()));
    let cache = TempDir::new().unwrap();
    let hub = client(&server.url, cache.path());
    let id = "own/m".parse().unwrap();
    let snapshot = hub
        .snapshot(&id, false, &AtomicBool::new(false), &mut |_| ())
        .unwrap();
    assert!(snapshot.folder.join("tokenizer.json").is_file());
    assert!(!snapshot.folder.join("m-1.safetensors").exists());
    // What is not complete is completed, though its revision is known.
    bring(&server.url, cache.path(), &format!("own/m@{COMMIT}")).unwrap();
    assert!(snapshot.folder.join("m-1.safetensors").is_file());
}
