//! Source text in, findings out; never executes anything.
