//! Endpoints as they are met: busy, broken, slow, wrong, and well.

mod common;

use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::{Duration, Instant};

use common::{Reply, Server};
use scrl_remote::{
    Endpoint, EndpointAnswer, EndpointOptions, Error, Question, Request, Retry, Secret,
};
use serde_json::{Map, Value, json};

const GOOD: &str = r#"{"model": "m-1", "choices": [{"message": {"role": "assistant", "content": "print(1)"},
    "finish_reason": "stop"}], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}"#;

fn options(url: &str) -> EndpointOptions {
    EndpointOptions {
        base_url: format!("{url}/v1"),
        model: "m".to_owned(),
        key: None,
        timeout: Duration::from_mins(1),
        retry: Retry {
            attempts: 3,
            first_wait: Duration::from_millis(1),
            longest_wait: Duration::from_millis(2),
        },
        proxy: None,
        requests: None,
        tokens: None,
        fields: Map::new(),
    }
}

fn chat() -> Request {
    let messages = json!([{"role": "user", "content": "One?"}]);
    Request {
        question: Question::Chat { messages },
        max_tokens: 5,
        temperature: 0.5,
        top_k: None,
        top_p: Some(0.9),
        min_p: None,
        repetition_penalty: None,
        stop: vec![],
        seed: 11,
    }
}

fn ask(options: EndpointOptions) -> Result<EndpointAnswer, Error> {
    Endpoint::new(options)
        .unwrap()
        .ask(&chat(), &AtomicBool::new(false))
}

#[test]
fn an_answer_comes_back() {
    let server = Server::new(|_, _| Reply::ok(GOOD));
    let mut options = options(&server.url);
    options.key = Some(Secret::new("sk-1"));
    options.fields = json!({"max_tokens": null, "max_completion_tokens": 5})
        .as_object()
        .unwrap()
        .clone();
    let answer = ask(options).unwrap();
    let want = EndpointAnswer {
        text: "print(1)".to_owned(),
        finish: Some("stop".to_owned()),
        model: Some("m-1".to_owned()),
        prompt_tokens: Some(7),
        tokens: Some(3),
        attempts: 1,
    };
    assert_eq!(answer, want);
    let asked = &server.asked()[0];
    assert_eq!(
        (asked.method.as_str(), asked.path.as_str()),
        ("POST", "/v1/chat/completions")
    );
    assert_eq!(asked.header("authorization"), Some("Bearer sk-1"));
    let body: Value = serde_json::from_str(&asked.body).unwrap();
    let messages = json!([{"role": "user", "content": "One?"}]);
    let want = json!({"model": "m", "messages": messages, "temperature": 0.5, "top_p": 0.9, "seed": 11, "max_completion_tokens": 5});
    assert_eq!(body, want);
}

