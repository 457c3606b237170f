//! Models elsewhere: endpoints that speak the protocol of `OpenAI`, and the Hugging Face hub.
//!
//! An [`Endpoint`] is asked one question at a time, from as many threads as there are; it tries again what may pass, and keeps
//! to a [`RateLimit`]. A [`Hub`] brings the files of a model into the cache that Python's `huggingface_hub` uses too. Both
//! are given what to reach, and with which key: nothing is read from the environment.

mod endpoint;
mod error;
mod hub;
mod rate;
mod retry;
mod secret;

pub use endpoint::{Endpoint, EndpointAnswer, EndpointOptions, Question, Request};
pub use error::Error;
pub use hub::{Hub, HubId, HubOptions, Snapshot, Transfer};
pub use rate::RateLimit;
pub use retry::Retry;
pub use secret::Secret;
/// A way through a proxy; `Proxy::try_from_env` is for programs.
pub use ureq::Proxy;
