//! Runs one untrusted program under limits and says how it ended.
