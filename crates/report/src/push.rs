//! Formatting onto the end of a `String`.

/// `push!(text, "format", arguments)`: appends without a string in between.
macro_rules! push {
    ($text:expr, $($format:tt)+) => {{
        use std::fmt::Write as _;
        write!($text, $($format)+).expect("writing to a String cannot fail")
    }};
}

pub(crate) use push;
