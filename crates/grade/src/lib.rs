//! One sample in, one graded sample out.
