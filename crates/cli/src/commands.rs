//! One command, one file.

pub(crate) mod audit;
pub(crate) mod bench;
pub(crate) mod corpus;
pub(crate) mod doctor;
pub(crate) mod eval;
pub(crate) mod grade;
pub(crate) mod quickstart;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod sample;
pub(crate) mod train;
