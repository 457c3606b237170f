//! Training: supervised fine-tuning, PPO and the critic-free family over token ids and a function that rewards them.
//!
//! The arithmetic is small pure functions, one idea to a file with its formula and source: [`gae`], [`kl`], [`group`], [`moments`],
//! [`clip`], [`aggregate`]; [`algorithm`] says which of them make an algorithm, [`episode`] goes from rewards to advantages and
//! [`objective`] from advantages to derivatives.

// Tests say which bits they want.
#![cfg_attr(test, allow(clippy::float_cmp))]

pub mod aggregate;
pub mod algorithm;
pub mod clip;
pub mod episode;
pub mod gae;
pub mod group;
pub mod kl;
pub mod moments;
pub mod objective;