#[test]
fn completions_have_a_prompt_and_a_text() {
    let server = Server::new(|_, _| {
        Reply::ok(r#"{"choices": [{"text": " 2", "finish_reason": "length"}]}"#)
    });
    let question = Question::Completion {
        prompt: "1 +".to_owned(),
    };
    let request = Request {
        question,
        stop: vec!["\n".to_owned()],
        ..chat()
    };
    let endpoint = Endpoint::new(options(&server.url)).unwrap();
    let answer = endpoint.ask(&request, &AtomicBool::new(false)).unwrap();
    assert_eq!(
        (
            answer.text.as_str(),
            answer.finish.as_deref(),
            answer.tokens
        ),
        (" 2", Some("length"), None)
    );
    let asked = &server.asked()[0];
    assert_eq!(
        (asked.path.as_str(), asked.header("authorization")),
        ("/v1/completions", None)
    );
    let body: Value = serde_json::from_str(&asked.body).unwrap();
    assert_eq!(
        (&body["prompt"], &body["stop"]),
        (&json!("1 +"), &json!(["\n"]))
    );
}

#[test]
fn a_busy_server_is_given_the_time_that_it_asks_for() {
    let server = Server::new(|_, before| match before {
        0 => Reply::new(429, &[("Retry-After", "0.3")], "{}"),
        _ => Reply::ok(GOOD),
    });
    let start = Instant::now();
    assert_eq!(ask(options(&server.url)).unwrap().attempts, 2);
    assert!(start.elapsed() >= Duration::from_millis(300));
}

#[test]
fn what_may_pass_is_tried_again() {
    let broken: [fn() -> Reply; 6] = [
        || Reply::new(500, &[], "oops"),
        || Reply::new(503, &[], ""),
        || Reply::ok("{\"choices\": [{"),
        || Reply::ok("<html>"),
        || Reply::ok(GOOD).cut(120),
        || Reply::ok(GOOD).cut(0),
    ];
    for (case, broken) in broken.into_iter().enumerate() {
        let server = Server::new(move |_, before| {
            if before == 0 {
                broken()
            } else {
                Reply::ok(GOOD)
            }
        });
        let answer = ask(options(&server.url)).unwrap();
        assert_eq!(
            (answer.attempts, answer.text.as_str()),
            (2, "print(1)"),
            "case {case}"
        );
    }
}

#[test]
fn what_does_not_pass_is_an_error_in_the_end() {
    let server = Server::new(|_, _| {
        Reply::new(
            503,
            &[],
            r#"{"error": {"message": "loading\u001b[2J model"}}"#,
        )
    });
    let error = ask(options(&server.url)).unwrap_err();
    assert!(
        matches!(
            &error,
            Error::Busy {
                status: 503,
                attempts: 3,
                ..
            }
        ),
        "{error}"
    );
    assert!(
        error.to_string().ends_with("3 times: loading?[2J model"),
        "{error}"
    );
    for body in [
        "[]",
        "{}",
        r#"{"choices": []}"#,
        r#"{"choices": [{}]}"#,
        "null",
        "",
    ] {
        let server = Server::new(move |_, _| Reply::ok(body));
        let error = ask(options(&server.url)).unwrap_err();
        assert!(
            matches!(&error, Error::Answer { attempts: 3, .. }),
            "{body}: {error}"
        );
    }
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    let server = Server::new(|_, _| Reply::ok(GOOD).after(Duration::from_mins(10)));
    let options = EndpointOptions {
        timeout: Duration::from_millis(100),
        ..options(&server.url)
    };
    let error = ask(options).unwrap_err();
    assert!(
        matches!(&error, Error::Unreachable { attempts: 3, .. }),
        "{error}"
    );
    assert!(error.to_string().contains("--timeout"), "{error}");
}

#[test]
fn a_slow_server_is_waited_for() {
    let server = Server::new(|_, _| Reply::ok(GOOD).dribble(Duration::from_millis(1)));
    assert_eq!(ask(options(&server.url)).unwrap().attempts, 1);
}

#[test]
fn nobody_there_is_said() {
    let error = ask(options("http://127.0.0.1:1")).unwrap_err();
    assert!(
        matches!(&error, Error::Unreachable { attempts: 3, .. }),
        "{error}"
    );
    assert!(
        error.to_string().contains("is the server running"),
        "{error}"
    );
}

#[test]
fn a_model_that_is_not_served_is_named() {
    let body =
        r#"{"error": {"message": "The model `m` does not exist.", "type": "NotFoundError"}}"#;
    let server = Server::new(move |_, _| Reply::new(404, &[], body));
    let error = ask(options(&server.url)).unwrap_err();
    assert!(
        error.to_string().ends_with("The model `m` does not exist."),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .contains("--model a name that is served there"),
        "{error}"
    );
    assert_eq!(server.asked().len(), 1, "a refusal is not tried again");
}

#[test]
fn a_key_is_in_no_message() {
    let server =
        Server::new(|_, _| Reply::new(401, &[], r#"{"error": "Incorrect key sk-secret."}"#));
    let options = EndpointOptions {
        key: Some(Secret::new("sk-secret")),
        ..options(&server.url)
    };
    assert!(!format!("{options:?}").contains("sk-secret"));
    let error = ask(options).unwrap_err();
    assert!(error.to_string().contains("Incorrect key ***."), "{error}");
    assert!(!format!("{error:?}").contains("sk-secret"));
}

#[test]
fn an_answer_without_end_is_not_read_to_its_end() {
    let server = Server::new(|_, _| Reply::ok("x".repeat(20 << 20)));
    let error = ask(options(&server.url)).unwrap_err();
    assert!(matches!(&error, Error::TooLarge { .. }), "{error}");
    assert_eq!(server.asked().len(), 1);
    let server = Server::new(|_, _| Reply::new(400, &[], "y".repeat(1 << 20)));
    let error = ask(options(&server.url)).unwrap_err();
    assert!(error.to_string().len() < 1_000, "{error}");
}

#[test]
fn a_redirection_is_not_followed() {
    let server = Server::new(|_, _| Reply::new(301, &[("Location", "http://127.0.0.1:1/")], ""));
    let options = EndpointOptions {
        key: Some(Secret::new("k")),
        ..options(&server.url)
    };
    let error = ask(options).unwrap_err();
    assert!(
        matches!(&error, Error::Refused { status: 301, .. }),
        "{error}"
    );
}

#[test]
fn addresses_that_are_none_or_hold_a_key_are_refused() {
    for url in [
        "",
        "localhost:8000",
        "ftp://a/b",
        "http://",
        "http:///v1",
        "https://user:sk-1@host/v1",
    ] {
        let error = Endpoint::new(EndpointOptions {
            base_url: url.to_owned(),
            ..options("")
        })
        .unwrap_err();
        assert!(!error.to_string().contains("sk-1"), "{error}");
    }
}

#[test]
fn a_wait_ends_when_somebody_asks_to_stop() {
    let server = Server::new(|_, _| Reply::new(429, &[("Retry-After", "3000")], ""));
    let (endpoint, stop) = (
        Endpoint::new(options(&server.url)).unwrap(),
        AtomicBool::new(false),
    );
    thread::scope(|scope| {
        let asking = scope.spawn(|| endpoint.ask(&chat(), &stop));
        while server.asked().is_empty() {
            thread::sleep(Duration::from_millis(5));
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(matches!(asking.join().unwrap(), Err(Error::Interrupted)));
    });
}
