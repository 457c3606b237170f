//! Training: supervised fine-tuning, PPO and the critic-free family over token ids and a function that rewards them.
//!
//! The arithmetic is small pure functions, one idea to a file with its formula and source: [`gae`], [`kl`], [`group`], [`moments`],
//! [`clip`], [`aggregate`]; [`algorithm`] says which of them make an algorithm, [`episode`] goes from rewards to advantages and
//! [`objective`] from advantages to derivatives. [`sft`] and [`rl`] are the runs made of them, in a [`RunFolder`] that a killed run goes on in, bit for bit;
//! a [`recipe`] has all their settings.

// Tests say which bits they want.
#![cfg_attr(test, allow(clippy::float_cmp))]

pub mod aggregate;
pub mod algorithm;
pub mod clip;
pub mod episode;
mod error;
pub mod gae;
pub mod group;
pub mod kl;
mod learner;
pub mod log;
pub mod moments;
pub mod objective;
pub mod optimizer;
pub mod order;
pub mod pretrain;
pub mod recipe;
pub mod rl;
mod rollouts;
mod run_folder;
pub mod sft;
pub mod tensorboard;
mod update;
mod vectors;

pub use error::Error;
pub use learner::Learner;
pub use run_folder::{Best, RunFolder, State};
